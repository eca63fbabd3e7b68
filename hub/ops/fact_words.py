"""A fact of an order in one sentence, for the house and its partners: which, who, what, by when.

Ids become what people know: articles, partners, purchase orders, parcels. Sentences are the hub's
English, pages say them in other languages by their shape; what others wrote is quoted in them.
Customers are told in other words, by `portal`.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from zoneinfo import ZoneInfo

from hub.domain import carriers
from hub.domain.change_settling import SHIPPED, SILENCE, WITHDRAWN
from hub.domain.facts import FactKind
from hub.domain.orders import ChangeKind, Order, Package, Shipment
from hub.domain.wishes import Why
from hub.flow.parts import Parts
from hub.ops import change_words
from hub.ops.explain import trade_name
from hub.render import words
from hub.store import DocumentRow, SealedFact

Body = Mapping[str, object]
_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class Namer:
    """What ids of one order stand for. `papers` are (trade name, purchase order) by document.

    `partners` are names by id, `more` what changes added, see `change_words.added`.
    """

    order: Order
    partners: Mapping[str, str]
    papers: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    more: Collection[tuple[str, str]] = ()

    def goods(self, body: Body) -> str:
        """Name the articles of a fact with their units, quoted; empty when it names none."""
        names = {line.id: line.description or line.sku for line in self.order.lines}
        rows = body.get("lines")
        units: Counter[str] = Counter()
        for row in rows if isinstance(rows, list | tuple) else [body]:
            quantity = row.get("quantity") if isinstance(row, Mapping) else None
            if isinstance(quantity, int) and str(row.get("line")) in names:
                units[names[str(row.get("line"))]] += quantity
        return words.quoted(", ".join(f"{count} × {name}" for name, count in units.items()))

    def partner_id(self, body: Body) -> str:
        """Return the partner whose part of the order a fact is about, "" for none."""
        found = (
            part.partner for part in self.order.fulfillments if part.id == body.get("fulfillment")
        )
        return str(body.get("partner") or next(found, ""))

    def partner(self, body: Body) -> str:
        """Name that partner, quoted."""
        partner = self.partner_id(body)
        return words.quoted(self.partners.get(partner, partner)) or "the partner"

    def number(self, body: Body) -> str:
        """Return the purchase order of that part, quoted."""
        part = body.get("fulfillment")
        found = (one.number for one in self.order.fulfillments if one.id == part)
        return words.quoted(str(body.get("purchase_order") or next(found, "")))

    def paper(self, body: Body) -> str:
        """Name a paper of ours: `1001-1 (purchase order)`."""
        trade, number = self.papers.get(str(body.get("document")), ("", ""))
        return f"{words.quoted(number)} ({trade or 'paper'})" if number else trade or "paper"

    def packages(self, body: Body) -> Iterator[tuple[Shipment, Package]]:
        """Yield the parcels of a fact: one of them, or all of a shipment."""
        for shipment in (*self.order.shipments, *self.order.voided):
            for package in shipment.packages:
                meant = body.get("package") in (None, package.id)
                if meant and shipment.id == body.get("shipment"):
                    yield shipment, package

    def parcels(self, body: Body) -> str:
        """Name the parcels of a fact by carrier and number, quoted; empty for none."""
        found = [_parcel(one, package) for one, package in self.packages(body) if package.tracking]
        return words.quoted(", ".join(dict.fromkeys(found)))


def _parcel(shipment: Shipment, package: Package) -> str:
    word = carriers.carrier_of(package.tracking, named=shipment.carrier)
    return f"{carriers.name(word)} {package.tracking}".strip()


def namer(
    parts: Parts, order: Order, papers: Sequence[DocumentRow], facts: Sequence[SealedFact]
) -> Namer:
    """Return what stands for the ids of an order with these papers and facts."""
    return Namer(
        order=order,
        partners={one.id: one.name for one in parts.partners.all},
        papers={one.id: (trade_name(parts, one), one.order_number) for one in papers},
        more=change_words.added(facts),
    )


_SAID = frozenset(
    {
        FactKind.LINES_CONFIRMED,
        FactKind.LINES_BACKORDERED,
        FactKind.LINES_DECLINED,
        FactKind.ORDER_SHIPPED,
        FactKind.UNEXPECTED_SHIPPED,
        FactKind.SHIPMENT_VOIDED,
        FactKind.CHANGE_CONFIRMED,
        FactKind.CHANGE_DECLINED,
        FactKind.PROGRESS_REPORTED,
        FactKind.INVOICE_RECEIVED,
    }
)
"""What a partner says of its own part, and may read again."""


def said_of_part(parts: Parts, order: Order, fulfillment_id: str) -> dict[str, tuple[str, ...]]:
    """Return what a partner's papers said of its part of an order, by the paper's id.

    Nothing of other parts, nor of what followed from it for the customer.
    """
    with parts.store.read() as tx:
        facts, behind = tx.facts.of_order(order.id), tx.facts.behind(order.id)
    names = namer(parts, order, (), facts)
    mine = [
        fact
        for fact in facts
        if fact.kind in _SAID and fact.body.get("fulfillment") == fulfillment_id
    ]
    told: dict[str, list[str]] = {}
    for fact in together(mine):
        paper = behind[fact.id].document_id
        if paper:
            told.setdefault(paper, []).append(sentence(fact.kind, fact.body, names))
    return {paper: tuple(sentences) for paper, sentences in told.items()}


def sentence(kind: str, body: Body, names: Namer) -> str:
    """Return what a fact says; a kind that nobody wrote a sentence for is told by its name."""
    tell = _TOLD.get(kind)
    return tell(body, names) if tell else kind


def together(facts: Sequence[SealedFact]) -> Iterator[SealedFact]:
    """Yield facts; what was said of several lines in one go becomes one fact of all of them."""
    held: SealedFact | None = None
    for fact in facts:
        fact = _with_rows(fact)
        if held is not None and _is_same(held, fact):
            rows = [*_rows(held), *_rows(fact)]
            held = replace(held, body={**held.body, "lines": rows})
            continue
        if held is not None:
            yield held
        held = fact
    if held is not None:
        yield held


def _with_rows(fact: SealedFact) -> SealedFact:
    if "line" not in fact.body:
        return fact
    row = {"line": fact.body["line"], "quantity": fact.body.get("quantity")}
    rest = {key: value for key, value in fact.body.items() if key not in row}
    return replace(fact, body={**rest, "lines": [row]})


def _rows(fact: SealedFact) -> Sequence[object]:
    rows = fact.body.get("lines")
    return rows if isinstance(rows, list | tuple) else ()


def _is_same(one: SealedFact, other: SealedFact) -> bool:
    def rest(fact: SealedFact) -> dict[str, object]:
        return {key: value for key, value in fact.body.items() if key != "lines"}

    rows = bool(_rows(one)) and bool(_rows(other))
    return rows and (one.kind, one.at, rest(one)) == (other.kind, other.at, rest(other))


# --- sentences -----------------------------------------------------------------------------------


def _day(body: Body, key: str) -> str:
    found = words.day_of(body.get(key), _UTC)
    return words.day(found) if found else ""


def _of(said: str, goods: str) -> str:
    return f"{said}: {goods}" if goods else said


def _placed(body: Body, names: Namer) -> str:
    return _of("The order was placed", names.goods(body))


def _sourced(body: Body, names: Namer) -> str:
    return f"{names.partner(body)} is to send {names.goods(body)}, as {names.number(body)}"


def _unsourced(body: Body, names: Namer) -> str:
    return f"Nobody was found for {names.goods(body)}"


def _sent(body: Body, names: Namer) -> str:
    return f"Purchase order {names.number(body)} was sent to {names.partner(body)}"


def _change_sent(body: Body, names: Namer) -> str:
    return f"The change of {names.number(body)} was sent to {names.partner(body)}"


def _receipted(body: Body, names: Namer) -> str:
    return f"The receipt for {names.paper(body)} came: it is valid"


def _rejected(body: Body, names: Namer) -> str:
    return f"The receipt for {names.paper(body)} came: it was rejected"


def _advised(body: Body, names: Namer) -> str:
    verdict = str(body.get("verdict", "")).replace("_", " ")
    return f"What became of {names.paper(body)}: {verdict}"


def _shipping(said: str) -> Callable[[Body, Namer], str]:
    def tell(body: Body, names: Namer) -> str:
        day = _day(body, "ships_on")
        told = _of(said, names.goods(body))
        return f"{told}, leaves on {day}" if day else told

    return tell


def _shipped(body: Body, names: Namer) -> str:
    told, parcels = _of("Shipped", names.goods(body)), names.parcels(body)
    return f"{told}, with {parcels}" if parcels else told


def _beyond(body: Body, names: Namer) -> str:
    return _of("Shipped although nobody had asked for it", names.goods(body))


def _voided(body: Body, names: Namer) -> str:
    said = "A shipment was told anew" if body.get("replaced") else "A shipment was taken back"
    return _of(said, names.goods(body))


def _unanswered(body: Body, names: Namer) -> str:
    return _of("An answer was taken back", names.goods(body))


def _promised(body: Body, names: Namer) -> str:
    leaves, comes = _day(body, "ship_by"), _day(body, "deliver_by")
    if not (leaves and comes):
        return f"{names.partner(body)}: a day was promised"
    return f"{names.partner(body)}: leaves by {leaves}, arrives by {comes}"


def _moved(body: Body, names: Namer) -> str:
    was, now = (words.day_of(body.get(end), _UTC) for end in ("from", "to"))
    if was is None or now is None:
        return f"{names.partner(body)}: another day was promised"
    does = "leaves" if body.get("kind") == "ship_by" else "arrives"
    why = words.reason(body.get("reason"), was=was, now=now)
    days = f"by {words.day(now)} instead of {words.day(was)}"
    return f"{names.partner(body)}: {does} {days}: {why}"


def _overdue(what: str) -> Callable[[Body, Namer], str]:
    return lambda body, names: f"{names.partner(body)} {what}"


def _asked(body: Body, names: Namer) -> str:
    found = (one for one in names.order.changes if one.id == body.get("change"))
    change = next(found, None)
    if change is None:
        return "A change was asked for"
    told = f"Asked for: {'; '.join(change_words.asked(names.order, change, names.more))}"
    why = change_words.reason(change.reason)
    is_ours = body.get("kind") == ChangeKind.RESOURCING
    return told if is_ours or not why else f"{told}; reason: {why}"


def _agreed(body: Body, names: Namer) -> str:
    if body.get("by") == SILENCE:
        return f"{names.partner(body)} did not answer in time: it counts as a yes"
    said = "The change was made" if body.get("by") == "at_once" else "Agreed to the change"
    return _of(said, names.goods(body))


def _refused(body: Body, names: Namer) -> str:
    match body.get("by"):
        case by if by == SILENCE:
            return f"{names.partner(body)} did not answer in time: it counts as a no"
        case by if by == SHIPPED:
            return _of("Too late for the change, it has left already", names.goods(body))
        case by if by == WITHDRAWN:
            return _of("Not to be sent by others any more", names.goods(body))
        case "at_once":
            return "It was too late for the change"
        case Why.GIVEN_UP:
            return "The exchange was given up: its goods are to be cancelled"
    return _of("Refused the change", names.goods(body))


_PROGRESS: Mapping[str, str] = MappingProxyType(
    {
        "in_work": "In work",
        "backordered": "Waits for new stock",
        "delayed": "Comes later",
        "shipped": "Said to have left",
        "cancelled": "Said to be cancelled",
    }
)


def _progress(body: Body, names: Namer) -> str:
    said = _PROGRESS.get(str(body.get("progress")), "News of")
    return _shipping(said)(body, names)


def _invoiced(body: Body, names: Namer) -> str:
    invoice = words.quoted(str(body.get("invoice", "")))
    return f"Invoice {invoice} came for {names.number(body)}"


_MOMENTS: Mapping[str, str] = MappingProxyType(
    {
        "picked_up": "picked up by the carrier",
        "in_transit": "on its way",
        "out_for_delivery": "out for delivery",
        "attempted": "delivery was tried",
        "exception": "held up on its way",
        "returned": "comes back",
        "delivered": "delivered",
    }
)


def _carried(body: Body, names: Namer) -> str:
    moment = _MOMENTS.get(str(body.get("moment")), "news of the carrier")
    day = "" if body.get("moment") == "delivered" else _day(body, "expected_on")
    told = f"Parcel {names.parcels(body) or 'without a number'}: {moment}"
    return f"{told}, expected on {day}" if day else told


_MAILS: Mapping[str, str] = MappingProxyType(
    {
        "confirmed": "the order has come",
        "moved": "another day of arrival",
        "shipped": "something was shipped",
        "corrected": "what was put right about a parcel",
        "stayed": "something was not shipped after all",
        "delivered": "something was delivered",
        "cancelled": "what was cancelled",
        "changed": "what was changed",
        "declined": "it was too late",
        "late": "it comes later",
        "looking": "we look into it",
        "code": "the code for their page",
    }
)


def _mailed(body: Body, names: Namer) -> str:
    mail = str(body.get("said", body.get("mail", "")))
    return f"Mail to the customer: {_MAILS.get(mail, mail)}"


_TOLD: Mapping[str, Callable[[Body, Namer], str]] = MappingProxyType(
    {
        FactKind.ORDER_PLACED: _placed,
        FactKind.LINES_SOURCED: _sourced,
        FactKind.LINES_UNSOURCED: _unsourced,
        FactKind.PURCHASE_ORDER_SENT: _sent,
        FactKind.PURCHASE_ORDER_RECEIPTED: _receipted,
        FactKind.LINES_CONFIRMED: _shipping("Confirmed"),
        FactKind.LINES_BACKORDERED: _shipping("Comes later"),
        FactKind.LINES_DECLINED: _shipping("Declined"),
        FactKind.ORDER_SHIPPED: _shipped,
        FactKind.UNEXPECTED_SHIPPED: _beyond,
        FactKind.SHIPMENT_VOIDED: _voided,
        FactKind.ANSWER_VOIDED: _unanswered,
        FactKind.DOCUMENT_REJECTED: _rejected,
        FactKind.DOCUMENT_REFUSED: lambda _body, _names: "A paper could not be used",
        FactKind.DOCUMENT_ADVISED: _advised,
        FactKind.PROMISE_MADE: _promised,
        FactKind.PROMISE_MOVED: _moved,
        FactKind.RECEIPT_OVERDUE: _overdue("sent no receipt in time"),
        FactKind.RESPONSE_OVERDUE: _overdue("has not answered in time"),
        FactKind.SHIPMENT_OVERDUE: _overdue("has not shipped in time"),
        FactKind.CHANGE_REQUESTED: _asked,
        FactKind.CHANGE_SENT: _change_sent,
        FactKind.CHANGE_CONFIRMED: _agreed,
        FactKind.CHANGE_DECLINED: _refused,
        FactKind.LINES_CANCELLED: lambda body, names: _of("Cancelled", names.goods(body)),
        FactKind.LINES_ADDED: lambda body, names: _of("Added", names.goods(body)),
        FactKind.PROGRESS_REPORTED: _progress,
        FactKind.INVOICE_RECEIVED: _invoiced,
        FactKind.PARCEL_MOVED: _carried,
        FactKind.PARCEL_DELIVERED: _carried,
        FactKind.PARCEL_TROUBLED: _carried,
        FactKind.CUSTOMER_TOLD: _mailed,
        FactKind.STOCK_REPORTED: lambda _body, _names: "A stock report came",
    }
)
