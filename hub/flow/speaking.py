"""Which orders a paper speaks of, and what waits for a person about each of them.

A ship notice may speak of ten orders of several brands. Each is told what was wrong with its own
message, and nothing of the others.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.domain.bounds import keepable
from hub.domain.exchange import DocumentState, Problem, Severity, told
from hub.domain.facts import Stuck
from hub.domain.messages import Message
from hub.domain.names import Names
from hub.domain.telling import foremost
from hub.domain.told_before import TOLD_BEFORE
from hub.flow.applied import Applied
from hub.mapping import Unread
from hub.store import DocumentRow, Transaction
from hub.store.exceptions import document_hold

_IS_SAME = "If it is, put the paper aside."
_HOLDS_MORE = (
    "If it holds further pieces, have the partner send a replacement (purpose 05) of the first "
    "notice with all that is in the parcel, or correct a copy of this paper."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one message of a paper spoke of, and what was wrong with it.

    `orders` are ids, none where nobody knows the order; several share a parcel. `used` tells that
    something of the message was used.
    """

    number: str = ""
    orders: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    used: bool = False

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What of its problems are errors."""
        return errors_of(self.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What waits for a person about one order of a paper, or about none (`order_id` is "").

    Of very many `errors` it has the foremost.
    """

    order_id: str
    numbers: tuple[str, ...]
    errors: tuple[Problem, ...]
    state: DocumentState


def errors_of(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Return those problems that are errors."""
    return tuple(one for one in problems if one.severity is Severity.ERROR)


def number_of(message: Message) -> str:
    """Return the purchase order that a message names, "" for one that is about none."""
    return str(getattr(message, "number", ""))


def share_of(tx: Transaction, row: DocumentRow, done: Applied) -> Share:
    """Return the share of a message that was taken in; a number alone tells the order, too."""
    number = keepable(done.number)
    orders = (done.order_id, *done.further) if done.order_id else _under(tx, row, number)
    return Share(number=number, orders=orders, problems=foremost(done.problems), used=done.used)


def unread_share(tx: Transaction, row: DocumentRow, unread: Unread) -> Share:
    """Return the share of a message that could not be read; what number it names is known.

    One that no index takes counts as none: it may be why the message could not be read.
    """
    number = keepable(unread.number)
    orders = _under(tx, row, number)
    return Share(number=number, orders=orders, problems=foremost(unread.problems))


def _under(tx: Transaction, row: DocumentRow, number: str) -> tuple[str, ...]:
    found = tx.exchange.order_under(partner=row.partner, number=number) if number else None
    return (found,) if found else ()


def remember_spoken(tx: Transaction, row: DocumentRow, shares: Sequence[Share]) -> None:
    """Keep every order that a paper speaks of, known or not."""
    known = [(order, one.number) for one in shares for order in one.orders]
    unknown = [(None, one.number) for one in shares if one.number and not one.orders]
    if known or unknown:
        tx.exchange.add_spoken(row, [*known, *unknown])


def cases_of(
    shares: Sequence[Share], loose: Sequence[Problem], state: DocumentState
) -> Iterator[Case]:
    """Yield what waits for a person because of a paper that came to `state`, order by order.

    `loose` are problems of no message; those of messages that name no order are like them. Where
    the paper speaks of one order alone they are that order's; of several nobody knows whose.
    """
    by_order = _by_order(shares)
    unknown = [one for one in shares if one.number and not one.orders]
    nameless = (p for one in shares if not (one.number or one.orders) for p in one.errors)
    rest = (*errors_of(loose), *nameless)
    only = next(iter(by_order)) if len(by_order) == 1 and not unknown else ""
    for order, mine in by_order.items():
        errors = (*(rest if order == only else ()), *(p for one in mine for p in one.errors))
        if errors:
            yield Case(
                order_id=order,
                numbers=_numbers(mine),
                errors=foremost(errors),
                state=_state_of(mine),
            )
    errors = (*(() if only else rest), *(p for one in unknown for p in one.errors))
    if errors:
        numbers = _numbers(one for one in unknown if one.errors)
        yield Case(order_id="", numbers=numbers, errors=foremost(errors), state=state)


def _by_order(shares: Sequence[Share]) -> dict[str, list[Share]]:
    """The shares of each order, as the paper first speaks of them."""
    found: dict[str, list[Share]] = {}
    for one in shares:
        for order in dict.fromkeys(one.orders):
            found.setdefault(order, []).append(one)
    return found


def _state_of(shares: Sequence[Share]) -> DocumentState:
    used = any(one.used for one in shares)
    return DocumentState.PARTLY_APPLIED if used else DocumentState.REFUSED


def _numbers(shares: Iterable[Share]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.number for one in shares if one.number))


def tell(
    tx: Transaction, row: DocumentRow, cases: Sequence[Case], *, now: datetime, names: Names
) -> None:
    """Open one exception for each case; what waited because of the paper before is closed."""
    holds = [document_hold(row.id, one.order_id) for one in cases]
    tx.exceptions.clear_document(row.id, at=now, by=row.id, but=holds)
    for hold, one in zip(holds, cases, strict=True):
        stuck = Stuck(
            hold=hold,
            kind=str(one.state),
            partner=row.partner,
            text=f"{row.set_id} {row.number} from {row.partner}{_about(one.numbers)} "
            f"{_how(one.state)}: " + told([problem.text for problem in one.errors]),
            next_step=_step(row, one.errors),
            problems=one.errors,
        )
        order_id = one.order_id or None
        tx.exceptions.open(stuck, at=now, order_id=order_id, document_id=row.id, names=names)


def _step(row: DocumentRow, errors: Sequence[Problem]) -> str:
    """What to do: put right what is wrong, and decide about what nothing can put right."""
    told_before = [one for one in errors if one.code == TOLD_BEFORE]
    steps = []
    if len(told_before) < len(errors):
        steps.append(f"See `hub doc why {row.id}`; put the cause right and re-run it.")
    if told_before:
        steps += [f"See `hub doc why {row.id}`: is it the same parcel?", _IS_SAME, _HOLDS_MORE]
    return " ".join(steps)


def _how(state: DocumentState) -> str:
    return "was not used" if state is DocumentState.REFUSED else "was used only in part"


def _about(numbers: Sequence[str]) -> str:
    if not numbers:
        return ""
    return f" on purchase order{'s' if len(numbers) > 1 else ''} {told_numbers(numbers)}"


def told_numbers(numbers: Sequence[str]) -> str:
    """Return the first five numbers as text."""
    more = [f"{len(numbers) - 5} more"] if len(numbers) > 5 else []
    return ", ".join([*numbers[:5], *more])
