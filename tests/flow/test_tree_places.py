"""Where a value stands in a tree: what the business finds wrong is told with a place there too."""

import io

from hub.domain.exchange import Node, Problem, Purpose, Where
from hub.domain.messages import OrderResponse, OrderResponseLine
from hub.flow.feed_sources import PaperSource
from hub.flow.pointing import pointed, traced
from hub.formats import xml
from hub.mapping import Origins
from tests.unit.mapping import library

STOCK = b"""<StockList xmlns="urn:nordic-living:trade:2" kind="full">
  <Report>S-1</Report>
  <Row><Article scheme="nordic">NL-1</Article><Quantity>4</Quantity></Row>
  <Row><Article scheme="nordic">NL-2</Article><Quantity>5</Quantity></Row>
</StockList>"""


def wrong(value: str, **place: str) -> Problem:
    return Problem(code="unknown-article", text="", where=Where(value=value, **place))


def test_a_problem_of_the_business_is_pointed_at_the_element_that_says_its_value() -> None:
    line = Node(name="{urn:x}Line", attributes=(("no", "7"),))
    paper = Node(name="{urn:x}Order", children=(Node(name="{urn:x}Id", text="A"), line, line))
    assert pointed(paper, wrong("A")).where.path == "/Order/Id"
    assert pointed(paper, wrong("7")).where.path == "/Order/Line[1]/@no"
    assert pointed(paper, wrong("A", path="lines[1]")).where.path == "/Order/Id"
    assert pointed(paper, wrong("A", path="/Order/Line")).where.path == "/Order/Line"
    assert pointed(paper, wrong("B", path="lines[1]")).where.path == "lines[1]"
    assert pointed(paper, wrong("B")).where == Where(value="B")


def test_a_feed_of_a_tree_is_read_row_by_row_and_points_at_its_rows() -> None:
    (interchange,) = xml.split(io.BytesIO(STOCK), profile=xml.Config(feeds=("StockList",)))
    (document,) = interchange.groups[0].documents
    page = library().page("nordic/StockList")
    source = PaperSource(xml, page, document, io.BytesIO(STOCK), piece=1)  # type: ignore[arg-type]
    rows = [
        row.quantity
        for reading in source.readings()
        for message in reading.messages
        for row in getattr(message, "rows", ())
    ]
    assert rows == [4, 5]
    assert source.pointed(wrong("NL-2")).where.path == "/StockList/Row[2]/Article"
    assert source.placed(source.pointed(wrong("NL-1"))).where.value == "NL-1"


def test_of_two_lines_that_say_the_same_the_map_knows_which_is_meant() -> None:
    article = Node(name="{urn:x}Article", text="A-1")
    line = Node(name="{urn:x}Line", children=(article,))
    paper = Node(name="{urn:x}Order", children=(line, line))
    rows = tuple(OrderResponseLine(number=str(n)) for n in (1, 2))
    message = OrderResponse(purpose=Purpose.ORIGINAL, number="1", lines=rows)
    origins = Origins()
    for n, row in enumerate(rows, start=1):
        origins.note(row, Where(path=f"/x:Order/x:Line[{n}]"))
    found = traced(origins, message, paper, wrong("A-1", path="lines[1]"))
    assert found.where == Where(path="/Order/Line[2]/Article", value="A-1")
    found = traced(origins, message, paper, wrong("A-9", path="lines[1]"))
    assert found.where == Where(path="/x:Order/x:Line[2]", value="A-9")
    for path in ("lines[7]", "parcels[0].lines[1]", "number", "/Order/Line"):
        assert traced(origins, message, paper, wrong("A-1", path=path)).where.path == path
