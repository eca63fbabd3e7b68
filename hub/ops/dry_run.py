"""A partner's file read as if it had come, without a store, a partner or a trace of it.

With a store at hand it also says which orders would be found and what would happen to them; that is
decided on a snapshot, and nothing is written.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import BinaryIO, Protocol, cast

from pydantic import BaseModel

from hub.domain import rules
from hub.domain.exchange import (
    Document,
    Problem,
    Receipt,
    Segments,
    Severity,
    SplitGroup,
    SplitInterchange,
)
from hub.domain.messages import Message
from hub.domain.names import Names
from hub.domain.rules import Spoken, Subject
from hub.errors import Malformed
from hub.flow.headings import with_headings
from hub.flow.naming import Called, Ever
from hub.flow.orders import UNITS
from hub.flow.parts import Parts
from hub.flow.settling import Translated, translate
from hub.flow.taking import NOTHING_USED, in_zone
from hub.formats import Format
from hub.mapping import Library
from hub.ops.order_story import told
from hub.ops.places import Flaw, flaws
from hub.partners import Channel, Partners
from hub.store import Store, Transaction


class Reader(Protocol):
    """What reading needs of all the parts: the partners, the formats and the maps."""

    @property
    def partners(self) -> Partners:
        """Every partner's page."""

    @property
    def formats(self) -> Mapping[str, Format]:
        """Every format by name."""

    @property
    def maps(self) -> Library:
        """Every map."""

    @property
    def transform(self) -> Callable[[str, bytes], bytes]:
        """What runs stylesheets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The order a paper speaks of, and what would happen to it, in words."""

    order: str
    brand: str
    would: tuple[str, ...]
    problems: tuple[Flaw, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedPaper:
    """One paper: what it would come to, what it says, what is wrong with it."""

    set_id: str
    number: str
    offset: int
    length: int
    verdict: str
    usable: bool
    messages: tuple[Message, ...]
    receipt: Receipt | None
    problems: tuple[Flaw, ...]
    found: tuple[Found, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedInterchange:
    """One envelope with its papers, and the receipts that would answer it."""

    sender: str
    receiver: str
    number: str
    usage: str
    problems: tuple[Flaw, ...]
    papers: tuple[TriedPaper, ...]
    receipts: tuple[Segments, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What a file would come to. `whole` says whether it would be taken in as it lies there.

    `cut` says that the file goes on after what was tried.
    """

    partner: str
    channel: str
    whole: bool
    interchanges: tuple[TriedInterchange, ...]
    problems: tuple[Flaw, ...]
    looked_up: bool
    cut: bool

    @property
    def usable(self) -> int:
        """How many papers could be used."""
        return sum(paper.usable for one in self.interchanges for paper in one.papers)

    @property
    def papers(self) -> int:
        """How many papers there are."""
        return sum(len(one.papers) for one in self.interchanges)


def dry_run(
    reader: Reader,
    channel: Channel,
    stream: BinaryIO,
    *,
    store: Store | None,
    now: datetime,
    most: int = sys.maxsize,
) -> Tried:
    """Read a file as the channel would; writes nothing and raises nothing on what the file says.

    After `most` envelopes and papers, counted together, the rest is left: a page has an end.
    """
    fmt = reader.formats[channel.format]
    whole = fmt.whole(stream)
    stream.seek(0)
    interchanges: list[TriedInterchange] = []
    problems: Sequence[Problem] = ()
    room, cut = most, False
    try:
        for one in fmt.split(stream, profile=_profile(channel, store)):
            cut = room <= 0
            if cut:
                break
            at = stream.tell()
            interchanges.append(_interchange(reader, channel, one, stream, store, now, room))
            room -= 1 + sum(len(each.documents) for each in one.groups)
            stream.seek(at)  # the split goes on where it was
    except Malformed as fault:
        problems = fault.problems
    return Tried(
        partner=channel.partner,
        channel=channel.name,
        whole=whole,
        interchanges=tuple(interchanges),
        problems=flaws(problems),
        looked_up=store is not None,
        cut=cut or room < 0,
    )


def _profile(channel: Channel, store: Store | None) -> BaseModel:
    """Return the channel's profile, with the headings of tables that were assigned since."""
    if store is None:
        return channel.profile
    with store.read() as tx:
        return with_headings(tx, channel.partner, channel.profile)


def _interchange(
    reader: Reader,
    channel: Channel,
    one: SplitInterchange,
    stream: BinaryIO,
    store: Store | None,
    now: datetime,
    most: int,
) -> TriedInterchange:
    envelope = one.interchange
    documents = ((group.group, document) for group in one.groups for document in group.documents)
    papers = [
        _paper(reader, channel, document, (*_errors(envelope.problems), *_errors(at.problems)),
               _slice(stream, document), store, now)
        for at, document in islice(documents, most)
    ]  # fmt: skip
    receipts: Sequence[Segments] = ()
    if not _errors(envelope.problems):
        receipts = reader.formats[channel.format].acknowledge(one, profile=channel.profile)
    return TriedInterchange(
        sender=envelope.sender,
        receiver=envelope.receiver,
        number=envelope.number,
        usage=envelope.usage,
        problems=flaws((*envelope.problems, *_group_problems(one.groups))),
        papers=tuple(papers),
        receipts=tuple(receipts),
    )


def _slice(stream: BinaryIO, document: Document) -> bytes:
    stream.seek(document.offset)
    return stream.read(document.length)


def _group_problems(groups: Sequence[SplitGroup]) -> tuple[Problem, ...]:
    return tuple(problem for each in groups for problem in each.group.problems)


def _errors(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    return tuple(problem for problem in problems if problem.severity is Severity.ERROR)


def _paper(
    reader: Reader,
    channel: Channel,
    document: Document,
    envelope: Sequence[Problem],
    body: bytes,
    store: Store | None,
    now: datetime,
) -> TriedPaper:
    syntax = (*envelope, *document.problems)
    translated = Translated(paper=())
    found: tuple[Found, ...] = ()
    if not _errors(syntax):
        # `translate` asks its parts for these and for nothing else.
        translated = translate(cast(Parts, reader), channel, document, body)
        found = _looked_up(reader, store, channel, translated, now)
    problems = (*syntax, *translated.problems)
    left = [flaw for one in found for flaw in one.problems]
    refused = bool(found) and all(_nothing_used(one) for one in found)
    usable = (bool(translated.messages) and not refused) or translated.receipt is not None
    wrong = bool(_errors(problems)) or any(flaw.severity == "error" for flaw in left)
    return TriedPaper(
        set_id=document.set_id,
        number=document.number,
        offset=document.offset,
        length=document.length,
        verdict=_verdict(bool(_errors(syntax)), wrong, usable),
        usable=usable,
        messages=translated.messages,
        receipt=translated.receipt,
        problems=flaws(problems),
        found=found,
    )


def _verdict(rejected: bool, wrong: bool, usable: bool) -> str:  # noqa: FBT001  # three findings
    if rejected:
        return "would be rejected: its syntax forbids to use it"
    if not usable:
        return "would be refused: nothing of it could be used"
    return "could be used in part" if wrong else "could be used whole"


def _nothing_used(found: Found) -> bool:
    return any(flaw.code in NOTHING_USED for flaw in found.problems)


def _looked_up(
    reader: Reader, store: Store | None, channel: Channel, translated: Translated, now: datetime
) -> tuple[Found, ...]:
    if store is None:
        return ()
    return looked_up(store, reader, channel.partner, translated.messages, now=now)


def looked_up(
    store: Store,
    reader: Reader,
    partner: str,
    messages: Sequence[Message],
    *,
    now: datetime,
    by_person: bool = False,
) -> tuple[Found, ...]:
    """Return which order each message means and what would happen to it; nothing is written.

    Only messages on one purchase order are looked up, and no advice of a warehouse. `by_person` is
    true of what a person posted.
    """
    zone = reader.partners.get(partner).calendar.zone
    with store.read() as tx:
        return tuple(
            _found(
                tx,
                partner,
                in_zone(message, zone),
                now,
                lambda one: reader.maps.word(UNITS, one),
                by_person=by_person,
            )
            for message in messages
            if isinstance(message, Spoken)
        )


def _found(
    tx: Transaction,
    partner: str,
    message: Spoken,
    now: datetime,
    unit_word: Callable[[str], str],
    *,
    by_person: bool,
) -> Found:
    known = tx.orders.for_purchase_order(partner=partner, number=message.number)
    if known is None:
        text = f"{partner} was never sent a purchase order {message.number!r}"
        return Found(
            order="", brand="", would=(), problems=flaws([Problem(code="unknown-order", text=text)])
        )
    order, fulfillment_id = known
    key = rules.business_key(partner, message)
    subject = Subject(
        order=order,
        fulfillment_id=fulfillment_id,
        effects=tx.exchange.effects(business_key=key),
        names=Names("dry run"),
        called=Called(tx, partner),
        ever=Ever(tx, partner),
        unit_word=unit_word,
        by_person=by_person,
    )
    change = rules.apply(subject, message, now=now)
    would = [told(str(fact.kind), fact.body, order) for fact in change.facts] + [
        each.text for each in change.stuck
    ]
    wrong = bool(_errors(change.problems))
    nothing = "nothing: see what is wrong" if wrong else "nothing new: it was taken in before"
    return Found(
        order=order.number,
        brand=order.brand,
        would=tuple(would) or (nothing,),
        problems=flaws(change.problems),
    )
