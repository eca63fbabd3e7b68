"""Names said anew: what a paper means now, while what it meant before is still booked. Pure.

What a name stands for may be said wrongly, papers booked under it, and the name said anew. The same
paper, run again or come again in another envelope, must not book its units for both articles.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Container, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from hub.domain.exchange import Problem, Where
from hub.domain.hearing import Heard, Subject, said_of, written
from hub.domain.messages import ProductId
from hub.domain.orders import FulfillmentLine

NAMED_OTHERWISE = "named-otherwise-before"
"""The code of what a paper newly means, while what it meant before is still booked."""

Said = Sequence[tuple[str, Mapping[str, object]]]
Verdicts = Sequence[tuple[Heard, int]]
Named = Sequence[tuple[FulfillmentLine | None, Sequence[ProductId]]]
Thing = TypeVar("Thing", bound=Hashable)


def booked_instead(
    subject: Subject, said: Said, verdicts: Verdicts, named: Named
) -> list[FulfillmentLine | None]:
    """Return for each thing said the line that may be booked for it already, None for none.

    `named` is for each thing the line that is meant now and the ids that the paper has for it. A
    parcel told again under another tracking number is another one.
    """
    gone = _no_longer_named(subject, said, verdicts)
    if gone is not None or not subject.effects:
        return [gone] * len(said)
    left = _unsaid(subject, said, verdicts)
    if not left or all(verdict is not Heard.NEW for verdict, _ in verdicts):
        return [None] * len(said)
    once, meant = _meant_once(subject, said, named)
    if not once:
        return [None] * len(said)
    parcels: defaultdict[str, set[str]] = defaultdict(set)
    for about, tracking in left:
        parcels[about].add(tracking)
    found: list[FulfillmentLine | None] = []
    for (about, what), (verdict, _) in zip(said, verdicts, strict=True):
        booked = _Compatible(parcels, _tracking(what)) if verdict is Heard.NEW else ()
        found.append(meant.get(reached(about, once, booked) or ""))
    return found


def _meant_once(
    subject: Subject, said: Said, named: Named
) -> tuple[dict[str, set[str]], dict[str, FulfillmentLine]]:
    """What subjects were ever meant in place of those said now, and the line of each."""
    lines: defaultdict[str, list[FulfillmentLine]] = defaultdict(list)
    for one in subject.order.fulfillment(subject.fulfillment_id).lines:
        lines[one.sku].append(one)
    once: defaultdict[str, set[str]] = defaultdict(set)
    meant: dict[str, FulfillmentLine] = {}
    for (about, _), (line, products) in zip(said, named, strict=True):
        if line is None or _by_own_id(subject, line, products):
            continue
        for sku in once_named(subject.ever, products, line.sku):
            for one in lines.get(sku, ()):
                other = about.replace(line.id, one.id)
                once[about].add(other)
                meant[other] = one
    return once, meant


def _by_own_id(subject: Subject, line: FulfillmentLine, products: Sequence[ProductId]) -> bool:
    """Whether the line's own ids decided, which never change, and no name that was said.

    Rows of one line come together here, and what a warehouse was short of comes with the line's own
    ids: beside a name that means the line now, an own id proves nothing.
    """
    own = {product.value for product in line.products}
    if not any(product.value in own for product in products):
        return False
    return all(sku != line.sku for _, sku in said_of(subject.called, products))


def _unsaid(subject: Subject, said: Said, verdicts: Verdicts) -> Counter[tuple[str, str]]:
    """What papers of the key booked and this one does not say: times by subject and tracking."""
    left = Counter((about, _tracking(what)) for (about, _), what in subject.effects.items())
    left.subtract(
        (about, _tracking(what))
        for (about, what), (verdict, _) in zip(said, verdicts, strict=True)
        if verdict is Heard.BEFORE
    )
    return +left


@dataclass(frozen=True, slots=True)
class _Compatible:
    """The subjects of which something is left in a parcel; without a number in any.

    Looked into, never listed: a long paper asks as often as it has parcels.
    """

    parcels: Mapping[str, Collection[str]]
    tracking: str

    def __contains__(self, about: object) -> bool:
        told = self.parcels.get(str(about), ())
        return bool(told) and (not self.tracking or self.tracking in told or "" in told)


def _tracking(what: Mapping[str, object]) -> str:
    return str(what.get("tracking") or "")


def once_named(
    ever: Callable[[str], Collection[str]], products: Sequence[ProductId], now: str
) -> set[str]:
    """Return the SKUs beside the one meant now that these ids were ever said to stand for."""
    names = {product.value.strip() for product in products}
    return {sku for name in names for sku in ever(name)} - {now}


def reached(
    start: Thing, once: Mapping[Thing, Collection[Thing]], booked: Container[Thing]
) -> Thing | None:
    """Return what is booked and may be what `start` meant once, None when nothing is.

    Also by way of others: a name may have been given on, so that what it meant is now meant by
    another row of the paper.
    """
    seen, waiting = {start}, [start]
    while waiting:
        for other in sorted(once.get(waiting.pop(), ()), key=str):
            if other in booked:
                return other
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return None


def _no_longer_named(subject: Subject, said: Said, verdicts: Verdicts) -> FulfillmentLine | None:
    """Return a line that this very paper was booked for and does not name any more, or None.

    A line of which the paper says something else now is no such line.
    """
    if not subject.own:
        return None
    left = Counter((about, written(what)) for about, what in subject.own)
    left.subtract((about, written(what)) for about, what in said)
    unsaid: Counter[str] = Counter()
    for (about, _), count in left.items():
        unsaid[about] += max(0, count)
    unsaid.subtract(
        about
        for (about, _), (verdict, _) in zip(said, verdicts, strict=True)
        if verdict is Heard.OTHERWISE
    )
    lines = subject.order.fulfillment(subject.fulfillment_id).lines
    return next((line for line in lines if unsaid[line.id] > 0), None)


def named_otherwise(before: FulfillmentLine, line: FulfillmentLine, path: str) -> Problem:
    """Return the problem of a line that a paper names in place of one it was booked for."""
    return Problem(
        code=NAMED_OTHERWISE,
        text=f"this may be booked already, as {before.sku}, from before a name was said anew; "
        f"{line.sku} was not booked as well. A replacement (purpose 05) of a ship notice counts as "
        "the names are now; put anything else right by hand",
        where=Where(path=path),
    )
