"""A clerk writes down what a customer says on the telephone; the same door as a storefront's."""

import json

from hub.domain.orders import OrderChannel
from tests.rigs.houses import post, shopping
from tests.web.clerk.rig import Office, action_of, fields_of, new_order, pressed
from tests.web.conftest import Shop, give_key, simple
from tests.web.portal.rig import seal_of

CALL = {
    "brand": "juniper",
    "channel": "phone",
    "buyer-name": "Tom Okafor",
    "buyer-phone": "207-555-0155",
    "g1-name": "Tom Okafor",
    "g1-line1": "480 Harbour View",
    "g1-city": "Portland",
    "g1-region": "me",
    "g1-postal_code": "04101",
    "g1-country": "us",
    "g1-1": "SKU-1",
    "g1-1-units": "2",
    "g1-1-price": "12.50",
    "shipping": "5",
}


def test_an_order_by_phone_is_shown_with_stock_and_total_and_placed_once(
    each_office: Office,
) -> None:
    browser = each_office.browser()
    page = new_order(browser)
    path = action_of(page)
    look = pressed(browser, page, {**CALL, "do": "look"})
    assert look.status_code == 200, look.text
    assert "$30.00" in look.text
    assert "Acme" in look.text
    fields = {**fields_of(look), "do": "place"}
    answers = [browser.post(path, fields) for _ in range(2)]
    assert [answer.headers.get("location") for answer in answers] == [
        "/orders/juniper/C-00001?done=placed"
    ] * 2
    order = each_office.house.order("C-00001")
    assert order.channel is OrderChannel.PHONE
    assert order.total == 3000
    assert order.fulfillments[0].partner == "acme"
    assert "Done: the order is placed." in browser.get(answers[0].headers["location"]).text


def test_nothing_is_placed_that_was_not_shown(office: Office) -> None:
    browser = office.browser()
    answer = pressed(browser, new_order(browser), {**CALL, "do": "place"})
    assert answer.status_code == 200
    assert "This is the order" in answer.text
    with office.house.parts.store.read() as tx:
        assert tx.orders.find(brand="juniper", number="C-00001") is None


def test_all_mistakes_stand_at_their_fields_at_once(office: Office) -> None:
    browser = office.browser()
    wrong = {
        **CALL,
        "buyer-name": "",
        "g1-region": "Maine",
        "g1-country": "XX",
        "g1-1": "no such thing",
        "g1-1-price": "12,5000",
        "number": "a b",
    }
    answer = pressed(browser, new_order(browser), {**wrong, "do": "look"})
    assert "<title>Error:" in answer.text
    for name in ("buyer-name", "g1-country", "g1-1", "g1-1-price", "number"):
        assert f'href="#{name}"' in answer.text, name
        assert f'id="{name}-wrong"' in answer.text, name


def test_a_known_customer_is_filled_in_by_telephone(each_office: Office) -> None:
    post(each_office.house, shopping("1001", 1))
    browser = each_office.browser()
    asked = {"brand": "juniper", "find": "(217) 555-0134", "do": "find"}
    found = fields_of(pressed(browser, new_order(browser), asked))
    assert found["buyer-name"] == "Maya Lindqvist"
    assert found["g1-line1"] == "12 Alder Lane"


def test_two_addresses_are_two_parcels_and_one_is_a_gift(office: Office) -> None:
    browser = office.browser()
    wider = pressed(browser, new_order(browser), {**CALL, "do": "group"})
    second = {name.replace("g1", "g2"): said for name, said in CALL.items() if name[:2] == "g1"}
    gift = {"g2-gift": "1", "g2-gift-message": "Enjoy"}
    look = pressed(browser, wider, {**second, **gift, "do": "look"})
    assert "Done: the order is placed." in pressed(browser, look, {"do": "place"}).text
    order = office.house.order("C-00001")
    assert [group.gift for group in order.groups] == [False, True]
    assert [line.group_id for line in order.lines] == [group.id for group in order.groups]


def test_an_order_by_the_api_is_on_the_clerks_screen_at_once(office: Office) -> None:
    key, _ = give_key(office.house, "juniper")
    shop = Shop(app=office.app, key=key)  # type: ignore[arg-type]  # any app answers
    order = simple("J-77", sku="SKU-1")
    assert shop.post(order).status_code == 201
    browser = office.browser()
    answer = browser.get("/orders?q=J-77")
    assert answer.headers["location"] == "/orders/juniper/J-77"
    assert json.dumps("J-77") not in answer.text
    assert "J-77" in browser.get("/orders/juniper/J-77").text


def test_a_link_for_the_customer_is_shown_once(office: Office) -> None:
    post(office.house, shopping("1001", 1))
    browser = office.browser()
    page = browser.get("/orders/juniper/1001")
    made = browser.post("/orders/juniper/1001/link", {"seal": seal_of(page.text)})
    assert "/s/" in made.text
    assert "/s/" not in browser.get("/orders/juniper/1001").text
