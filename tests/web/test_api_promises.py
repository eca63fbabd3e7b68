"""What the document promises is what happens: every status, faults of ours, and a real server."""

import asyncio
import contextlib
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import chain, repeat
from pathlib import Path

import httpx
import psycopg
import pytest
import uvicorn
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings

from hub.api import asking, build
from hub.api.carrier_events import EVENTS as EVENTS_AT
from hub.api.examples import EVENTS
from hub.api.rates import Rates
from hub.api.shown import ShownProblem
from hub.main import open_store, read_settings
from hub.settings import Rate
from tests.rigs import free_port
from tests.rigs.houses import House, furnish
from tests.unit.api.bodies import bodies
from tests.web.conftest import Shop, example, give_key, list_demo_skus, simple

ORDERS, ORDER = "/v1/orders", "/v1/orders/{number}"
# Tested on their own: nobody can ask for these.
OURS = {"500", "503"}


OTHERS = ("/v1/partner", "/v1/cxml", "/v1/webhooks")
"""Not a storefront's orders: they have tests of their own, and a fuzzer holds them to it."""


def _documented(app: FastAPI) -> set[tuple[str, str, str]]:
    return {
        (method, path, status)
        for path, methods in app.openapi()["paths"].items()
        for method, about in methods.items()
        for status in about["responses"]
        if status not in OURS and not path.startswith(OTHERS)
    }


def _probes(juniper: Shop, stranger: Shop, ghost: Shop) -> Iterator[tuple[str, httpx.Response]]:
    """One request for every documented status of every path, by the path's template."""
    yield ORDERS, juniper.post(simple("J-1"), key="k")
    yield ORDERS, juniper.post(simple("J-1"))
    yield ORDERS, juniper.post(simple("J-1", quantity=2))
    yield ORDERS, juniper.post(simple("J-2"), key="k")
    yield ORDERS, juniper.post(b"{")
    yield ORDERS, juniper.post(b" " * 1_000_001)
    yield ORDERS, _too_slow(juniper)
    yield ORDERS, stranger.post(simple())
    yield ORDERS, ghost.post(simple())
    yield ORDERS, juniper.ask("POST", ORDERS, content=b"", headers={"Content-Type": "a/b"})
    for path in (ORDER, f"{ORDER}/status"):
        at, nowhere = path.format(number="J-1"), path.format(number="none")
        yield path, juniper.get(at)
        yield path, stranger.get(at)
        yield path, juniper.get(nowhere)
        yield path, juniper.get(f"{at}?x=1")
    yield f"{ORDER}/status", juniper.get(f"{ORDERS}/J-1/status", if_none_match="*")
    for path in ("/v1/statuses", "/v1/facts"):
        yield path, juniper.get(path)
        yield path, stranger.get(path)
        yield path, juniper.get(f"{path}?x=1")
    for path in ("/v1/stock", "/v1/stock/{sku}"):
        at = path.format(sku="SKU-1")
        yield path, juniper.get(at)
        yield path, stranger.get(at)
        yield path, juniper.get(f"{at}?x=1")
    yield "/v1/stock/{sku}", juniper.get("/v1/stock/NONE")
    yield "/v1/stock/{sku}", juniper.get("/v1/stock/SKU-1", if_none_match="*")
    yield "/healthz", stranger.get("/healthz")
    links = f"{ORDER}/status-links"
    at = links.format(number="J-1")
    for shop in (juniper, stranger, ghost):
        yield links, shop.ask("POST", at)
    yield links, juniper.ask("POST", f"{at}?x=1")
    yield links, juniper.ask("POST", links.format(number="none"))


def _links(homeless: Shop) -> Iterator[tuple[str, httpx.Response]]:
    """A link to pages that a brand has not; and what all of this is held against."""
    links = f"{ORDER}/status-links"
    yield links, homeless.ask("POST", links.format(number="J-1"))
    yield "/v1/openapi.json", homeless.get("/v1/openapi.json")


def _often(seldom: Shop) -> Iterator[tuple[str, httpx.Response]]:
    """The second of two requests at each path, by a key that may ask once in a long while."""
    for method, path, status in sorted(_documented(seldom.app)):
        if status == "429":
            at = path.replace("{number}", "J-1").replace("{sku}", "SKU-1")
            content = b"{}" if method == "post" else b""
            seldom.ask(method.upper(), at, content=content)
            yield path, seldom.ask(method.upper(), at, content=content)


def _events(juniper: Shop, stranger: Shop, ghost: Shop) -> Iterator[tuple[str, httpx.Response]]:
    """The same for carriers' events."""
    good = json.dumps(EVENTS).encode()
    yield EVENTS_AT, juniper.ask("POST", EVENTS_AT, content=good)
    for shop in (stranger, ghost):
        yield EVENTS_AT, shop.ask("POST", EVENTS_AT, content=good)
    for body in (b"{", b" " * 1_000_001, b'{"events":[]}'):
        yield EVENTS_AT, juniper.ask("POST", EVENTS_AT, content=body)
    yield EVENTS_AT, juniper.ask("POST", EVENTS_AT, content=b"", headers={"Content-Type": "a/b"})
    yield EVENTS_AT, _too_slow(juniper, EVENTS_AT)


def _changes(
    juniper: Shop, stranger: Shop, ghost: Shop, house: House
) -> Iterator[tuple[str, httpx.Response]]:
    """The same for cancellations and changes of an order, before and after it was sent."""
    bodies = {"cancellations": {}, "changes": {"actions": [{"action": "remove", "line": "1"}]}}
    for name, wanted in bodies.items():
        path, good = f"{ORDER}/{name}", json.dumps(wanted).encode()
        late, early = f"late-{name}", f"early-{name}"
        for number in (late, early):
            juniper.post(simple(number, quantity=2))
            if number == late:
                house.turn()
        at = path.format(number=early)
        yield path, juniper.ask("POST", at, content=good)
        yield path, juniper.ask("POST", path.format(number=late), content=good)
        yield path, juniper.ask("POST", path.format(number="none"), content=good)
        for shop in (stranger, ghost):
            yield path, shop.ask("POST", at, content=good)
        for body in (b"{", b" " * 1_000_001, b'{"x":1}'):
            yield path, juniper.ask("POST", at, content=body)
        yield path, juniper.ask("POST", at, content=b"", headers={"Content-Type": "a/b"})
        yield path, _too_slow(juniper, at)


def _too_slow(shop: Shop, path: str = ORDERS) -> httpx.Response:
    """A body whose first byte never comes, before a door that has no patience left."""

    async def endless() -> AsyncIterator[bytes]:
        await asyncio.Event().wait()
        yield b""

    async def post() -> httpx.Response:
        transport = httpx.ASGITransport(app=shop.app)
        headers = {"Authorization": f"Bearer {shop.key}", "Content-Type": "application/json"}
        async with httpx.AsyncClient(transport=transport, base_url="http://hub.test") as client:
            return await client.post(path, content=endless(), headers=headers)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asking, "BODY_SECONDS", 0)
        return asyncio.run(post())


def test_every_documented_status_happens_and_no_other(
    app: FastAPI, juniper: Shop, stranger: Shop, house: House
) -> None:
    key, _ = give_key(house, "a-brand-without-page")
    seen = set()
    ghost = Shop(app=app, key=key)
    plain = {name: replace(brand, hosts=()) for name, brand in house.parts.brands.items()}
    homeless = replace(juniper, app=build(replace(house.parts, brands=plain)))
    once = Rate(per_second=1, burst=1)
    rarely = Rates(reads=once, writes=once)
    seldom = replace(juniper, app=build(house.parts, seconds=lambda: 100.0, rates=rarely))
    probes = chain(
        _probes(juniper, stranger, ghost),
        _links(homeless),
        _often(seldom),
        _events(juniper, stranger, ghost),
        _changes(juniper, stranger, ghost, house),
    )
    for path, answer in probes:
        seen.add((answer.request.method.lower(), path, str(answer.status_code)))
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
            assert ShownProblem.model_validate_json(answer.content).status == answer.status_code
    assert seen == _documented(app)


def test_our_own_fault_shows_a_reference_and_nothing_else(
    juniper: Shop, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    juniper.post(simple("J-1"))

    def stopped() -> datetime:
        raise RuntimeError("secret detail")

    broken = replace(juniper, app=build(replace(house.parts, now=stopped)))
    for answer in (broken.get(f"{ORDERS}/J-1/status"), broken.post(example())):
        assert answer.status_code == 500
        assert "secret detail" not in answer.text
        reference = ShownProblem.model_validate_json(answer.content).reference
        assert reference
        assert any(reference in record.getMessage() for record in caplog.records)
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_store_that_is_away_is_503_and_comes_back(
    juniper: Shop, house: House, hub_database: str, tmp_path: Path
) -> None:
    if hub_database:
        away, back = _postgres(hub_database)
        store = house.parts.store
    else:
        away, back = _folder(tmp_path / "data")
        # One that holds no open file yet: an open file outlives its folder.
        store = open_store(read_settings({"HUB_DATA_DIR": str(tmp_path / "data")}))
    shop = replace(juniper, app=build(replace(house.parts, store=store)))
    away()
    try:
        answer = shop.post(simple("J-1"), key="k")
    finally:
        back()
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert ShownProblem.model_validate_json(answer.content).type.endswith("store-busy")
    assert shop.post(simple("J-1"), key="k").status_code == 201
    store.close()


def _folder(data: Path) -> tuple[Callable[[], object], Callable[[], object]]:
    elsewhere = data.with_name("elsewhere")
    return lambda: data.rename(elsewhere), lambda: elsewhere.rename(data)


def _postgres(address: str) -> tuple[Callable[[], object], Callable[[], object]]:
    server, _, name = address.replace("+psycopg", "", 1).rpartition("/")

    def run(*statements: str) -> None:
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    end = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    return (
        lambda: run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false", end),
        lambda: run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"),
    )


@pytest.fixture
def served(app: FastAPI) -> Iterator[str]:
    """The address of a real server before the app."""
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", ws="none")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started and thread.is_alive():
        thread.join(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


def test_a_real_server_takes_orders_and_stops_bodies_without_end(
    juniper: Shop, served: str
) -> None:
    headers = {"Authorization": f"Bearer {juniper.key}", "Content-Type": "application/json"}
    with httpx.Client(base_url=served, headers=headers) as client:
        assert client.post(ORDERS, content=json.dumps(example())).status_code == 201
        head = client.head(f"{ORDERS}/J-100245/status")
        assert (head.status_code, head.content) == (200, b"")
    # The server hangs up while we speak: what it said last is read, or the writing fails.
    with (
        httpx.Client(base_url=served, headers=headers) as client,
        contextlib.suppress(httpx.WriteError),
    ):
        assert client.post(ORDERS, content=repeat(b" " * 65_536)).status_code == 413
    with httpx.Client(base_url=served, headers=headers) as client:
        assert client.get(f"{ORDERS}/J-100245").status_code == 200


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Juniper's storefront before one house that all examples share."""
    house = furnish(tmp_path_factory.mktemp("fuzzed"))
    list_demo_skus(house)
    key, _ = give_key(house, "juniper")
    yield Shop(app=build(house.parts), key=key)
    house.close()


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(body=bodies())
def test_no_body_is_our_fault(fuzzed: Shop, body: bytes) -> None:
    answer = fuzzed.post(body)
    assert answer.status_code in (200, 201, 400, 409, 422)
    if answer.status_code == 422:
        problem = ShownProblem.model_validate_json(answer.content)
        assert all(error.detail and error.code for error in problem.errors)
        assert problem.errors
