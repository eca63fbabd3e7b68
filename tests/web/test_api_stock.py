"""`GET /v1/stock`: what may be sold, its age and the next delivery, and nobody's name."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI

from hub.api import build
from hub.api.stock import ShownStock, ShownStocks
from hub.domain.feeds import Counted
from hub.flow.levels import ByHand, set_level
from tests.cast import JUNIPER
from tests.rigs.houses import START, House, furnish, post, shopping, stock_up
from tests.web.conftest import Shop, give_key


@pytest.fixture
def counted(hub_database: str, tmp_path: Path) -> Iterator[House]:
    """A house in which Acme and Mill report what they have; each keeps two units back."""
    house = furnish(
        tmp_path,
        database=hub_database,
        partners=("acme", "mill"),
        rules="stock: {level: reports, trust: 2d, safety: 2}",
    )
    stock_up(house)
    yield house
    house.close()


@pytest.fixture
def shop(counted: House) -> Shop:
    app: FastAPI = build(counted.parts)
    return Shop(app=app, key=give_key(counted, JUNIPER)[0])


def set_stock(house: House, partner: str, sku: str, quantity: int, **more) -> None:
    level = Counted(sku=sku, quantity=quantity, **more)
    set_level(house.parts, ByHand(partner=partner, level=level, who="test"))


def read(shop: Shop, sku: str) -> dict[str, object]:
    answer = shop.get(f"/v1/stock/{sku}")
    assert answer.status_code == 200, answer.text
    ShownStock.model_validate_json(answer.content)
    return answer.json()


def test_what_may_be_sold_is_summed_over_partners_without_their_names(counted: House, shop: Shop):
    set_stock(counted, "acme", "SKU-1", 7)
    counted.clock.on(hours=1)
    set_stock(counted, "mill", "SKU-1", 5, next_on=date(2026, 12, 1), next_quantity=40)
    counted.clock.on(seconds=30)
    answer = shop.get("/v1/stock/SKU-1")
    assert answer.json() == {
        "sku": "SKU-1",
        "available": 8,
        "unlimited": False,
        "as_of": START.isoformat(),
        "age_seconds": 3630,
        "stale": False,
        "next": {"on": "2026-12-01", "quantity": 40},
    }
    assert not {"acme", "mill", "cost", "partner"} & set(answer.text.lower().split('"'))


def test_an_order_takes_from_what_may_be_sold(counted: House, shop: Shop):
    set_stock(counted, "acme", "SKU-1", 7)
    before = shop.get("/v1/stock/SKU-1")
    post(counted, shopping("1001", 3))
    assert read(shop, "SKU-1")["available"] == 2
    changed = shop.get("/v1/stock/SKU-1", if_none_match=before.headers["etag"])
    assert changed.status_code == 200


def test_the_etag_stands_while_only_the_age_grows(counted: House, shop: Shop):
    set_stock(counted, "acme", "SKU-1", 7)
    tag = shop.get("/v1/stock/SKU-1").headers["etag"]
    counted.clock.on(minutes=5)
    same = shop.get("/v1/stock/SKU-1", if_none_match=tag)
    assert (same.status_code, same.content) == (304, b"")
    assert read(shop, "SKU-1")["age_seconds"] == 300
    counted.clock.on(days=3)
    assert shop.get("/v1/stock/SKU-1", if_none_match=tag).status_code == 200
    stale = read(shop, "SKU-1")
    assert (stale["available"], stale["stale"]) == (0, True)


def test_what_was_never_reported_is_not_there(shop: Shop):
    told = read(shop, "SKU-2")
    assert (told["available"], told["as_of"], told["age_seconds"]) == (0, None, None)


def test_a_partner_that_does_not_count_has_always_some(house: House):
    juniper = Shop(app=build(house.parts), key=give_key(house, JUNIPER)[0])
    told = read(juniper, "SKU-1")
    assert (told["available"], told["unlimited"]) == (None, True)


def test_pages_go_through_every_article_once(counted: House, shop: Shop):
    stock_up(counted, skus=7)
    set_stock(counted, "acme", "SKU-4", 9)
    seen, after, more = {}, "", True
    while more:
        page = ShownStocks.model_validate(shop.get(f"/v1/stock?limit=3&after={after}").json())
        seen |= {one.sku: one.available for one in page.stock}
        after, more = page.next, page.more
    assert seen == {f"SKU-{n}": 7 if n == 4 else 0 for n in range(1, 8)}


@pytest.mark.parametrize("sku", ["NONE", "a" * 49, "%00", "%0a", "%FF", "SKU-1/"])
def test_an_article_that_is_not_there_is_404(shop: Shop, sku: str):
    assert shop.get(f"/v1/stock/{sku}").status_code == 404


@pytest.mark.parametrize("query", ["after=%00", "limit=0", "limit=x", "x=1", f"after={'a' * 49}"])
def test_a_wrong_query_is_told(shop: Shop, query: str):
    answer = shop.get(f"/v1/stock?{query}")
    assert answer.status_code == 422
    assert json.loads(answer.content)["errors"][0]["parameter"] in ("after", "limit", "x")


def test_a_delivery_whose_day_has_passed_is_not_announced(counted: House, shop: Shop):
    tomorrow = (counted.clock() + timedelta(days=1)).date()
    set_stock(counted, "acme", "SKU-1", 7, next_on=tomorrow, next_quantity=4)
    assert read(shop, "SKU-1")["next"] == {"on": tomorrow.isoformat(), "quantity": 4}
    counted.clock.on(days=2)
    assert read(shop, "SKU-1")["next"] is None
