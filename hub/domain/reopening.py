"""A shipment that is taken back had declined changes: they wait for an answer again. Pure.

What a notice declined is an effect under its business key. Only what is open again is asked again.
What was answered since was said of the rest: of what did not leave after all nobody has answered.
Where silence decided since, it stays so; when silence counts stays as it was.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from hub.domain.change_rows import open_asks, pending, requested_body, watch_hold
from hub.domain.change_settling import (
    LOST,
    PART,
    REFUSED,
    SHIPPED,
    SOME,
    asked_again,
    declined_hold,
    find_ask,
    half_hold,
)
from hub.domain.facts import Change, Effect, Fact, FactKind, Watch, WatchKind
from hub.domain.hearing import Subject, line_of
from hub.domain.orders import Ask, AskedUnits, ChangeState, FulfillmentState, Order

TAKEN = "/~taken"
"""Behind an ask: what a shipment took of what it asks for."""

_OVER = (FulfillmentState.CLOSED, FulfillmentState.CANCELLED)
_OF_THE_REST = (SHIPPED, PART, REFUSED)
"""How an ask ended of which the partner, and no silence, said what becomes of the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lost:
    """What a shipment took of an ask, what was said of it before, how it left the ask behind."""

    ask: str
    units: Mapping[str, int]
    words: bool
    before: str
    left: tuple[str, str]


def with_taken(subject: Subject, heard: Change, after: Change, *, key: str) -> Change:
    """Return the change with what the notice declined of each ask.

    `heard` is what the notice did by itself, `after` is that with the asks which it decided.
    """
    effects = []
    for _, was in open_asks(heard.order):
        _, now = find_ask(after.order, was.id)
        if now == was:
            continue
        waits = now.state is ChangeState.REQUESTED
        rest = _units(now) if waits else {}
        lost = {line: units - rest.get(line, 0) for line, units in _units(was).items()}
        what = {
            "units": {line: units for line, units in lost.items() if units},
            "words": not waits,
            "before": was.reason,
            "left": _state(now),
        }
        about = was.id + TAKEN
        place = sum(one == about for one, _ in subject.effects)
        effects.append(Effect(business_key=key, subject=about, ordinal=place, what=what))
    return after.then(Change(order=after.order, effects=tuple(effects))) if effects else after


def _units(ask: Ask) -> dict[str, int]:
    return {one.fulfillment_line_id: one.quantity for one in ask.lines}


def _state(ask: Ask) -> list[str]:
    return [str(ask.state), ask.reason]


def reopened_by(subject: Subject, order: Order) -> Change:
    """Return the change by which asks wait again that the notice had declined.

    `order` is without what is taken back.
    """
    change = Change(order=order)
    for lost in _lost(subject):
        change = change.then(_reopened(change.order, lost))
    return change


def _lost(subject: Subject) -> Iterator[_Lost]:
    """The newest of each ask."""
    newest: dict[str, Mapping[str, object]] = {}
    for about, place in sorted(subject.effects):
        if about.endswith(TAKEN):
            newest[about.removesuffix(TAKEN)] = subject.effects[about, place]
    for ask, what in newest.items():
        units, left = what["units"], what["left"]
        yield _Lost(
            ask=ask,
            units=dict(units) if isinstance(units, Mapping) else {},
            words=bool(what["words"]),
            before=str(what["before"]),
            left=(str(left[0]), str(left[1])) if isinstance(left, list | tuple) else ("", ""),
        )


def _reopened(order: Order, lost: _Lost) -> Change:
    owner, ask = find_ask(order, lost.ask)
    part = order.fulfillment(ask.fulfillment_id)
    waits = ask.state is ChangeState.REQUESTED
    as_left = tuple(_state(ask)) == lost.left
    if not waits and not as_left and ask.reason not in _OF_THE_REST:
        return Change(order=order)
    again = {line: units for line, units in _free(order, part.id, lost) if units}
    words = lost.words and not waits and part.state not in _OVER
    if not again and not words:
        return Change(order=order)
    had = _units(ask) if waits else {}
    lines = tuple(
        AskedUnits(fulfillment_line_id=line, quantity=had.get(line, 0) + again.get(line, 0))
        for line in dict.fromkeys((*had, *again))
    )
    after = asked_again(order, replace(ask, lines=lines, reason=_so_far(ask, lost, again)))
    asked, _ = find_ask(after, ask.id)
    return Change(
        order=after,
        facts=(Fact(kind=FactKind.CHANGE_REQUESTED, body=requested_body(asked)),),
        cleared=(half_hold(owner), declined_hold(ask.id)),
        watches=tuple(_watch(order, ask)),
    )


def _so_far(ask: Ask, lost: _Lost, again: Mapping[str, int]) -> str:
    """What was said of an ask that waits again: as before, unless something stays declined.

    Of an answer in part nobody knows any more whether it, or only the shipment, declined some.
    """
    if again == lost.units and tuple(_state(ask)) == lost.left:
        return lost.before
    if ask.reason == PART:
        return PART
    return {"": LOST, SOME: PART}.get(lost.before, lost.before)


def _free(order: Order, fulfillment_id: str, lost: _Lost) -> Iterator[tuple[str, int]]:
    """How many of the lost units are open and not asked for by another change."""
    for line_id, units in lost.units.items():
        there = line_of(order, fulfillment_id, line_id).buckets.open - pending(order, line_id)
        yield line_id, min(units, max(0, there))


def _watch(order: Order, ask: Ask) -> Iterator[Watch]:
    if ask.until is not None:
        yield Watch(
            hold=watch_hold(ask.id),
            kind=WatchKind.CHANGE,
            partner=order.fulfillment(ask.fulfillment_id).partner,
            subject=ask.id,
            due_at=ask.until,
            order_id=order.id,
        )
