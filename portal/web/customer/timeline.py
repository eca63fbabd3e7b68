"""What happened to an order, as its customer is told: a sentence for a fact, or nothing at all.

Every kind of fact stands in `TOLD` or in `INTERNAL`; a test sees to it, so that a new kind is not
told to customers by accident.
"""

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from hub.domain.change_settling import SHIPPED, SILENCE
from hub.domain.facts import FactKind
from hub.domain.orders import ChangeKind
from hub.domain.wishes import Outcome, Why
from hub.render import words
from hub.store import SealedFact

Body = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """What a sentence may draw on: what articles are called, by line id, and the brand's zone.

    `language` is the one in which the sentence will be said: articles are joined in it. `parts` are
    the goods of each part, by its id, where they are not all of the order. `parcels` are what the
    parcels are called, by their ids, where there are several. Of what is `unseen`, shipments and
    parcels that are not known to be the order's, nothing is told.
    """

    articles: Mapping[str, str]
    zone: ZoneInfo
    language: str
    parts: Mapping[str, str] = field(default_factory=dict)
    parcels: Mapping[str, str] = field(default_factory=dict)
    unseen: Container[object] = ()

    def goods(self, body: Body) -> str:
        """Name the articles that a fact is about, with their counts; empty when it names none."""
        rows = body.get("lines")
        units: Counter[str] = Counter()
        for row in rows if isinstance(rows, list) else [body]:
            article = self.articles.get(str(row.get("line")), "")
            quantity = row.get("quantity")
            if article and isinstance(quantity, int) and quantity > 0:
                units[article] += quantity
        goods = [f"{count} × {article}" for article, count in units.items()]
        return words.quoted(words.listed(goods, self.language))

    def day(self, written: object) -> str:
        """Write a day of a fact's body, empty when there is none."""
        found = words.day_of(written, self.zone)
        return words.day(found) if found else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One row of the timeline."""

    at: str
    iso: str
    sentence: str


def _placed(body: Body, teller: Teller) -> str:
    return "We received your order."


def _confirmed(body: Body, teller: Teller) -> str:
    goods = teller.goods(body)
    return f"Being prepared: {goods}." if goods else "Your order is being prepared."


def _backordered(body: Body, teller: Teller) -> str:
    goods, later = teller.goods(body), teller.day(body.get("ships_on"))
    if not goods:
        return ""
    return f"Waiting for new stock: {goods}" + (
        f"; expected to leave on {later}." if later else "."
    )


def _shipped(body: Body, teller: Teller) -> str:
    goods = teller.goods(body)
    return f"Shipped: {goods}." if goods else "A parcel was shipped."


def _taken_back(body: Body, teller: Teller) -> str:
    """What was told of a parcel was a mistake; whose is nobody's business."""
    if body.get("replaced"):
        return "What we told you of a parcel was not right; what holds is shown here."
    goods = teller.goods(body)
    return "The shipment was entered by mistake" + (
        f"; still to be shipped: {goods}." if goods else "."
    )


def _moved(body: Body, teller: Teller) -> str:
    if body.get("kind") not in (None, "deliver_by"):
        return ""  # the day of leaving is ours; customers were told the day of arrival
    was, now = (words.day_of(body.get(end), teller.zone) for end in ("from", "to"))
    if not was or not now or was == now:
        return ""
    why = words.reason(body.get("reason"), was=was, now=now)
    moved = f"moved from {words.day(was)} to {words.day(now)}: {why}."
    if "lines" in body:  # some goods of a part, perhaps none that are still to come
        goods = teller.goods(body)
        return f"{goods}: the day of arrival {moved}" if goods else ""
    goods = words.quoted(teller.parts.get(str(body.get("fulfillment")), ""))
    return f"{goods}: the day of arrival {moved}" if goods else f"The day of arrival {moved}"


def _asked(body: Body, teller: Teller) -> str:
    """Exchanging who fills an order is a change that its customer never asked for."""
    if body.get("kind") == ChangeKind.RESOURCING:
        return ""
    if body.get("kind") == ChangeKind.CANCELLATION:
        return "A cancellation was asked for."
    return "A change of your order was asked for."


def _agreed(body: Body, teller: Teller) -> str:
    """Nothing was made of what the customer wanted otherwise meanwhile."""
    if body.get("kind") == ChangeKind.RESOURCING or body.get("stays"):
        return ""
    cancelled = body.get("kind") == ChangeKind.CANCELLATION
    if body.get(_PART):
        made = "A part of the cancellation was made."
        return made if cancelled else "A part of the change was made."
    return "The cancellation was made." if cancelled else "The change was made."


def _too_late(body: Body, teller: Teller) -> str:
    if body.get("kind") == ChangeKind.RESOURCING or body.get("by") == Why.GIVEN_UP:
        return ""
    if body.get(_PART):
        goods = teller.goods(body)
        return f"It was too late for {goods}." if goods else "It was too late for a part of it."
    if body.get("kind") == ChangeKind.CANCELLATION:
        return "It was too late to cancel; the order goes on."
    return "It was too late for the change; nothing was changed."


def _cancelled(body: Body, teller: Teller) -> str:
    goods = teller.goods(body)
    return f"Cancelled: {goods}." if goods else "A part of your order was cancelled."


def _added(body: Body, teller: Teller) -> str:
    goods = teller.goods(body)
    return f"Added: {goods}." if goods else "Something was added to your order."


def _parcel(body: Body, teller: Teller) -> str:
    """What became of a parcel; which one it is, where there are several."""
    moment = str(body.get("moment", ""))
    which = teller.parcels.get(str(body.get("package")), "")
    if which and moment in _OF_ONE:
        return f"{which}: {_OF_ONE[moment]}"
    return _OF_ANY.get(moment, "")


_OF_ANY = MappingProxyType(
    {
        "picked_up": "The carrier picked up a parcel.",
        "in_transit": "A parcel is on its way.",
        "out_for_delivery": "A parcel is out for delivery.",
        "attempted": "The carrier tried to deliver a parcel and will try again.",
        "exception": "A parcel is held up on its way; we are looking into it.",
        "returned": "A parcel is on its way back to us.",
        "delivered": "A parcel was delivered.",
    }
)
_OF_ONE = MappingProxyType(
    {
        "picked_up": "the carrier picked it up.",
        "in_transit": "it is on its way.",
        "out_for_delivery": "it is out for delivery.",
        "attempted": "the carrier tried to deliver it and will try again.",
        "exception": "it is held up on its way; we are looking into it.",
        "returned": "it is on its way back to us.",
        "delivered": "it was delivered.",
    }
)
_STEPS = MappingProxyType(
    {
        "picked_up": "Picked up by the carrier",
        "in_transit": "On its way",
        "out_for_delivery": "Out for delivery",
        "attempted": "The carrier tried to deliver it",
        "exception": "Held up on its way",
        "returned": "On its way back to us",
        "delivered": "Delivered",
    }
)


def _mailed(body: Body, teller: Teller) -> str:
    mails = {
        "confirmed": "We e-mailed you that we have your order.",
        "moved": "We e-mailed you about the new day of arrival.",
        "shipped": "We e-mailed you that something was shipped.",
        "corrected": "We e-mailed you what we put right about a parcel.",
        "stayed": "We e-mailed you that something was not shipped after all.",
        "delivered": "We e-mailed you that something was delivered.",
        "cancelled": "We e-mailed you what was cancelled.",
        "changed": "We e-mailed you what was changed.",
        "declined": "We e-mailed you that it was too late.",
        "late": "We e-mailed you about the new day of arrival.",
        "looking": "We e-mailed you that we are looking into it.",
    }
    return mails.get(str(body.get("said", body.get("mail"))), "")


TOLD: Mapping[FactKind, Callable[[Body, Teller], str]] = MappingProxyType(
    {
        FactKind.ORDER_PLACED: _placed,
        FactKind.LINES_CONFIRMED: _confirmed,
        FactKind.LINES_BACKORDERED: _backordered,
        FactKind.ORDER_SHIPPED: _shipped,
        FactKind.SHIPMENT_VOIDED: _taken_back,
        FactKind.PROMISE_MOVED: _moved,
        FactKind.CHANGE_REQUESTED: _asked,
        FactKind.CHANGE_CONFIRMED: _agreed,
        FactKind.CHANGE_DECLINED: _too_late,
        FactKind.LINES_CANCELLED: _cancelled,
        FactKind.LINES_ADDED: _added,
        FactKind.PARCEL_MOVED: _parcel,
        FactKind.PARCEL_DELIVERED: _parcel,
        FactKind.PARCEL_TROUBLED: _parcel,
        FactKind.CUSTOMER_TOLD: _mailed,
    }
)
INTERNAL = frozenset(
    {
        FactKind.LINES_SOURCED,
        FactKind.LINES_UNSOURCED,
        FactKind.LINES_DECLINED,
        FactKind.ANSWER_VOIDED,
        FactKind.PURCHASE_ORDER_SENT,
        FactKind.PURCHASE_ORDER_RECEIPTED,
        FactKind.UNEXPECTED_SHIPPED,
        FactKind.DOCUMENT_REJECTED,
        FactKind.DOCUMENT_REFUSED,
        FactKind.DOCUMENT_ADVISED,
        FactKind.PROMISE_MADE,
        FactKind.RECEIPT_OVERDUE,
        FactKind.RESPONSE_OVERDUE,
        FactKind.SHIPMENT_OVERDUE,
        FactKind.CHANGE_SENT,
        FactKind.PROGRESS_REPORTED,
        FactKind.INVOICE_RECEIVED,
        FactKind.STOCK_REPORTED,
    }
)
"""Between the hub and its partners; customers never hear of these."""


def timeline(facts: Sequence[SealedFact], teller: Teller) -> list[Event]:
    """Return the rows of an order's timeline, newest first, the same sentence once in a row."""
    rows: list[Event] = []
    for fact in _together(_with_kinds(facts)):
        tell = TOLD.get(FactKind(fact.kind)) if fact.kind in set(FactKind) else None
        if fact.body.get("package", fact.body.get("shipment")) in teller.unseen:
            continue
        sentence = tell(fact.body, teller) if tell else ""
        if sentence and not (rows and rows[-1].sentence == sentence):
            rows.append(_event(fact.at, sentence, teller.zone))
    return rows[::-1]


def journeys(facts: Sequence[SealedFact], zone: ZoneInfo) -> dict[str, list[Event]]:
    """Return what carriers told of each parcel, by its id, in the order in which it happened.

    Each row says it shortly; the same once in a row, when it was so first.
    """
    told: dict[str, list[tuple[datetime, str]]] = {}
    for fact in facts:
        step = _STEPS.get(str(fact.body.get("moment"))) if fact.kind in _CARRIED else None
        if step:
            at = words.moment_of(fact.body.get("happened_at")) or fact.at
            told.setdefault(str(fact.body.get("package")), []).append((at, step))
    found: dict[str, list[Event]] = {}
    for package, steps in told.items():
        rows = found.setdefault(package, [])
        for at, step in sorted(steps):
            if not (rows and rows[-1].sentence == step):
                rows.append(_event(at, step, zone))
    return found


_CARRIED = frozenset(kind for kind, tell in TOLD.items() if tell is _parcel)


def _with_kinds(facts: Sequence[SealedFact]) -> Iterator[SealedFact]:
    """Yield facts; what became of a change says, as its beginning does, of what kind it is."""
    kinds: dict[object, object] = {}
    in_part = _in_part(facts)
    for fact in facts:
        if fact.kind == FactKind.CHANGE_REQUESTED:
            kinds[fact.body.get("change")] = fact.body.get("kind")
        if fact.body.get("change") in kinds:
            part = fact.body["change"] in in_part
            kind = kinds[fact.body["change"]]
            fact = replace(fact, body={**fact.body, "kind": kind, _PART: part})
        yield fact


_PART = "in part"


def _in_part(facts: Sequence[SealedFact]) -> frozenset[object]:
    """The changes of which some was done and some refused, a refusal that was no last word aside.

    Silence is none, nor is a shipment that was taken back: the change was asked for again.
    """
    done: set[object] = set()
    refused: dict[tuple[object, object], object] = {}
    for fact in facts:
        change, of = fact.body.get("change"), (fact.body.get("change"), fact.body.get("ask"))
        if fact.kind == FactKind.CHANGE_DECLINED:
            refused[of] = fact.body.get("by")
        elif fact.kind == FactKind.CHANGE_CONFIRMED:
            done.add(change)
            if refused.get(of) == SILENCE:
                del refused[of]
        elif fact.kind == FactKind.CHANGE_REQUESTED:
            again = (one for one, by in refused.items() if one[0] == change and by == SHIPPED)
            refused |= dict.fromkeys(again, SILENCE)
            rows = fact.body.get("actions")
            rows = rows if isinstance(rows, list) else []
            if any(row.get("outcome") == Outcome.DONE for row in rows):
                done.add(change)
    return frozenset(change for change, _ in refused if change in done)


def _together(facts: Iterable[SealedFact]) -> Iterator[SealedFact]:
    """Yield facts; what one paper says of several lines becomes one fact of all of them."""
    held: SealedFact | None = None
    for fact in facts:
        if "line" in fact.body:
            row = {"line": fact.body["line"], "quantity": fact.body.get("quantity")}
            rest = {key: fact.body[key] for key in fact.body if key not in row}
            fact = replace(fact, body={**rest, "lines": [row]})
        if held is not None and _same(held, fact):
            held = replace(held, body={**held.body, "lines": _rows(held) + _rows(fact)})
            continue
        if held is not None:
            yield held
        held = fact
    if held is not None:
        yield held


def _rows(fact: SealedFact) -> list[object]:
    rows = fact.body.get("lines")
    return list(rows) if isinstance(rows, list) else []


_BESIDE = frozenset({"lines", "shipping", "discount", "tax", "was", "total"})


def _same(one: SealedFact, other: SealedFact) -> bool:
    def rest(fact: SealedFact) -> dict[str, object]:
        """What is owed stands beside each line and is told elsewhere."""
        return {key: value for key, value in fact.body.items() if key not in _BESIDE}

    return (
        (one.kind, one.at, rest(one)) == (other.kind, other.at, rest(other))
        and bool(_rows(one))
        and bool(_rows(other))
    )


def left_at(written: str, zone: ZoneInfo) -> Event:
    """Return the row with which a parcel's way begins; raises ValueError for no moment."""
    return _event(datetime.fromisoformat(written), "Shipped", zone)


def _event(at: datetime, sentence: str, zone: ZoneInfo) -> Event:
    return Event(at=words.moment(at, zone), iso=at.isoformat(timespec="seconds"), sentence=sentence)
