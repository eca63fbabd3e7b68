"""Names said anew: what a paper means now, while what it meant before is still booked. Pure.

What a name stands for may be said wrongly, papers booked under it, and the name said anew. The same
paper, run again or come again in another envelope, must not book its units for both articles.
"""

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from typing import TypeVar

from hub.domain.exchange import Problem, Where
from hub.domain.hearing import Heard, Subject, written
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
    once, meant = dict[str, set[str]](), dict[str, FulfillmentLine]()
    for (about, _), (line, products) in zip(said, named, strict=True):
        others = _once_meant(subject, line, products, about)
        once.setdefault(about, set()).update(others)
        meant |= others
    found: list[FulfillmentLine | None] = []
    for (about, what), (verdict, _) in zip(said, verdicts, strict=True):
        booked = _compatible(left, what) if verdict is Heard.NEW else set()
        found.append(meant.get(reached(about, once, booked) or ""))
    return found


def _once_meant(
    subject: Subject, line: FulfillmentLine | None, products: Sequence[ProductId], about: str
) -> dict[str, FulfillmentLine]:
    """The other lines of the part that these ids were ever said to stand for, by their subject."""
    if line is None:
        return {}
    skus = once_named(subject.ever, products, line.sku)
    lines = subject.order.fulfillment(subject.fulfillment_id).lines if skus else ()
    return {about.replace(line.id, one.id): one for one in lines if one.sku in skus}


def _unsaid(subject: Subject, said: Said, verdicts: Verdicts) -> Counter[tuple[str, str]]:
    """What papers of the key booked and this one does not say: times by subject and tracking."""
    left = Counter((about, _tracking(what)) for (about, _), what in subject.effects.items())
    left.subtract(
        (about, _tracking(what))
        for (about, what), (verdict, _) in zip(said, verdicts, strict=True)
        if verdict is Heard.BEFORE
    )
    return +left


def _compatible(left: Counter[tuple[str, str]], what: Mapping[str, object]) -> set[str]:
    """The subjects of which something is left in the same parcel; without a number in any."""
    tracking = _tracking(what)
    return {about for about, one in left if one == tracking or not one or not tracking}


def _tracking(what: Mapping[str, object]) -> str:
    return str(what.get("tracking") or "")


def once_named(
    ever: Callable[[str], Collection[str]], products: Sequence[ProductId], now: str
) -> set[str]:
    """Return the SKUs beside the one meant now that these ids were ever said to stand for."""
    names = {product.value.strip() for product in products}
    return {sku for name in names for sku in ever(name)} - {now}


def reached(
    start: Thing, once: Mapping[Thing, Collection[Thing]], booked: Collection[Thing]
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
