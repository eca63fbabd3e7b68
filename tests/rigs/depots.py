"""A warehouse at the other end of the wire, written with string pieces; a house that has one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from hub.domain.catalog import Item, PartnerItem
from hub.domain.messages import ProductId
from tests.cast import DEPOT
from tests.fakes import Supplier
from tests.rigs.houses import House, furnish

PAGE = """\
name: Depot Logistics
kind: warehouse
channels:
  - name: edi
    transport: folder
    settings: {{inbox: {home}/out, outbox: {home}/in}}
    format: x12
    profile:
      version: "{version}"
      usage: production
      ours:   {{qualifier: "12", id: "5550100200", group: "HUB"}}
      theirs: {{qualifier: "{qualifier}", id: "{isa}", group: "DEPOT"}}
      newline: true
    send: [940, 943]
    receive: [945, 944, 947, 846]
    maps:
      940: x12/{version}/940
      943: x12/{version}/943
      944: x12/{version}/944
      945: x12/{version}/945
      947: x12/{version}/947
      846: x12/{version}/846
    poll: 1s
calendar: {{zone: UTC, work_days: [mon, tue, wed, thu, fri, sat, sun]}}
sourcing: {{priority: 0}}
products: [vendor, sku]
{rules}
"""
COUNTED = """\
stock: {level: reports, trust: 366d}
changes: {silence: confirm, cutoff: "18:00"}
"""


@dataclass(frozen=True, slots=True)
class Order940:
    """One 940 as the warehouse reads it: purpose, number, lines of (line, quantity, article)."""

    purpose: str
    number: str
    lines: tuple[tuple[str, int, str], ...]
    segments: tuple[tuple[str, ...], ...]
    control: str
    group: str

    def all(self, tag: str) -> list[tuple[str, ...]]:
        """Return its segments of that name."""
        return [row for row in self.segments if row[0] == tag]


class Depot(Supplier):
    """The warehouse as the tests know it; speaks only what a 3PL speaks."""

    version = "004010"

    def interchange(
        self, set_id: str, papers: list[list[str]], *, number: int | None = None
    ) -> str:
        """Envelope papers as a Supplier does, in this warehouse's version."""
        text = super().interchange(set_id, papers, number=number)
        if self.version == "005010":
            text = text.replace("*U*00401*", "*^*00501*").replace("*X*004010", "*X*005010")
        return text

    def papers(self, set_id: str) -> list[Order940]:
        """Return every 940 (or 943) in the inbox, in order."""
        found = []
        for path in sorted((self.home / "in").iterdir()):
            text = path.read_text().replace("\n", "")
            rows = [tuple(row.split("*")) for row in text.split("~") if row]
            group = next(row[6] for row in rows if row[0] == "GS")
            starts = [n for n, row in enumerate(rows) if row[:2] == ("ST", set_id)]
            ends = [n for n, row in enumerate(rows) if row[0] == "SE"]
            found += [
                _order(rows[start : min(end for end in ends if end > start)], group)
                for start in starts
            ]
        return found

    def accepted(self, one: Order940, *, set_id: str = "940", verdict: str = "A") -> list[str]:
        """A 997 for the group of one paper."""
        function = {"940": "OW", "943": "AR"}[set_id]
        return [
            f"AK1*{function}*{int(one.group)}",
            f"AK2*{set_id}*{one.control}",
            f"AK5*{verdict}",
            f"AK9*{verdict}*1*1*{0 if verdict == 'R' else 1}",
        ]

    def shipped(
        self,
        order: Order940,
        *,
        name: str = "",
        at: str = "20261120",
        clock: str = "1500",
        states: dict[str, str] | None = None,
        quantities: dict[str, int] | None = None,
        tracking: str = "1Z999AA10123456784",
        ordered: bool = True,
    ) -> list[str]:
        """A 945 of one carton; `quantities` and `states` by line number, else all and CC."""
        rows = [
            f"W06*F*{order.number}*{at}*{name or 'W' + order.number}",
            "N1*WH*DEPOT LOGISTICS",
            f"G62*11*{at}*9*{clock}",
            "W27*U*UPSN*UPS GROUND",
            "LX*1",
            "MAN*GM*00003400123400000015",
            f"MAN*CP*{tracking}",
        ]
        total = 0
        for line, quantity, article in order.lines:
            left = quantity if quantities is None else quantities.get(line, quantity)
            state = (states or {}).get(line, "CC" if left == quantity else "CP")
            total += left
            asked = str(quantity) if ordered else ""
            rows += [f"W12*{state}*{asked}*{left}*{left - quantity}*EA**VN*{article}"]
            rows += [f"N9*LI*{line}"]
        return [*rows, f"W03*{total}"]

    def took_in(
        self,
        number: str,
        lines: dict[str, int],
        *,
        name: str = "WR-1",
        on: str = "20261120",
        wrong: dict[str, list[tuple[int, str]]] | None = None,
    ) -> list[str]:
        """A 944: units in good order by article; `wrong` are (units, condition) of an article."""
        rows = [f"W17*F*{on}*{name}*{number}", "N1*WH*DEPOT LOGISTICS"]
        for article, units in lines.items():
            rows.append(f"W07*{units}*EA**VN*{article}")
            rows += [f"W13*{n}*EA*{code}" for n, code in (wrong or {}).get(article, [])]
        return [*rows, f"W14*{sum(lines.values())}"]

    def adjusts(
        self, *lines: tuple[str, int, str], name: str = "ADJ-1", on: str = "20261120"
    ) -> list[str]:
        """A 947: (reason, signed units, article) in turn."""
        rows = [f"W15*{on}*{name}*{name}*00", "N1*WH*DEPOT LOGISTICS"]
        return rows + [f"W19*{code}*{units}*EA**VN*{article}" for code, units, article in lines]


def _order(rows: list[tuple[str, ...]], group: str) -> Order940:
    lines = []
    number = ""
    for row in rows:
        if row[0] == "LX":
            number = row[1]
        if row[0] in ("W01", "W04"):
            lines.append((number or str(len(lines) + 1), int(row[1]), row[5]))
    head = next(row for row in rows if row[0] in ("W05", "W06"))
    return Order940(
        purpose=head[1],
        number=head[2],
        lines=tuple(lines),
        segments=tuple(rows),
        control=rows[0][2],
        group=group,
    )


def furnish_depot(
    folder: Path,
    *,
    database: str = "",
    rules: str = COUNTED,
    version: str = "004010",
    partners: tuple[str, ...] = ("acme", "mill"),
    supplier_rules: str = "",
) -> tuple[House, Depot]:
    """Build a house with Depot, asked first, and suppliers behind it; its catalogue is empty."""
    home = folder / "depot"
    for box in ("in", "out"):
        (home / box).mkdir(parents=True)
    depot = Depot(home=home, sender=DEPOT.isa, group_sender="DEPOT")
    depot.version = version
    pages = folder / "partners"
    pages.mkdir()
    (pages / "depot.yaml").write_text(
        PAGE.format(
            home=home, version=version, qualifier=DEPOT.isa[0], isa=DEPOT.isa[1], rules=rules
        )
    )
    house = furnish(folder, database=database, partners=partners, rules=supplier_rules)
    return house, depot


def lists(house: House, sellers: Mapping[str, tuple[str, ...]], *, pack: int = 1) -> None:
    """Put articles into the catalogue with who has them; Depot calls SKU-1 D-SKU-1."""
    items = [Item(sku=sku, title=sku.title()) for sku in sellers]
    offers = [
        PartnerItem(
            partner=partner,
            sku=sku,
            products=(
                ProductId(
                    kind="vendor", value=f"D-{sku}" if partner == "depot" else f"{partner}-{sku}"
                ),
            ),
            unit="EA" if pack == 1 else "CA",
            units_per_pack=pack,
            cost=0 if partner == "depot" else 400,
            currency="USD",
            priority=0,
        )
        for sku, partners in sellers.items()
        for partner in partners
    ]
    house.parts.store.write(lambda tx: tx.catalog.put(items, offers))


@pytest.fixture
def with_depot(hub_database: str, tmp_path: Path) -> Iterator[tuple[House, Depot]]:
    """A house with Depot, Acme and Mill, on each store."""
    house, depot = furnish_depot(tmp_path, database=hub_database)
    yield house, depot
    house.close()


@pytest.fixture
def at_depot(tmp_path: Path) -> Iterator[tuple[House, Depot]]:
    """The same on SQLite alone, where the store is not what is tested."""
    house, depot = furnish_depot(tmp_path)
    yield house, depot
    house.close()
