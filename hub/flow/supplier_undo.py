"""What a supplier said a moment ago and may take back at once: several of them in one go.

Taking back is a voiding paper for each, like the one that a single order's page posts.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.domain import carriers
from hub.domain.exchange import DocumentState, Problem, Purpose
from hub.domain.messages import ShipNotice
from hub.domain.names import stable
from hub.domain.posted import PostedSet
from hub.domain.rules import business_key
from hub.flow import supplier_room
from hub.flow.partner_work import Dispatched, Work
from hub.flow.parts import Parts
from hub.flow.posted import desk_of
from hub.flow.supplier_room import Came, Said

_FIELDS = {PostedSet.SHIPMENT_VOID: "shipment", PostedSet.ANSWER_VOID: "document"}
_COUNTS = (DocumentState.APPLIED, DocumentState.PARTLY_APPLIED)
KINDS = frozenset(_FIELDS)
"""The papers by which something is taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoable:
    """A shipment or an answer of one order that can be taken back; `until` is None if unknown."""

    kind: PostedSet
    number: str
    name: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What became of taking one back; no problems when it is as it was before."""

    number: str
    went_through: bool
    problems: tuple[Problem, ...] = ()


def shipped_with(
    parts: Parts, partner: str, sent: Mapping[str, Collection[str]]
) -> tuple[Undoable, ...]:
    """Return the shipments of these orders with these tracking numbers, while they are fresh."""
    works = supplier_room.numbered(parts, partner, list(sent))
    now = parts.now()
    return tuple(
        Undoable(kind=PostedSet.SHIPMENT_VOID, number=number, name=one.name, until=one.undo_until)
        for number, work in works.items()
        for one in _named_once(work)
        if _is_fresh(one, now) and _has(one, sent[number])
    )


def told_under(
    parts: Parts, partner: str, taken: Sequence[Undoable], keys: Collection[str]
) -> tuple[Undoable, ...]:
    """Return those of these shipments that were first told under one of these keys.

    What somebody else told before is not theirs who said the same once more.
    """
    channel = desk_of(parts, partner)
    if channel is None or not taken:
        return ()
    ours = {stable("doc", stable("tra", channel.lane, "in", f"posted/{key}"), "0") for key in keys}
    with parts.store.read() as tx:
        lying = tx.shelves.numbered(partner=partner, numbers=[one.number for one in taken])
        papers = tx.exchange.documents_of_orders({order for _, order in lying.values()})
    first: dict[str, str] = {}
    for paper in (paper for each in papers.values() for paper in each):  # the oldest first
        if paper.set_id == PostedSet.SHIP_NOTICE and paper.state in _COUNTS:
            first.setdefault(paper.business_key or "", paper.id)
    return tuple(one for one in taken if first.get(_notice_key(partner, one)) in ours)


def _notice_key(partner: str, one: Undoable) -> str:
    named = ShipNotice(purpose=Purpose.ORIGINAL, notice=one.name, number=one.number, parcels=())
    return business_key(partner, named)


def _named_once(work: Work) -> Iterator[Dispatched]:
    """Parcels that were told under one name are taken back together."""
    seen: set[str] = set()
    for one in work.shipments:
        if one.name not in seen:
            seen.add(one.name)
            yield one


def _is_fresh(one: Dispatched, now: datetime) -> bool:
    fresh = one.undo_until is not None and one.undo_until > now
    return one.voidable and fresh and not one.told


def _has(one: Dispatched, trackings: Collection[str]) -> bool:
    wanted = {carriers.plain(tracking) for tracking in trackings}
    return any(carriers.plain(package.tracking) in wanted for package in one.shipment.packages)


def answered_with(parts: Parts, partner: str, documents: Mapping[str, str]) -> tuple[Undoable, ...]:
    """Return the answers to these orders by these papers, while they can be taken back."""
    works = supplier_room.numbered(parts, partner, list(documents))
    return tuple(
        Undoable(
            kind=PostedSet.ANSWER_VOID,
            number=number,
            name=work.answer.document,
            until=work.answer.until,
        )
        for number, work in works.items()
        if work.answer is not None
        and work.answer.undoable
        and work.answer.document == documents[number]
    )


def undo(
    parts: Parts, partner: str, taken: Sequence[Undoable], *, key: str, who: str
) -> tuple[Undone, ...]:
    """Take each back by a paper of its own; with the same key each is taken back once."""
    return tuple(
        _undone(one, supplier_room.say(parts, partner, _said(one, key, who))) for one in taken
    )


def _said(one: Undoable, key: str, who: str) -> Said:
    return Said(
        set_id=one.kind,
        number=one.number,
        body={_FIELDS[one.kind]: one.name},
        key=f"{key}-{one.number}-{one.name}",
        who=who,
    )


def _undone(one: Undoable, came: Came) -> Undone:
    return Undone(number=one.number, went_through=came.went_through, problems=came.problems)
