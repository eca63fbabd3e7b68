"""What deciding and settling a change have in common: who is asked, what a row says, what moves."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from hub.domain.facts import Duty, DutyKind, Fact, FactKind, Watch, WatchKind
from hub.domain.hearing import line_of, set_buckets
from hub.domain.names import Names
from hub.domain.orders import (
    Ask,
    Buckets,
    ChangeKind,
    ChangeState,
    FulfillmentLine,
    FulfillmentOrder,
    Order,
    OrderChange,
    OrderLine,
    ShipGroup,
)
from hub.domain.totals import Moved, put_on
from hub.domain.wishes import NewUnits, Terms

OVER = "over"
"""Marks a row that came to its end before another of its change was asked again."""


def asked_for(order: Order, line: OrderLine) -> Iterator[tuple[FulfillmentOrder, FulfillmentLine]]:
    """Yield every partner's line that asks for units of this one."""
    for part in order.fulfillments:
        for one in part.lines:
            if one.line_id == line.id:
                yield part, one


def watch_hold(ask_id: str) -> str:
    """Return the name under which an answer is awaited."""
    return f"change:{ask_id}"


def line_numbered(order: Order, number: str) -> OrderLine:
    """Return the line of that number; KeyError when there is none."""
    for line in order.lines:
        if line.number == number:
            return line
    raise KeyError(number)


def group_numbered(order: Order, number: str) -> ShipGroup:
    """Return the ship group of that number; KeyError when there is none."""
    for group in order.groups:
        if group.number == number:
            return group
    raise KeyError(number)


def open_parts(order: Order, group: str) -> list[FulfillmentOrder]:
    """Return the parts of the ship group of that number from which something is still to leave."""
    group_id = group_numbered(order, group).id
    return [
        part
        for part in order.fulfillments
        if part.group_id == group_id and any(line.buckets.open for line in part.lines)
    ]


def rows_of_group(
    rows: Iterable[Mapping[str, object]], group: ShipGroup
) -> Iterator[Mapping[str, object]]:
    """Yield the rows that change what holds for a whole group, words on a new article among it."""
    for row in rows:
        new = row.get("new")
        own = isinstance(new, Mapping) and new["person_id"] and new["group"] == group.number
        if row.get("group") == group.number or own:
            yield row


def open_asks(order: Order) -> Iterator[tuple[OrderChange, Ask]]:
    """Yield every ask that waits for an answer, oldest first."""
    for change in order.changes:
        for ask in change.asks:
            if ask.state is ChangeState.REQUESTED:
                yield change, ask


def asks_of(row: Mapping[str, object]) -> Sequence[str]:
    """Return the asks on which an action's outcome depends."""
    asks = row.get("asks", ())
    return [str(ask) for ask in asks] if isinstance(asks, list | tuple) else ()


def asks_on(change: OrderChange, row: Mapping[str, object]) -> list[Ask]:
    """Return the asks on which a row depends by now; one kept from the first answer names fewer.

    What is wanted of a whole group is asked of later parts as well. A row that names none depends
    on all.
    """
    mine = set(asks_of(row))
    same = [one for one in change.actions if _is_of(one, row) and mine & set(asks_of(one))]
    mine.update(ask for one in same for ask in asks_of(one))
    return [ask for ask in change.asks if not mine or ask.id in mine]


def _is_of(one: Mapping[str, object], row: Mapping[str, object]) -> bool:
    """Whether two rows want the same of a whole group."""
    both = (one.get("group"), one["action"])
    return "group" in row and both == (row["group"], row.get("action"))


def duty_of(order: Order, ask: Ask, terms: Terms, names: Names) -> Duty:
    """Return the duty to write the paper by which a partner is asked."""
    return Duty(
        id=names.new("dty"),
        lane=terms.lane,
        kind=DutyKind.CHANGE,
        set_id=terms.set_id,
        subject=ask.id,
        order_id=order.id,
        due_at=terms.due_at,
        body={},
    )


def watch_of(order: Order, ask: Ask, terms: Terms) -> Watch:
    """Return the watch that waits for an answer."""
    return Watch(
        hold=watch_hold(ask.id),
        kind=WatchKind.CHANGE,
        partner=terms.partner,
        subject=ask.id,
        due_at=terms.until,
        order_id=order.id,
    )


def next_number(order: Order, fulfillment_id: str) -> int:
    """Return the number of a purchase order's next change."""
    before = [ask for change in order.changes for ask in change.asks]
    return sum(ask.fulfillment_id == fulfillment_id for ask in before) + 1


def pending(order: Order, fulfillment_line_id: str) -> int:
    """Return how many units of a partner's line it is being asked to give back."""
    return sum(
        units.quantity
        for _, ask in open_asks(order)
        for units in ask.lines
        if units.fulfillment_line_id == fulfillment_line_id
    )


def adopted(order: Order, wanted: Mapping[str, int]) -> tuple[Order, frozenset[str]]:
    """Make units that were to go to another partner the customer's cancellation, all or none.

    `wanted` is how many running units the customer wants to give back, by change. One paper asks
    for all units of a change and one answer decides them: of a change that is wanted only in part
    nothing is adopted, and its id is returned.
    """
    halves = []
    for change in order.changes:
        if change.kind is not ChangeKind.RESOURCING or change.id not in wanted:
            continue
        asks = [ask for ask in change.asks if ask.state is ChangeState.REQUESTED]
        if wanted[change.id] < sum(one.quantity for ask in asks for one in ask.lines):
            halves.append(change.id)
        else:
            order = order.with_change(replace(change, kind=ChangeKind.CANCELLATION))
    return order, frozenset(halves)


def needs_source(before: Order, after: Order) -> bool:
    """Whether units lost their partner or came without one.

    What nobody could fill is not looked for each time.
    """
    had = {line.id: before.unsourced(line) for line in before.lines}
    return any(after.unsourced(line) > had.get(line.id, 0) for line in after.lines)


def sourceless_cleared(before: Order, after: Order) -> tuple[str, ...]:
    """Return the holds of lines that looked for a partner and need none any more."""
    return tuple(
        f"no-source:{line.id}"
        for line in before.lines
        if before.unsourced(line) and not after.unsourced(after.line(line.id))
    )


def given_back(order: Order, fulfillment_id: str, line_id: str, units: int) -> Order:
    """Take open units off a partner's line, backordered ones first."""
    buckets = line_of(order, fulfillment_id, line_id).buckets.cancel(units)
    kept = buckets.ordered - buckets.cancelled
    later = min(max(0, buckets.backordered - units), kept)
    accepted = min(buckets.accepted, kept - later)
    after = replace(buckets, backordered=later, accepted=accepted)
    return set_buckets(order, fulfillment_id, line_id, after)


def with_group(order: Order, row: Mapping[str, object]) -> Order:
    """Return the order with what a row says of a ship group: address, method, gift or date."""
    group = group_numbered(order, str(row["group"]))
    if "person" in row:
        group = replace(group, person_id=str(row["person"]))
    if "method" in row:
        method = str(row["method"])
        group = replace(group, method_asked=method, method_final=method, carrier="")
    if "gift" in row:
        group = replace(group, gift=bool(row["gift"]), hide_prices=bool(row["hide_prices"]))
    if "deliver_by" in row:
        day = row["deliver_by"]
        group = replace(group, deliver_by=date.fromisoformat(str(day)) if day else None)
    groups = tuple(group if former.id == group.id else former for former in order.groups)
    return replace(order, groups=groups)


def with_new(order: Order, new: NewUnits, *, change_id: str) -> tuple[Order, Fact]:
    """Put a new line on the order and tell it; its units have no partner yet."""
    group = group_numbered(order, new.group)
    line = OrderLine(
        id=new.line_id,
        group_id=group.id,
        number=new.number,
        sku=new.sku,
        description=new.description,
        unit_price=new.unit_price,
        discount=new.discount,
        tax=new.tax,
        buckets=Buckets.new(new.quantity),
        personalization_hash=new.personalization_hash,
    )
    after, moved = put_on(order, line, quantity=new.quantity)
    if new.person_id:
        after = with_group(after, {"group": new.group, "person": new.person_id})
    return after, added_fact(change_id, moved)


def new_row(new: NewUnits) -> dict[str, object]:
    """Write a new line that waits for a swap, as an action's row keeps it."""
    return {field: getattr(new, field) for field in NewUnits.__slots__}


def new_of(row: Mapping[str, object]) -> NewUnits:
    """Read what `new_row` wrote."""
    return NewUnits(**row)  # type: ignore[arg-type]


def cancelled_fact(change_id: str, moved: Moved) -> Fact:
    """Tell what was cancelled and given back."""
    return Fact(kind=FactKind.LINES_CANCELLED, body={"change": change_id, **moved.body})


def added_fact(change_id: str, moved: Moved) -> Fact:
    """Tell what was added and what it costs."""
    return Fact(kind=FactKind.LINES_ADDED, body={"change": change_id, **moved.body})


def requested_body(made: OrderChange) -> dict[str, object]:
    """Return what a fact says of a change asked for: its actions, without ids of people."""
    kept = ("action", "line", "group", "quantity", "outcome", "why", "deliver_by", "method")
    rows = [{key: row[key] for key in kept if key in row} for row in made.actions]
    return {"change": made.id, "kind": str(made.kind), "actions": rows}


def decided_fact(made: OrderChange) -> tuple[Fact, ...]:
    """Tell what became of a change that was decided at once; nothing while somebody is asked."""
    body = {"change": made.id, "by": "at_once"}
    if made.state is ChangeState.CONFIRMED:
        return (Fact(kind=FactKind.CHANGE_CONFIRMED, body=body),)
    if made.state is ChangeState.DECLINED:
        whys = sorted({str(row["why"]) for row in made.actions if "why" in row})
        return (Fact(kind=FactKind.CHANGE_DECLINED, body={**body, "reasons": whys}),)
    return ()
