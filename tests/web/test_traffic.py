"""Requests are counted by their route's template: no number, no key, no path of anybody's."""

import asyncio
from dataclasses import replace

import httpx

from hub.api import build
from hub.ops.traffic import Traffic
from tests.rigs.houses import House, post, shopping
from tests.web.conftest import Shop


def test_each_answer_is_counted_by_template_and_class(juniper: Shop, house: House) -> None:
    traffic = Traffic()
    shop = replace(juniper, app=build(house.parts, traffic=traffic))
    post(house, shopping("J-1", 1))
    for number in ("J-1", "J-1", "nobody"):
        shop.get(f"/v1/orders/{number}/status")
    shop.get("/v1/no/such/path")
    shop.get("/healthz")
    shop.ask("DELETE", "/v1/orders/J-1")
    counted = {(route, kind): sum(buckets) for route, kind, buckets, _ in traffic.snapshot()}
    assert counted == {
        ("/v1/orders/{number}/status", 2): 2,
        ("/v1/orders/{number}/status", 4): 1,
        ("/v1/orders/{number}", 4): 1,
        ("/healthz", 2): 1,
        ("none", 4): 1,
    }


def test_a_fault_of_ours_is_counted_as_such(juniper: Shop, house: House) -> None:
    def stopped() -> object:
        raise RuntimeError("now")

    traffic = Traffic()
    post(house, shopping("J-1", 1))
    shop = replace(juniper, app=build(replace(house.parts, now=stopped), traffic=traffic))
    assert shop.get("/v1/orders/J-1/status").status_code == 500
    assert [row[:2] for row in traffic.snapshot()] == [("/v1/orders/{number}/status", 5)]


def test_the_answer_is_the_same_with_and_without_counting(house: House) -> None:
    async def ask(app) -> httpx.Response:
        wire = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=wire, base_url="http://hub.test") as client:
            return await client.get("/v1/openapi.json")

    plain = asyncio.run(ask(build(house.parts)))
    counted = asyncio.run(ask(build(house.parts, traffic=Traffic())))
    assert (plain.content, plain.headers) == (counted.content, counted.headers)
