"""Rows of a table of shipments: what becomes of each, and what is asked before some of them go.

A question keeps no row from counting: its sender may send it all the same. Rows of one paper go
together, so that a question at one of them is a question at all.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from hub.domain import carriers
from hub.domain.exchange import Problem
from hub.flow.parts import Parts
from hub.flow.supplier_sheets import SheetRow, problem_at
from hub.flow.supplier_wishes import wishes


class Fate(StrEnum):
    """What becomes of a row; one that is ASKED goes when its sender says so."""

    GOOD = "good"
    ASKED = "asked"
    SENT = "sent"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The rows that make one paper: one order, one carrier, one moment, one shipment's number.

    Rows that were put right together are a paper of their own (`turn`): another may have gone.
    """

    number: str
    carrier: str
    shipped_at: datetime | None
    notice: str
    turn: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """So many single pieces of one line of an order."""

    line: str
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentRow:
    """One row and its fate; quantities are single pieces, `line` is the order's own number.

    `left_on` is the day that the row tells, at the partner's place. A row that names no line is of
    all that is open of its order: `portions` are what that is.
    """

    row: SheetRow
    fate: Fate
    number: str = ""
    line: str = ""
    sku: str = ""
    quantity: int = 0
    tracking: str = ""
    left_on: date | None = None
    group: Group | None = None
    problems: tuple[Problem, ...] = ()
    portions: tuple[Portion, ...] = ()

    @property
    def packed(self) -> tuple[Portion, ...]:
        """What is in the parcel by this row."""
        if self.portions or not self.line:
            return self.portions
        return (Portion(line=self.line, sku=self.sku, quantity=self.quantity),)

    @property
    def carrier(self) -> str:
        """The carrier as people call it."""
        return carriers.name(self.group.carrier) if self.group else ""


Told = Mapping[str, Sequence[str]]
"""The purchase orders that a tracking number stands at, in the order they were found."""
Wanted = Mapping[str, Sequence[str]]
"""What nobody answered yet of a purchase order, as questions."""


def questioned(
    parts: Parts, partner: str, rows: Sequence[ShipmentRow], *, unread: Sequence[str] = ()
) -> tuple[ShipmentRow, ...]:
    """Return the rows, of which the good ones that something speaks against are ASKED.

    `unread` are headings that may hide what of an order is meant, where a row is of all of it.
    """
    here: dict[str, list[str]] = {}
    for row in rows:
        if row.fate is Fate.GOOD:
            numbers = here.setdefault(carriers.plain(row.tracking), [])
            if row.number not in numbers:
                numbers.append(row.number)
    going = {number for numbers in here.values() for number in numbers}
    with parts.store.read() as tx:
        before = tx.parcels.purchase_orders(partner=partner, trackings=here)
        wanted = wishes(tx, parts, partner, going)
    return _whole_papers([_asked(row, wanted, before, here, unread) for row in rows])


def _asked(
    row: ShipmentRow, wanted: Wanted, before: Told, here: Told, unread: Sequence[str]
) -> ShipmentRow:
    if row.fate is not Fate.GOOD:
        return row
    problems = (
        *(_of_wish(row, text) for text in wanted.get(row.number, ())),
        *_questions(row, before, here),
        *_of_unread(row, unread),
    )
    return replace(row, fate=Fate.ASKED, problems=problems) if problems else row


def _of_wish(row: ShipmentRow, text: str) -> Problem:
    return problem_at(row.row, text, code="customer-asks", column="number", value=row.number)


def _of_unread(row: ShipmentRow, unread: Sequence[str]) -> Iterator[Problem]:
    if row.portions and unread:
        names = ", ".join(name[:40] for name in unread[:5])
        text = f"all that is open leaves in this parcel; not read: {names}. Is no quantity there?"
        yield problem_at(row.row, text, code="unread-columns")


def _questions(row: ShipmentRow, before: Told, here: Told) -> Iterator[Problem]:
    tracking = carriers.plain(row.tracking)
    wrong = carriers.lookalike(tracking, named=row.group.carrier if row.group else "")
    if wrong:
        text = (
            f"this looks like a number of {carriers.name(wrong)} with a wrong digit; is it right?"
        )
        yield problem_at(row.row, text, code="wrong-digit", column="tracking", value=row.tracking)
    told = [number for number in before.get(tracking, ()) if number != row.number]
    beside = [number for number in here[tracking] if number != row.number]
    if told:
        text = f"{told[0]} left under this tracking number already; are both in one parcel?"
        yield problem_at(row.row, text, code="told-before", column="tracking", value=row.tracking)
    elif beside:
        text = f"{beside[0]} has the same tracking number in this table; are both in one parcel?"
        yield problem_at(row.row, text, code="told-twice", column="tracking", value=row.tracking)


def _whole_papers(rows: Sequence[ShipmentRow]) -> tuple[ShipmentRow, ...]:
    """The rows, of which the good ones that go together with an asked one are asked as well."""
    first: dict[Group | None, int] = {}
    for row in rows:
        if row.fate is Fate.ASKED:
            first.setdefault(row.group, row.row.number)
    return tuple(
        replace(row, fate=Fate.ASKED, problems=(_together(row, first[row.group]),))
        if row.fate is Fate.GOOD and row.group in first
        else row
        for row in rows
    )


def _together(row: ShipmentRow, asked: int) -> Problem:
    text = f"it goes together with row {asked}, at which there is a question"
    return problem_at(row.row, text, code="together")
