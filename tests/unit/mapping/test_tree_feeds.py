"""Feeds in trees: read in pieces, as far as a row goes, with the head that came before."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from hub.domain.exchange import Node, Severity
from hub.domain.messages import StockReport
from hub.mapping import Page, Reading
from tests.unit.mapping.trees import from_json, page, tree

ROWS = """
- let purpose: original
- Report: report
- Kind: kind | word
- Count?: count Rows/Row
- Units?: sum Rows/Row/Quantity
- loop rows*? at Rows/Row:
  - pairs products at .: {Sku: vendor}
  - Quantity: quantity | balance
  - Next?: next_on | date
"""
HEAD = 'root: Stock\nnamespaces: {"": "urn:s"}\nfeed: rows'


def stock(rows: str, *, tail: str = "") -> Node:
    head = '<Stock xmlns="urn:s"><Report>7</Report><Kind>full</Kind>'
    return tree(f"{head}<Rows>{rows}</Rows>{tail}</Stock>")


def row(sku: str, quantity: str = "1") -> str:
    return f"<Row><Sku>{sku}</Sku><Quantity>{quantity}</Quantity></Row>"


def walked(paper: Node) -> Iterator[Node]:
    """Give a paper out as a format walks it: the head, the rows, the whole without them."""
    rows = next((child for child in paper.children if child.name == "{urn:s}Rows"), None)
    bare = tuple(
        child if child is not rows else replace(child, children=()) for child in paper.children
    )
    before = bare[: paper.children.index(rows) + 1] if rows else bare
    yield replace(paper, children=before)
    yield from rows.children if rows else ()
    yield replace(paper, children=bare)


def reports(readings: list[Reading]) -> list[StockReport]:
    found = [message for reading in readings for message in reading.messages]
    assert all(isinstance(message, StockReport) for message in found)
    return [message for message in found if isinstance(message, StockReport)]


@pytest.fixture(scope="module")
def feed() -> Page:
    return page(ROWS, message="StockReport", head=HEAD)


def test_a_feed_says_where_its_rows_stand(feed: Page) -> None:
    assert feed.rows == "{urn:s}Stock/{urn:s}Rows/{urn:s}Row"
    assert feed.row_path(3) == "/Stock/Rows/Row[3]"
    json = page(ROWS, message="StockReport", head="feed: rows")
    assert (json.rows, json.row_path(3)) == ("Rows/Row", "/Rows/Row/2")
    assert page("- P: purpose | word\n- N: number").rows == ""


def test_pieces_repeat_the_head_and_have_their_own_rows(feed: Page) -> None:
    paper = stock("".join(row(f"A{n}", str(n)) for n in range(5)))
    pieces = list(feed.pieces(walked(paper), size=2))
    found = reports(pieces)
    assert [len(one.rows) for one in found] == [2, 2, 1]
    assert {one.report for one in found} == {"7"}
    assert [one.quantity for part in found for one in part.rows] == [0, 1, 2, 3, 4]
    assert all(piece.problems == () for piece in pieces)
    (whole,) = feed.read(paper).messages
    assert isinstance(whole, StockReport)
    assert whole.rows == tuple(one for part in found for one in part.rows)


def test_a_row_that_cannot_be_read_is_told_with_its_place_and_left_out(feed: Page) -> None:
    paper = stock(row("A") + row("B", "many") + row("", "3") + row("C"))
    for readings in (list(feed.pieces(walked(paper), size=2)), [feed.read(paper)]):
        assert [len(one.rows) for one in reports(readings)] in ([1, 1, 0], [2])
        errors = [p for one in readings for p in one.problems if p.severity is Severity.ERROR]
        assert "/Stock/Rows/Row[2]/Quantity" in [one.where.path for one in errors]
        assert any(one.where.path.startswith("/Stock/Rows/Row[3]") for one in errors)


def test_control_totals_are_checked_at_the_end(feed: Page) -> None:
    rows = row("A", "2") + row("B", "3")
    right = stock(rows, tail="<Count>2</Count><Units>5</Units>")
    assert [one.problems for one in feed.pieces(walked(right), size=1)] == [(), (), ()]
    wrong = stock(rows, tail="<Count>3</Count><Units>4</Units>")
    *_, last = feed.pieces(walked(wrong), size=1)
    assert [one.where.path for one in last.problems] == ["/Stock/Count", "/Stock/Units"]
    assert "the paper has 2 (number of Rows/Row), not 3" in last.problems[0].text
    written = feed.write(reports([feed.read(right)])[0]).paper
    assert feed.read(written).problems == ()


def test_a_feed_without_rows_or_head_is_one_reading(feed: Page) -> None:
    (only,) = feed.pieces(walked(stock("")), size=10)
    assert reports([only])[0].rows == ()
    bare = tree('<Stock xmlns="urn:s"/>')
    (reading,) = feed.pieces(iter((bare, bare)), size=10)
    assert reading.messages == ()
    assert {one.where.path for one in reading.problems} == {"/Stock/Report", "/Stock/Kind"}
    (other,) = feed.pieces(iter((tree("<Stock/>"),)), size=10)
    assert other.problems[0].code == "map-other-root"


def test_what_stands_behind_the_rows_is_too_late_and_told() -> None:
    late = page(ROWS + "- Day?: as_of | datetime", message="StockReport", head=HEAD)
    paper = stock(row("A"), tail="<Day>2026-03-09</Day>")
    readings = list(late.pieces(walked(paper), size=1))
    assert [one.as_of for one in reports(readings)] == [None, None]
    assert [one.code for one in readings[-1].problems] == ["map-late"]


def test_a_strict_feed_leaves_out_rows_with_what_it_does_not_know() -> None:
    strict = page(ROWS, message="StockReport", head=HEAD + "\nstrict: true")
    odd = row("B").replace("</Row>", "<Colour>red</Colour></Row>")
    readings = list(strict.pieces(walked(stock(row("A") + odd + row("C"))), size=10))
    assert [len(one.rows) for one in reports(readings)] == [2]
    assert [one.where.path for one in readings[-1].problems] == ["/Stock/Rows/Row[2]/Colour"]
    refused = list(strict.pieces(walked(stock(row("A"), tail="<Odd/>")), size=10))
    assert reports(refused) == []


def test_a_row_may_be_several_places_and_only_those_asked_for() -> None:
    rows = ROWS.replace("Rows/Row:", "Rows/Row[@state=live]:").replace(
        "  - Quantity: quantity | balance",
        "  - each place at Place:\n    - '@id': place\n    - .: quantity | balance",
    )
    one = page(rows, message="StockReport", head=HEAD)
    text = (
        '<Row state="dead"><Sku>X</Sku><Place id="N">9</Place></Row>'
        '<Row state="live"><Sku>A</Sku><Place id="N">1</Place><Place id="S">-2</Place></Row>'
    )
    (report,) = reports(list(one.pieces(walked(stock(text)), size=10)))
    assert [(each.place, each.quantity) for each in report.rows] == [("N", 1), ("S", -2)]


def test_a_feed_in_json_is_read_the_same_way() -> None:
    json = page(ROWS, message="StockReport", head="feed: rows")
    text = '"Rows": {"Row": [{"Sku": "A", "Quantity": 1, "Next": "2026-04-02"}, {"Sku": "B"}]}'
    (reading,) = [json.read(from_json('{"Report": "7", "Kind": "delta", ' + text + "}"))]
    (report,) = reports([reading])
    assert [(one.quantity, one.next_on) for one in report.rows] == [(1, date(2026, 4, 2))]
    assert [one.where.path for one in reading.problems] == ["/Rows/Row/1/Quantity"]


def test_only_a_feed_has_pieces(feed: Page) -> None:
    with pytest.raises(TypeError, match="one is no feed"):
        next(page("- P: purpose | word\n- N: number").pieces(iter((tree("<Answer/>"),))))
    with pytest.raises(ValueError, match="at least one row"):
        next(feed.pieces(iter(()), size=0))
    with pytest.raises(TypeError, match="reads trees"):
        feed.read((("LIN",),))


def test_no_more_of_a_feed_is_asked_for_than_the_next_piece_needs(feed: Page) -> None:
    asked: list[int] = []

    def endless() -> Iterator[Node]:
        head, *_ = walked(stock(""))
        yield head
        for number in range(10**9):
            asked.append(number)
            (node,) = stock(row(f"A{number}")).children[2].children
            yield node

    pieces = feed.pieces(endless(), size=3)
    for turn in range(1, 4):
        (report,) = reports([next(pieces)])
        assert len(report.rows) == 3
        assert len(asked) <= 3 * turn + 1
