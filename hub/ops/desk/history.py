"""What was done with a paper or a delivery: each try, and who did what when."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hub.domain.exchange import Direction, DocumentState, TransmissionState
from hub.ops.explain import Carrier
from hub.store import DocumentRow, Transaction
from hub.store.desk import InputRow
from hub.store.queue import QueuedRow

MOST_INPUTS = 200

CAME_TO = {
    DocumentState.RECEIVED: "kept, not judged yet",
    DocumentState.ACCEPTED: "accepted, waits to be applied",
    DocumentState.REJECTED: "rejected, its syntax forbids to use it",
    DocumentState.APPLIED: "applied whole",
    DocumentState.PARTLY_APPLIED: "applied in part",
    DocumentState.REFUSED: "refused, nothing of it could be used",
    DocumentState.PARKED: "parked, it waits for a person",
    DocumentState.COMPOSED: "written",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try at a paper: when, what, on whose word, what it came to, under which hashes.

    Hashes (`page`, `map`, `code`) are kept of the delivery and of the newest judgement. When a try
    failed is not kept: its `at` is None.
    """

    at: datetime | None
    what: str
    who: str
    hashes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of the history: who did what, when."""

    at: datetime
    who: str
    text: str


def inputs_of(tx: Transaction, *subjects: str) -> list[InputRow]:
    """Return what was done to any of these, each once, oldest first."""
    found = {
        one.id: one
        for subject in dict.fromkeys(subjects)
        for one in tx.desk.inputs(subject, limit=MOST_INPUTS)
    }
    return sorted(found.values(), key=lambda one: (one.at, one.kind != "delivery", one.id))


# --- tries ---------------------------------------------------------------------------------------

_TRIED = {"retry": "taken up again", "send_again": "asked to leave again"}
_LEFT = "duty"
"""The kind of input that tells that a delivery of ours left."""


def attempts(row: DocumentRow, carrier: Carrier, inputs: Sequence[InputRow]) -> Iterator[Attempt]:
    """Yield each try at a paper, in their order."""
    if row.direction is Direction.OUT:
        yield Attempt(at=row.at, what="written", who="hub", hashes=row.hashes)
    for one in inputs:
        what = _tried(one)
        if what:
            who = "hub" if one.kind == _LEFT else one.who
            yield Attempt(at=one.at, what=what, who=who, hashes=one.hashes)
    if row.settled_at is not None:
        what = f"judged: {CAME_TO[row.state]}"
        yield Attempt(at=row.settled_at, what=what, who="hub", hashes=row.hashes)
    left = [_attempt(one) for one in inputs if one.kind == _LEFT]
    if row.delivered_at is not None and not left:
        yield Attempt(at=row.delivered_at, what="delivered", who="hub")
    failed = carrier.attempts - max(left, default=0)
    if carrier.state in (TransmissionState.READY, TransmissionState.PARKED) and failed > 0:
        times = f"{failed} times" if failed > 1 else "once"
        yield Attempt(at=None, what=f"tried {times} without success", who="hub")


def _tried(one: InputRow) -> str:
    if one.kind == "delivery":
        return "received"
    if one.kind == _LEFT:
        number = _attempt(one)
        return f"delivered at attempt {number}" if number > 1 else "delivered"
    return next((text for word, text in _TRIED.items() if word in one.body), "")


def _attempt(one: InputRow) -> int:
    """Which attempt it was that left; the first, where that was not kept."""
    number = one.body.get("attempt")
    return number if isinstance(number, int) else 1


# --- who did what --------------------------------------------------------------------------------

_DONE = {
    "retry": "asked to settle it again",
    "send_again": "asked to send the same bytes again",
    "close": "closed what was open about it",
    "ignore": "put it aside",
    "edit_and_rerun": "made a corrected copy of it",
    "accept_feed": "let the report pass its guard",
    "take": "took the case",
    "give_back": "gave the case back",
    "say_name": "said what a name of the partner's stands for",
}


def audit(inputs: Sequence[InputRow], queued: Sequence[QueuedRow]) -> tuple[Entry, ...]:
    """Return everything that was done, oldest first."""
    rows = [Entry(at=one.at, who=one.who, text=_entry(one)) for one in inputs]
    said = {one.body.get("reason") for one in inputs}
    for one in queued:
        rows.append(Entry(at=one.opened_at, who="hub", text=f"opened: {one.text}"))
        if one.closed_at is not None:
            # Who closes by hand is kept with the reason, which the act has told already.
            who, _, why = one.closed_by.partition(": ")
            more = f": {why}" if why and why not in said else ""
            rows.append(Entry(at=one.closed_at, who=who, text=f"closed ({one.kind}){more}"))
    return tuple(sorted(rows, key=lambda entry: entry.at))


def _entry(one: InputRow) -> str:
    if one.kind == "delivery":
        return f"received as {one.body.get('name', '')}, {one.body.get('size', 0)} bytes"
    if one.kind == _LEFT:
        return f"sent as {one.body.get('name', '')}, {one.body.get('size', 0)} bytes"
    if one.kind == "clock":
        return "noticed that what is awaited did not come in time"
    # Bodies are kept with their keys in the order of the alphabet: the act is not always the first.
    word = next((word for word in one.body if word in _DONE), next(iter(one.body), ""))
    reason = f": {one.body['reason']}" if one.body.get("reason") else ""
    return _DONE.get(word, word.replace("_", " ")) + reason
