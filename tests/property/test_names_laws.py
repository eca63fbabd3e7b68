"""However names are said anew, a paper told again counts no more units than it says."""

from collections import Counter
from collections.abc import Mapping, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.exchange import Purpose
from hub.domain.messages import (
    Answer,
    LineAnswer,
    OrderResponse,
    OrderResponseLine,
    Parcel,
    ProductId,
    ShipNotice,
    ShippedLine,
)
from tests.unit.domain.trade import Desk, placed, sourced

OWN = ("acme-SKU-1", "acme-SKU-2", "acme-SKU-3")
Row = tuple[str, int, str]
ROWS = st.lists(
    st.tuples(
        st.sampled_from(("X", "Y", "Z", *OWN)),
        st.integers(1, 3),
        st.sampled_from(["1Z1", "1Z2", ""]),
    ),
    min_size=1,
    max_size=4,
)
"""Articles, units and parcels: names that people say the meaning of, and ids that all know."""
SAID = st.dictionaries(
    st.sampled_from("XYZ"), st.sampled_from(["SKU-1", "SKU-2", "SKU-3"]), max_size=3
)
PAPERS = st.sampled_from(["", "one", "other"])
"""A new envelope, or one of two documents that are run again."""
STEPS = st.lists(st.tuples(SAID, PAPERS), min_size=2, max_size=5)


def _article(name: str) -> tuple[ProductId, ...]:
    return (ProductId(kind="vendor", value=name),)


def _notice(number: str, rows: Sequence[Row]) -> ShipNotice:
    boxes: dict[str, list[ShippedLine]] = {}
    for name, units, tracking in rows:
        boxes.setdefault(tracking, []).append(
            ShippedLine(number="", quantity=units, products=_article(name))
        )
    parcels = tuple(Parcel(tracking=one, lines=tuple(lines)) for one, lines in boxes.items())
    return ShipNotice(purpose=Purpose.ORIGINAL, notice="N1", number=number, parcels=parcels)


def _answer(number: str, rows: Sequence[Row]) -> OrderResponse:
    lines = tuple(
        OrderResponseLine(
            number="",
            products=_article(name),
            answers=(LineAnswer(answer=Answer.ACCEPTED, quantity=units),),
        )
        for name, units, _ in rows
    )
    return OrderResponse(purpose=Purpose.ORIGINAL, number=number, lines=lines)


def _heard(
    desk: Desk, message: ShipNotice | OrderResponse, steps: Sequence[tuple[Mapping[str, str], str]]
) -> None:
    for called, paper in steps:
        desk.say(called)
        desk.hear(message, paper=paper)


@settings(max_examples=200)
@given(rows=ROWS, steps=STEPS)
def test_a_notice_told_again_under_names_said_anew_packs_no_more_than_it_says(
    rows: list[Row], steps: list[tuple[dict[str, str], str]]
) -> None:
    desk = Desk(sourced(placed(20, 20, 20), "acme").order)
    _heard(desk, _notice(desk.order.fulfillments[0].number, rows), steps)
    said: Counter[str] = Counter()
    for _, units, tracking in rows:
        said[tracking] += units
    packed: Counter[str] = Counter()
    for box in (box for shipment in desk.order.shipments for box in shipment.packages):
        packed[box.tracking] += sum(line.quantity for line in box.lines)
    assert packed <= said
    assert sum(line.buckets.shipped for line in desk.order.lines) == packed.total()


@settings(max_examples=200)
@given(rows=ROWS, steps=STEPS)
def test_an_answer_told_again_under_names_said_anew_accepts_no_more_than_it_says(
    rows: list[Row], steps: list[tuple[dict[str, str], str]]
) -> None:
    desk = Desk(sourced(placed(20, 20, 20), "acme").order)
    _heard(desk, _answer(desk.order.fulfillments[0].number, rows), steps)
    accepted = sum(line.buckets.accepted for line in desk.order.lines)
    assert accepted <= sum(units for _, units, _ in rows)
