"""Webhooks reach a real receiver on both stores, whatever it does; or the dead list tells of it."""

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from hub.domain.webhooks import SCHEDULE
from hub.flow import webhooks
from hub.flow.webhook_rounds import Rounds
from tests.rigs.posts import JUNIPER, Post, furnished, hooked, is_signed, shop, told
from tests.rigs.receivers import Received, Says, led_to, until

__all__ = ["furnished", "hooked", "shop"]

DAY = timedelta(days=1)


def test_whatever_a_receiver_does_everything_is_told_in_time_or_on_the_dead_list(
    hooked: Post,
) -> None:
    """R20: 30 % answer 500, 10 % run out of time, and it is down for three hours."""
    hooked.house.parts = led_to(hooked.house.parts, hooked.receiver, seconds=0.15)
    hooked.rounds = Rounds(hooked.house.parts)
    made = hooked.register()
    began = hooked.house.clock.time
    down = (began + timedelta(hours=1), began + timedelta(hours=4))
    tries: Counter[int] = Counter()

    def script(call: Received, before: int) -> Says:
        if down[0] <= hooked.house.clock.time < down[1]:
            return Says(status=503)
        (position,) = told([call])
        tries[position] += 1
        luck = random.Random(f"{position} {tries[position]}").random()
        return Says(status=500) if luck < 0.3 else Says(after=3) if luck < 0.4 else Says()

    hooked.receiver.script = script
    for n in range(6):
        hooked.orders(*(f"{n}{m}" for m in range(3)))
        hooked.go()
        hooked.wait(timedelta(minutes=30), step=timedelta(minutes=10))
    hooked.wait(timedelta(hours=100), step=timedelta(hours=2))
    with hooked.house.parts.store.read() as tx:
        dead = [one.position for one in tx.webhooks.dead(made.seen.row.id, limit=1000)]
    assert sorted({*told(hooked.receiver.taken), *dead}) == hooked.positions()
    assert hooked.seen(made).waiting == 0
    assert len(hooked.positions()) == 54
    for call in hooked.receiver.calls:
        assert is_signed(call, made.secret)
    bodies: dict[str, set[bytes]] = {}
    for call in hooked.receiver.calls:
        bodies.setdefault(call.id, set()).add(call.body)
    assert len(bodies) == 54
    assert {len(same) for same in bodies.values()} == {1}


def test_retries_follow_the_schedule_and_the_dead_list_ends_them(hooked: Post) -> None:
    made = hooked.register(types=("order.placed",))
    hooked.receiver.script = lambda call, before: Says(status=500)
    times: list[timedelta] = []
    hooked.orders("1001")
    began = hooked.house.clock.time
    for _ in SCHEDULE:
        assert hooked.go() == 1
        times.append(hooked.house.clock.time - began)
        due = _due_at(hooked)
        if due is not None:
            hooked.house.clock.time = due - timedelta(microseconds=1)
            assert hooked.go() == 0
            hooked.house.clock.time = due
    waits = [late - early for early, late in pairwise(times)]
    for wait, wanted in zip(waits, SCHEDULE[1:], strict=True):
        assert wanted <= wait <= wanted * 1.1
    assert len({call.id for call in hooked.receiver.calls}) == 1
    hooked.house.clock.on(days=3)
    assert hooked.go() == 0
    assert (hooked.seen(made).waiting, hooked.seen(made).dead) == (0, 1)
    assert hooked.house.exceptions() == ["webhook-dead"]


def _due_at(hooked: Post) -> datetime | None:
    """When the only message that waits is due."""
    engine = hooked.house.parts.store._engine.engine.raw_connection()
    cursor = engine.cursor()
    cursor.execute("SELECT due_at FROM webhook_message WHERE NOT dead")
    found = cursor.fetchone()
    engine.close()
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=found[0]) if found else None


def test_dead_messages_are_replayed_one_by_one_or_all_and_the_exception_ends(
    hooked: Post,
) -> None:
    made = hooked.register()
    hooked.receiver.script = lambda call, before: Says(status=500)
    hooked.orders("1001")
    hooked.wait(timedelta(hours=110), step=timedelta(hours=2))
    parts, webhook_id = hooked.house.parts, made.seen.row.id
    with parts.store.read() as tx:
        dead = [one.id for one in tx.webhooks.dead(webhook_id, limit=10)]
    assert len(dead) == 3
    hooked.receiver.script = lambda call, before: Says()
    assert webhooks.replay(parts, JUNIPER, webhook_id, dead[:1], who="test") == 1
    assert hooked.go() == 1
    assert hooked.receiver.taken[-1].id == dead[0]
    assert hooked.house.exceptions() == ["webhook-dead"]
    assert webhooks.replay(parts, JUNIPER, webhook_id, (), who="test") == 2
    assert hooked.go() == 2
    assert hooked.house.exceptions() == []
    assert sorted(told(hooked.receiver.taken)) == hooked.positions()
    with pytest.raises(KeyError):
        webhooks.replay(parts, JUNIPER, webhook_id, dead[:1], who="test")


def test_everything_since_a_position_is_told_again_with_the_ids_it_had(hooked: Post) -> None:
    made = hooked.register()
    hooked.orders("1001", "1002")
    hooked.go()
    before = {told([call])[0]: call.id for call in hooked.receiver.taken}
    parts, webhook_id = hooked.house.parts, made.seen.row.id
    hooked.receiver.taken.clear()
    assert webhooks.replay_since(parts, JUNIPER, webhook_id, 2, who="test") == 6
    assert hooked.go() == 4
    assert {told([call])[0]: call.id for call in hooked.receiver.taken} == {
        position: before[position] for position in (3, 4, 5, 6)
    }
    with pytest.raises(ValueError, match="up to 6"):
        webhooks.replay_since(parts, JUNIPER, webhook_id, 7, who="test")


@pytest.mark.parametrize("status", [500, 410])
def test_what_tests_come_to_never_counts_against_an_endpoint(hooked: Post, status: int) -> None:
    made = hooked.register()
    hooked.receiver.script = lambda call, before: Says(status=status, headers={"Retry-After": "99"})
    for _ in range(8):
        webhooks.try_out(hooked.house.parts, JUNIPER, made.seen.row.id, who="test")
        assert hooked.go() == 1
        hooked.house.clock.on(days=1)
    row = hooked.row(made)
    assert (row.ended, row.failing_since, row.held_until) == ("", None, None)
    assert hooked.house.exceptions() == []
    hooked.receiver.script = lambda call, before: Says()
    hooked.orders("1001")
    assert hooked.go() == len(hooked.positions())


def test_410_ends_an_endpoint_until_a_person_resumes_it(shop: Post) -> None:
    made = shop.register()
    shop.receiver.script = lambda call, before: Says(status=410)
    shop.orders("1001")
    shop.go()
    calls = len(shop.receiver.calls)
    assert "410" in shop.row(made).ended
    assert shop.house.exceptions() == ["webhook-ended"]
    shop.orders("1002")
    shop.wait(timedelta(days=2), step=timedelta(hours=6))
    assert len(shop.receiver.calls) == calls
    shop.receiver.script = lambda call, before: Says()
    assert webhooks.resume(shop.house.parts, JUNIPER, made.seen.row.id, who="test")
    shop.go()
    assert sorted(told(shop.receiver.taken)) == shop.positions()
    assert shop.house.exceptions() == []
    assert not webhooks.resume(shop.house.parts, JUNIPER, made.seen.row.id, who="test")


REFUSALS = (301, 302, 303, 304, 307, 308, 400, 401, 404, 408, 429, 500, 503)


def test_a_redirect_and_every_other_refusal_is_a_failure_that_is_tried_again(shop: Post) -> None:
    for status in REFUSALS:
        shop.register(host=f"s{status}", types=("order.placed",))
    elsewhere = {"location": f"http://127.0.0.1:{shop.receiver.port}/elsewhere"}
    shop.receiver.script = lambda call, before: Says(status=int(call.place[2:5]), headers=elsewhere)
    shop.orders("1001")
    assert shop.go() == len(REFUSALS)
    wanted = sorted(f"/s{status}.example.com/hook" for status in REFUSALS)
    assert sorted(call.place for call in shop.receiver.calls) == wanted
    shop.receiver.script = lambda call, before: Says()
    shop.house.clock.on(seconds=6)
    assert shop.go() == len(REFUSALS)
    assert sorted(call.place for call in shop.receiver.taken) == wanted


def test_retry_after_holds_the_whole_endpoint(hooked: Post) -> None:
    hooked.register()
    hooked.receiver.script = lambda call, before: Says(status=429, headers={"retry-after": "900"})
    hooked.orders("1001")
    first = hooked.go()
    hooked.receiver.script = lambda call, before: Says()
    hooked.orders("1002")
    hooked.house.clock.on(seconds=899)
    assert hooked.go() == 0
    hooked.house.clock.on(seconds=120)
    hooked.go()
    assert sorted(told(hooked.receiver.taken)) == hooked.positions()
    assert len(hooked.receiver.calls) == first + 6


def test_a_slow_loris_is_cut_off_and_tried_again(shop: Post) -> None:
    shop.house.parts = led_to(shop.house.parts, shop.receiver, seconds=0.2)
    shop.rounds = Rounds(shop.house.parts)
    shop.register(types=("order.placed",))
    shop.receiver.script = lambda call, before: Says(drips=0.02)
    shop.orders("1001")
    assert shop.go() == 1
    shop.receiver.script = lambda call, before: Says()
    shop.house.clock.on(seconds=6)
    shop.go()
    assert told(shop.receiver.taken) == [1]


def test_an_endpoint_that_took_nothing_for_days_is_called_no_more(shop: Post) -> None:
    made = shop.register()
    shop.receiver.script = lambda call, before: Says(status=500)
    for day in range(7):
        shop.orders(f"100{day}")
        shop.go()
        shop.wait(DAY, step=timedelta(hours=4))
    assert "took nothing since" in shop.row(made).ended
    assert set(shop.house.exceptions()) == {"webhook-dead", "webhook-ended"}
    calls = len(shop.receiver.calls)
    shop.wait(DAY, step=timedelta(hours=4))
    assert len(shop.receiver.calls) == calls


def test_one_answer_among_failures_keeps_an_endpoint(shop: Post) -> None:
    made = shop.register()
    shop.receiver.script = lambda call, before: Says(status=204 if before % 20 == 19 else 500)
    for day in range(8):
        shop.orders(f"100{day}", f"200{day}")
        shop.go()
        shop.wait(DAY, step=timedelta(hours=2))
    assert shop.row(made).ended == ""


def test_a_crash_between_the_call_and_its_commit_sends_the_same_id_again(hooked: Post) -> None:
    made = hooked.register(types=("order.placed",))
    hooked.orders("1001")

    class Killed(BaseException):
        """The process is gone."""

    def script(call: Received, before: int) -> Says:
        return Says()

    hooked.receiver.script = script
    store = hooked.house.parts.store
    writes = 0

    def write(work: object) -> object:
        nonlocal writes
        writes += 1
        if writes == 2:  # the first claims, the second notes what came of it
            raise Killed
        return type(store).write(store, work)

    dying = replace(hooked.house.parts, store=_Dying(store, write))
    with pytest.raises(Killed):
        Rounds(dying).until_idle()
    assert hooked.seen(made).waiting == 1
    assert Rounds(hooked.house.parts).until_idle() == 0  # claimed: nobody sends it beside a call
    hooked.house.clock.on(minutes=5)
    assert Rounds(hooked.house.parts).until_idle() == 1
    assert len(hooked.receiver.taken) == 2
    assert len({(call.id, call.body) for call in hooked.receiver.taken}) == 1
    assert hooked.seen(made).waiting == 0


class _Dying:
    """A store before which the process dies at a chosen commit."""

    def __init__(self, store: object, write: object) -> None:
        self._store = store
        self.write = write

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)


def test_two_workers_at_once_tell_everything_once(hooked: Post) -> None:
    made = hooked.register()
    hooked.orders(*(f"10{n}" for n in range(12)))
    both = [Rounds(hooked.house.parts) for _ in range(2)]
    for _ in range(3):
        for rounds in both:
            rounds.look()
    until(lambda: hooked.seen(made).waiting == 0 and len(hooked.receiver.taken) >= 36)
    for rounds in both:
        rounds.close()
    counted = Counter(told(hooked.receiver.taken))
    assert sorted(counted) == hooked.positions()
    assert set(counted.values()) == {1}


def test_slow_endpoints_never_hold_up_one_that_answers(shop: Post) -> None:
    for n in range(18):
        shop.register(host=f"slow{n}", types=("order.placed",))
    good = shop.register(host="good", types=("order.placed",))
    release = shop.receiver.closing

    def script(call: Received, before: int) -> Says:
        return Says() if call.place.startswith("/good") else Says(after=1.5)

    shop.receiver.script = script
    shop.orders("1001")
    rounds = Rounds(shop.house.parts)
    # They have failed before: a crowd of them gets half of the callers.
    parts = shop.house.parts
    with parts.store.read() as tx:
        slow = [row.id for row in tx.webhooks.page() if row.id != good.seen.row.id]
    for webhook_id in slow:
        parts.store.write(lambda tx, one=webhook_id: tx.webhooks.fails(one, at=parts.now()))
    assert rounds.look() == 9  # the good one and eight of eighteen
    until(lambda: shop.seen(good).waiting == 0 and len(shop.receiver.taken) == 1)
    assert rounds.look() == 0
    release.set()
    rounds.close()
    assert [call.place for call in shop.receiver.taken] == ["/good.example.com/hook"]


def test_what_an_endpoint_cannot_take_stays_in_the_ledger(
    shop: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.flow.webhook_turns.MOST_WAITING", 4)
    made = shop.register()
    shop.receiver.script = lambda call, before: Says(status=500)
    shop.orders("1001", "1002", "1003")
    shop.go()
    assert shop.seen(made).waiting == 4
    assert shop.row(made).cursor == 4
    shop.receiver.script = lambda call, before: Says()
    shop.wait(timedelta(minutes=10), step=timedelta(seconds=5))
    assert sorted(told(shop.receiver.taken)) == shop.positions()
    assert shop.seen(made).waiting == 0
