"""Promises: made when a partner is asked, moved by what is heard, each move a row with a reason."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.arrivals import AGREED
from hub.domain.change_rows import given_back
from hub.domain.exchange import Purpose
from hub.domain.facts import Change, Fact, FactKind
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
from hub.domain.orders import Evidence, Order, Package, Promise, PromiseKind
from hub.domain.promise_rows import history, is_late
from hub.domain.promises import REASONS, promised
from hub.domain.status import document
from hub.render import words
from tests.unit.domain.trade import NOON, Desk, notice, placed, sourced

SHIP, DOOR = PromiseKind.SHIP_BY, PromiseKind.DELIVER_BY


@dataclass(frozen=True, slots=True, kw_only=True)
class EveryDay:
    """A partner that works every day, ships in two and is four days away."""

    transit: int = 4

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(UTC).date()

    def end_of(self, day: date) -> datetime:
        return datetime.combine(day, time(23, 59, 59), tzinfo=UTC)

    def begun(self, now: datetime) -> datetime:
        return now + timedelta(days=2)

    def arrival(self, left_on: date, *, method: str) -> date:
        return left_on + timedelta(days=1 if method == "express" else self.transit)


class Bench(Desk):
    """A desk that follows each change with its promises, on a clock that the test turns."""

    def __init__(self, order: Order) -> None:
        super().__init__(order)
        self.now = NOON
        self.before: Order | None = None
        self.facts: list[Fact] = []
        self.follow(Change(order=order))

    def follow(self, change: Change) -> Change:
        self._papers += 1
        terms = dict.fromkeys(("acme", "delta"), EveryDay())
        names = Names(f"follow {self._papers}")
        after = promised(self.before, change, terms=terms, names=names, now=self.now)
        self.before = self.order = after.order
        self.facts += after.facts
        return after

    def hear(self, message: object) -> Change:
        return self.follow(super().hear(message))  # type: ignore[arg-type]

    def day(self, kind: PromiseKind = SHIP, part: int = 0) -> date:
        standing = self.order.promise(self.order.fulfillments[part].id, kind)
        assert standing is not None
        return standing.day

    def rows(self, kind: PromiseKind = SHIP) -> list[Promise]:
        return [one for one in self.order.promises if one.kind is kind]

    def moved(self) -> list[Fact]:
        return [fact for fact in self.facts if fact.kind is FactKind.PROMISE_MOVED]

    def silence(self, kind: FactKind) -> Change:
        body = {"fulfillment": self.order.fulfillments[0].id}
        return self.follow(Change(order=self.order, facts=(Fact(kind=kind, body=body),)))


def bench(*quantities: int, partners: tuple[str, ...] = ("acme",)) -> Bench:
    return Bench(sourced(placed(*(quantities or (2,))), *partners).order)


def says(
    order: Order, word: Answer, on: date | None, *, line: str = "1", day: int = 20
) -> OrderResponse:
    """A partner's answer on one line, with the day on which it ships."""
    answer = LineAnswer(answer=word, quantity=2, ships_on=on)
    return OrderResponse(
        purpose=Purpose.ORIGINAL,
        number=order.fulfillments[0].number,
        answered_on=date(2026, 11, day),
        lines=(OrderResponseLine(number=line, answers=(answer,)),),
    )


def nov(day: int) -> date:
    return date(2026, 11, day)


def test_a_part_is_promised_to_ship_and_to_arrive() -> None:
    desk = bench()
    assert (desk.day(SHIP), desk.day(DOOR)) == (nov(22), nov(26))
    assert [fact.kind for fact in desk.facts] == [FactKind.PROMISE_MADE]
    assert desk.order.fulfillments[0].ship_by == datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC)
    assert [one.reason for one in desk.order.promises] == ["placed", "placed"]


def test_what_ships_from_a_later_delivery_is_promised_by_its_stock_date() -> None:
    order = sourced(placed(2), "acme").order
    late = replace(order.fulfillments[0], ship_by=NOON + timedelta(days=9))
    desk = Bench(replace(order, fulfillments=(late,)))
    assert desk.rows()[0].evidence is Evidence.STOCK_DATE
    assert desk.day() == nov(29)


def test_a_later_day_moves_both_promises_with_its_reason() -> None:
    desk = bench()
    desk.hear(says(desk.order, Answer.BACKORDERED, nov(25)))
    assert (desk.day(SHIP), desk.day(DOOR)) == (nov(25), nov(29))
    assert [fact.body["reason"] for fact in desk.moved()] == ["backordered", "backordered"]
    assert desk.moved()[0].body["from"] == "2026-11-22"
    assert desk.rows()[-1].evidence is Evidence.ANSWER
    assert is_late(history(desk.order, desk.order.fulfillments[0], SHIP))


def test_the_same_day_again_is_no_move() -> None:
    desk = bench()
    desk.hear(says(desk.order, Answer.ACCEPTED, nov(25)))
    desk.hear(says(desk.order, Answer.ACCEPTED, nov(25), day=21))
    assert len(desk.rows()) == 2


def test_an_earlier_day_is_not_promised_but_takes_a_delay_back() -> None:
    desk = bench()
    desk.hear(says(desk.order, Answer.ACCEPTED, nov(21)))
    assert len(desk.rows()) == 1
    desk.hear(says(desk.order, Answer.BACKORDERED, nov(29), day=21))
    desk.hear(says(desk.order, Answer.ACCEPTED, nov(21), day=22))
    assert desk.day() == nov(22)
    assert desk.rows()[-1].reason == "sooner"


def test_the_day_of_one_line_does_not_take_back_the_delay_of_another() -> None:
    desk = bench(2, 2)
    desk.hear(says(desk.order, Answer.BACKORDERED, nov(29), line="2"))
    desk.hear(says(desk.order, Answer.ACCEPTED, nov(23), line="1", day=21))
    assert desk.day() == nov(29)


def test_a_day_that_is_over_says_nothing() -> None:
    desk = bench()
    desk.now = NOON + timedelta(days=10)
    desk.hear(says(desk.order, Answer.ACCEPTED, nov(25)))
    assert desk.day() == nov(22)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [(FactKind.RESPONSE_OVERDUE, "no_answer"), (FactKind.SHIPMENT_OVERDUE, "not_shipped")],
)
def test_silence_puts_the_promise_off_as_if_the_work_began_now(kind: FactKind, reason: str) -> None:
    desk = bench()
    desk.now = NOON + timedelta(days=1)
    desk.silence(kind)
    assert (desk.day(SHIP), desk.day(DOOR)) == (nov(23), nov(27))
    assert desk.rows()[-1].reason == reason
    assert desk.rows()[-1].evidence is Evidence.SILENCE


def test_an_answer_after_silence_takes_the_guess_back() -> None:
    desk = bench()
    desk.now = NOON + timedelta(days=1)
    desk.silence(FactKind.RESPONSE_OVERDUE)
    desk.hear(says(desk.order, Answer.ACCEPTED, None))
    assert desk.day() == nov(22)


def test_our_own_change_of_method_is_agreed_on_and_no_delay() -> None:
    desk = bench()
    group = replace(desk.order.groups[0], method_final="express")
    desk.follow(Change(order=replace(desk.order, groups=(group,))))
    assert desk.day(DOOR) == nov(23)
    assert desk.rows(DOOR)[-1].reason == "changed"
    slow = replace(group, method_final="ground")
    desk.follow(Change(order=replace(desk.order, groups=(slow,))))
    assert desk.day(DOOR) == nov(26)
    assert not is_late(history(desk.order, desk.order.fulfillments[0], DOOR))


def test_our_own_change_of_the_day_is_agreed_on() -> None:
    desk = bench()
    part = replace(desk.order.fulfillments[0], ship_by=NOON + timedelta(days=20))
    desk.follow(Change(order=desk.order.with_fulfillment(part)))
    assert (desk.day(SHIP), desk.day(DOOR)) == (date(2026, 12, 10), date(2026, 12, 14))
    assert {one.reason for one in desk.order.promises} == {"placed", "changed"}
    assert not is_late(history(desk.order, part, SHIP))


def test_goods_that_leave_late_arrive_later() -> None:
    desk = bench()
    desk.now = NOON + timedelta(days=4)
    shipped = replace(notice(desk.order, ("1", 2)), shipped_at=desk.now)
    desk.hear(shipped)
    assert desk.day(DOOR) == nov(28)
    assert desk.rows(DOOR)[-1].reason == "shipped"
    assert len(desk.rows(SHIP)) == 1


def test_a_notice_that_names_the_day_of_delivery_is_believed() -> None:
    desk = bench()
    desk.hear(replace(notice(desk.order, ("1", 2)), delivery_on=nov(28)))
    assert desk.day(DOOR) == nov(28)


def test_the_carriers_day_moves_the_promise_and_takes_it_back() -> None:
    desk = bench()
    desk.hear(replace(notice(desk.order, ("1", 2)), shipped_at=NOON))
    desk.follow(Change(order=_expected(desk.order, nov(30))))
    assert desk.day(DOOR) == nov(30)
    assert desk.rows(DOOR)[-1].evidence is Evidence.CARRIER
    desk.follow(Change(order=_expected(desk.order, nov(24))))
    assert desk.day(DOOR) == nov(26)


def _expected(order: Order, day: date) -> Order:
    shipment = order.shipments[0]
    package: Package = replace(
        shipment.packages[0], moment=CarrierMoment.IN_TRANSIT, expected_on=day
    )
    return replace(order, shipments=(replace(shipment, packages=(package,)),))


def test_a_line_that_another_partner_takes_over_keeps_its_history() -> None:
    desk = bench(2, partners=("acme", "delta"))
    desk.hear(says(desk.order, Answer.REJECTED, None))
    desk.now = NOON + timedelta(days=3)
    part = sourced(desk.order, "acme", "delta", seed="again").order.fulfillments[-1]
    part = replace(part, created_at=desk.now, ship_by=desk.now + timedelta(days=2))
    desk.follow(Change(order=replace(desk.order, fulfillments=(*desk.order.fulfillments, part))))
    rows = history(desk.order, part, SHIP)
    assert [one.day for one in rows] == [nov(22), nov(25)]
    assert rows[-1].reason == "resourced"
    assert is_late(rows)
    assert [fact.body["reason"] for fact in desk.moved()] == ["resourced", "resourced"]


# --- reports -----------------------------------------------------------------------------------


def report(order: Order, *lines: ReportedLine, name: str = "R1") -> OrderReport:
    return OrderReport(report=name, number=order.fulfillments[0].number, lines=lines)


def test_a_report_moves_promises_by_its_days() -> None:
    desk = bench()
    row = ReportedLine(progress=Progress.DELAYED, number="1", ships_on=nov(27))
    change = desk.hear(report(desk.order, row))
    assert change.facts[0].kind is FactKind.PROGRESS_REPORTED
    assert (desk.day(SHIP), desk.day(DOOR)) == (nov(27), date(2026, 12, 1))
    assert desk.rows()[-1].evidence is Evidence.REPORT


def test_a_report_told_again_does_nothing_and_said_otherwise_is_a_problem() -> None:
    desk = bench()
    row = ReportedLine(progress=Progress.BACKORDERED, number="1", quantity=2)
    desk.hear(report(desk.order, row))
    assert desk.order.lines[0].buckets.backordered == 2
    again = desk.hear(report(desk.order, row))
    assert (again.facts, again.effects, again.problems) == ((), (), ())
    other = desk.hear(report(desk.order, replace(row, quantity=1)))
    assert [problem.code for problem in other.problems] == ["said-otherwise-before"]


def test_what_a_report_cancels_is_declined_and_looks_for_another() -> None:
    desk = bench(3)
    desk.hear(
        report(
            desk.order,
            ReportedLine(progress=Progress.CANCELLED, number="1", quantity=1),
            ReportedLine(progress=Progress.IN_WORK, number="1", quantity=2),
        )
    )
    line = desk.order.fulfillments[0].lines[0].buckets
    assert (line.cancelled, line.rejected, line.accepted, line.open) == (1, 1, 2, 2)
    assert desk.order.unsourced(desk.order.lines[0]) == 1


def test_a_report_speaks_for_lines_that_it_does_not_list() -> None:
    desk = bench(1, 1)
    message = OrderReport(
        report="R1",
        number=desk.order.fulfillments[0].number,
        whole=Progress.IN_WORK,
        ships_on=nov(24),
    )
    desk.hear(message)
    assert [line.buckets.accepted for line in desk.order.lines] == [1, 1]
    assert desk.day() == nov(24)


def test_an_unknown_line_of_a_report_is_a_located_problem() -> None:
    desk = bench()
    change = desk.hear(report(desk.order, ReportedLine(number="9", progress=Progress.IN_WORK)))
    assert [(one.code, one.where.path) for one in change.problems] == [("unknown-line", "lines[0]")]


# --- any order of events -----------------------------------------------------------------------

EVENTS = st.lists(
    st.tuples(
        st.integers(0, 30),  # hours that pass before
        st.one_of(
            st.tuples(st.sampled_from(list(Answer)), st.none() | st.integers(18, 30)),
            st.tuples(st.sampled_from(list(Progress)), st.none() | st.integers(18, 30)),
            st.tuples(st.just("ship"), st.integers(1, 2)),
            st.tuples(st.just("carrier"), st.integers(18, 30)),
            st.tuples(st.just("silence"), st.booleans()),
        ),
    ),
    max_size=10,
)


@given(EVENTS)
def test_in_any_order_of_events_the_chain_of_promises_is_whole(
    events: list[tuple[int, tuple[object, object]]],
) -> None:
    desk = bench(4)
    for n, (hours, (what, value)) in enumerate(events):
        desk.now += timedelta(hours=hours)
        before = desk.order
        happens(desk, n, what, value)
        part = desk.order.fulfillments[0]
        assert desk.order.promises[: len(before.promises)] == before.promises
        added = desk.order.promises[len(before.promises) :]
        for promise in added:
            was = before.promise(part.id, promise.kind)
            assert was is None or was.day != promise.day
            assert promise.made_at == desk.now
            assert promise.reason in REASONS - {"placed"}
            assert promise.day >= desk.now.date()
        standing = desk.order.promise(part.id, SHIP)
        assert standing is not None
        assert part.ship_by == standing.due
        for kind in (SHIP, DOOR):
            days = [one.day for one in desk.rows(kind)]
            assert min(days) == days[0]  # nothing is promised earlier than agreed
            agreed = [one for one in desk.rows(kind) if one.evidence in AGREED]
            assert is_late(desk.rows(kind)) is (days[-1] > agreed[-1].day)
    told = [(fact.body["kind"], fact.body["to"]) for fact in desk.moved()]
    rows = [(str(one.kind), str(one.day)) for one in desk.order.promises[2:]]
    assert told == rows


def happens(desk: Bench, n: int, what: object, value: object) -> None:
    """Let one drawn event come in."""
    on = date(2026, 11, value) if isinstance(value, int) and value >= 18 else None
    if isinstance(what, Answer):
        desk.hear(says(desk.order, what, on, day=n + 1))
    elif isinstance(what, Progress):
        row = ReportedLine(progress=what, number="1", quantity=1, ships_on=on)
        desk.hear(report(desk.order, row, name=f"R{n}"))
    elif what == "ship":
        units = value if isinstance(value, int) else 1
        message = notice(desk.order, ("1", units), name=f"N{n}", tracking=f"T{n}")
        desk.hear(replace(message, shipped_at=desk.now))
    elif what == "carrier" and desk.order.shipments and on:
        desk.follow(Change(order=_expected(desk.order, on)))
    elif what == "silence":
        kinds = (FactKind.RESPONSE_OVERDUE, FactKind.SHIPMENT_OVERDUE)
        desk.silence(kinds[bool(value)])


def test_what_leaves_a_part_takes_its_late_day_along() -> None:
    desk = bench(2, 2)
    desk.hear(replace(notice(desk.order, ("1", 2)), shipped_at=NOON))
    desk.hear(says(desk.order, Answer.BACKORDERED, nov(29), line="2"))
    assert desk.day(DOOR) == date(2026, 12, 3)
    part = desk.order.fulfillments[0]
    desk.follow(Change(order=given_back(desk.order, part.id, part.lines[1].id, 2)))
    assert desk.day(DOOR) == nov(26)
    assert desk.rows(DOOR)[-1].reason == "sooner"


def test_a_promise_speaks_of_the_lines_that_are_still_to_come() -> None:
    desk = bench(2, 2, 1)
    desk.hear(replace(notice(desk.order, ("1", 2)), shipped_at=NOON))
    part = desk.order.fulfillments[0]
    desk.follow(Change(order=_without(desk.order, part.lines[1].id, 2)))
    assert _spoken(desk.order) == [("ship_by", ["3"], 1), ("deliver_by", ["1", "3"], 3)]
    back = replace(desk.order.shipments[0].packages[0], moment=CarrierMoment.RETURNED)
    shipment = replace(desk.order.shipments[0], packages=(back,))
    desk.follow(Change(order=replace(desk.order, shipments=(shipment,))))
    assert _spoken(desk.order) == [("ship_by", ["3"], 1), ("deliver_by", ["3"], 1)]


def _without(order: Order, line_id: str, units: int) -> Order:
    """The order after a partner and its customer both gave up units."""
    part = order.fulfillments[0]
    line = next(one for one in part.lines if one.id == line_id)
    after = given_back(order, part.id, line_id, units)
    whole = after.line(line.line_id)
    return after.with_line(replace(whole, buckets=whole.buckets.cancel(units)))


def _spoken(order: Order) -> list[tuple[str, list[str], int]]:
    page = document(order, version=1, now=NOON)
    return [(one["kind"], one["lines"], one["open"]) for one in page["promises"]]


def test_good_news_never_carries_the_words_of_a_delay() -> None:
    desk = bench()
    desk.hear(says(desk.order, Answer.BACKORDERED, nov(29)))
    desk.hear(says(desk.order, Answer.ACCEPTED, nov(25), day=22))
    desk.hear(says(desk.order, Answer.ACCEPTED, nov(28), day=23))
    reasons = [one.reason for one in desk.rows(DOOR)]
    assert reasons == ["placed", "backordered", "sooner", "rescheduled"]
    was, now = desk.rows(DOOR)[1].day, desk.rows(DOOR)[2].day
    assert words.reason("sooner", was=was, now=now) == "it goes faster than planned"
