"""What a change has come to by now, piece by piece: done, asked for, or too late and why. Pure.

An order keeps of an ask only how it ended. How many units were taken back, and who refused others
for what reason, stands in the facts: both are read here together. Nothing is decided here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

from hub.domain.change_held import KEPT, current
from hub.domain.change_rows import asks_on
from hub.domain.change_settling import CUT_SHORT, PART, SHIPPED
from hub.domain.facts import FactKind
from hub.domain.hearing import line_of
from hub.domain.orders import Ask, ChangeState, Order, OrderChange
from hub.domain.wishes import GROUP_ACTIONS, Outcome, Why

Row = Mapping[str, object]
MORE = "more"
"""Units of a line that was there before; the row of a change calls them `quantity`."""
KEEP = "keep"
"""Units that were being taken back and stay on the order."""
CANCEL = "cancel"
"""Units taken off, whatever the row calls it."""
GIVEN_UP = "given_up"
"""Units that were to be exchanged and are only cancelled: nothing comes in their place."""
IN_PART = "confirmed in part"
_ANSWERS = (FactKind.CHANGE_CONFIRMED, FactKind.CHANGE_DECLINED)


class Known(Protocol):
    """A fact, just made or stored."""

    @property
    def kind(self) -> str:
        """Its `FactKind`."""

    @property
    def body(self) -> Mapping[str, object]:
        """Ids, quantities and days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One outcome of a row: what was wanted, of how many units of which order lines.

    `units` are empty for a whole ship group; a piece of one names the units that it holds for.
    `article` is the number of the line that came in exchange.
    """

    row: Row
    action: str
    outcome: Outcome
    units: Mapping[str, int]
    why: str = ""
    article: str = ""


def is_over(change: OrderChange) -> bool:
    """Whether nobody is being asked for anything of it any more.

    A late answer may reopen an ask of a change whose state says that it has ended.
    """
    waits = any(ask.state is ChangeState.REQUESTED for ask in change.asks)
    return not waits and change.state is not ChangeState.REQUESTED


def came_to(order: Order, change: OrderChange, facts: Sequence[Known]) -> str:
    """Return its state as people are told it: what was agreed to only in part is `IN_PART`."""
    if change.state is not ChangeState.CONFIRMED:
        return str(change.state)
    rows = [row for row in change.actions if "running" not in row]
    found = pieces(order, change.id, rows, facts)
    late = any(one.outcome is Outcome.TOO_LATE or one.action == GIVEN_UP for one in found)
    outdated = any(one.why in (Why.GIVEN_UP, Why.WANTED) for one in found)
    if outdated and all(one.outcome is Outcome.TOO_LATE for one in found):
        return str(ChangeState.DECLINED)  # what was agreed to was wanted no more
    return IN_PART if late else str(change.state)


def answers(facts: Sequence[Known], change_id: str) -> int:
    """Return how often somebody said what becomes of a change."""
    return sum(fact.kind in _ANSWERS and fact.body.get("change") == change_id for fact in facts)


def pieces(
    order: Order, change_id: str, rows: Sequence[Row], facts: Sequence[Known]
) -> list[Piece]:
    """Return what the rows of one request have come to, in their sequence.

    `facts` are the order's, oldest first. A row that waits for the answer to another change is
    told by what became of that one.
    """
    ledger = _Ledger(order, facts)
    owner = ledger.changes.get(change_id)
    known = current(owner, rows) if owner else rows
    return list(chain.from_iterable(_of_row(ledger, row, change_id) for row in known))


class _Ledger:
    """What the facts say of each change and line; what a row has taken is not there for others."""

    def __init__(self, order: Order, facts: Sequence[Known]) -> None:
        self.order = order
        self.facts = facts
        self.changes = {change.id: change for change in order.changes}
        self.lines = {line.number: line.id for line in order.lines}
        self._taken: dict[tuple[str, str], int] = {}
        self._waiting: dict[tuple[str, str], int] = {}
        self._leaving: dict[tuple[str, str], int] = {}

    def line(self, row: Row) -> str:
        return self.lines.get(str(row.get("line")), "")

    def is_added(self, change_id: str, line: str) -> bool:
        return any(line == named for named, _ in self._told(FactKind.LINES_ADDED, change_id))

    def taken(self, change_id: str, line: str, most: int) -> int:
        """Take units that partners gave back."""
        if (change_id, line) not in self._taken:
            told = self._told(FactKind.LINES_CANCELLED, change_id)
            units = sum(count for named, count in told if named == line)
            self._taken[change_id, line] = max(0, units - self._at_once(change_id, line))
        return _drawn(self._taken, (change_id, line), most)

    def waiting(self, change_id: str, line: str, most: int) -> int:
        """Take units for which somebody is still asked."""
        if (change_id, line) not in self._waiting:
            self._waiting[change_id, line] = sum(
                one.quantity
                for ask in self.changes[change_id].asks
                if ask.state is ChangeState.REQUESTED
                for one in ask.lines
                if line_of(self.order, ask.fulfillment_id, one.fulfillment_line_id).line_id == line
            )
        return _drawn(self._waiting, (change_id, line), most)

    def kept(self, change_id: str, row: Row) -> int:
        """How many units of a row are wanted after all; `change_id` is whose asks it waits for."""
        if "running" not in row:
            return _count(row, KEPT)
        line, units = self.line(row), _count(row, "quantity")
        rows = [
            one
            for one in self.changes[change_id].actions
            if self.line(one) == line and one["outcome"] == Outcome.ASKED and "running" not in one
        ]
        stay = sum(_count(one, KEPT) for one in rows)
        if (change_id, line) not in self._leaving:
            wanted = sum(_count(one, "quantity") for one in rows)
            self._leaving[change_id, line] = max(0, wanted - stay)
        return min(stay, units - _drawn(self._leaving, (change_id, line), units))

    def refused(self, asks: Sequence[Ask], line: str, units: int) -> Iterator[tuple[str, int]]:
        """Yield so many units of a line by why they were refused: what was said last holds."""
        ids = {ask.id for ask in asks}
        for fact in reversed(self.facts):
            if units and fact.kind == FactKind.CHANGE_DECLINED and fact.body.get("ask") in ids:
                said = sum(count for named, count in _units(fact) if named == line)
                if part := min(units, said):
                    yield self._why(fact, line), part
                    units -= part
        if units:
            yield str(Why.NO_CHANGES), units

    def words_refused(self, ask: Ask) -> str:
        """Why an address or the like was refused."""
        said = [fact for fact in self.facts if fact.body.get("ask") == ask.id]
        no = [fact for fact in said if fact.kind == FactKind.CHANGE_DECLINED]
        return self._why(no[-1], "") if no else str(Why.NO_CHANGES)

    def _why(self, fact: Known, line: str) -> str:
        """It left only where something of it stands as shipped: that may have been taken back.

        An answer that gave nothing back was a yes to what was not there any more, or a no.
        """
        by = fact.body.get("by")
        if by not in (SHIPPED, "answer"):
            return str(Why.NO_CHANGES)
        part = self.order.fulfillment(str(fact.body.get("fulfillment")))
        told = [one for one in part.lines if one.line_id == line or (not line and by == SHIPPED)]
        left = any(one.buckets.shipped or one.buckets.unexpected for one in told)
        return str(Why.SHIPPED if left else Why.NO_CHANGES)

    def _told(self, kind: FactKind, change_id: str) -> Iterator[tuple[str, int]]:
        for fact in self.facts:
            if fact.kind == kind and fact.body.get("change") == change_id:
                yield from _units(fact)

    def _at_once(self, change_id: str, line: str) -> int:
        """Units of a line that nobody had to be asked for."""
        return sum(
            _count(row, "quantity") if row["outcome"] == Outcome.DONE else _count(row, "done")
            for row in self.changes[change_id].actions
            if self.line(row) == line and row["action"] != KEEP
            if not self._is_more(row, change_id)
        )

    def _is_more(self, row: Row, change_id: str) -> bool:
        return row["action"] == "quantity" and self.is_added(change_id, self.line(row))


def _of_row(ledger: _Ledger, row: Row, change_id: str) -> Iterator[Piece]:
    outcome = Outcome(str(row["outcome"]))
    owner = ledger.changes.get(str(row.get("running") or change_id))
    if outcome is not Outcome.ASKED:
        yield _at_once(ledger, row, change_id, outcome)
    elif owner is None:
        yield _piece(ledger, row, Outcome.ASKED)
    else:
        asks = asks_on(owner, row)
        waits = not asks or any(ask.state is ChangeState.REQUESTED for ask in asks)
        # Others may have to be asked as well before something of a whole group holds.
        waits = waits or (row["action"] in GROUP_ACTIONS and owner.decided_at is None)
        if row["action"] in GROUP_ACTIONS or row["action"] == "swap":
            whole = _of_group if row["action"] in GROUP_ACTIONS else _of_swap
            yield from [_piece(ledger, row, outcome)] if waits else whole(ledger, row, owner, asks)
        else:
            yield from _of_units(ledger, row, owner, asks)


def _at_once(ledger: _Ledger, row: Row, change_id: str, outcome: Outcome) -> Piece:
    """What was known when it was asked for."""
    action = str(row["action"])
    if action == "quantity" and ledger.is_added(change_id, ledger.line(row)):
        action = MORE
    elif action in ("remove", "quantity") and outcome is Outcome.DONE:
        action = CANCEL
    return Piece(
        row=row,
        action=action,
        outcome=outcome,
        units=_units_of(ledger, row, _count(row, "quantity")),
        why=str(row.get("why", "")),
        article=str(row.get("new_line", "")),
    )


def _of_units(
    ledger: _Ledger, row: Row, owner: OrderChange, asks: Sequence[Ask]
) -> Iterator[Piece]:
    """Units to be taken off: some are, some are still asked for, some are refused."""
    line, stay = ledger.line(row), ledger.kept(owner.id, row)
    left = _count(row, "quantity") - stay
    if stay:
        why = str(Why.WANTED)
        yield _piece(ledger, row, Outcome.TOO_LATE, units=stay, action=CANCEL, why=why)
    taken = ledger.taken(owner.id, line, left)
    waiting = ledger.waiting(owner.id, line, left - taken)
    if taken:
        yield _piece(ledger, row, Outcome.DONE, units=taken, action=CANCEL)
    if waiting:
        yield _piece(ledger, row, Outcome.ASKED, units=waiting, action=CANCEL)
    for why, units in ledger.refused(asks, line, left - taken - waiting):
        yield _piece(ledger, row, Outcome.TOO_LATE, units=units, action=CANCEL, why=why)


def _of_swap(ledger: _Ledger, row: Row, owner: OrderChange, asks: Sequence[Ask]) -> Iterator[Piece]:
    """All of it is exchanged or nothing is: what was taken back alone is only cancelled."""
    units, new = _count(row, "quantity"), row.get("new")
    done = _count(row, "done")
    taken = done + ledger.taken(owner.id, ledger.line(row), units - done)
    if all(_is_whole(ask) for ask in asks):
        article = str(new.get("number", "")) if isinstance(new, Mapping) else ""
        yield Piece(
            row=row,
            action="swap",
            outcome=Outcome.DONE,
            units=_units_of(ledger, row, units),
            article=article,
        )
        return
    if taken:
        yield _piece(ledger, row, Outcome.DONE, units=taken, action=GIVEN_UP)
    for why, rest in ledger.refused(asks, ledger.line(row), units - taken):
        yield _piece(ledger, row, Outcome.TOO_LATE, units=rest, why=why)


def _of_group(
    ledger: _Ledger, row: Row, owner: OrderChange, asks: Sequence[Ask]
) -> Iterator[Piece]:
    """Another address or the like: of all of the group, or only of what some partners send."""
    good = [ask for ask in asks if _is_whole(ask)]
    held = _parts_units(ledger.order, good, owner)
    if len(good) == len(asks) or held:
        units = held if len(good) < len(asks) else {}
        yield Piece(row=row, action=str(row["action"]), outcome=Outcome.DONE, units=units)
    by_why: dict[str, list[Ask]] = {}
    for ask in asks:
        if ask not in good:
            by_why.setdefault(ledger.words_refused(ask), []).append(ask)
    for why, late in by_why.items():
        yield Piece(
            row=row,
            action=str(row["action"]),
            outcome=Outcome.TOO_LATE,
            units=_parts_units(ledger.order, late, owner) if held or len(by_why) > 1 else {},
            why=why,
        )


def _is_whole(ask: Ask) -> bool:
    """Whether everything that was asked of a partner was agreed to."""
    in_part = ask.reason == PART or ask.reason in CUT_SHORT
    return ask.state is ChangeState.CONFIRMED and not in_part


def _parts_units(order: Order, asks: Sequence[Ask], change: OrderChange) -> dict[str, int]:
    """What those who were asked send, without what had left before they were."""
    asked = {ask.fulfillment_id for ask in asks}
    units: dict[str, int] = {}
    for part in order.fulfillments:
        for one in part.lines if part.id in asked else ():
            sent = one.buckets.open + one.buckets.shipped
            units[one.line_id] = units.get(one.line_id, 0) + sent
    for shipment in order.shipments:
        moment = shipment.heard_at or shipment.shipped_at
        if shipment.fulfillment_id in asked and moment < change.requested_at:
            for package in shipment.packages:
                for packed in package.lines:
                    units[packed.line_id] = units.get(packed.line_id, 0) - packed.quantity
    return {line: count for line, count in units.items() if count > 0}


def _piece(
    ledger: _Ledger,
    row: Row,
    outcome: Outcome,
    *,
    units: int | None = None,
    action: str = "",
    why: str = "",
) -> Piece:
    count = _count(row, "quantity") if units is None else units
    return Piece(
        row=row,
        action=action or str(row["action"]),
        outcome=outcome,
        units=_units_of(ledger, row, count),
        why=why,
    )


def _units_of(ledger: _Ledger, row: Row, count: int) -> dict[str, int]:
    line = ledger.line(row)
    return {line: count} if line and count else {}


def _drawn(pool: dict[tuple[str, str], int], key: tuple[str, str], most: int) -> int:
    units = min(pool[key], max(0, most))
    pool[key] -= units
    return units


def _count(row: Row, key: str) -> int:
    count = row.get(key)
    return count if isinstance(count, int) else 0


def _units(fact: Known) -> Iterator[tuple[str, int]]:
    rows = fact.body.get("lines")
    for row in rows if isinstance(rows, list) else ():
        yield str(row.get("line")), _count(row, "quantity")
