"""Stored text made fit for a terminal, and values as people and programs read them."""

import dataclasses
import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum

# A partner's text may try to drive the terminal that shows it: whole escape sequences go, other
# control characters and the marks that turn the direction of reading become visible.
_SEQUENCE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_].*?(?:\x07|\x1b\\|\Z)|\x1b.|\x9b[0-?]*[ -/]*[@-~]",
    re.DOTALL,
)
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def clean(text: str) -> str:
    """Return the text without escape sequences; other control characters become U+FFFD.

    Line ends and tabs stay. Lone surrogates, which no terminal can write, become U+FFFD too.
    """
    return _CONTROL.sub("\ufffd", _SEQUENCE.sub("", text.replace("\r\n", "\n")))


def line(text: str) -> str:
    """Return the text in one line."""
    return " ".join(clean(text).split())


def one_line(text: str) -> str:
    """Return the text in one line with every space kept; line ends and tabs become visible."""
    return clean(text).replace("\n", "\u240a").replace("\t", "\u2409")


def when(moment: datetime | None) -> str:
    """Return a moment in UTC to the second, or a dash."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z" if moment else "-"


def plain(value: object) -> object:
    """Return a value of the house as JSON has it: dataclasses as objects, bytes in hexadecimal."""
    if isinstance(value, Enum):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    return value


def as_text(value: object) -> str:
    """Return JSON in ASCII, so that no stored text reaches the terminal unescaped."""
    return json.dumps(plain(value), indent=2, ensure_ascii=True)
