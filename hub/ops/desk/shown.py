"""What is shown of strangers' bytes and names: nothing that hides, nothing that cannot be seen."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime

from hub.flow.parts import Parts

# Steps that say with a command what a page says otherwise, whole or by the sentence.
_SENTENCES = (
    (
        re.compile(r"A stock report that [^`]*`hub catalog import`, then run .*"),
        (
            "A stock report that brings some of it is used by itself. Else whoever runs the hub "
            "imports an offer of this SKU and has the order sourced again; or exchange or cancel "
            "the line, by “Change” or “Cancel” on the order's page."
        ),
    ),
    (
        re.compile(r"Call the partner; [^`]* was not possible: `hub orders show [^`]*`\."),
        (
            "Call the partner; what it says later by paper still counts. The customer's page says "
            "that the change was not possible; write to the customer from the order's page."
        ),
    ),
    (
        re.compile(r"Ask the partner to send it again whole; see the bytes with `hub [^`]*`\."),
        "Ask the partner to send it again whole; its bytes stand under “Raw” on its page.",
    ),
    (
        re.compile(r"See the bytes with `hub doc show [^`]*`\."),
        "Its bytes stand under “Raw” on its page.",
    ),
    (
        re.compile(r"`hub doc show [^`]*` shows what (?:it|was) answered\."),
        "What was answered is kept with the papers.",
    ),
    (
        re.compile(r"See `hub depot show [^`]*`; settle [^`]*`hub depot accept [^`]*`\. .*"),
        (
            "Settle it with whoever packed or carried it, then press “Accept”. A receipt of the "
            "rest clears this."
        ),
    ),
    (
        re.compile(r"Invite somebody, under [^`]*`hub users invite [^`]*`; then .*"),
        "Invite somebody, under Settings and People; then this closes by itself.",
    ),
    (
        re.compile(r"See that their e-mail is right, or [^`]*`hub users [^`]*`; .* tries again\."),
        (
            "See that their e-mail is right, or invite them again under Settings and People; "
            "“Re-run” tries again."
        ),
    ),
    (
        re.compile(r"Correct them; `hub partner check` tells all\. Nothing starts before\."),
        "Correct them; the hub names every one as it starts. Nothing starts before.",
    ),
    (
        re.compile(r"is `hub serve` or `hub work` running\?"),
        "does whoever runs the hub have one running?",
    ),
    (re.compile(r"; see `hub (?:partner headings|stock show)`"), ""),
    (
        re.compile(r"`hub catalog list` shows who does, `hub catalog import` adds offers"),
        "whoever runs the hub can import the offer",
    ),
    (
        re.compile(r"run it again where `hub (?:web|work)` runs"),
        "ask whoever runs the hub to run it again",
    ),
    (re.compile(r"`hub catalog import` adds it"), "whoever runs the hub can import it"),
    (
        re.compile(r"Add the offer with `hub catalog import` if it is to be sold"),
        "Whoever runs the hub imports the offer if it is to be sold",
    ),
    (
        re.compile(r"or add the offer with `hub catalog import`"),
        "or ask whoever runs the hub to import the offer",
    ),
    (
        re.compile(r"import it with `hub catalog import`"),
        "ask whoever runs the hub to import it",
    ),
    (
        re.compile(
            r"Say what they are called with `hub partner headings`, or under `columns` in "
            r"the channel's profile"
        ),
        "Ask whoever runs the hub to say what they are called",
    ),
)
# What a command is on a page; the last is for what no page does.
_COMMANDS = (
    (re.compile(r"`hub doc (?:why|show) [^`]*`"), "the paper"),
    (re.compile(r"`hub doc retry [^`]*`"), "“Re-run”"),
    (re.compile(r"`hub duty retry [^`]*`"), "“Re-run”"),
    (re.compile(r"`hub lane resume [^`]*`"), "“Resume”"),
    (re.compile(r"`hub lane list`"), "the overview"),
    (re.compile(r"`hub exceptions`"), "the exceptions"),
    (re.compile(r"`hub orders show [^`]*`"), "the order"),
    (re.compile(r"`hub orders cancel [^`]*`"), "“Change” or “Cancel” on the order's page"),
    (re.compile(r"`hub (?:stock|depot) accept [^`]*`"), "“Accept”"),
    (re.compile(r"`hub invoices show [^`]*`"), "the papers of the order"),
    (re.compile(r"`hub webhook dead [^`]*`"), "the page of the webhook"),
    (re.compile(r"`hub webhook replay [^`]*`"), "“Send them again”"),
    (re.compile(r"`hub webhook resume [^`]*`"), "“Call it again”"),
    (re.compile(r"`hub webhook remove [^`]*`"), "“Remove it” on the page of the webhook"),
    (re.compile(r"`hub catalog [^`]*`"), "an import by whoever runs the hub"),
    (re.compile(r"`hub [^`]*`"), "what whoever runs the hub can do"),
)
_LEADS = (
    (re.compile(r"`hub orders (?:cancel|source) "), "change"),
    (re.compile(r"`hub orders (?:cancel|source) "), "cancel"),
    (re.compile(r"`hub lane list`"), "overview"),
    (re.compile(r"`hub exceptions`"), "exceptions"),
    (re.compile(r"`hub users invite "), "people"),
    (re.compile(r"`hub webhook \w+ ([\w-]+)`"), "webhook"),
    (re.compile(r"`hub doc (?:why|show) ([\w-]+)`"), "paper"),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """A page that a next step leads to: what it is, and which one where there are many."""

    to: str
    id: str


def leads(next_step: str) -> tuple[Lead, ...]:
    """Return the pages that a next step, as it was written, speaks of."""
    found = ((pattern.search(next_step), to) for pattern, to in _LEADS)
    return tuple(Lead(to=to, id=one[1] if one.re.groups else "") for one, to in found if one)


def sentence(text: str) -> str:
    """Return a text with its whole sentences as a page says them.

    A command in a sentence that is not known here stays.
    """
    for written, words in _SENTENCES:
        text = written.sub(words, text)
    return text


def step(next_step: str) -> str:
    """Return a next step as a page says it: buttons and pages in place of commands.

    No command is left in it: who reads a page has no shell.
    """
    next_step = sentence(next_step)
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
