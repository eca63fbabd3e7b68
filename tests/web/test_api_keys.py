"""API keys at the door: how often one may ask, until when it is good, and when it was last used."""

import hashlib
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI

from hub import access
from hub.api import build
from hub.api.rates import Bucket, Rates
from hub.settings import Rate
from hub.store import KeyRow
from tests.rigs.houses import House
from tests.rigs.rehoused import furnished, rehoused
from tests.rigs.stores import ENGINES, open_store
from tests.web.conftest import Shop, Ticks, give_key, list_demo_skus, simple

__all__ = ["furnished"]

FEW = Rates(reads=Rate(per_second=1, burst=4), writes=Rate(per_second=2, burst=2))
STATUS = "/v1/orders/J-1/status"


@pytest.fixture(params=ENGINES)
def house(request: pytest.FixtureRequest, furnished: House, tmp_path: Path) -> Iterator[House]:
    """A house on each store."""
    postgres = "" if request.param == "sqlite" else request.getfixturevalue("ready_postgres")
    store = open_store(str(request.param), tmp_path, postgres)
    yield rehoused(furnished, store)
    store.close()


@pytest.fixture
def app(house: House, ticks: Ticks) -> FastAPI:
    """The door, at which a key may ask seldom."""
    list_demo_skus(house)
    return build(house.parts, seconds=ticks, rates=FEW)


def _second_key(app: FastAPI, house: House, *, expires_at: datetime | None = None) -> Shop:
    """Juniper with one key more."""
    key_id, key, digest = access.new_key(
        lambda size: hashlib.blake2b(b"second", digest_size=size).digest()
    )
    house.parts.store.write(
        lambda tx: tx.keys.add(
            key_id=key_id,
            brand="juniper",
            label="next",
            secret_hash=digest,
            at=house.clock.time,
            expires_at=expires_at,
        )
    )
    return Shop(app=app, key=key, key_id=key_id)


def _row(house: House, key_id: str) -> KeyRow:
    with house.parts.store.read() as tx:
        return next(row for row in tx.keys.page() if row.id == key_id)


def test_a_key_that_reads_too_often_is_told_when_to_come_again_and_others_are_not(
    juniper: Shop, harbor: Shop, ticks: Ticks
) -> None:
    assert juniper.post(simple()).status_code == 201
    assert [juniper.get(STATUS).status_code for _ in range(4)] == [200] * 4
    refused = juniper.get(STATUS)
    assert (refused.status_code, refused.json()["type"]) == (429, "urn:hub:problem:too-often")
    assert refused.headers["retry-after"] == "1"
    assert juniper.get("/v1/facts").status_code == 429
    assert harbor.get("/v1/facts").status_code == 200
    assert (
        juniper.post(simple("J-2")).status_code == 201
    )  # what is written has a measure of its own
    ticks.seconds += 1
    assert [juniper.get(STATUS).status_code for _ in range(2)] == [200, 429]
    ticks.seconds += 1000
    assert [juniper.get(STATUS).status_code for _ in range(5)] == [200] * 4 + [429]


def test_a_poll_that_has_to_go_the_long_way_counts_once(juniper: Shop) -> None:
    asked = [juniper.get("/v1/orders/NONE/status").status_code for _ in range(5)]
    assert asked == [404] * 4 + [429]


def test_a_key_that_writes_too_often_writes_nothing_more(juniper: Shop, ticks: Ticks) -> None:
    answers = [juniper.post(simple(f"J-{n}"), key=f"k{n}") for n in range(3)]
    assert [one.status_code for one in answers] == [201, 201, 429]
    assert juniper.get("/v1/orders/J-2").status_code == 404
    ticks.seconds += 0.5
    assert juniper.post(simple("J-2"), key="k2").status_code == 201


def test_what_a_key_may_do_is_remembered_anew_but_not_how_often_it_asked(
    juniper: Shop, ticks: Ticks
) -> None:
    """A look-up every few seconds fills no bucket."""
    for _ in range(4):
        juniper.get("/v1/facts")
    for _ in range(3):
        ticks.seconds += 5
        asked = [juniper.get("/v1/facts").status_code for _ in range(6)]
        assert asked == [200] * 4 + [429] * 2


def test_a_key_is_good_until_it_expires_and_not_a_moment_longer(
    app: FastAPI, house: House, ticks: Ticks
) -> None:
    until = house.clock.time + timedelta(seconds=2)
    shop = _second_key(app, house, expires_at=until)
    assert shop.get("/v1/facts").status_code == 200
    house.clock.on(seconds=1.9)
    ticks.seconds += 1.9
    assert shop.get("/v1/facts").status_code == 200
    house.clock.on(seconds=0.1)
    ticks.seconds += 0.1
    ended = shop.get("/v1/facts")
    assert ended.status_code == 401
    assert "expired" in ended.json()["detail"]
    assert not _row(house, shop.key_id).is_good(house.clock.time)


def test_two_keys_are_good_side_by_side_until_one_is_revoked(
    app: FastAPI, house: House, juniper: Shop, ticks: Ticks
) -> None:
    other = _second_key(app, house)
    assert [shop.get("/v1/facts").status_code for shop in (juniper, other)] == [200, 200]
    house.parts.store.write(lambda tx: tx.keys.revoke(juniper.key_id, at=house.clock.time))
    ticks.seconds += 5
    assert [shop.get("/v1/facts").status_code for shop in (juniper, other)] == [401, 200]


def _used(house: House, key_id: str, at: datetime) -> bool:
    """Wait until the last use is noted; nobody who asks does."""
    for _ in range(200):
        if _row(house, key_id).used_at == at:
            return True
        time.sleep(0.02)
    return False


def test_the_last_use_of_a_key_is_noted_about_once_a_minute(
    juniper: Shop, house: House, ticks: Ticks
) -> None:
    began = house.clock.time
    assert _row(house, juniper.key_id).used_at is None
    juniper.get("/v1/facts")
    assert _used(house, juniper.key_id, began)
    for _ in range(5):
        house.clock.on(seconds=11)
        ticks.seconds += 11
        juniper.get("/v1/facts")
    assert _row(house, juniper.key_id).used_at == began
    house.clock.on(seconds=11)
    ticks.seconds += 11
    juniper.get("/v1/facts")
    assert _used(house, juniper.key_id, began + timedelta(seconds=66))


def test_a_bucket_gives_no_more_than_its_burst_and_then_its_rate() -> None:
    bucket = Bucket(Rate(per_second=8, burst=5), now=0.0)
    assert [bucket.take(0.0) for _ in range(6)] == [0.0] * 5 + [0.125]
    taken = sum(bucket.take(n / 64) == 0.0 for n in range(1, 641))
    assert taken == 80
    assert [bucket.take(1e6) for _ in range(6)].count(0.0) == 5


def test_without_rates_there_is_no_end(house: House, ticks: Ticks) -> None:
    key, key_id = give_key(house, "juniper")
    shop = Shop(
        app=build(house.parts, seconds=ticks, rates=Rates(reads=None, writes=None)),
        key=key,
        key_id=key_id,
    )
    assert {shop.get("/v1/facts").status_code for _ in range(30)} == {200}
