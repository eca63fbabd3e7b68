"""The language of Depot: warehouse orders (940) and advices (945), in X12 004010 files."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import ClassVar

from hub.lab import papers
from hub.lab.asked import AskedChange, AskedLine, AskedOrder, Heard
from hub.lab.second_reader import read_again
from hub.lab.terms import Answered, Box, Departure
from hub.lab.voice import Bill, Kind
from hub.lab.x12 import Paper, Segment, element, packed, unpacked
from hub.lab.x12_voice import X12Voice, verdicts

READ = frozenset({"940", "943"})
WHOLE, SHORT = "CC", "CP"  # X12 368: complete, or what is missing does not come


class DepotVoice(X12Voice):
    """Speaks for a warehouse: it answers by what it ships, and has nothing to invoice."""

    SETS: ClassVar[Mapping[Kind, tuple[str, str]]] = {**X12Voice.SETS, Kind.NOTICE: ("945", "SW")}

    def read(self, text: str) -> Heard:
        """Return what an interchange of 940s says."""
        groups = read_again(text).groups
        talk = [group for group in groups if group.function != "FA"]
        said = [one for group in talk for one in group.papers if one.set_id == "940"]
        return Heard(
            orders=tuple(_ordered(one) for one in said if _purpose(one) == "N"),
            changes=tuple(_changed(one) for one in said if _purpose(one) != "N"),
            verdicts=verdicts(groups),
            receipts=tuple(packed(papers.receipt(group, READ)) for group in talk),
        )

    def response(
        self, order: AskedOrder, answers: Sequence[Answered], *, name: str, at: datetime
    ) -> str:
        """Say nothing: a warehouse answers with its advice."""
        return ""

    def notice(self, order: AskedOrder, departure: Departure, *, place: str, at: datetime) -> str:
        """Return a 945: each parcel a carton; what is missing of a line is told in its first."""
        gone = {line.number: packs for line, packs in departure.lines}
        rows: list[Segment] = [
            ("W06", "F", order.number, f"{at:%Y%m%d}", departure.notice),
            ("N1", "WH", place),
            ("G62", "11", f"{at:%Y%m%d}", "9", f"{at:%H%M}"),
            ("W27", "U", departure.carrier.scac, departure.carrier.routing),
        ]
        told: set[str] = set()
        for number, box in enumerate(departure.boxes, start=1):
            rows += [("LX", str(number)), ("MAN", "CP", box.tracking), *_picks(box, gone, told)]
        if len(gone) < len(order.lines):
            rows += [("LX", str(len(departure.boxes) + 1))]
            rows += [
                row
                for line in order.lines
                if line.number not in gone
                for row in _pick(line, 0, missing=line.quantity)
            ]
        return packed([*rows, ("W03", str(sum(gone.values())))])

    def invoice(self, order: AskedOrder, bill: Bill, *, at: datetime) -> str:
        """Say nothing: the goods are the retailer's own."""
        return ""

    def change_answer(self, change: AskedChange, *, yes: bool, at: datetime) -> str:
        """Say nothing: what leaves is the answer."""
        return ""

    def report(
        self, order: AskedOrder, lines: Iterable[tuple[AskedLine, date]], *, at: datetime
    ) -> str:
        """Say nothing."""
        return ""

    def advice(self, order: AskedOrder, *, at: datetime) -> str:
        """Say nothing."""
        return ""

    def misprinted(self, kind: Kind, body: str) -> str:
        """Return an advice with a quantity in words."""
        rows = unpacked(body)
        at = next(n for n, row in enumerate(rows) if row[0] == "W12")
        wrong: Segment = (*rows[at][:3], "SOME", *rows[at][4:])
        return packed([*rows[:at], wrong, *rows[at + 1 :]])


def _picks(box: Box, gone: dict[str, int], told: set[str]) -> list[Segment]:
    rows: list[Segment] = []
    for line, packs in box.lines:
        missing = 0 if line.number in told else line.quantity - gone[line.number]
        told.add(line.number)
        rows += _pick(line, packs, missing=missing)
    return rows


def _pick(line: AskedLine, packs: int, *, missing: int) -> list[Segment]:
    state, difference = (SHORT, str(missing)) if missing else (WHOLE, "")
    counts = (str(packs + missing), str(packs), difference)
    return [
        ("W12", state, *counts, line.unit, "", *line.products[:2]),
        ("N9", "LI", line.number),
    ]


def _purpose(paper: Paper) -> str:
    return paper.first("W05")[1]


def _ordered(paper: Paper) -> AskedOrder:
    days = [row[2] for row in paper.segments if row[:2] == ("G62", "04")]
    return AskedOrder(
        number=paper.first("W05")[2], day=next(iter(days), ""), lines=tuple(_lines(paper))
    )


def _lines(paper: Paper) -> Iterable[AskedLine]:
    asked: Segment = ()
    for row in paper.segments:
        if row[0] == "W01":
            asked = row
        elif row[:2] == ("N9", "LI") and asked:
            yield _line(row[2], asked)


def _line(number: str, row: Segment) -> AskedLine:
    products = tuple(word for word in row[4:8] if word)
    return AskedLine(
        number=number,
        quantity=int(row[1]),
        unit=element(row, 2),
        cost="0",
        products=products,
        sku=dict(zip(products[::2], products[1::2], strict=False)).get("SK", ""),
    )


def _changed(paper: Paper) -> AskedChange:
    return AskedChange(
        order=paper.first("W05")[2],
        whole=_purpose(paper) != "R",
        complete=True,
        stands={line.number: line.quantity for line in _lines(paper)},
    )
