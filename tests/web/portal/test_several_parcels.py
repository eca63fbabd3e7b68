"""Each of several parcels is told of by its own name, and has its own way on its card."""

from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import html

from hub.domain.exchange import Purpose
from hub.domain.messages import CarrierEvent, CarrierMoment
from hub.domain.orders import OrderChannel
from hub.flow.delivering import Told, tell
from tests.rigs.houses import post, shopping
from tests.web.portal import rig
from tests.web.portal.rig import Street

OTHER = "9400111899223197428490"


def _tell(street: Street, moment: CarrierMoment, tracking: str = rig.TRACKING) -> None:
    house = street.house
    house.clock.on(seconds=7200)
    at = house.clock() - timedelta(hours=1)
    event = CarrierEvent(purpose=Purpose.ORIGINAL, tracking=tracking, moment=moment, at=at)
    tell(house.parts, Told(events=[event], brand="juniper", who="test")).result()


def _page(street: Street) -> html.HtmlElement:
    return html.document_fromstring(street.browser().get(street.link()).text)


def _text(node: html.HtmlElement) -> str:
    return " ".join(node.text_content().split())


def _cards(page: html.HtmlElement) -> list[list[str]]:
    cards = page.xpath("//section[@aria-labelledby='parcels']//article")
    return [[_text(row).split(" UTC ")[-1] for row in card.xpath(".//ol/li")] for card in cards]


def test_the_timeline_says_which_parcel_and_each_card_has_its_own_way(lane: Street) -> None:
    rig.two_parcels(lane.house)
    for moment in (CarrierMoment.IN_TRANSIT, CarrierMoment.IN_TRANSIT, CarrierMoment.DELIVERED):
        _tell(lane, moment)
    _tell(lane, CarrierMoment.IN_TRANSIT, OTHER)
    page = _page(lane)
    (happened,) = page.xpath("//section[@aria-labelledby='happened']")
    told = _text(happened)
    assert "Parcel 1 of 2: it was delivered." in told
    assert "Parcel 2 of 2: it is on its way." in told and "A parcel" not in told
    first, second = _cards(page)
    assert [row.rpartition(" CST ")[2] for row in first] == ["Delivered", "On its way", "Shipped"]
    assert [row.rpartition(" CST ")[2] for row in second] == ["On its way", "Shipped"]


def test_the_only_parcel_has_no_number(lane: Street) -> None:
    rig.shipped(lane.house)
    assert _cards(_page(lane)) == [[]], "nothing is known of its way but that it left"
    _tell(lane, CarrierMoment.IN_TRANSIT)
    page = _page(lane)
    assert "A parcel is on its way." in _text(page) and "Parcel 1 of" not in _text(page)
    assert len(_cards(page)[0]) == 2


def test_what_comes_back_undelivered_is_not_called_refunded(lane: Street) -> None:
    rig.shipped(lane.house)
    _tell(lane, CarrierMoment.RETURNED)
    told = _text(_page(lane))
    assert "Returned: it could not be delivered and comes back to us" in told
    assert "It is on its way back to us. Ask us how it goes on." in told
    assert "Refunded" not in told and "when it is there" not in told


def test_no_day_stands_above_a_parcel_that_is_held_up(lane: Street) -> None:
    rig.shipped(lane.house)
    _tell(lane, CarrierMoment.EXCEPTION)
    page = _page(lane)
    assert _text(page.xpath("//h1")[0]) == "Held up on its way; we are looking into it"
    (answer,) = page.xpath("//section[contains(@class, 'answer')]")
    assert "bad" in answer.get("class") and not answer.xpath(".//p[@class='word']")
    assert "Expected" not in _text(page) and "When it arrives" not in _text(page)


@pytest.mark.parametrize("email", ["", "maya@example.com"])
def test_an_order_without_e_mail_has_no_buttons_that_end_at_a_code(
    lane: Street, email: str
) -> None:
    new = shopping("1001", 2)
    nobody = replace(new.customer, email=email)
    groups = tuple(replace(one, ship_to=replace(one.ship_to, email=email)) for one in new.groups)
    post(lane.house, replace(new, customer=nobody, groups=groups, channel=OrderChannel.PHONE))
    page = _page(lane)
    (main,) = page.xpath("//main")
    assert len(main.xpath(".//form[contains(@action, '/code')]")) == (4 if email else 0)
    assert ("no e-mail address to which we could send a code" in _text(main)) is (not email)
    assert ("we send a code" in _text(main)) is bool(email)
    if not email:
        (call,) = main.xpath(".//section[@aria-labelledby='now']//a")
        brand = lane.house.parts.brands["juniper"]
        assert call.text == (brand.phone or brand.reply_email)


def test_the_page_for_the_code_says_the_same_whether_the_order_has_an_e_mail(lane: Street) -> None:
    new = shopping("1001", 2)
    post(lane.house, replace(new, customer=replace(new.customer, email="")))
    post(lane.house, shopping("1002", 2))
    pages = []
    for number in ("1001", "1002", "9999"):
        browser = lane.browser()
        browser.find(number, new.groups[0].ship_to.postal_code)
        (main,) = html.document_fromstring(browser.get("/code").text).xpath("//main")
        pages.append(_text(main))
    assert len(set(pages)) == 1 and "An order without an e-mail address gets no code" in pages[0]
