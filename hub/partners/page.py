"""One page of YAML with the line of every key, and every mistake in it in plain words.

Values stay the text that stands on the page; the field that takes them decides what they mean, so
`004010` and `no` are not turned into a number and a truth behind the writer's back. Anchors,
aliases, tags and a second document are refused: a page reads the same from top to bottom.
"""

import difflib
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from hub.partners.wording import Path, allowed_keys, sentence, spelled

DEEPEST = 24  # levels; a page needs 5
LONGEST = 256 * 1024  # characters
BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")  # YAML 1.1 5.4
EMPTY_WORDS = frozenset({"", "~", "null"})
LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The one in C is ten times as fast; not every build of the library has it."""

M = TypeVar("M", bound=BaseModel)
Value = str | None | list["Value"] | dict[str, "Value"]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Mistake:
    """One thing wrong with a page. Lines count from 1."""

    file: str
    line: int
    key: str
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.key}: {self.what}"


class _Unreadable(Exception):
    """The rest of the page cannot be understood; never leaves this file."""

    def __init__(self, line: int, what: str) -> None:
        self.line = line
        self.what = what
        super().__init__(what)


class Page:
    """A page being read: its values, where they stand, and the mistakes found so far."""

    __slots__ = ("file", "lines", "mistakes", "value")

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.lines: dict[Path, int] = {(): 1}
        self.mistakes: list[Mistake] = []
        self.value: Value = None
        try:
            self.value = _Tree(self, text).read()
        except _Unreadable as fault:
            self.wrong((), fault.what, line=fault.line)

    @property
    def readable(self) -> bool:
        """Whether the page is a mapping at all, so that its keys can be judged."""
        return isinstance(self.value, dict)

    def wrong(self, path: Path, what: str, *, line: int | None = None) -> None:
        """Note a mistake at a key; without `line`, where that key stands."""
        at = self.line_of(path) if line is None else line
        self.mistakes.append(Mistake(file=self.file, line=at, key=spelled(path), what=what))

    def line_of(self, path: Path) -> int:
        """Return the line of the key, or of the nearest one around it."""
        while path not in self.lines:
            path = path[:-1]
        return self.lines[path]

    def at(self, path: Path) -> Value:
        """Return the value under a path, None when nothing stands there."""
        value = self.value
        for part in path:
            if isinstance(value, dict) and isinstance(part, str):
                value = value.get(part)
            elif isinstance(value, list) and isinstance(part, int) and part < len(value):
                value = value[part]
            else:
                return None
        return value

    def fit(self, model: type[M], path: Path = ()) -> M | None:
        """Read the mapping under a path as `model`, an absent one as empty.

        What does not fit is noted and None comes back.
        """
        value = self.at(path)
        if not isinstance(value, dict | None):
            self.wrong(path, "keys and values belong here, one `key: value` a line")
            return None
        try:
            return model.model_validate(value or {})
        except ValidationError as error:
            self._translate(error, model, path)
        return None

    def _translate(self, error: ValidationError, model: type[BaseModel], path: Path) -> None:
        whats: dict[Path, list[str]] = {}
        for fault in error.errors(include_url=False):
            place = self._place(path, fault["loc"], missing=fault["type"] == "missing")
            if fault["type"] == "extra_forbidden":
                allowed = allowed_keys(model, place[len(path) : -1])
                what = f"unknown key; {choices(str(place[-1]), allowed)}"
            else:
                what = sentence(fault, place)
            whats.setdefault(place, []).append(what)
        for place, several in whats.items():
            self.wrong(place, "; or ".join(dict.fromkeys(several)))

    def _place(self, path: Path, location: Sequence[str | int], *, missing: bool) -> Path:
        """Turn pydantic's location into keys, without union branches."""
        for index, part in enumerate(location):
            value = self.at(path)
            here = (isinstance(value, dict) and part in value) or (
                isinstance(value, list) and isinstance(part, int) and part < len(value)
            )
            if here or (missing and index == len(location) - 1):
                path = (*path, part)
        return path


def choices(given: str, allowed: Collection[str]) -> str:
    """Name the nearest allowed word, if one is near, and then all of them."""
    if not allowed:
        return "none is allowed here"
    near = difflib.get_close_matches(given, allowed, n=1)
    listed = ", ".join(sorted(allowed)[:40])
    return f"did you mean {near[0]}? there are: {listed}" if near else f"there are: {listed}"


class _Tree:
    """Builds values out of YAML events; recursion is bounded by DEEPEST."""

    def __init__(self, page: Page, text: str) -> None:
        self._page = page
        self._events = _events(text)
        self._next: yaml.Event = yaml.StreamStartEvent()

    def read(self) -> Value:
        """Return the one document of the page."""
        self._step()  # the stream begins
        self._step()
        if isinstance(self._next, yaml.StreamEndEvent):
            raise _Unreadable(1, "the page is empty")
        self._step()
        value = self._node(())
        self._step()
        if not isinstance(self._next, yaml.StreamEndEvent):
            raise _Unreadable(_line(self._next), "one page holds one document; remove the `---`")
        if not isinstance(value, dict):
            raise _Unreadable(1, "keys and values belong here, one `key: value` a line")
        return value

    def _step(self) -> None:
        self._next = next(self._events)

    def _node(self, path: Path) -> Value:
        """Build the node that begins at the current event and step behind it."""
        event = self._next
        self._refuse_tricks(event, path)
        self._page.lines.setdefault(path, _line(event))
        self._step()
        if isinstance(event, yaml.ScalarEvent):
            empty = event.implicit[0] and event.value in EMPTY_WORDS
            return None if empty else str(event.value)
        value = (
            self._sequence(path)
            if isinstance(event, yaml.SequenceStartEvent)
            else self._mapping(path)
        )
        self._step()
        return value

    def _refuse_tricks(self, event: yaml.Event, path: Path) -> None:
        if len(path) > DEEPEST:
            raise _Unreadable(_line(event), f"nested deeper than {DEEPEST} levels")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise _Unreadable(
                _line(event), "anchors (&) and aliases (*) are not used; write it out"
            )
        if getattr(event, "tag", None) is not None:
            raise _Unreadable(_line(event), "tags (!) are not used; write the plain value")

    def _sequence(self, path: Path) -> Value:
        values: list[Value] = []
        while not isinstance(self._next, yaml.SequenceEndEvent):
            values.append(self._node((*path, len(values))))
        return values

    def _mapping(self, path: Path) -> Value:
        values: dict[str, Value] = {}
        while not isinstance(self._next, yaml.MappingEndEvent):
            event = self._next
            self._refuse_tricks(event, path)
            if not isinstance(event, yaml.ScalarEvent):
                raise _Unreadable(_line(event), "a key must be one word")
            key = (*path, str(event.value))
            first = self._page.lines.setdefault(key, _line(event))
            self._step()
            if event.value in values:
                what = f"stands here twice, first in line {first}; remove one"
                self._page.wrong(key, what, line=_line(event))
                self._node((*path, f"{event.value} (again)"))
            else:
                values[event.value] = self._node(key)
        return values


def _events(text: str) -> Iterator[yaml.Event]:
    """Yield the events of the text; raises `_Unreadable` and nothing else."""
    if len(text) > LONGEST:
        raise _Unreadable(1, f"{len(text)} characters; a page has at most {LONGEST}")
    try:
        yield from yaml.parse(text, Loader=LOADER)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        # The loader in C may notice at the end that something is missing, one line behind the last.
        line = min(mark.line + 1, len(BREAK.split(text))) if mark else 1
        raise _Unreadable(line, f"not YAML: {_in_words(fault, text, line)}") from None
    except (yaml.YAMLError, ValueError, OverflowError) as fault:
        # A forbidden character, or an escape such as "\U00110000" that names none.
        line = text.count("\n", 0, _position(fault, text)) + 1
        what = getattr(fault, "reason", "an escape names no character")
        raise _Unreadable(line, f"not YAML: {what}") from None


def _in_words(fault: yaml.MarkedYAMLError, text: str, line: int) -> str:
    """Return what is wrong; each loader has words of its own for a tab in the indentation."""
    row = BREAK.split(text)[line - 1]
    if "\t" in row[: len(row) - len(row.lstrip())]:
        return "a tab stands before the first word; indent with spaces"
    return ", ".join(part for part in (fault.context, fault.problem) if part)


def _position(fault: Exception, text: str) -> int:
    """Return where a character stands that cannot be read, 0 when the fault does not tell."""
    if isinstance(fault, UnicodeEncodeError):
        return fault.start
    # Its number would be that of a byte in the loader in C, of a character in the other.
    character = getattr(fault, "character", None)
    return max(text.find(chr(character)), 0) if isinstance(character, int) else 0


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
