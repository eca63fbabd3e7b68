"""What people say of stock: a level set by hand, a held-up report let through."""

from dataclasses import dataclass
from datetime import datetime

from hub.domain.exchange import DocumentState, Problem
from hub.domain.facts import Fact, FactKind
from hub.domain.feeds import MOST_UNITS, Counted
from hub.domain.messages import ReportKind
from hub.domain.names import Names
from hub.errors import Refused
from hub.flow.balances import DIFFERS, balance_hold, book_by_hand
from hub.flow.feeds import guard_hold
from hub.flow.noting import note_command
from hub.flow.parts import Parts
from hub.flow.waiting import source_waiting
from hub.store import DocumentRow, Feed, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """A level as somebody counted it just now, in our units."""

    partner: str
    level: Counted
    who: str


def set_level(parts: Parts, said: ByHand) -> None:
    """Put one level in place as a report of one row does; it speaks of this moment.

    Raises Refused for an article that the partner does not offer, a quantity nobody believes, or
    when a level of a later moment is there.
    """
    names, now = Names(parts.fresh()), parts.now()
    _believed(said.level)
    _offered(parts, said)
    input_id = names.new("inp")
    feed = Feed(
        partner=said.partner, feed=input_id, run=names.new("run"), as_of=now, at=now, full=False
    )
    if not parts.store.write_levels(lambda desk: desk.merge_one(feed, said.level)):
        raise _refused("newer-level", "a level of a later moment is there; see `hub stock show`")
    parts.store.write(lambda tx: _remember(tx, parts, said, input_id, names=names, now=now))
    source_waiting(parts, {said.level.sku})


def _believed(level: Counted) -> None:
    for quantity in (level.quantity, level.next_quantity):
        if not 0 <= quantity <= MOST_UNITS:
            raise _refused("odd-quantity", f"{quantity} is not from 0 to {MOST_UNITS} units")


def _offered(parts: Parts, said: ByHand) -> None:
    sku = said.level.sku
    with parts.store.read() as tx:
        offers = tx.catalog.offers({sku}).get(sku, [])
    if said.partner not in {offer.partner for offer in offers}:
        raise _refused(
            "no-offer",
            f"{said.partner} does not offer {sku!r}; `hub catalog list` shows who does, `hub "
            "catalog import` adds offers",
        )


def _remember(
    tx: Transaction, parts: Parts, said: ByHand, input_id: str, *, names: Names, now: datetime
) -> None:
    body = {
        "partner": said.partner,
        "sku": said.level.sku,
        "quantity": said.level.quantity,
        "next_on": said.level.next_on.isoformat() if said.level.next_on else None,
        "next_quantity": said.level.next_quantity,
    }
    note_command(
        tx,
        parts,
        {"set_level": body},
        subject=said.partner,
        who=said.who,
        input_id=input_id,
        at=now,
    )
    if parts.partners.get(said.partner).holds_ours:
        book_by_hand(tx, said.partner, said.level, input_id=input_id, now=now)
    fact = {"kind": str(ReportKind.DELTA), "as_of": now.isoformat(), "rows": 1, "changed": 1}
    tx.facts.record(
        (Fact(kind=FactKind.STOCK_REPORTED, body={"partner": said.partner, **fact}),),
        at=now,
        brand="",
        order=None,
        input_id=input_id,
        document_id=None,
        names=names,
    )


def accept(parts: Parts, document_id: str, *, who: str) -> DocumentRow:
    """Let a report pass that waits because of what it takes to none; the next turn merges it.

    Raises KeyError when there is no such paper, Refused when it does not wait for that.
    """
    with parts.store.read() as tx:
        row = tx.exchange.document(document_id)
    if row.state is not DocumentState.PARKED or not _guarded(row):
        raise _refused(
            "not-waiting",
            f"{document_id} is {row.state} and is no stock report that waits for a person; "
            "see `hub exceptions`",
        )
    # First the word, then the paper: who is stopped in between says it again.
    parts.store.write_levels(lambda desk: desk.accept(partner=row.partner, feed=row.id, by=who))
    parts.store.write(lambda tx: _let_through(tx, parts, row, who=who))
    return row


def _guarded(row: DocumentRow) -> bool:
    return any(problem.code in ("feed-guard", DIFFERS) for problem in row.problems)


def _let_through(tx: Transaction, parts: Parts, row: DocumentRow, *, who: str) -> None:
    now = parts.now()
    note_command(tx, parts, {"accept": row.id}, subject=row.id, who=who, at=now)
    for then in (DocumentState.RECEIVED, DocumentState.ACCEPTED):
        # What was told of it is told again when it is read again.
        tx.exchange.move_document(row.id, then=then, at=now, problems=())
    for hold in (guard_hold(row.partner), balance_hold(row.partner)):
        tx.exceptions.clear(hold, at=now, by=who)


def _refused(code: str, text: str) -> Refused:
    return Refused([Problem(code=code, text=text)])
