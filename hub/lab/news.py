"""What a supplier tells after its answer, in 004010: 865, 870, 824 and 214."""

from collections.abc import Iterable
from datetime import date, datetime

from hub.lab.asked import AskedChange, AskedLine, AskedOrder
from hub.lab.terms import Departure
from hub.lab.x12 import Segment, unpacked

YES, NO = "AT", "RJ"  # X12 587


def change_answer(change: AskedChange, *, yes: bool, at: datetime) -> list[Segment]:
    """Return the 865 of an 860: yes to all of it, or no; its lines are said again as they came."""
    head: Segment = (
        "BCA", "01" if change.whole else "00", YES if yes else NO, change.order, "",
        change.words.get("name", ""), f"{at:%Y%m%d}",
    )  # fmt: skip
    lines = [row[:6] for row in unpacked(change.words.get("lines", ""))] if yes else []
    return [head, *lines, *([("CTT", str(len(lines)))] if lines else [])]


def report(
    order: AskedOrder, lines: Iterable[tuple[AskedLine, date]], *, at: datetime
) -> list[Segment]:
    """Return the 870 that puts lines of an order off to other days (ISR01 `SD`)."""
    rows: list[Segment] = []
    for line, day in lines:
        rows.append(
            ("PO1", line.number, str(line.quantity), line.unit, "", "", *line.products),
        )
        rows.append(("ISR", "SD", f"{day:%Y%m%d}"))
    return [
        ("BSR", "3", "PA", f"R-{order.number}", f"{at:%Y%m%d}"),
        ("HL", "1", "", "O"),
        ("PRF", order.number, "", "", order.day),
        *rows,
        ("CTT", str(len(rows) // 2)),
    ]


def advice(order: AskedOrder, *, at: datetime) -> list[Segment]:
    """Return the 824 by which a supplier's application takes an order (OTI01 `TA`)."""
    number = order.number
    return [
        ("BGN", "11", f"A-{number}", f"{at:%Y%m%d}"),
        ("OTI", "TA", "PO", number, "", "", "", "", "", "", "850"),
    ]


def brought(order: AskedOrder, departure: Departure, *, at: datetime) -> list[Segment]:
    """Return the 214 of a supplier's own drivers: every parcel is delivered; `at` is in UTC."""
    number = order.number
    rows: list[Segment] = []
    for ordinal, box in enumerate(departure.boxes, start=1):
        rows += [
            ("LX", str(ordinal)),
            ("AT7", "D1", "NS", "", "", f"{at:%Y%m%d}", f"{at:%H%M}", "UT"),
            ("L11", box.tracking, "CN"),
        ]
    head: Segment = ("B10", departure.boxes[0].tracking, departure.notice, departure.carrier.scac)
    return [head, ("L11", number, "PO"), *rows]
