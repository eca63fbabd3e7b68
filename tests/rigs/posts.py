"""Webhooks of a house that end at a real receiver, and what a test asks of them."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from hub.flow import webhooks
from hub.flow.webhook_rounds import Rounds
from hub.flow.webhooks import Made, NewWebhook, Owner
from hub.store import Store, WebhookRow
from tests.rigs.houses import House, post, shopping
from tests.rigs.receivers import Received, Receiver, led_to, receiving
from tests.rigs.rehoused import furnished, rehoused
from tests.rigs.stores import open_store

__all__ = ["furnished"]

JUNIPER = Owner(brand="juniper")


@dataclass(slots=True)
class Post:
    """A house whose webhooks end at a receiver."""

    house: House
    receiver: Receiver
    rounds: Rounds

    def register(self, owner: Owner = JUNIPER, *, host: str = "shop", **more: object) -> Made:
        """Register an endpoint at its own host."""
        new = NewWebhook(url=f"https://{host}.example.com/hook", **more)
        return webhooks.register(self.house.parts, owner, new, who="test")

    def orders(self, *numbers: str, brand: str = "juniper") -> None:
        """Place orders and let the sealer put their facts into the ledger."""
        for number in numbers:
            post(self.house, shopping(number), brand=brand)
        self.seal()

    def seal(self) -> None:
        """Let the sealer catch up."""
        parts = self.house.parts
        parts.store.write(lambda tx: tx.facts.seal(now=parts.now()))

    def go(self) -> int:
        """Tell endpoints what can be told now; returns how many calls that took."""
        return self.rounds.until_idle()

    def wait(self, for_: timedelta, *, step: timedelta = timedelta(minutes=5)) -> None:
        """Let time pass in steps, telling at each."""
        end = self.house.clock.time + for_
        while self.house.clock.time < end:
            self.house.clock.time += step
            self.go()

    def row(self, made: Made) -> WebhookRow:
        """The endpoint as it is stored."""
        return webhooks.endpoint(self.house.parts, None, made.seen.row.id).row

    def seen(self, made: Made) -> webhooks.Seen:
        """The endpoint with what waits for it."""
        return webhooks.endpoint(self.house.parts, None, made.seen.row.id)

    def positions(self, brand: str = "juniper") -> list[int]:
        """The ledger positions of a brand's facts."""
        with self.house.parts.store.read() as tx:
            return [one.position or 0 for one in tx.facts.page(brand=brand, after=0, limit=1000)]


@contextmanager
def posted(house: House) -> Iterator[Post]:
    """Lead a house's webhooks to a receiver of their own."""
    with receiving() as receiver:
        house.parts = led_to(house.parts, receiver)
        yield Post(house=house, receiver=receiver, rounds=Rounds(house.parts))


@pytest.fixture
def hooked(furnished: House, store: Store) -> Iterator[Post]:
    """An empty store of either kind, and a receiver that takes everything."""
    with posted(rehoused(furnished, store)) as post_:
        yield post_


@pytest.fixture
def shop(furnished: House, tmp_path: Path) -> Iterator[Post]:
    """The same on SQLite alone, for what is no matter of the store."""
    store = open_store("sqlite", tmp_path, "")
    with posted(rehoused(furnished, store)) as post_:
        yield post_
    store.close()


def told(calls: Sequence[Received]) -> list[int]:
    """The ledger positions that calls tell of, single or in batches."""
    found = []
    for call in calls:
        document = json.loads(call.body)
        events = document["data"]["events"] if document["type"] == "batch" else [document]
        found += [event["data"]["position"] for event in events]
    return found


def is_signed(call: Received, secret: str) -> bool:
    """Say whether one of the signatures is by this secret; computed by the specification alone."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{call.id}.{call.headers['webhook-timestamp']}.".encode() + call.body
    wanted = base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
    return f"v1,{wanted}" in call.headers["webhook-signature"].split(" ")
