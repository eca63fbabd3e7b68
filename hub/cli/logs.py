"""What the processes say on stderr: one line for each thing, as text or as JSON.

What lives here: the two forms of a line, which loggers speak, and the lines about what was
committed. No line holds anybody's words: messages are ours with ids beside them, what others'
libraries say is told without what it quotes, and a fault is its kind and its places, without its
message. Control characters never reach the stream.
"""

import json
import logging
import sys
import threading
import time
import traceback
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import TracebackType

from hub.cli.desk import Desk
from hub.cli.words import one_line
from hub.domain.exchange import unquoted
from hub.settings import Settings
from hub.store.witness import Event

OURS = ("hub", "portal")
MOST_PLACES = 25  # of a fault's traceback, the innermost
MOST_TEXT = 1000  # characters of a message; a line stays below what a pipe takes at once
OTHER = "other"
QUIET = 60.0  # seconds in which one partner's failing lanes are told of once
FAILING, RECOVERED = "lane failing", "lane recovered"
WARNED_OF = (FAILING, "exception opened")

_log = logging.getLogger("hub.told")
_own = logging.getLogger("hub.process")


class _Line(logging.Formatter):
    """What both forms share: the message without others' words, the ids, the fault's places."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def said(self, record: logging.LogRecord) -> str:
        ours = record.name.partition(".")[0] in OURS
        text = record.getMessage()
        return _visible(text if ours else unquoted(text))

    def ids(self, record: logging.LogRecord) -> dict[str, str | int]:
        found = getattr(record, "ids", None)
        return found if isinstance(found, dict) else {}

    def at(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class JsonLine(_Line):
    """One JSON object a line, in ASCII: whatever it holds, it is one line and escaped."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, object] = {
            "time": self.at(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": self._process,
            "pid": record.process,
            "event": self.said(record),
        }
        line |= {name: value for name, value in self.ids(record).items() if name not in line}
        if record.exc_info and record.exc_info[1] is not None:
            line |= {"fault": _kind(record.exc_info[1]), "places": list(places(record.exc_info[1]))}
        return json.dumps(line, ensure_ascii=True, default=str)


class TextLine(_Line):
    """One line for people, a fault's places below it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        ids = " ".join(f"{name}={_visible(str(v))}" for name, v in self.ids(record).items())
        words = [self.at(record), record.levelname, self._process, self.said(record), ids]
        rows = [" ".join(word for word in words if word)]
        if record.exc_info and record.exc_info[1] is not None:
            fault = record.exc_info[1]
            rows += [f"  {place}" for place in places(fault)]
        return "\n".join(rows)


def places(fault: BaseException) -> Iterator[str]:
    """Yield where a fault came up, causes first; never its message, which may quote a person."""
    rows: list[str] = []
    one: BaseException | None = fault
    seen: set[int] = set()
    while one is not None and id(one) not in seen:  # causes may lead in a circle
        seen.add(id(one))
        frames = traceback.extract_tb(one.__traceback__)
        own = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        rows = [*own, _kind(one), *rows]
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    yield from rows[-MOST_PLACES:]


def _visible(text: str) -> str:
    """The text in one line of printable signs; every other sign is shown as U+FFFD."""
    shown = one_line(text[:MOST_TEXT])
    return (
        shown
        if shown.isprintable()
        else "".join(sign if sign.isprintable() else "\ufffd" for sign in shown)
    )


def _kind(fault: BaseException) -> str:
    return type(fault).__name__


class SpeakingDesk(Desk):
    """A desk whose messages are lines of the log, so that a program can read all of stderr."""

    def say(self, text: str) -> None:
        """Log the message."""
        _own.info("%s", text)


def begin(desk: Desk, *, process: str) -> Desk:
    """Send every line to stderr in the form that the settings ask for; returns the desk to use.

    Others' libraries speak from `warning` up, whatever the level.
    """
    settings = desk.settings()
    as_json = _as_json(settings)
    out = logging.StreamHandler(sys.stderr)
    out.setFormatter(JsonLine(process) if as_json else TextLine(process))
    logging.basicConfig(handlers=[out], level=logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(settings.log_level.upper())
    sys.excepthook = _uncaught
    return SpeakingDesk(desk.environment) if as_json else desk


@contextmanager
def from_start_to_end(code: str) -> Iterator[None]:
    """Write a line when this process starts its work and one when it ends it, however it does."""
    before, threading.excepthook = threading.excepthook, _uncaught_in_thread
    _own.info("started", extra={"ids": {"code": code}})
    try:
        yield
    finally:
        _own.info("ended")
        threading.excepthook = before


def _as_json(settings: Settings) -> bool:
    return settings.log_format == "json" or not (settings.log_format or sys.stderr.isatty())


def _uncaught(
    kind: type[BaseException], fault: BaseException, places: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    _own.critical("a fault of ours ended the process", exc_info=(kind, fault, places))


def _uncaught_in_thread(ended: threading.ExceptHookArgs) -> None:
    if ended.exc_value is None or issubclass(ended.exc_type, SystemExit):
        return
    fault = (ended.exc_type, ended.exc_value, ended.exc_traceback)
    name = ended.thread.name if ended.thread else ""
    _own.critical("a fault of ours ended a thread", exc_info=fault, extra={"ids": {"thread": name}})


class Teller:
    """Writes one line for each event of a witnessed store.

    `sets` are those that pages name; any other is told as `other`, for partners write sets. Of a
    partner whose lanes keep failing one line a minute is written, and one when it works again.
    """

    def __init__(
        self, sets: Collection[str], *, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._sets = frozenset(sets)
        self._seconds = seconds
        self._failed_at: dict[str, float] = {}
        self._last_told: dict[str, str] = {}
        self._lock = threading.Lock()

    def __call__(self, event: Event) -> None:
        """Write the line, unless the like was just written."""
        ids = dict(event.about)
        if event.what in (FAILING, RECOVERED) and not self._is_new(event.what, str(ids["lane"])):
            return
        if "set" in ids and ids["set"] not in self._sets:
            ids["set"] = OTHER
        level = logging.WARNING if event.what in WARNED_OF else logging.INFO
        _log.log(level, "%s", event.what, extra={"ids": ids})

    def _is_new(self, what: str, lane: str) -> bool:
        partner = lane.partition("/")[0]
        with self._lock:
            if what == RECOVERED:
                new = self._last_told.get(lane) != RECOVERED
            else:
                now = self._seconds()
                new = now - self._failed_at.get(partner, float("-inf")) >= QUIET
                if new:
                    self._failed_at[partner] = now
            if new:
                self._last_told[lane] = what
            return new
