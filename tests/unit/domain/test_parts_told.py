"""The word and the sentence where parts differ: one is late, one has nobody, one comes back."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from hub.domain.headline import headline
from hub.domain.messages import Answer, CarrierMoment
from hub.domain.orders import Order, Package
from hub.domain.shipping import arrived
from hub.domain.status import Word, as_of, document, unfilled, word_at
from tests.unit.domain.test_promises import Bench, bench, nov, says
from tests.unit.domain.trade import NOON, notice, placed, sourced


def _page(order: Order, now: datetime = NOON) -> dict[str, Any]:
    return document(order, version=1, now=now)


def _said(order: Order, now: datetime = NOON) -> str:
    return headline(_page(order, now), now, unfilled=unfilled(order))


# --- two parts, one of them late -----------------------------------------------------------------


def _door(part: int, first: date, now: date, *, late: bool = False) -> list[dict[str, Any]]:
    """A part's two promises: it arrives four days after it ships."""
    rows = []
    for kind, days in (("ship_by", 4), ("deliver_by", 0)):
        was, day = (one - timedelta(days=days) for one in (first, now))
        due = datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=UTC).isoformat()
        told = {"kind": kind, "part": part, "lines": [str(part)], "open": 1, "moves": []}
        rows.append(
            {**told, "first": str(was), "now": str(day), "due": due, "late": late and day > was}
        )
    return rows


def _parts(*promises: list[dict[str, Any]], now: datetime) -> str:
    line = {"ordered": 1, "open": 1, "shipped": 0, "delivered": 0, "returned": 0}
    rows = [one for part in promises for one in part]
    page = {
        "lines": [{**line, "being_prepared": 1} for _ in promises],
        "parcels": [],
        "promises": rows,
        "ship_by": min(one["due"] for one in rows if one["kind"] == "ship_by"),
    }
    assert word_at(page, now) is Word.DELAYED
    return headline(page, now)


LAST = _door(2, date(2026, 12, 5), date(2026, 12, 5))


def test_a_part_that_was_put_off_is_told_and_not_the_day_of_the_other() -> None:
    late = _door(1, nov(27), nov(30), late=True)
    assert _parts(late, LAST, now=NOON) == (
        "Delayed: a part is now expected by Mon 30 Nov, was Fri 27 Nov"
    )
    both = _door(2, nov(27), date(2026, 12, 5), late=True)
    assert _parts(late, both, now=NOON) == "Delayed: now expected by Sat 5 Dec, was Fri 27 Nov"


def test_a_part_that_did_not_leave_or_arrive_is_told_and_not_the_day_of_the_other() -> None:
    plain = _door(1, nov(27), nov(27))
    assert _parts(plain, LAST, now=datetime(2026, 11, 24, tzinfo=UTC)) == (
        "Delayed: a part was not shipped in time; expected by Fri 27 Nov"
    )
    assert _parts(plain, LAST, now=datetime(2026, 11, 28, tzinfo=UTC)) == (
        "Delayed: a part was to arrive by Fri 27 Nov; we are finding out why"
    )


def test_what_leaves_later_and_arrives_in_time_was_not_missed_yet() -> None:
    late = _door(1, nov(27), nov(28), late=True)
    late[1] |= {"first": "2026-11-28"}
    assert _parts(late, LAST, now=NOON) == (
        "Delayed: a part leaves later than planned; expected by Sat 28 Nov"
    )
    assert _parts(late, now=NOON) == (
        "Delayed: it leaves later than planned; expected by Sat 28 Nov"
    )


# --- units that nobody fills ---------------------------------------------------------------------


def _half(*quantities: int) -> Bench:
    """An order of which Acme was asked for the first line alone."""
    order = sourced(placed(*quantities), "acme").order
    (part,) = order.fulfillments
    return Bench(replace(order, fulfillments=(replace(part, lines=part.lines[:1]),)))


def test_what_nobody_fills_has_no_day_and_makes_none_the_day_of_the_whole() -> None:
    desk = _half(2, 1)
    assert unfilled(desk.order) == {"2": 1}
    assert _page(desk.order)["status"] == Word.CONFIRMED
    assert _said(desk.order) == (
        "Part of it arrives by Thu 26 Nov; we are finding out when the rest ships"
    )
    assert _said(placed(2)) == "Confirmed; we are finding out when it ships"


def test_what_nobody_fills_is_late_once_the_rest_should_have_left() -> None:
    desk = _half(2, 1)
    desk.hear(notice(desk.order, ("1", 2)))
    page = _page(desk.order)
    due = datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC)
    assert (page["status"], page["ship_by"]) == (Word.PART_SHIPPED, due.isoformat())
    assert _said(desk.order) == "Part shipped; we are finding out when the rest ships"
    assert page["next_change_at"] == due.isoformat()
    assert as_of(page, due)["status"] == Word.DELAYED
    assert _said(desk.order, due) == "Delayed: we are finding out when the rest ships"


def test_what_was_declined_keeps_the_day_of_leaving_and_loses_that_of_arrival() -> None:
    desk = bench(2, 1)
    desk.hear(says(desk.order, Answer.REJECTED, None))
    page = _page(desk.order)
    opened = {one["kind"]: one["open"] for one in page["promises"]}
    assert opened == {"ship_by": 3, "deliver_by": 1}
    assert _said(desk.order).startswith("Part of it arrives by Thu 26 Nov")
    alone = bench()
    alone.hear(says(alone.order, Answer.REJECTED, None))
    assert _said(alone.order) == "Confirmed; we are finding out when it ships"
    later = datetime(2026, 11, 23, tzinfo=UTC)
    assert _said(alone.order, later) == "Delayed: we are finding out when it ships"


# --- parcels that come back ----------------------------------------------------------------------


def _parcels(*moments: tuple[CarrierMoment, ...]) -> Order:
    """An order of two units a line, each line in a parcel; what carriers told of each."""
    desk = bench(*([2] * len(moments)))
    for n, _ in enumerate(moments, start=1):
        paper = notice(desk.order, (str(n), 2))
        desk.hear(replace(paper, notice=f"S-{n}", shipped_at=NOON))
    order = desk.order
    for n, told in enumerate(moments):
        for moment in told:
            order = _after(order, n, moment)
    return order


def _after(order: Order, n: int, moment: CarrierMoment) -> Order:
    shipment = order.shipments[n]
    package: Package = replace(shipment.packages[0], moment=moment, moment_at=NOON)
    shipments = list(order.shipments)
    shipments[n] = replace(shipment, packages=(package,))
    order = replace(order, shipments=tuple(shipments))
    if moment is CarrierMoment.DELIVERED:
        order = arrived(order, shipment.fulfillment_id, package.lines)
    return order


THERE, BACK = (CarrierMoment.DELIVERED,), (CarrierMoment.RETURNED,)


@pytest.mark.parametrize(
    ("moments", "word", "said"),
    [
        ([THERE, BACK], Word.DELIVERED, "Part delivered; a parcel comes back to us"),
        ([THERE, BACK, BACK], Word.DELIVERED, "Part delivered; 2 parcels come back to us"),
        ([THERE, (*THERE, *BACK)], Word.DELIVERED, "Part delivered; a parcel comes back to us"),
        ([(*THERE, *BACK)], Word.RETURNED, "Returned: it comes back to us"),
        (
            [BACK, BACK],
            Word.RETURNED,
            "Returned: it could not be delivered and comes back to us",
        ),
        ([THERE, THERE], Word.DELIVERED, "Delivered Fri 20 Nov"),
        ([BACK, ()], Word.SHIPPED, "Arriving by Thu 26 Nov"),
    ],
)
def test_only_what_all_comes_back_is_returned(
    moments: list[tuple[CarrierMoment, ...]], word: Word, said: str
) -> None:
    order = _parcels(*moments)
    assert (_page(order)["status"], _said(order)) == (word, said)


def test_more_to_come_is_said_before_what_comes_back() -> None:
    desk = bench(2, 1)
    desk.hear(notice(desk.order, ("1", 2)))
    order = _after(desk.order, 0, CarrierMoment.RETURNED)
    assert _page(order)["status"] == Word.PART_SHIPPED
