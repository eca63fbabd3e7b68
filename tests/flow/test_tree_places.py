"""Where a value stands in a tree: what the business finds wrong is told with a place there too."""

import io

from hub.domain.exchange import Node, Problem, Where
from hub.flow.feed_sources import PaperSource
from hub.flow.settling import pointed
from hub.formats import xml
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
    assert pointed(paper, wrong("A", path="lines[1]")).where.path == "lines[1]"
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
