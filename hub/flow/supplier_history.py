"""What was said of one purchase order, by us and by its partner, in the order of time."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from hub.domain.exchange import Direction, DocumentState
from hub.domain.posted import PostedSet
from hub.flow.partner_work import Work
from hub.flow.parts import Parts
from hub.flow.warehouse_changes import is_change
from hub.store import DocumentRow


class Happened(StrEnum):
    """What a paper did, for those who work with orders and not with papers."""

    GIVEN = "given"
    ASKED = "asked"
    ANSWERED = "answered"
    SHIPPED = "shipped"
    CHANGE_ANSWERED = "change_answered"
    CORRECTED = "corrected"
    SHIPMENT_UNDONE = "shipment_undone"
    ANSWER_UNDONE = "answer_undone"
    INVOICED = "invoiced"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened, told by a paper; `why` is what was wrong with what was refused.

    `who` of the partner said it, as inputs are kept: an account, a key, a lane; "" for us.
    """

    at: datetime
    what: Happened
    document_id: str
    who: str = ""
    why: tuple[str, ...] = ()


_SAID = {
    PostedSet.ORDER_RESPONSE: Happened.ANSWERED,
    PostedSet.SHIP_NOTICE: Happened.SHIPPED,
    PostedSet.CHANGE_RESPONSE: Happened.CHANGE_ANSWERED,
    PostedSet.SHIPMENT_CORRECTION: Happened.CORRECTED,
    PostedSet.SHIPMENT_VOID: Happened.SHIPMENT_UNDONE,
    PostedSet.ANSWER_VOID: Happened.ANSWER_UNDONE,
    PostedSet.INVOICE: Happened.INVOICED,
    "855": Happened.ANSWERED,
    "856": Happened.SHIPPED,
    "865": Happened.CHANGE_ANSWERED,
    "945": Happened.SHIPPED,
    "810": Happened.INVOICED,
}
_OURS = frozenset({Happened.GIVEN, Happened.ASKED})  # of one moment they were first
_NOT_TAKEN = frozenset({DocumentState.REFUSED, DocumentState.REJECTED})


def history(parts: Parts, work: Work) -> tuple[Event, ...]:
    """Return what happened to a partner's part of an order, the newest first.

    Papers of others and of other parts are not looked at; what is still in work has not happened.
    """
    with parts.store.read() as tx:
        papers = tx.exchange.documents_of_order(work.order.id)
        mine = [one for one in papers if one.fulfillment_id == work.part.id]
        theirs = [one.transmission_id for one in mine if one.direction is Direction.IN]
        said_by = tx.facts.said_by(theirs)
    told = ((one, _event(parts, work, one)) for one in mine)
    events = [
        replace(event, who=said_by.get(one.transmission_id, ""))
        for one, event in told
        if event is not None
    ]
    return tuple(sorted(events, key=lambda one: (one.at, one.what not in _OURS), reverse=True))


def _event(parts: Parts, work: Work, paper: DocumentRow) -> Event | None:
    if paper.direction is Direction.OUT:
        if paper.delivered_at is None:
            return None
        changes = _asks_for_change(parts, paper)
        what = Happened.ASKED if changes else Happened.GIVEN
        return Event(at=paper.delivered_at, what=what, document_id=paper.id)
    if paper.partner != work.part.partner or paper.set_id not in _SAID:
        return None
    if paper.state in _NOT_TAKEN:
        why = tuple(problem.text for problem in paper.problems)
        return Event(at=paper.at, what=Happened.REFUSED, document_id=paper.id, why=why)
    if paper.state not in (DocumentState.APPLIED, DocumentState.PARTLY_APPLIED):
        return None
    return Event(at=paper.at, what=_SAID[paper.set_id], document_id=paper.id)


def _asks_for_change(parts: Parts, paper: DocumentRow) -> bool:
    try:
        channel = parts.partners.channel(f"{paper.partner}/{paper.channel}")
    except KeyError:  # the page lost it since
        return False
    return is_change(parts, channel, paper)
