"""Mill, who fetches its work at our door: a house with it behind a desk, and Mill's own program."""

import asyncio
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from hub import access
from hub.api import build as build_door
from hub.flow.lanes import LaneTurn
from tests.fakes import Supplier
from tests.rigs.houses import FOLDER, PAGE, Clock, House, open_parts, stock_up

DESK = "transport: desk"


def furnish_desks(
    folder: Path,
    *,
    database: str = "",
    desks: tuple[str, ...] = ("mill",),
    others: tuple[str, ...] = ("acme",),
    rules: str = "",
) -> House:
    """Build a house whose `desks` fetch their work; `others` live behind folders and come later."""
    pages = folder / "partners"
    pages.mkdir(parents=True, exist_ok=True)
    suppliers = {}
    for priority, partner in enumerate((*desks, *others)):
        home = folder / partner
        for name in ("in", "out"):
            (home / name).mkdir(parents=True, exist_ok=True)
        supplier = Supplier(
            home=home, sender=("01", f"{123456789 + priority}"), group_sender=partner.upper()
        )
        page = PAGE.format(
            name=partner.title(),
            wire=DESK if partner in desks else FOLDER.replace("HOME", str(home)),
            qualifier="01",
            isa=supplier.sender[1],
            group=partner.upper(),
            priority=priority,
            more="",
            rules=rules if partner in desks else "",
        )
        (pages / f"{partner}.yaml").write_text(page.replace("newline: true", "receipts: false"))
        suppliers[partner] = supplier
    environment = {"HUB_DATA_DIR": str(folder / "data"), "HUB_PARTNER_CONFIGS": str(pages)}
    if database:
        environment["HUB_DATABASE_URL"] = database
    clock = Clock()
    parts = open_parts(environment, clock)
    turns = {
        channel.partner: LaneTurn(parts, channel, owner="test")
        for partner in parts.partners.all
        for channel in partner.channels
    }
    house = House(parts=parts, clock=clock, suppliers=suppliers, turns=turns)
    stock_up(house)
    return house


def partner_key(house: House, partner: str) -> tuple[str, str]:
    """Grant a partner a key; return the key and its id."""
    key_id, key, digest = access.new_key(
        lambda size: hashlib.blake2b(f"p/{partner}".encode(), digest_size=size).digest()
    )
    house.parts.store.write(
        lambda tx: tx.keys.add(
            key_id=key_id,
            brand="",
            partner=partner,
            label="test",
            secret_hash=digest,
            at=house.parts.now(),
        )
    )
    return key, key_id


@dataclass(slots=True)
class Ticks:
    """The stopwatch by which the app ages remembered keys; it moves only when told."""

    seconds: float = 100.0

    def __call__(self) -> float:
        """Say how many seconds have run."""
        return self.seconds


@dataclass(slots=True)
class Mill:
    """A partner's program: asks the app without a socket, a fresh Idempotency-Key each time."""

    app: FastAPI
    house: House
    key: str
    seconds: Ticks = field(default_factory=Ticks)
    turns: Iterator[int] = field(default_factory=lambda: count(1))

    def ask(
        self,
        method: str,
        path: str,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send one request and return the answer."""
        return asyncio.run(self.asked(method, path, content, headers or {}))

    async def asked(
        self, method: str, path: str, content: bytes | None, headers: Mapping[str, str]
    ) -> httpx.Response:
        """Do the same inside a loop, so that several can run at once."""
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        own = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        if content is not None:
            own["Content-Type"] = "application/json"
        async with httpx.AsyncClient(transport=transport, base_url="http://hub.test") as client:
            return await client.request(method, path, content=content, headers={**own, **headers})

    def post(self, path: str, body: object, *, key: str = "") -> httpx.Response:
        """Post a body under `/v1/partner`."""
        named = {"Idempotency-Key": key or f"key-{next(self.turns)}"}
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.ask("POST", f"/v1/partner{path}", content=content, headers=named)

    def work(self, **query: object) -> dict[str, Any]:
        """Fetch a page of the queue, everything sealed first."""
        self.house.parts.store.write(lambda tx: tx.facts.seal(now=self.house.parts.now()))
        params = "&".join(f"{name}={value}" for name, value in query.items())
        answer = self.ask("GET", f"/v1/partner/orders?{params}" if params else "/v1/partner/orders")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture
def desk_house(hub_database: str, tmp_path: Path) -> Iterator[House]:
    """A house with Mill at the desk, asked first, and Acme behind a folder, on each store."""
    house = furnish_desks(tmp_path, database=hub_database)
    yield house
    house.close()


@pytest.fixture
def mill(desk_house: House) -> Mill:
    """Mill's program."""
    key, _ = partner_key(desk_house, "mill")
    ticks = Ticks()
    app = build_door(desk_house.parts, seconds=ticks)
    return Mill(app=app, house=desk_house, key=key, seconds=ticks)
