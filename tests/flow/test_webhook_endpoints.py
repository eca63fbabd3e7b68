"""Whose endpoints are told of what, in whose name, alone or in batches; and what never leaves."""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from hub.domain.webhooks import Batch
from hub.flow import webhooks
from hub.flow.webhook_rounds import Rounds
from hub.flow.webhooks import Owner
from tests.rigs.houses import House, furnish, stock_up
from tests.rigs.posts import (
    JUNIPER,
    Post,
    furnished,
    hooked,
    is_signed,
    posted,
    shop,
    told,
)
from tests.rigs.receivers import Says, led_to, receiving

__all__ = ["furnished", "hooked", "shop"]

HARBOR = Owner(brand="harbor")
ACME = Owner(partner="acme")
DAY = timedelta(days=1)


@pytest.fixture
def trading(tmp_path: Path) -> Iterator[Post]:
    """The same before a whole house, whose Acme answers papers."""
    house = furnish(tmp_path)
    stock_up(house)
    with posted(house) as post_:
        yield post_
    house.close()


def test_an_order_is_told_as_the_ledger_has_it(shop: Post) -> None:
    shop.orders("0999")
    made = shop.register()
    shop.orders("1001")
    assert shop.go() == 3
    assert sorted(told(shop.receiver.taken)) == shop.positions()[3:]
    events = sorted((json.loads(call.body) for call in shop.receiver.taken), key=_position)
    assert [event["type"] for event in events] == ["order.placed", "lines.sourced", "promise.made"]
    with shop.house.parts.store.read() as tx:
        facts = tx.facts.page(brand="juniper", after=3, limit=9)
    for event, fact in zip(events, facts, strict=True):
        assert event["timestamp"] == fact.at.isoformat()
        assert (event["data"]["id"], event["data"]["order"]) == (fact.id, "1001")
        assert event["data"]["kind"] == fact.kind
    assert events[0]["data"]["body"] == facts[0].body
    assert shop.go() == 0
    assert shop.seen(made).waiting == 0
    assert shop.row(made).cursor == 6


def _position(event: dict[str, dict[str, int]]) -> int:
    return event["data"]["position"]


def test_an_independent_library_verifies_every_call(shop: Post) -> None:
    made = shop.register()
    shop.house.clock.time = datetime.now(UTC)  # the library goes by the machine's clock
    shop.orders("1001")
    shop.go()
    assert len(shop.receiver.taken) == 3
    for call in shop.receiver.taken:
        Webhook(made.secret).verify(call.body, dict(call.headers))
        assert is_signed(call, made.secret)
        assert call.headers["content-type"] == "application/json"
        assert not is_signed(replace(call, body=call.body + b" "), made.secret)


def test_no_name_of_a_supplier_no_cost_and_nobodys_words_leave(trading: Post) -> None:
    trading.register()
    trading.orders("1001")
    trading.house.turn()
    acme = trading.house.suppliers["acme"]
    for order in acme.purchase_orders():
        acme.send("855", acme.answer(order))
        acme.send("856", acme.notice(order))
    trading.house.turn()
    trading.seal()
    trading.go()
    types = {json.loads(call.body)["type"] for call in trading.receiver.taken}
    assert {"order.placed", "lines.confirmed", "order.shipped"} <= types
    for call in trading.receiver.taken:
        # Ids are random: now and then one holds the digits of the cost.
        text = re.sub(r'"[a-z]+_[0-9a-z]{16,}"', '""', call.body.decode().lower())
        for secret in ("acme", "400", "partner", "jun-", "maya", "street", "example.com", "cost"):
            assert secret not in text, (secret, text)


def test_a_brand_is_told_of_its_own_orders_only(shop: Post) -> None:
    shop.register(JUNIPER, host="juniper")
    shop.register(HARBOR, host="harbor")
    shop.orders("1001")
    shop.orders("1001", "1002", brand="harbor")
    shop.go()
    by_host = {
        host: told([one for one in shop.receiver.taken if one.place.startswith(f"/{host}.")])
        for host in ("juniper", "harbor")
    }
    assert sorted(by_host["juniper"]) == shop.positions("juniper")
    assert sorted(by_host["harbor"]) == shop.positions("harbor")
    assert not set(by_host["juniper"]) & set(by_host["harbor"])


def test_a_partner_is_told_of_its_own_purchase_orders_and_of_nothing_else(
    two_suppliers: House,
) -> None:
    with receiving() as receiver:
        two_suppliers.parts = led_to(two_suppliers.parts, receiver)
        hooked = Post(house=two_suppliers, receiver=receiver, rounds=Rounds(two_suppliers.parts))
        for name in ("acme", "mill"):
            hooked.register(Owner(partner=name), host=name)
        hooked.orders("1001")
        two_suppliers.turn()
        hooked.seal()
        hooked.go()
    (call,) = receiver.taken
    event = json.loads(call.body)
    (part,) = two_suppliers.order().fulfillments
    assert call.place == "/acme.example.com/hook"
    assert event["type"] == "purchase_order.offered"
    assert event["data"]["purchase_order"] == part.number
    assert set(event["data"]) == {"position", "id", "at", "purchase_order"}


def test_only_the_types_that_were_asked_for_are_told(shop: Post) -> None:
    shop.register(types=("order.placed", "order.shipped"))
    shop.orders("1001", "1002")
    assert shop.go() == 2
    assert {json.loads(call.body)["type"] for call in shop.receiver.taken} == {"order.placed"}
    assert shop.go() == 0


def test_rotation_signs_with_both_until_the_overlap_is_over(hooked: Post) -> None:
    made = hooked.register()
    parts, webhook_id = hooked.house.parts, made.seen.row.id
    hooked.orders("1001")
    hooked.go()
    fresh = webhooks.rotate(parts, JUNIPER, webhook_id, overlap=timedelta(hours=2), who="test")
    assert fresh.secret != made.secret
    hooked.house.clock.on(minutes=119)
    hooked.orders("1002")
    hooked.go()
    hooked.house.clock.on(minutes=2)
    hooked.orders("1003")
    hooked.go()
    by = [
        (is_signed(call, made.secret), is_signed(call, fresh.secret))
        for call in sorted(hooked.receiver.taken, key=lambda call: told([call]))
    ]
    assert by == [(True, False)] * 3 + [(True, True)] * 3 + [(False, True)] * 3
    now = webhooks.rotate(parts, JUNIPER, webhook_id, overlap=timedelta(0), who="test")
    assert len(now.seen.secrets) == 1


def test_a_secret_lies_sealed_in_the_store(shop: Post) -> None:
    made = shop.register()
    raw = shop.house.parts.store._engine.engine.raw_connection()
    cursor = raw.cursor()
    cursor.execute("SELECT wrapped FROM webhook_secret")
    ((wrapped,),) = cursor.fetchall()
    cursor.execute("SELECT body, subject FROM input WHERE kind = 'command'")
    inputs = str(cursor.fetchall())
    raw.close()
    key = base64.b64decode(made.secret.removeprefix("whsec_"))
    assert len(key) == 32
    assert key not in bytes(wrapped)
    assert made.seen.row.id in inputs
    assert made.secret not in inputs


def test_a_batch_is_full_or_its_first_event_has_waited(hooked: Post) -> None:
    made = hooked.register(batch=Batch(events=4, seconds=60))
    hooked.orders("1001", "1002")
    assert hooked.go() == 1
    assert hooked.row(made).cursor == 4
    hooked.house.clock.on(seconds=59)
    assert hooked.go() == 0
    hooked.house.clock.on(seconds=1)
    assert hooked.go() == 1
    sizes = [len(json.loads(call.body)["data"]["events"]) for call in hooked.receiver.taken]
    assert sizes == [4, 2]
    assert told(hooked.receiver.taken) == hooked.positions()
    assert {json.loads(call.body)["type"] for call in hooked.receiver.taken} == {"batch"}
    assert all(is_signed(call, made.secret) for call in hooked.receiver.taken)


def test_a_test_event_is_tried_once(shop: Post) -> None:
    made = shop.register()
    parts, webhook_id = shop.house.parts, made.seen.row.id
    message = webhooks.try_out(parts, JUNIPER, webhook_id, who="test")
    shop.go()
    (call,) = shop.receiver.taken
    assert call.id == message
    assert json.loads(call.body)["type"] == "webhook.test"
    assert is_signed(call, made.secret)
    shop.receiver.script = lambda call, before: Says(status=500)
    webhooks.try_out(parts, JUNIPER, webhook_id, who="test")
    shop.wait(DAY, step=timedelta(hours=2))
    assert len(shop.receiver.calls) == 2
    assert shop.seen(made).dead == 0


def test_a_removed_endpoint_is_told_nothing_more(hooked: Post) -> None:
    made = hooked.register()
    hooked.receiver.script = lambda call, before: Says(status=500)
    hooked.orders("1001")
    hooked.go()
    calls = len(hooked.receiver.calls)
    webhooks.remove(hooked.house.parts, JUNIPER, made.seen.row.id, who="test")
    hooked.orders("1002")
    hooked.wait(DAY, step=timedelta(hours=2))
    assert len(hooked.receiver.calls) == calls
    with pytest.raises(KeyError):
        webhooks.endpoint(hooked.house.parts, JUNIPER, made.seen.row.id)
    assert webhooks.endpoints(hooked.house.parts, None) == []


def test_another_owners_endpoint_is_as_good_as_missing(shop: Post) -> None:
    made = shop.register(JUNIPER)
    parts, webhook_id = shop.house.parts, made.seen.row.id
    for owner in (HARBOR, ACME):
        for act in (
            lambda one: webhooks.endpoint(parts, one, webhook_id),
            lambda one: webhooks.rotate(parts, one, webhook_id, who="test"),
            lambda one: webhooks.remove(parts, one, webhook_id, who="test"),
            lambda one: webhooks.resume(parts, one, webhook_id, who="test"),
            lambda one: webhooks.replay(parts, one, webhook_id, (), who="test"),
            lambda one: webhooks.replay_since(parts, one, webhook_id, 0, who="test"),
            lambda one: webhooks.try_out(parts, one, webhook_id, who="test"),
        ):
            with pytest.raises(KeyError):
                act(owner)
        assert webhooks.endpoints(parts, owner) == []
    assert len(webhooks.endpoints(parts, JUNIPER)) == 1


def test_what_was_missed_before_registering_is_told_when_asked_for(shop: Post) -> None:
    shop.orders("1001")
    shop.register(after=1)
    shop.go()
    assert sorted(told(shop.receiver.taken)) == shop.positions()[1:]


def test_pages_of_foreign_facts_are_passed_over_once(
    trading: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.flow.webhook_turns.READ_AT_ONCE", 4)
    monkeypatch.setattr("hub.flow.webhook_turns.LAG", 4)
    made = trading.register(Owner(partner="acme"))
    trading.orders("1001", "1002", "1003")
    trading.house.turn()
    trading.seal()
    assert trading.go() == 3
    offered = [json.loads(call.body)["data"]["purchase_order"] for call in trading.receiver.taken]
    assert len(set(offered)) == 3
    assert trading.row(made).cursor >= 9
