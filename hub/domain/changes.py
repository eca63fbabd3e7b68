"""Changes and cancellations decided: done at once, asked of the partner, or too late and why. Pure.

What no partner has in hand changes at once: units nobody was asked for, purchase orders not written
yet. After that a partner is asked by a paper of its own, and what it answers is taken in by
`hub.domain.change_settling`. What left, or lies with a partner that takes no changes, is too late.
A change is appended to the order, never edited into it; money follows in `hub.domain.totals`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from hub.domain.change_bites import ELSEWHERE, EXCHANGE, KEPT, Bite, in_turn, running_units
from hub.domain.change_held import exchanging, given_up, keep, leaving, released
from hub.domain.change_rows import (
    added_fact,
    adopted,
    asked_for,
    asks_of,
    cancelled_fact,
    decided_fact,
    duty_of,
    given_back,
    group_numbered,
    line_numbered,
    new_row,
    next_number,
    open_asks,
    open_parts,
    pending,
    requested_body,
    rows_of_group,
    sourceless_cleared,
    watch_of,
    with_group,
    with_new,
)
from hub.domain.destinations import held
from hub.domain.facts import Change, Fact, FactKind
from hub.domain.hearing import line_of
from hub.domain.names import Names
from hub.domain.orders import (
    Ask,
    AskedUnits,
    ChangeKind,
    ChangeState,
    FulfillmentLine,
    Order,
    OrderChange,
    OrderLine,
    ShipGroup,
)
from hub.domain.totals import put_on, share, taken_off
from hub.domain.wishes import (
    Add,
    Decided,
    Fewer,
    NewUnits,
    Outcome,
    Quantity,
    Regroup,
    Standing,
    Swap,
    Terms,
    Why,
    Wish,
)


def everything(order: Order) -> tuple[Fewer, ...]:
    """Return the wish to cancel all that is open; of an order that has nothing open, every line."""
    lines = [line for line in order.lines if line.buckets.open] or order.lines
    return tuple(Fewer(line=line.number) for line in lines)


def decide(
    order: Order,
    wishes: Sequence[Wish],
    *,
    kind: ChangeKind,
    standing: Standing,
    who: str,
    reason: str,
    names: Names,
    now: datetime,
) -> Decided:
    """Decide a request at once, in the sequence of its wishes.

    Lines and groups are named by number and must be there: KeyError is a fault of ours. `who` and
    `reason` must not hold a customer's words.
    """
    draft = _Draft(order, standing, names)
    for wish in wishes:
        match wish:
            case Fewer():
                draft.fewer(wish)
            case Quantity():
                draft.quantity(wish)
            case Add():
                draft.add(wish)
            case Swap():
                draft.swap(wish)
            case Regroup():
                draft.regroup(wish)
    return draft.decided(kind=kind, who=who, reason=reason, now=now)


def take_back(
    order: Order,
    lines: Sequence[FulfillmentLine],
    *,
    terms: Terms,
    fulfillment_id: str,
    names: Names,
    now: datetime,
) -> Change:
    """Ask a partner for backordered units of its lines, to have them filled by somebody else."""
    draft = _Draft(order, Standing(unsent=frozenset(), terms={fulfillment_id: terms}), names)
    for line in lines:
        units = min(line.buckets.backordered, line.buckets.open - pending(order, line.id))
        draft.take_back(fulfillment_id, line, units - units % line.units_per_pack)
    kind = ChangeKind.RESOURCING
    return draft.decided(kind=kind, who="hub", reason="backordered", now=now).change


Rows = tuple[Mapping[str, object], ...]


class _Draft:
    """One request being decided: the order as it becomes, a row for each outcome, who is asked."""

    def __init__(self, order: Order, standing: Standing, names: Names) -> None:
        self.before = order
        self.order = order
        self.standing = standing
        self.names = names
        self.id = names.new("chg")
        self.rows: list[dict[str, object]] = []
        self.asks: dict[str, str] = {}
        self.units: dict[str, dict[str, int]] = {}
        self.facts: list[Fact] = []
        self.running = ""
        self.adopted: dict[str, int] = {}
        self.given_up: dict[tuple[str, str], int] = {}

    # --- wishes ---

    def fewer(self, wish: Fewer) -> None:
        line = line_numbered(self.order, wish.line)
        bites = self._bites(line, wish.quantity, running_units(self.order, line))
        for bite in bites:
            if bite.held == EXCHANGE:
                key = bite.running, line.number
                self.given_up[key] = self.given_up.get(key, 0) + bite.quantity
        self._told(bites, action=wish.action, line=line.number)

    def quantity(self, wish: Quantity) -> None:
        line = line_numbered(self.order, wish.line)
        # What is being taken back already does not count as wanted.
        stays = line.kept - self._pending_of(line)
        added = max(0, wish.quantity - stays)
        row: dict[str, object] = {"action": "quantity", "line": line.number, "quantity": added}
        mine = running_units(self.order, line)
        gone = [replace(one, held="") for one in mine if one.held in ("", EXCHANGE)]
        if added and (why := self._over() or self._exchanged(line)):
            self._row(row, Outcome.TOO_LATE, why)
        elif added:
            self._more(line, added, wish)
        elif wish.quantity < stays:
            # Units that are leaving already are not among those that would stay.
            stay = [one for one in mine if one.held in (KEPT, ELSEWHERE)]
            bites = self._bites(line, stays - wish.quantity, stay)
            self._told(bites, action="quantity", line=line.number)
        elif gone:
            self._told(gone, action="quantity", line=line.number)
        else:
            self._row(row, Outcome.DONE)

    def add(self, wish: Add) -> None:
        new = wish.new
        group = group_numbered(self.order, new.group)
        why = self._over() or self._engraved(new, group)
        row: dict[str, object] = {"action": "add", "line": new.number, "quantity": new.quantity}
        if why:
            self._row(row, Outcome.TOO_LATE, why)
            return
        self.order, fact = with_new(self.order, new, change_id=self.id)
        self.facts.append(fact)
        self._row(row, Outcome.DONE)

    def swap(self, wish: Swap) -> None:
        line = line_numbered(self.order, wish.line)
        group = group_numbered(self.order, wish.new.group)
        # What a partner is asked for already comes last: it forbids an exchange.
        mine = [replace(one, held="") for one in running_units(self.order, line)]
        bites = self._bites(line, wish.quantity, mine)
        late = next((bite for bite in bites if bite.outcome is Outcome.TOO_LATE), None)
        running = next((bite for bite in bites if bite.running), None)
        words = self._engraved(wish.new, group)
        row: dict[str, object] = {"action": "swap", "line": line.number}
        if late or running or words:
            units = sum(bite.quantity for bite in bites)
            why = late.why if late else str(Why.RUNNING)
            self._row(row | {"quantity": units}, Outcome.TOO_LATE, why)
            return
        new = replace(wish.new, quantity=sum(bite.quantity for bite in bites))
        asks = self._apply(bites, line)
        if asks:
            done = sum(bite.quantity for bite in bites if bite.outcome is Outcome.DONE)
            row |= {"quantity": new.quantity, "asks": asks, "new": new_row(new), "done": done}
            self._row(row, Outcome.ASKED)
            return
        self.order, fact = with_new(self.order, new, change_id=self.id)
        self.facts.append(fact)
        self._row(row | {"quantity": new.quantity, "new_line": new.number}, Outcome.DONE)

    def regroup(self, wish: Regroup) -> None:
        group = group_numbered(self.order, wish.group)
        outcome, why, asked = self._group_outcome(group)
        row: dict[str, object] = {"action": wish.action, "group": group.number, **wish.sets}
        if outcome is Outcome.TOO_LATE:
            self._row({"action": wish.action, "group": group.number}, outcome, why)
        elif outcome is Outcome.DONE:
            self._row(held(self.order, row, asked=frozenset()), outcome)
            self.order = with_group(self.order, row)
        else:
            self._row(row | {"asks": [self._ask(part) for part in asked]}, outcome)

    def take_back(self, fulfillment_id: str, line: FulfillmentLine, units: int) -> None:
        if units <= 0:
            return
        mine = self.units.setdefault(fulfillment_id, {})
        mine[line.id] = mine.get(line.id, 0) + units
        number = self.order.line(line.line_id).number
        row: dict[str, object] = {"action": "resource", "line": number, "quantity": units}
        self._row(row | {"asks": [self._ask(fulfillment_id)]}, Outcome.ASKED)

    # --- units ---

    def _over(self) -> str:
        """Why nothing can come to the order any more, or nothing."""
        if any(line.buckets.open for line in self.order.lines):
            return ""
        shipped = any(line.buckets.shipped for line in self.order.lines)
        return str(Why.SHIPPED if shipped else Why.CANCELLED)

    def _exchanged(self, line: OrderLine) -> str:
        """Why a line of which units are being exchanged gets no more of them, or nothing."""
        return str(Why.RUNNING) if exchanging(self.order, line) else ""

    def _bites(self, line: OrderLine, wanted: int | None, mine: Sequence[Bite]) -> list[Bite]:
        """Where the units wanted are: nobody's, then those asked for that were to stay, others."""
        left = line.buckets.open if wanted is None else wanted
        bites: list[Bite] = []
        stay = (one for one in mine if one.held == KEPT)
        free = sorted((*stay, *self._free(line)), key=lambda one: one.outcome is not Outcome.DONE)
        for bite in free:
            units = min(left, bite.quantity)
            if bite.line:
                pack = line_of(self.order, bite.part, bite.line).units_per_pack
                units -= units % pack
            if units:
                bites.append(replace(bite, quantity=units))
                left -= units
        for bite in in_turn(mine, left):
            if units := min(left, bite.quantity):
                bites.append(replace(bite, quantity=units))
                left -= units
        if left or not bites:
            bites.append(self._late(line, left, bites))
        return bites

    def _free(self, line: OrderLine) -> Iterator[Bite]:
        yield Bite(outcome=Outcome.DONE, quantity=self.order.unsourced(line))
        asked = list(asked_for(self.order, line))
        for part, one in asked:
            if part.id in self.standing.unsent:
                units = one.buckets.open
                yield Bite(outcome=Outcome.DONE, quantity=units, part=part.id, line=one.id)
        for part, one in sorted(asked, key=lambda pair: -pair[1].buckets.backordered):
            if part.id not in self.standing.unsent and part.id in self.standing.terms:
                units = one.buckets.open - self._pending(one.id)
                yield Bite(outcome=Outcome.ASKED, quantity=units, part=part.id, line=one.id)

    def _late(self, line: OrderLine, units: int, bites: Sequence[Bite]) -> Bite:
        """What is wanted beyond these bites, and why it is too late for it."""
        asked = [(part.id, one, self._pending(one.id)) for part, one in asked_for(self.order, line)]
        held = [
            part in self.standing.terms or part in self.standing.unsent
            for part, one, leaving in asked
            if one.buckets.open > leaving
        ]
        why = Why.SHIPPED if line.buckets.shipped else Why.CANCELLED
        if held:
            why = Why.PACKS if all(held) else Why.NO_CHANGES
        taken = sum(bite.quantity for bite in bites if not bite.running)
        taken += sum(leaving for _, _, leaving in asked)
        if held and units > line.buckets.open - taken:
            why = Why.SHIPPED if line.buckets.shipped else Why.CANCELLED
        return Bite(outcome=Outcome.TOO_LATE, quantity=units, why=str(why))

    def _apply(self, bites: Sequence[Bite], line: OrderLine) -> list[str]:
        """Take the units that are free at once, ask for the others, and return the asks."""
        asks: list[str] = []
        done = 0
        for bite in bites:
            if bite.outcome is Outcome.DONE:
                if bite.line:
                    self.order = given_back(self.order, bite.part, bite.line, bite.quantity)
                done += bite.quantity
            elif bite.running:
                self.running = bite.running
                self.adopted[bite.running] = self.adopted.get(bite.running, 0) + bite.quantity
                if bite.held == KEPT:
                    self.order = released(self.order, bite.running, line, bite.quantity)
            elif bite.outcome is Outcome.ASKED:
                mine = self.units.setdefault(bite.part, {})
                mine[bite.line] = mine.get(bite.line, 0) + bite.quantity
                asks.append(self._ask(bite.part))
        if done:
            self.order, moved = taken_off(self.order, {line.id: done})
            self.facts.append(cancelled_fact(self.id, moved))
        return asks

    def _more(self, line: OrderLine, added: int, wish: Quantity) -> None:
        """Want more units: first those after all that are being taken back, then new ones."""
        self.order, stay = keep(self.order, line, added)
        added -= stay
        row: dict[str, object] = {"line": line.number}
        if stay:
            self._row({"action": "keep", **row, "quantity": stay}, Outcome.DONE)
        if not added:
            return
        self._row({"action": "quantity", **row, "quantity": added}, Outcome.DONE)
        tax = wish.tax
        if tax is None:
            tax = share(line.tax, part=added, whole=line.kept)
        buckets = line.buckets
        grown = replace(
            line,
            discount=line.discount + wish.discount,
            tax=line.tax + tax,
            buckets=replace(buckets, ordered=buckets.ordered + added, open=buckets.open + added),
        )
        self.order, moved = put_on(self.order, grown, quantity=added)
        self.facts.append(added_fact(self.id, moved))

    def _pending(self, line_id: str) -> int:
        mine = sum(units.get(line_id, 0) for units in self.units.values())
        return mine + pending(self.order, line_id)

    def _pending_of(self, line: OrderLine) -> int:
        mine = {one.id for _, one in asked_for(self.order, line)}
        asked = [pair for units in self.units.values() for pair in units.items()]
        fresh = sum(units for line_id, units in asked if line_id in mine)
        return fresh + leaving(self.order, line) + exchanging(self.order, line)

    # --- groups ---

    def _group_outcome(self, group: ShipGroup) -> tuple[Outcome, str, list[str]]:
        lines = [line for line in self.order.lines if line.group_id == group.id]
        if not any(line.buckets.open for line in lines):
            shipped = any(line.buckets.shipped for line in lines)
            return Outcome.TOO_LATE, str(Why.SHIPPED if shipped else Why.CANCELLED), []
        # First: what holds at once would be lost again when an earlier one is agreed to.
        if self._words_running(group):
            return Outcome.TOO_LATE, str(Why.RUNNING), []
        parts = [part.id for part in open_parts(self.order, group.number)]
        if all(part in self.standing.unsent for part in parts):
            return Outcome.DONE, "", []
        if not all(part in self.standing.terms for part in parts):
            return Outcome.TOO_LATE, str(Why.NO_CHANGES), []
        return Outcome.ASKED, "", parts

    def _words_running(self, group: ShipGroup) -> bool:
        """Whether a partner is being asked for what changes an address or the like of the group."""
        waiting = {ask.id for _, ask in open_asks(self.before)}
        return any(
            waiting & set(asks_of(row))
            for change in self.before.changes
            for row in rows_of_group(change.actions, group)
        )

    def _engraved(self, new: NewUnits, group: ShipGroup) -> str:
        """Why words on a new article cannot be put to those of its group now, or nothing.

        They are sealed with all others of the group, so that the last to hold outweigh the rest.
        """
        own = (row for row in self.rows if row["outcome"] == Outcome.ASKED)
        if new.person_id and (self._words_running(group) or any(rows_of_group(own, group))):
            return str(Why.RUNNING)
        return ""

    # --- rows, asks, the end ---

    def _ask(self, fulfillment_id: str) -> str:
        if fulfillment_id not in self.asks:
            self.asks[fulfillment_id] = self.names.new("ask")
        return self.asks[fulfillment_id]

    def _row(self, row: Mapping[str, object], outcome: Outcome, why: str = "") -> None:
        reason = {"why": why} if why else {}
        self.rows.append({**row, "outcome": str(outcome), **reason})

    def _told(self, bites: Sequence[Bite], *, action: str, line: str) -> None:
        """Add a row for each outcome, its units together."""
        asks = self._apply(bites, line_numbered(self.order, line))
        told: dict[tuple[str, str, str], int] = {}
        for bite in bites:
            key = (str(bite.outcome), bite.why, bite.running)
            told[key] = told.get(key, 0) + bite.quantity
        for (outcome, why, running), units in told.items():
            row: dict[str, object] = {
                "action": action,
                "line": line,
                "quantity": units,
                "outcome": outcome,
            }
            row |= {"why": why} if why else {}
            row |= {"running": running} if running else {}
            row |= {"asks": asks} if outcome == Outcome.ASKED and not running else {}
            self.rows.append(row)

    def decided(self, *, kind: ChangeKind, who: str, reason: str, now: datetime) -> Decided:
        rows, taken_over = self._adopted(now)
        if not rows or all("running" in row for row in rows):
            change = Change(order=self.order, facts=tuple(self.facts))
            return Decided(change=change, made=None, rows=rows, running=self.running)
        fresh = tuple(self._made(part) for part in self.asks)
        asks = (*taken_over, *fresh)
        done = any(row["outcome"] == Outcome.DONE for row in rows)
        made = OrderChange(
            id=self.id,
            kind=kind,
            state=_state(asked=bool(asks), done=done),
            requested_at=now,
            requested_by=who,
            actions=rows,
            asks=asks,
            reason=reason,
            decided_at=None if asks else now,
        )
        after = self.order.with_change(made)
        customers = kind is not ChangeKind.RESOURCING and (done or asks)
        after = replace(after, revision=after.revision + 1) if customers else after
        wanted = Fact(kind=FactKind.CHANGE_REQUESTED, body=requested_body(made))
        terms = self.standing.terms
        change = Change(
            order=after,
            facts=(wanted, *self.facts, *decided_fact(made)),
            duties=tuple(
                duty_of(after, ask, terms[ask.fulfillment_id], self.names) for ask in fresh
            ),
            watches=tuple(watch_of(after, ask, terms[ask.fulfillment_id]) for ask in fresh),
            cleared=sourceless_cleared(self.before, after),
        )
        return Decided(change=change, made=made, rows=rows)

    def _adopted(self, now: datetime) -> tuple[Rows, list[Ask]]:
        """The rows with what running changes make of them, and the asks taken over from those."""
        self.order, halves = adopted(self.order, self.adopted)
        given = given_up(self.order, self.given_up, now)
        self.order = given.order
        self.facts += given.facts
        rows: list[Mapping[str, object]] = []
        for row in self.rows:
            running = str(row.get("running", ""))
            if running in halves or (running, row.get("line")) in given.halves:
                rows.append(_half(row))
            elif running in given.asks and (running, row.get("line")) in self.given_up:
                rest = {key: value for key, value in row.items() if key != "running"}
                rows.append({**rest, "asks": [ask.id for ask in given.asks[running]]})
            else:
                rows.append(row)
        return tuple(rows), [ask for asks in given.asks.values() for ask in asks]

    def _made(self, part: str) -> Ask:
        return Ask(
            id=self.asks[part],
            fulfillment_id=part,
            number=next_number(self.order, part),
            state=ChangeState.REQUESTED,
            until=self.standing.terms[part].until,
            lines=tuple(
                AskedUnits(fulfillment_line_id=line, quantity=units)
                for line, units in self.units.get(part, {}).items()
            ),
        )


def _half(row: Mapping[str, object]) -> dict[str, object]:
    """A row that wants only some of what runs for another partner: the answer comes first."""
    rest = {key: value for key, value in row.items() if key != "running"}
    return {**rest, "outcome": str(Outcome.TOO_LATE), "why": str(Why.RUNNING)}


def _state(*, asked: bool, done: bool) -> ChangeState:
    if asked:
        return ChangeState.REQUESTED
    return ChangeState.CONFIRMED if done else ChangeState.DECLINED
