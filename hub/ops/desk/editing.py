"""A paper's bytes as text that a person can correct in a form, and back again, bit for bit.

A form changes line ends and drops control characters; here both survive: what is not touched comes
back as it was. What would not is refused before anybody begins.
"""

from dataclasses import dataclass

from hub.domain.exchange import Problem
from hub.errors import Refused
from hub.flow.parts import Parts
from hub.ops.desk.mending import MOST_COPIED, Copied, edit_and_rerun

_PICTURES = 0x2400
_KEPT = frozenset("\n\t")


@dataclass(frozen=True, slots=True, kw_only=True)
class Editable:
    """A paper's or delivery's bytes for a form; control characters are their pictures (U+2400)."""

    id: str
    text: str


def editable(parts: Parts, row_id: str) -> Editable:
    """Return the bytes of a paper, or a whole delivery, as text to be corrected.

    Raises KeyError when there is none of that id, Refused for more than 1 MB, and for bytes that
    no form gives back as they were.
    """
    raw = _bytes(parts, row_id)
    if not can_return(raw):
        raise _no_use("it has signs that a form would change; correct it with a tool of your own")
    return Editable(id=row_id, text=shown(raw))


def rerun_edited(parts: Parts, row_id: str, text: str, *, who: str) -> Copied:
    """Settle a corrected copy whose text came out of a form; see `mending.edit_and_rerun`.

    Raises Refused, too, for a sign that the paper's own encoding does not have.
    """
    raw = _bytes(parts, row_id)
    return edit_and_rerun(parts, row_id, returned(text, like=raw), who=who)


def _bytes(parts: Parts, row_id: str) -> bytes:
    """The bytes themselves: what is secret in them is needed for the copy to be settled."""
    with parts.store.read() as tx:
        if row_id.startswith("tra_"):
            delivery = tx.exchange.transmission(row_id)
            transmission_id, start, length = delivery.id, 0, delivery.size
        else:
            row = tx.exchange.document(row_id)
            transmission_id, start, length = row.transmission_id, row.offset, row.length
        if length > MOST_COPIED:
            raise _no_use(f"it has {length:,} bytes; at most {MOST_COPIED:,} can be corrected here")
        with tx.exchange.body(transmission_id) as stream:
            stream.seek(start)
            return stream.read(length)


def shown(raw: bytes) -> str:
    """Return bytes as a form shows them."""
    encoding, line_end = _ways(raw)
    text = raw.decode(encoding).replace(line_end, "\n")
    return "".join(_picture(sign) for sign in text)


def returned(text: str, *, like: bytes) -> bytes:
    """Return a form's text as bytes written as those it began with.

    Raises Refused for a sign that their encoding does not have.
    """
    encoding, line_end = _ways(like)
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", line_end)
    signs = "".join(_control(sign) for sign in plain)
    try:
        return signs.encode(encoding)
    except UnicodeEncodeError as fault:
        strange = signs[fault.start]
        raise _no_use(
            f"{strange!r} (U+{ord(strange):04X}) is no sign of {encoding}; write another one"
        ) from fault


def can_return(raw: bytes) -> bool:
    """Say whether bytes that go through a form untouched come back as they were."""
    return returned(shown(raw), like=raw) == raw


def _ways(raw: bytes) -> tuple[str, str]:
    """How the bytes are written: the encoding, and what ends a line where all lines end alike."""
    try:
        raw.decode("utf-8")
        encoding = "utf-8"
    except UnicodeDecodeError:
        encoding = "latin-1"
    pairs = raw.count(b"\r\n")
    windows = pairs > 0 and pairs == raw.count(b"\n") == raw.count(b"\r")
    return encoding, "\r\n" if windows else "\n"


def _picture(sign: str) -> str:
    return chr(_PICTURES + ord(sign)) if ord(sign) < 0x20 and sign not in _KEPT else sign


def _control(sign: str) -> str:
    return chr(ord(sign) - _PICTURES) if 0 <= ord(sign) - _PICTURES < 0x20 else sign


def _no_use(text: str) -> Refused:
    return Refused([Problem(code="no-use", text=text)])
