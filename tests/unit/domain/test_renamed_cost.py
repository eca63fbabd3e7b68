"""A long paper is held against what was booked in steps that grow as it does, not with its square.

What is counted are comparisons and look-ups, never time.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import pytest

from hub.domain.hearing import Subject, heard
from hub.domain.messages import ProductId
from hub.domain.names import Names
from hub.domain.orders import Order
from hub.domain.renamed import booked_instead
from hub.domain.warehouse_stock import Kind, Movement
from hub.flow.warehouse_stock import _as_booked
from tests.unit.domain.trade import placed, sourced

PARCELS = 300


class Tally:
    """How often things were looked at."""

    def __init__(self) -> None:
        self.times = 0


class Number(str):
    """A tracking number that counts how often it is compared with another."""

    __slots__ = ("tally",)
    tally: Tally

    def __new__(cls, text: str, tally: Tally) -> "Number":
        made = super().__new__(cls, text)
        made.tally = tally
        return made

    def __str__(self) -> str:
        return self

    def __eq__(self, other: object) -> bool:
        self.tally.times += 1
        return super().__eq__(other)

    __hash__ = str.__hash__


class Book(Mapping[str, Movement]):
    """Movements by name; counts how often one is asked for."""

    def __init__(self, booked: Mapping[str, Movement], tally: Tally) -> None:
        self._booked = booked
        self._tally = tally

    def __getitem__(self, name: str) -> Movement:
        self._tally.times += 1
        return self._booked[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._booked)

    def __len__(self) -> int:
        return len(self._booked)


def _order() -> Order:
    return sourced(placed(9, 9), "acme").order


@pytest.mark.parametrize("once", [(), ("SKU-1", "SKU-2")])
def test_a_notice_of_many_parcels_is_not_held_against_every_parcel_booked(
    once: tuple[str, ...],
) -> None:
    order, tally = _order(), Tally()
    (part,) = order.fulfillments
    first, second = part.lines
    numbers = [[f"{name}{at}" for at in range(PARCELS)] for name in ("1Z", "2Z")]
    effects, told = (
        [{"quantity": 1, "tracking": Number(one, tally)} for one in some] for some in numbers
    )
    subject = Subject(
        order=order,
        fulfillment_id=part.id,
        effects={(first.id, at): what for at, what in enumerate(effects)},
        names=Names("long"),
        ever=lambda _: once,
    )
    said = [(second.id, what) for what in told]
    again = [(second.id, effects[at]) for at in range(2)]
    named = [(second, (ProductId(kind="vendor", value="X"),))] * (PARCELS + 2)
    verdicts = heard(subject.effects, [*said, *again])
    found = booked_instead(subject, [*said, *again], verdicts, named)
    assert found == [None] * PARCELS + [first if once else None] * 2
    assert tally.times <= 10 * PARCELS


def test_a_receipt_that_names_one_article_often_asks_once_for_each_of_its_lines() -> None:
    noon, tally = datetime(2026, 11, 20, 12, tzinfo=UTC), Tally()
    moves = [
        Movement(
            id=f"event/{at}",
            partner="depot",
            sku="SKU-1",
            kind=Kind.RECEIVED,
            quantity=1 + at % 3,
            at_least=noon,
            at_most=noon,
            reason="",
            reference="WR-9",
            document_id="first",
        )
        for at in range(PARCELS)
    ]
    assert _as_booked(moves, Book({}, tally)) == moves
    backwards = dict(zip([one.id for one in moves], reversed(moves), strict=True))
    again = _as_booked(moves, Book(backwards, tally))
    assert sorted(one.id for one in again) == sorted(one.id for one in moves)
    assert all(backwards[one.id].quantity == one.quantity for one in again)
    assert tally.times <= 3 * PARCELS
