"""Polls of a remembered key take a short way; nobody can tell by the answer."""

import asyncio
from dataclasses import replace

import httpx
import pytest

from hub.api import build
from hub.api.polling import Polls
from hub.ops.traffic import Traffic
from tests.rigs.houses import House
from tests.web.conftest import Shop, Ticks, seal, simple


class Passed:
    """An app that counts what comes to it."""

    def __init__(self, app) -> None:
        self.app = app
        self.count = 0

    async def __call__(self, scope, receive, send) -> None:
        """Count and pass on."""
        self.count += 1
        await self.app(scope, receive, send)


def _long_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Polls, "_answer", lambda self, scope: None)


def _tag(shop: Shop, number: str = "J-1") -> str:
    return shop.get(f"/v1/orders/{number}/status").headers["etag"]


def test_both_ways_answer_with_the_same_bytes(
    juniper: Shop, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    juniper.post(simple())
    seal(house)
    tag = _tag(juniper)
    key = {"authorization": f"Bearer {juniper.key}"}
    last = juniper.get("/v1/statuses").json()["next"]
    asked = [
        ("/v1/orders/J-1/status", {}),
        *(
            ("/v1/orders/J-1/status", {"if-none-match": named})
            for named in (tag, f"W/{tag}", f'"x", {tag}', "*", '"x"')
        ),
        ("/v1/orders/J-1/status?word=1", {}),
        ("/v1/orders/J-2/status", {}),
        ("/v1/orders/J%2F1/status", {}),
        ("/v1/orders//status", {}),
        ("/v1/orders/J-1/lines/status", {}),
        (f"/v1/statuses?after={last}", {}),
        (f"/v1/statuses?after={'9' * 18}", {}),
        ("/v1/statuses?after=0", {}),
        ("/v1/statuses?after=x", {}),
        ("/v1/statuses?after=", {}),
        ("/v1/statuses", {}),
        (f"/v1/statuses?after={last}&limit=1", {}),
    ]
    short = [juniper.ask("GET", path, headers=key | more) for path, more in asked]
    _long_way(monkeypatch)
    long = [juniper.ask("GET", path, headers=key | more) for path, more in asked]
    for (path, _), one, other in zip(asked, short, long, strict=True):
        assert (one.status_code, one.content) == (other.status_code, other.content), path
        assert one.headers.raw == other.headers.raw, path


def test_a_poll_of_a_remembered_key_does_not_come_to_the_router(
    juniper: Shop, house: House
) -> None:
    juniper.post(simple())
    seal(house)
    last = juniper.get("/v1/statuses").json()["next"]
    stack = juniper.app.middleware_stack
    polls = stack
    while not isinstance(polls, Polls):
        polls = polls.app if hasattr(polls, "app") else polls._app
    behind = polls._app = Passed(polls._app)
    juniper.get("/v1/orders/J-1/status")
    juniper.get("/v1/orders/J-1/status", if_none_match="*")
    juniper.get(f"/v1/statuses?after={last}")
    assert behind.count == 0
    juniper.get("/v1/orders/J-2/status")
    assert behind.count == 1


def test_the_short_way_is_closed_to_a_key_soon_after_it_was_revoked(
    juniper: Shop, house: House, ticks: Ticks
) -> None:
    juniper.post(simple())
    assert juniper.get("/v1/orders/J-1/status").status_code == 200
    house.parts.store.write(lambda tx: tx.keys.revoke(juniper.key_id, at=house.clock()))
    ticks.seconds += 4.9
    assert juniper.get("/v1/orders/J-1/status").status_code == 401
    assert juniper.get("/v1/statuses?after=99").status_code == 401


def test_no_brand_sees_anothers_status_by_the_short_way(juniper: Shop, harbor: Shop) -> None:
    juniper.post(simple())
    tag = _tag(juniper)
    assert harbor.get("/v1/orders/J-1/status").status_code == 404
    assert harbor.get("/v1/orders/J-1/status", if_none_match=tag).status_code == 404


def test_two_keys_in_one_request_are_refused_on_both_ways(juniper: Shop) -> None:
    juniper.post(simple())
    _tag(juniper)

    async def ask() -> httpx.Response:
        wire = httpx.ASGITransport(app=juniper.app)
        async with httpx.AsyncClient(transport=wire, base_url="http://hub.test") as client:
            twice = [("authorization", f"Bearer {juniper.key}")] * 2
            return await client.get("/v1/orders/J-1/status", headers=twice)

    assert asyncio.run(ask()).status_code == 401


def test_polls_of_the_short_way_are_counted_by_their_route(juniper: Shop, house: House) -> None:
    traffic = Traffic()
    shop = replace(juniper, app=build(house.parts, traffic=traffic))
    shop.post(simple())
    shop.get("/v1/orders/J-1/status")
    shop.get("/v1/orders/J-1/status", if_none_match="*")
    shop.get(f"/v1/statuses?after={'9' * 18}")
    counted = {(route, kind): sum(buckets) for route, kind, buckets, _ in traffic.snapshot()}
    assert counted == {
        ("/v1/orders", 2): 1,
        ("/v1/orders/{number}/status", 2): 1,
        ("/v1/orders/{number}/status", 3): 1,
        ("/v1/statuses", 2): 1,
    }
