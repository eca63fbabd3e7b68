"""A parcel is shown once something in it is known to be the order's, then whole and once."""

import json
from collections import Counter
from datetime import timedelta, timezone
from typing import Any

from hub.api.views import order_view
from hub.domain.exchange import DocumentState, Purpose
from hub.domain.facts import Fact, FactKind
from hub.domain.messages import CarrierEvent, CarrierMoment
from hub.domain.names import Names
from hub.domain.orders import PromiseKind
from hub.flow.delivering import Told, tell
from hub.ops.desk.order import order_360
from tests.rigs.houses import House
from tests.rigs.naming import LEFT, RIGHT, one_order, papers_of, parcels_of, say_and_rerun, state_of
from tests.rigs.posts import posted
from tests.web.portal.rig import Street


def _mails(street: Street) -> list[str]:
    """The subjects of the mails that are due within an hour."""
    before = len(street.mailbox.raw)
    for _ in range(6):
        while street.mail():
            pass
        street.house.clock.on(minutes=10)
    return [str(message["Subject"]) for message in street.mailbox.messages][before:]


def _tell(house: House, moment: CarrierMoment, tracking: str = LEFT) -> None:
    house.clock.on(seconds=7200)
    at = house.clock() - timedelta(hours=1)
    event = CarrierEvent(
        purpose=Purpose.ORIGINAL, tracking=tracking, moment=moment, at=at, carrier="ups"
    )
    tell(house.parts, Told(events=[event], brand="juniper", who="test")).result()


def _status(house: House) -> dict[str, Any]:
    row = house.parts.store.status(brand="juniper", number="1001")
    assert row is not None
    found: dict[str, Any] = json.loads(row.body)
    return found


def _kinds(house: House) -> Counter[str]:
    with house.parts.store.read() as tx:
        return Counter(fact.kind for fact in tx.facts.of_order(house.order().id))


def _odd(house: House, tracking: str = LEFT) -> str:
    """A notice of a parcel in which nothing is known comes in; return its document."""
    acme = house.suppliers["acme"]
    before = set(papers_of(house, "856"))
    lines = [("7", 2, "ODD-7"), ("8", 1, "ODD-8")]
    paper = parcels_of(acme, {tracking: lines})
    paper[0] = paper[0].replace("BSN*00*S", f"BSN*00*{tracking[-2:]}")
    acme.send("856", paper)
    house.turn()
    (document,) = set(papers_of(house, "856")) - before
    return document


def test_a_customer_is_told_nothing_of_a_parcel_in_which_nothing_is_known(talking: Street) -> None:
    house = talking.house
    one_order(house)
    _mails(talking)
    day = house.order().promise(house.order().fulfillments[0].id, PromiseKind.DELIVER_BY)
    for tracking in (LEFT, RIGHT):
        paper = _odd(house, tracking)
        assert state_of(house, paper) is not DocumentState.APPLIED
    for moment in (CarrierMoment.IN_TRANSIT, CarrierMoment.DELIVERED):
        _tell(house, moment)
    order = house.order()
    assert len(order.shipments) == 2, "what came is kept"
    assert order.promise(order.fulfillments[0].id, PromiseKind.DELIVER_BY) == day
    assert _status(house)["parcels"] == [] and _status(house)["status"] == "Confirmed"
    assert order_view(order, now=house.clock())["shipments"] == []
    page = talking.browser().get(talking.link()).text
    for word in (LEFT, RIGHT, "FedEx", "Parcel", "parcel was delivered", "is on its way"):
        assert word not in page, word
    assert _mails(talking) == []
    assert not _kinds(house).keys() & {FactKind.PARCEL_MOVED, FactKind.PARCEL_DELIVERED}
    seen = order_360(house.parts, brand="juniper", number="1001")
    assert [(one.tracking, one.known) for one in seen.parcels] == [(LEFT, False), (RIGHT, False)]


def test_once_its_names_are_said_the_parcel_appears_whole_and_once(talking: Street) -> None:
    house = talking.house
    one_order(house)
    paper = _odd(house)
    _tell(house, CarrierMoment.IN_TRANSIT)
    _mails(talking)
    say_and_rerun(house, "ODD-7", "SKU-1", paper)
    (parcel,) = _status(house)["parcels"]
    assert (parcel["tracking"], parcel["state"]) == (LEFT, "on_its_way")
    assert parcel["lines"] == [{"line": "1", "quantity": 2}]
    assert _kinds(house)[FactKind.PARCEL_MOVED] == 1, "what was told before is told now"
    say_and_rerun(house, "ODD-8", "SKU-2", paper)
    (parcel,) = _status(house)["parcels"]
    assert [line["line"] for line in parcel["lines"]] == ["1", "2"]
    assert _kinds(house)[FactKind.PARCEL_MOVED] == 1
    assert _mails(talking) == ["Your order 1001 is on its way"]
    _tell(house, CarrierMoment.DELIVERED)
    assert _mails(talking) == ["A parcel of your order 1001 was delivered"]
    page = talking.browser().get(talking.link()).text
    assert page.count(f">{LEFT}<") == 1 and "A parcel is on its way." in page


def test_a_parcel_that_had_arrived_is_mailed_as_delivered_once_it_is_known(
    talking: Street,
) -> None:
    house = talking.house
    one_order(house)
    paper = _odd(house)
    _tell(house, CarrierMoment.DELIVERED)
    _mails(talking)
    for name, sku in (("ODD-7", "SKU-1"), ("ODD-8", "SKU-2")):
        say_and_rerun(house, name, sku, paper)
    assert _mails(talking) == ["A parcel of your order 1001 was delivered"]
    assert _status(house)["status"] == "Delivered"
    assert _kinds(house)[FactKind.PARCEL_DELIVERED] == 1


def _told_at_once(house: House, moment: CarrierMoment) -> None:
    """Keep of the one parcel what versions before told at once, the moment in another zone."""
    order, names = house.order(), Names("an older version")
    (package,) = order.shipments[0].packages
    assert package.moment is moment and package.moment_at is not None
    body = {
        "shipment": order.shipments[0].id,
        "package": package.id,
        "moment": str(moment),
        "happened_at": package.moment_at.astimezone(timezone(timedelta(hours=-6))).isoformat(),
        "expected_on": None,
    }
    kinds = {CarrierMoment.DELIVERED: FactKind.PARCEL_DELIVERED}
    fact = Fact(kind=kinds.get(moment, FactKind.PARCEL_MOVED), body=body)
    now = house.clock()
    house.parts.store.write(
        lambda tx: tx.facts.record(
            [fact],
            at=now,
            brand=order.brand,
            order=order,
            input_id=names.new("inp"),
            document_id=None,
            names=names,
        )
    )


def test_what_an_older_version_told_at_once_is_not_told_again(talking: Street) -> None:
    house = talking.house
    one_order(house)
    paper = _odd(house)
    _tell(house, CarrierMoment.DELIVERED)
    _told_at_once(house, CarrierMoment.DELIVERED)
    _mails(talking)
    with posted(house) as hooks:
        hooks.seal()
        hooks.register(types=("parcel.delivered",))
        for name, sku in (("ODD-7", "SKU-1"), ("ODD-8", "SKU-2")):
            say_and_rerun(house, name, sku, paper)
        hooks.seal()
        hooks.go()
        assert hooks.receiver.calls == []
    assert _mails(talking) == []
    assert _kinds(house)[FactKind.PARCEL_DELIVERED] == 1
    assert _status(house)["status"] == "Delivered"


def test_what_came_after_an_older_version_is_told_once_its_parcel_is_known(talking: Street) -> None:
    house = talking.house
    one_order(house)
    paper = _odd(house)
    _tell(house, CarrierMoment.IN_TRANSIT)
    _told_at_once(house, CarrierMoment.IN_TRANSIT)
    _tell(house, CarrierMoment.DELIVERED)
    _mails(talking)
    for name, sku in (("ODD-7", "SKU-1"), ("ODD-8", "SKU-2")):
        say_and_rerun(house, name, sku, paper)
    assert _mails(talking) == ["A parcel of your order 1001 was delivered"]
    kinds = _kinds(house)
    assert (kinds[FactKind.PARCEL_MOVED], kinds[FactKind.PARCEL_DELIVERED]) == (1, 1)


def test_a_carton_of_which_only_the_number_is_told_is_shown_with_the_goods_of_its_notice(
    talking: Street,
) -> None:
    house = talking.house
    acme = one_order(house)
    acme.send("856", parcels_of(acme, {LEFT: [("1", 2, "acme-SKU-1")], RIGHT: []}))
    house.turn()
    assert [one["tracking"] for one in _status(house)["parcels"]] == [LEFT, RIGHT]
    page = talking.browser().get(talking.link()).text
    assert "Parcel 2 of 2" in page and RIGHT in page


def test_what_was_never_shown_is_not_taken_back_before_its_customer(talking: Street) -> None:
    house = talking.house
    acme = one_order(house)
    paper = parcels_of(acme, {LEFT: [("7", 2, "ODD-7")]})
    for purpose in ("00", "01"):
        acme.send("856", [paper[0].replace("BSN*00", f"BSN*{purpose}"), *paper[1:]])
        house.turn()
    order = house.order()
    assert order.voided and not order.shipments
    assert "by mistake" not in talking.browser().get(talking.link()).text
