"""What a page says, where papers repeat themselves, take things back, or hide signs in words."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from hub.domain.facts import FactKind
from hub.partners import load_brands
from hub.render import words
from hub.settings import read_pages
from hub.store import SealedFact
from portal.web.customer.timeline import Teller, timeline
from portal.web.customer.view import _arrivals, _moved, _promises
from tests.unit.portal.test_site import BRANDS

BRAND = load_brands(read_pages(BRANDS))["juniper"]
TELLER = Teller(
    articles={"lin_1": "Mug", "lin_2": "Scarf"}, zone=ZoneInfo("America/Chicago"), language="en"
)


def _fact(kind: FactKind, /, **body: object) -> SealedFact:
    return SealedFact(
        position=1,
        id="fact_1",
        kind=str(kind),
        at=datetime(2026, 11, 20, 15, tzinfo=UTC),
        brand="juniper",
        order_id="ord_1",
        order_number="1",
        body=body,
    )


def _said(*facts: SealedFact) -> list[str]:
    return [words.unquoted(row.sentence) for row in timeline(facts, TELLER)]


def test_boxes_of_one_article_are_added_up():
    rows = [{"line": "lin_1", "quantity": 3}, {"line": "lin_1", "quantity": 3}]
    assert _said(_fact(FactKind.ORDER_SHIPPED, lines=rows)) == ["Shipped: 6 × Mug."]


def test_an_exchange_of_who_fills_an_order_is_not_told():
    assert (
        _said(
            _fact(FactKind.CHANGE_REQUESTED, change="chg_1", kind="resourcing"),
            _fact(FactKind.CHANGE_CONFIRMED, change="chg_1", by="partner"),
            _fact(FactKind.CHANGE_DECLINED, change="chg_1", by="silence"),
        )
        == []
    )


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("cancellation", ["It was too late to cancel; the order goes on.",
                          "A cancellation was asked for."]),
        ("change", ["It was too late for the change; nothing was changed.",
                    "A change of your order was asked for."]),
    ],
)  # fmt: skip
def test_what_became_of_a_change_says_what_it_was(kind, said):
    asked = _fact(FactKind.CHANGE_REQUESTED, change="chg_1", kind=kind)
    declined = replace(
        _fact(FactKind.CHANGE_DECLINED, change="chg_1"), at=datetime(2026, 11, 21, tzinfo=UTC)
    )
    assert _said(asked, declined) == said


def test_good_news_has_no_bad_reason():
    early, late = date(2026, 11, 24), date(2026, 11, 27)
    assert words.reason("rescheduled", was=late, now=early) == words.SOONER
    assert words.reason("rescheduled", was=early, now=late) == words.REASONS["rescheduled"]
    assert words.reason("carrier", was=late, now=early) == words.REASONS["carrier"]


@pytest.mark.parametrize("sign", "\u202e\u2066\u200b\u2028\x00\x1b\n\x85\ufeff\u061c")
def test_signs_that_turn_or_hide_are_taken_out(sign):
    assert words.plain(f"Mug{sign}blue") == "Mug blue"


@pytest.mark.parametrize("text", ["ماگ\u200cآبی", "👩\u200d🍳 apron", "Müller ‘A’ 5\u00a0l"])
def test_what_belongs_to_a_script_stays(text):
    assert words.plain(text) == text


def _promise(first: str, now: str, *moves: tuple[str, str, str], lines: tuple[str, ...] = ("1",)):
    return {
        "kind": "deliver_by",
        "lines": list(lines),
        "first": first,
        "now": now,
        "open": 1,
        "moves": [{"from": was, "to": to, "reason": why} for was, to, why in moves],
    }


def test_a_day_that_moved_there_and_back_did_not_move():
    there = ("2026-11-25", "2026-11-28", "not_shipped")
    back = ("2026-11-28", "2026-11-25", "carrier")
    assert _moved(_promise("2026-11-25", "2026-11-25", there, back), BRAND, "") == ""
    half = ("2026-11-28", "2026-11-26", "carrier")
    assert _moved(_promise("2026-11-25", "2026-11-26", there, half), BRAND, "") == (
        "Moved from Wed 25 Nov to Thu 26 Nov: it has not left on the day that was planned."
    )


def test_of_the_same_goods_the_last_day_is_told_once():
    page = {
        "lines": [{"line": "1", "description": "Candle", "sku": "C"}],
        "promises": [_promise("2026-12-01", "2026-12-01"), _promise("2026-11-26", "2026-11-26")],
    }
    (told,) = _promises(page, BRAND, {})
    assert told.sentence == "Your order: by Tue 1 Dec"
    assert _arrivals((told,), "Arriving by Tue 1 Dec") == ()
    assert _arrivals((told,), "Part shipped; the rest ships by Fri 27 Nov") == (told.sentence,)
    assert _arrivals((told,), "Arriving Tue 24 Nov") == ()
