"""What a door asks of an order that is there, what makes it unacceptable, and its wishes. Pure.

Doors build requests as they were posted, by line and group number; `problems` says everything wrong
at once by JSON pointer; `prepared` makes wishes of them and, apart from them, people's words.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from hub.domain.change_rows import line_numbered
from hub.domain.exchange import Problem, Where
from hub.domain.messages import Address
from hub.domain.names import Names
from hub.domain.orders import Order, ShipGroup
from hub.domain.placing import Gift, Words, address_words, words_hash
from hub.domain.wishes import Add, Fewer, NewUnits, Quantity, Regroup, Swap, Wish


@dataclass(frozen=True, slots=True, kw_only=True)
class NewArticle:
    """An article to be added; money in minor units, `discount` and `tax` for all its units.

    Without a number it gets the next one; without a group it goes where the order's only group
    goes; what comes by a swap goes where the former article went. `quantity` is None in a swap:
    as many as are exchanged.
    """

    sku: str
    unit_price: int
    quantity: int | None = None
    description: str = ""
    discount: int = 0
    tax: int = 0
    personalization: str = ""
    number: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddArticle:
    """A new line."""

    new: NewArticle


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapArticle:
    """Units of a line exchanged for another article; all open ones without a quantity."""

    line: str
    new: NewArticle
    quantity: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAddress:
    """Another address for a group; instructions stay as they were if None."""

    ship_to: Address
    group: str = ""
    instructions: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMethod:
    """Another way to ship a group."""

    method: str
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGift:
    """Other words on the gift card of a group, or no present any more."""

    gift: Gift | None
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDate:
    """Another day by which a group is to be there, or none."""

    deliver_by: date | None
    group: str = ""


OfGroup = NewAddress | NewMethod | NewGift | NewDate
Request = Fewer | Quantity | AddArticle | SwapArticle | OfGroup


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """The wishes of a request, and the words that must be sealed if they come true."""

    wishes: tuple[Wish, ...]
    people: tuple[Words, ...]


def problems(
    order: Order, requests: Sequence[Request], *, known_skus: Collection[str], place: str
) -> tuple[Problem, ...]:
    """Return everything that forbids to decide a request; `place` is the list's JSON pointer."""
    numbers = {line.number for line in order.lines}
    found: list[Problem] = []
    for ordinal, request in enumerate(requests):
        at = f"{place}/{ordinal}"
        found += _line_problems(order, request, at)
        if isinstance(request, AddArticle | SwapArticle):
            if isinstance(request, AddArticle):
                found += _group_problems(order, request.new.group, at)
            found += _new_problems(request.new, known_skus, numbers, at)
            numbers.add(request.new.number)
        elif not isinstance(request, Fewer | Quantity):
            found += _group_problems(order, request.group, at)
    return tuple(found)


def _line_problems(order: Order, request: Request, at: str) -> Iterator[Problem]:
    if not isinstance(request, Fewer | Quantity | SwapArticle):
        return
    line = next((one for one in order.lines if one.number == request.line), None)
    if line is None:
        known = ", ".join(one.number for one in order.lines[:20])
        text = f"the order has no line {request.line!r}; it has {known}"
        yield _wrong("unknown-line", text, f"{at}/line", request.line)
        return
    if isinstance(request, Quantity):
        already = line.discount if request.quantity > line.kept else 0
        if request.discount + already > request.quantity * line.unit_price:
            text = f"a discount of {request.discount} more is more than the units cost"
            yield _wrong("discount-too-large", text, f"{at}/discount", str(request.discount))
        return
    if request.quantity is not None and request.quantity > line.buckets.ordered:
        text = f"line {line.number} was ordered {line.buckets.ordered} times, not more"
        yield _wrong("too-many", text, f"{at}/quantity", str(request.quantity))


def _new_problems(
    new: NewArticle, known: Collection[str], numbers: Collection[str], at: str
) -> Iterator[Problem]:
    if new.sku not in known:
        text = f"SKU {new.sku!r} is not in the catalogue; correct it, or import it first"
        yield _wrong("unknown-sku", text, f"{at}/sku", new.sku)
    if new.number and new.number in numbers:
        text = f"line number {new.number!r} is taken; give the new line its own, or none"
        yield _wrong("line-number-twice", text, f"{at}/number", new.number)
    if new.quantity is not None and new.discount > new.quantity * new.unit_price:
        text = f"a discount of {new.discount} is more than {new.quantity} x {new.unit_price}"
        yield _wrong("discount-too-large", text, f"{at}/discount", str(new.discount))


def _group_problems(order: Order, number: str, at: str) -> Iterator[Problem]:
    known = ", ".join(group.number for group in order.groups[:20])
    if not number and len(order.groups) > 1:
        yield _wrong("group-missing", f"say which ship group: {known}", f"{at}/group", "")
    elif number and number not in {group.number for group in order.groups}:
        text = f"the order has no ship group {number!r}; it has {known}"
        yield _wrong("unknown-group", text, f"{at}/group", number)


def _wrong(code: str, text: str, path: str, value: str) -> Problem:
    return Problem(code=code, text=text, where=Where(path=path, value=value[:99]))


def touched(order: Order, requests: Sequence[Request]) -> tuple[ShipGroup, ...]:
    """Return the groups whose sealed words a request changes."""
    return tuple(
        {
            group.id: group
            for request in requests
            if _has_words(request)
            for group in [_group_of(order, request)]
        }.values()
    )


def _has_words(request: Request) -> bool:
    if isinstance(request, AddArticle | SwapArticle):
        return bool(request.new.personalization)
    return isinstance(request, NewAddress | NewGift)


def _group_of(order: Order, request: Request) -> ShipGroup:
    """The group a request is for; what comes by a swap goes where the former article went."""
    match request:
        case AddArticle():
            return group_meant(order, request.new.group)
        case Fewer() | Quantity() | SwapArticle():
            return order.group(line_numbered(order, request.line).group_id)
        case _:
            return group_meant(order, request.group)


def group_meant(order: Order, number: str) -> ShipGroup:
    """Return the group of that number; without a number the only one."""
    return next((one for one in order.groups if one.number == number), order.groups[0])


def prepared(
    order: Order,
    requests: Sequence[Request],
    *,
    words: Mapping[str, Mapping[str, object]],
    titles: Mapping[str, str],
    names: Names,
) -> Prepared:
    """Make wishes of a request without problems.

    `words` are the opened words of the groups touched, by group id; each change of them makes a new
    person, the former stays as it was. `titles` are the catalogue's words for articles.
    """
    maker = _Maker(order, words, titles, names)
    wishes = tuple(maker.wish(request) for request in requests)
    return Prepared(wishes=wishes, people=tuple(maker.people))


class _Maker:
    """Turns requests into wishes one by one: words change on top of one another."""

    def __init__(
        self,
        order: Order,
        words: Mapping[str, Mapping[str, object]],
        titles: Mapping[str, str],
        names: Names,
    ) -> None:
        self.order = order
        self.words = {group_id: dict(former) for group_id, former in words.items()}
        self.titles = titles
        self.names = names
        self.people: list[Words] = []
        self.numbers = {line.number for line in order.lines}

    def wish(self, request: Request) -> Wish:
        match request:
            case Fewer() | Quantity():
                return request
            case AddArticle():
                return Add(new=self._new(request.new, _group_of(self.order, request)))
            case SwapArticle():
                new = self._new(request.new, _group_of(self.order, request))
                return Swap(line=request.line, new=new, quantity=request.quantity)
            case _:
                return self._regroup(request)

    def _new(self, new: NewArticle, group: ShipGroup) -> NewUnits:
        line_id = self.names.new("lin")
        person = ""
        if new.personalization:
            former = self.words[group.id].get("personalization")
            texts = dict(former) if isinstance(former, dict) else {}
            texts[line_id] = new.personalization
            person = self._person(group, {"personalization": texts})
        return NewUnits(
            line_id=line_id,
            number=self._number(new.number),
            group=group.number,
            sku=new.sku,
            description=new.description or self.titles.get(new.sku, ""),
            quantity=new.quantity or 0,
            unit_price=new.unit_price,
            discount=new.discount,
            tax=new.tax,
            personalization_hash=words_hash(new.personalization),
            person_id=person,
        )

    def _number(self, asked: str) -> str:
        number = asked
        ordinal = len(self.numbers) + 1
        while not number or (number in self.numbers and not asked):
            number, ordinal = str(ordinal), ordinal + 1
        self.numbers.add(number)
        return number

    def _regroup(self, request: OfGroup) -> Regroup:
        group = group_meant(self.order, request.group)
        match request:
            case NewAddress():
                changed = address_words(request.ship_to)
                if request.instructions is not None:
                    changed["instructions"] = request.instructions
                sets: dict[str, object] = {"person": self._person(group, changed)}
                return Regroup(action="address", group=group.number, sets=sets)
            case NewMethod():
                sets = {"method": request.method}
                return Regroup(action="method", group=group.number, sets=sets)
            case NewGift():
                gift = request.gift
                person = self._person(group, {"gift": asdict(gift) if gift else None})
                hidden = gift is not None and gift.hide_prices
                sets = {"person": person, "gift": gift is not None, "hide_prices": hidden}
                return Regroup(action="gift", group=group.number, sets=sets)
            case NewDate():
                day = request.deliver_by.isoformat() if request.deliver_by else None
                return Regroup(action="date", group=group.number, sets={"deliver_by": day})

    def _person(self, group: ShipGroup, changed: Mapping[str, object]) -> str:
        words = {**self.words[group.id], **changed}
        self.words[group.id] = words
        person_id = self.names.new("per")
        self.people.append(Words(person_id=person_id, role="recipient", words=words))
        return person_id
