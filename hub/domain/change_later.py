"""Parts that came into being while others were asked for an address or the like of their group.

They were written with the former words. Once everybody asked has agreed, they are asked as well,
and only when they agreed too do the new words hold. What is not written yet gets them by itself,
what has left is left alone. Pure.
"""

from dataclasses import replace
from datetime import datetime

from hub.domain.change_rows import asks_of, duty_of, next_number, watch_of
from hub.domain.change_settling import ended, later_parts
from hub.domain.facts import Change, Fact, FactKind
from hub.domain.names import Names
from hub.domain.orders import Ask, ChangeState, FulfillmentOrder, Order, OrderChange
from hub.domain.wishes import GROUP_ACTIONS, Outcome, Standing, Why


def undecided(order: Order) -> list[OrderChange]:
    """Return the changes that wait for `asked_later`: everybody asked has answered."""
    return [
        change
        for change in order.changes
        if change.state is ChangeState.REQUESTED
        and not any(ask.state is ChangeState.REQUESTED for ask in change.asks)
    ]


def asked_later(order: Order, *, standing: Standing, names: Names, now: datetime) -> Change:
    """Ask later parts for what the others agreed to; end the changes that need nobody's word.

    Where one of them takes no changes, none of its group is asked: it counts as declined.
    """
    change = Change(order=order)
    for owner in undecided(order):
        change = change.then(_later(change.order, owner, standing, names))
        if owner.id in {one.id for one in undecided(change.order)}:
            owner = next(one for one in change.order.changes if one.id == owner.id)
            change = change.then(ended(change.order, owner, now))
    return change


def _later(order: Order, owner: OrderChange, standing: Standing, names: Names) -> Change:
    """Put later parts to a change: asked, or declined by those that take no changes."""
    later = [part for part in later_parts(order, owner) if part.id not in standing.unsent]
    closed = [part for part in later if part.id not in standing.terms]
    groups = {part.group_id for part in closed}
    change = Change(order=order)
    for part in closed:
        ask = replace(_ask(order, part, names), state=ChangeState.DECLINED, reason=_NONE)
        owner = _with(order, owner, part, ask)
        body = {"change": owner.id, "ask": ask.id, "fulfillment": part.id, "by": _NONE, "lines": []}
        fact = Fact(kind=FactKind.CHANGE_DECLINED, body=body)
        change = change.then(Change(order=order, facts=(fact,)))
    for part in later:
        if part.group_id not in groups:
            terms = standing.terms[part.id]
            ask = replace(_ask(order, part, names), until=terms.until)
            owner = _with(order, owner, part, ask)
            duty, watch = duty_of(order, ask, terms, names), watch_of(order, ask, terms)
            change = change.then(Change(order=order, duties=(duty,), watches=(watch,)))
    return replace(change, order=order.with_change(owner))


_NONE = str(Why.NO_CHANGES)


def _ask(order: Order, part: FulfillmentOrder, names: Names) -> Ask:
    return Ask(
        id=names.new("ask"),
        fulfillment_id=part.id,
        number=next_number(order, part.id),
        state=ChangeState.REQUESTED,
        until=None,
    )


def _with(order: Order, owner: OrderChange, part: FulfillmentOrder, ask: Ask) -> OrderChange:
    """The change with an ask on which all depends that it wants of the part's group."""
    group = order.group(part.group_id).number
    rows = tuple(
        {**row, "asks": [*asks_of(row), ask.id]}
        if row["action"] in GROUP_ACTIONS
        and row["outcome"] == Outcome.ASKED
        and row["group"] == group
        else row
        for row in owner.actions
    )
    return replace(owner, actions=rows, asks=(*owner.asks, ask))
