"""The operator's door: alive, ready and measured, over a real store, told to nobody else."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from hub.domain.facts import Stuck, Watch, WatchKind
from hub.domain.names import at_moment
from hub.ops.health import LONGEST_SILENCE, Life
from hub.ops.listener import Door, answers_to
from hub.ops.listener import Watch as Looking
from hub.ops.traffic import Traffic, count
from tests.rigs.houses import House, post, shopping
from tests.rigs.stores import run_sql

NAME = "Quillfeather"


def _alive() -> list[Life]:
    return [Life(kind=kind, pid=1, silent=0.5) for kind in ("web", "work")]


@dataclass(slots=True)
class Desk:
    """A door over a house; `lives` may be changed between two askings."""

    house: House
    lives: Sequence[Life] = field(default_factory=_alive)
    seconds: float = 0.0

    def door(self) -> Door:
        """A new door that remembers nothing."""
        watch = Looking(
            self.house.parts.store,
            lives=lambda: self.lives,
            now=self.house.clock,
            seconds=lambda: self.seconds,
            sets=["850", "855"],
            code="1.2.3",
        )
        return Door(watch, names=["localhost", "metrics.example"])

    def ask(self, path: str, *, method: str = "GET", host: str = "localhost") -> httpx.Response:
        """Ask once over ASGI."""
        return asyncio.run(self._ask(method, path, host))

    async def _ask(self, method: str, path: str, host: str) -> httpx.Response:
        wire = httpx.ASGITransport(app=self.door())
        async with httpx.AsyncClient(transport=wire, base_url="http://localhost") as client:
            return await client.request(method, path, headers={"Host": host})

    def reasons(self) -> list[str]:
        """Why the hub is not ready; the status agrees with it."""
        answer = self.ask("/readyz")
        found: list[str] = answer.json()["reasons"]
        assert answer.status_code == (503 if found else 200)
        return found

    def metrics(self) -> dict[str, dict[tuple[str, ...], float]]:
        """Every sample by name and the values of its labels, read by Prometheus's own parser."""
        answer = self.ask("/metrics")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        found: dict[str, dict[tuple[str, ...], float]] = {}
        for family in text_string_to_metric_families(answer.text):
            for sample in family.samples:
                found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
        return found


@pytest.fixture
def desk(house: House) -> Desk:
    """A door over a house with nothing in it."""
    return Desk(house)


def test_a_hub_whose_store_and_processes_are_well_is_ready(desk: Desk) -> None:
    assert desk.reasons() == []
    assert desk.ask("/healthz").json() == {"status": "ok", "reasons": []}


def test_a_process_that_is_gone_starting_or_silent_is_a_reason(desk: Desk) -> None:
    for life, reason in {
        Life(kind="web", pid=None, silent=None): "the web process does not run",
        Life(kind="work", pid=1, silent=None): "the work process is starting",
        Life(kind="work", pid=1, silent=LONGEST_SILENCE + 1): "has not been heard of for 11",
    }.items():
        desk.lives = [life]
        (found,) = desk.reasons()
        assert reason in found
    assert desk.ask("/healthz").status_code == 200


def test_a_store_that_is_behind_is_a_reason(desk: Desk) -> None:
    run_sql(desk.house.parts.store, "UPDATE alembic_version SET version_num = '0001'")
    assert desk.reasons() == ["the store is older than this program; run `hub migrate`"]


def test_wrong_pages_are_a_reason_until_they_are_put_right(desk: Desk) -> None:
    parts, now = desk.house.parts, desk.house.clock()
    stuck = Stuck(hold="pages", kind="wrong-pages", text="x", next_step="y")
    names = at_moment("pages", now)
    parts.store.write(lambda tx: tx.exceptions.open(stuck, at=now, names=names))
    assert desk.reasons() == ["pages are wrong; `hub partner check` tells each mistake"]
    parts.store.write(lambda tx: tx.exceptions.clear("pages", at=now, by="pages"))
    assert desk.reasons() == []


def test_a_store_that_cannot_be_read_is_a_reason_and_a_metric(desk: Desk) -> None:
    for table in ("exception", "watch"):
        run_sql(desk.house.parts.store, f"ALTER TABLE {table} RENAME TO gone_{table}")
    assert desk.reasons() == ["the store cannot be read; see that it runs and has room"]
    shown = desk.metrics()
    assert shown["hub_store_up"] == {(): 0}
    assert "hub_orders_total" not in shown
    assert shown["hub_process_up"] == {("web",): 1, ("work",): 1}


def test_orders_lanes_papers_and_the_ledger_are_measured(desk: Desk) -> None:
    house = desk.house
    post(house, shopping("1001", 1))
    post(house, shopping("1002", 1))
    house.clock.on(seconds=90)
    before = desk.metrics()
    assert before["hub_build_info"].values()
    assert before["hub_orders_total"] == {(): 2}
    assert before["hub_lane_duties"][("acme/edi", "waiting")] == 2
    assert before["hub_lane_oldest_seconds"] == {("acme/edi",): 90}
    assert before["hub_ledger_position"] == {(): 0}
    assert before["hub_ledger_unsealed"][()] >= 2
    house.turn()
    house.parts.store.write(lambda tx: tx.facts.seal(now=house.parts.now()))
    after = desk.metrics()
    assert after["hub_lane_duties"][("acme/edi", "waiting")] == 0
    assert after["hub_lane_oldest_seconds"] == {("acme/edi",): 0}
    assert after["hub_documents"] == {("out", "850", "composed"): 2}
    assert after["hub_ledger_position"][()] >= before["hub_ledger_unsealed"][()]
    assert after["hub_ledger_unsealed"] == {(): 0}


def test_what_fails_waits_or_is_late_is_measured(desk: Desk) -> None:
    house, now = desk.house, desk.house.clock()
    names = at_moment("x", now)
    stuck = Stuck(hold="lane:acme/edi", kind="wire", text="x", next_step="y", partner="acme")
    late = Watch(hold="w", kind=WatchKind.RECEIPT, partner="acme", subject="s", due_at=now)

    def fails(tx) -> None:
        tx.duties.pause(lane="acme/edi", until=now.replace(year=2027), reason="down")
        tx.exceptions.open(stuck, at=now, names=names)
        tx.watches.set(late)
        tx.watches.rung("w", at=now)

    house.parts.store.write(fails)
    shown = desk.metrics()
    assert shown["hub_lane_paused"] == {("acme/edi",): 1}
    assert shown["hub_lane_failures"] == {("acme/edi",): 1}
    assert shown["hub_exceptions_open"] == {("wire",): 1}
    assert shown["hub_watches_overdue"] == {("receipt",): 1}


def test_nothing_that_a_partner_or_customer_wrote_becomes_a_label(desk: Desk) -> None:
    house = desk.house
    post(house, shopping(f"J-{NAME}", 1))
    house.turn()
    acme = house.suppliers["acme"]
    strange = acme.interchange("855", [["BAK*00*AD*1*20261120"]])
    acme.put(f"{NAME}.edi", strange.replace("ST*855*", f"ST*{NAME.upper()}*"))
    house.turn()
    text = desk.ask("/metrics").text
    assert NAME.lower() not in text.lower()
    assert 'set="other"' in text


def test_the_store_is_asked_again_only_after_a_pause(house: House) -> None:
    desk = Desk(house)
    door = desk.door()
    watch = door._watch
    first = watch.seen()
    post(house, shopping("1001", 1))
    assert watch.seen() is first
    desk.seconds += 2
    again = watch.seen()
    assert again is not None
    assert again[0].orders == 1


def test_requests_are_shown_by_route_and_class_with_their_times(desk: Desk) -> None:
    traffic = Traffic()
    for seconds in (0.0004, 0.002, 0.002, 70.0):
        count(traffic.rows("/v1/orders/{number}/status"), 304, seconds)
    count(traffic.rows("none"), 404, 0.001)
    desk.lives = [Life(kind="web", pid=1, silent=0, traffic=traffic.snapshot())]
    text = desk.ask("/metrics").text
    route = 'route="/v1/orders/{number}/status",status="3xx"'
    assert f'hub_http_request_seconds_bucket{{le="0.001",{route}}} 1.0' in text
    assert f'hub_http_request_seconds_bucket{{le="0.0025",{route}}} 3.0' in text
    assert f'hub_http_request_seconds_bucket{{le="10.0",{route}}} 3.0' in text
    assert f"hub_http_request_seconds_count{{{route}}} 4.0" in text


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_only_get_is_answered_and_only_under_known_names(desk: Desk, path: str) -> None:
    for method in ("POST", "PUT", "DELETE", "HEAD", "OPTIONS", "TRACE"):
        answer = desk.ask(path, method=method)
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    for host in ("evil.example", "evil.example:8081", "127.0.0.1.evil.example", "", "localhost.x"):
        assert desk.ask(path, host=host).status_code == 421
    for host in ("localhost:8081", "127.0.0.1", "[::1]:8081", "metrics.example:80", "LOCALHOST"):
        assert desk.ask(path, host=host).status_code == 200


@pytest.mark.parametrize("path", ["/", "/metrics/", "/v1/orders", "/healthz/x", "//metrics"])
def test_there_is_nothing_else_at_the_door(desk: Desk, path: str) -> None:
    assert desk.ask(path).status_code == 404


@given(st.text(max_size=30))
def test_a_host_that_is_neither_address_nor_known_is_not_answered(host: str) -> None:
    known = answers_to(host, ["localhost"])
    assert (
        not known
        or any(sign.isdigit() or sign in ":[" for sign in host)
        or (host.strip().lower() == "localhost")
    )
