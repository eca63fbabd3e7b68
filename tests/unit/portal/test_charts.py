"""Bars say what their report counts: in order, in proportion, with days on which nothing was."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from hub.ops.desk.reports import Cell, Report
from portal.web.desk.charts import MOST_BARS, WIDTH, charted


def _report(
    headings: tuple[str, ...],
    drawn: tuple[str, ...],
    *rows: tuple[Cell, ...],
    apart: tuple[str, ...] = (),
) -> Report:
    return Report(
        name="r", title="R", note="", headings=headings, drawn=drawn, rows=rows, apart=apart
    )


def test_columns_lie_beside_each_other_and_the_longest_bar_fills_the_width() -> None:
    found = charted(
        _report(("partner", "on time", "late", "%"), ("on time", "late"),
                ("Acme", 6, 2, 75.0), ("Mill", 0, 4, 0.0))
    )  # fmt: skip
    assert found is not None
    assert found.of == (("on time", 0), ("late", 1))
    acme, mill = found.bars
    assert [(one.of, one.value, one.x, one.length) for one in acme.pieces] == [
        ("on time", 6, 0.0, 75.0),
        ("late", 2, 75.0, 25.0),
    ]
    assert [(one.of, one.x, one.length) for one in mill.pieces] == [("late", 0.0, 50.0)]


def test_one_number_is_told_apart_by_the_words_beside_it_and_empty_days_are_shown() -> None:
    rows = (("2026-11-18", "web", "juniper", 3), ("2026-11-20", "phone", "juniper", 1))
    headings, apart = ("day", "channel", "brand", "orders"), ("channel", "brand")
    found = charted(_report(headings, ("orders",), *rows, apart=apart))
    assert found is not None
    assert [kind for kind, _ in found.of] == ["web · juniper", "phone · juniper"]
    assert [bar.label for bar in found.bars] == [date(2026, 11, day) for day in (18, 19, 20)]
    assert [bar.total for bar in found.bars] == [3, 0, 1]
    assert found.wordy


def test_a_cell_without_a_number_draws_nothing_and_is_still_named() -> None:
    found = charted(_report(("partner", "hours"), ("hours",), ("Acme", ""), ("Mill", 2.5)))
    assert found is not None
    assert [(bar.label, len(bar.pieces)) for bar in found.bars] == [("Acme", 0), ("Mill", 1)]
    assert charted(_report(("partner", "hours"), ("hours",))) is None


@given(
    rows=st.lists(
        st.tuples(st.text(min_size=1, max_size=3), st.integers(0, 10**6), st.integers(0, 10**6)),
        min_size=1,
        max_size=60,
    )
)
def test_no_bar_leaves_the_picture_and_no_piece_lies_on_another(
    rows: list[tuple[str, int, int]],
) -> None:
    found = charted(_report(("of", "a", "b"), ("a", "b"), *rows))
    assert found is not None
    assert len(found.bars) <= MOST_BARS
    for bar in found.bars:
        end = 0.0
        for piece in bar.pieces:
            assert piece.x >= end - 0.02
            end = piece.x + piece.length
        assert end <= WIDTH + 0.02
