"""What was said of one purchase order, by us and by its partner, in the order of time."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from hub.domain.exchange import Direction, DocumentState
from hub.domain.orders import ChangeKind
from hub.domain.posted import PostedSet
from hub.flow.partner_work import Work
from hub.flow.parts import Parts
from hub.flow.warehouse_changes import is_change
from hub.store import DocumentRow, Transaction
from hub.store.exceptions import ExceptionRow


class Happened(StrEnum):
    """What a paper did, for those who work with orders and not with papers."""

    GIVEN = "given"
    ASKED = "asked"
    ASKED_BY_US = "asked_by_us"
    ANSWERED = "answered"
    SHIPPED = "shipped"
    CHANGE_ANSWERED = "change_answered"
    CORRECTED = "corrected"
    SHIPMENT_UNDONE = "shipment_undone"
    ANSWER_UNDONE = "answer_undone"
    INVOICED = "invoiced"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened, told by a paper; `why` is what was wrong with what was refused.

    `who` of the partner said it, as inputs are kept: an account, a key, a lane; "" for us.
    """

    at: datetime
    what: Happened
    document_id: str
    who: str = ""
    why: tuple[str, ...] = ()


_SAID = {
    PostedSet.ORDER_RESPONSE: Happened.ANSWERED,
    PostedSet.SHIP_NOTICE: Happened.SHIPPED,
    PostedSet.CHANGE_RESPONSE: Happened.CHANGE_ANSWERED,
    PostedSet.SHIPMENT_CORRECTION: Happened.CORRECTED,
    PostedSet.SHIPMENT_VOID: Happened.SHIPMENT_UNDONE,
    PostedSet.ANSWER_VOID: Happened.ANSWER_UNDONE,
    PostedSet.INVOICE: Happened.INVOICED,
    "855": Happened.ANSWERED,
    "856": Happened.SHIPPED,
    "865": Happened.CHANGE_ANSWERED,
    "945": Happened.SHIPPED,
    "810": Happened.INVOICED,
}
_OURS = frozenset(
    {Happened.GIVEN, Happened.ASKED, Happened.ASKED_BY_US}
)  # of one moment they were first
_NOT_TAKEN = frozenset({DocumentState.REFUSED, DocumentState.REJECTED})
_TAKEN = frozenset({DocumentState.APPLIED, DocumentState.PARTLY_APPLIED})
_BY_OTHERS = "nothing of this paper was used, because of what is wrong elsewhere in it"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """A paper and what became of what it says of one part; `why` is what was wrong with that.

    `place` is that of its delivery: what came later in one lane has a higher one.
    """

    row: DocumentRow
    state: DocumentState
    why: tuple[str, ...] = ()
    who: str = ""
    place: int = 0


def history(parts: Parts, work: Work) -> tuple[Event, ...]:
    """Return what happened to a partner's part of an order, the newest first.

    What a paper says of other orders and of other parts is not looked at; what is still in work
    has not happened. Of one moment what was stored later is the newer.
    """
    with parts.store.read() as tx:
        mine = list(_mine(tx, work))
        papers = [one.row.transmission_id for one in mine]
        places, said_by = tx.exchange.places(papers), tx.facts.said_by(papers)
    placed = [
        replace(
            one,
            place=places[one.row.transmission_id],
            who=said_by.get(one.row.transmission_id, ""),
        )
        for one in mine
    ]
    told = [(event, one) for one in placed if (event := _event(parts, work, one)) is not None]
    return tuple(event for event, one in sorted(told, key=_when, reverse=True))


def _when(told: tuple[Event, _Told]) -> tuple[datetime, bool, int, int, str]:
    event, one = told
    return (event.at, event.what not in _OURS, one.place, one.row.ordinal, one.row.id)


def _event(parts: Parts, work: Work, one: _Told) -> Event | None:
    paper = one.row
    if paper.direction is Direction.OUT:
        if paper.delivered_at is None:
            return None
        what = Happened.GIVEN
        if _asks_for_change(parts, paper):
            what = Happened.ASKED_BY_US if _is_ours(work, paper) else Happened.ASKED
        return Event(at=paper.delivered_at, what=what, document_id=paper.id)
    if paper.partner != work.part.partner or paper.set_id not in _SAID:
        return None
    if one.state not in _NOT_TAKEN | _TAKEN:
        return None
    what = Happened.REFUSED if one.state in _NOT_TAKEN else _SAID[paper.set_id]
    why = one.why if one.state in _NOT_TAKEN else ()
    return Event(at=paper.at, what=what, document_id=paper.id, who=one.who, why=why)


# --- papers on several orders ------------------------------------------------------------------


def _mine(tx: Transaction, work: Work) -> Iterator[_Told]:
    """Yield every paper that speaks of the part, with what became of that alone."""
    own = (work.order.id, work.part.number)
    spoken = tx.exchange.spoken_beside(work.order.id)
    shared: list[tuple[DocumentRow, Collection[tuple[str, str]]]] = []
    for row in tx.exchange.documents_of_order(work.order.id):
        named = spoken.get(row.id, set())
        theirs = row.direction is Direction.IN and row.partner == work.part.partner
        if row.fulfillment_id != work.part.id and not (theirs and own in named):
            continue
        others = named - {own, (work.order.id, "")}
        if theirs and others and row.state in _NOT_TAKEN | _TAKEN:
            shared.append((row, others))
        else:
            yield _Told(row=row, state=row.state, why=tuple(one.text for one in row.problems))
    if shared:
        yield from _shares(tx, work, shared)


def _shares(
    tx: Transaction,
    work: Work,
    papers: Sequence[tuple[DocumentRow, Collection[tuple[str, str]]]],
) -> Iterator[_Told]:
    """Yield papers that speak of others besides, with what became of the part alone.

    What waited for a person about its order tells that; the rest is not for here. Where another
    part of the order is among the others, facts tell whether anything counts of this one.
    """
    waited, used = tx.exceptions.of_order(work.order.id), _used(tx, work)  # the oldest first
    for row, others in papers:
        mine = [one for one in waited if one.document_id == row.id and _is_verdict(one, row)]
        if not mine:
            yield _Told(row=row, state=row.state, why=(_BY_OTHERS,))
            continue
        why = tuple(problem.text for problem in mine[-1].problems)
        beside = any(order == work.order.id for order, _ in others)
        unused = beside and row.id not in used
        state = DocumentState.REFUSED if unused else DocumentState(mine[-1].kind)
        yield _Told(row=row, state=state, why=why)


def _is_verdict(case: ExceptionRow, row: DocumentRow) -> bool:
    """Whether it tells what the paper came to when it was settled last.

    What was put aside since does: that nobody waits for it any more makes nothing good.
    """
    if case.kind not in (DocumentState.REFUSED, DocumentState.PARTLY_APPLIED):
        return False
    if case.closed_at is None:
        return True
    return row.settled_at is not None and case.closed_at > row.settled_at


def _used(tx: Transaction, work: Work) -> frozenset[str]:
    """The papers of which something counts for the part."""
    behind = tx.facts.behind(work.order.id)
    return frozenset(
        behind[fact.id].document_id
        for fact in tx.facts.of_order(work.order.id)
        if fact.body.get("fulfillment") == work.part.id
    )


# --- papers of ours -----------------------------------------------------------------------------


def _is_ours(work: Work, paper: DocumentRow) -> bool:
    """Whether a paper asks what no customer wants: to leave to others what is late."""
    number = paper.business_key.rpartition("/")[2]
    return any(
        str(ask.number) == number and ask.fulfillment_id == work.part.id
        for change in work.order.changes
        for ask in change.asks
        if change.kind is ChangeKind.RESOURCING
    )


def _asks_for_change(parts: Parts, paper: DocumentRow) -> bool:
    try:
        channel = parts.partners.channel(f"{paper.partner}/{paper.channel}")
    except KeyError:  # the page lost it since
        return False
    return is_change(parts, channel, paper)
