"""A number too long for an index is told at its place, on either database, and stops nobody."""

import random
import re
import string
from pathlib import Path

import pytest

from hub.domain.exchange import DocumentState
from hub.errors import Conflict
from hub.flow.faults import trace_of
from hub.flow.speaking import unread_share
from hub.mapping import Unread
from hub.store import Transaction
from tests.flow.test_example_pages import furnished
from tests.rigs.houses import post, shopping
from tests.web import hostile_papers as papers

LONG = "".join(random.Random(7).choices(string.ascii_letters + string.digits, k=5000))
"""Nothing that an index could press together."""
FIELDS = {
    "tracking": "<c:TraceID>TEXT",
    "label": "<a:TransportHandlingUnit><c:ID>TEXT",
    "notice": "<c:ID>TEXT</c:ID><c:IssueDate>2026-11-20</c:IssueDate><c:IssueTime>",
}


@pytest.mark.parametrize("field", FIELDS)
def test_a_ship_notice_with_a_number_of_thousands_of_signs_is_told_at_its_place(
    field: str, database: str, tmp_path: Path
) -> None:
    road = furnished("fjord", tmp_path, database)
    post(road.house, shopping("1001", 2, 1))
    road.turn()
    assert FIELDS[field] in papers.ADVICE
    paper = papers.ADVICE.replace(FIELDS[field], FIELDS[field].replace("TEXT", LONG))
    road.say("long.xml", papers.filled(paper, "short", "JUN-1001-1"))
    road.turn()
    with road.house.parts.store.read() as tx:
        (row,) = tx.exchange.documents_page(
            partner="fjord", set_id="DespatchAdvice", state=None, limit=9, before=None
        )
    assert row.state in (DocumentState.REFUSED, DocumentState.PARTLY_APPLIED)
    [told] = [one for one in row.problems if one.code == "too-long"]
    assert told.where.path.endswith(field) and "5,000 signs" in told.text
    assert road.house.order().shipments == ()
    road.house.close()


UNREADABLE = '<c:DeliveredQuantity unitCode="EA">x</c:DeliveredQuantity>'


@pytest.mark.parametrize("beside", ["alone", "with an unreadable quantity"])
def test_an_order_number_of_thousands_of_signs_stops_no_later_paper(
    beside: str, database: str, tmp_path: Path
) -> None:
    road = furnished("fjord", tmp_path, database)
    post(road.house, shopping("1001", 2, 1))
    road.turn()
    good = papers.filled(papers.ADVICE, "short", "JUN-1001-1")
    bad = good.replace("JUN-1001-1", LONG)
    if beside != "alone":
        bad = re.sub("<c:DeliveredQuantity.*?</c:DeliveredQuantity>", UNREADABLE, bad)
        assert UNREADABLE in bad
    road.say("a-long.xml", bad)
    road.turn()
    road.say("b-good.xml", good)
    road.turn()
    with road.house.parts.store.read() as tx:
        rows = tx.exchange.documents_page(
            partner="fjord", set_id="DespatchAdvice", state=None, limit=9, before=None
        )
        told = tx.exceptions.page(open_only=True, limit=9)
        (refused,) = [row for row in rows if row.state is DocumentState.REFUSED]
        assert tx.exchange.spoken_of(refused.id) == []
    assert len(rows) == 2 and len(road.house.order().shipments) == 1
    assert [one.kind for one in told if one.document_id == refused.id] == ["refused"]
    assert all(LONG[:300] not in one.text for one in told)
    road.house.close()


@pytest.mark.parametrize("number", [LONG, "PO\0-1", "PO\ud800-1"], ids=["long", "nul", "half"])
def test_a_number_that_no_index_takes_is_not_kept_and_the_others_are(
    number: str, database: str, tmp_path: Path
) -> None:
    road = furnished("fjord", tmp_path, database)
    post(road.house, shopping("1001", 2, 1))
    road.turn()
    road.say("good.xml", papers.filled(papers.ADVICE, "short", "JUN-1001-1"))
    road.turn()
    store, order = road.house.parts.store, road.house.order()

    def spoken(tx: Transaction) -> list[tuple[str, str]]:
        (row,) = tx.exchange.documents_page(
            partner="fjord", set_id="DespatchAdvice", state=None, limit=9, before=None
        )
        tx.exchange.add_spoken(row, [(None, number), (None, "OTHER-1"), (order.id, number)])
        share = unread_share(tx, row, Unread(number=number))
        assert (share.number, share.orders) == ("", ())
        return [(one.order_id, one.purchase_order) for one in tx.exchange.spoken_of(row.id)]

    kept = store.write(spoken)
    assert kept == [(order.id, ""), (order.id, "JUN-1001-1"), ("", "OTHER-1")]
    road.house.close()


def test_causes_that_lead_in_a_circle_are_told_once() -> None:
    first, second = ValueError("one"), Conflict("two")
    first.__cause__, second.__cause__ = second, first
    assert trace_of(first).count("ValueError") == 1
    second.__cause__ = second
    assert trace_of(second).splitlines() == ["Conflict: two"]
