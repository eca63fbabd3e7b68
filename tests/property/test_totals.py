"""Money follows every change: the total is the sum of its parts, and nothing is lost on the way."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.changes import decide
from hub.domain.facts import FactKind
from hub.domain.names import Names
from hub.domain.orders import ChangeKind, Order
from hub.domain.totals import owed, share
from hub.domain.wishes import Add, Fewer, NewUnits, Quantity, Standing, Swap, Wish
from tests.unit.domain.trade import NOON, placed

NOBODY = Standing(unsent=frozenset(), terms={})
cents = st.integers(0, 5000)


@st.composite
def priced(draw: st.DrawFn) -> Order:
    """An order nobody was asked for yet, with discounts and taxes of every kind."""
    order = placed(*draw(st.lists(st.integers(1, 7), min_size=1, max_size=4)))
    lines = []
    for line in order.lines:
        price = draw(st.integers(0, 3000))
        most = price * line.buckets.ordered
        lines.append(
            replace(line, unit_price=price, discount=draw(st.integers(0, most)), tax=draw(cents))
        )
    order = replace(order, lines=tuple(lines), shipping=draw(cents), tax=draw(cents))
    goods = sum(line.amount for line in lines)
    order = replace(order, discount=draw(st.integers(0, goods + order.shipping + order.tax)))
    return replace(order, total=owed(order))


@st.composite
def wishes(draw: st.DrawFn, count: int = 4) -> Wish:
    """Something wanted of one of the first lines."""
    line = str(draw(st.integers(1, count)))
    units = draw(st.integers(1, 9))
    kind = draw(st.sampled_from(["cancel", "quantity", "add", "swap"]))
    if kind == "cancel":
        return Fewer(line=line, quantity=draw(st.none() | st.just(units)))
    if kind == "quantity":
        return Quantity(line=line, quantity=units, tax=draw(st.none() | cents))
    number = draw(st.uuids()).hex[:12]
    new = NewUnits(
        line_id=f"lin_{number}", number=number, group="1", sku="SKU-9", description="",
        quantity=units, unit_price=draw(cents), tax=draw(cents),
    )  # fmt: skip
    return Add(new=new) if kind == "add" else Swap(line=line, new=new)


@given(priced(), st.lists(wishes(), max_size=8))
def test_the_total_is_always_the_sum_of_its_parts(order: Order, wanted: list[Wish]) -> None:
    paid = order.total
    for step, wish in enumerate(wanted):
        if isinstance(wish, Add | Swap) and any(
            line.id == wish.new.line_id for line in order.lines
        ):
            continue
        if not isinstance(wish, Add) and int(wish.line) > len(placed_numbers(order)):
            continue
        decided = decide(
            order,
            [wish],
            kind=ChangeKind.CHANGE,
            standing=NOBODY,
            who="test",
            reason="",
            names=Names(str(step)),
            now=NOON,
        )
        for fact in decided.change.facts:
            if fact.kind in (FactKind.LINES_CANCELLED, FactKind.LINES_ADDED):
                assert fact.body["was"] == paid
                paid = _after(fact.body, sign=-1 if fact.kind is FactKind.LINES_CANCELLED else 1)
        order = decided.change.order
        assert order.total == owed(order) == paid >= 0
        for line in order.lines:
            assert min(line.discount, line.tax, line.goods) >= 0
            assert line.kept or (line.discount, line.tax) == (0, 0)
        assert min(order.discount, order.tax, order.shipping) >= 0
        if not any(line.kept for line in order.lines):
            assert order.total == 0


def placed_numbers(order: Order) -> list[str]:
    """The numbers of the lines the customer placed at first."""
    return [line.number for line in order.lines if line.number.isdecimal() and len(line.number) < 3]


def _after(body: dict[str, object], *, sign: int) -> int:
    """What is owed afterwards, from what a fact says was moved."""
    rows = body["lines"]
    assert isinstance(rows, list)
    moved = sum(row["goods"] - row["discount"] + row["tax"] for row in rows)
    rest = body["shipping"] - body["discount"] + body["tax"]  # type: ignore[operator]
    total = int(str(body["was"])) + sign * (moved + rest)
    assert total == body["total"]
    return total


@given(st.integers(0, 10**12), st.integers(0, 1000), st.integers(0, 1000))
def test_two_shares_are_the_whole(amount: int, part: int, rest: int) -> None:
    whole = part + rest
    kept = share(amount, part=part, whole=whole)
    assert 0 <= kept <= amount
    if whole:
        assert abs(kept * whole - amount * part) * 2 <= whole
        assert share(amount, part=whole, whole=whole) == amount
        assert share(amount, part=0, whole=whole) == 0
