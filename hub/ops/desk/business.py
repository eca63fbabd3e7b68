"""What a paper says, in words: its message's fields as sections of labels and values."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime
from enum import Enum
from typing import Any

from hub.domain.exchange import Document, DocumentState, Node, Segments
from hub.domain.messages import Address, ProductId
from hub.domain.money import money
from hub.domain.people import is_about_people
from hub.errors import Malformed
from hub.flow.parts import POSTED, Parts
from hub.flow.settling import is_feed, translate
from hub.ops.desk.shown import visible
from hub.store import DocumentRow

MOST_WHOLE = 32 * 1024
"""Bytes; of a longer paper the first part is read for this view: a page must not take long."""
MOST_READ = 1024 * 1024
"""Bytes; of a longer one not even that."""
MOST_SEGMENTS = 700
MOST_BEHIND = 10
"""So many segments at the end go with the first part: what a paper sums up stands there."""
MOST_ALIKE = 50
_AMOUNTS = frozenset({"amount", "cost", "price", "total"})
_RESTS = frozenset({"price_rest"})
_PEOPLES = frozenset({"personalization", "recipient", "sender", "greeting"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One thing a paper says. `personal` values are somebody's: show them only to who may see.

    `ours` are words that the hub has for it, and none of the paper's.
    """

    label: str
    value: str
    personal: bool = False
    ours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What belongs together: the head of a message, one of its lines, an address."""

    title: str
    rows: tuple[Said, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Business:
    """What a paper says; `sections` are empty with the reason in `why`: one of the words below."""

    sections: tuple[Section, ...] = ()
    why: str = ""


PART = "part"
"""No more than the first part of the paper is shown."""
TOO_LONG = "long"
"""The paper can be read, but not while somebody waits for a page."""
REPORT = "report"
"""A stock report is read row by row and never whole."""
UNREADABLE = "unreadable"


def business_view(parts: Parts, row: DocumentRow) -> Business:
    """Return what a paper says, or why it is not shown; raises Erased when its bytes are gone.

    It is read by the map as it is now, which may not be the one it was judged by.
    """
    if row.state is DocumentState.REJECTED:
        return Business(why=UNREADABLE)  # its syntax forbids to read it
    if _is_report(parts, row):
        return Business(why=REPORT)
    if row.length > MOST_READ:
        return Business(why=TOO_LONG)
    with parts.store.read() as tx, tx.exchange.body(row.transmission_id) as stream:
        stream.seek(row.offset)
        body = stream.read(row.length)
    whole = row.length <= MOST_WHOLE
    read = messages_of if whole else _first_part
    sections = tuple(
        section
        for message in read(parts, row, body)
        for section in _sections(
            message,
            title=words(type(message).__name__),
            currency=_currency(parts, row.partner, message),
        )
    )
    if whole:
        return Business(sections=sections, why="" if sections else UNREADABLE)
    return Business(sections=sections, why=PART if sections else TOO_LONG)


def _is_report(parts: Parts, row: DocumentRow) -> bool:
    try:
        return is_feed(parts, parts.partners.channel(f"{row.partner}/{row.channel}"), row)
    except KeyError:
        return False


def messages_of(parts: Parts, row: DocumentRow, body: bytes) -> Sequence[object]:
    """Return what a paper says in our words, or the receipt it is; nothing of a stock report."""
    if row.syntax == POSTED:
        return parts.posted(row.set_id, row.order_number, body).messages
    try:
        channel = parts.partners.channel(f"{row.partner}/{row.channel}")
        if is_feed(parts, channel, row):
            return ()
        read = translate(parts, channel, document_of(row), body)
    except (KeyError, Malformed):
        return ()
    return read.messages if read.receipt is None else (read.receipt,)


def _first_part(parts: Parts, row: DocumentRow, body: bytes) -> Sequence[object]:
    """Return the messages of a long paper with the first of their rows, as far as one map tells."""
    if row.syntax == POSTED:
        return messages_of(parts, row, body)
    try:
        channel = parts.partners.channel(f"{row.partner}/{row.channel}")
        fmt = parts.formats[channel.format]
        paper = fmt.read(body, document=document_of(row))
        page = parts.maps.page(channel.maps[row.set_id])
    except (KeyError, Malformed):
        return ()
    shorter = _pruned(paper) if isinstance(paper, Node) else _shortened(paper)
    return page.read(shorter).messages


def _pruned(node: Node) -> Node:
    """A tree with the first of those elements that stand in it again and again."""
    counts: Counter[str] = Counter()
    kept = []
    for child in node.children:
        counts[child.name] += 1
        if counts[child.name] <= MOST_ALIKE:
            kept.append(_pruned(child))
    return replace(node, children=tuple(kept))


def _shortened(paper: Segments) -> Segments:
    """The first segments, as far as whole rows go, and the last."""
    if len(paper) <= MOST_SEGMENTS + MOST_BEHIND:
        return paper
    first = paper[:MOST_SEGMENTS]
    tags = Counter(segment[0] for segment in first if segment)
    often = max(tags.values()) / 2
    begins = next(tag for tag in tags if tags[tag] >= often)
    last = max(n for n, segment in enumerate(first) if segment and segment[0] == begins)
    return (*first[:last], *paper[-MOST_BEHIND:])


def document_of(row: DocumentRow) -> Document:
    """Return a stored paper as formats know it; its own problems are left out."""
    return Document(
        set_id=row.set_id,
        version=row.version,
        number=row.number,
        offset=row.offset,
        length=row.length,
        syntax=row.syntax,
    )


def _currency(parts: Parts, partner: str, message: object) -> str:
    """Return what a message counts money in: its own word, else its purchase order's."""
    said, number = str(getattr(message, "currency", "")), str(getattr(message, "number", ""))
    if said or not hasattr(message, "currency") or not number.isprintable():
        return said
    with parts.store.read() as tx:
        found = tx.orders.for_purchase_order(partner=partner, number=number)
    return found[0].fulfillment(found[1]).currency if found else ""


def _sections(
    value: Any, *, title: str, currency: str, personal: bool = False
) -> Iterator[Section]:
    """Yield what a value says of itself, then what lies in it."""
    rows: list[Said] = []
    below: list[Section] = []
    for field in fields(value):
        inside = getattr(value, field.name)
        label = words(field.name)
        if _is_listing(inside):
            below += _listing(inside, title=label, currency=currency)
        elif is_dataclass(inside) and not isinstance(inside, ProductId):
            whose = isinstance(inside, Address)
            below += _sections(inside, title=label, currency=currency, personal=whose)
        elif field.name in _AMOUNTS and isinstance(inside, int):
            finer = getattr(value, f"{field.name}_rest", 0)
            rows.append(Said(label=label, value=_amount(inside, finer, currency)))
        elif field.name not in _RESTS and (text := _text(inside)):
            whose = personal or field.name in _PEOPLES or is_about_people(f"/{field.name}")
            ours = isinstance(inside, bool | Enum)
            rows.append(Said(label=label, value=visible(text), personal=whose, ours=ours))
    if rows:
        yield Section(title=title, rows=tuple(rows))
    yield from below


def _is_listing(value: object) -> bool:
    """Whether a value is rows of their own, and not one or several words."""
    return (
        isinstance(value, tuple)
        and bool(value)
        and is_dataclass(value[0])
        and not isinstance(value[0], ProductId)
    )


def _listing(rows: Sequence[object], *, title: str, currency: str) -> Iterator[Section]:
    one = title.removesuffix("s")
    for number, each in enumerate(rows[:MOST_ALIKE], start=1):
        yield from _sections(each, title=f"{one} {number}", currency=currency)
    if len(rows) > MOST_ALIKE:
        left = Said(label="more", value=f"{len(rows) - MOST_ALIKE} more are not shown", ours=True)
        yield Section(title=title, rows=(left,))


def _amount(minor: int, finer: int, currency: str) -> str:
    """Return an amount in its currency; `finer` are parts of a minor unit as `FINE` counts them."""
    digits, _, code = money(minor, currency).partition(" ")
    if finer:
        digits = f"{digits}{'' if '.' in digits else '.'}{finer:04d}".rstrip("0")
    return f"{digits} {code}".rstrip()


def _text(value: object) -> str:
    match value:
        case None | "" | ():
            return ""
        case bool():
            return "yes" if value else "no"
        case Enum():
            return str(value.value)
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case ProductId():
            return f"{value.kind} {value.value}"
        case tuple():
            return ", ".join(filter(None, (_text(one) for one in value)))
    return str(value)


def words(name: str) -> str:
    """Return a name of ours as people read it: `ship_to` is "Ship to"."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ")
    return spaced[:1].upper() + spaced[1:].lower()
