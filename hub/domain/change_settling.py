"""What becomes of a change that a partner was asked for: taken back, declined, or overtaken. Pure.

Whatever says it (X12 865, a rejecting 855, a shipment, silence), `settle` is the one way in which
an ask ends. Only units that are still open can be taken back: what was shipped meanwhile stays
shipped and is declined, so that nothing is cancelled and shipped at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from hub.domain.change_held import staying, taken
from hub.domain.change_rows import (
    OVER,
    asks_of,
    cancelled_fact,
    given_back,
    new_of,
    open_asks,
    open_parts,
    sourceless_cleared,
    watch_hold,
    with_group,
    with_new,
)
from hub.domain.destinations import agreed, held
from hub.domain.facts import Change, Fact, FactKind, Stuck
from hub.domain.hearing import line_of, set_buckets
from hub.domain.orders import (
    Ask,
    AskedUnits,
    ChangeKind,
    ChangeState,
    FulfillmentOrder,
    FulfillmentState,
    Order,
    OrderChange,
)
from hub.domain.totals import taken_off
from hub.domain.wishes import GROUP_ACTIONS, Outcome

PART = "part"  # agreed to in part, declined in part
SOME = "some"  # still waiting; some of it was agreed to, none declined so far
LOST = "lost"  # still waiting; some of it was declined, none agreed to so far
SILENCE = "silence"
SHIPPED = "shipped"
REFUSED = "refused"  # the partner said no, and yes to nothing of it
GONE = "gone"  # the partner sends nothing of it, others do: its word is not needed any more
WITHDRAWN = "withdrawn"  # asked only because it was late, which it is not any more


_CUT = {so_far: f"{so_far}_{SILENCE}" for so_far in (SOME, LOST, PART)}
CUT_SHORT: Mapping[str, str] = MappingProxyType({cut: so_far for so_far, cut in _CUT.items()})
"""Asks of which silence declined the rest, and what they were: a late answer goes on from there."""
_IN_PART = frozenset({PART, *CUT_SHORT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What became of an ask, by partner's line; `agreed` speaks for what is not units.

    `gone` units are off the partner's line already (it rejected them). `by` is the short reason:
    `answer`, `refused`, `shipped`, `gone`, `withdrawn`, `silence`, `rejected_paper`.
    """

    by: str
    confirmed: Mapping[str, int] = field(default_factory=dict)
    declined: Mapping[str, int] = field(default_factory=dict)
    agreed: bool | None = None
    gone: bool = False


def find_ask(order: Order, ask_id: str) -> tuple[OrderChange, Ask]:
    """Return an ask with its change; KeyError when the order has no such ask."""
    for change in order.changes:
        for ask in change.asks:
            if ask.id == ask_id:
                return change, ask
    raise KeyError(ask_id)


def has_words(change: OrderChange, ask: Ask) -> bool:
    """Whether an ask is also for an address, a method, a present or a date."""
    return any(row["action"] in GROUP_ACTIONS and ask.id in asks_of(row) for row in change.actions)


def all_said(change: OrderChange, ask: Ask, *, yes: bool, by: str) -> Said:
    """Return one answer to everything that an ask still asks for."""
    units = {one.fulfillment_line_id: one.quantity for one in ask.lines}
    agreed = yes if has_words(change, ask) else None
    if yes:
        return Said(by=by, confirmed=units, agreed=agreed)
    return Said(by=by, declined=units, agreed=agreed)


def settle(order: Order, ask_id: str, said: Said, *, now: datetime) -> Change:
    """Settle an ask as far as something was said of it; the rest goes on waiting.

    Units confirmed are cancelled as far as they are open; what is not open any more is declined.
    An ask that silence decided may be settled once more by a late answer.
    """
    owner, ask = find_ask(order, ask_id)
    yes, no = _possible(order, ask, said)
    after, owner, facts = _taken_back(order, owner, ask, yes, gone=said.gone)
    spoken = {line: yes.get(line, 0) + no.get(line, 0) for line in (*yes, *no)}
    left = tuple(
        replace(one, quantity=rest)
        for one in ask.lines
        if (rest := one.quantity - spoken.get(one.fulfillment_line_id, 0)) > 0
    )
    waits = bool(left) or (has_words(owner, ask) and said.agreed is None)
    good = ask.reason in (SOME, PART) or any(yes.values()) or said.agreed is True
    bad = ask.reason in (LOST, PART) or any(no.values()) or said.agreed is False
    if waits:
        so_far = PART if good and bad else SOME if good else LOST if bad else ""
        settled = replace(ask, lines=left, reason=so_far)
    else:
        silent_no = said.by == SILENCE and not said.confirmed and not said.agreed
        cut = _CUT.get(ask.reason, "") if silent_no else ""
        settled = replace(
            ask,
            state=ChangeState.CONFIRMED if good else ChangeState.DECLINED,
            reason=cut or (PART if good and bad else said.by),
        )
    owner = agreed(order, owner, ask.id, ask.fulfillment_id) if said.agreed else owner
    told = _told(owner, ask, after, said, yes, no)
    change = Change(
        order=after.with_change(_with_ask(owner, settled)),
        facts=(*(told if facts else staying(owner, told)), *facts),
        ended=() if waits else (watch_hold(ask.id),),
        cleared=sourceless_cleared(order, after),
    )
    return change if waits else change.then(_finished(change.order, owner.id, now))


def _possible(order: Order, ask: Ask, said: Said) -> tuple[dict[str, int], dict[str, int]]:
    """What can be confirmed of each line, and what is declined, shipped ones among it."""
    asked = {one.fulfillment_line_id: one.quantity for one in ask.lines}
    yes: dict[str, int] = {}
    no = {line: min(units, asked.get(line, 0)) for line, units in said.declined.items()}
    for line_id, units in said.confirmed.items():
        wanted = min(units, asked.get(line_id, 0) - no.get(line_id, 0))
        line = line_of(order, ask.fulfillment_id, line_id)
        can = wanted if said.gone else min(wanted, line.buckets.open)
        yes[line_id] = can
        no[line_id] = no.get(line_id, 0) + wanted - can
    return yes, no


def _taken_back(
    order: Order, change: OrderChange, ask: Ask, units: Mapping[str, int], *, gone: bool
) -> tuple[Order, OrderChange, tuple[Fact, ...]]:
    """Take confirmed units off the partner's lines, and off the order unless others fill them.

    Others fill what was to go to another partner, and what is wanted after all.
    """
    # Who gave late units back is not sent them again, though a customer cancelled and kept them.
    late = any(row["action"] == "resource" and ask.id in asks_of(row) for row in change.actions)
    off: dict[str, int] = {}
    for line_id, quantity in units.items():
        if not quantity:
            continue
        line, leaves = line_of(order, ask.fulfillment_id, line_id), 0
        if change.kind is not ChangeKind.RESOURCING:
            change, leaves = taken(change, order.line(line.line_id), quantity)
            off[line.line_id] = off.get(line.line_id, 0) + leaves
        if not gone:
            order = given_back(order, ask.fulfillment_id, line_id, quantity)
            if late:
                order = _barred(order, ask.fulfillment_id, line_id, quantity - leaves)
    if not any(off.values()):
        return order, change, ()
    order, moved = taken_off(order, {line: units for line, units in off.items() if units})
    return order, change, (cancelled_fact(change.id, moved),)


def _barred(order: Order, fulfillment_id: str, line_id: str, units: int) -> Order:
    """Count units as rejected: who gave them back is not asked for them again."""
    buckets = line_of(order, fulfillment_id, line_id).buckets
    after = replace(buckets, rejected=buckets.rejected + units)
    return set_buckets(order, fulfillment_id, line_id, after)


def _with_ask(change: OrderChange, ask: Ask) -> OrderChange:
    asks = tuple(ask if former.id == ask.id else former for former in change.asks)
    return replace(change, asks=asks)


def _told(
    change: OrderChange,
    ask: Ask,
    order: Order,
    said: Said,
    yes: Mapping[str, int],
    no: Mapping[str, int],
) -> tuple[Fact, ...]:
    body = {"change": change.id, "ask": ask.id, "fulfillment": ask.fulfillment_id, "by": said.by}
    facts = []
    for kind, units, words in (
        (FactKind.CHANGE_CONFIRMED, yes, said.agreed is True),
        (FactKind.CHANGE_DECLINED, no, said.agreed is False),
    ):
        lines = [
            {
                "line": line_of(order, ask.fulfillment_id, line_id).line_id,
                "quantity": quantity,
            }
            for line_id, quantity in units.items()
            if quantity
        ]
        if lines or words:
            facts.append(Fact(kind=kind, body={**body, "lines": lines}))
    return tuple(facts)


def _finished(order: Order, change_id: str, now: datetime) -> Change:
    """End a change when all its asks are answered, unless others have to be asked as well."""
    owner = next(one for one in order.changes if one.id == change_id)
    if any(ask.state is ChangeState.REQUESTED for ask in owner.asks):
        return Change(order=order)
    if later_parts(order, owner):  # whether they can be asked is for `change_later` to say
        waits = replace(owner, state=ChangeState.REQUESTED, decided_at=None)
        return Change(order=order.with_change(waits))
    return ended(order, owner, now)


def later_parts(order: Order, owner: OrderChange) -> tuple[FulfillmentOrder, ...]:
    """Return the open parts that what was agreed for their whole group was never asked of.

    They came into being while others were asked. None where somebody said no: nothing new holds.
    """
    found: dict[str, FulfillmentOrder] = {}
    for row in owner.actions:
        if row["action"] not in GROUP_ACTIONS or row["outcome"] != Outcome.ASKED or OVER in row:
            continue
        asks = _asks(owner, row)
        if _is_whole(asks) and not _is_outdated(order, owner, row):
            asked = {ask.fulfillment_id for ask in asks}
            parts = open_parts(order, str(row["group"]))
            found |= {part.id: part for part in parts if part.id not in asked}
    return tuple(found.values())


def ended(order: Order, owner: OrderChange, now: datetime) -> Change:
    """End a change of which nobody is asked any more: what waited for it happens or does not."""
    change, rows = Change(order=order), list(owner.actions)
    for n, row in enumerate(owner.actions):
        if row["outcome"] == Outcome.ASKED and "running" not in row and OVER not in row:
            if _holds(order, owner, row):
                asked = frozenset(ask.fulfillment_id for ask in _asks(owner, row))
                rows[n] = held(change.order, row, asked=asked)
            change = change.then(_row_ended(change.order, owner, row))
    good = any(ask.state is ChangeState.CONFIRMED for ask in owner.asks)
    good = good or any(row["outcome"] == Outcome.DONE for row in owner.actions)
    state = ChangeState.CONFIRMED if good else ChangeState.DECLINED
    over = replace(owner, actions=tuple(rows), state=state, decided_at=now)
    return change.then(Change(order=change.order.with_change(over)))


def _row_ended(order: Order, owner: OrderChange, row: Mapping[str, object]) -> Change:
    """What a row waited for: another address holds now, the new article of a swap is ordered."""
    asks = _asks(owner, row)
    whole = _is_whole(asks)
    some = any(ask.state is ChangeState.CONFIRMED for ask in asks) or bool(row.get("done"))
    if row["action"] in GROUP_ACTIONS:
        if whole:
            after = with_group(order, row) if _holds(order, owner, row) else order
            return Change(order=after, cleared=(half_hold(owner),))
        return Change(order=order, stuck=(_half(order, owner, row),) if some else ())
    new = row.get("new")
    if not isinstance(new, Mapping):
        return Change(order=order)
    if whole:
        after, fact = with_new(order, new_of(new), change_id=owner.id)
        return Change(order=after, facts=(fact,), cleared=(half_hold(owner),))
    return Change(order=order, stuck=(_half(order, owner, row),) if some else ())


def _holds(order: Order, owner: OrderChange, row: Mapping[str, object]) -> bool:
    """Whether what is wanted of a group holds now: everybody agreed, and nothing newer holds."""
    of_group = row["action"] in GROUP_ACTIONS
    return of_group and _is_whole(_asks(owner, row)) and not _is_outdated(order, owner, row)


def _asks(owner: OrderChange, row: Mapping[str, object]) -> list[Ask]:
    return [ask for ask in owner.asks if ask.id in asks_of(row)]


def _is_whole(asks: Sequence[Ask]) -> bool:
    """Whether everybody agreed to all of it."""
    return all(ask.state is ChangeState.CONFIRMED and ask.reason not in _IN_PART for ask in asks)


def _is_outdated(order: Order, owner: OrderChange, row: Mapping[str, object]) -> bool:
    """Whether a later change of the same group holds: a late yes to an older one undoes none."""
    later = order.changes[[one.id for one in order.changes].index(owner.id) + 1 :]
    return any(
        change.state is not ChangeState.REQUESTED
        and other.get("group") == row["group"]
        and (other["action"] == row["action"] or ("person" in other and "person" in row))
        and other["outcome"] != Outcome.TOO_LATE
        and _is_whole(_asks(change, other))
        for change in later
        for other in change.actions
    )


def half_hold(owner: OrderChange) -> str:
    """Return the name under which a change that was done only in part waits for a person."""
    return f"change-half:{owner.id}"


def _half(order: Order, owner: OrderChange, row: Mapping[str, object]) -> Stuck:
    what = f"group {row['group']}" if "group" in row else f"line {row['line']}"
    comes = "what was taken back is cancelled, the rest comes as ordered."
    if "group" in row:
        agreed = {
            ask.fulfillment_id for ask in _asks(owner, row) if ask.state is ChangeState.CONFIRMED
        }
        parts = open_parts(order, str(row["group"]))
        former = ", ".join(part.number for part in parts if part.id not in agreed)
        comes = f"still as they were sent: {former}." if former else comes
    return Stuck(
        hold=half_hold(owner),
        kind="change-half-done",
        text=f"Order {order.number}: the {row['action']} of {what} was agreed to only in part; "
        f"{comes}",
        next_step=f"See `hub orders show {order.number} --brand {order.brand}`, ask the customer "
        "what is wanted now, and add or cancel the rest.",
    )


# --- what happens beside an answer ----------------------------------------------------------------


def overtaken(before: Order, change: Change, fulfillment_id: str, *, now: datetime) -> Change:
    """Settle the asks of a part as far as a shipment or a rejecting answer decided them.

    Units that the partner rejected by itself are taken back as asked, and not sourced again. Asked
    units that left meanwhile are declined.
    """
    if not any(ask.fulfillment_id == fulfillment_id for _, ask in open_asks(change.order)):
        return change
    rejected = _risen(before, change.order, fulfillment_id)
    room = {line.id: line.buckets.open for line in change.order.fulfillment(fulfillment_id).lines}
    for owner, ask in list(open_asks(change.order)):
        if ask.fulfillment_id != fulfillment_id:
            continue
        taken, lost = _weighed(ask, rejected, room)
        if taken:
            said = Said(by="answer", confirmed=taken, gone=True)
            change = change.then(settle(change.order, ask.id, said, now=now))
        over = change.order.fulfillment(fulfillment_id).state in _OVER
        words = has_words(owner, ask) and over
        _, ask = find_ask(change.order, ask.id)
        if ask.state is ChangeState.REQUESTED and (lost or words):
            gone = words and _goes_elsewhere(change.order, fulfillment_id)
            by = GONE if gone else SHIPPED
            said = Said(by=by, declined=lost, agreed=gone if words else None)
            change = change.then(settle(change.order, ask.id, said, now=now))
    return change


_OVER = (FulfillmentState.CLOSED, FulfillmentState.CANCELLED)


def _goes_elsewhere(order: Order, fulfillment_id: str) -> bool:
    """Whether nothing of a part left or will, and others send what it was asked for."""
    part = order.fulfillment(fulfillment_id)
    lines = [line for line in order.lines if line.group_id == part.group_id]
    empty = part.state is FulfillmentState.CANCELLED
    return empty and any(line.buckets.open for line in lines)


def _risen(before: Order, after: Order, fulfillment_id: str) -> dict[str, int]:
    """How many units of each line the partner rejected in between."""
    had = {line.id: line.buckets.rejected for line in before.fulfillment(fulfillment_id).lines}
    return {
        line.id: line.buckets.rejected - had[line.id]
        for line in after.fulfillment(fulfillment_id).lines
    }


def _weighed(
    ask: Ask, rejected: dict[str, int], room: dict[str, int]
) -> tuple[dict[str, int], dict[str, int]]:
    """Units of an ask that were rejected, and those that are not there to be given back."""
    taken: dict[str, int] = {}
    lost: dict[str, int] = {}
    for one in ask.lines:
        line = one.fulfillment_line_id
        given = min(one.quantity, max(0, rejected[line]))
        rejected[line] -= given
        rest = one.quantity - given
        there = min(rest, room[line])
        room[line] -= there
        if given:
            taken[line] = given
        if rest > there:
            lost[line] = rest - there
    return taken, lost


def withdrawn(order: Order, *, now: datetime) -> Change:
    """Decline what a partner is asked to leave to others and does not send late any more.

    It said so since, or a customer cancelled the late ones: what is left it has confirmed.
    """
    change = Change(order=order)
    late = {
        line.id: min(line.buckets.backordered, line.buckets.open)
        for part in order.fulfillments
        for line in part.lines
    }
    for owner, ask in list(open_asks(order)):
        if owner.kind is not ChangeKind.RESOURCING:
            continue
        over: dict[str, int] = {}
        for one in ask.lines:
            still = min(one.quantity, late[one.fulfillment_line_id])
            late[one.fulfillment_line_id] -= still
            if one.quantity > still:
                over[one.fulfillment_line_id] = one.quantity - still
        if over:
            said = Said(by=WITHDRAWN, declined=over)
            change = change.then(settle(change.order, ask.id, said, now=now))
    return change


def silent(order: Order, ask_id: str, *, confirms: bool, partner: str, now: datetime) -> Change:
    """Settle an ask by its partner's silence, as its page says; a declined one tells a person."""
    owner, ask = find_ask(order, ask_id)
    change = settle(order, ask_id, all_said(owner, ask, yes=confirms, by=SILENCE), now=now)
    if confirms:
        return change
    return replace(change, stuck=(*change.stuck, unanswered(order, ask, partner=partner)))


def unanswered(order: Order, ask: Ask, *, partner: str) -> Stuck:
    """Tell that a change was asked for and never answered."""
    part = order.fulfillment(ask.fulfillment_id)
    return Stuck(
        hold=declined_hold(ask.id),
        kind="change-unanswered",
        partner=partner,
        text=f"{partner} did not answer change {ask.number} of purchase order {part.number} in "
        "time; it counts as declined and the goods as coming.",
        next_step="Call the partner; what it says later by paper still counts. The customer's page "
        f"says that the change was not possible: `hub orders show {order.number}`.",
    )


def declined_hold(ask_id: str) -> str:
    """Return the name under which a declined ask waits for a person."""
    return f"change-declined:{ask_id}"


def reopened(order: Order, ask: Ask) -> Order:
    """Return the order with an ask that silence ended waiting again, for its late answer."""
    owner, _ = find_ask(order, ask.id)
    again = replace(ask, state=ChangeState.REQUESTED, reason=CUT_SHORT.get(ask.reason, ""))
    return order.with_change(_with_ask(_waiting_for(owner, ask), again))


def asked_again(order: Order, ask: Ask) -> Order:
    """Return the order with an ask that waits again, as it is given, and its change with it."""
    owner, _ = find_ask(order, ask.id)
    waits = replace(_waiting_for(owner, ask), state=ChangeState.REQUESTED, decided_at=None)
    return order.with_change(_with_ask(waits, replace(ask, state=ChangeState.REQUESTED)))


def _waiting_for(owner: OrderChange, ask: Ask) -> OrderChange:
    """A decided change of which only the rows of one ask wait again: the others happened once."""
    if owner.decided_at is None:
        return owner
    rows = tuple(
        {key: value for key, value in row.items() if key != OVER}
        if ask.id in asks_of(row)
        else {**row, OVER: True}
        for row in owner.actions
    )
    return replace(owner, actions=rows)


def still_asked(order: Order, ask: Ask) -> tuple[AskedUnits, ...]:
    """Return the units of an ask that can still be given back."""
    return tuple(
        replace(one, quantity=min(one.quantity, there))
        for one in ask.lines
        if (there := line_of(order, ask.fulfillment_id, one.fulfillment_line_id).buckets.open)
    )
