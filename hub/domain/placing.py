"""A customer's order as it comes in at any door, what makes it unacceptable, and its birth.

Doors (REST, files, later the clerk's page) build a NewOrder; `problems` says everything wrong at
once by JSON pointer; `place` makes the Order and, apart from it, the words that belong to people.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from operator import attrgetter

from hub.domain.exchange import Problem, Where
from hub.domain.messages import Address
from hub.domain.names import Names
from hub.domain.orders import Buckets, Order, OrderChannel, OrderLine, ShipGroup


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    """What makes a parcel a present."""

    sender: str = ""
    recipient: str = ""
    message: str = ""
    wrap: bool = False
    hide_prices: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLine:
    """One article asked for; money in minor units, `discount` and `tax` for the whole line.

    `partner` names the one who must fill it; empty when any may.
    """

    number: str
    sku: str
    quantity: int
    unit_price: int
    description: str = ""
    discount: int = 0
    tax: int = 0
    personalization: str = ""
    partner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGroup:
    """Lines that go to one address by one method."""

    number: str
    ship_to: Address
    method: str
    lines: tuple[NewLine, ...]
    instructions: str = ""
    signature: bool = False
    deliver_by: date | None = None
    gift: Gift | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """An order not yet accepted. `total` is what the customer was told; the parts must prove it."""

    number: str
    channel: OrderChannel
    currency: str
    customer: Address
    groups: tuple[NewGroup, ...]
    total: int
    shipping: int = 0
    discount: int = 0
    tax: int = 0
    placed_at: datetime | None = None

    @property
    def lines(self) -> tuple[NewLine, ...]:
        """Every line of every group, in order."""
        return tuple(line for group in self.groups for line in group.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What must be sealed: the person's row name, its role and its words."""

    person_id: str
    role: str
    words: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A new order and the sealed words that go with it."""

    order: Order
    people: tuple[Words, ...]


# Fields of plain values and frozen dataclasses only: their repr is one text for one content.
_ORDER = attrgetter(
    "number", "channel", "currency", "customer", "total", "shipping", "discount", "tax", "placed_at"
)
_GROUP = attrgetter(
    "number", "ship_to", "method", "instructions", "signature", "deliver_by", "gift"
)
_LINE = attrgetter(*(name for name in NewLine.__slots__ if name != "partner"))


def content_hash(new: NewOrder) -> bytes:
    """Return what two posts of one order number are compared by."""
    groups = [(_GROUP(group), [_content(line) for line in group.lines]) for group in new.groups]
    return hashlib.sha256(repr((_ORDER(new), groups)).encode()).digest()


def _content(line: NewLine) -> object:
    # A partner counts only where one is named: orders from before that was possible stay the same.
    return (_LINE(line), line.partner) if line.partner else _LINE(line)


def problems(
    new: NewOrder, *, known_skus: Collection[str], known_partners: Collection[str] = ()
) -> tuple[Problem, ...]:
    """Return everything that forbids to take the order in, by JSON pointer."""
    return (
        *_line_problems(new, known_skus),
        *_partner_problems(new, known_partners),
        *_total_problems(new),
    )


def _partner_problems(new: NewOrder, known: Collection[str]) -> Iterator[Problem]:
    for g, group in enumerate(new.groups):
        for n, line in enumerate(group.lines):
            if line.partner and line.partner not in known:
                yield _wrong(
                    "unknown-partner",
                    f"there is no partner {line.partner!r} to fill this line; correct it, or leave "
                    "it out and the best one is chosen",
                    f"/ship_groups/{g}/lines/{n}/partner",
                    line.partner,
                )


def _line_problems(new: NewOrder, known_skus: Collection[str]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for g, group in enumerate(new.groups):
        for n, line in enumerate(group.lines):
            at = f"/ship_groups/{g}/lines/{n}"
            if line.sku not in known_skus:
                yield _wrong(
                    "unknown-sku",
                    f"SKU {line.sku!r} is not in the catalogue; correct it, or import it with "
                    "`hub catalog import`",
                    f"{at}/sku",
                    line.sku,
                )
            if line.number in seen:
                yield _wrong(
                    "line-number-twice",
                    f"line number {line.number!r} already stands at {seen[line.number]}; "
                    "give every line of the order its own",
                    f"{at}/number",
                    line.number,
                )
            seen.setdefault(line.number, at)
            if line.discount > line.quantity * line.unit_price:
                yield _wrong(
                    "discount-too-large",
                    f"a discount of {line.discount} is more than the line's "
                    f"{line.quantity} x {line.unit_price}",
                    f"{at}/discount",
                    str(line.discount),
                )


def _total_problems(new: NewOrder) -> Iterator[Problem]:
    goods = sum(line.quantity * line.unit_price - line.discount + line.tax for line in new.lines)
    proved = goods + new.shipping - new.discount + new.tax
    if proved != new.total:
        yield _wrong(
            "total-wrong",
            f"lines {goods} + shipping {new.shipping} - discount {new.discount} + tax {new.tax} "
            f"= {proved}, but total says {new.total} (all in minor units of {new.currency})",
            "/total",
            str(new.total),
        )


def _wrong(code: str, text: str, path: str, value: str) -> Problem:
    return Problem(code=code, text=text, where=Where(path=path, value=value[:99]))


def place(new: NewOrder, *, brand: str, customer_id: str, names: Names, now: datetime) -> Placed:
    """Return the Order of a NewOrder without problems, and its people's words."""
    order_id = names.new("ord")
    groups: list[ShipGroup] = []
    lines: list[OrderLine] = []
    people = [Words(person_id=names.new("per"), role="buyer", words=address_words(new.customer))]
    for group in new.groups:
        placed_group = _group(group, names)
        groups.append(placed_group)
        placed_lines = [_line(line, placed_group.id, names) for line in group.lines]
        lines.extend(placed_lines)
        people.append(_recipient(group, placed_group.person_id, placed_lines))
    order = Order(
        id=order_id,
        brand=brand,
        number=new.number,
        channel=new.channel,
        customer_id=customer_id,
        currency=new.currency,
        placed_at=new.placed_at or now,
        shipping=new.shipping,
        discount=new.discount,
        tax=new.tax,
        total=new.total,
        groups=tuple(groups),
        lines=tuple(lines),
    )
    return Placed(order=order, people=tuple(people))


def _group(group: NewGroup, names: Names) -> ShipGroup:
    return ShipGroup(
        id=names.new("grp"),
        number=group.number,
        person_id=names.new("per"),
        method_asked=group.method,
        method_final=group.method,
        signature=group.signature,
        deliver_by=group.deliver_by,
        gift=group.gift is not None,
        hide_prices=group.gift is not None and group.gift.hide_prices,
    )


def _line(line: NewLine, group_id: str, names: Names) -> OrderLine:
    return OrderLine(
        id=names.new("lin"),
        group_id=group_id,
        number=line.number,
        sku=line.sku,
        description=line.description,
        unit_price=line.unit_price,
        discount=line.discount,
        tax=line.tax,
        buckets=Buckets.new(line.quantity),
        personalization_hash=words_hash(line.personalization),
        partner=line.partner,
    )


def words_hash(words: str) -> str:
    """Return the proof of personal words: SHA-256 in hexadecimal, nothing for no words."""
    return hashlib.sha256(words.encode()).hexdigest() if words else ""


def address_words(address: Address) -> dict[str, object]:
    """Return an address as the words of a person that are sealed."""
    words: dict[str, object] = {
        field: getattr(address, field) for field in Address.__slots__ if field != "lines"
    }
    words["lines"] = list(address.lines)
    return words


def _recipient(group: NewGroup, person_id: str, lines: list[OrderLine]) -> Words:
    words = address_words(group.ship_to)
    words["instructions"] = group.instructions
    words["gift"] = asdict(group.gift) if group.gift else None
    words["personalization"] = {
        line.id: asked.personalization
        for asked, line in zip(group.lines, lines, strict=True)
        if asked.personalization
    }
    return Words(person_id=person_id, role="recipient", words=words)


def address_of(words: Mapping[str, object]) -> Address:
    """Return the address that lies in a person's opened words."""
    lines = words.get("lines")
    return Address(
        lines=tuple(str(line) for line in lines) if isinstance(lines, list) else (),
        name=str(words.get("name", "")),
        name2=str(words.get("name2", "")),
        city=str(words.get("city", "")),
        region=str(words.get("region", "")),
        postal_code=str(words.get("postal_code", "")),
        country=str(words.get("country", "")),
        phone=str(words.get("phone", "")),
        email=str(words.get("email", "")),
    )
