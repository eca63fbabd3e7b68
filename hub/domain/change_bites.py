"""Units of a line as a change gets at them: who has them, and for what they are asked already."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hub.domain.change_held import is_exchange, kept
from hub.domain.change_rows import asked_for, open_asks
from hub.domain.orders import ChangeKind, Order, OrderLine
from hub.domain.wishes import Outcome

EXCHANGE = "exchange"
"""Something is to come in their place."""
KEPT = "kept"
"""They are wanted after all."""
ELSEWHERE = "elsewhere"
"""Somebody else is to fill them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bite:
    """Some of the units wanted and what becomes of them; `part` is who has them in hand.

    `running` is the change by which a partner is asked for them already, `held` what for, empty
    when they are to leave the order for good.
    """

    outcome: Outcome
    quantity: int
    why: str = ""
    part: str = ""
    line: str = ""
    running: str = ""
    held: str = ""


def running_units(order: Order, line: OrderLine) -> list[Bite]:
    """Return the units of a line that a partner is being asked for already, and what for."""
    mine = {one.id for _, one in asked_for(order, line)}
    stays = {change.id: kept(order, change, line) for change in order.changes}
    bites = []
    for change, ask in open_asks(order):
        held = ELSEWHERE if change.kind is ChangeKind.RESOURCING else ""
        held = EXCHANGE if is_exchange(change, line) else held
        for units in ask.lines:
            if units.fulfillment_line_id in mine:
                stay = min(stays[change.id], units.quantity)
                stays[change.id] -= stay
                bite = Bite(
                    outcome=Outcome.ASKED, quantity=stay, part=ask.id, running=change.id, held=KEPT
                )
                gone = units.quantity - stay
                bites += [bite, replace(bite, quantity=gone, held=held)]
    return [bite for bite in bites if bite.quantity]


def in_turn(bites: Sequence[Bite], wanted: int) -> list[Bite]:
    """Return running units that nobody wants after all, as a cancellation takes them.

    First those to be exchanged, only where all that a change exchanges is wanted. Then those that
    are leaving already.
    """
    first: list[Bite] = []
    left = wanted
    for name in dict.fromkeys(one.running for one in bites if one.held == EXCHANGE):
        mine = [one for one in bites if one.running == name and one.held == EXCHANGE]
        units = sum(one.quantity for one in mine)
        if units <= left:
            first += mine
            left -= units
    rest = [one for one in bites if one not in first and one.held != KEPT]
    return [*first, *sorted(rest, key=_is_exchanged)]


def _is_exchanged(bite: Bite) -> bool:
    return bite.held == EXCHANGE
