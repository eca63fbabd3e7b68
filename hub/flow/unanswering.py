"""A partner takes back its answer to a purchase order, as long as nothing followed from it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hub.domain.exchange import Direction, DocumentState, Problem
from hub.domain.facts import Effect
from hub.domain.names import Names
from hub.domain.orders import FulfillmentOrder, Order
from hub.domain.posted import PostedSet
from hub.domain.unanswering import against, unanswered, unknown
from hub.domain.voiding import UNDO
from hub.domain.voids import AnswerVoid
from hub.flow.applied import Applied
from hub.flow.orders import remember
from hub.flow.parts import Parts
from hub.flow.receiving import input_of
from hub.store import DocumentRow, Transaction

_COUNTS = frozenset({DocumentState.APPLIED, DocumentState.PARTLY_APPLIED})


@dataclass(frozen=True, slots=True, kw_only=True)
class LastAnswer:
    """The newest answer to a purchase order that stands.

    `until` is when it can be taken back no more, `refusal` what forbids it now, empty for nothing.
    """

    document: str
    at: datetime
    until: datetime
    refusal: str

    @property
    def undoable(self) -> bool:
        """Say whether it can be taken back now."""
        return not self.refusal


def last_answer(
    tx: Transaction,
    order: Order,
    part: FulfillmentOrder,
    every: Iterable[DocumentRow],
    *,
    now: datetime,
) -> LastAnswer | None:
    """Return the newest answer posted to a part, None where there is none that stands.

    `every` are the papers of the order.
    """
    papers = _papers(every, part)
    answers = [one for one in papers if one.set_id == PostedSet.ORDER_RESPONSE]
    newest = max(answers, key=lambda one: one.at, default=None)
    if newest is None or _is_taken_back(tx, papers, newest):
        return None
    # What it did is looked up only while that can matter: lists show many answers of long ago.
    too_late = now >= newest.at + UNDO
    effects = [] if too_late else tx.exchange.effects_of(newest.id)
    wrong = _against(order, part, newest, papers, effects, now)
    return LastAnswer(
        document=newest.id,
        at=newest.at,
        until=newest.at + UNDO,
        refusal=wrong.text if wrong else "",
    )


def take_answer_void(
    tx: Transaction,
    parts: Parts,
    row: DocumentRow,
    message: AnswerVoid,
    *,
    now: datetime,
    names: Names,
) -> Applied:
    """Take an answer back; one that was taken back before stays so and nothing is done."""
    applied = Applied(number=message.number, purpose=str(message.purpose))
    found = tx.orders.for_purchase_order(partner=row.partner, number=message.number)
    if found is None:
        return replace(applied, problems=[unknown(message.answer)], used=False)
    order, part = found[0], found[0].fulfillment(found[1])
    applied = replace(applied, order_id=order.id, fulfillment_id=part.id)
    papers = _papers(tx.exchange.documents_of_order(order.id), part)
    answer = next((one for one in papers if _is_meant(one, message)), None)
    if answer is None:
        return replace(applied, problems=[unknown(message.answer)], used=False)
    key = _key(answer)
    applied = replace(applied, key=key)
    if tx.exchange.effects(business_key=key):
        return applied
    effects = tx.exchange.effects_of(answer.id)
    wrong = _against(order, part, answer, papers, effects, now)
    if wrong is not None:
        return replace(applied, problems=[wrong], used=False)
    change = unanswered(order, part.id, effects, key=key)
    remember(
        tx,
        parts,
        order,
        change,
        at=now,
        input_id=input_of(row.transmission_id),
        document_id=row.id,
        names=names,
    )
    tx.exchange.unanswer(fulfillment_id=part.id, document_id=answer.id)
    return applied


def _papers(every: Iterable[DocumentRow], part: FulfillmentOrder) -> list[DocumentRow]:
    """What the partner told of its part and what counted."""
    return [
        one
        for one in every
        if one.fulfillment_id == part.id
        and one.direction is Direction.IN
        and one.partner == part.partner
        and one.state in _COUNTS
    ]


def _is_taken_back(tx: Transaction, papers: Sequence[DocumentRow], answer: DocumentRow) -> bool:
    voided = any(one.set_id == PostedSet.ANSWER_VOID for one in papers)
    return voided and answer_taken_back(tx, answer)


def answer_taken_back(tx: Transaction, answer: DocumentRow) -> bool:
    """Say whether an answer was taken back."""
    return bool(tx.exchange.effects(business_key=_key(answer)))


def _is_meant(row: DocumentRow, message: AnswerVoid) -> bool:
    return row.id == message.answer and row.set_id == PostedSet.ORDER_RESPONSE


def _key(answer: DocumentRow) -> str:
    return f"{answer.partner}/answer-void/{answer.id}"


def _against(
    order: Order,
    part: FulfillmentOrder,
    answer: DocumentRow,
    papers: Sequence[DocumentRow],
    effects: Sequence[Effect],
    now: datetime,
) -> Problem | None:
    later = any(one.at >= answer.at and one.id != answer.id for one in papers)
    return against(order, part.id, effects, answered_at=answer.at, later=later, now=now)
