"""Codes on paper: what a scanner reads is what was meant."""

import re
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.render.barcodes import HEIGHT, QUIET, code128, code128_values, qr

_SWITCH = {99: True, 100: False}


def _read(values: tuple[int, ...]) -> str:
    """Read a symbol as a scanner does: Start, sets B and C, the check digit, Stop."""
    start, *body, check, stop = values
    assert stop == 106
    assert check == (start + sum(n * value for n, value in enumerate(body, 1))) % 103
    in_c, text = start == 105, ""
    for value in body:
        if value in _SWITCH and in_c is not _SWITCH[value]:
            in_c = _SWITCH[value]
        else:
            text += f"{value:02d}" if in_c else chr(value + 32)
    return text


# Check digits as other encoders print them: Wikipedia's in set B is 88.
@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Wikipedia", (104, 55, 73, 75, 73, 80, 69, 68, 73, 65, 88, 106)),
        ("1234", (105, 12, 34, 82, 106)),
        ("AB123456", (104, 33, 34, 99, 12, 34, 56, 26, 106)),
    ],
)
def test_known_texts_have_known_symbols(text: str, values: tuple[int, ...]) -> None:
    assert code128_values(text) == values


@settings(max_examples=60)
@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=48))
def test_every_printable_text_is_read_back(text: str) -> None:
    assert _read(code128_values(text)) == text


@settings(max_examples=40)
@given(st.from_regex(r"[A-Z]{1,3}[0-9]{0,12}[A-Z]?[0-9]{0,9}", fullmatch=True))
def test_runs_of_digits_are_read_back_and_never_longer_than_letter_by_letter(text: str) -> None:
    values = code128_values(text)
    assert _read(values) == text
    assert len(values) <= len(text) + 3


def test_bars_lie_on_whole_modules_between_two_quiet_zones() -> None:
    drawn = code128("JUN-1001-1")
    box = re.search(r'viewBox="0 0 (\d+) (\d+)"', drawn)
    assert box
    width = int(box[1])
    bars = [(int(at), int(wide)) for at, wide in re.findall(rf"M(\d+) 0h(\d+)v{HEIGHT}", drawn)]
    inked = [any(at <= x < at + wide for at, wide in bars) for x in range(width)]
    runs = [(ink, len(list(run))) for ink, run in groupby(inked)]
    assert runs[0] == (False, QUIET) and runs[-1] == (False, QUIET)
    # Start, one symbol a letter, check digit: eleven modules each; Stop has thirteen.
    assert width == 2 * QUIET + 11 * (len(code128_values("JUN-1001-1")) - 1) + 13
    assert max(length for _, length in runs[1:-1]) <= 4


@pytest.mark.parametrize("text", ["", "é", "\n", "x" * 49])
def test_what_a_bar_code_cannot_say_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="bar code"):
        code128(text)


def test_drawings_hold_the_text_escaped_and_nothing_that_acts() -> None:
    for drawn in (code128('"><script>'), qr('"><script>')):
        assert "<script" not in drawn
        assert "style" not in drawn
        assert "&lt;script&gt;" in drawn
