"""A number too long for an index is told at its place, on either database, and stops nobody."""

import random
import string
from pathlib import Path

import pytest

from hub.domain.exchange import DocumentState
from hub.errors import Conflict
from hub.flow.faults import trace_of
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


def test_causes_that_lead_in_a_circle_are_told_once() -> None:
    first, second = ValueError("one"), Conflict("two")
    first.__cause__, second.__cause__ = second, first
    assert trace_of(first).count("ValueError") == 1
    second.__cause__ = second
    assert trace_of(second).splitlines() == ["Conflict: two"]
