"""What a paper must not go without: a page that has no place for it says so, and nothing leaves."""

from dataclasses import replace
from datetime import date

from hub.domain.exchange import Purpose, Severity
from hub.domain.messages import (
    Address,
    LineChange,
    ProductId,
    PurchaseOrder,
    PurchaseOrderChange,
    PurchaseOrderChangeLine,
    PurchaseOrderLine,
)
from hub.mapping import Page, Writing
from tests.unit.mapping import library
from tests.unit.mapping.trees import mistakes, page, spelled

WHO = Address(name="Asta Holm", lines=("Havnegade 7",), city="Aarhus", country="DK")
SKU = (ProductId(kind="sku", value="SKU-1"),)
CHANGE = PurchaseOrderChange(
    purpose=Purpose.ORIGINAL,
    number="JN-1",
    change="1",
    changed_on=date(2026, 3, 9),
    ordered_on=date(2026, 3, 8),
    currency="EUR",
    lines=(
        PurchaseOrderChangeLine(
            number="1", change=LineChange.LESS, quantity=1, former=2, unit="each", cost=100,
            products=SKU,
        ),
    ),
)  # fmt: skip
ORDER = PurchaseOrder(
    purpose=Purpose.ORIGINAL,
    number="JN-1",
    ordered_on=date(2026, 3, 8),
    currency="EUR",
    ship_to=WHO,
    lines=(PurchaseOrderLine(number="1", quantity=1, unit="each", cost=100, products=SKU),),
)
BARE = """
- purpose: purpose | word
- Number: number
- Change: change
- On: changed_on | date
- Ordered: ordered_on | date
"""
LINES = """
- loop lines*? at Line:
  - No: number
  - Do: change | word
  - Q: quantity | quantity
  - Unit: unit
  - Cost: cost | balance
  - pairs products at .: {Sku: sku}
"""


def lost(writing: Writing) -> list[str]:
    """Return the fields for which there was no place, each an error."""
    found = [one for one in writing.problems if one.code == "map-no-place"]
    assert all(one.severity is Severity.ERROR for one in found)
    return [one.where.value for one in found]


def changes(rows: str = "", head: str = "root: Change") -> Page:
    return page(BARE + rows, message="PurchaseOrderChange", head=head)


def test_a_change_whose_wish_has_no_place_on_the_page_is_an_error() -> None:
    later = replace(CHANGE, ship_by=date(2026, 3, 17), ship_to=WHO, gift_message="Tillykke")
    assert lost(changes().write(later)) == ["lines", "ship_to", "ship_by", "gift_message"]
    assert lost(changes(LINES).write(CHANGE)) == []
    told = " ".join(one.text for one in changes(LINES).write(later).problems)
    assert "Tillykke" not in told
    assert "add a row, or name it under `without:`" in told


def test_one_word_for_the_way_is_enough() -> None:
    express = replace(CHANGE, lines=(), service="express", routing="express")
    assert lost(changes().write(express)) == ["service"]
    assert lost(changes("- Way?: routing").write(express)) == []


def test_a_cancellation_of_all_that_is_open_needs_no_lines() -> None:
    assert lost(changes().write(replace(CHANGE, purpose=Purpose.CANCEL))) == []


def test_a_place_in_a_record_that_is_not_there_is_none() -> None:
    rows = "- loop ship_to? at To:\n  - Name: name\n  - By?: the ship_by | date\n"
    later = replace(CHANGE, lines=(), ship_by=date(2026, 3, 17))
    assert lost(changes(rows).write(later)) == ["ship_by"]
    assert lost(changes(rows).write(replace(later, ship_to=WHO))) == []


def test_a_page_may_say_what_its_papers_go_without() -> None:
    known = changes(LINES, head="root: Change\nwithout: ship_by, gift_message")
    later = replace(CHANGE, ship_by=date(2026, 3, 17), gift_message="Tillykke")
    assert known.write(later).problems == ()
    (told,) = mistakes(BARE, message="PurchaseOrderChange", head="root: C\nwithout: buyer")
    assert "`buyer` is no field that a paper would have to carry" in told


def test_words_on_a_line_of_an_order_are_not_lost_either() -> None:
    words = replace(ORDER, lines=(replace(ORDER.lines[0], personalization="Asta"),))
    for name in ("ubl/Order", "cxml/OrderRequest", "json/order", "nordic/Order"):
        assert lost(library().page(name).write(words)) == [], name
    rows = """
- purpose: purpose | word
- Number: number
- On: ordered_on | date
- Money: currency
- loop ship_to at To: [{Name: name}]
- loop lines* at Line:
  - No: number
  - Q: quantity | quantity
  - Unit: unit
  - Cost: cost | balance
  - pairs products at .: {Sku: sku}
"""
    bare = page(rows, message="PurchaseOrder")
    assert lost(bare.write(words)) == ["personalization"]
    assert lost(bare.write(replace(ORDER, instructions="At the back"))) == ["instructions"]


def test_our_own_pages_carry_every_wish_of_a_change() -> None:
    wish = replace(
        CHANGE, ship_to=WHO, carrier="ups", service="express", routing="express",
        ship_by=date(2026, 3, 17), gift_message="Tillykke", reason="Moved",
    )  # fmt: skip
    for message in (wish, replace(wish, ship_to=None)):
        for name in ("ubl/OrderChange", "json/order_change", "nordic/OrderChange"):
            assert lost(library().page(name).write(message)) == [], name


def test_a_ubl_change_says_the_new_day_and_carrier_without_a_new_address() -> None:
    one = library().page("ubl/OrderChange")
    later = replace(CHANGE, carrier="ups", ship_by=date(2026, 3, 17))
    for message in (later, replace(later, ship_to=WHO)):
        writing = one.write(message)
        text = spelled(writing.paper)
        assert text.count(">2026-03-17<") == 1
        assert text.count(":CarrierParty>") == 2
        (again,) = one.read(writing.paper).messages
        assert isinstance(again, PurchaseOrderChange)
        assert (again.carrier, again.ship_by) == ("ups", date(2026, 3, 17))
        assert again.ship_to == message.ship_to
