"""An example of every event, written by what writes the events themselves.

The bodies are those of facts, with what stays inside the house too: it is cut here as it is there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from hub.domain.facts import FactKind
from hub.domain.webhooks import Event, Happened, for_brand, for_partner, type_of, written

_AT = datetime(2026, 11, 23, 14, 5, 9, tzinfo=UTC)
_FUL, _LINE = "ful_01a206d2ab63a01b093967090b", "lin_01a206d2ab63a01b0939670907"
_CHANGE, _ASK = "chg_01a206d2b26e8474de28346a01", "ask_01a206d2b26e8474de28346a02"
_SHIPMENT, _PACKAGE = "shp_e8abe6a9b3426bd5341101", "pkg_e8abe6a9b3426bd5341102"
_DOCUMENT, _NUMBER = "doc_6e3b0b2924148dfc4c22", "JUN-J-100245-1"
_PART = {"fulfillment": _FUL}
_ROW = {"line": _LINE, "quantity": 2}
_ROWS = {"lines": [_ROW]}
_LATE = {"due_at": "2026-11-25T23:59:59+00:00"}
_SAID = {**_PART, **_ROW, "ships_on": "2026-11-28"}
_MOVED = {"shipment": _SHIPMENT, "package": _PACKAGE, "happened_at": "2026-11-23T13:58:40+00:00"}
_MONEY = {"goods": 4800, "discount": 0, "tax": 288}
_SUM = {"shipping": 595, "discount": 0, "tax": 0, "was": 10960, "total": 5872}
_ANSWER = {"change": _CHANGE, "ask": _ASK, **_PART, "by": "answer", **_ROWS}
_ACTIONS = [
    {"action": "cancel", "line": "1", "quantity": 2, "outcome": "asked"},
    {"action": "address", "group": "1", "outcome": "too_late", "why": "shipped"},
    {"action": "date", "group": "1", "deliver_by": "2026-11-30", "outcome": "asked"},
    {"action": "method", "group": "1", "method": "express", "outcome": "done"},
]

FACTS: Mapping[FactKind, tuple[str, Mapping[str, object]]] = {
    FactKind.ORDER_PLACED: ("An order was taken in.", {"channel": "web", **_ROWS}),
    FactKind.LINES_SOURCED: (
        "Lines were given to whoever fills them: one part of the order.",
        {**_PART, **_ROWS, "partner": "acme", "purchase_order": _NUMBER},
    ),
    FactKind.LINES_UNSOURCED: ("Nobody can fill these lines now; they wait.", _ROWS),
    FactKind.PURCHASE_ORDER_SENT: (
        "The part was handed over.",
        {**_PART, "document": _DOCUMENT, "purchase_order": _NUMBER},
    ),
    FactKind.PURCHASE_ORDER_RECEIPTED: (
        "What was handed over arrived and could be read.",
        {"document": _DOCUMENT, "accepted": True},
    ),
    FactKind.LINES_CONFIRMED: ("A line will be shipped, and when.", _SAID),
    FactKind.LINES_BACKORDERED: ("A line will be shipped later.", _SAID),
    FactKind.LINES_DECLINED: (
        "A line will not be shipped from there.",
        {**_SAID, "ships_on": None},
    ),
    FactKind.ORDER_SHIPPED: ("Units left.", {**_PART, **_ROWS, "shipment": _SHIPMENT}),
    FactKind.UNEXPECTED_SHIPPED: (
        "Units left that were not awaited: too many, or cancelled before.",
        {**_PART, **_ROWS, "shipment": _SHIPMENT},
    ),
    FactKind.SHIPMENT_VOIDED: (
        "A shipment was told by mistake; `replaced` says whether another stands for it.",
        {**_PART, **_ROWS, "shipment": _SHIPMENT, "replaced": False},
    ),
    FactKind.ANSWER_VOIDED: ("An answer was taken back.", {**_PART, "line": _LINE}),
    FactKind.DOCUMENT_REJECTED: (
        "What was handed over could not be read there.",
        {"document": _DOCUMENT, "accepted": False},
    ),
    FactKind.DOCUMENT_REFUSED: ("What came back could not be used.", {"document": _DOCUMENT}),
    FactKind.DOCUMENT_ADVISED: (
        "What was handed over was judged there by what it says.",
        {"document": _DOCUMENT, "verdict": "accepted", "advice": "A-1"},
    ),
    FactKind.PROMISE_MADE: (
        "Days were promised to the customer.",
        {**_PART, "ship_by": "2026-11-24", "deliver_by": "2026-11-27"},
    ),
    FactKind.PROMISE_MOVED: (
        "A promised day moved; with `lines`, for these alone.",
        {
            **_PART,
            **_ROWS,
            "kind": "deliver_by",
            "from": "2026-11-27",
            "to": "2026-11-30",
            "reason": "backordered",
        },
    ),
    FactKind.RECEIPT_OVERDUE: (
        "No receipt came in time for what was handed over.",
        {**_LATE, "document": _DOCUMENT},
    ),
    FactKind.RESPONSE_OVERDUE: ("No answer came in time.", {**_LATE, **_PART}),
    FactKind.SHIPMENT_OVERDUE: ("Nothing left in time.", {**_LATE, **_PART}),
    FactKind.CHANGE_REQUESTED: (
        "A cancellation or change was asked for, and what came of each action at once.",
        {"change": _CHANGE, "kind": "change", "actions": _ACTIONS},
    ),
    FactKind.CHANGE_SENT: (
        "The change was handed on.",
        {**_PART, "document": _DOCUMENT, "purchase_order": _NUMBER},
    ),
    FactKind.CHANGE_CONFIRMED: ("The change was agreed to.", _ANSWER),
    FactKind.CHANGE_DECLINED: (
        "The change was not agreed to.",
        {**_ANSWER, "reasons": ["shipped"]},
    ),
    FactKind.LINES_CANCELLED: (
        "Units were cancelled; what the order comes to now is `total`.",
        {"change": _CHANGE, "lines": [{**_ROW, **_MONEY}], **_SUM},
    ),
    FactKind.LINES_ADDED: (
        "Units were added; what the order comes to now is `total`.",
        {"change": _CHANGE, "lines": [{**_ROW, **_MONEY}], **_SUM, "was": 5872, "total": 10960},
    ),
    FactKind.PROGRESS_REPORTED: (
        "Whoever fills a line said how it goes.",
        {**_SAID, "progress": "delayed", "delivery_on": None},
    ),
    FactKind.INVOICE_RECEIVED: (
        "An invoice for the part came in.",
        {**_PART, "invoice": "I-100245", "lines": 1, "purpose": "original"},
    ),
    FactKind.PARCEL_MOVED: (
        "A parcel is on its way.",
        {**_MOVED, "moment": "in_transit", "expected_on": "2026-11-25"},
    ),
    FactKind.PARCEL_DELIVERED: (
        "A parcel arrived.",
        {**_MOVED, "moment": "delivered", "expected_on": None},
    ),
    FactKind.PARCEL_TROUBLED: (
        "A parcel is held up, or comes back.",
        {**_MOVED, "moment": "attempted", "expected_on": None},
    ),
    FactKind.CUSTOMER_TOLD: (
        "The customer got a mail; `shipments` are those of which it said that they left.",
        {"mail": "shipped", "duty": "dut_1", "shipments": [_SHIPMENT]},
    ),
}
"""What each kind of fact that is told means, and the body of one."""

_PARTNERS: tuple[tuple[FactKind, str], ...] = (
    (FactKind.PURCHASE_ORDER_SENT, "A purchase order waits for you."),
    (FactKind.CHANGE_SENT, "A change of a purchase order waits for your answer."),
    (FactKind.CHANGE_CONFIRMED, "Units were taken back: do not ship them."),
    (FactKind.CHANGE_DECLINED, "A change does not take place: ship as before."),
)
_CHANGED = "A change that takes nothing back was settled."


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One event as it is sent: its type, what it means, its body as indented JSON is not."""

    type: str
    about: str
    payload: Mapping[str, object]

    @property
    def body(self) -> str:
        """The bytes that are signed, as text."""
        return written(self.payload)


def brand_examples() -> list[Example]:
    """Return one event of each type that a brand is told of."""
    found = [_example(for_brand(_fact(kind)), about) for kind, (about, _) in FACTS.items()]
    return sorted(found, key=lambda one: one.type)


def partner_examples() -> list[Example]:
    """Return one event of each type that a partner is told of."""
    told = [(for_partner(_fact(kind)), about) for kind, about in _PARTNERS]
    unmoved = _happened(FactKind.CHANGE_CONFIRMED, {"change": _CHANGE, "by": "at_once"})
    told.append((for_partner(unmoved), _CHANGED))
    found = [_example(event, about) for event, about in told if event is not None]
    return sorted(found, key=lambda one: one.type)


def _example(event: Event, about: str) -> Example:
    return Example(type=event.type, about=about, payload=event.payload())


def _fact(kind: FactKind) -> Happened:
    return _happened(kind, FACTS[kind][1])


def _happened(kind: FactKind, body: Mapping[str, object]) -> Happened:
    return Happened(
        position=48_213,
        id=f"fact_{type_of(kind.value).replace('.', '_')}",
        kind=kind.value,
        at=_AT,
        order="J-100245",
        body=body,
        partner="acme",
        purchase_order=_NUMBER,
    )
