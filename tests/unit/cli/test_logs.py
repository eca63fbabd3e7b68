"""One line for each thing, whatever it holds; nobody's words in it."""

import json
import logging
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hub.cli.logs import JsonLine, Teller, TextLine
from hub.store.witness import Event

NAME = "Quillfeather Vandersnoot"


def _line(
    form: logging.Formatter, message: str, *words: object, name: str = "hub.x", ids=None, fault=None
):
    record = logging.LogRecord(name, logging.WARNING, __file__, 1, message, words, fault)
    record.ids = ids or {}
    return form.format(record)


def _fault() -> object:
    try:
        try:
            raise KeyError(NAME)
        except KeyError as first:
            raise ValueError(f"cannot make an address of {NAME}") from first
    except ValueError:
        return sys.exc_info()


def test_a_line_of_json_has_its_time_level_process_event_and_ids() -> None:
    line = json.loads(_line(JsonLine("web"), "paper %s", "kept", ids={"document": "doc_1", "n": 2}))
    assert line["time"].endswith("Z")
    assert (line["level"], line["logger"], line["process"]) == ("warning", "hub.x", "web")
    assert (line["event"], line["document"], line["n"]) == ("paper kept", "doc_1", 2)
    assert isinstance(line["pid"], int)


def test_an_id_never_takes_the_place_of_what_the_line_says_itself() -> None:
    line = json.loads(_line(JsonLine("web"), "said", ids={"event": "forged", "level": "debug"}))
    assert (line["event"], line["level"]) == ("said", "warning")


@pytest.mark.parametrize("form", [JsonLine("work"), TextLine("work")], ids=["json", "text"])
@given(nasty=st.text(max_size=60))
@example(nasty="one\r\ntwo\u2028three\x85four")
@example(nasty="\x1b]0;title\x07\x1b[31m\x9b2J\u202e")
@example(nasty="lone \ud800")
def test_whatever_a_line_holds_it_stays_one_line_without_control_characters(
    form: logging.Formatter, nasty: str
) -> None:
    said = _line(form, "told: %s", nasty, ids={"lane": nasty})
    assert len(said.splitlines()) == 1
    assert said.isprintable()


def test_a_forged_line_is_a_part_of_the_line_that_holds_it() -> None:
    forged = 'x"}\n{"level": "info", "event": "all is well"}'
    (line,) = _line(JsonLine("web"), "%s", forged).splitlines()
    assert json.loads(line)["level"] == "warning"


@pytest.mark.parametrize("form", [JsonLine("work"), TextLine("work")], ids=["json", "text"])
def test_a_fault_is_told_by_its_kinds_and_places_and_never_by_its_message(
    form: logging.Formatter,
) -> None:
    said = _line(form, "ended", fault=_fault())
    assert "ValueError" in said
    assert "KeyError" in said
    assert "test_logs.py" in said
    assert "Quillfeather" not in said


def test_a_fault_that_is_its_own_cause_is_told_once() -> None:
    fault = KeyError("Quillfeather")
    fault.__cause__ = fault
    told = _line(TextLine("work"), "ended", fault=(KeyError, fault, None))
    assert told.count("KeyError") == 1


def test_what_a_library_says_is_told_without_what_it_quotes() -> None:
    said = _line(JsonLine("work"), "cannot send %r", NAME, name="paramiko.transport")
    assert "cannot send" in said
    assert "Quillfeather" not in said


class _Told:
    """A teller whose lines and clock are at hand."""

    def __init__(self) -> None:
        self.now = 0.0
        self.teller = Teller(["855"], seconds=lambda: self.now)

    def lines(self, caplog: pytest.LogCaptureFixture) -> list[str]:
        return [record.getMessage() for record in caplog.records]

    def say(self, what: str, lane: str, *, after: float = 0.0) -> None:
        self.now += after
        self.teller(Event(what=what, about={"lane": lane}))


def test_a_partner_that_is_down_is_told_of_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    told = _Told()
    for _ in range(100):
        told.say("lane failing", "acme/edi", after=3)
        told.say("lane failing", "acme/stock")
    assert told.lines(caplog) == ["lane failing"] * 5
    told.say("lane failing", "mill/edi")
    assert len(told.lines(caplog)) == 6


def test_a_lane_that_flaps_says_at_most_two_lines_a_minute(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "hub")
    told = _Told()
    for _ in range(60):
        told.say("lane failing", "acme/edi", after=1)
        told.say("lane recovered", "acme/edi", after=1)
    assert told.lines(caplog) == ["lane failing", "lane recovered"] * 2


def test_a_set_that_no_page_names_is_not_repeated(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "hub")
    teller = Teller(["855"])
    for name in ("855", NAME):
        teller(Event(what="document settled", about={"lane": "acme/edi", "set": name}))
    assert [record.ids["set"] for record in caplog.records] == ["855", "other"]
    assert "Quillfeather" not in caplog.text
