"""Feeds: papers of any length read in pieces, every row once, every problem with its place."""

from collections.abc import Iterator
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.exchange import Severity
from hub.domain.messages import StockReport, StockRow
from hub.mapping import Page, Reading
from tests.unit.mapping import library, mistakes, paper

HEAD = "BIA*00*DD*ST-1*20260309*0600~N1*WH**92*RENO"


def stock() -> Page:
    return library().page("x12/004010/846")


def lines(count: int) -> str:
    return "~".join(f"LIN**SK*A-{one}~QTY*33*{one}*EA" for one in range(count))


def report(reading: Reading) -> StockReport:
    (message,) = reading.messages
    assert isinstance(message, StockReport)
    return message


def pieces(text: str, *, size: int) -> list[Reading]:
    return list(stock().pieces(iter(paper(text)), size=size))


def test_a_feed_comes_in_pieces_each_with_the_head() -> None:
    found = pieces(f"{HEAD}~{lines(7)}~CTT*7*21", size=3)
    assert [len(report(one).rows) for one in found] == [3, 3, 1]
    assert {(report(one).report, report(one).place) for one in found} == {("ST-1", "RENO")}
    assert not [problem for one in found for problem in one.problems]
    quantities = [row.quantity for one in found for row in report(one).rows]
    assert quantities == list(range(7))


def test_a_piece_is_given_out_before_the_next_row_but_one_is_fetched() -> None:
    fetched = 0

    def endless() -> Iterator[tuple[str, ...]]:
        nonlocal fetched
        for segment in chain(paper(HEAD), paper(lines(1)) * 10_000):
            fetched += 1
            yield segment

    first = next(stock().pieces(endless(), size=10))
    assert len(report(first).rows) == 10
    assert fetched == 2 + 10 * 2 + 1


def test_control_totals_are_told_at_the_end_of_the_whole() -> None:
    found = pieces(f"{HEAD}~{lines(5)}~CTT*6*11", size=2)
    assert [len(one.problems) for one in found] == [0, 0, 2]
    assert [problem.text.split(",")[0] for problem in found[-1].problems] == [
        "the paper has 5 (number of LIN)",
        "the paper has 10 (sum of QTY02)",
    ]
    assert {problem.where.ordinal for problem in found[-1].problems} == {14}


def test_a_row_that_cannot_be_read_is_told_with_its_place_and_left_out() -> None:
    bad = f"{HEAD}~{lines(3)}~LIN**SK*A-3~QTY*33*2.5~LIN**SK*A-4~LIN**SK*A-5~QTY*33*5"
    found = pieces(bad, size=2)
    assert [[row.quantity for row in report(one).rows] for one in found] == [[0, 1], [2], [5]]
    told = [problem for one in found for problem in one.problems]
    assert [(one.where.segment, one.where.ordinal) for one in told] == [("QTY", 11), ("QTY", 12)]
    assert {one.severity for one in told} == {Severity.ERROR}
    assert [one.where.path for one in told] == ["LIN[4]", "LIN[5]"]


def test_a_feed_without_a_head_has_only_problems_told_once() -> None:
    found = pieces(f"N1*WH**92*RENO~{lines(5)}", size=2)
    assert [one.messages for one in found] == [(), (), ()]
    told = [problem for one in found for problem in one.problems]
    assert "BIA is missing" in told[0].text
    assert len(told) == len(set(told))


def test_a_feed_without_rows_is_one_empty_report() -> None:
    (reading,) = pieces(HEAD, size=2)
    assert report(reading).rows == ()
    assert reading.problems == ()


def test_a_page_that_is_no_feed_is_not_read_in_pieces() -> None:
    with pytest.raises(TypeError, match="is no feed"):
        next(library().page("x12/004010/855").pieces(iter(()), size=2))
    with pytest.raises(ValueError, match="at least one row"):
        next(stock().pieces(iter(()), size=0))


def test_only_the_one_loop_at_the_top_can_be_a_feed() -> None:
    rows = "- BAK: {01: purpose | purpose, 03: number}\n- loop lines*?:\n  - PO1: {01: number}"
    assert mistakes(f"{rows}\nfeed: lines") == ()
    (told,) = mistakes(f"{rows}\nfeed: rows")
    assert "feed: `rows` is not the one loop of records at the top; allowed: lines" in told


ROWS = st.lists(
    st.sampled_from(
        [
            "LIN**SK*A",
            "LIN**SK*B*VN*C",
            "LIN**ZZ*nobody",
            "QTY*33*5*EA",
            "QTY*33*x",
            "QTY*17*3",
            "DTM*018*20260402",
            "SDQ*EA**X*3*Y*4",
            "N1*WH**92*OMAHA",
            "N1*ZZ*Nobody",
            "CTT*3",
            "REF*WS*9",
            "BIA*00*DD*LATER*20260310",
        ]
    ),
    max_size=40,
)


@given(rows=ROWS, size=st.integers(1, 7))
def test_all_pieces_together_are_the_paper_read_at_once(rows: list[str], size: int) -> None:
    text = "~".join([HEAD, *rows])
    whole = stock().read(paper(text))
    found = pieces(text, size=size)
    together: list[StockRow] = []
    for one in found:
        assert len(one.messages) == len(whole.messages)
        together += report(one).rows if one.messages else ()
    assert tuple(together) == (report(whole).rows if whole.messages else ())
    told = [problem for one in found for problem in one.problems]
    assert sorted(map(str, told)) == sorted(map(str, whole.problems))
