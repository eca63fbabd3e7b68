"""What people said a partner's names stand for: it helps what nothing else finds, and no more."""

from collections.abc import Sequence
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.catalog import PartnerItem
from hub.domain.feeds import Listing, counted
from hub.domain.hearing import AskedLines, plain_unit, unknown_line
from hub.domain.messages import ProductId, StockRow
from hub.domain.orders import Buckets, FulfillmentLine, FulfillmentOrder, FulfillmentState

LETTERS = "ab"
"""So few that names often meet ids and one another."""
NAMES = st.text(LETTERS, min_size=1, max_size=2)
IDS = st.lists(NAMES.map(lambda value: ProductId(kind="vendor", value=value)), max_size=3)


def _part(skus: Sequence[str], ids: Sequence[Sequence[ProductId]]) -> FulfillmentOrder:
    lines = tuple(
        FulfillmentLine(
            id=f"fln_{n}",
            line_id=f"lin_{n}",
            number=str(n),
            sku=sku,
            products=tuple(own),
            unit="EA",
            units_per_pack=1,
            cost=1,
            buckets=Buckets(ordered=1, open=1),
        )
        for n, (sku, own) in enumerate(zip(skus, ids, strict=True), start=1)
    )
    return FulfillmentOrder(
        id="ful_1",
        group_id="grp_1",
        partner="acme",
        number="P-1",
        currency="USD",
        lines=lines,
        state=FulfillmentState.OPEN,
        created_at=datetime(2026, 11, 20, tzinfo=UTC),
        ship_by=None,
    )


@settings(max_examples=60)
@given(
    skus=st.lists(st.sampled_from(["S1", "S2", "S3"]), min_size=1, max_size=4),
    ids=st.lists(IDS, min_size=4, max_size=4),
    called=st.dictionaries(NAMES, st.sampled_from(["S1", "S2", "S3", "S4"]), max_size=4),
    said=IDS,
    number=st.sampled_from(["", "1", "2", "9"]),
)
def test_a_name_never_changes_what_is_found_without_it(
    skus: list[str],
    ids: list[list[ProductId]],
    called: dict[str, str],
    said: list[ProductId],
    number: str,
) -> None:
    part = _part(skus, ids[: len(skus)])
    plain, named = AskedLines(part), AskedLines(part, called)
    without, found = plain.meant(number, said), named.meant(number, said)
    own = {product.value for line in part.lines for product in line.products}
    if without is not None or any(product.value in own for product in said):
        assert found == without
    elif found is not None:
        meant = {called[product.value] for product in said if product.value in called}
        assert meant == {found.sku}, "names that contradict mean nothing"
    if not called.keys() & {product.value for product in said}:
        assert found == without
        told = unknown_line(named, number, said, "")
        assert told == unknown_line(plain, number, said, "")


@settings(max_examples=60)
@given(
    offers=st.dictionaries(st.sampled_from(["S1", "S2", "S3"]), IDS, min_size=1),
    called=st.dictionaries(NAMES, st.sampled_from(["S1", "S2", "S3", "S4"]), max_size=4),
    said=IDS,
)
def test_a_report_counts_by_the_same_rule(
    offers: dict[str, list[ProductId]], called: dict[str, str], said: list[ProductId]
) -> None:
    plain, named = Listing(), Listing(called)
    for listing in (plain, named):
        for sku, own in offers.items():
            listing.add(_offer(sku, own), gtin="")
    row = StockRow(quantity=1, products=tuple(said), unit="")
    without, _ = counted(plain, row, unit_word=plain_unit)
    found, _ = counted(named, row, unit_word=plain_unit)
    if without is not None:
        assert found == without
    elif found is not None:
        meant = {called[product.value] for product in said if product.value in called}
        assert meant == {found.sku} and found.sku in offers and found.name in called


def _offer(sku: str, ids: Sequence[ProductId]) -> PartnerItem:
    return PartnerItem(
        partner="acme",
        sku=sku,
        products=tuple(ids),
        unit="EA",
        units_per_pack=1,
        cost=1,
        currency="USD",
        priority=0,
    )


def test_a_name_of_an_article_on_two_lines_wants_the_line_s_number() -> None:
    asked = AskedLines(_part(["S1", "S1"], [[], []]), {"ODD": "S1"})
    odd = [ProductId(kind="vendor", value=" ODD ")]
    assert asked.meant("", odd) is None
    line = asked.meant("02", odd)
    assert line is not None and line.id == "fln_2"
    assert asked.meant("", [ProductId(kind="vendor", value="odd")]) is None, "letter for letter"
    told = unknown_line(asked, "", odd, "").text
    assert told.endswith("The name ODD stands for S1, which is on several lines of it")
