"""What carriers tell reaches the customer's status, whoever tells it and whenever."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from hub.domain.exchange import Purpose
from hub.domain.messages import CarrierEvent, CarrierMoment
from hub.flow.delivering import Heard, Told, tell
from tests.fakes import Ordered, Supplier
from tests.rigs.houses import House, post, shopping

NUMBER = "1Z999AA10123456784"


def shipped(house: House, *, tracking: str = NUMBER) -> tuple[Supplier, Ordered]:
    acme, order = asked(house)
    acme.send("856", acme.notice(order, tracking=tracking))
    house.turn()
    return acme, order


def asked(house: House) -> tuple[Supplier, Ordered]:
    post(house, shopping("1001", 2))
    house.turn()
    acme = house.suppliers["acme"]
    return acme, acme.purchase_orders()[0]


def told(
    house: House, moment: CarrierMoment, *, hours: int = 1, brand: str = "juniper"
) -> list[Heard]:
    event = CarrierEvent(
        purpose=Purpose.ORIGINAL,
        event="",
        tracking=NUMBER,
        moment=moment,
        at=house.clock() + timedelta(hours=hours),
    )
    return tell(house.parts, Told(events=[event], brand=brand, who="test")).result()


def test_a_paper_of_the_partner_delivers_its_parcel(house: House) -> None:
    acme, _ = shipped(house)
    acme.send("214", acme.event(NUMBER, at="20261120*1400"))
    house.turn()
    assert house.order().lines[0].buckets.delivered == 2
    assert house.word() == "Delivered"
    assert house.exceptions() == []


def test_a_storefront_tells_of_its_own_brands_parcels_only(house: House) -> None:
    shipped(house)
    assert told(house, CarrierMoment.DELIVERED, brand="harbor") == [Heard.WAITING]
    assert house.order().lines[0].buckets.delivered == 0
    assert told(house, CarrierMoment.DELIVERED) == [Heard.APPLIED]
    assert told(house, CarrierMoment.DELIVERED) == [Heard.KNOWN]
    assert house.order().lines[0].buckets.delivered == 2


def test_an_event_before_the_ship_notice_counts_when_the_notice_comes(house: House) -> None:
    acme, order = asked(house)
    assert told(house, CarrierMoment.DELIVERED) == [Heard.WAITING]
    acme.send("856", acme.notice(order, tracking="1z999 aa1-0123456784"))
    house.turn()
    assert house.order().lines[0].buckets.delivered == 2
    assert house.word() == "Delivered"


def test_trouble_is_one_exception_that_clears_itself(house: House) -> None:
    shipped(house)
    told(house, CarrierMoment.EXCEPTION)
    told(house, CarrierMoment.EXCEPTION, hours=2)
    assert house.exceptions() == ["parcel-trouble"]
    told(house, CarrierMoment.DELIVERED, hours=3)
    assert house.exceptions() == []


def test_one_delivery_told_by_eight_at_once_counts_once(house: House) -> None:
    shipped(house)
    with ThreadPoolExecutor(8) as crowd:
        heard = [
            future.result()
            for future in [crowd.submit(told, house, CarrierMoment.DELIVERED) for _ in range(8)]
        ]
    outcomes = sorted(str(one) for row in heard for one in row)
    assert outcomes == ["applied"] + ["known"] * 7
    assert house.order().lines[0].buckets.delivered == 2


def test_an_event_still_to_come_is_a_problem_and_not_used(house: House) -> None:
    acme, _ = shipped(house)
    acme.send("214", acme.event(NUMBER, at="20271120*1400"))
    house.turn()
    assert house.exceptions() == ["refused"]
    assert house.order().lines[0].buckets.delivered == 0


def test_a_partner_that_refuses_our_paper_is_told_and_a_later_yes_clears_it(house: House) -> None:
    acme, order = asked(house)
    acme.send("824", acme.advice(order, verdict="TR", why="UNKNOWN SHIP TO"))
    house.turn()
    assert house.exceptions() == ["refused-by-application"]
    acme.send("824", acme.advice(order))
    house.turn()
    assert house.exceptions() == []
