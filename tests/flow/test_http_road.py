"""Acme's road over HTTP: orders posted to it, its replies and its stock taken in, on each store."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from hub.domain.exchange import Direction, TransmissionState
from hub.flow.lanes import LaneTurn
from hub.ops.again import retry
from hub.ops.explain import contents
from hub.store import DocumentRow, TransmissionRow
from tests.rigs.houses import House, post, shopping
from tests.rigs.https import Asked, Endpoint, Says, endpoint
from tests.rigs.roads import furnish_road

FEED = """\
  - name: stock
    transport: http
    settings: {{allow_private: true, pull: {{url: "{url}/stock.csv", name: stock.csv}}}}
    format: tabular
    receive: [stock]
    maps: {{stock: csv/stock}}
    poll: 1s
"""


@dataclass(slots=True, repr=False)
class Road:
    """The house, what Acme runs, and its turns."""

    house: House
    acme: Endpoint

    def turn(self) -> int:
        """Let the lane of orders take its turn."""
        return self.house.turns["edi"].take(poll=True)

    def pull(self) -> int:
        """Let the lane of stock take its turn."""
        return self.house.turns["stock"].take(poll=True)

    def papers(self, set_id: str) -> list[DocumentRow]:
        """Every paper of a set, newest first."""
        with self.house.parts.store.read() as tx:
            return tx.exchange.documents_page(
                partner="acme", set_id=set_id, state=None, limit=50, before=None
            )

    def state(self) -> TransmissionState:
        """How far the newest order's bytes got."""
        return self._row().state

    def _row(self) -> TransmissionRow:
        with self.house.parts.store.read() as tx:
            return tx.exchange.transmission(self.papers("850")[0].transmission_id)


@pytest.fixture
def road(hub_database: str, tmp_path: Path) -> Iterator[Road]:
    with endpoint(None) as acme:
        wire = (
            "transport: http\n"
            f"    settings: {{url: '{acme.url}/in', allow_private: true, reply: document}}"
        )
        feed = FEED.format(url=acme.url)
        house = furnish_road(tmp_path, wire=wire, database=hub_database, channels=feed)
        yield Road(house=house, acme=acme)
        house.close()


@dataclass(slots=True, repr=False)
class Receipt:
    """Answers an order that is posted with the 997 for it, in the same breath."""

    road: Road

    def __call__(self, number: int, asked: Asked) -> Says:
        """Read the order as Acme does, and answer it."""
        supplier = self.road.house.suppliers["acme"]
        (supplier.home / "in" / f"{number}.edi").write_bytes(asked.body)
        order = supplier.received()[-1]
        text = supplier.interchange("997", [supplier.receipt(order)])
        return Says(body=text.encode(), headers={"content-type": "application/edi-x12"})


def test_an_order_is_posted_and_the_receipt_in_the_reply_is_a_delivery(road: Road) -> None:
    road.acme.plan = Receipt(road)
    post(road.house, shopping("1001", 2))
    road.turn()
    road.turn()
    (asked,) = road.acme.asked
    (order,) = road.papers("850")
    assert asked.path == "/in"
    assert asked.headers["idempotency-key"].startswith("acme_850_")
    assert order.delivered_at is not None
    assert order.valid is True
    assert [paper.state for paper in road.papers("997")] == ["applied"]
    assert road.house.exceptions() == []


def test_a_retry_posts_the_same_bytes_under_the_same_key(road: Road) -> None:
    road.acme.plan = lambda number, asked: Says(status=503 if number < 2 else 204)
    post(road.house, shopping("1001", 2))
    for _ in range(4):
        road.turn()
        road.house.clock.on(minutes=1)
    keys = {asked.headers["idempotency-key"] for asked in road.acme.asked}
    assert len(road.acme.asked) == 3
    assert len(keys) == len({asked.body for asked in road.acme.asked}) == 1
    assert road.state() is TransmissionState.DELIVERED


def test_retry_after_is_heeded_up_to_an_hour(road: Road) -> None:
    road.acme.plan = lambda number, asked: Says(
        status=429 if number < 2 else 200, headers={"retry-after": "300" if number else "999999"}
    )
    post(road.house, shopping("1001", 2))
    waits = []
    for _ in range(3):
        asked = len(road.acme.asked)
        begun = road.house.clock.time
        while len(road.acme.asked) == asked:
            road.turn()
            if len(road.acme.asked) == asked:
                road.house.clock.on(seconds=30)
        waits.append(road.house.clock.time - begun)
    first, second, third = waits
    assert first == timedelta()
    assert timedelta(minutes=59) <= second <= timedelta(minutes=61)
    assert timedelta(minutes=4) <= third <= timedelta(minutes=6)


def test_a_document_that_the_partner_refuses_for_itself_holds_up_no_other(road: Road) -> None:
    road.acme.plan = lambda number, asked: Says(
        status=422 if number == 0 else 204, body=b"unknown account" if number == 0 else b""
    )
    post(road.house, shopping("1001", 2))
    road.turn()
    refused = road.papers("850")[0]
    assert road.state() is TransmissionState.PARKED
    assert road.house.exceptions() == ["not-taken"]
    road.house.clock.on(seconds=1)
    post(road.house, shopping("1002", 1))
    road.turn()
    assert road.state() is TransmissionState.DELIVERED

    retry(road.house.parts, refused.transmission_id, who="test")
    road.turn()
    first, _, again = road.acme.asked
    assert (first.body, first.headers["idempotency-key"]) == (
        again.body,
        again.headers["idempotency-key"],
    )
    with road.house.parts.store.read() as tx:
        row = tx.exchange.transmission(refused.transmission_id)
    assert row.state is TransmissionState.DELIVERED
    assert road.house.exceptions() == []


SAID = b'{"code": "bad_address", "detail": "Maya Example, 12 Elm Street is no address"}'


def _cards(road: Road) -> str:
    """All that exceptions say."""
    with road.house.parts.store.read() as tx:
        rows = tx.exceptions.page(open_only=True, limit=9)
        lanes = " ".join(row.paused_reason for row in tx.duties.lanes())
    return " ".join(f"{row.text} {row.next_step} {row.problems}" for row in rows) + lanes


def _linked(road: Road) -> bytes:
    """The bytes behind the link that an exception shows."""
    (name,) = set(re.findall(r"hub doc show (tra_[a-z0-9]+)", _cards(road)))
    return contents(road.house.parts, name, most=1 << 20).raw


@pytest.mark.parametrize("length", [0, 100_000])
def test_what_a_partner_says_to_a_paper_it_refuses_is_kept_sealed_and_linked_and_not_told(
    road: Road, length: int
) -> None:
    said = SAID + b" " * length  # a longer one is an object of the archive
    road.acme.plan = lambda number, asked: Says(status=422, body=said)
    post(road.house, shopping("1001", 2))
    road.turn()
    assert road.house.exceptions() == ["not-taken"]
    assert "Elm" not in _cards(road)
    assert "Maya" not in _cards(road)
    assert "answered 422 (of no kind" in _cards(road)
    kept = _linked(road)
    assert kept == said[: len(kept)]
    assert len(kept) > len(SAID) - 1
    road.turn()
    assert road.house.exceptions() == ["not-taken"]  # nobody reads it as a paper


@pytest.mark.parametrize(("status", "turns"), [(403, 1), (500, 3)])
def test_what_a_partner_says_to_everything_is_kept_once_and_linked_while_it_lasts(
    road: Road, status: int, turns: int
) -> None:
    road.acme.plan = lambda number, asked: Says(status=status, body=SAID + b"%d" % number)
    post(road.house, shopping("1001", 2))
    for _ in range(turns + 2):
        road.turn()
        road.house.clock.on(minutes=11)
    assert road.house.exceptions() == ["wire"]
    assert "Elm" not in _cards(road)
    assert _linked(road) == SAID + b"%d" % (turns - 1)
    road.acme.plan = lambda number, asked: Says(status=204)
    road.turn()
    assert road.state() is TransmissionState.DELIVERED
    assert road.house.exceptions() == []


# --- stock, fetched


def _feed(levels: dict[str, int]) -> bytes:
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["sku", "quantity"])
    rows.writerows(levels.items())
    return text.getvalue().encode()


@dataclass(slots=True)
class Shelf:
    """What stands at the fixed address: a body, and whether it has a tag."""

    body: bytes
    tag: str = ""

    def __call__(self, number: int, asked: Asked) -> Says:
        """Answer a conditional GET."""
        if self.tag and asked.headers.get("if-none-match") == self.tag:
            return Says(status=304, headers={"content-length": ""})
        return Says(body=self.body, headers={"etag": self.tag} if self.tag else {})


def _reports(road: Road) -> int:
    return len(road.papers("stock"))


@pytest.mark.parametrize("tagged", [True, False])
def test_a_feed_is_taken_in_once_for_each_time_it_changed(road: Road, tagged: bool) -> None:
    shelf = Shelf(_feed({"acme-SKU-1": 5}))
    road.acme.plan = shelf
    seen = []
    for turn, quantity in enumerate((5, 5, 6, 6, 5, 5)):
        shelf.body = _feed({"acme-SKU-1": quantity})
        shelf.tag = f'"{turn // 2}"' if tagged else ""
        road.pull()
        road.house.clock.on(minutes=1)
        seen.append(_reports(road))
    assert seen == [1, 1, 2, 2, 3, 3]
    assert [paper.state for paper in road.papers("stock")] == ["applied"] * 3


def test_a_worker_that_starts_anew_takes_nothing_in_again(road: Road) -> None:
    road.acme.plan = Shelf(_feed({"acme-SKU-1": 5}), tag='"1"')
    road.pull()
    road.pull()
    assert _reports(road) == 1
    former = road.house.turns["stock"]
    former.release()
    anew = LaneTurn(road.house.parts, former.channel, owner="another")
    anew.take(poll=True)
    anew.take(poll=True)
    anew.close()
    assert _reports(road) == 1
    with road.house.parts.store.read() as tx:
        waiting = tx.exchange.waiting(
            partner="acme",
            channel="stock",
            direction=Direction.IN,
            state=TransmissionState.RECEIVED,
            limit=9,
        )
    assert waiting == []


def test_a_feed_that_fails_is_told_and_clears_itself(road: Road) -> None:
    shelf = Shelf(_feed({"acme-SKU-1": 5}))
    road.acme.plan = lambda number, asked: Says(status=500) if number < 3 else shelf(number, asked)
    for _ in range(4):
        road.pull()
        told = road.house.exceptions()
        road.house.clock.on(minutes=11)
    assert told == [] and _reports(road) == 1
    assert len(road.acme.asked) == 4
