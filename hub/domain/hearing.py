"""What a partner's answers share: the line they mean, how they count, what was heard before.

Pure; `hub.domain.rules` is the door. An effect is kept for everything a paper did, so that the same
event told again, in whatever envelope, does nothing twice.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from types import MappingProxyType

from hub.domain.exchange import Problem, Where
from hub.domain.facts import Change
from hub.domain.messages import ProductId
from hub.domain.names import Names
from hub.domain.orders import (
    Buckets,
    FulfillmentLine,
    FulfillmentOrder,
    FulfillmentState,
    Order,
)

SINGLE = "each"
NO_NAMES: Mapping[str, str] = MappingProxyType({})
"""Nothing was said of what a partner calls our articles."""
MOST_TOLD = 10  # lines of the purchase order that a problem lists; a long one would fill pages


def _never_named(_name: str) -> Collection[str]:
    """Nobody ever said what a name stands for."""
    return ()


def plain_unit(unit: str) -> str:
    """Return a unit's word where no table of codes is at hand: itself, in small letters."""
    return {"ea": SINGLE}.get(unit.lower(), unit.lower())


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The order a message speaks of, its part, the effects its business key had before.

    `unit_word` gives one word for every way to write a unit. `repeated` is true when the very paper
    had such effects before: it writes what is missing. `invoiced` are units by partner's line.
    `told_only` is true where a replacement has to be of something that was told. `called` are the
    SKUs that people said some names of the partner's stand for, `ever` gives those that a name was
    said to stand for at any time, `own` is the subject and contents of what the very paper did.
    `by_person` is true of what a person posts, who was asked before what there is to ask.
    """

    order: Order
    fulfillment_id: str
    effects: Mapping[tuple[str, int], Mapping[str, object]]
    names: Names
    unit_word: Callable[[str], str] = plain_unit
    repeated: bool = False
    told_only: bool = False
    invoiced: Mapping[str, int] = field(default_factory=dict)
    called: Mapping[str, str] = field(default_factory=dict)
    ever: Callable[[str], Collection[str]] = _never_named
    own: Sequence[tuple[str, Mapping[str, object]]] = ()
    by_person: bool = False


class Heard(Enum):
    """What a paper says of one line, held against what papers of its business key said before."""

    NEW = "new"
    BEFORE = "before"
    OTHERWISE = "otherwise"


def heard(
    effects: Mapping[tuple[str, int], Mapping[str, object]],
    said: Sequence[tuple[str, Mapping[str, object]]],
) -> list[tuple[Heard, int]]:
    """Return for each thing said, a (subject, what), whether it is new, and its ordinal if so.

    The order in which a paper says things does not count. A thing is OTHERWISE when an earlier
    paper said something of its subject that this one does not say.
    """
    left: defaultdict[str, Counter[str]] = defaultdict(Counter)
    newest: dict[str, int] = {}
    for (subject, ordinal), what in effects.items():
        left[subject][written(what)] += 1
        newest[subject] = max(newest.get(subject, -1), ordinal)
    before = [_taken(left[subject], written(what)) for subject, what in said]
    unsaid = {subject: texts.total() for subject, texts in left.items()}
    verdicts: list[tuple[Heard, int]] = []
    for (subject, _), known in zip(said, before, strict=True):
        if known:
            verdicts.append((Heard.BEFORE, 0))
            continue
        other = unsaid[subject] > 0
        unsaid[subject] -= other
        newest[subject] = newest.get(subject, -1) + 1
        verdicts.append((Heard.OTHERWISE if other else Heard.NEW, newest[subject]))
    return verdicts


def _taken(left: Counter[str], text: str) -> bool:
    if not left[text]:
        return False
    left[text] -= 1
    return True


def written(what: Mapping[str, object]) -> str:
    """Return what is compared of what a paper says."""
    return json.dumps(what, sort_keys=True, default=str)


def said_otherwise(path: str) -> Problem:
    """Return the problem of a paper that came before with other contents."""
    return Problem(
        code="said-otherwise-before",
        text="the same paper came before with other contents for this line; it was not used. "
        "Ask the partner for a replacement (purpose 05) or a new document number",
        where=Where(path=path),
    )


class AskedLines:
    """The lines of a purchase order, found by what a partner echoes of them.

    Sorted out once: a long paper asks as often as it has lines. `called` are the SKUs that people
    said some names stand for; it is looked into only for an article that is not on the order.
    """

    __slots__ = ("_by_number", "_by_product", "_called", "part")

    def __init__(self, part: FulfillmentOrder, called: Mapping[str, str] = NO_NAMES) -> None:
        self.part = part
        self._called = called
        self._by_number: dict[str, FulfillmentLine] = {}
        self._by_product: dict[str, set[int]] = {}
        for place, line in enumerate(part.lines):
            self._by_number.setdefault(_plain(line.number), line)
            for product in line.products:
                self._by_product.setdefault(product.value, set()).add(place)

    def meant(self, number: str, products: Sequence[ProductId]) -> FulfillmentLine | None:
        """Return the line that is meant, or None.

        An article id decides; an echoed line number tells equal articles apart or stands alone.
        Where none of the ids is on the order, the article that people said they stand for counts;
        names that stand for different articles mean none.
        """
        if not products:
            return self._by_number.get(_plain(number))
        places = [self._by_product.get(product.value, set()) for product in products]
        same = [self.part.lines[place] for place in sorted(set().union(*places))]
        if not same:
            skus = {sku for _, sku in self.stand_for(products)}
            same = [line for line in self.part.lines if line.sku in skus] if len(skus) == 1 else []
        numbered = (line for line in same if _plain(line.number) == _plain(number))
        return next(numbered, same[0] if len(same) == 1 else None)

    def stand_for(self, products: Sequence[ProductId]) -> list[tuple[str, str]]:
        """Return those of these ids that people said stand for a SKU, with it."""
        return said_of(self._called, products)


def _plain(number: str) -> str:
    return number.strip().lstrip("0")


def said_of(called: Mapping[str, str], products: Sequence[ProductId]) -> list[tuple[str, str]]:
    """Return those of these ids that are a name, and the SKU that each stands for.

    A name is meant letter for letter, but for spaces around.
    """
    names = dict.fromkeys(product.value.strip() for product in products)
    return [(name, sku) for name in names if (sku := called.get(name)) is not None]


def unknown_line(
    asked: AskedLines, number: str, products: Sequence[ProductId], path: str
) -> Problem:
    """Return the problem of a line that is not on the purchase order, with those that are.

    Of a name that somebody said stands for an article, it tells that.
    """
    part = asked.part
    ids = ", ".join(product.value for product in products)
    known = "; ".join(
        f"{line.number}: {', '.join(product.value for product in line.products)}"
        for line in part.lines[:MOST_TOLD]
    )
    if len(part.lines) > MOST_TOLD:
        known += f"; and {len(part.lines) - MOST_TOLD} more"
    text = (
        f"line {number or '(no number)'} {ids or '(no article)'} is not on purchase order "
        f"{part.number}; it has {known}"
    )
    return Problem(
        code="unknown-line",
        text=". ".join((text, *_stands_for(asked, products))),
        where=Where(path=path, value=(products[0].value if products else number)[:99]),
    )


def _stands_for(asked: AskedLines, products: Sequence[ProductId]) -> Iterator[str]:
    """Why a name that somebody said the meaning of did not help."""
    said = asked.stand_for(products)
    if len({sku for _, sku in said}) > 1:
        names = ", ".join(f"{name}: {sku}" for name, sku in said)
        yield f"Its names stand for different articles ({names}), so that none is meant"
        return
    skus = {line.sku for line in asked.part.lines}
    for name, sku in said:
        if sku in skus:
            yield f"The name {name} stands for {sku}, which is on several lines of it"
        else:
            yield f"The name {name} stands for {sku}, which is on no line of it"


def units(subject: Subject, line: FulfillmentLine, quantity: int, unit: str) -> int | None:
    """Return a partner's quantity in our units, or None when its unit says something else.

    The partner counts as it was asked, or in single pieces.
    """
    word = subject.unit_word(unit)
    if not unit or word == subject.unit_word(line.unit):
        return quantity * line.units_per_pack
    return quantity if word == SINGLE else None


def other_unit(line: FulfillmentLine, unit: str, path: str) -> Problem:
    """Return the problem of a quantity in a unit that the line was not asked in."""
    return Problem(
        code="other-unit",
        text=f"line {line.number} was asked in {line.unit} of {line.units_per_pack} and is "
        f"answered in {unit}; it was not used. Agree on one unit with the partner, or correct the "
        "catalogue",
        where=Where(path=path, value=unit[:99]),
    )


def problem_only(order: Order, problem: Problem) -> Change:
    """Return a change that changes nothing and tells one problem."""
    return Change(order=order, problems=(problem,))


def line_of(order: Order, fulfillment_id: str, line_id: str) -> FulfillmentLine:
    """Return a partner's line as it is now."""
    part = order.fulfillment(fulfillment_id)
    return next(line for line in part.lines if line.id == line_id)


def set_buckets(order: Order, fulfillment_id: str, line_id: str, buckets: Buckets) -> Order:
    """Return the order with other buckets on a partner's line, and the sums that follow from it."""
    part = order.fulfillment(fulfillment_id)
    lines = tuple(
        replace(former, buckets=buckets) if former.id == line_id else former
        for former in part.lines
    )
    after = replace(part, lines=lines)
    order = order.with_fulfillment(replace(after, state=_state(after)))
    return _sum_beside(order, line_of(order, fulfillment_id, line_id).line_id)


def _sum_beside(order: Order, line_id: str) -> Order:
    """Accepted, backordered and rejected of an order line are the sums over those asked for it."""
    parts = [
        line.buckets
        for fulfillment in order.fulfillments
        for line in fulfillment.lines
        if line.line_id == line_id
    ]
    line = order.line(line_id)
    buckets = replace(
        line.buckets,
        accepted=sum(part.accepted for part in parts),
        backordered=sum(part.backordered for part in parts),
        rejected=sum(part.rejected for part in parts),
    )
    return order.with_line(replace(line, buckets=buckets))


def _state(part: FulfillmentOrder) -> FulfillmentState:
    open_units = sum(line.buckets.open for line in part.lines)
    shipped = sum(line.buckets.shipped for line in part.lines)
    answered = sum(line.buckets.accepted + line.buckets.backordered for line in part.lines)
    if open_units == 0:
        return FulfillmentState.CLOSED if shipped else FulfillmentState.CANCELLED
    if shipped:
        return FulfillmentState.SHIPPED
    return FulfillmentState.IN_PROGRESS if answered else FulfillmentState.OPEN
