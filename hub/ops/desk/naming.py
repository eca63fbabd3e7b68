"""Names in partners' papers that nobody knows: which they are, and what each may stand for.

Read only; what a name stands for is said by `hub.flow.naming`.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.domain.exchange import Direction
from hub.domain.hearing import AskedLines
from hub.domain.messages import (
    ChangeResponse,
    Invoice,
    OrderReport,
    OrderResponse,
    ProductId,
    ShipNotice,
)
from hub.domain.orders import FulfillmentLine, FulfillmentOrder, Order
from hub.domain.warehouse import WarehouseAdvice
from hub.flow.naming import Called, can_be
from hub.flow.parts import Parts
from hub.ops.desk.business import messages_of
from hub.ops.desk.causes import MOST_TRIED, Cause
from hub.store import DocumentRow, Erased, OfferRow, Transaction

NO_LINE, NO_ARTICLE = "unknown-line", "unknown-article"
MOST_FOUND = 10
MOST_NAMES = 20
"""So many unknown names of a paper are told; the next come when these are said."""
Row = tuple[str, Sequence[ProductId]]
MOST_READ = 256 * 1024
"""Bytes; no longer paper is searched for names that nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An article that a name may stand for; `line` and `units` are those of the order asked."""

    sku: str
    title: str
    called: tuple[str, ...] = ()
    line: str = ""
    units: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unnamed:
    """A name that nobody knows, in how many papers, and the lines that no other name took.

    `choices` are those of the order; of several papers those that all of them have.
    """

    name: str
    papers: int
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What a name of a partner's stands for, and who said so when.

    `given_to` is the article that the catalogue has given the name to since; it wins.
    """

    name: str
    sku: str
    title: str
    said_at: datetime
    who: str
    given_to: str = ""


# --- what nobody knows ----------------------------------------------------------------------------


def unnamed(parts: Parts, document_id: str) -> tuple[Unnamed, ...]:
    """Return the names of a paper that nobody knows; raises KeyError when there is no such paper.

    The paper is read as its page and map are now, and held against what is known now: a name that
    somebody said the meaning of since is not among them, unless it did not help.
    """
    with parts.store.read() as tx:
        row = tx.exchange.document(document_id)
        if row.direction is Direction.OUT or not _is_about_names(tx, row):
            return ()
        found = dict(_on_orders(tx, parts, row))
        called = Called(tx, row.partner)
        reported = (one.where.value for one in row.problems if one.code == NO_ARTICLE)
        found |= {name: () for name in reported if name not in found and name not in called}
    said = [
        Unnamed(name=name, papers=1, choices=choices)
        for name, choices in found.items()
        if can_be(name)
    ]
    return tuple(said[:MOST_NAMES])


def _is_about_names(tx: Transaction, row: DocumentRow) -> bool:
    """Whether a paper may have a name that nobody knows; the differences of invoices are elsewhere.

    They are told of the order, whichever paper they were seen with.
    """
    if any(one.code in (NO_LINE, NO_ARTICLE) for one in row.problems):
        return True
    return bool(row.fulfillment_id and tx.queue.holding([f"invoice:{row.fulfillment_id}"]))


def unnamed_of(parts: Parts, cause: Cause) -> tuple[Unnamed, ...]:
    """Return the names that stopped the papers of one cause, the most frequent first."""
    if cause.code not in (NO_LINE, NO_ARTICLE):
        return ()
    papers: Counter[str] = Counter()
    common: dict[str, tuple[Choice, ...]] = {}
    for document_id in cause.ids[:MOST_TRIED]:
        if document_id.startswith("doc_"):
            for one in unnamed(parts, document_id):
                papers[one.name] += 1
                common[one.name] = _both(common.get(one.name), one.choices)
    return tuple(
        Unnamed(name=name, papers=count, choices=common[name])
        for name, count in papers.most_common(MOST_NAMES)
    )


def _both(former: tuple[Choice, ...] | None, more: tuple[Choice, ...]) -> tuple[Choice, ...]:
    """The articles that are free on both orders; lines and units are of neither then."""
    if former is None:
        return more
    free = {choice.sku for choice in more}
    return tuple(
        Choice(sku=one.sku, title=one.title, called=one.called) for one in former if one.sku in free
    )


def _on_orders(
    tx: Transaction, parts: Parts, row: DocumentRow
) -> Iterator[tuple[str, tuple[Choice, ...]]]:
    """Yield what is on no order by its own name, with the lines that nothing else took."""
    papers: dict[str, tuple[Order, FulfillmentOrder, list[Row]]] = {}
    for message in _messages(tx, parts, row):
        rows = _rows(message)
        found = tx.orders.for_purchase_order(
            partner=row.partner, number=str(getattr(message, "number", ""))
        )
        if rows and found is not None:
            part = found[0].fulfillment(found[1])
            papers.setdefault(part.id, (found[0], part, []))[2].extend(rows)
    for order, part, rows in papers.values():
        asked = AskedLines(part, Called(tx, row.partner))
        meant = [asked.meant(number, products) for number, products in rows]
        taken = {line.id for line in meant if line is not None}
        free = tuple(_choice(order, line) for line in part.lines if line.id not in taken)
        for line, (_, products) in zip(meant, rows, strict=True):
            if line is None and products:
                yield products[0].value.strip(), free


def _messages(tx: Transaction, parts: Parts, row: DocumentRow) -> Sequence[object]:
    if row.length > MOST_READ:
        return ()
    try:
        with tx.exchange.body(row.transmission_id) as stream:
            stream.seek(row.offset)
            return messages_of(parts, row, stream.read(row.length))
    except Erased:
        return ()


def _rows(message: object) -> Sequence[Row]:
    """What a paper says of lines: their numbers and ids."""
    match message:
        case OrderResponse() | OrderReport() | ChangeResponse() | Invoice():
            return [(line.number, line.products) for line in message.lines]
        case ShipNotice():
            boxed = [line for parcel in message.parcels for line in parcel.lines]
            return [(line.number, line.products) for line in (*boxed, *message.loose)]
        case WarehouseAdvice():
            return [(one.number, one.products) for box in message.cartons for one in box.picks]
    return ()


def _choice(order: Order, line: FulfillmentLine) -> Choice:
    return Choice(
        sku=line.sku,
        title=order.line(line.line_id).description,
        called=tuple(dict.fromkeys(one.value for one in line.products)),
        line=line.number,
        units=line.buckets.ordered,
    )


# --- what it may stand for, and what is known -----------------------------------------------------


def sought(parts: Parts, partner: str, text: str) -> tuple[Choice, ...]:
    """Return articles that the partner offers: by an id that holds the text, or by its words."""
    wanted = text.strip()
    if not wanted:
        return ()
    with parts.store.read() as tx:
        found = tx.supplying.offers(partner=partner, text=wanted, after="", limit=MOST_FOUND)
        choices = {offer.sku: _offered(offer) for offer in found}
        said = tx.catalog.said(wanted.split(), limit=10 * MOST_FOUND)
        offers = tx.catalog.offers([one.sku for one in said])
    for one in said:
        if any(offer.partner == partner for offer in offers.get(one.sku, ())):
            choices.setdefault(one.sku, Choice(sku=one.sku, title=one.title))
    return tuple(choices.values())[:MOST_FOUND]


def _offered(offer: OfferRow) -> Choice:
    called = tuple(dict.fromkeys(one.value for one in offer.products))
    return Choice(sku=offer.sku, title=offer.title, called=called)


def names(parts: Parts, partner: str) -> tuple[Named, ...]:
    """Return what people said a partner's names stand for, by their letters."""
    with parts.store.read() as tx:
        rows = tx.names.of(partner)
        titles = tx.catalog.items({row.sku for row in rows})
        given = tx.names.given(partner) if rows else {}
    return tuple(
        Named(
            name=row.name,
            sku=row.sku,
            title=titles[row.sku].title if row.sku in titles else "",
            said_at=row.said_at,
            who=row.who,
            given_to=min(given.get(row.name, set()) - {row.sku}, default=""),
        )
        for row in rows
    )
