"""A customer of the simulated suppliers: writes 850s and reads what comes back."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hub.lab.desk import Firm
from hub.lab.firms import ACME, RETAILER
from hub.lab.languages import post_of, voice_of
from hub.lab.supplier import Supplier
from hub.lab.terms import Pace
from hub.lab.x12 import Paper, Segment, read, write

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
HOURLY = Pace(
    receipt=0 * HOUR,
    response=HOUR,
    shipping=2 * HOUR,
    rest=3 * HOUR,
    late=4 * HOUR,
    slowest=6 * HOUR,
    report=HOUR,
    invoice=HOUR,
    driving=HOUR,
)

Lines = Iterable[tuple[str, int]]


@dataclass(slots=True)
class Clock:
    """Stands still until it is moved."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


@dataclass(slots=True)
class Customer:
    """Puts orders into a supplier's folder and lets hours go by."""

    home: Path
    firm: Firm = ACME
    clock: Clock = field(default_factory=Clock)
    supplier: Supplier = field(init=False)
    numbers: int = 0

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        self.supplier = Supplier(
            self.home,
            firm=self.firm,
            voice=voice_of(self.firm, RETAILER),
            post=post_of(self.firm, self.home),
            clock=self.clock,
            pace=HOURLY,
        )

    def pass_hours(self, hours: int) -> None:
        for _ in range(hours):
            self.supplier.step()
            self.clock.now += HOUR
        self.supplier.step()

    def ask(self, *orders: tuple[str, Lines], name: str = "") -> Path:
        return self.send("PO", "850", [purchase_order(*order) for order in orders], name=name)

    def send(
        self, function: str, set_id: str, bodies: list[list[Segment]], *, name: str = ""
    ) -> Path:
        self.numbers += 1
        papers = [
            Paper(set_id=set_id, number=f"{n:04d}", segments=tuple(body))
            for n, body in enumerate(bodies, start=1)
        ]
        text = write(
            papers,
            function=function,
            sender=RETAILER,
            receiver=self.firm.company,
            number=self.numbers,
            at=self.clock(),
        )
        path = self.home / "in" / (name or f"{set_id}-{self.numbers}.edi")
        path.write_text(text)
        return path

    def change(self, number: str, *lines: tuple[int, int], whole: bool = False) -> Path:
        """Ask for so many packs of these lines to stand, by line number."""
        head: Segment = ("BCH", "01" if whole else "04", "DS", number, "", "1", "20260302")
        rows = [
            ("POC", str(line), "QD" if stands else "DI", str(stands), str(stands), "EA", "4.5")
            for line, stands in lines
        ]
        return self.send("PC", "860", [[head, *rows, ("CTT", str(len(rows)))]])

    def sets(self) -> list[str]:
        """What lies there, by set, in order of writing."""
        names = sorted(self.files(), key=lambda name: name.split("_")[2])
        return [name.split("_")[1] for name in names]

    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted((self.home / "out").iterdir())}

    def papers(self, set_id: str) -> list[Paper]:
        return [
            paper
            for body in self.files().values()
            for group in read(body.decode()).groups
            for paper in group.papers
            if paper.set_id == set_id
        ]


def purchase_order(number: str, lines: Lines) -> list[Segment]:
    rows: list[Segment] = [("BEG", "00", "DS", number, "", "20260302")]
    for ordinal, (sku, quantity) in enumerate(lines, start=1):
        ids = ("VN", f"A-{ordinal}", "SK", sku)
        rows.append(("PO1", str(ordinal), str(quantity), "EA", "4.5", "", *ids))
    return [*rows, ("CTT", str(len(rows) - 1))]
