"""The customer's words from parcels, promises and the clock; the sentence over them."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from hub.domain.facts import Change, FactKind
from hub.domain.headline import headline
from hub.domain.messages import Answer, CarrierMoment
from hub.domain.orders import Order
from hub.domain.status import LEADS_TO, Word, as_of, document, word_at
from tests.unit.domain.test_promises import EVENTS, Bench, bench, happens, nov, says
from tests.unit.domain.trade import NOON, notice, placed, sourced


def _page(desk: Bench) -> dict[str, Any]:
    return document(desk.order, version=1, now=desk.now)


def _told(
    order: Order, moment: CarrierMoment, at: datetime, *, parcel: int = 0, day: date | None = None
) -> Order:
    """The order with what a carrier tells of one of its parcels."""
    shipments = list(order.shipments)
    package = replace(shipments[parcel].packages[0], moment=moment, moment_at=at, expected_on=day)
    shipments[parcel] = replace(shipments[parcel], packages=(package,))
    return replace(order, shipments=tuple(shipments))


def _shipped() -> Bench:
    desk = bench()
    desk.hear(replace(notice(desk.order, ("1", 2)), shipped_at=NOON, carrier="ups"))
    return desk


@pytest.mark.parametrize(
    ("moment", "word", "state"),
    [
        (CarrierMoment.PICKED_UP, Word.ON_ITS_WAY, "on_its_way"),
        (CarrierMoment.IN_TRANSIT, Word.ON_ITS_WAY, "on_its_way"),
        (CarrierMoment.OUT_FOR_DELIVERY, Word.OUT_FOR_DELIVERY, "out_for_delivery"),
        (CarrierMoment.ATTEMPTED, Word.ON_ITS_WAY, "attempted"),
        (CarrierMoment.EXCEPTION, Word.ON_ITS_WAY, "problem"),
        (CarrierMoment.RETURNED, Word.RETURNED, "returned"),
    ],
)
def test_what_carriers_tell_becomes_the_word_and_the_parcels_state(
    moment: CarrierMoment, word: Word, state: str
) -> None:
    desk = _shipped()
    assert _page(desk)["status"] == Word.SHIPPED
    desk.follow(Change(order=_told(desk.order, moment, NOON)))
    page = _page(desk)
    assert (page["status"], page["parcels"][0]["state"]) == (word, state)


def test_every_moment_of_a_carrier_has_a_state() -> None:
    desk = _shipped()
    for moment in CarrierMoment:
        order = _told(desk.order, moment, NOON)
        assert document(order, version=1, now=NOON)["parcels"][0]["state"]


def test_what_was_put_off_is_delayed_until_it_leaves() -> None:
    desk = bench()
    desk.hear(says(desk.order, Answer.BACKORDERED, nov(27)))
    page = _page(desk)
    assert page["status"] == Word.DELAYED
    assert page["promises"][0]["late"] is True
    assert page["promises"][0]["moves"] == [
        {
            "from": "2026-11-22",
            "to": "2026-11-27",
            "at": NOON.isoformat(),
            "reason": "backordered",
        }
    ]
    desk.hear(notice(desk.order, ("1", 2)))
    assert _page(desk)["status"] == Word.SHIPPED


def test_what_left_in_time_and_does_not_arrive_is_delayed_by_the_clock_alone() -> None:
    desk = _shipped()
    page = _page(desk)
    due = datetime(2026, 11, 26, 23, 59, 59, tzinfo=UTC)
    assert page["next_change_at"] == due.isoformat()
    assert as_of(page, due)["status"] == Word.DELAYED
    assert as_of(page, due)["next_change_at"] is None


def test_out_for_delivery_is_believed_for_a_day() -> None:
    desk = _shipped()
    near = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
    desk.follow(Change(order=_told(desk.order, CarrierMoment.OUT_FOR_DELIVERY, near)))
    desk.now = near
    page = _page(desk)
    over = near + timedelta(hours=24)
    assert page["next_change_at"] == over.isoformat()
    assert word_at(page, over - timedelta(seconds=1)) is Word.OUT_FOR_DELIVERY
    assert word_at(page, over) is Word.DELAYED


def test_units_that_their_partner_declined_keep_their_date() -> None:
    desk = bench()
    desk.hear(says(desk.order, Answer.REJECTED, None))
    page = _page(desk)
    assert page["status"] == Word.CONFIRMED
    assert as_of(page, datetime(2026, 11, 23, tzinfo=UTC))["status"] == Word.DELAYED


def test_a_document_of_an_older_version_is_read() -> None:
    line = {"ordered": 2, "open": 0, "shipped": 2, "delivered": 0, "returned": 0}
    old = {
        "lines": [{**line, "being_prepared": 0}],
        "parcels": [{"carrier": "ups", "tracking": "1Z1", "shipped_at": NOON.isoformat()}],
        "ship_by": None,
    }
    assert word_at(old, NOON) is Word.SHIPPED
    assert as_of(old, NOON)["next_change_at"] is None
    assert headline(old, NOON) == "Shipped"
    waiting = {
        "lines": [{**line, "open": 2, "shipped": 0, "being_prepared": 0}],
        "parcels": [],
        "ship_by": NOON.isoformat(),
    }
    assert word_at(waiting, NOON - timedelta(seconds=1)) is Word.CONFIRMED
    assert as_of(waiting, NOON - timedelta(days=1))["next_change_at"] == NOON.isoformat()
    assert headline(waiting, NOON) == "Delayed: we are finding out when it ships"


def test_a_part_that_was_asked_before_promises_were_kept_is_late_by_its_date() -> None:
    order = sourced(placed(1), "acme").order
    page = document(order, version=1, now=NOON)
    assert page["promises"] == []
    assert word_at(page, NOON + timedelta(days=2)) is Word.DELAYED


def test_parcels_have_their_carriers_link_and_no_ids_of_ours() -> None:
    page = _page(_shipped())
    text = json.dumps(page)
    assert page["parcels"][0]["part"] == 1
    for prefix in ("ful_", "fln_", "pro_", "pkg_", "shp_", "acme"):
        assert prefix not in text


def test_every_kind_of_fact_says_to_which_words_it_leads() -> None:
    assert set(LEADS_TO) == set(FactKind)


@given(EVENTS)
def test_words_follow_facts_and_never_contradict_the_quantities(
    events: list[tuple[int, tuple[object, object]]],
) -> None:
    desk = bench(4)
    for n, (hours, (what, value)) in enumerate(events):
        desk.now += timedelta(hours=hours)
        before = word_at(_page(desk), desk.now)
        told = len(desk.facts)
        happens(desk, n, what, value)
        page = _page(desk)
        word = Word(page["status"])
        facts = desk.facts[told:]
        if word is not before and what != "carrier":
            assert word in {one for fact in facts for one in LEADS_TO[fact.kind]}
        _agrees(word, page)
        later = page["next_change_at"]
        if later is not None:
            turn = datetime.fromisoformat(later)
            assert turn > desk.now
            assert word_at(page, turn - timedelta(microseconds=1)) is word
            assert word_at(page, turn) is not word
        assert word_at(page, desk.now + timedelta(days=400)) in (
            word,
            *({Word.DELAYED} if later else ()),
        )
        assert headline(page, desk.now)


def _agrees(word: Word, page: Mapping[str, Any]) -> None:
    (line,) = page["lines"]
    if word in (Word.CONFIRMED, Word.BEING_PREPARED):
        assert line["open"] > 0
        assert line["shipped"] == 0
    if word is Word.PART_SHIPPED:
        assert min(line["open"], line["shipped"]) > 0
    if word in (Word.SHIPPED, Word.ON_ITS_WAY, Word.OUT_FOR_DELIVERY):
        assert line["open"] == 0 < line["shipped"]
    if word is Word.DELIVERED:
        assert line["delivered"] >= line["shipped"] > 0
    if word is Word.CANCELLED:
        assert line["open"] == line["shipped"] == 0
    if word is Word.DELAYED:
        assert line["open"] or line["delivered"] < line["shipped"]


# --- the sentence ------------------------------------------------------------------------------


def test_the_sentence_says_when_it_arrives() -> None:
    desk = bench()
    assert headline(_page(desk), NOON) == "Arriving by Thu 26 Nov"
    desk.hear(replace(notice(desk.order, ("1", 2)), shipped_at=NOON))
    moved = _told(desk.order, CarrierMoment.IN_TRANSIT, NOON, day=nov(25))
    desk.follow(Change(order=moved))
    assert headline(_page(desk), NOON) == "Arriving Wed 25 Nov"


def test_the_sentence_names_no_day_while_a_parcel_is_held_up() -> None:
    desk = bench(3)
    for n in range(3):
        parcel = replace(notice(desk.order, ("1", 1)).parcels[0], tracking=f"1Z{n}")
        desk.hear(replace(notice(desk.order, ("1", 1)), notice=f"S{n}", parcels=(parcel,)))
    said = []
    for n in range(3):
        held = _told(desk.order, CarrierMoment.EXCEPTION, NOON, parcel=n, day=nov(25))
        desk.follow(Change(order=held))
        said.append(headline(_page(desk), NOON))
    assert said == [
        "A parcel is held up on its way; we are looking into it",
        "2 parcels are held up on their way; we are looking into it",
        "Held up on its way; we are looking into it",
    ]
    back = _told(desk.order, CarrierMoment.RETURNED, NOON, parcel=0)
    desk.follow(Change(order=back))
    assert headline(_page(desk), NOON) == "Held up on its way; we are looking into it"


def test_the_sentence_of_a_delay_says_the_new_day_and_the_old() -> None:
    desk = bench()
    desk.hear(says(desk.order, Answer.BACKORDERED, nov(30)))
    page = _page(desk)
    assert headline(page, NOON) == "Delayed: now expected by Fri 4 Dec, was Thu 26 Nov"
    past = datetime(2026, 12, 5, tzinfo=UTC)
    assert headline(page, past).startswith("Delayed: it was to arrive by Fri 4 Dec")


def test_the_sentence_of_a_day_uses_the_readers_zone() -> None:
    desk = _shipped()
    evening = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)
    order = _told(desk.order, CarrierMoment.DELIVERED, evening)
    line = order.lines[0]
    there = replace(line, buckets=replace(line.buckets, delivered=2))
    page = document(order.with_line(there), version=1, now=evening)
    assert headline(page, evening, zone=ZoneInfo("America/Chicago")) == "Delivered Thu 26 Nov"
    near = document(
        _told(desk.order, CarrierMoment.OUT_FOR_DELIVERY, evening), version=1, now=evening
    )
    assert headline(near, evening) == "Out for delivery today"


def test_the_sentence_of_a_part_says_when_the_rest_ships() -> None:
    desk = bench(2)
    desk.hear(notice(desk.order, ("1", 1)))
    assert headline(_page(desk), NOON) == "Part shipped; the rest ships by Sun 22 Nov"
