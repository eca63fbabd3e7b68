"""Storefronts before a whole house: Juniper's and Harbor's, each with its own key, and Stranger."""

import asyncio
import copy
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from hub import access
from hub.api import build
from hub.api.examples import ORDER
from hub.domain.catalog import Item, PartnerItem
from hub.domain.messages import ProductId
from tests.cast import HARBOR, JUNIPER
from tests.rigs.houses import House

DEMO_SKUS = ("JUN-MUG-BLUE", "JUN-SCARF-NAVY", "HAR-LAMP-OAK")


@dataclass(slots=True)
class Ticks:
    """A stopwatch that moves only when told."""

    seconds: float = 100.0

    def __call__(self) -> float:
        """Say how many seconds have run."""
        return self.seconds


@dataclass(slots=True)
class Shop:
    """A brand's storefront with its key; speaks to the app without a socket."""

    app: FastAPI
    key: str
    key_id: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def ask(
        self,
        method: str,
        path: str,
        *,
        content: bytes | None = None,
        headers: Mapping[str, Any] | None = None,
    ) -> httpx.Response:
        """Send one request and return the answer, a 500 too."""
        return asyncio.run(self._ask(method, path, content, headers))

    def ask_at_once(
        self, count: int, *, content: bytes, headers: Mapping[str, str]
    ) -> list[httpx.Response]:
        """Post the same body so many times at once."""

        async def all_of_them() -> list[httpx.Response]:
            posts = [self._ask("POST", "/v1/orders", content, headers) for _ in range(count)]
            return await asyncio.gather(*posts)

        return asyncio.run(all_of_them())

    async def _ask(
        self, method: str, path: str, content: bytes | None, headers: Mapping[str, Any] | None
    ) -> httpx.Response:
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        own = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        if content is not None:
            own["Content-Type"] = "application/json"
        async with httpx.AsyncClient(transport=transport, base_url="http://hub.test") as client:
            return await client.request(
                method, path, content=content, headers={**own, **self.headers, **(headers or {})}
            )

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Read a path; `if_none_match` becomes If-None-Match."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("GET", path, headers=named)

    def post(self, order: object, *, key: str | None = None) -> httpx.Response:
        """Post an order (a value, or bytes as they are) with an Idempotency-Key or without."""
        body = order if isinstance(order, bytes) else json.dumps(order).encode()
        named = {} if key is None else {"Idempotency-Key": key}
        return self.ask("POST", "/v1/orders", content=body, headers=named)


def example(**changes: Any) -> dict[str, Any]:
    """The documented example with some top-level fields changed."""
    return {**copy.deepcopy(ORDER), **changes}


def simple(number: str = "J-1", *, sku: str = "JUN-MUG-BLUE", quantity: int = 1) -> dict[str, Any]:
    """The smallest order: one line, one address."""
    order = example(number=number, shipping=0, discount=0, tax=0, total=1850 * quantity)
    group = order["ship_groups"][0]
    group["lines"] = [{"sku": sku, "quantity": quantity, "unit_price": 1850}]
    order["ship_groups"] = [group]
    del order["placed_at"]
    return order


def list_demo_skus(house: House) -> None:
    """Put the SKUs of the example into the catalogue, all from Acme."""
    items = [Item(sku=sku, title=sku.title()) for sku in DEMO_SKUS]
    offers = [
        PartnerItem(
            partner="acme",
            sku=sku,
            products=(ProductId(kind="vendor", value=f"A-{n}"),),
            unit="EA",
            units_per_pack=1,
            cost=123_457,
            currency="USD",
            priority=0,
        )
        for n, sku in enumerate(DEMO_SKUS)
    ]
    house.parts.store.write(lambda tx: tx.catalog.put(items, offers))


def give_key(house: House, brand: str) -> tuple[str, str]:
    """Grant a brand a key; return the key and its id."""
    key_id, key, digest = access.new_key(
        lambda size: hashlib.blake2b(brand.encode(), digest_size=size).digest()
    )
    house.parts.store.write(
        lambda tx: tx.keys.add(
            key_id=key_id, brand=brand, label="test", secret_hash=digest, at=house.parts.now()
        )
    )
    return key, key_id


def seal(house: House) -> None:
    """Let the sealer catch up."""
    house.parts.store.write(lambda tx: tx.facts.seal(now=house.parts.now()))


@pytest.fixture
def ticks() -> Ticks:
    """The stopwatch by which the app ages remembered keys."""
    return Ticks()


@pytest.fixture
def app(house: House, ticks: Ticks) -> Iterator[FastAPI]:
    """The REST door over the house."""
    list_demo_skus(house)
    yield build(house.parts, seconds=ticks)


@pytest.fixture
def juniper(app: FastAPI, house: House) -> Shop:
    """Juniper's storefront."""
    key, key_id = give_key(house, JUNIPER)
    return Shop(app=app, key=key, key_id=key_id)


@pytest.fixture
def harbor(app: FastAPI, house: House) -> Shop:
    """Harbor's storefront."""
    key, key_id = give_key(house, HARBOR)
    return Shop(app=app, key=key, key_id=key_id)


@pytest.fixture
def stranger(app: FastAPI) -> Shop:
    """Somebody without a key."""
    return Shop(app=app, key="")
