from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hub.domain.facts import FactKind
from hub.render.words import unquoted
from hub.store import SealedFact
from portal.web.customer.timeline import INTERNAL, TOLD, Teller, timeline

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


def test_every_kind_of_fact_is_either_told_or_kept_from_customers():
    assert set(TOLD) | INTERNAL == set(FactKind)
    assert not set(TOLD) & INTERNAL


def test_what_is_between_us_and_partners_is_never_told():
    secret = {"partner": "acme", "purchase_order": "JUN1", "line": "lin_1", "quantity": 1}
    assert timeline([_fact(kind, **secret) for kind in sorted(INTERNAL)], TELLER) == []


def test_one_answer_about_several_lines_is_one_row_newest_first():
    rows = timeline(
        [
            _fact(FactKind.ORDER_PLACED),
            _fact(FactKind.LINES_CONFIRMED, fulfillment="f", line="lin_1", quantity=2),
            _fact(FactKind.LINES_CONFIRMED, fulfillment="f", line="lin_2", quantity=1),
        ],
        TELLER,
    )
    assert [unquoted(row.sentence) for row in rows] == [
        "Being prepared: 2 × Mug and 1 × Scarf.",
        "We received your order.",
    ]
    assert rows[0].at == "Fri 20 Nov, 09:00 CST"


def test_a_reason_without_words_is_told_in_general_ones():
    body = {"kind": "deliver_by", "from": "2026-11-24", "to": "2026-12-01", "reason": "acme said"}
    (row,) = timeline([_fact(FactKind.PROMISE_MOVED, **body)], TELLER)
    assert "acme" not in row.sentence
    assert "moved from Tue 24 Nov to Tue 1 Dec: plans changed" in row.sentence


def test_an_unknown_kind_of_fact_is_not_told():
    assert timeline([_fact("SomethingNew", line="lin_1", quantity=1)], TELLER) == []
