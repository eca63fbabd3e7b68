"""The one timeline of an order: what happened, who did it by what channel, and its paper."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.domain import carriers
from hub.domain.facts import FactKind
from hub.domain.orders import ChangeKind, Order
from hub.flow.parts import Parts
from hub.ops.desk.shown import partner_name
from hub.ops.fact_words import Namer, namer, sentence, together
from hub.ops.order_story import Paper, Waiting
from hub.store import DocumentRow, SealedFact
from hub.store.facts import Behind
from hub.store.notes import NoteRow

_SOURCES = {
    FactKind.ORDER_PLACED: "customer",
    FactKind.CHANGE_REQUESTED: "customer",
    FactKind.PURCHASE_ORDER_RECEIPTED: "supplier",
    FactKind.LINES_CONFIRMED: "supplier",
    FactKind.LINES_BACKORDERED: "supplier",
    FactKind.LINES_DECLINED: "supplier",
    FactKind.ORDER_SHIPPED: "supplier",
    FactKind.UNEXPECTED_SHIPPED: "supplier",
    FactKind.SHIPMENT_VOIDED: "supplier",
    FactKind.ANSWER_VOIDED: "supplier",
    FactKind.PROGRESS_REPORTED: "supplier",
    FactKind.INVOICE_RECEIVED: "supplier",
    FactKind.PARCEL_MOVED: "carrier",
    FactKind.PARCEL_DELIVERED: "carrier",
    FactKind.PARCEL_TROUBLED: "carrier",
    FactKind.CUSTOMER_TOLD: "mail",
}
_ANSWERS = frozenset({FactKind.CHANGE_CONFIRMED, FactKind.CHANGE_DECLINED})
_ACCOUNT, _KEY, _VISIT = "acc_", "key:", "visit:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One row of the one timeline.

    `source` is `customer`, `clerk`, `supplier`, `carrier`, `mail`, `note`, `alarm` or `hub`.
    `who` is the account of a person, `name` the partner's; `by` is the channel, in words. `paper`
    is what tells it, `link` the carrier's own page of the parcel; each may be missing.
    """

    at: datetime
    source: str
    text: str
    who: str = ""
    name: str = ""
    by: str = ""
    paper: Paper | None = None
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the store keeps of one order's past: its facts with what they come from, its papers."""

    facts: Sequence[SealedFact]
    behind: Mapping[str, Behind]
    papers: Sequence[DocumentRow]
    notes: Sequence[NoteRow]


def moments(
    parts: Parts,
    order: Order,
    kept: Kept,
    papers: Sequence[Paper],
    waiting: Sequence[Waiting],
) -> tuple[Moment, ...]:
    """Return what happened to an order, the newest first, and of one moment the last first."""
    names = namer(parts, order, kept.papers, kept.facts)
    shown = {one.id: one for one in papers}
    rows = [_of_fact(parts, fact, names, kept, shown) for fact in together(kept.facts)]
    rows += [Moment(at=one.at, source="note", who=one.who, text=one.text) for one in kept.notes]
    for one in waiting:
        rows.append(Moment(at=one.since, source="alarm", text=one.text))
        if one.closed_at is not None:
            text = f"settled: {one.text}"
            rows.append(Moment(at=one.closed_at, source="alarm", text=text))
    rows.sort(key=lambda row: row.at)
    return tuple(rows[::-1])


def _of_fact(
    parts: Parts,
    fact: SealedFact,
    names: Namer,
    kept: Kept,
    shown: Mapping[str, Paper],
) -> Moment:
    behind = kept.behind.get(fact.id, Behind(document_id="", kind="", who=""))
    source = _source(fact, behind)
    paper = shown.get(behind.document_id)
    partner = names.partner_id(fact.body) or (paper.partner if paper else "")
    person = source in ("customer", "clerk", "supplier")
    return Moment(
        at=fact.at,
        source=source,
        text=sentence(fact.kind, fact.body, names),
        who=account_of(behind.who) if person else "",
        name=partner_name(parts, partner) if source == "supplier" and partner else "",
        by=_by(fact, behind) if person or source == "carrier" else "",
        paper=paper,
        link=_link(fact, names) if source == "carrier" else "",
    )


def account_of(who: str) -> str:
    """Return the account behind what was done, without the form that it came by; "" for none."""
    found = who.removeprefix("user:")
    return found.partition(".")[0] if found.startswith(_ACCOUNT) else ""


def _source(fact: SealedFact, behind: Behind) -> str:
    """Whose doing it is: what a clerk enters comes from a clerk, whoever asked for it."""
    if fact.body.get("kind") == ChangeKind.RESOURCING:
        return "hub"
    if fact.kind in _ANSWERS:
        return "supplier" if behind.kind == "delivery" else "hub"
    source = _SOURCES.get(FactKind(fact.kind), "hub") if fact.kind in set(FactKind) else "hub"
    typed = fact.kind == FactKind.CHANGE_REQUESTED and not _from_outside(behind.who)
    entered = bool(account_of(behind.who)) or typed
    return "clerk" if source == "customer" and entered else source


def _from_outside(who: str) -> bool:
    return who.startswith((_VISIT, _KEY))


def _by(fact: SealedFact, behind: Behind) -> str:
    """Name the way by which it came: how the customer called, a web page, a program, a lane."""
    if fact.kind == FactKind.ORDER_PLACED:
        return str(fact.body.get("channel", ""))
    return channel_of(behind.who)


def channel_of(who: str) -> str:
    """Return by which way somebody came in, in words."""
    if account_of(who) or who.startswith(_VISIT):
        return "web page"
    if who.startswith(_KEY):
        return "API"
    _, lane, name = who.partition("/")
    return f"channel {name}" if lane else "command line" if who else ""


def _link(fact: SealedFact, names: Namer) -> str:
    found = (
        carriers.link(shipment.carrier, package.tracking)
        for shipment, package in names.packages(fact.body)
    )
    return next((link for link in found if link), "")
