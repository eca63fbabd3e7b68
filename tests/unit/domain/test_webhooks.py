"""What is pushed, when it is tried again, what an answer means: as the specification says."""

import json
from datetime import UTC, datetime, timedelta
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from hub.domain.facts import FactKind
from hub.domain.webhooks import (
    BRAND_TYPES,
    LONGEST_WAIT,
    PARTNER_TYPES,
    SCHEDULE,
    Batch,
    Event,
    Happened,
    Heard,
    asked_wait,
    bundled,
    for_brand,
    for_partner,
    heard,
    next_wait,
    type_of,
)
from hub.flow.webhook_turns import signed
from hub.store import Picked

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def _event(position: int, at: datetime = NOON) -> Event:
    return Event(
        type="order.placed", position=position, fact=f"fact_{position}", at=at, content={"n": 1}
    )


def _fact(kind: FactKind, body: dict[str, object]) -> Happened:
    return Happened(
        position=7,
        id="fact_7",
        kind=kind.value,
        at=NOON,
        order="J-1",
        body=body,
        partner="acme",
        purchase_order="JUN-J1-1",
    )


def test_the_schedule_is_that_of_the_specification() -> None:
    seconds = [int(wait.total_seconds()) for wait in SCHEDULE]
    hours = [3600 * n for n in (2, 5, 10, 14, 20, 24)]
    assert seconds == [0, 5, 5 * 60, 30 * 60, *hours]
    assert list(accumulate(seconds))[-1] == 75 * 3600 + 35 * 60 + 5


@given(st.integers(1, 20), st.floats(0, 1), st.none() | st.timedeltas(min_value=timedelta(0)))
def test_a_wait_is_never_shorter_than_the_schedule_and_the_tries_end(
    tries: int, jitter: float, asked: timedelta | None
) -> None:
    wait = next_wait(tries, jitter=jitter, asked=asked)
    if tries >= len(SCHEDULE):
        assert wait is None
        return
    assert wait is not None
    assert wait >= SCHEDULE[tries]
    assert wait >= (asked or timedelta(0))
    assert wait <= max(SCHEDULE[tries] * 1.1, asked or timedelta(0))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 7 ", 7),
        ("999999999", 86_400),
        ("Fri, 20 Nov 2026 12:10:00 GMT", 600),
        ("Fri, 20 Nov 2026 11:00:00 GMT", 0),
        ("Fri, 20 Nov 2099 12:00:00 GMT", 86_400),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("٣", None),
        ("9" * 500, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str, seconds: int | None) -> None:
    wanted = None if seconds is None else timedelta(seconds=seconds)
    assert asked_wait(text, NOON) == wanted


@given(st.text(max_size=60))
def test_whatever_stands_in_retry_after_is_a_wait_of_a_day_at_most_or_none(text: str) -> None:
    wait = asked_wait(text, NOON)
    assert wait is None or timedelta(0) <= wait <= LONGEST_WAIT


@given(st.integers(100, 599))
def test_only_2xx_takes_it_and_only_410_ends_it(status: int) -> None:
    wanted = Heard.TAKEN if status // 100 == 2 else Heard.GONE if status == 410 else Heard.FAILED
    assert heard(status) is wanted


def test_types_are_words_with_one_stop() -> None:
    assert type_of("PurchaseOrderSent") == "purchase_order.sent"
    assert type_of("OrderPlaced") == "order.placed"
    for one in (*BRAND_TYPES, *PARTNER_TYPES):
        assert one.count(".") == 1
        assert one.replace(".", "").replace("_", "").isalpha()
    assert len(set(BRAND_TYPES)) == len(FactKind) - 1
    assert "stock.reported" not in BRAND_TYPES


KEPT_INSIDE = ("partner", "purchase_order", "document", "invoice", "cost", "by", "name", "advice")


@given(
    st.sampled_from(FactKind),
    st.recursive(
        st.dictionaries(
            st.sampled_from(("lines", "line", "quantity", "actions", *KEPT_INSIDE)),
            st.integers() | st.text(max_size=5),
            max_size=4,
        ),
        lambda inner: st.dictionaries(
            st.sampled_from(("lines", "actions", *KEPT_INSIDE)), inner | st.lists(inner, max_size=2)
        ),
        max_leaves=8,
    ),
)
def test_a_brand_is_never_shown_who_fills_its_orders_at_any_depth(
    kind: FactKind, body: dict[str, object]
) -> None:
    event = for_brand(_fact(kind, body))

    def keys(value: object) -> set[str]:
        if isinstance(value, dict):
            return set(value).union(*map(keys, value.values()))
        return set().union(*map(keys, value)) if isinstance(value, list) else set()

    assert not keys(event.content["body"]) & set(KEPT_INSIDE)
    assert json.loads(json.dumps(event.payload()))["type"] == type_of(kind.value)


def test_a_partner_is_told_of_what_concerns_its_part_without_the_order() -> None:
    told = {
        FactKind.PURCHASE_ORDER_SENT: "purchase_order.offered",
        FactKind.CHANGE_SENT: "purchase_order.change_asked",
        FactKind.CHANGE_CONFIRMED: "purchase_order.changed",
        FactKind.CHANGE_DECLINED: "purchase_order.change_declined",
    }
    for kind in FactKind:
        event = for_partner(_fact(kind, {"fulfillment": "ful_1", "lines": []}))
        assert (event and event.type) == told.get(kind)
        if event:
            assert "J-1" not in json.dumps(event.content).replace("JUN-J1-1", "")
    back = _fact(FactKind.CHANGE_CONFIRMED, {"lines": [{"line": "l", "quantity": 1}]})
    event = for_partner(back)
    assert event is not None
    assert event.type == "purchase_order.cancelled"


@given(
    st.lists(st.integers(1, 50), min_size=0, max_size=40).map(
        lambda steps: list(accumulate(steps))
    ),
    st.integers(1, 9),
    st.integers(1, 600),
    st.integers(0, 1200),
)
def test_every_event_is_in_one_message_or_waits_behind_the_cursor(
    positions: list[int], events: int, seconds: int, passed: int
) -> None:
    told = [_event(n, NOON + timedelta(seconds=n)) for n in positions]
    now = NOON + timedelta(seconds=passed)
    cursor = positions[-1] + 3 if positions else 3
    plan = bundled(
        told, Batch(events=events, seconds=seconds), endpoint="wh_1", cursor=cursor, now=now
    )
    sent = sum(message.events for message in plan.messages)
    rest = told[sent:]
    assert all(message.events <= max(1, events) for message in plan.messages)
    assert len({message.id for message in plan.messages}) == len(plan.messages)
    assert len(rest) < max(1, events)
    if rest:
        assert (positions[sent - 1] if sent else 0) <= plan.cursor < rest[0].position
        assert plan.look_at == rest[0].at + timedelta(seconds=seconds)
        assert plan.look_at > now
    else:
        assert (plan.cursor, plan.look_at) == (cursor, None)


def test_the_same_facts_make_the_same_message_for_an_endpoint_and_another_for_another() -> None:
    def made(endpoint: str) -> str:
        plan = bundled([_event(1)], Batch(), endpoint=endpoint, cursor=1, now=NOON)
        return plan.messages[0].id

    assert made("wh_1") == made("wh_1")
    assert made("wh_1") != made("wh_2")


def test_the_signature_is_that_of_the_specifications_example() -> None:
    # The vector that the reference implementations test themselves with.
    secret = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    at = datetime.fromtimestamp(1_614_265_330, UTC)
    picked = Picked(
        id="msg_p5jXN8AQM9LWM0D4loKWxJek", body='{"test": 2432232314}', tries=1, position=1
    )
    key = Webhook(secret)._whsecret
    headers = signed(picked, [key, b"another"], at=at)
    first, second = headers["webhook-signature"].split(" ")
    assert first == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert second.startswith("v1,")
    assert second != first
    assert headers["webhook-timestamp"] == "1614265330"
