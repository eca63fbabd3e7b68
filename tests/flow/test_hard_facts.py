"""Days, currencies, candidates and sizes: what is true of an order when the case is not simple."""

import hashlib
import io
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hub.domain.catalog import PartnerItem
from hub.domain.messages import ProductId
from hub.domain.sourcing import Wanted, choose
from hub.flow import inbound
from hub.flow.receiving import Delivery, digest, keep
from tests.rigs import houses
from tests.rigs.houses import House, furnish, post, shopping, stock_up

MIB = 1 << 20
ANGELES = "America/Los_Angeles"


def _offer(partner: str, sku: str, *, currency: str = "USD") -> PartnerItem:
    return PartnerItem(
        partner=partner,
        sku=sku,
        products=(ProductId(kind="vendor", value=f"{partner}-{sku}"),),
        unit="EA",
        units_per_pack=1,
        cost=400,
        currency=currency,
        priority=0,
    )


@pytest.fixture
def in_the_west(
    hub_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[House]:
    """A house whose Acme lives in Los Angeles."""
    page = houses.PAGE.replace("zone: UTC", f"zone: {ANGELES}")
    monkeypatch.setattr(houses, "PAGE", page)
    house = furnish(tmp_path, database=hub_database)
    stock_up(house)
    yield house
    house.close()


def test_the_days_on_a_purchase_order_are_the_partners_days(in_the_west: House) -> None:
    house = in_the_west
    house.clock.time = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)  # Friday the 20th, 18:00 there
    post(house, shopping())
    house.turn()
    (order,) = house.suppliers["acme"].purchase_orders()
    days = {row[0]: row for row in order.segments if row[0] in ("BEG", "DTM")}
    ship_by = house.order().fulfillments[0].ship_by
    assert ship_by is not None
    assert days["BEG"][5] == "20261120"
    assert days["DTM"][2] == f"{ship_by.astimezone(ZoneInfo(ANGELES)):%Y%m%d}"


def test_a_partner_that_sells_in_two_currencies_gets_two_purchase_orders(house: House) -> None:
    offers = [_offer("acme", "SKU-1"), _offer("acme", "SKU-2", currency="EUR")]
    house.parts.store.write(lambda tx: tx.catalog.put([], offers))
    post(house, shopping("1001", 1, 1))
    house.turn()
    assert sorted(part.currency for part in house.order().fulfillments) == ["EUR", "USD"]
    orders = house.suppliers["acme"].purchase_orders()
    assert [len(order.lines) for order in orders] == [1, 1]
    assert len({order.number for order in orders}) == 2


@pytest.mark.parametrize("partners", [1, 7, 40])
def test_every_partner_is_found_for_what_only_it_sells(partners: int) -> None:
    wanted = [
        Wanted(line_id=f"line{n}", sku=f"sku{n}", quantity=1, currency="USD")
        for n in range(partners)
    ]
    sourced = choose(
        wanted,
        offers={f"sku{n}": [_offer(f"partner{n}", f"sku{n}")] for n in range(partners)},
        priorities={f"partner{n}": 0 for n in range(partners)},
        without={},
        today=date(2026, 1, 1),
    )
    found = {line: pick.offer.partner for line, (pick,) in sourced.chosen.items()}
    assert found == {f"line{n}": f"partner{n}" for n in range(partners)}


def _large(house: House, mebibytes: int) -> str:
    """A kept delivery of one interchange with many small papers; returns its name."""
    acme = house.suppliers["acme"]
    paper = ["BAK*00*AD*NOBODY*20261120", *["PO1*1*1*EA*4**VN*x", "ACK*IA*1*EA"] * 40]
    papers = mebibytes * MIB // len(acme.interchange("855", [paper], number=1)) + 1
    body = io.BytesIO(acme.interchange("855", [paper] * papers).encode())
    size, sha = digest(body)
    assert size >= mebibytes * MIB * 0.7
    delivery = Delivery(name="large.edi", key="large", size=size, sha256=sha, stream=body)
    return keep(house.parts, house.turns["acme"].channel, delivery)


def _peak(work: Callable[[], bytes]) -> tuple[bytes, int]:
    """What a work gives, and the most memory that it took beyond what there was before."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        given = work()
        return given, tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


def test_an_interchange_is_hashed_in_blocks(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbound, "BLOCK", 1 << 16)
    name = _large(house, 3)
    channel = house.turns["acme"].channel
    with house.parts.store.read() as tx, tx.exchange.body(name) as stream:
        (one,) = house.parts.formats["x12"].split(stream, profile=channel.profile)
        sha, peak = _peak(lambda: inbound._slice_hash(stream, one))
        stream.seek(one.interchange.offset)
        whole = stream.read(one.interchange.length)
    assert len(whole) > 2 * MIB
    assert sha == hashlib.sha256(whole).digest()
    assert peak < MIB
