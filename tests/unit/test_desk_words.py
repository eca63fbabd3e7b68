"""What desks show of strangers' words, and places in lists; pure, and never a fault."""

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import Refused
from hub.ops.desk import editing
from hub.ops.desk.causes import cause_id, described
from hub.ops.desk.reports import Report
from hub.ops.desk.shown import cursor, place, step, visible
from hub.ops.desk.signs import Sign, worst


def test_signs_that_hide_are_shown_as_what_they_are() -> None:
    assert visible("A\x00B\x1b\x7f") == "A\u2400B\u241b\u2421"
    assert visible("\u202eevil\u200b\ufeff") == "[U+202E]evil[U+200B][U+FEFF]"
    assert visible("line\n\tend é 商") == "line\n\tend é 商"
    assert visible("a\xa0b") == "a b"


@settings(max_examples=60)
@given(st.text(max_size=60))
def test_nothing_invisible_is_ever_left(text: str) -> None:
    for sign in visible(text):
        assert sign in "\n\t" or sign.isprintable()
        assert unicodedata.bidirectional(sign) not in ("RLO", "LRO", "RLE", "LRE", "PDF", "RLI")


@settings(max_examples=60)
@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1)),
    st.text(alphabet="abc_0-9", min_size=1, max_size=20),
)
def test_a_place_in_a_list_survives_an_address(at: datetime, row_id: str) -> None:
    moment = at.replace(tzinfo=UTC)
    assert place(cursor(moment, row_id)) == (moment, row_id)


@settings(max_examples=60)
@given(st.text(max_size=30))
def test_a_wrong_place_is_the_beginning(written: str) -> None:
    found = place(written)
    assert found is None or cursor(*found).split("-", 1)[1] == found[1]


def test_commands_become_what_a_page_calls_them() -> None:
    assert step("See `hub doc why doc_1`; put the cause right.") == (
        "See the paper; put the cause right."
    )
    assert step("goes on: `hub lane resume acme/edi`.") == "goes on: “Resume”."
    assert step("Run `hub anything new`.") == "Run what whoever runs the hub can do."


def test_a_cause_has_one_name_and_words_for_what_it_is() -> None:
    assert cause_id("acme", "refused", "unknown-line") == cause_id(
        "acme", "refused", "unknown-line"
    )
    assert cause_id("acme", "a", "b") != cause_id("mill", "a", "b")
    assert described("refused", "unknown-order") == "unknown purchase order"
    assert described("unreadable", "x12-junk") == "delivery that cannot be read"
    assert described("something-new", "") == "something new"


def test_a_report_as_a_table_has_no_formulas() -> None:
    made = Report(
        name="x",
        title="X",
        note="",
        headings=("a", "b"),
        drawn=("b",),
        rows=(("=1+1", 2.5), ("@x, y", -3)),
    )
    assert made.csv == "a,b\r\n'=1+1,2.5\r\n\"'@x, y\",-3\r\n"


def test_the_worst_of_lights_is_what_needs_a_person() -> None:
    assert worst(Sign.YES, Sign.WAITING, Sign.NONE) is Sign.WAITING
    assert worst(Sign.OVERDUE, Sign.NO, Sign.WARNING) is Sign.NO
    assert worst() is Sign.NONE


@settings(max_examples=60)
@given(st.binary(max_size=80))
def test_what_is_not_touched_in_a_form_comes_back_bit_for_bit(raw: bytes) -> None:
    text = editing.shown(raw)
    assert all(sign in "\n\t" or ord(sign) >= 0x20 for sign in text)
    if editing.can_return(raw):
        assert editing.returned(text.replace("\n", "\r\n"), like=raw) == raw


def test_most_papers_can_be_corrected_in_a_form() -> None:
    for raw in (b"ST*856~\nSE*2~\n", b"a;b\r\nc;d\r\n", b"a\x1cb\r", "{é}".encode(), b"\xe9~"):
        assert editing.can_return(raw)
    assert not editing.can_return("\u2400".encode())
    with pytest.raises(Refused, match="no sign of latin-1"):
        editing.returned("商", like=b"\xe9")
