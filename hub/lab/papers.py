"""A supplier's papers: 997, 855 and 856 in 004010, as segments without their envelopes."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from hub.lab.asked import AskedLine, AskedOrder
from hub.lab.terms import Answered, Box, Departure
from hub.lab.x12 import Group, Segment

READ = frozenset({"850", "860"})


def receipt(group: Group, known: Collection[str] = READ) -> list[Segment]:
    """Return the 997 of a group: what can be read is accepted, another set is rejected.

    AK501 `R` with AK502 `1` says that the set is not supported (X12 997, codes 717 and 718).
    """
    rows: list[Segment] = [("AK1", group.function, group.number)]
    for paper in group.papers:
        rows.append(("AK2", paper.set_id, paper.number))
        rows.append(("AK5", "A") if paper.set_id in known else ("AK5", "R", "1"))
    count, good = len(group.papers), sum(paper.set_id in known for paper in group.papers)
    verdict = "A" if good == count else "P" if good else "R"
    return [*rows, ("AK9", verdict, str(count), str(count), str(good))]


def response(
    order: AskedOrder, answers: Sequence[Answered], *, name: str, at: datetime
) -> list[Segment]:
    """Return the 855 of an 850: every line once, its quantities adding up to what was asked."""
    head: Segment = (
        "BAK", "00", _verdict(answers), order.number, order.day, "", "", "", name, f"{at:%Y%m%d}",
    )  # fmt: skip
    rows: list[Segment] = [head]
    for one in answers:
        line = one.line
        rows.append(
            ("PO1", line.number, str(line.quantity), line.unit, line.cost, "", *line.products)
        )
        rows += _acknowledged(one, at)
    return [*rows, ("CTT", str(len(answers)))]


def _verdict(answers: Sequence[Answered]) -> str:
    if all(one.refused for one in answers):
        return "RD"
    return "AC" if any(one.refused or one.waiting for one in answers) else "AD"


def _acknowledged(one: Answered, at: datetime) -> list[Segment]:
    unit = one.line.unit
    rows: list[Segment] = []
    if one.accepted:
        tomorrow = ("068", f"{at + timedelta(days=1):%Y%m%d}") if one.dated else ()
        rows.append(("ACK", "IA", str(one.accepted), unit, *tomorrow))
    if one.waiting:
        ready = f"{at + timedelta(days=one.days):%Y%m%d}"
        rows.append(("ACK", "IB", str(one.waiting), unit, "068", ready))
    if one.refused:
        rows.append(("ACK", "IR", str(one.refused), unit))
    return rows


def notice(order: AskedOrder, departure: Departure, *, place: str, at: datetime) -> list[Segment]:
    """Return the 856 of a departure: S-O-P-I with MAN*CP, or S-O-I with REF*2I.

    `at` is in UTC.
    """
    structure = "0001" if departure.nested else "0004"  # X12 1005
    day, time = f"{at:%Y%m%d}", f"{at:%H%M%S}"
    boxes = len(departure.boxes)
    pieces = sum(quantity for box in departure.boxes for _, quantity in box.lines)
    carrier = departure.carrier
    levels = _Levels()
    rows: list[Segment] = [
        ("BSN", "00", departure.notice, day, time, structure),
        levels.open("S", 0),
        ("TD1", "CTN25", str(boxes), "", "", "", "G", str(2 * boxes + pieces), "LB"),
        ("TD5", "", "2", carrier.scac, "", carrier.routing),
        ("DTM", "011", day, time, "UT"),
        ("N1", "SF", place),
        levels.open("O", 1),
        ("PRF", order.number),
    ]
    for box in departure.boxes:
        rows += _nested(levels, box) if departure.nested else _flat(levels, box)
    return [*rows, ("CTT", str(levels.count))]


class _Levels:
    """Counts HL segments: HL01 from 1 without gaps, HL02 the one above."""

    def __init__(self) -> None:
        self.count = 0

    def open(self, code: str, above: int) -> Segment:
        """Return the HL of a new level below the one numbered `above` (0: none)."""
        self.count += 1
        return ("HL", str(self.count), str(above or ""), code)


def _nested(levels: _Levels, box: Box) -> list[Segment]:
    rows: list[Segment] = [levels.open("P", 2), ("MAN", "CP", box.tracking)]
    above = levels.count
    for line, quantity in box.lines:
        rows += [levels.open("I", above), *_shipped(line, quantity)]
    return rows


def _flat(levels: _Levels, box: Box) -> list[Segment]:
    rows: list[Segment] = []
    for line, quantity in box.lines:
        rows += [levels.open("I", 2), *_shipped(line, quantity), ("REF", "2I", box.tracking)]
    return rows


def _shipped(line: AskedLine, quantity: int) -> list[Segment]:
    return [
        ("LIN", line.number, *line.products),
        ("SN1", line.number, str(quantity), line.unit),
    ]


def misprint(rows: Sequence[Segment]) -> list[Segment]:
    """Return a ship notice whose first quantity is written in words: SN102 must be a number."""
    at = next(n for n, row in enumerate(rows) if row[0] == "SN1")
    wrong = ("SN1", rows[at][1], "SOME", *rows[at][3:])
    return [*rows[:at], wrong, *rows[at + 1 :]]
