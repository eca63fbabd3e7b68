"""Pieces that nobody put off keep their own day at the door, whatever becomes of the rest."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from hub.domain.change_rows import given_back
from hub.domain.exchange import Purpose
from hub.domain.facts import Change, Fact, FactKind
from hub.domain.headline import headline
from hub.domain.hearing import set_buckets
from hub.domain.messages import (
    Answer,
    CarrierMoment,
    LineAnswer,
    OrderReport,
    OrderResponse,
    OrderResponseLine,
    Progress,
    ReportedLine,
)
from hub.domain.names import Names
from hub.domain.next_arrival import with_next_arrival
from hub.domain.next_due import with_next_due
from hub.domain.orders import Order
from hub.domain.promises import day_meant, promised
from hub.domain.status import Word, document, word_at
from tests.unit.domain.test_promises import EveryDay, nov
from tests.unit.domain.trade import NOON, Desk, notice, placed, sourced

SOON, LATE = "2026-11-26", "2026-12-05"
LATER = date(2026, 12, 1)  # leaves then, and is at the door four days after


class Bench(Desk):
    """A desk that follows each change as the hub does, on a clock that the test turns."""

    def __init__(self, *quantities: int, terms: EveryDay = EveryDay()) -> None:  # noqa: B008
        super().__init__(sourced(placed(*quantities), "acme").order)
        self.now, self.before, self.terms = NOON, None, terms
        self.said: Sequence[Fact] = ()
        self.follow(Change(order=self.order))

    before: Order | None

    def follow(self, change: Change) -> None:
        self._papers += 1
        terms, now = dict.fromkeys(("acme", "delta"), self.terms), self.now
        names = Names(f"follow {self._papers}")
        after = promised(self.before, change, terms=terms, names=names, now=now)
        after = with_next_due(self.before, after, terms=terms, now=now)
        after = with_next_arrival(self.before, after, terms=terms, names=names, now=now)
        self.before = self.order = after.order
        self.said = [
            fact
            for fact in after.facts
            if fact.kind is FactKind.PROMISE_MOVED and fact.body["kind"] != "ship_by"
        ]

    def answers(self, *said: tuple[str, Answer, int, date | None]) -> None:
        """The partner says of each line how many leave when."""
        lines = tuple(
            OrderResponseLine(
                number=number,
                answers=tuple(
                    LineAnswer(answer=word, quantity=units, ships_on=day)
                    for line, word, units, day in said
                    if line == number
                ),
            )
            for number in dict.fromkeys(one[0] for one in said)
        )
        number = self.order.fulfillments[0].number
        day = date(2026, 11, 20) + timedelta(days=self._papers)
        purpose = Purpose.ORIGINAL
        self.follow(
            self.hear(OrderResponse(purpose=purpose, number=number, answered_on=day, lines=lines))
        )

    def ship(self, *lines: tuple[str, int], name: str = "SHP1") -> None:
        paper = notice(self.order, *lines, name=name, tracking=name)
        self.follow(self.hear(replace(paper, shipped_at=self.now)))

    def take(self, line: int, units: int) -> None:
        """The customer and the partner both give up units."""
        part = self.order.fulfillments[0]
        after = given_back(self.order, part.id, part.lines[line].id, units)
        whole = after.line(part.lines[line].line_id)
        after = after.with_line(replace(whole, buckets=whole.buckets.cancel(units)))
        self.follow(Change(order=after))

    def refused_and_resourced(self, units: int) -> None:
        """The partner gives units back, and in the same moment another is asked for them."""
        order = self.order
        line = order.fulfillments[0].lines[0]
        order = given_back(order, order.fulfillments[0].id, line.id, units)
        former = order.fulfillments[0].lines[0].buckets
        former = replace(former, rejected=units)
        order = set_buckets(order, order.fulfillments[0].id, line.id, former)
        order = sourced(order, "delta", seed="again").order
        other = replace(order.fulfillments[1], created_at=self.now)
        self.follow(Change(order=order.with_fulfillment(other)))

    def carrier(self, moment: CarrierMoment, expected_on: date | None = None) -> None:
        """What becomes of the first parcel."""
        shipment = self.order.shipments[0]
        box = replace(shipment.packages[0], moment=moment, expected_on=expected_on)
        sent = (replace(shipment, packages=(box,)), *self.order.shipments[1:])
        self.follow(Change(order=replace(self.order, shipments=sent)))

    def doors(self) -> list[tuple[str, dict[str, int], bool]]:
        """The days of arrival, of how many units of each line, and whether they are late."""
        page = document(self.order, version=1, now=self.now)
        return [
            (one["now"], {row["line"]: row["quantity"] for row in one["units"]}, one["late"])
            for one in page["promises"]
            if one["kind"] == "deliver_by" and one["open"]
        ]

    def told(self) -> list[tuple[object, object, object, list[tuple[str, int]]]]:
        """The moves of the day of arrival that the last change told, with their goods."""
        return [
            (
                fact.body["from"],
                fact.body["to"],
                fact.body["reason"],
                [
                    (self.order.line(str(row["line"])).number, row["quantity"])
                    for row in fact.body["lines"]  # type: ignore[attr-defined]
                ],
            )
            for fact in self.said
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class There(EveryDay):
    """The same partner in a zone of its own."""

    zone: str

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self.zone)).date()

    def end_of(self, day: date) -> datetime:
        return datetime.combine(day, time(23, 59, 59), tzinfo=ZoneInfo(self.zone)).astimezone(UTC)


def bench(*quantities: int, terms: EveryDay = EveryDay()) -> Bench:  # noqa: B008
    """Two lines, the second of which leaves later."""
    desk = Bench(*(quantities or (2, 3)), terms=terms)
    desk.answers(("1", Answer.ACCEPTED, 2, None), ("2", Answer.BACKORDERED, 3, LATER))
    return desk


def test_only_what_was_put_off_has_the_later_day() -> None:
    desk = bench()
    assert desk.doors() == [(SOON, {"1": 2}, False), (LATE, {"2": 3}, True)]
    assert desk.told() == [(SOON, LATE, "backordered", [("2", 3)])]
    page = document(desk.order, version=1, now=desk.now)
    assert word_at(page, desk.now) is Word.DELAYED
    assert (
        headline(page, desk.now) == "Delayed: a part is now expected by Sat 5 Dec, was Thu 26 Nov"
    )
    assert page["ship_by"] == desk.order.fulfillments[0].next_due.isoformat()  # type: ignore[union-attr]


def test_one_line_may_be_put_off_in_part() -> None:
    desk = Bench(3)
    desk.answers(("1", Answer.ACCEPTED, 1, None), ("1", Answer.BACKORDERED, 2, LATER))
    assert desk.doors() == [(SOON, {"1": 1}, False), (LATE, {"1": 2}, True)]


def test_a_part_of_which_all_is_put_off_has_one_day() -> None:
    desk = Bench(2, 3)
    desk.answers(("1", Answer.BACKORDERED, 2, LATER), ("2", Answer.BACKORDERED, 3, LATER))
    assert desk.doors() == [(LATE, {"1": 2, "2": 3}, True)]
    assert "lines" not in desk.said[0].body


def test_a_later_day_of_the_others_is_their_own_move() -> None:
    desk = bench()
    desk.answers(("1", Answer.ACCEPTED, 2, nov(24)))
    assert desk.doors() == [("2026-11-28", {"1": 2}, True), (LATE, {"2": 3}, True)]
    assert desk.told() == [(SOON, "2026-11-28", "rescheduled", [("1", 2)])]
    desk.answers(("2", Answer.BACKORDERED, 3, date(2026, 12, 3)))
    assert [day for day, _, _ in desk.doors()] == ["2026-11-28", "2026-12-07"]
    assert desk.told() == [(LATE, "2026-12-07", "backordered", [("2", 3)])]
    page = document(desk.order, version=1, now=desk.now)
    assert headline(page, desk.now) == "Delayed: now expected by Mon 7 Dec, was Thu 26 Nov"


def test_what_left_first_keeps_its_day_until_it_arrived() -> None:
    desk = bench()
    desk.ship(("1", 2))
    assert desk.doors() == [(SOON, {"1": 2}, False), (LATE, {"2": 3}, True)]
    desk.carrier(CarrierMoment.IN_TRANSIT, nov(27))
    assert desk.doors() == [("2026-11-27", {"1": 2}, True), (LATE, {"2": 3}, True)]
    assert desk.told() == [(SOON, "2026-11-27", "carrier", [("1", 2)])]
    desk.carrier(CarrierMoment.DELIVERED, nov(27))
    assert desk.doors() == [(LATE, {"2": 3}, True)]
    assert desk.told() == []


def test_what_left_before_the_rest_was_put_off_keeps_its_day_as_well() -> None:
    desk = Bench(2, 3)
    desk.ship(("1", 2))
    desk.answers(("2", Answer.BACKORDERED, 3, LATER))
    assert desk.doors() == [(SOON, {"1": 2}, False), (LATE, {"2": 3}, True)]
    assert desk.told() == [(SOON, LATE, "backordered", [("2", 3)])]


def test_once_nothing_put_off_is_left_the_first_day_is_that_of_all() -> None:
    desk = bench()
    desk.take(1, 3)
    assert desk.doors() == [(SOON, {"1": 2}, False)]
    assert desk.told() == [(LATE, SOON, "sooner", [])], "nobody waits for what had that day"
    part = desk.order.fulfillments[0]
    assert (part.ship_by, part.next_due) == (EveryDay().end_of(nov(22)), None)


def _moves(desk: Bench) -> list[tuple[str, int, list[tuple[str, str]]]]:
    """How each promise that stands moved, and of how many pieces."""
    page = document(desk.order, version=1, now=desk.now)
    return [
        (one["kind"], one["open"], [(move["from"], move["to"]) for move in one["moves"]])
        for one in page["promises"]
    ]


def test_what_stays_of_a_line_never_had_the_day_of_what_was_given_back() -> None:
    desk = Bench(5)
    desk.answers(("1", Answer.ACCEPTED, 2, None), ("1", Answer.BACKORDERED, 3, LATER))
    desk.take(0, 3)
    assert desk.doors() == [(SOON, {"1": 2}, False)]
    assert desk.told() == [(LATE, SOON, "sooner", [])]
    assert _moves(desk) == [("ship_by", 2, []), ("deliver_by", 2, [])]
    desk.answers(("1", Answer.BACKORDERED, 2, LATER))  # what stays may be put off as well
    [ship, door] = _moves(desk)
    assert (ship[2], door[2]) == ([("2026-11-22", "2026-12-01")], [(SOON, LATE)])


def test_what_stays_keeps_the_day_that_was_its_own() -> None:
    desk = Bench(5)
    desk.answers(("1", Answer.ACCEPTED, 2, nov(24)), ("1", Answer.BACKORDERED, 3, LATER))
    assert [day for day, _, _ in desk.doors()] == ["2026-11-28", LATE]
    desk.take(0, 3)
    assert desk.doors() == [("2026-11-28", {"1": 2}, True)]
    assert _moves(desk)[1] == ("deliver_by", 2, [(SOON, "2026-11-28")])


def test_put_off_pieces_that_only_some_of_are_given_back_name_the_others() -> None:
    desk = Bench(5)
    desk.answers(("1", Answer.ACCEPTED, 2, None), ("1", Answer.BACKORDERED, 3, LATER))
    desk.take(0, 1)
    assert desk.doors() == [(SOON, {"1": 2}, False), (LATE, {"1": 2}, True)]
    desk.answers(("1", Answer.ACCEPTED, 4, None))
    assert desk.told() == [(LATE, SOON, "sooner", [("1", 2)])]


def test_pieces_that_go_to_another_partner_take_the_day_they_had_with_them() -> None:
    desk = Bench(5)
    desk.answers(("1", Answer.ACCEPTED, 2, None), ("1", Answer.BACKORDERED, 3, LATER))
    desk.now += timedelta(hours=1)
    desk.refused_and_resourced(3)
    whole = [(SOON, LATE), (LATE, SOON)]
    assert [one for one in _moves(desk) if one[0] == "deliver_by"] == [
        ("deliver_by", 2, []),
        ("deliver_by", 3, whole),
    ]
    assert desk.told() == [
        (LATE, SOON, "sooner", []),
        (LATE, SOON, "resourced", [("1", 3)]),
    ]


def test_what_was_put_off_may_leave_first() -> None:
    desk = bench()
    desk.ship(("2", 3))
    assert desk.doors() == [(SOON, {"1": 2, "2": 3}, False)]
    assert desk.told() == [(LATE, SOON, "sooner", [("2", 3)])]
    assert desk.order.fulfillments[0].due == EveryDay().end_of(nov(22))


def test_all_acknowledged_anew_in_time_is_news_of_what_was_late() -> None:
    desk = bench()
    desk.answers(("1", Answer.ACCEPTED, 2, None), ("2", Answer.ACCEPTED, 3, None))
    assert desk.doors() == [(SOON, {"1": 2, "2": 3}, False)]
    assert desk.told() == [(LATE, SOON, "sooner", [("2", 3)])]


def test_the_late_line_acknowledged_anew_is_enough() -> None:
    desk = bench()
    desk.answers(("2", Answer.ACCEPTED, 3, None))
    assert desk.doors() == [(SOON, {"1": 2, "2": 3}, False)]
    assert desk.told() == [(LATE, SOON, "sooner", [("2", 3)])]


def test_the_others_put_off_to_the_same_day_are_news_and_taken_back_again() -> None:
    desk = bench()
    desk.answers(("1", Answer.BACKORDERED, 2, LATER))
    assert desk.doors() == [(LATE, {"1": 2, "2": 3}, True)]
    assert desk.told() == [(SOON, LATE, "backordered", [("1", 2)])]
    desk.answers(("1", Answer.ACCEPTED, 2, None))
    assert desk.doors() == [(SOON, {"1": 2}, False), (LATE, {"2": 3}, True)]
    assert desk.told() == [(LATE, SOON, "sooner", [("1", 2)])]


def test_a_first_day_that_passes_is_late_while_the_rest_waits() -> None:
    desk = bench()
    desk.ship(("1", 2))
    page = document(desk.order, version=1, now=desk.now)
    at = EveryDay().end_of(nov(26))
    said = "Delayed: a part was to arrive by Thu 26 Nov; we are finding out why"
    assert headline(page, at) == said


CHICAGO, BERLIN, AUCKLAND = "America/Chicago", "Europe/Berlin", "Pacific/Auckland"


def _says_nothing(desk: Bench) -> None:
    desk.follow(Change(order=desk.order))


def _repeats(desk: Bench) -> None:
    desk.answers(("1", Answer.ACCEPTED, 2, nov(22)), ("2", Answer.BACKORDERED, 3, LATER))


def _agrees_again(desk: Bench) -> None:
    desk.answers(("1", Answer.ACCEPTED, 2, None))


def _ships_some(desk: Bench) -> None:
    desk.ship(("1", 1))


def _reports(desk: Bench) -> None:
    rows = (ReportedLine(number="1", progress=Progress.IN_WORK, quantity=2),)
    number = desk.order.fulfillments[0].number
    paper = OrderReport(purpose=Purpose.ORIGINAL, report="R1", number=number, lines=rows)
    desk.follow(desk.hear(paper))


def _is_relieved_of_the_rest(desk: Bench) -> None:
    desk.take(1, 3)


@pytest.mark.parametrize(
    "event",
    [_says_nothing, _repeats, _agrees_again, _ships_some, _reports, _is_relieved_of_the_rest],
)
@pytest.mark.parametrize(
    ("was", "now"),
    [(CHICAGO, BERLIN), (BERLIN, CHICAGO), (CHICAGO, AUCKLAND), (AUCKLAND, CHICAGO)],
)
def test_another_zone_of_its_partner_moves_no_day(
    event: Callable[[Bench], None], was: str, now: str
) -> None:
    stays, moves = bench(terms=There(zone=was)), bench(terms=There(zone=was))
    moves.terms = There(zone=now)
    event(stays)
    event(moves)
    assert moves.doors() == stays.doors()
    assert moves.told() == stays.told()
    _says_nothing(moves)
    assert (moves.doors(), moves.told()) == (stays.doors(), [])


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed(EveryDay):
    """The same partner once it set a day off on which nothing of it goes on."""

    off: date

    def arrival(self, left_on: date, *, method: str) -> date:
        there = EveryDay.arrival(self, left_on, method=method)
        return there + timedelta(days=1) if left_on < self.off <= there else there


@pytest.mark.parametrize(
    "event",
    [_says_nothing, _repeats, _agrees_again, _ships_some, _reports, _is_relieved_of_the_rest],
)
@pytest.mark.parametrize("off", [nov(25), date(2026, 12, 3)])
def test_a_day_off_that_was_set_since_moves_no_day(
    event: Callable[[Bench], None], off: date
) -> None:
    stays, moves = bench(), bench()
    moves.terms = Closed(off=off)
    for act in (event, _says_nothing):
        act(stays)
        act(moves)
        assert (moves.doors(), moves.told()) == (stays.doors(), stays.told())


def test_a_day_off_before_a_part_is_in_two_moves_what_is_put_off_alone() -> None:
    desk = Bench(2, 3)
    desk.terms = Closed(off=nov(25))
    desk.answers(("1", Answer.ACCEPTED, 2, None), ("2", Answer.BACKORDERED, 3, LATER))
    assert desk.doors() == [(SOON, {"1": 2}, False), (LATE, {"2": 3}, True)]
    desk.answers(("1", Answer.ACCEPTED, 2, nov(23)))  # what is said from now on, counts with it
    assert [day for day, _, _ in desk.doors()] == ["2026-11-28", LATE]


def test_a_parcel_under_way_is_no_later_for_a_day_off_that_was_set_since() -> None:
    desk = bench()
    desk.ship(("1", 1))
    desk.terms = Closed(off=nov(24))
    _says_nothing(desk)
    _reports(desk)
    assert desk.doors() == [(SOON, {"1": 2}, False), (LATE, {"2": 3}, True)]
    desk.carrier(CarrierMoment.IN_TRANSIT, nov(27))
    assert desk.doors() == [("2026-11-27", {"1": 2}, True), (LATE, {"2": 3}, True)]


def test_a_moment_is_of_the_day_of_the_zone_in_which_it_was_promised() -> None:
    was, now = There(zone=CHICAGO), There(zone=BERLIN)
    desk = bench(terms=was)
    part = desk.order.fulfillments[0].id
    for n in range(9):  # summer time has ended between some of these and the promises
        day = date(2026, 10, 28) + timedelta(days=n)
        assert day_meant(desk.order, part, was.end_of(day), terms=now) == day
        assert day_meant(desk.order, part, now.end_of(day), terms=now) == day
