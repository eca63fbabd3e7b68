"""What is shown of strangers' bytes and names: nothing that hides, nothing that cannot be seen."""

import re
import unicodedata
from datetime import UTC, datetime

from hub.flow.parts import Parts

# What a command of the command line is on a page; any other stays as it is.
_COMMANDS = (
    (re.compile(r"`hub doc (?:why|show) [^`]*`"), "the paper"),
    (re.compile(r"`hub doc retry [^`]*`"), "“Re-run”"),
    (re.compile(r"`hub duty retry [^`]*`"), "“Re-run”"),
    (re.compile(r"`hub lane resume [^`]*`"), "“Resume”"),
    (re.compile(r"`hub lane list`"), "the overview"),
    (re.compile(r"`hub exceptions`"), "the exceptions"),
    (re.compile(r"`hub orders show [^`]*`"), "the order"),
    (re.compile(r"`hub (?:stock|depot) accept [^`]*`"), "“Accept”"),
)
_PLAIN = frozenset("\n\t")
_PICTURES = 0x2400  # Unicode control pictures: U+2400 is the sign for NUL


def visible(text: str) -> str:
    """Return a text in which every sign can be seen where it stands.

    Control characters become their pictures (U+2400 on); what turns the direction of writing, joins
    or has no width becomes its number in brackets. Line ends and tabs stay.
    """
    return "".join(_seen(sign) for sign in text)


def _seen(sign: str) -> str:
    if sign in _PLAIN or sign.isprintable():
        return sign
    code = ord(sign)
    if code < 0x20:
        return chr(_PICTURES + code)
    if code == 0x7F:
        return "\u2421"
    if unicodedata.category(sign) == "Zs":
        return " "
    return f"[U+{code:04X}]"


def step(next_step: str) -> str:
    """Return a next step as a page says it: buttons and pages in place of commands."""
    for command, words in _COMMANDS:
        next_step = command.sub(words, next_step)
    return next_step


def decoded(raw: bytes) -> str:
    """Return bytes as text: UTF-8 if they are, else each byte as its Latin-1 sign."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def partner_name(parts: Parts, partner: str) -> str:
    """Return what people call a partner; its id when no page names it any more."""
    try:
        return parts.partners.get(partner).name
    except KeyError:
        return partner


def cursor(at: datetime, row_id: str) -> str:
    """Return the place in a list after a row, fit for an address."""
    whole = at.astimezone(UTC)
    return f"{int(whole.timestamp()) * 1_000_000 + whole.microsecond}-{row_id}"


def place(written: str) -> tuple[datetime, str] | None:
    """Read what `cursor` wrote; None for anything else, which is the beginning."""
    micros, _, row_id = written.partition("-")
    if not row_id or not micros.isascii() or not micros.isdigit() or len(micros) > 17:
        return None
    seconds, rest = divmod(int(micros), 1_000_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest), row_id
