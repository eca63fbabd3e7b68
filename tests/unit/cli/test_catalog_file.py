"""A catalogue file is taken in whole, or every mistake in it is named by row and column."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hub import mapping
from hub.domain.catalog import Item, PartnerItem
from hub.domain.messages import ProductId
from hub.flow.orders import UNITS as UNITS_PAGE
from hub.ops import catalog_file
from hub.ops.catalog_columns import check_digit, cost_cell, gtin_cell, heading, unit_cell
from tests.house import ROOT

PARTNERS = ("acme", "nordic", "mill")
UNITS = {"each": "EA", "case": "CA"}

GOOD = """\
sku,gtin,title,partner,id:vendor,unit,units_per_pack,cost,currency,priority,valid_from
JUN-MUG-BLUE,036000291452,Blue mug,acme,A-100,EA,1,4.25,USD,0,2026-01-31
JUN-MUG-BLUE,,,nordic,N-9,CA,6,21,EUR,5,
HAR-LAMP-OAK,,Oak lamp,,,,,,,,
"""


def _read(text: str) -> catalog_file.CatalogFile:
    return catalog_file.read(text.encode(), partners=PARTNERS, units=UNITS)


def _told(text: str) -> dict[str, str]:
    """The mistakes by place."""
    return {problem.where.path: problem.text for problem in _read(text).problems}


def test_a_file_becomes_articles_and_offers() -> None:
    table = _read(GOOD)
    assert table.problems == ()
    assert table.items == (
        Item(sku="JUN-MUG-BLUE", gtin="036000291452", title="Blue mug"),
        Item(sku="HAR-LAMP-OAK", title="Oak lamp"),
    )
    assert table.offers[0] == PartnerItem(
        partner="acme",
        sku="JUN-MUG-BLUE",
        products=(
            ProductId(kind="vendor", value="A-100"),
            ProductId(kind="sku", value="JUN-MUG-BLUE"),
            ProductId(kind="gtin", value="036000291452"),
        ),
        unit="EA",
        units_per_pack=1,
        cost=425,
        currency="USD",
        priority=0,
        valid_from=date(2026, 1, 31),
    )
    assert (table.offers[1].unit, table.offers[1].units_per_pack, table.offers[1].cost) == (
        "CA",
        6,
        2100,
    )


@pytest.mark.parametrize(
    ("said", "unit"),
    [("each", "EA"), ("EACH", "EA"), ("Case", "CA"), ("ea", "EA"), ("YD", "YD"), ("", "EA")],
)
def test_our_words_for_units_become_codes_and_other_codes_stay(said: str, unit: str) -> None:
    table = _read(f"sku,partner,unit,cost,currency\nS-1,acme,{said},1,USD\n")
    assert (table.problems, [one.unit for one in table.offers]) == ((), [unit])


def test_every_word_of_the_table_of_units_is_a_code_of_two_signs() -> None:
    page = (ROOT / "mappings" / "codes" / "units.yaml").read_text()
    units = mapping.load({UNITS_PAGE: page}).codes(UNITS_PAGE)
    assert units["each"] == "EA" and units["gram"] == "GR" and len(units) > 15
    assert {unit_cell(word.upper(), units) for word in units} == set(units.values())


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_a_byte_order_mark_and_other_separators_change_nothing(mark: str) -> None:
    text = "\ufeff" + GOOD.replace(",", mark).replace("\n", "\r\n")
    assert _read(text) == _read(GOOD)


def test_the_text_that_spreadsheets_call_unicode_is_read_too() -> None:
    body = GOOD.replace(",", "\t").encode("utf-16")
    assert catalog_file.read(body, partners=PARTNERS, units=UNITS) == _read(GOOD)


def test_headings_go_by_their_usual_names_in_any_case_and_order() -> None:
    table = _read(
        "Supplier;Wholesale Price;Item Number;Cur;Vendor SKU;Case Pack\nacme;3,50;X1;usd;V1;12"
    )
    assert table.problems == ()
    offer = table.offers[0]
    assert (offer.partner, offer.cost, offer.currency, offer.units_per_pack) == (
        "acme",
        350,
        "USD",
        12,
    )
    assert offer.products[0] == ProductId(kind="vendor", value="V1")


def test_a_row_without_a_sku_has_its_other_mistakes_named_too() -> None:
    heads = "sku,gtin,partner,cost,currency,units_per_pack\n"
    assert set(_told(f"{heads},12,acmee,$1,USD,0")) == {
        f"row 2, column {column}" for column in ("sku", "gtin", "partner", "cost", "units_per_pack")
    }
    assert set(_told(f"{heads},12,,,USD,")) == {
        f"row 2, column {column}" for column in ("sku", "gtin", "partner")
    }


MISTAKES = """\
sku,gtin,title,partner,id:vendor,unit,units_per_pack,cost,currency,priority,valid_from
,,No number,acme,V1,EA,1,1.00,USD,0,
S-1,036000291453,Wrong check digit,acme,V2,EA,1,1.00,USD,0,
S-2,9.4001E+11,Spreadsheet damage,acme,V3,EA,1,1.00,USD,0,
S-3,36000291452,Lost zero,acme,V4,EA,1,1.00,USD,0,
S-4,,Unknown partner,acmee,V5,EA,1,1.00,USD,0,
S-5,,Cost with a sign,acme,V6,EA,1,$1.00,USD,0,
S-6,,Too many decimals,acme,V7,EA,1,1.005,USD,0,
S-7,,No currency,acme,V8,EA,1,1.00,,0,
S-8,,Broken pack,acme,V9,EA,0,1.00,USD,0,
S-9,,Day of another land,acme,V10,EA,1,1.00,USD,0,01/02/2026
S-1,,Other title,nordic,V11,EA,1,1.00,USD,0,
S-1,,Wrong check digit,acme,V12,EA,1,1.00,USD,0,
S-10,,Whose is it,,V13,EA,1,1.00,USD,0,
S-11,,Formula,acme,#REF!,EA,1,1.00,USD,0,
S-12,,Too many,acme,V15,EA,1,1.00,USD,0,,cells,here
S-13,,Odd unit,acme,V16,E/A,1,1.00,USD,0,
S-14,,Odd priority,acme,V17,EA,1,1.00,USD,first,
S-15,,Nobody's unit,acme,V18,bundle,1,1.00,USD,0,
"""


def test_every_mistake_is_named_at_once_by_row_and_column() -> None:
    told = _told(MISTAKES)
    expected = {
        "row 2, column sku": "missing",
        "row 3, column gtin": "comes 2, not 3",
        "row 4, column gtin": "its digits are lost",
        "row 5, column gtin": "should be '036000291452'",
        "row 6, column partner": "did you mean acme?",
        "row 7, column cost": "without sign",
        "row 8, column cost": "USD has 2",
        "row 9, column currency": "missing",
        "row 10, column units_per_pack": "whole number from 1",
        "row 11, column valid_from": "2026-11-26",
        "row 12, column title": "row 3 says 'Wrong check digit'",
        "row 13, column sku": "row 3 has S-1 of acme already",
        "row 14, column partner": "name the partner",
        "row 15, column id:vendor": "error of a formula",
        "row 16": "13 cells",
        "row 17, column unit": "letters or digits",
        "row 18, column priority": "whole number from 0",
        "row 19, column unit": "'bundle' is no unit; write its code of two letters or digits, such "
        "as EA or CA, or one of the words case, each",
    }
    assert {
        place: part in told.get(place, "") for place, part in expected.items()
    } == dict.fromkeys(expected, True)
    assert set(told) == set(expected)


@pytest.mark.parametrize(
    ("text", "place", "part"),
    [
        ("", "row 1", "empty"),
        ("title\nMug", "row 1, column sku", "missing"),
        ("sku,colour\nA,red", "row 1, column colour", "no column is called so"),
        ("sku,titel\nA,Mug", "row 1, column titel", "did you mean title?"),
        ("sku,sku\nA,B", "row 1, column sku", "twice"),
        ('sku,title\nA,"Mug', "row 2", "quotation marks"),
        ("sku,title\nA,Mu\x07g", "row 2, column title", "control character"),
        (f"sku,title\nA,{'x' * 201}", "row 2, column title", "200 fit"),
        ("sku\n5-Mar", "row 2, column sku", "turned into a date"),
    ],
)
def test_a_file_that_cannot_be_used_says_where_and_why(text: str, place: str, part: str) -> None:
    assert part in _told(text)[place]


def test_bytes_that_are_no_text_are_told_with_their_place() -> None:
    table = catalog_file.read(b"sku,title\nA,Caf\xe9\n", partners=PARTNERS, units=UNITS)
    assert [problem.where.path for problem in table.problems] == ["row 2"]
    assert "byte 16" in table.problems[0].text


def test_no_more_than_a_thousand_mistakes_are_listed() -> None:
    table = _read("sku,gtin\n" + "".join(f"A{n},1\n" for n in range(1500)))
    assert len(table.problems) == catalog_file.MOST_PROBLEMS + 1
    assert "the rest is not listed" in table.problems[-1].text


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("12.5", "USD", 1250), ("12,50", "EUR", 1250), ("7", "JPY", 7), ("1.234", "KWD", 1234),
     ("0.10", "USD", 10), ("2.500000", "USD", 250)],
)  # fmt: skip
def test_costs_become_minor_units_exactly(text: str, currency: str, minor: int) -> None:
    assert cost_cell(text, currency) == minor


@pytest.mark.parametrize("text", ["1,250", "-1", "1e3", "", "1.2.3", "USD 4"])
def test_costs_that_can_be_misread_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"decimals|plain amount"):
        cost_cell(text, "USD")


@given(
    st.text("0123456789", min_size=7, max_size=13).filter(lambda one: len(one) in (7, 11, 12, 13))
)
def test_a_gtin_with_its_check_digit_is_right_and_with_any_other_wrong(digits: str) -> None:
    right = check_digit(digits)
    assert gtin_cell(digits + right) == ""
    other = str((int(right) + 1) % 10)
    assert gtin_cell(digits + other) != ""


@given(st.text(max_size=30))
def test_a_heading_means_a_known_column_or_nothing(text: str) -> None:
    assert heading(text) in ("", *catalog_file.COLUMNS)


@given(
    st.binary(max_size=400)
    | st.text("sku,;\t\"'\n\r|0159.E+-é\x00\ufeff", max_size=200).map(
        lambda text: b"sku,partner,cost,currency,gtin\n" + text.encode("utf-8", "replace")
    )
)
@example(b"\xff\xfe\x00")
@example(b"sep=\n")
@example(b'sku\n"a"b')
def test_no_bytes_make_reading_fail(body: bytes) -> None:
    table = catalog_file.read(body, partners=PARTNERS, units=UNITS)
    assert all(problem.where.path.startswith("row ") for problem in table.problems)
    assert all(offer.sku in {item.sku for item in table.items} for offer in table.offers)
