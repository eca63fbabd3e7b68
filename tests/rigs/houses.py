"""A whole house for a test: store, pages, Acme behind a folder, a clock that the test turns."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.domain.catalog import Item, PartnerItem
from hub.domain.messages import Address, ProductId
from hub.domain.orders import Order, OrderChannel
from hub.domain.placing import NewGroup, NewLine, NewOrder
from hub.flow.lanes import LaneTurn
from hub.flow.orders import Posting, Verdict, place
from hub.flow.parts import Parts
from hub.main import build
from tests.cast import MAYA
from tests.fakes import Supplier
from tests.rigs.sshd import Sshd
from tests.rigs.stores import lay_tables

START = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)

PAGE = """\
name: {name}
kind: supplier
channels:
  - name: edi
    {wire}
    format: x12
    profile:
      version: "004010"
      usage: production
      ours:   {{qualifier: "12", id: "5550100200", group: "HUB"}}
      theirs: {{qualifier: "{qualifier}", id: "{isa}", group: "{group}"}}
      newline: true
    send: [850, 860]
    receive: [855, 856, 846, 810, 865, 870, 824, 214]
    maps:
      850: x12/004010/850
      855: x12/004010/855
      856: x12/004010/856
      860: x12/004010/860
      846: x12/004010/846
      810: x12/004010/810
      865: x12/004010/865
      870: x12/004010/870
      824: x12/004010/824
      214: x12/004010/214
    poll: 1s
    settle: 60s
    {more}
calendar: {{zone: UTC, work_days: [mon, tue, wed, thu, fri, sat, sun]}}
sourcing: {{priority: {priority}}}
products: [vendor, sku]
{rules}
"""


FOLDER = "transport: folder\n    settings: {inbox: HOME/out, outbox: HOME/in}"


class Clock:
    """A clock that moves only when told."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        """Say what time it is."""
        return self.time

    def on(self, **passed: float) -> None:
        """Let time pass: `on(seconds=61)`."""
        self.time += timedelta(**passed)


@dataclass(slots=True)
class House:
    """The hub and its suppliers' homes; `turn` is one turn of a lane."""

    parts: Parts
    clock: Clock
    suppliers: Mapping[str, Supplier]
    turns: Mapping[str, LaneTurn]

    def turn(self, partner: str = "acme") -> int:
        """Let one lane take its turn, its poll included."""
        return self.turns[partner].take(poll=True)

    def order(self, number: str = "1001", *, brand: str = "juniper") -> Order:
        """The order as it is now."""
        with self.parts.store.read() as tx:
            found = tx.orders.find(brand=brand, number=number)
        assert found is not None
        return found

    def word(self, number: str = "1001", *, brand: str = "juniper") -> str:
        """The status word as stored."""
        row = self.parts.store.status(brand=brand, number=number)
        assert row is not None
        return row.word

    def exceptions(self) -> list[str]:
        """The kinds of open exceptions, oldest first."""
        with self.parts.store.read() as tx:
            rows = tx.exceptions.page(open_only=True, limit=100)
        return [row.kind for row in sorted(rows, key=lambda row: (row.opened_at, row.id))]

    def close(self) -> None:
        """Close wires and store."""
        for turn in self.turns.values():
            turn.close()
        self.parts.store.close()


def furnish(
    folder: Path,
    *,
    database: str = "",
    more: str = "",
    rules: str = "",
    partners: tuple[str, ...] = ("acme",),
    server: Sshd | None = None,
) -> House:
    """Build a house in a folder; `more` is added to every channel, `rules` to every page.

    With a `server` the first partner lives on it, behind SFTP, and not in a folder.
    """
    pages = folder / "partners"
    pages.mkdir(parents=True, exist_ok=True)
    suppliers = {}
    for priority, partner in enumerate(partners):
        home, wire = (folder / partner, FOLDER) if server is None else (server.root, _sftp(server))
        server = None
        supplier = Supplier(
            home=home, sender=("01", f"{123456789 + priority}"), group_sender=partner.upper()
        )
        page = _page(supplier, partner, priority=priority, wire=wire, more=more, rules=rules)
        (pages / f"{partner}.yaml").write_text(page)
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
    return House(parts=parts, clock=clock, suppliers=suppliers, turns=turns)


def open_parts(environment: Mapping[str, str], clock: Clock) -> Parts:
    """Open a hub by its settings, its tables made, its time told by the clock."""
    if not environment.get("HUB_DATABASE_URL"):
        lay_tables(Path(environment["HUB_DATA_DIR"]))
    return replace(build(environment, migrate=True), now=clock)


def _sftp(server: Sshd) -> str:
    return (
        "transport: sftp\n"
        f"    settings: {{host: {server.host}, port: {server.port}, user: {server.user}, "
        f"host_key: {server.host_key}, key_file: 'file:{server.key_path}', "
        f"inbox: {server.remote('/out')}, outbox: {server.remote('/in')}}}"
    )


def _page(
    supplier: Supplier, partner: str, *, priority: int, wire: str, more: str, rules: str
) -> str:
    (supplier.home / "in").mkdir(parents=True, exist_ok=True)
    (supplier.home / "out").mkdir(exist_ok=True)
    return PAGE.format(
        name=partner.title(),
        wire=wire.replace("HOME", str(supplier.home)),
        qualifier=supplier.sender[0],
        isa=supplier.sender[1],
        group=supplier.group_sender,
        priority=priority,
        more=more,
        rules=rules,
    )


def stock_up(house: House, *, skus: int = 3) -> None:
    """Put SKU-1 … into the catalogue, offered by every supplier, the first preferred."""
    items = [Item(sku=f"SKU-{n}", title=f"Article {n}") for n in range(1, skus + 1)]
    offers = [
        PartnerItem(
            partner=partner,
            sku=item.sku,
            products=(ProductId(kind="vendor", value=f"{partner}-{item.sku}"),),
            unit="EA",
            units_per_pack=1,
            cost=400,
            currency="USD",
            priority=0,
        )
        for item in items
        for partner in house.suppliers
    ]
    house.parts.store.write(lambda tx: tx.catalog.put(items, offers))


def shopping(number: str = "1001", *quantities: int) -> NewOrder:
    """Maya's order of SKU-1, SKU-2 … in these quantities."""
    lines = tuple(
        NewLine(
            number=str(n), sku=f"SKU-{n}", quantity=units, unit_price=1000, description=f"Thing {n}"
        )
        for n, units in enumerate(quantities or (2,), start=1)
    )
    address = Address(
        name=MAYA.name,
        lines=(MAYA.street,),
        city=MAYA.city,
        region=MAYA.state,
        postal_code=MAYA.postcode,
        country="US",
        phone=MAYA.phone,
        email=MAYA.email,
    )
    group = NewGroup(number="1", ship_to=address, method="ground", lines=lines)
    return NewOrder(
        number=number,
        channel=OrderChannel.WEB,
        currency="USD",
        customer=address,
        groups=(group,),
        total=sum(line.quantity * line.unit_price for line in lines),
    )


def post(house: House, new: NewOrder, *, brand: str = "juniper", key: str = "") -> Verdict:
    """Post an order at the door."""
    posting = Posting(
        new=new,
        brand=brand,
        who="test",
        body=repr(new).encode(),
        key=key,
        render=lambda order: (201, order.number.encode()),
    )
    return place(house.parts, posting)


@pytest.fixture(params=["sqlite", "postgresql"])
def hub_database(request: pytest.FixtureRequest) -> str:
    """The address of an empty store; empty means SQLite in the house's own data directory."""
    return "" if request.param == "sqlite" else str(request.getfixturevalue("ready_postgres"))


@pytest.fixture
def house(hub_database: str, tmp_path: Path) -> Iterator[House]:
    """A house with Acme behind a folder and three SKUs, on each store."""
    house = furnish(tmp_path, database=hub_database)
    stock_up(house)
    yield house
    house.close()


@pytest.fixture
def two_suppliers(hub_database: str, tmp_path: Path) -> Iterator[House]:
    """A house with Acme, who is asked first, and Mill, who sells the same."""
    house = furnish(tmp_path, database=hub_database, partners=("acme", "mill"))
    stock_up(house)
    yield house
    house.close()
