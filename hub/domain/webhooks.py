"""What is pushed to whom, when it is tried again, and what an answer means: Standard Webhooks 1.0.

What is pushed is a fact as `GET /v1/facts` shows it, without what is between the hub and those who
fill orders. Whoever missed something reads the same facts by their position.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

from hub.domain.facts import FactKind
from hub.domain.names import stable

# Standard Webhooks 1.0, "Deliverability and reliability": 75 hours 35 minutes in all.
SCHEDULE = tuple(
    timedelta(seconds=wait)
    for wait in (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""How long is waited before each try; after the last one a message is dead."""
JITTER = 0.1  # a wait is longer by up to this share, so that what failed together is spread
LONGEST_WAIT = timedelta(hours=24)  # an endpoint may ask for a later try, but not for never
GIVEN_UP_AFTER = timedelta(days=5)
"""An endpoint that took nothing for so long is called no more until a person says so."""

MOST_IN_BATCH = 100
LONGEST_BATCH = 3_600  # seconds
BATCH_TYPE, TEST_TYPE = "batch", "webhook.test"
SECRET_BYTES = 32
SECRET_PREFIX = "whsec_"  # noqa: S105  # what secrets begin with, none of them

# What a brand's endpoint is told of a fact. Keys that are not here stay inside: who fills an order,
# its number there, papers and invoices.
_SHOWN = frozenset(
    "lines line quantity channel fulfillment shipment package moment happened_at expected_on "
    "ship_by deliver_by from_delivery_on ships_on delivery_on kind from to reason reasons change "
    "ask actions action group outcome why method progress due_at accepted mail goods shipping "
    "discount tax was total replaced".split()
)
_WORDS = re.compile(r"[A-Z][a-z]*")


def type_of(kind: str) -> str:
    """Return the type of a fact's event: `PurchaseOrderSent` is `purchase_order.sent`."""
    *words, last = (word.lower() for word in _WORDS.findall(kind))
    return f"{'_'.join(words)}.{last}"


BRAND_TYPES = tuple(
    sorted(type_of(kind) for kind in FactKind if kind is not FactKind.STOCK_REPORTED)
)
"""What a brand may be told: everything that happens to its orders."""

OFFERED, CHANGE_ASKED = "purchase_order.offered", "purchase_order.change_asked"
CANCELLED, CHANGED = "purchase_order.cancelled", "purchase_order.changed"
UNCHANGED = "purchase_order.change_declined"
PARTNER_TYPES = (CANCELLED, CHANGE_ASKED, UNCHANGED, CHANGED, OFFERED)
"""What a partner may be told: what happens to purchase orders of its own."""

_TO_PARTNERS = {
    FactKind.PURCHASE_ORDER_SENT: OFFERED,
    FactKind.CHANGE_SENT: CHANGE_ASKED,
    FactKind.CHANGE_CONFIRMED: CHANGED,
    FactKind.CHANGE_DECLINED: UNCHANGED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """A fact in the ledger; `purchase_order` and `partner` are whose part it concerns, or empty."""

    position: int
    id: str
    kind: str
    at: datetime
    order: str | None
    body: Mapping[str, object]
    partner: str = ""
    purchase_order: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What an endpoint is told of one fact."""

    type: str
    position: int
    fact: str
    at: datetime
    content: Mapping[str, object]

    def payload(self) -> dict[str, object]:
        """Return the event as it is written (Standard Webhooks, "Payload structure")."""
        return {"type": self.type, "timestamp": self.at.isoformat(), "data": dict(self.content)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """How many events go in one call at most, and how long the first waits for company."""

    events: int = 1
    seconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One call to come: its `webhook-id`, the same at every try, and its body."""

    id: str
    position: int
    events: int
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundled:
    """Messages to be sent, up to which position they tell, and when to look for the rest."""

    messages: tuple[Message, ...]
    cursor: int
    look_at: datetime | None = None


class Heard(StrEnum):
    """What an answer means."""

    TAKEN = "taken"
    GONE = "gone"
    FAILED = "failed"


# --- what is told ------------------------------------------------------------------------------


def for_brand(fact: Happened) -> Event:
    """Return what a brand is told of a fact of its own: ids, quantities and dates."""
    content = {
        "position": fact.position,
        "id": fact.id,
        "kind": fact.kind,
        "at": fact.at.isoformat(),
        "order": fact.order,
        "body": _reduced(fact.body),
    }
    return _event(type_of(fact.kind), fact, content)


def for_partner(fact: Happened) -> Event | None:
    """Return what a partner is told of a fact about its part, None when nothing.

    Which of its purchase orders, never whose order it belongs to: the rest is in its work queue.
    """
    found = _TO_PARTNERS.get(FactKind(fact.kind))
    if found is None:
        return None
    taken_back = found == CHANGED and fact.body.get("lines")
    content = {
        "position": fact.position,
        "id": fact.id,
        "at": fact.at.isoformat(),
        "purchase_order": fact.purchase_order,
    }
    return _event(CANCELLED if taken_back else found, fact, content)


def _event(named: str, fact: Happened, content: Mapping[str, object]) -> Event:
    return Event(type=named, position=fact.position, fact=fact.id, at=fact.at, content=content)


def _reduced(value: object) -> object:
    """A fact's body with the keys that may leave the house, at every depth."""
    if isinstance(value, Mapping):
        return {key: _reduced(inner) for key, inner in value.items() if key in _SHOWN}
    if isinstance(value, list | tuple):
        return [_reduced(inner) for inner in value]
    return value


def bundled(
    events: Sequence[Event], batch: Batch, *, endpoint: str, cursor: int, now: datetime
) -> Bundled:
    """Put events, in the order of the ledger, into messages; the first of a call waits its time.

    `cursor` is up to where the ledger was read. What waits for company stays in the ledger: the
    cursor that is returned stands before it.
    """
    if batch.events <= 1:
        messages = tuple(_message(endpoint, [event]) for event in events)
        return Bundled(messages=messages, cursor=cursor)
    full = len(events) - len(events) % batch.events
    starts = list(range(0, full, batch.events))
    rest, look_at = events[full:], None
    if rest:
        look_at = rest[0].at + timedelta(seconds=batch.seconds)
        if look_at <= now:
            starts.append(full)
            rest, look_at = [], None
    messages = tuple(_message(endpoint, events[at : at + batch.events]) for at in starts)
    return Bundled(
        messages=messages, cursor=rest[0].position - 1 if rest else cursor, look_at=look_at
    )


def _message(endpoint: str, events: Sequence[Event]) -> Message:
    """The id follows from endpoint and facts: made anew after a replay it is the same."""
    if len(events) == 1:
        payload = events[0].payload()
    else:
        payload = {
            "type": BATCH_TYPE,
            "timestamp": events[-1].at.isoformat(),
            "data": {"events": [event.payload() for event in events]},
        }
    return Message(
        id=stable("msg", endpoint, *(event.fact for event in events)),
        position=events[0].position,
        events=len(events),
        body=written(payload),
    )


def trial(endpoint: str, *, message_id: str, at: datetime) -> Message:
    """Return a message that tells of nothing: the endpoint's owner wants to see one."""
    payload = {
        "type": TEST_TYPE,
        "timestamp": at.isoformat(),
        "data": {"endpoint": endpoint},
    }
    return Message(id=message_id, position=0, events=0, body=written(payload))


def written(payload: Mapping[str, object]) -> str:
    """Return the JSON of a payload, as it is signed and sent."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"))


# --- when it is tried --------------------------------------------------------------------------


def heard(status: int) -> Heard:
    """Say what a status means: 2xx took it, 410 wants no more, everything else failed.

    A redirect is a failure: it is never followed.
    """
    if 200 <= status < 300:
        return Heard.TAKEN
    return Heard.GONE if status == 410 else Heard.FAILED


def next_wait(tries: int, *, jitter: float, asked: timedelta | None = None) -> timedelta | None:
    """Return how long to wait after so many tries, None when there is no other.

    `jitter` is a number from 0 to 1, drawn by the caller; `asked` is what the endpoint asked for.
    """
    if tries >= len(SCHEDULE):
        return None
    wait = SCHEDULE[tries] * (1 + JITTER * jitter)
    return max(wait, asked) if asked else wait


def asked_wait(text: str, now: datetime) -> timedelta | None:
    """Return what Retry-After asks for (RFC 9110 §10.2.3), at most a day; None when it is none."""
    if re.fullmatch(r"[0-9]{1,9}", text.strip()):
        return min(timedelta(seconds=int(text)), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    wait = (until if until.tzinfo else until.replace(tzinfo=UTC)) - now
    return min(max(wait, timedelta(0)), LONGEST_WAIT)
