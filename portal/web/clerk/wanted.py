"""The form that changes an order, read into requests; whatever is wrong is told at its field."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from hub.domain.change_held import answer_by, exchanging, leaving
from hub.domain.change_requests import (
    AddArticle,
    NewAddress,
    NewArticle,
    NewGift,
    NewMethod,
    Request,
    SwapArticle,
)
from hub.domain.exchange import Problem as Flaw
from hub.domain.messages import Address
from hub.domain.orders import Order, OrderLine, ShipGroup
from hub.domain.placing import Gift
from hub.domain.wishes import Fewer, Quantity
from hub.flow.clerk_room import Article
from portal.web.clerk.entered import Entered, address_fields, minor_text
from portal.web.ground.problems import Problem

MOST_ADDED = 20
PLACE = "/requests"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    """A line that can still change: units kept and those free to be cancelled or exchanged.

    Of the units `kept`, `back` are being asked back and `exchanged` are asked back for others that
    come in their place; by `answer_by` it is known whether they are.
    """

    number: str
    name: str
    sku: str
    stays: int
    free: int
    price: int
    kept: int = 0
    back: int = 0
    exchanged: int = 0
    answer_by: datetime | None = None

    @property
    def least(self) -> int:
        """How many stay at least: they have left, or are being taken back already."""
        return self.stays - self.free


def line_rows(order: Order) -> tuple[LineRow, ...]:
    """Return the lines that can still change: units are free, or wanted after all if so typed."""
    rows = []
    for line in order.lines:
        back, exchanged = leaving(order, line), exchanging(order, line)
        free = line.buckets.open - back - exchanged
        if free > 0 or back:
            row = _row(line, free=free, stays=line.kept - back - exchanged)
            until = answer_by(order, line)
            rows.append(
                replace(row, kept=line.kept, back=back, exchanged=exchanged, answer_by=until)
            )
    return tuple(rows)


def cancel_rows(order: Order) -> tuple[LineRow, ...]:
    """Return the lines of which something can be cancelled, what is being exchanged among it."""
    rows = []
    for line in order.lines:
        back = leaving(order, line)
        if (free := line.buckets.open - back) > 0:
            rows.append(_row(line, free=free, stays=line.kept - back))
    return tuple(rows)


def _row(line: OrderLine, *, free: int, stays: int) -> LineRow:
    return LineRow(
        number=line.number,
        name=line.description or line.sku,
        sku=line.sku,
        stays=stays,
        free=free,
        price=line.unit_price,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """A ship group of which something is still to leave, with the words that are sealed.

    `address` is None once the customer was erased: then nothing of the words can be changed.
    """

    number: str
    method: str
    address: Address | None
    gift: Gift | None


def open_groups(order: Order) -> tuple[ShipGroup, ...]:
    """Return the groups of which something is still to leave."""
    waiting = {line.group_id for line in order.lines if line.buckets.open}
    return tuple(group for group in order.groups if group.id in waiting)


def preset(order: Order, rows: Sequence[LineRow], groups: Sequence[GroupRow]) -> dict[str, str]:
    """Return the form's fields as the order is: sent like that, nothing changes."""
    fields = {"adds": "1", "add-1-units": "1"}
    for row in rows:
        fields[f"units-{row.number}"] = str(row.stays)
        if not row.free:
            continue
        fields |= {
            f"swap-{row.number}": "",
            f"swap-{row.number}-units": str(row.free),
            f"swap-{row.number}-price": minor_text(row.price, order.currency),
        }
    for group in groups:
        prefix = f"g{group.number}"
        fields |= {f"{prefix}-method": group.method}
        if group.address is not None:
            fields |= address_fields(prefix, group.address)
        fields |= gift_fields(prefix, group.gift)
    return fields


def gift_fields(prefix: str, gift: Gift | None) -> dict[str, str]:
    """Return a gift card as a form's values; a box that is not ticked has none."""
    if gift is None:
        return {f"{prefix}-gift-hide": "1"}
    fields = {
        f"{prefix}-gift": "1",
        f"{prefix}-gift-from": gift.sender,
        f"{prefix}-gift-to": gift.recipient,
        f"{prefix}-gift-message": gift.message,
    }
    return fields | ({f"{prefix}-gift-hide": "1"} if gift.hide_prices else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Reads one form: `requests` in the order of the page, and at which field each stands.

    `found` are the articles meant by the words of a field; several have to be chosen from.
    """

    entered: Entered
    order: Order
    found: Mapping[str, Sequence[Article]]
    requests: list[Request] = field(default_factory=list)
    places: list[Mapping[str, str]] = field(default_factory=list)

    def read(self, rows: Sequence[LineRow], groups: Sequence[GroupRow]) -> None:
        """Read the whole form; what is wrong is in `entered.problems`."""
        for row in rows:
            self._line(row)
        for n in range(1, added(self.entered.fields) + 1):
            self._added(n)
        for group in groups:
            self._group(group)
        if not self.requests and not self.entered.problems:
            self.entered.wrong("", "Nothing is changed yet. Say what is to become of the order.")

    def _line(self, row: LineRow) -> None:
        name = f"swap-{row.number}"
        units = self.entered.count(f"units-{row.number}", least=row.least)
        if row.free and self.entered.text(name):
            self._swap(row, name, changed=units != row.stays)
        elif units < row.stays:
            wish = Fewer(line=row.number, quantity=row.stays - units)
            self._want(wish, {"": f"units-{row.number}"})
        elif units > row.stays:
            wish_more = Quantity(line=row.number, quantity=units)
            self._want(wish_more, {"": f"units-{row.number}"})

    def _swap(self, row: LineRow, name: str, *, changed: bool) -> None:
        article = self._article(name)
        units = self.entered.count(f"{name}-units", least=1, most=row.free)
        price = self.entered.money(f"{name}-price", needed=True)
        discount = self.entered.discount(f"{name}-off", of=units * price)
        if changed:
            text = "Either exchange it or change its number; one after the other."
            self.entered.wrong(f"units-{row.number}", text)
        if article is None:
            return
        if article.sku == row.sku:
            self.entered.wrong(name, "This is the article that it is already.")
            return
        new = NewArticle(
            sku=article.sku,
            unit_price=price,
            discount=discount,
            tax=self._tax_as(row, units * price - discount),
        )
        places = {"": name, "sku": name, "quantity": f"{name}-units", "discount": f"{name}-off"}
        self._want(SwapArticle(line=row.number, new=new, quantity=units), places)

    def _tax_as(self, row: LineRow, goods: int) -> int:
        """What comes for an article is taxed as that was: its share of the goods, rounded down."""
        line = next(one for one in self.order.lines if one.number == row.number)
        return goods * line.tax // line.goods if line.goods else 0

    def _added(self, n: int) -> None:
        name = f"add-{n}"
        if not self.entered.text(name):
            return
        article = self._article(name)
        units = self.entered.count(f"{name}-units", least=1)
        price = self.entered.money(f"{name}-price", needed=True)
        discount = self.entered.discount(f"{name}-off", of=units * price)
        tax = self.entered.money(f"{name}-tax")
        if article is None:
            return
        new = NewArticle(
            sku=article.sku,
            unit_price=price,
            quantity=units,
            discount=discount,
            tax=tax,
            group=self.entered.text(f"{name}-group"),
        )
        places = {"": name, "discount": f"{name}-off", "group": f"{name}-group"}
        self._want(AddArticle(new=new), places)

    def _article(self, name: str) -> Article | None:
        found = self.found.get(name, ())
        if len(found) == 1:
            return found[0]
        text = "Choose one of these articles." if found else _UNKNOWN
        self.entered.wrong(name, text)
        return None

    def _group(self, group: GroupRow) -> None:
        prefix = f"g{group.number}"
        method = self.entered.method(f"{prefix}-method")
        if method and method != group.method:
            wish = NewMethod(method=method, group=group.number)
            self._want(wish, {"": f"{prefix}-method"})
        if group.address is None:
            return
        ship_to = self.entered.address(prefix, former=group.address)
        if ship_to != group.address and not _same(ship_to, group.address):
            place = {"": f"{prefix}-name"}
            self._want(NewAddress(ship_to=ship_to, group=group.number), place)
        gift = self.entered.gift(prefix)
        if gift is not None and group.gift is not None:
            gift = replace(gift, wrap=group.gift.wrap)  # the form has no field for wrapping
        if not _same_card(gift, group.gift):
            self._want(NewGift(gift=gift, group=group.number), {"": f"{prefix}-gift"})

    def _want(self, wish: Request, places: Mapping[str, str]) -> None:
        self.requests.append(wish)
        self.places.append(places)

    def placed(self, flaws: Sequence[Flaw]) -> Iterator[Problem]:
        """Put what the door for changes says beside the fields it speaks of."""
        for flaw in flaws:
            parts = flaw.where.path.removeprefix(f"{PLACE}/").split("/")
            ordinal = int(parts[0]) if parts[0].isdecimal() else -1
            if 0 <= ordinal < len(self.places):
                places = self.places[ordinal]
                at = places.get(parts[-1], places[""])
            else:
                at = ""
            yield Problem(field=at, text=flaw.text, code=flaw.code)


_UNKNOWN = "No article is called so. Type its SKU, or other words of its title."


def _same(one: Address, other: Address) -> bool:
    """Whether two addresses show the same in a form; signs that cannot be seen do not count."""
    return address_fields("", one) == address_fields("", other)


def _same_card(one: Gift | None, other: Gift | None) -> bool:
    if one is None or other is None:
        return one is other
    return gift_fields("", one) == gift_fields("", other)


def labels(rows: Sequence[LineRow], fields: Mapping[str, str]) -> dict[str, str]:
    """Return what each row of the form is about: a line's article, or what was typed for one."""
    found = {f"add-{n}": fields.get(f"add-{n}", "") for n in range(1, added(fields) + 1)}
    for row in rows:
        found |= {f"units-{row.number}": row.name, f"swap-{row.number}": row.name}
    return found


def added(fields: Mapping[str, str]) -> int:
    """Return how many rows for new articles the form has."""
    said = fields.get("adds", "1")
    return min(int(said), MOST_ADDED) if said.isdecimal() and len(said) < 4 else 1
