"""Three signs for each paper: delivered, valid, answered; in words, for colour alone says nothing.

They are independent of one another: an answer may come before the receipt, and that is normal.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.domain.exchange import Direction, DocumentState, Severity, TransmissionState
from hub.flow.following import receipt_hold, response_hold
from hub.flow.parts import Parts
from hub.ops.explain import receipts_wanted
from hub.store.desk import Holds, SeenDocument
from hub.store.desk_deliveries import PapersCounted

HOLDS = Holds(receipt=receipt_hold(""), response=response_hold(""))


class Sign(StrEnum):
    """What a light shows, the worst last."""

    NONE = "none"
    YES = "yes"
    WAITING = "waiting"
    WARNING = "warning"
    OVERDUE = "overdue"
    NO = "no"


_WORST = tuple(Sign)


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """One light: its name, what it shows, the same in words, and since or until when."""

    name: str
    sign: Sign
    text: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lights:
    """The three lights of one paper."""

    delivered: Light
    valid: Light
    answered: Light

    @property
    def all(self) -> tuple[Light, ...]:
        """All three, in their order."""
        return (self.delivered, self.valid, self.answered)

    @property
    def worst(self) -> Sign:
        """The sign that a person should look at first."""
        return worst(*(one.sign for one in self.all))


def worst(*signs: Sign) -> Sign:
    """Return the worst of signs; none of none."""
    return max(signs, key=_WORST.index, default=Sign.NONE)


def lights(parts: Parts, seen: SeenDocument) -> Lights:
    """Return the lights of a paper, theirs or ours."""
    return _theirs(seen) if seen.row.direction is Direction.IN else _ours(parts, seen)


# --- theirs ------------------------------------------------------------------------------------

_TAKEN = {
    DocumentState.RECEIVED: (Sign.WAITING, "not judged yet"),
    DocumentState.ACCEPTED: (Sign.WAITING, "waits to be applied"),
    DocumentState.REJECTED: (Sign.NO, "rejected: its syntax forbids to use it"),
    DocumentState.APPLIED: (Sign.YES, "applied whole"),
    DocumentState.PARTLY_APPLIED: (Sign.WARNING, "applied in part"),
    DocumentState.REFUSED: (Sign.NO, "refused: nothing of it could be used"),
    DocumentState.PARKED: (Sign.NO, "parked: waits for a person"),
    DocumentState.COMPOSED: (Sign.YES, "written"),
}


def _theirs(seen: SeenDocument) -> Lights:
    sign, text = _TAKEN[seen.row.state]
    return Lights(
        delivered=Light(name="delivered", sign=Sign.YES, text="received", at=seen.row.at),
        valid=_their_syntax(seen),
        answered=Light(name="answered", sign=sign, text=text, at=seen.row.settled_at),
    )


def _their_syntax(seen: SeenDocument) -> Light:
    match seen.row.state:
        case DocumentState.RECEIVED:
            return Light(name="valid", sign=Sign.WAITING, text="its syntax was not judged yet")
        case DocumentState.REJECTED:
            return Light(name="valid", sign=Sign.NO, text="its syntax is wrong", at=seen.row.at)
    mild = any(one.severity is Severity.WARNING for one in seen.row.problems)
    if mild and seen.row.state is DocumentState.APPLIED:
        text = "right, with remarks"
        return Light(name="valid", sign=Sign.WARNING, text=text, at=seen.row.at)
    return Light(name="valid", sign=Sign.YES, text="its syntax is right", at=seen.row.at)


# --- ours --------------------------------------------------------------------------------------


def _ours(parts: Parts, seen: SeenDocument) -> Lights:
    return Lights(delivered=_delivered(seen), valid=_valid(parts, seen), answered=_answer(seen))


def _delivered(seen: SeenDocument) -> Light:
    row, tries = seen.row, seen.delivery_attempts
    if row.delivered_at is not None:
        return Light(
            name="delivered", sign=Sign.YES, text="the partner has it", at=row.delivered_at
        )
    if seen.delivery_state is TransmissionState.PARKED:
        return Light(name="delivered", sign=Sign.NO, text="it did not leave and is parked")
    if tries > 1:
        text = f"not delivered after {tries} attempts"
        return Light(name="delivered", sign=Sign.WARNING, text=text)
    return Light(name="delivered", sign=Sign.WAITING, text="waits to leave")


def _valid(parts: Parts, seen: SeenDocument) -> Light:
    row = seen.row
    if row.valid is True:
        return Light(name="valid", sign=Sign.YES, text="its receipt accepts it", at=row.valid_at)
    if row.valid is False:
        return Light(name="valid", sign=Sign.NO, text="its receipt rejects it", at=row.valid_at)
    if seen.receipt_due is not None:
        return _due("valid", "receipt", seen.receipt_due, rung=seen.receipt_rung)
    if row.delivered_at is None and receipts_wanted(parts, row.partner, row.channel):
        return Light(name="valid", sign=Sign.WAITING, text="a receipt is awaited once it left")
    return Light(name="valid", sign=Sign.NONE, text="no receipt is awaited")


def _answer(seen: SeenDocument) -> Light:
    row = seen.row
    if row.answered_at is not None:
        return Light(
            name="answered", sign=Sign.YES, text="the partner answered", at=row.answered_at
        )
    if seen.response_due is not None and row.fulfillment_id:
        return _due("answered", "answer", seen.response_due, rung=seen.response_rung)
    return Light(name="answered", sign=Sign.NONE, text="no answer is awaited")


def _due(name: str, what: str, due: datetime, *, rung: bool) -> Light:
    if rung:
        return Light(name=name, sign=Sign.OVERDUE, text=f"the {what} is overdue", at=due)
    return Light(name=name, sign=Sign.WAITING, text=f"the {what} is awaited", at=due)


def counted(papers: PapersCounted) -> Sign:
    """Return the sign of papers of one kind, as far as their own rows tell."""
    if papers.direction == Direction.IN:
        return _TAKEN[DocumentState(papers.state)][0]
    if papers.valid is False or (papers.stuck and not papers.delivered):
        return Sign.NO
    return Sign.YES if papers.delivered else Sign.WAITING
