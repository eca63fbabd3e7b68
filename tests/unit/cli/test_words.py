"""What was stored by others cannot drive the terminal that shows it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.cli.words import as_text, clean, line, one_line
from hub.domain.money import money


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]8;;http://x\x1b\\link", "link"),
        ("a\x00b\x7fc", "a\ufffdb\ufffdc"),
        ("\u202eabc", "\ufffdabc"),
        ("one\r\ntwo", "one\ntwo"),
        ("\x9b31mx", "x"),
        ("\ud800", "\ufffd"),
    ],
)
def test_escape_sequences_go_and_control_characters_show(text: str, shown: str) -> None:
    assert clean(text) == shown


@given(st.text(max_size=60))
def test_clean_text_is_clean_and_stays_so(text: str) -> None:
    shown = clean(text)
    assert not any(ord(letter) < 32 and letter not in "\n\t" for letter in shown)
    assert "\x7f" not in shown
    assert clean(shown) == shown


@given(st.text(max_size=60))
def test_one_line_is_one_line(text: str) -> None:
    assert "\n" not in line(text)
    assert "\n" not in one_line(text)


@given(st.text(max_size=60))
def test_json_is_ascii_and_says_the_same(text: str) -> None:
    written = as_text({"text": text})
    assert written.isascii()
    assert json.loads(written)["text"] == text


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (425, "USD", "4.25 USD"),
        (5, "EUR", "0.05 EUR"),
        (300, "JPY", "300 JPY"),
        (1234, "KWD", "1.234 KWD"),
        (-150, "USD", "-1.50 USD"),
        (9007199254740993, "USD", "90071992547409.93 USD"),
    ],
)
def test_money_is_shown_exactly(amount: int, currency: str, shown: str) -> None:
    assert money(amount, currency) == shown
