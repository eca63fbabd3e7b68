"""What became of something that a customer asked for, in words: done, being asked, or too late.

Always as it stands now: what was being asked when the form was sent may be answered meanwhile.
Nobody's name is in it: who packs is "the warehouse", whoever that is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.domain.change_ends import Known, Piece, pieces
from hub.domain.change_rows import asks_on
from hub.domain.orders import Ask, ChangeKind, ChangeState, Order
from hub.domain.wishes import Outcome, Why
from hub.partners import Brand
from hub.render import words

Row = Mapping[str, object]
ADDRESS = "address"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownOutcome:
    """The page of an outcome; `tone` is `good` where nothing went wrong. `returns` may be empty."""

    title: str
    tone: str
    done: str
    asked: str
    late: tuple[str, ...]
    returns: str


def outcome(
    order: Order,
    rows: Sequence[Row],
    change_id: str,
    *,
    facts: Sequence[Known],
    brand: Brand,
    now: datetime,
    mailed: bool,
) -> ShownOutcome:
    """Return in words what became of a request; `rows` are what was answered at once.

    `facts` are the order's, oldest first; `mailed` says whether there are mails at all.
    """
    found = pieces(order, change_id, rows, facts)
    done, asked, late = (
        [one for one in found if one.outcome is outcome]
        for outcome in (Outcome.DONE, Outcome.ASKED, Outcome.TOO_LATE)
    )
    address = any(row.get("action") == ADDRESS for row in rows)
    until = _until(order, [one.row for one in asked], change_id)
    shipped = any(one.why == Why.SHIPPED for one in late)
    comes = answer_comes(until, brand, now) if asked else ""
    # The mails that bring the answer, whatever it is.
    needed = {"changed" if address else "cancelled", "declined"}
    return ShownOutcome(
        title=_title(
            done=bool(done),
            asked=comes,
            late=any(one.why != Why.WANTED for one in late),
            address=address,
        ),
        tone="bad" if late and not done and not asked else "good",
        done=_done(order, done, brand, address=address) if done else "",
        asked=_asked(
            order,
            asked,
            brand,
            comes=comes if done else "",
            mailed=mailed and needed <= set(brand.mails),
        )
        if asked
        else "",
        late=tuple(dict.fromkeys(_late(order, one, brand) for one in late)),
        returns=brand.returns if shipped and not address else "",
    )


def _asks(order: Order, row: Row, change_id: str) -> list[Ask]:
    """The questions to those who pack on which a row depends."""
    of = str(row.get("running") or change_id)
    change = next((one for one in order.changes if one.id == of), None)
    return asks_on(change, row) if change else []


def _until(order: Order, rows: Sequence[Row], change_id: str) -> datetime | None:
    moments = [
        ask.until
        for row in rows
        for ask in _asks(order, row, change_id)
        if ask.until and ask.state is ChangeState.REQUESTED
    ]
    return max(moments, default=None)


def _title(*, done: bool, asked: str, late: bool, address: bool) -> str:
    if done and (asked or late):
        return "A part of it is done"
    if done:
        return "The address is changed" if address else "Cancelled"
    if asked:
        return asked.rstrip(".")
    if not late:
        return "Not cancelled after all"
    return "It is too late for another address" if address else "It is too late to cancel"


def _done(order: Order, found: Sequence[Piece], brand: Brand, *, address: bool) -> str:
    goods = _goods(order, found, brand)
    if address and goods:
        return f"The new address holds for {goods}."
    if address:
        return "What is still to leave goes to the new address."
    return f"Cancelled: {goods}. We do not send it." if goods else ""


def _asked(order: Order, found: Sequence[Piece], brand: Brand, *, comes: str, mailed: bool) -> str:
    """Who was asked for what, and where the answer will be; `comes` unless the title says it."""
    where = "It will stand on this page" + (", and we write to you." if mailed else ".")
    if any(one.action == ADDRESS for one in found):
        what = "We asked the warehouse to send it to the new address."
    else:
        what = f"We asked the warehouse to stop {_goods(order, found, brand)}."
    return " ".join(filter(None, (what, comes, where)))


def answer_comes(until: datetime | None, brand: Brand, now: datetime) -> str:
    """Say by when an answer comes, in the brand's zone; it always does, if only by silence."""
    if until is None or until <= now:
        return "The answer comes any moment."
    return f"The answer comes by {words.moment(until, brand.clock)}."


def _late(order: Order, one: Piece, brand: Brand) -> str:
    known = one.why in set(Why)
    because = words.WHYS[Why(one.why)] if known else words.WHYS[Why.NO_CHANGES]
    goods = _goods(order, [one], brand)
    if one.why == Why.WANTED:
        return f"Not cancelled after all: {goods}."
    if one.action == ADDRESS and goods:
        return f"The former address holds for {goods}: {because}."
    if one.action == ADDRESS:
        return f"The parcel goes to the former address: {because}."
    return f"It is too late for {goods}: {because}."


def _goods(order: Order, found: Sequence[Piece], brand: Brand) -> str:
    names = {line.id: words.plain(line.description) or line.sku for line in order.lines}
    units: dict[str, int] = {}
    for one in found:
        for line_id, count in one.units.items():
            units[line_id] = units.get(line_id, 0) + count
    goods = [f"{count} × {names.get(line_id, '')}" for line_id, count in units.items()]
    return words.quoted(words.listed(goods, brand.language))


def waiting(document: Mapping[str, object], brand: Brand, now: datetime) -> tuple[str, ...]:
    """Return what the customer asked for and nobody answered yet, from a status document."""
    changes = document.get("changes")
    told = []
    for one in changes if isinstance(changes, list) else ():
        if one.get("state") != ChangeState.REQUESTED:
            continue
        cancels = one.get("kind") == ChangeKind.CANCELLATION
        what = "A cancellation was asked for." if cancels else "A change was asked for."
        until = words.moment_of(one.get("until"))
        told.append(f"{what} {answer_comes(until, brand, now)}")
    return tuple(dict.fromkeys(told))
