"""Backorders beyond the promise: a partner is asked to give back what somebody else can fill."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from hub.domain.change_rows import pending
from hub.domain.changes import take_back
from hub.domain.facts import Change, Fact, FactKind, Stuck
from hub.domain.hearing import line_of, set_buckets
from hub.domain.names import Names, at_moment
from hub.domain.orders import FulfillmentLine, FulfillmentOrder, Order, PromiseKind
from hub.domain.promises import day_meant, is_backorder
from hub.domain.voiding import UNDO
from hub.flow.changing import terms_of
from hub.flow.following import PartnerTerms, backorder_hold
from hub.flow.parts import Parts
from hub.flow.sourcing import source
from hub.store import SealedFact, Transaction

_SAID = frozenset(
    {
        FactKind.LINES_CONFIRMED,
        FactKind.LINES_BACKORDERED,
        FactKind.LINES_DECLINED,
        FactKind.PROGRESS_REPORTED,
    }
)


def resource_backorders(
    tx: Transaction,
    parts: Parts,
    change: Change,
    fulfillment_id: str,
    *,
    beyond: Collection[str],
    names: Names,
    now: datetime,
) -> Change:
    """Ask a partner to give back what it backorders beyond the promise, if others can fill it.

    Only lines that leave `beyond` the part's promise count, as `late_told` or `late_by_now` have
    them. Where nobody else can, or the partner takes no changes, one exception a line tells a
    person. Returns the Change with what follows.
    """
    order = change.order
    part = order.fulfillment(fulfillment_id)
    late = [
        line
        for line in part.lines
        if line.line_id in beyond
        and min(line.buckets.backordered, line.buckets.open) > pending(order, line.id)
    ]
    terms = terms_of(parts, part, now)
    movable = [
        line for line in late if terms and _others_fill(tx, parts, order, part.id, line, now)
    ]
    stuck = tuple(
        _beyond(order, part.partner, part.number, line) for line in late if line not in movable
    )
    change = change.then(Change(order=order, stuck=stuck))
    if not movable or terms is None:
        return change
    asked = take_back(order, movable, terms=terms, fulfillment_id=part.id, names=names, now=now)
    return change.then(asked)


def names_days(change: Change, fulfillment_id: str) -> bool:
    """Say whether an answer or report names a day on which units leave later."""
    return any(_days_told(change, fulfillment_id))


def late_told(parts: Parts, change: Change, fulfillment_id: str) -> set[str]:
    """Return the order lines that ship later than promised, by what an answer or report says."""
    part = change.order.fulfillment(fulfillment_id)
    route = parts.routes.get(part.partner)
    if part.ship_by is None or route is None:
        return set()
    terms = PartnerTerms(partner=route.partner)
    promised = day_meant(change.order, part.id, part.ship_by, terms=terms)
    return {line for line, day in _days_told(change, fulfillment_id) if day > promised}


def _days_told(change: Change, fulfillment_id: str) -> Iterator[tuple[str, date]]:
    for fact in change.facts:
        day = _day(fact)
        if day is not None and fact.body.get("fulfillment") == fulfillment_id:
            yield str(fact.body["line"]), day


def late_by_now(
    tx: Transaction, order: Order, fulfillment_id: str, *, answered_at: datetime
) -> set[str]:
    """Return the same of all answers that stand, the newest of which came at a moment.

    They are held against what was promised before them: each that still could be taken back when
    the next one came is one of them.
    """
    part = order.fulfillment(fulfillment_id)
    told = [one for one in tx.facts.of_order(order.id) if one.body.get("fulfillment") == part.id]
    promised, found = _promised_before(told, answered_at), days_of(tx, order.id, part)
    return {
        line.line_id
        for line in part.lines
        if promised and line.number in found and found[line.number].isoformat() > promised
    }


def _promised_before(told: Sequence[SealedFact], answered_at: datetime) -> str:
    """Return the day on which a part was to leave before it was answered; empty for none."""
    since, first = answered_at, len(told)
    for place in reversed(range(len(told))):
        if told[place].kind in _SAID and since - UNDO < told[place].at <= since:
            since, first = told[place].at, place
    promised = ""
    for one in told[:first]:
        if one.kind == FactKind.PROMISE_MADE:
            promised = str(one.body["ship_by"])
        elif one.kind == FactKind.PROMISE_MOVED and one.body["kind"] == PromiseKind.SHIP_BY:
            promised = str(one.body["to"])
    return promised


def days_of(tx: Transaction, order_id: str, part: FulfillmentOrder) -> Mapping[str, date]:
    """Return the newest day that was named for later units of a part, by the number of the line.

    A day that was named in an answer taken back since is none.
    """
    told: dict[object, list[tuple[datetime, date | None]]] = {}
    for one in tx.facts.of_order(order_id):
        if one.body.get("fulfillment") != part.id:
            continue
        said = told.setdefault(one.body.get("line"), [])
        if one.kind == FactKind.ANSWER_VOIDED:
            del said[-1:]
        elif one.kind in _SAID:
            day = _day(Fact(kind=FactKind(one.kind), body=one.body))
            if said and said[-1][0] == one.at:  # one answer says several things of a line
                former = said.pop()[1]
                day = day or former
            said.append((one.at, day))
    newest = {
        line.number: next((day for _, day in reversed(told.get(line.line_id, [])) if day), None)
        for line in part.lines
    }
    return {number: day for number, day in newest.items() if day is not None}


def _day(fact: Fact) -> date | None:
    named = fact.body.get("ships_on")
    return date.fromisoformat(named) if isinstance(named, str) and is_backorder(fact) else None


def _others_fill(
    tx: Transaction,
    parts: Parts,
    order: Order,
    fulfillment_id: str,
    line: FulfillmentLine,
    now: datetime,
) -> bool:
    """Try a sourcing in which the partner has given the units back; nothing of it is kept."""
    buckets = line_of(order, fulfillment_id, line.id).buckets
    units = min(buckets.backordered, buckets.open)
    given = replace(buckets.cancel(units), rejected=buckets.rejected + units, backordered=0)
    without = set_buckets(order, fulfillment_id, line.id, given)
    tried = source(tx, parts, without, names=at_moment(line.id, now), now=now).order
    whole = tried.line(line.line_id)
    return tried.unsourced(whole) <= order.unsourced(order.line(line.line_id))


def _beyond(order: Order, partner: str, number: str, line: FulfillmentLine) -> Stuck:
    return Stuck(
        hold=backorder_hold(line.id),
        kind="backorder-beyond-promise",
        partner=partner,
        text=f"{partner} ships {line.buckets.backordered} x {line.sku} of purchase order {number} "
        "later than the customer was promised, and it cannot be taken to another partner.",
        next_step="Tell the customer, offer another article or a cancellation: `hub orders cancel "
        f"{order.number} --brand {order.brand}`.",
    )
