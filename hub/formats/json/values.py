"""One value of JSON at a time: strict where the standard leaves things open, and as a tree."""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

from hub.domain.bounds import IMPOSSIBLE
from hub.domain.exchange import Node, Problem, Where
from hub.errors import Malformed
from hub.formats.json.profile import MOST_DEEP, Limits
from hub.formats.json.wording import CUT, flaw, malformed

LONGEST_NUMBER = 40  # characters
ROOT_ROWS = "rows"
"""The member that a feed counts as having which is nothing but an array."""
BLANK = " \t\r\n"
BYTE_ORDER = "\ufeff"


class Wrong(ValueError):
    """One thing that no paper may hold; the place is told by who asked. Never leaves this file."""

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        super().__init__(text)


class Number(str):
    """A number as it was written: nothing of it is rounded."""

    __slots__ = ()


Value = Mapping[str, Any] | Sequence[Any] | Number | str | bool | None


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise Wrong("json-twice", f"the member {twice[:CUT]!r} stands twice in one object")
    return found


def _number(text: str) -> Number:
    if len(text) > LONGEST_NUMBER:
        raise Wrong("json-number", f"a number has more than {LONGEST_NUMBER} characters")
    if not math.isfinite(float(text)):
        raise Wrong("json-number", f"{text} is larger than any number that is counted with")
    return Number(text)


def _no_constant(text: str) -> NoReturn:
    raise Wrong("json-number", f"{text} is no number of JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_members,
    parse_float=_number,
    parse_int=_number,
    parse_constant=_no_constant,
    strict=True,
)


def decoded(text: str, at: int) -> tuple[Value, int]:
    """Return the value at a place and where it ends; raises Wrong or JSONDecodeError."""
    try:
        value, end = _DECODER.raw_decode(text, at)
    except RecursionError:
        raise Wrong("json-too-deep", f"values stand more than {MOST_DEEP} deep") from None
    return value, end


def checked(value: Value, *, depth: int, limits: Limits) -> None:
    """Raise Wrong for a value that is too deep or too wide, or that a tree cannot hold."""
    waiting: list[tuple[Value, int]] = [(value, depth)]
    count = 0
    while waiting:
        one, deep = waiting.pop()
        count += 1
        if deep > limits.max_depth:
            text = f"values stand more than {limits.max_depth} deep (`limits.max_depth`)"
            raise Wrong("json-too-deep", text)
        if count > limits.max_values:
            text = f"a paper has more than {limits.max_values} values (`limits.max_values`)"
            raise Wrong("json-values", text)
        if isinstance(one, dict):
            waiting += [(each, deep + 1) for each in one.values()]
        elif isinstance(one, list):
            if any(isinstance(each, list) for each in one):
                raise Wrong("json-arrays", "an array stands directly in an array")
            waiting += [(each, deep + 1) for each in one]


LONE = re.compile("[\ud800-\udfff]")
SPELLED = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
"""How a text spells a sign that it may not hold, or a whole character in two halves."""
MOST_NAMED = 100  # impossible signs of one paper
_NUL = "here stands the sign \\u0000, which no text may hold; leave it out and send the paper again"
_HALF = (
    "half a character (\\ud800 to \\udfff) stands alone; write the whole one, or leave it out, and "
    "send the paper again"
)
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_Steps = tuple[()] | tuple[Any, str]  # those to the value around it, and the last one


def impossible(value: Any, *, under: Sequence[str] = ()) -> Iterator[Problem]:
    """Yield a problem for each text, or name of a member, with a sign that no text may hold.

    RFC 8259 8.2 lets a text spell half a character, and every one spell U+0000; neither can be kept
    in a database. `under` are the steps to the value. At most MOST_NAMED are named. A pointer, and
    the value shown, spell such a sign as JSON does.
    """
    way: _Steps = ()
    for name in under:
        way = (way, name)
    waiting: list[tuple[Any, _Steps]] = [(value, way)]
    named = 0
    while waiting and named < MOST_NAMED:
        one, steps = waiting.pop()
        if isinstance(one, str):
            if found := IMPOSSIBLE.search(one):
                named += 1
                yield _impossible(found[0], one, _pointer(steps))
        elif isinstance(one, dict):
            for key, each in reversed(one.items()):
                waiting += [
                    (each, (steps, key)),
                    (key, (steps, key)),
                ]  # the name is looked at first
        elif isinstance(one, list):
            waiting += [(each, (steps, str(n))) for n, each in reversed([*enumerate(one)])]


def _impossible(sign: str, text: str, pointer: str) -> Problem:
    where = Where(path=_spelled(pointer), value=_shown(text))
    return flaw("json-character", _NUL if sign == "\0" else _HALF, where=where)


def odd_strings(text: str) -> Iterator[tuple[int, str]]:
    """Yield where each string with such a sign begins in a JSON text, and how its value is shown.

    One look at the whole text: what is no JSON has strings at wrong places.
    """
    for found in _STRING.finditer(text):
        if SPELLED.search(found[0]) and IMPOSSIBLE.search(said := LOOSE.decode(found[0])):
            yield found.start(), _shown(said)


def _pointer(steps: _Steps) -> str:
    names: list[str] = []
    while steps:
        steps, name = steps
        names.append("/" + name.replace("~", "~0").replace("/", "~1"))
    return "".join(reversed(names))


def _shown(text: str) -> str:
    return _spelled(text[:CUT])[:CUT]


def _spelled(text: str) -> str:
    return IMPOSSIBLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def skip(text: str, at: int) -> int:
    """Return the place of the next sign that is no blank, the end where there is none."""
    while at < len(text) and text[at] in BLANK:
        at += 1
    return at


def bytes_to(text: str, end: int | None) -> int:
    """Return how many bytes of UTF-8 a text has up to a place."""
    part = text if end is None else text[:end]
    return len(part) if part.isascii() else len(part.encode("utf-8"))


def loose_at(text: str, at: int) -> tuple[Any, int]:
    """Return the value at a place and its end, strict in nothing but the grammar.

    Of doubled members the last counts, numbers are text. Raises Malformed.
    """
    try:
        return LOOSE.raw_decode(text, at)
    except json.JSONDecodeError as fault:
        raise broken(text, fault.pos, fault.msg) from None
    except RecursionError:
        told = f"values stand more than {MOST_DEEP} deep"
        raise malformed("json-too-deep", told, bytes_to(text, at)) from None


def broken(text: str, at: int, words: str) -> Malformed:
    """Return the problem of a text that is no JSON from a place on."""
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    told = f"not well-formed JSON: {words[:1].lower()}{words[1:]}; correct it and send it again"
    return malformed(
        "json-not-well-formed", told, bytes_to(text, at), f"line {line}, column {column}"
    )


def elements(text: str, at: int, *, closed: bool = True) -> Iterator[tuple[int, int]]:
    """Yield where each element of the array at `at` begins and ends.

    A flaw inside one, such as a doubled member, does not end the others. With `closed` nothing may
    stand behind the array.
    """
    at = skip(text, at + 1)
    while text[at : at + 1] != "]":
        end = end_of(text, at)
        yield at, end
        at = skip(text, end)
        if text[at : at + 1] == ",":
            at = skip(text, at + 1)
            if text[at : at + 1] == "]":
                raise broken(text, at, "a value belongs behind the comma")
        elif text[at : at + 1] != "]":
            raise broken(text, at, "expecting ',' delimiter")
    if closed and skip(text, at + 1) != len(text):
        raise broken(text, at + 1, "something stands behind the end of the array")


LOOSE = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)


def end_of(text: str, at: int) -> int:
    """Return where a value ends, whatever is wrong inside that JSON's grammar allows."""
    return loose_at(text, at)[1]


def member(text: str, at: int, name: str) -> int:
    """Return where the value of a member of the object at `at` begins; the object is sound."""
    at = skip(text, at + 1)
    while True:
        key, end = decoded(text, at)
        start = skip(text, skip(text, end) + 1)
        if key == name:
            return start
        at = skip(text, skip(text, end_of(text, start)) + 1)


def node_of(name: str, value: Value, *, many: bool = False) -> Node:
    """Return a value as a tree; an array in an object is as many children of its name.

    An empty one is one child that is nothing, of many: it is there, and stands for no record.
    """
    if isinstance(value, dict):
        children = tuple(child for key, each in value.items() for child in _nodes(key, each))
        return Node(name=name, kind="object", children=children, many=many)
    kind, text = _scalar(value)
    return Node(name=name, kind=kind, text=text, many=many)


def _nodes(name: str, value: Value) -> Iterator[Node]:
    if isinstance(value, list):
        yield from (node_of(name, each, many=True) for each in value or (None,))
    else:
        yield node_of(name, value)


def _scalar(value: Value) -> tuple[str, str]:
    if value is None:
        return "nothing", ""
    if isinstance(value, bool):
        return "truth", "true" if value else "false"
    if isinstance(value, Number):
        return "number", str(value)
    return "text", str(value)
