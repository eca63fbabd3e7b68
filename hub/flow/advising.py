"""What partners' applications say of our papers (X12 824): taken, taken with changes, refused.

It comes after the 997, which speaks of syntax alone.
"""

from dataclasses import replace
from datetime import datetime

from hub.domain.exchange import Problem, told, unquoted
from hub.domain.facts import Change, Effect, Fact, FactKind, Stuck
from hub.domain.hearing import Heard, heard
from hub.domain.messages import Advice, Advised
from hub.domain.names import Names
from hub.flow.applied import Applied
from hub.flow.orders import note
from hub.flow.parts import Parts
from hub.flow.receiving import input_of
from hub.store import DocumentRow, Transaction


def take_advice(
    tx: Transaction,
    parts: Parts,
    row: DocumentRow,
    message: Advice,
    *,
    now: datetime,
    names: Names,
) -> Applied:
    """Note what a partner's application made of a paper of ours."""
    applied = Applied(
        key=f"{row.partner}/advice/{message.advice}",
        purpose=str(message.purpose),
        number=message.reference,
    )
    document = _meant(tx, row.partner, message)
    if document is None:
        return replace(applied, problems=[_unknown(row.partner, message)], used=False)
    applied = replace(applied, order_id=document.order_id, fulfillment_id=document.fulfillment_id)
    what = {"verdict": str(message.verdict), "errors": [one.code for one in message.errors]}
    effects = tx.exchange.effects(business_key=applied.key)
    ((verdict, ordinal),) = heard(effects, [(document.id, what)])
    if verdict is Heard.BEFORE:
        return applied  # the same advice in another envelope
    effect = Effect(business_key=applied.key, subject=document.id, ordinal=ordinal, what=what)
    hold = f"advised:{document.id}"
    good = message.verdict is Advised.ACCEPTED
    stuck = () if good else (_refused(document, message, hold),)
    if document.order_id is None:
        tx.exchange.add_effects([effect], document_id=row.id, order_id=None)
        for one in stuck:
            tx.exceptions.open(one, at=now, document_id=row.id, names=names)
        return applied
    body = {"document": document.id, "verdict": str(message.verdict), "advice": message.advice}
    change = Change(
        order=tx.orders.load(document.order_id),
        facts=(Fact(kind=FactKind.DOCUMENT_ADVISED, body=body),),
        stuck=stuck,
        cleared=(hold,) if good else (),
        effects=(effect,),
    )
    note(
        tx,
        change,
        at=now,
        input_id=input_of(row.transmission_id),
        document_id=row.id,
        names=names,
    )
    return applied


def _meant(tx: Transaction, partner: str, message: Advice) -> DocumentRow | None:
    """Find our paper: by its control numbers, or else the newest under the number quoted."""
    sent = tx.exchange.sent_under(partner=partner, number=message.reference)
    same = [one for one in sent if not message.set_id or one.set_id == message.set_id]
    numbered = [
        one
        for one in same
        if one.number.lstrip("0") == message.set_number.lstrip("0")
        and one.group_number.lstrip("0") == message.group_number.lstrip("0")
    ]
    found = numbered or same
    return found[-1] if found else None


def _unknown(partner: str, message: Advice) -> Problem:
    return Problem(
        code="unknown-order",
        text=f"{partner} speaks of {message.set_id or 'a paper'} {message.reference!r}, which it "
        "was never sent; check the number with the partner",
    )


def _refused(document: DocumentRow, message: Advice, hold: str) -> Stuck:
    # A partner's words may quote a person's: what is quoted stays in the kept bytes.
    told_of = [unquoted(one.text or one.code) for one in message.errors]
    why = told(told_of) or "no reason given"
    how = "refused" if message.verdict is Advised.REJECTED else "changed"
    return Stuck(
        hold=hold,
        kind=f"{how}-by-application",
        partner=document.partner,
        text=f"{document.partner}'s application {how} our {document.set_id} "
        f"{document.order_number}: {why}.",
        next_step=f"See `hub doc why {document.id}`; put the cause right with the partner and send "
        "it again.",
    )
