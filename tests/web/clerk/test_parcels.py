"""A clerk tells a customer where the parcel is: carrier, number, contents and what became of it."""

from datetime import timedelta

from lxml import html

from hub.domain.exchange import Purpose
from hub.domain.messages import CarrierEvent, CarrierMoment
from hub.flow.delivering import Told, tell
from tests.rigs.houses import post, shopping
from tests.rigs.naming import one_order, parcels_of
from tests.web.clerk.rig import Office

TRACKING = "1Z999AA10123456784"


def _delivered(office: Office) -> None:
    office.house.clock.on(seconds=7200)
    event = CarrierEvent(
        purpose=Purpose.ORIGINAL,
        event="1",
        tracking=TRACKING,
        moment=CarrierMoment.DELIVERED,
        at=office.house.clock() - timedelta(hours=1),
        carrier="ups",
        reason="",
        estimated_on=None,
    )
    tell(office.house.parts, Told(events=[event], brand="juniper", who="test")).result()


def test_parcels_stand_on_the_order_with_their_carrier_s_page(office: Office) -> None:
    house = office.house
    post(house, shopping("1001", 2))
    house.turn()
    page = office.browser().get("/orders/juniper/1001").text
    assert "Maya" in page and "Tracking number" not in page, "nothing has left"
    acme = house.suppliers["acme"]
    acme.send("856", acme.notice(acme.purchase_orders()[0], tracking=TRACKING))
    house.turn()
    for said, after in (("2 × Thing 1", None), ("delivered", _delivered)):
        if after is not None:
            after(office)
        clerk = office.browser(name=said.split()[0])
        page = clerk.get("/orders/juniper/1001").text
        (row,) = html.document_fromstring(page).xpath(
            "//section[@aria-labelledby='parcels']//tbody/tr"
        )
        assert said in row.text_content() and "UPS" in row.text_content()
        (link,) = row.xpath(".//a/@href")
        assert link.startswith("https://www.ups.com/") and TRACKING in link


def test_a_parcel_of_unknown_contents_is_marked_as_one_that_the_customer_does_not_see(
    office: Office,
) -> None:
    house = office.house
    acme = one_order(house)
    acme.send("856", parcels_of(acme, {TRACKING: [("7", 2, "ODD-7")]}))
    house.turn()
    page = office.browser().get("/orders/juniper/1001").text
    assert TRACKING in page and "Not known yet; the customer does not see this parcel." in page
