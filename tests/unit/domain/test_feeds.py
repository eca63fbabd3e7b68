"""What a stock report says of our articles: which, how many, as of when, and when it is too odd."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.catalog import PartnerItem
from hub.domain.feeds import (
    MOST_UNITS,
    Counted,
    Listing,
    counted,
    moment_of,
    too_many_dropped,
)
from hub.domain.hearing import plain_unit
from hub.domain.messages import ProductId, StockRow

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def _offer(sku: str, *ids: tuple[str, str], unit: str = "EA", pack: int = 1) -> PartnerItem:
    return PartnerItem(
        partner="acme",
        sku=sku,
        products=tuple(ProductId(kind=kind, value=value) for kind, value in ids),
        unit=unit,
        units_per_pack=pack,
        cost=1,
        currency="USD",
        priority=0,
    )


def _listing() -> Listing:
    listing = Listing()
    listing.add(_offer("MUG", ("vendor", "100"), ("buyer", "B1")), gtin="012345678905")
    listing.add(_offer("LAMP", ("vendor", "200"), ("buyer", "100")), gtin="")
    listing.add(_offer("CUPS", ("vendor", "300"), unit="CA", pack=12), gtin="")
    return listing


def _row(quantity: int, *ids: tuple[str, str], unit: str = "", **more) -> StockRow:
    products = tuple(ProductId(kind=kind, value=value) for kind, value in ids)
    return StockRow(quantity=quantity, products=products, unit=unit, **more)


def _count(row: StockRow) -> tuple[Counted | None, list[str]]:
    found, problems = counted(_listing(), row, unit_word=plain_unit)
    return found, [problem.code for problem in problems]


@pytest.mark.parametrize(
    ("ids", "sku"),
    [
        ([("vendor", "100")], "MUG"),
        ([("buyer", "100")], "LAMP"),
        ([("gtin", "12345678905")], "MUG"),
        ([("gtin", "00012345678905")], "MUG"),
        ([("vendor", "MUG")], "MUG"),
        ([("vendor", "B1")], "MUG"),
        ([("vendor", "?"), ("buyer", "B1")], "MUG"),
    ],
)
def test_an_article_is_found_by_any_of_its_ids_the_said_kind_first(ids, sku):
    found, problems = _count(_row(3, *ids))
    assert found == Counted(sku=sku, quantity=3)
    assert problems == []


@pytest.mark.parametrize("ids", [[], [("vendor", "?")], [("isbn", "100")], [("sku", "100")]])
def test_an_id_that_means_nothing_or_two_articles_is_told(ids):
    assert _count(_row(3, *ids)) == (None, ["unknown-article"])


@pytest.mark.parametrize(
    ("unit", "units"), [("", 24), ("CA", 24), ("ca", 24), ("EA", 2), ("each", 2)]
)
def test_packs_are_counted_in_our_units_and_single_pieces_as_they_are(unit, units):
    found, problems = _count(_row(2, ("vendor", "300"), unit=unit))
    assert (found and found.quantity, problems) == (units, [])


def test_a_unit_that_nobody_agreed_on_is_told_and_not_guessed():
    assert _count(_row(2, ("vendor", "300"), unit="KG")) == (None, ["other-unit"])


def test_odd_quantities_count_as_none_or_as_the_most_and_are_told():
    below, told = _count(_row(-3, ("vendor", "100")))
    assert (below and below.quantity, told) == (0, ["odd-quantity"])
    most, told = _count(_row(MOST_UNITS, ("vendor", "300")))
    assert (most and most.quantity, told) == (MOST_UNITS, ["odd-quantity"])


def test_the_next_delivery_counts_in_our_units_and_only_with_its_day():
    day = date(2026, 12, 1)
    found, _ = _count(_row(0, ("vendor", "300"), next_on=day, next_quantity=4))
    assert found == Counted(sku="CUPS", quantity=0, next_on=day, next_quantity=48)
    found, _ = _count(_row(0, ("vendor", "300"), next_quantity=4))
    assert found == Counted(sku="CUPS", quantity=0)


def test_a_moment_without_zone_is_the_partners_and_never_later_than_the_arrival():
    zone = "America/Chicago"
    assert moment_of(None, arrived=NOON, zone=zone) == NOON
    early = moment_of(datetime(2026, 11, 20, 5), arrived=NOON, zone=zone)
    assert early == datetime(2026, 11, 20, 11, tzinfo=UTC)
    assert moment_of(datetime(2026, 11, 20, 7), arrived=NOON, zone=zone) == NOON
    # Of the hour that comes twice in autumn the first is meant: the earlier moment is the safe one.
    twice = moment_of(datetime(2026, 11, 1, 1, 30), arrived=NOON, zone=zone)
    assert twice == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


@given(
    said=st.none()
    | st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1))
    | st.datetimes(
        min_value=datetime(2000, 1, 1),
        max_value=datetime(2100, 1, 1),
        timezones=st.just(timezone(timedelta(hours=-6))),
    )
)
def test_no_moment_is_later_than_the_arrival(said):
    moment = moment_of(said, arrived=NOON, zone="Europe/Helsinki")
    assert moment <= NOON
    assert moment.utcoffset() == timedelta()


@pytest.mark.parametrize(
    ("had", "dropping", "too_many"),
    [(100, 50, False), (100, 51, True), (4, 4, False), (5, 5, True), (0, 0, False), (9, 5, True)],
)
def test_the_guard_speaks_up_above_its_part_and_never_for_a_few(had, dropping, too_many):
    assert too_many_dropped(had=had, dropping=dropping, guard=50) is too_many
