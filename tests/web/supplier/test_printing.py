"""Paper of orders: what must stand on it, and what must not."""

from dataclasses import replace
from pathlib import Path

import pytest

from hub import api
from hub.domain.placing import Gift
from hub.main import doors, read_settings
from tests.cast import MAYA
from tests.rigs.houses import post, shopping
from tests.web.supplier.rig import Counter


@pytest.fixture
def counter(quick_counter: Counter) -> Counter:
    """What these tests are about is the same on every store."""
    return quick_counter


def present(counter: Counter, number: str, *, brand: str = "juniper") -> str:
    new = shopping(number, 1)
    gift = Gift(
        sender="Noor", recipient="Maya", message="Warm evenings", wrap=False, hide_prices=True
    )
    post(counter.house, replace(new, groups=(replace(new.groups[0], gift=gift),)), brand=brand)
    counter.house.turn("corner")
    [part] = counter.house.order(number, brand=brand).fulfillments
    return part.number


def test_all_open_orders_are_ticked_and_one_button_prints_them(counter: Counter) -> None:
    first, second = counter.order("1001"), counter.order("1002")
    page = counter.browser().get("/print").text
    for number in (first, second):
        assert f'value="{number}" checked' in page
    assert 'formaction="/print/picks"' in page


def test_a_slip_is_the_brands_word_and_says_nothing_of_the_supplier_or_of_money(
    counter: Counter,
) -> None:
    number = counter.order()
    page = counter.browser().get(f"/print/slips?order={number}")
    text = page.text
    for words in ("Juniper Home", "1001", MAYA.name, MAYA.street, "2</td>", "Thing 1", number):
        assert words in text, words
    assert "within 30 days" in text  # how to send something back
    lowered = text.lower()
    for words in ("corner", "harbor", "ana ortiz", "10.00", "4.00", "$", "usd", MAYA.email):
        assert words.lower() not in lowered, words
    assert "<script" not in text


def test_a_present_carries_its_card(counter: Counter) -> None:
    number, plain = present(counter, "1001"), counter.order("1002")
    browser = counter.browser()
    slips = browser.get(f"/print/slips?order={number}&order={plain}").text
    assert slips.count("Warm evenings") == 1
    assert slips.count("A present for you") == 1
    cards = browser.get(f"/print/gifts?order={number}&order={plain}").text
    assert cards.count('class="sheet') == 1
    assert "From: Noor" in cards


def test_the_pick_list_adds_up_articles_by_the_suppliers_own_numbers(counter: Counter) -> None:
    numbers = [counter.order("1001", 2), counter.order("1002", 3)]
    page = counter.browser().get("/print/picks?" + "&".join(f"order={n}" for n in numbers)).text
    assert page.count("corner-SKU-1") == 1
    assert ">5</td>" in page
    assert ", ".join(numbers) in page


def test_a_slip_of_a_cancelled_order_says_so(counter: Counter) -> None:
    number = counter.order()
    browser = counter.browser()
    _refuse(counter, number)
    page = browser.get(f"/print/slips?order={number}").text
    assert "CANCELLED" in page


def _refuse(counter: Counter, number: str) -> None:
    """The supplier says no to all of it: its part is cancelled."""
    from hub.domain.posted import PostedSet
    from hub.flow.supplier_room import Said, say

    said = Said(
        set_id=PostedSet.ORDER_RESPONSE,
        number=number,
        body={"whole": "reject"},
        key="x",
        who="test",
    )
    assert say(counter.house.parts, "corner", said).went_through


@pytest.mark.parametrize("page", ["slips", "gifts", "picks"])
def test_paper_of_another_supplier_is_not_there(counter: Counter, page: str) -> None:
    number = counter.order()
    stranger = counter.browser("stranger")
    assert stranger.get(f"/print/{page}?order={number}").status_code == 404
    assert stranger.get(f"/print/{page}?order=NOTHING").status_code == 404
    assert stranger.get(f"/print/{page}").status_code == 404
    assert number not in stranger.get("/print").text


def test_only_who_packs_for_a_brand_sees_its_logo_here(counter: Counter) -> None:
    counter.order()
    browser = counter.browser()
    logo = browser.get("/print/logo/juniper")
    assert logo.status_code == 200
    assert logo.headers["content-type"].startswith("image/svg+xml")
    assert "sandbox" in logo.headers["content-security-policy"]
    assert browser.get("/print/logo/harbor").status_code == 404
    assert counter.browser("stranger").get("/print/logo/juniper").status_code == 404


def test_the_paper_is_the_usual_one_of_the_viewers_zone_unless_asked(counter: Counter) -> None:
    number = counter.order()
    browser = counter.browser()
    assert "print-a4.css" in browser.get(f"/print/slips?order={number}").text
    assert "print-letter.css" in browser.get(f"/print/slips?order={number}&paper=letter").text
    assert "letter" in browser.get("/print/sheet/print-letter.css").text
    assert browser.get("/print/sheet/staff.css").status_code == 404


def test_a_german_brands_paper_is_german_but_for_the_word_to_who_packs(
    counter: Counter, tmp_path: Path
) -> None:
    parts = counter.house.parts
    german = replace(parts.brands["juniper"], language="de")
    counter.house.parts = replace(parts, brands={**parts.brands, "juniper": german})
    settings = read_settings({"HUB_DATA_DIR": str(tmp_path)})
    app = doors(settings, counter.house.parts, api.build(counter.house.parts))
    browser = replace(counter, app=app).browser()
    cards = browser.get(f"/print/gifts?order={present(counter, '1001')}").text
    assert "Für: Maya" in cards and "Von: Noor" in cards and "To: " not in cards
    number = counter.order("1002")
    _refuse(counter, number)
    slip = browser.get(f"/print/slips?order={number}").text
    assert '<p class="cancelled" lang="en">CANCELLED' in slip
    assert '<article lang="de"' in slip
