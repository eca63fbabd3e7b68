"""However names are said anew, a paper told again counts no more units than it says."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.exchange import Purpose
from hub.domain.hearing import Heard, Subject, heard
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
from hub.domain.names import Names
from hub.domain.orders import FulfillmentLine
from hub.domain.renamed import Named, Said, Verdicts, booked_instead, once_named, reached
from hub.domain.warehouse_stock import Kind, Movement
from hub.flow.warehouse_stock import _as_booked
from tests.unit.domain.trade import Desk, placed, sourced

OWN = ("acme-SKU-1", "acme-SKU-2", "acme-SKU-3")
Row = tuple[tuple[str, ...], int, str]
NAMES = st.sampled_from(("X", "Y", "Z"))
ROWS = st.lists(
    st.tuples(
        st.one_of(
            st.tuples(st.sampled_from(("X", "Y", "Z", *OWN))),
            st.tuples(st.sampled_from(OWN), NAMES),
        ),
        st.integers(1, 3),
        st.sampled_from(["1Z1", "1Z2", ""]),
    ),
    min_size=1,
    max_size=4,
)
"""Articles, units and parcels: names that people say the meaning of, ids that all know, both."""
SAID = st.dictionaries(
    st.sampled_from("XYZ"), st.sampled_from(["SKU-1", "SKU-2", "SKU-3"]), max_size=3
)
PAPERS = st.sampled_from(["", "one", "other"])
"""A new envelope, or one of two documents that are run again."""
STEPS = st.lists(st.tuples(SAID, PAPERS), min_size=2, max_size=5)


def _article(names: Sequence[str]) -> tuple[ProductId, ...]:
    return tuple(ProductId(kind="vendor", value=name) for name in names)


def _notice(number: str, rows: Sequence[Row]) -> ShipNotice:
    boxes: dict[str, list[ShippedLine]] = {}
    for names, units, tracking in rows:
        boxes.setdefault(tracking, []).append(
            ShippedLine(number="", quantity=units, products=_article(names))
        )
    parcels = tuple(Parcel(tracking=one, lines=tuple(lines)) for one, lines in boxes.items())
    return ShipNotice(purpose=Purpose.ORIGINAL, notice="N1", number=number, parcels=parcels)


def _answer(number: str, rows: Sequence[Row]) -> OrderResponse:
    lines = tuple(
        OrderResponseLine(
            number="",
            products=_article(names),
            answers=(LineAnswer(answer=Answer.ACCEPTED, quantity=units),),
        )
        for names, units, _ in rows
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


PART = sourced(placed(9, 9, 9, 9), "acme").order.fulfillments[0]
WHATS = st.fixed_dictionaries(
    {"quantity": st.integers(1, 2), "tracking": st.sampled_from(["", "1Z1", "1Z2"])}
)
BOOKED = st.lists(st.tuples(st.sampled_from(PART.lines), WHATS), max_size=6)
TOLD = st.lists(
    st.tuples(st.sampled_from(PART.lines), st.lists(NAMES, max_size=2), WHATS), max_size=6
)
EVER = st.dictionaries(NAMES, st.sets(st.sampled_from([line.sku for line in PART.lines])))


def _plainly(
    subject: Subject, said: Said, verdicts: Verdicts, named: Named
) -> list[FulfillmentLine | None]:
    """What may be booked already, found by comparing everything said with everything booked."""
    before = Counter(
        (about, what["tracking"])
        for (about, what), (verdict, _) in zip(said, verdicts, strict=True)
        if verdict is Heard.BEFORE
    )
    left = Counter((about, what["tracking"]) for (about, _), what in subject.effects.items())
    left.subtract(before)
    once: dict[str, set[str]] = {}
    for line, products in named:
        assert line is not None
        skus = once_named(subject.ever, products, line.sku)
        once.setdefault(line.id, set()).update(one.id for one in PART.lines if one.sku in skus)
    lines = {line.id: line for line in PART.lines}
    found: list[FulfillmentLine | None] = []
    for (about, what), (verdict, _) in zip(said, verdicts, strict=True):
        booked = {
            other
            for (other, tracking), times in left.items()
            if times > 0 and (tracking == what["tracking"] or not tracking or not what["tracking"])
        }
        other = reached(about, once, booked) if verdict is Heard.NEW else None
        found.append(lines[other] if other else None)
    return found


@settings(max_examples=150)
@given(booked=BOOKED, told=TOLD, ever=EVER)
def test_what_may_be_booked_already_is_what_comparing_all_with_all_finds(
    booked: list[tuple[FulfillmentLine, dict[str, object]]],
    told: list[tuple[FulfillmentLine, list[str], dict[str, object]]],
    ever: dict[str, set[str]],
) -> None:
    subject = Subject(
        order=sourced(placed(9, 9, 9, 9), "acme").order,
        fulfillment_id=PART.id,
        effects={(line.id, at): what for at, (line, what) in enumerate(booked)},
        names=Names("law"),
        ever=lambda name: ever.get(name, ()),
    )
    said = [(line.id, what) for line, _, what in told]
    named = [(line, _article(names)) for line, names, _ in told]
    verdicts = heard(subject.effects, said)
    assert booked_instead(subject, said, verdicts, named) == _plainly(
        subject, said, verdicts, named
    )


MOVED = st.lists(st.tuples(st.sampled_from("ST"), st.integers(1, 3)), max_size=8)


def _movements(rows: Sequence[tuple[str, int]], document: str) -> list[Movement]:
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    return [
        Movement(
            id=f"{sku}/{sum(before == sku for before, _ in rows[:at])}",
            partner="depot",
            sku=sku,
            kind=Kind.RECEIVED,
            quantity=units,
            at_least=noon,
            at_most=noon,
            reason="",
            reference="WR-9",
            document_id=document,
        )
        for at, (sku, units) in enumerate(rows)
    ]


@settings(max_examples=150)
@given(booked=MOVED, missing=st.sets(st.integers(0, 7)), told=MOVED)
def test_a_receipt_told_again_takes_the_first_name_booked_alike_else_the_first_left(
    booked: list[tuple[str, int]], missing: set[int], told: list[tuple[str, int]]
) -> None:
    before = {
        one.id: one for at, one in enumerate(_movements(booked, "first")) if at not in missing
    }
    moves = _movements(told, "again")
    free = {sku: [one.id for one in moves if one.sku == sku] for sku in "ST"}
    found: dict[int, str] = {}
    for at, one in enumerate(moves):
        alike = [
            name
            for name in free[one.sku]
            if name in before and before[name].quantity == one.quantity
        ]
        if alike:
            found[at] = alike[0]
            free[one.sku].remove(alike[0])
    plainly = [found.get(at) or free[one.sku].pop(0) for at, one in enumerate(moves)]
    assert [one.id for one in _as_booked(moves, before)] == plainly
