"""Units that a running change holds, and what a later wish makes of them. Pure.

A partner that was asked to give units back cannot be told to forget it. What its yes means can
still change: units that were to be exchanged are only cancelled, units that were to be cancelled
are wanted after all and ordered once more.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from hub.domain.change_rows import (
    OVER,
    asked_for,
    asks_of,
    line_numbered,
    open_asks,
    requested_body,
)
from hub.domain.facts import Fact, FactKind
from hub.domain.orders import (
    Ask,
    ChangeKind,
    ChangeState,
    Order,
    OrderChange,
    OrderLine,
)
from hub.domain.wishes import Outcome, Why

OFF = "off"
"""How many units a row may still take off the order; without it all that are given back."""
KEPT = "kept"
"""How many units of a row are wanted after all."""
WAS = "was"
"""What a row asked for before it was made into a cancellation."""
Row = Mapping[str, object]


# --- what is held ---------------------------------------------------------------------------------


def waiting(order: Order, change: OrderChange, line: OrderLine) -> int:
    """Return how many units of a line a change waits for."""
    mine = {one.id for _, one in asked_for(order, line)}
    return sum(
        units.quantity
        for ask in change.asks
        if ask.state is ChangeState.REQUESTED
        for units in ask.lines
        if units.fulfillment_line_id in mine
    )


def is_exchange(change: OrderChange, line: OrderLine) -> bool:
    """Whether something is to come in place of the units of a line that a change waits for."""
    return any(_exchanges(row, line.number) for row in change.actions)


def kept(order: Order, change: OrderChange, line: OrderLine) -> int:
    """Return how many of the units a change waits for are wanted after all."""
    most = _most(change, line)
    return 0 if most is None else max(0, waiting(order, change, line) - most)


def leaving(order: Order, line: OrderLine) -> int:
    """Return how many units partners are asked to give back because they are not wanted.

    Those that only change their partner, or are to be exchanged, are none of them.
    """
    return sum(
        waiting(order, change, line) - kept(order, change, line)
        for change in order.changes
        if change.kind is not ChangeKind.RESOURCING and not is_exchange(change, line)
    )


def exchanging(order: Order, line: OrderLine) -> int:
    """Return how many units partners are asked to give back for others that come in exchange."""
    return sum(
        waiting(order, change, line) for change in order.changes if is_exchange(change, line)
    )


def answer_by(order: Order, line: OrderLine) -> datetime | None:
    """Return by when it is known what becomes of units that are not to stay; None if none are."""
    mine = {one.id for _, one in asked_for(order, line)}
    moments = [
        ask.until
        for change, ask in open_asks(order)
        if change.kind is not ChangeKind.RESOURCING and ask.until
        if any(units.fulfillment_line_id in mine for units in ask.lines)
    ]
    return max(moments, default=None)


def _exchanges(row: Row, number: str) -> bool:
    return _takes(row, number) and OVER not in row and isinstance(row.get("new"), Mapping)


def _takes(row: Row, number: str) -> bool:
    """Whether a row asks for units of the line to be given back."""
    return row["outcome"] == Outcome.ASKED and "running" not in row and row.get("line") == number


def _most(change: OrderChange, line: OrderLine) -> int | None:
    """How many units a change may still take off a line; None when all that are given back."""
    limits = [_count(row, OFF) for row in change.actions if _takes(row, line.number) and OFF in row]
    return sum(limits) if limits else None


def _count(row: Row, key: str) -> int:
    count = row.get(key)
    return count if isinstance(count, int) else 0


def current(change: OrderChange, rows: Sequence[Row]) -> Sequence[Row]:
    """Return what the rows of a change have become since they were asked for.

    `rows` are all of its request as they were answered at first, or some that it has by now: those
    are returned as they are.
    """
    now = _in_place(change)
    pairs = list(zip(rows, now, strict=False))
    if len(rows) != len(now) or not all(_is_same(row, one[-1]) for row, one in pairs):
        return rows
    return [
        new for row, one in pairs for new in (one if row["outcome"] == Outcome.ASKED else [row])
    ]


def _in_place(change: OrderChange) -> list[list[Row]]:
    """The rows of a change, by the place of the row that they were when it was asked for."""
    found: list[list[Row]] = []
    goes_on = False
    for row in change.actions:
        if goes_on:
            found[-1].append(row)
        else:
            found.append([row])
        goes_on = WAS in row and row["outcome"] == Outcome.DONE  # its asked units are the next row
    return found


def _is_same(row: Row, now: Row) -> bool:
    return all(row.get(key) == now.get(key) for key in ("line", "group", "running"))


# --- wanted after all -----------------------------------------------------------------------------


def keep(order: Order, line: OrderLine, units: int) -> tuple[Order, int]:
    """Want units after all that are being taken back; return how many of them there are.

    They stay on the order whatever the partner says: what it gives back is looked for once more.
    """
    left = units
    for change in reversed(order.changes):
        if change.kind is ChangeKind.RESOURCING or is_exchange(change, line):
            continue
        waits = waiting(order, change, line)
        some = min(left, waits - kept(order, change, line))
        if some:
            order = order.with_change(_limited(change, line, waits, some))
            left -= some
    return order, units - left


def released(order: Order, change_id: str, line: OrderLine, units: int) -> Order:
    """Let units go that were wanted after all, as the running change asks for them."""
    change = next(one for one in order.changes if one.id == change_id)
    return order.with_change(_limited(change, line, waiting(order, change, line), -units))


def _limited(change: OrderChange, line: OrderLine, waits: int, some: int) -> OrderChange:
    """The change with so many units more, or fewer, wanted after all; its first row says it."""
    former = _most(change, line)
    most = min(waits, waits if former is None else former) - some
    mine = [n for n, row in enumerate(change.actions) if _takes(row, line.number)]
    rows = list(change.actions)
    stays = sum(_count(row, KEPT) for row in rows if _takes(row, line.number)) + some
    for n in mine:
        # The first row is full before the next says anything.
        share = min(stays, _count(rows[n], "quantity"))
        rows[n] = {**rows[n], OFF: most if n == mine[0] else 0, KEPT: share}
        stays -= share
    return replace(change, actions=tuple(rows))


def taken(change: OrderChange, line: OrderLine, units: int) -> tuple[OrderChange, int]:
    """Return how many units given back leave the order, and the change with what it still may."""
    most = _most(change, line)
    if most is None:
        return change, units
    some = min(units, most)
    rows = list(change.actions)
    first = next(n for n, row in enumerate(rows) if _takes(row, line.number) and OFF in row)
    rows[first] = {**rows[first], OFF: most - some}
    return replace(change, actions=tuple(rows)), some


def staying(change: OrderChange, facts: Sequence[Fact]) -> Iterator[Fact]:
    """Say of units agreed to, of which none left the order, that they were wanted after all."""
    for fact in facts:
        agreed = fact.kind is FactKind.CHANGE_CONFIRMED and fact.body["lines"]
        stays = agreed and change.kind is not ChangeKind.RESOURCING
        yield replace(fact, body={**fact.body, "stays": True}) if stays else fact


# --- cancelled in place of exchanged --------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUp:
    """What became of exchanges that are only to be cancelled now.

    `asks` are those that the cancellation takes over, by the change that had them. `halves` are
    exchanges of which only some units are wanted: nothing was done about them.
    """

    order: Order
    asks: Mapping[str, Sequence[Ask]] = field(default_factory=dict)
    halves: frozenset[tuple[str, str]] = frozenset()
    facts: tuple[Fact, ...] = ()


def given_up(order: Order, wanted: Mapping[tuple[str, str], int], now: datetime) -> GivenUp:
    """Give up exchanges whose units a customer cancels: nothing comes in their place any more.

    `wanted` is how many units are to be cancelled, by the change that exchanges them and the number
    of their line. An ask for nothing else becomes the cancellation's. One that waits for other
    things too, or was answered in part, stays with its change, which cancels the units itself.
    """
    made = GivenUp(order=order)
    for change in order.changes:
        numbers = [line for name, line in wanted if name == change.id]
        lines = [line_numbered(order, number) for number in numbers]
        whole = {
            line.number
            for line in lines
            if wanted[change.id, line.number] >= waiting(order, change, line)
        }
        halves = {(change.id, number) for number in numbers if number not in whole}
        made = replace(made, halves=made.halves | halves)
        if whole:
            made = _without(made, change, whole, now)
    return made


def _without(made: GivenUp, change: OrderChange, lines: set[str], now: datetime) -> GivenUp:
    mine = [row for row in change.actions if _exchanges(row, str(row.get("line")))]
    mine = [row for row in mine if row["line"] in lines]
    others = [row for row in change.actions if row not in mine]
    names = {ask for row in mine for ask in asks_of(row)}
    asks = [ask for ask in change.asks if ask.id in names]
    shared = any(names & set(asks_of(row)) for row in others)
    fresh = all(ask.state is ChangeState.REQUESTED and not ask.reason for ask in asks)
    if shared or not fresh:
        rows = [new for row in change.actions for new in (_only(row) if row in mine else (row,))]
        former = replace(change, actions=tuple(rows))
        again = Fact(kind=FactKind.CHANGE_REQUESTED, body=requested_body(former))
        order = made.order.with_change(former)
        return replace(made, order=order, facts=(*made.facts, again))
    rows = [new for row in change.actions for new in (_ended(row) if row in mine else (row,))]
    left = tuple(ask for ask in change.asks if ask.id not in names)
    former = replace(change, actions=tuple(rows), asks=left)
    facts = made.facts
    if not any(ask.state is ChangeState.REQUESTED for ask in left):
        former = _answered(former, now)
        body = {"change": change.id, "by": str(Why.GIVEN_UP), "lines": []}
        facts = (*facts, Fact(kind=FactKind.CHANGE_DECLINED, body=body))
    return replace(
        made,
        order=made.order.with_change(former),
        asks={**made.asks, change.id: asks},
        facts=facts,
    )


def _answered(change: OrderChange, now: datetime) -> OrderChange:
    """The change that nobody is asked for any more, after its exchanges were given up.

    One that others have answered waits to be ended as after a last answer: what they agreed to has
    not happened yet.
    """
    if change.asks:
        return replace(change, state=ChangeState.REQUESTED, decided_at=None)
    done = any(row["outcome"] == Outcome.DONE for row in change.actions)
    state = ChangeState.CONFIRMED if done else ChangeState.DECLINED
    return replace(change, state=state, decided_at=now)


def _only(row: Row) -> Iterator[Row]:
    """An exchange as the cancellation of its units, within its own change."""
    yield from _at_once(row)
    rest = {key: row[key] for key in row if key not in ("new", "done")}
    units = _count(row, "quantity") - _count(row, "done")
    yield {**rest, "action": "cancel", "quantity": units, WAS: "swap"}


def _ended(row: Row) -> Iterator[Row]:
    """An exchange that another change made a cancellation of."""
    yield from _at_once(row)
    rest = {key: row[key] for key in row if key not in ("asks", "done")}
    units = _count(row, "quantity") - _count(row, "done")
    outcome = {"outcome": str(Outcome.TOO_LATE), "why": str(Why.GIVEN_UP)}
    yield {**rest, "quantity": units, **outcome, WAS: "swap"}


def _at_once(row: Row) -> Iterator[Row]:
    """The units of an exchange that nobody had to be asked for: they are cancelled already."""
    if units := _count(row, "done"):
        outcome = str(Outcome.DONE)
        done = {"action": "cancel", "line": row["line"], "quantity": units, "outcome": outcome}
        yield {**done, WAS: "swap"}
