"""Shipments of many orders in one table: what each row would do, and saying the good ones.

Of each order one paper goes through the door of posted papers, under a key made of the upload and
the order: sent again it ships nothing twice. Rows that went are known by what the order says now.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import MAXYEAR, UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from hub.domain import carriers, packs
from hub.domain.exchange import Problem
from hub.domain.hearing import SINGLE, AskedLines
from hub.domain.leaving import leaving
from hub.domain.messages import ShipNotice
from hub.domain.names import stable
from hub.domain.orders import FulfillmentLine, FulfillmentOrder, FulfillmentState
from hub.domain.posted import PostedSet
from hub.flow import supplier_room
from hub.flow.naming import names_of
from hub.flow.parts import Parts
from hub.flow.supplier_room import Came, Said
from hub.flow.supplier_rows import Fate, Group, Portion, ShipmentRow, questioned
from hub.flow.supplier_sheets import PARCELS, Sheet, SheetRow, plainly, problem_at, written
from hub.store import Handed, Shelf

UNITS = "codes/units"
AT_ONCE = 8  # papers under way together: their commits are shared
LONGEST_CARRIER = 20


def shipments(parts: Parts, partner: str, found: Sheet) -> tuple[ShipmentRow, ...]:
    """Return every row of a table of shipments with its fate; nothing is changed."""
    numbers = {
        row.message.number.strip() for row in found.rows if isinstance(row.message, ShipNotice)
    }
    either = sorted(numbers | {number.upper() for number in numbers})
    with parts.store.read() as tx:
        found_there = tx.shelves.handed(partner=partner, numbers=either)
        called = names_of(tx, partner)
    works = {number: one for number, one in found_there.items() if one.brand in parts.brands}
    zone = parts.partners.get(partner).calendar.zone
    judge = _Judge(
        works=works,
        word=lambda unit: parts.maps.word(UNITS, unit),
        zone=ZoneInfo(zone),
        now=parts.now(),
        called=called,
        split=_split(found),
    )
    rows = [judge.row(row) for row in found.rows]
    spoken = _spoken(parts, partner, found, rows)
    rows = [_again(row) if row.group in spoken else row for row in rows]
    return questioned(parts, partner, rows, unread=found.unread)


def _split(found: Sheet) -> frozenset[str]:
    """The orders that have several parcels in a table that does not say what is in which."""
    parcels: dict[str, set[str]] = {}
    for row in found.rows if found.set_id == PARCELS else ():
        if isinstance(row.message, ShipNotice):
            labels = {carriers.plain(parcel.tracking) for parcel in row.message.parcels}
            parcels.setdefault(row.message.number.strip().upper(), set()).update(labels)
    return frozenset(number for number, labels in parcels.items() if len(labels) > 1)


def _spoken(
    parts: Parts, partner: str, found: Sheet, rows: Sequence[ShipmentRow]
) -> frozenset[Group]:
    """The papers of an upload that were given to the door before, whatever became of them."""
    keys = {_key(found, group): group for group in _papers(rows)}
    with parts.store.read() as tx:
        told = tx.facts.replied(scope=f"partner/{partner}", keys=keys)
    return frozenset(keys[key] for key in told)


def keys_of(found: Sheet, rows: Sequence[ShipmentRow]) -> frozenset[str]:
    """Return the keys under which an upload's papers are given to the door."""
    return frozenset(_key(found, group) for group in _papers(rows))


def _again(read: ShipmentRow) -> ShipmentRow:
    """A row that would go, of a paper that went: the same key would say nothing."""
    if read.fate is not Fate.GOOD:
        return read
    return replace(_wrong(read, "said-before", _SAID_BEFORE, ""), fate=Fate.WRONG)


def _key(found: Sheet, group: Group) -> str:
    """Told by what the paper is, not by its place: rows before it may be put right meanwhile."""
    at = "" if group.shipped_at is None else group.shipped_at.isoformat()
    return stable(f"{found.id}-{group.number}", group.carrier, at, group.notice, str(group.turn))


class _Judge:
    """Rows in the order of the file, held against what is open and what has left."""

    def __init__(
        self,
        *,
        works: Mapping[str, Handed],
        word: Callable[[str], str],
        zone: ZoneInfo,
        now: datetime,
        called: Mapping[str, str],
        split: frozenset[str],
    ) -> None:
        self._works = works
        self._word = word
        self._zone = zone
        self._today = now.astimezone(zone).date()
        self._split = split
        self._lines = {number: AskedLines(work.part, called) for number, work in works.items()}
        self._open = {
            line.id: line.buckets.open for work in works.values() for line in work.part.lines
        }
        self._left = self._packed()

    def _packed(self) -> dict[tuple[str, str], int]:
        """What was told to have left, by line and tracking number."""
        left: dict[tuple[str, str], int] = {}
        for work in self._works.values():
            for shipment in work.shipments:
                for package in shipment.packages:
                    for packed in package.lines:
                        key = (packed.fulfillment_line_id, carriers.plain(package.tracking))
                        left[key] = left.get(key, 0) + packed.quantity
        return left

    def row(self, row: SheetRow) -> ShipmentRow:
        message = row.message
        if not isinstance(message, ShipNotice):
            told = row.problems or (problem_at(row, _UNREAD, code="unread"),)
            return ShipmentRow(row=row, fate=Fate.WRONG, problems=plainly(told))
        number = message.number.strip()
        number = number if number in self._works else number.upper()
        tracking = next((parcel.tracking for parcel in message.parcels), "").strip()
        at = self._moment(message.shipped_at)
        carrier = carriers.meant(tracking, named=message.carrier)
        row = _of_carrier(row, message.carrier, carrier)
        read = ShipmentRow(
            row=row,
            fate=Fate.WRONG,
            number=number,
            tracking=tracking,
            left_on=None if at is None else at.astimezone(self._zone).date(),
            group=Group(
                number=number,
                carrier=carrier,
                shipped_at=at,
                # A table without a column for it is given the parcel's number by the format.
                notice="" if message.notice == tracking else message.notice,
                turn=row.turn,
            ),
        )
        work = self._works.get(number)
        if work is None:
            return _wrong(read, "unknown-order", _NO_ORDER, "number", message.number)
        return self._of_order(read, message, work)

    def _moment(self, at: datetime | None) -> datetime | None:
        """A moment that a row tells; without a zone of its own it is the partner's."""
        if at is None:
            return None
        try:
            said = (at if at.tzinfo else at.replace(tzinfo=self._zone)).astimezone(UTC)
        except OverflowError:  # the last evening of all, in a zone where it is past the calendar
            said = _LAST
        return min(said, _LAST)

    def _of_order(self, read: ShipmentRow, message: ShipNotice, work: Handed) -> ShipmentRow:
        said = next((line for parcel in message.parcels for line in parcel.lines), None)
        if said is None and message.parcels:
            return self._whole(read, work)
        asked = self._lines[read.number]
        line = None if said is None else asked.meant(said.number, said.products)
        if said is None or line is None:
            return _wrong(read, "unknown-line", _NO_LINE, "line")
        pieces = self._pieces(line, said.quantity, said.unit)
        if pieces is None:
            return _wrong(read, "other-unit", _OTHER_UNIT, "unit", said.unit)
        read = _judged(read, line, pieces, Fate.WRONG)
        if self._went(line, read):
            return _judged(read, line, pieces, Fate.SENT)
        wrong = (
            *_unsayable(read),
            *self._out_of_time(read, work),
            *self._too_many(line, read, work),
        )
        if not wrong:
            self._open[line.id] -= read.quantity
        return _judged(read, line, pieces, Fate.WRONG if wrong else Fate.GOOD, wrong)

    def _whole(self, read: ShipmentRow, work: Handed) -> ShipmentRow:
        """A row that names no line: all that leaves next of its order is in its parcel."""
        if went := self._whole_went(work.part, read):
            return _of_all(read, went, Fate.SENT)
        due = leaving(work.part, promised=work.ship_on, today=self._today, zone=self._zone)
        rest = tuple(
            Portion(line=line.number, sku=line.sku, quantity=count)
            for line in work.part.lines
            if (count := min(due[line.id], self._open[line.id]))
        )
        wrong = tuple(self._not_whole(read, rest, work))
        if wrong:
            return replace(read, problems=wrong)
        for line in work.part.lines:
            self._open[line.id] -= min(due[line.id], self._open[line.id])
        return _of_all(read, rest, Fate.GOOD)

    def _whole_went(self, part: FulfillmentOrder, read: ShipmentRow) -> tuple[Portion, ...]:
        label = carriers.plain(read.tracking)
        return tuple(
            Portion(line=line.number, sku=line.sku, quantity=count)
            for line in part.lines
            if (count := self._left.pop((line.id, label), 0))
        )

    def _not_whole(
        self, read: ShipmentRow, rest: tuple[Portion, ...], work: Handed
    ) -> Iterator[Problem]:
        if work.part.state is FulfillmentState.CANCELLED:
            yield problem_at(read.row, _CANCELLED, code="too-many", column="number")
        elif read.number.upper() in self._split:
            yield problem_at(read.row, _IN_WHICH, code="several-parcels", column="tracking")
        elif not rest:
            yield problem_at(read.row, _OVER, code="too-many", column="number")
        yield from _unsayable(_of_all(read, rest, Fate.WRONG)) if rest else ()
        yield from self._out_of_time(read, work)

    def _pieces(self, line: FulfillmentLine, quantity: int, unit: str) -> int | None:
        word = self._word(unit)
        if not unit or word == SINGLE:
            return quantity
        return quantity * line.units_per_pack if word == self._word(line.unit) else None

    def _went(self, line: FulfillmentLine, read: ShipmentRow) -> bool:
        key = (line.id, carriers.plain(read.tracking))
        if not read.quantity or self._left.get(key, 0) < read.quantity:
            return False
        self._left[key] -= read.quantity
        return True

    def _out_of_time(self, read: ShipmentRow, work: Handed) -> Iterator[Problem]:
        day = read.left_on
        if day is None:
            return
        if day > self._today:
            yield _untimely(read, _TO_COME)
        elif day < work.part.created_at.astimezone(self._zone).date():
            yield _untimely(read, _NOT_GIVEN)

    def _too_many(
        self, line: FulfillmentLine, read: ShipmentRow, work: Handed
    ) -> Iterator[Problem]:
        left = self._open[line.id]
        if read.quantity <= left:
            return
        text = f"{left} of this line are open, the row says {read.quantity}"
        if work.part.state is FulfillmentState.CANCELLED:
            text = _CANCELLED
        elif not line.buckets.open:
            text = "nothing of this line is open any more"
        value = str(read.quantity)
        yield problem_at(read.row, text, code="too-many", column="quantity", value=value)


_LAST = datetime(MAXYEAR, 12, 31, tzinfo=UTC)
_UNREAD = "this row cannot be read"
_NO_ORDER = "no purchase order of this number lies with you; copy it from the order's page"
_NO_LINE = "the order has no such line or article; name the line's number or its SKU"
_OTHER_UNIT = "the line was asked in another unit; count single pieces"
_SAID_BEFORE = "this file was sent before, and this row did not count; put it into a new file"
_CANCELLED = "the order was cancelled; do not ship it"
_OVER = "nothing of this order is open any more"
_IN_WHICH = (
    "the table has several parcels of this order; say in columns of their own which article and "
    "how many are in each"
)
_TO_COME = "this day is still to come; write the day on which it left"
_NOT_GIVEN = "on this day the order was not given yet; write the day on which it left"
_NO_TRACKING = "fill in the tracking number as it stands on the label"
_NO_CARRIER = "no carrier's numbers look like this one; name the carrier in a column of its own"


def _untimely(read: ShipmentRow, text: str) -> Problem:
    value = str(read.left_on)
    return problem_at(read.row, text, code="out-of-time", column="shipped_at", value=value)


def _of_carrier(row: SheetRow, named: str, carrier: str) -> SheetRow:
    """A row, with a word where its number can be no parcel's of the carrier that it names."""
    named = named.strip().lower()
    if named not in carriers.KNOWN or named == carrier:
        return row
    text = (
        f"the number is {carriers.name(carrier)}'s by its form and check digit, so that the parcel "
        f"goes by {carriers.name(carrier)} and not by {carriers.name(named)}"
    )
    told = problem_at(row, text, code="other-carrier", column="carrier", value=named)
    return replace(row, odd=(*row.odd, told))


def _judged(
    read: ShipmentRow,
    line: FulfillmentLine,
    pieces: int,
    fate: Fate,
    problems: tuple[Problem, ...] = (),
) -> ShipmentRow:
    """Return a row with what became of it. Spelled out: `replace` would take four times as long."""
    return ShipmentRow(
        row=read.row,
        fate=fate,
        number=read.number,
        line=line.number,
        sku=line.sku,
        quantity=pieces,
        tracking=read.tracking,
        left_on=read.left_on,
        group=read.group,
        problems=problems,
    )


def _of_all(read: ShipmentRow, portions: tuple[Portion, ...], fate: Fate) -> ShipmentRow:
    count = sum(one.quantity for one in portions)
    return replace(read, fate=fate, portions=portions, quantity=count)


def _wrong(read: ShipmentRow, code: str, text: str, column: str, value: str = "") -> ShipmentRow:
    problem = problem_at(read.row, text, code=code, column=column, value=value)
    return replace(read, problems=(problem,))


_TRACKING = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .-]{0,39}")


def _unsayable(read: ShipmentRow) -> Iterator[Problem]:
    """Yield what of a row no paper can say."""
    carrier = read.group.carrier if read.group else ""
    tracked = _TRACKING.fullmatch(read.tracking)
    if not tracked:
        yield problem_at(
            read.row, _NO_TRACKING, code="no-tracking", column="tracking", value=read.tracking
        )
    if (tracked and not carrier) or len(carrier) > LONGEST_CARRIER:
        yield problem_at(read.row, _NO_CARRIER, code="no-carrier", column="carrier", value=carrier)
    if not read.quantity:
        text = "say how many left, or leave the row out"
        yield problem_at(read.row, text, code="no-quantity", column="quantity", value="0")


def open_lines(parts: Parts, partner: str, *, book: bool) -> bytes:
    """Return what is open as a table to fill in: the most urgent orders first, a line a row."""
    rows: list[tuple[str, ...]] = [_OPEN_COLUMNS]
    now = parts.now()
    for shelf in (Shelf.SHIP, Shelf.CONFIRM):
        with parts.store.read() as tx:
            given = tx.shelves.listed(
                partner=partner, shelf=shelf, after=None, limit=MOST_OPEN, now=now
            )
            rows += [
                (
                    *(one.number, one.line, one.sku, one.description, str(one.open)),
                    *(SINGLE, packs.split(one.open, one.units_per_pack), "", ""),
                )
                for one in tx.shelves.open_lines(given)
                if one.brand in parts.brands
            ]
    return written(parts, rows, book=book)


_OPEN_COLUMNS = (
    "Purchase order", "Line", "SKU", "Description", "Quantity", "Unit", "Packs",
    "Tracking number", "Carrier",
)  # fmt: skip
MOST_OPEN = 500  # orders of each shelf


# --- saying them --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """An order whose paper was not taken whole, and why."""

    number: str
    problems: tuple[Problem, ...]


def send(
    parts: Parts,
    partner: str,
    found: Sheet,
    rows: Sequence[ShipmentRow],
    *,
    fates: Collection[Fate] = (Fate.GOOD,),
    who: str,
) -> tuple[int, tuple[Failed, ...]]:
    """Say the rows of these fates, one paper an order; return how many counted, and which did not.

    Returns after the last commit. An order whose rows have two carriers or moments has two papers.
    """
    said = [
        Said(
            set_id=PostedSet.SHIP_NOTICE,
            number=group.number,
            body=_body(group, chosen),
            key=_key(found, group),
            who=who,
        )
        for group in _papers(rows)
        if (chosen := [row for row in rows if row.group == group and row.fate in fates])
    ]

    def one(each: Said) -> Came:
        return supplier_room.say(parts, partner, each)

    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        came = list(pool.map(one, said))
    failed = tuple(
        Failed(number=each.number, problems=then.problems)
        for each, then in zip(said, came, strict=True)
        if not then.went_through
    )
    return len(said) - len(failed), failed


def _papers(rows: Sequence[ShipmentRow]) -> tuple[Group, ...]:
    """Every paper of a table, in the order of its first row."""
    return tuple(dict.fromkeys(row.group for row in rows if row.group is not None))


def _body(group: Group, rows: Sequence[ShipmentRow]) -> dict[str, Any]:
    parcels: dict[str, dict[str, int]] = {}
    for row in rows:
        packed = parcels.setdefault(row.tracking, {})
        for one in row.packed:
            packed[one.line] = packed.get(one.line, 0) + one.quantity
    body: dict[str, Any] = {
        "carrier": group.carrier,
        "packages": [
            {
                "tracking": tracking,
                "items": [{"line": line, "quantity": count} for line, count in packed.items()],
            }
            for tracking, packed in parcels.items()
        ],
    }
    if group.notice:
        body["shipment"] = group.notice
    if group.shipped_at is not None:
        body["shipped_at"] = group.shipped_at.isoformat()
    return body
