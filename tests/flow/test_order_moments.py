"""What happened and what is awaited, in words: an order's timeline, a paper's stamps, keys."""

import re
from datetime import timedelta

import pytest

from hub.cli.desk import Desk
from hub.cli.order_text import tell
from hub.domain.wishes import Fewer
from hub.flow.api_keys import make_key, rotate_key
from hub.flow.clerk_room import articles
from hub.flow.webhooks import Owner
from hub.ops import explain
from hub.ops.desk.order import order_360
from hub.ops.desk.overview import overview
from hub.ops.fact_words import said_of_part
from hub.ops.order_story import find
from hub.ops.simulate import simulate
from hub.render.words import unquoted
from portal.web.ground.heard import heard
from tests.rigs.changes import cancel
from tests.rigs.houses import House, post, shopping

TRACKING = "1Z999AA10123456784"
DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _shipped(house: House) -> None:
    post(house, shopping("1001", 2, 1))
    house.turn()
    acme = house.suppliers["acme"]
    (order,) = acme.purchase_orders()
    acme.send("855", acme.answer(acme.received()[0].orders[0]))
    acme.send("856", acme.notice(order, quantities={"1": 2}, tracking=TRACKING))
    house.turn()


def test_the_timeline_names_partner_articles_days_and_the_paper_of_each(house: House) -> None:
    _shipped(house)
    rows = order_360(house.parts, number="1001", brand="juniper").timeline
    texts = {unquoted(row.text): row for row in rows}
    sent = texts["Purchase order JUN-1001-1 was sent to Acme"]
    assert (sent.source, sent.paper and sent.paper.set_id) == ("hub", "850")
    shipped = texts[f"Shipped: 2 × Thing 1, with UPS {TRACKING}"]
    assert (shipped.source, shipped.name, shipped.by) == ("supplier", "Acme", "channel edi")
    assert shipped.paper is not None and shipped.paper.set_id == "856"
    (confirmed,) = [text for text in texts if text.startswith("Confirmed: ")]
    assert confirmed.startswith("Confirmed: 2 × Thing 1, 1 × Thing 2"), "one answer, one row"
    assert not any(DAY.search(text) or "acme" in text or "JUN-J" in text for text in texts)
    for row in rows:
        assert heard("de", row.text) != unquoted(row.text), row.text


def test_a_partner_reads_what_it_said_of_its_part_and_nothing_else(house: House) -> None:
    _shipped(house)
    order = house.order()
    (part,) = order.fulfillments
    said = said_of_part(house.parts, order, part.id)
    assert sorted(unquoted(one) for each in said.values() for one in each)[1:] == [
        f"Shipped: 2 × Thing 1, with UPS {TRACKING}"
    ]
    assert said_of_part(house.parts, order, "ful_of_another") == {}


def test_a_change_that_waits_is_told_with_what_it_asks_for(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    post(house, shopping("1001", 2))
    house.turn()
    cancel(house, Fewer(line="1", quantity=1))
    (story,) = find(house.parts, brand=None, number="1001")
    (change,) = story.changes
    assert (change.state, change.asked, change.waits_for) == (
        "requested",
        ("cancel 1 × Thing 1",),
        ("acme",),
    )
    assert change.until is not None and change.who == "test"
    tell(Desk({}), story)
    text = capsys.readouterr().out
    assert "requested: cancel 1 × Thing 1; waits for acme, answer by 2026-" in text


def test_a_stamp_says_that_it_is_awaited_and_not_that_it_happened(house: House) -> None:
    post(house, shopping("1001", 2))
    house.turn()
    with house.parts.store.read() as tx:
        (row,) = tx.exchange.documents_of_order(house.order().id)
    stamps = {one.name: (one.at is not None, one.text) for one in _stamps(house, row.id)}
    assert stamps == {
        "delivered": (True, "the partner's side has the bytes"),
        "valid": (False, "not yet: no receipt has come"),
        "answered": (False, "not yet: no answer has come"),
    }
    acme = house.suppliers["acme"]
    acme.send("855", acme.answer(acme.received()[0].orders[0]))
    house.turn()
    assert [one.text for one in _stamps(house, row.id)][2] == "the partner said what it will do"


def _stamps(house: House, document_id: str) -> tuple[explain.Stamp, ...]:
    return explain.document(house.parts, document_id).stamps


def test_a_key_that_ended_is_told_a_week_and_one_that_was_rotated_not_at_all(house: House) -> None:
    parts, owner = house.parts, Owner(brand="harbor")
    make_key(parts, owner, label="", life=timedelta(days=2), who="test")
    old = make_key(parts, owner, label="old", life=timedelta(days=20), who="test")
    rotate_key(parts, old.id, overlap=timedelta(days=1), who="test")
    assert _ending(house) == {("", 2), ("old", 1), ("old", 20)}
    house.clock.on(days=3)
    assert _ending(house) == {("", -1), ("old", 17)}
    assert {one.owner for one in overview(parts).expiring} == {parts.brands["harbor"].name}
    house.clock.on(days=7)
    assert _ending(house) == {("old", 10)}


def _ending(house: House) -> set[tuple[str, int]]:
    return {(one.name, one.left.days) for one in overview(house.parts).expiring}


@pytest.mark.parametrize("hour", [0, 9, 30])
def test_the_clerk_reads_one_day_of_shipping_wherever_it_stands(house: House, hour: int) -> None:
    house.clock.on(hours=hour, minutes=26)
    source = articles(house.parts, ["SKU-1"])["SKU-1"].source
    tried = simulate(house.parts, shopping("9", 1), brand="juniper")
    post(house, shopping("1001", 1))
    (part,) = house.order().fulfillments
    assert source is not None and part.ship_by is not None
    assert source.ship_by == tried.lines[0].fillings[0].ship_by == part.ship_by
