"""The form of a new order, read into what the door for orders takes; all mistakes at once."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hub.domain.exchange import Problem as Flaw
from hub.domain.orders import OrderChannel
from hub.domain.placing import NewGroup, NewLine, NewOrder
from hub.flow.clerk_room import Article
from portal.web.clerk.entered import ADDRESS_FIELDS, Entered
from portal.web.ground.problems import Problem

CHANNELS = {
    "phone": (OrderChannel.PHONE, "Phone"),
    "fax": (OrderChannel.FAX, "Fax"),
    "mail": (OrderChannel.MAIL, "Mail"),
    "counter": (OrderChannel.STORE, "Counter"),
}
MOST_GROUPS = 10
MOST_LINES = 40
LINES = 2
"""So many empty rows a new address has."""


def groups_of(fields: Mapping[str, str]) -> int:
    """Return how many addresses the form has."""
    return _count(fields.get("groups", "1"), MOST_GROUPS)


def lines_of(fields: Mapping[str, str], group: int) -> int:
    """Return how many rows for articles an address has."""
    return _count(fields.get(f"g{group}-lines", str(LINES)), MOST_LINES)


def _count(said: str, most: int) -> int:
    return max(1, min(int(said), most)) if said.isdecimal() and len(said) < 4 else 1


def line_names(fields: Mapping[str, str]) -> list[str]:
    """Return the name of every row for an article, in the order of the page."""
    return [
        f"g{group}-{line}"
        for group in range(1, groups_of(fields) + 1)
        for line in range(1, lines_of(fields, group) + 1)
    ]


def wider(fields: Mapping[str, str]) -> dict[str, str]:
    """Return the form with one more address, empty."""
    count = min(groups_of(fields) + 1, MOST_GROUPS)
    more = {f"g{count}-{line}-units": "1" for line in range(1, LINES + 1)}
    return {**fields, **more, "groups": str(count), f"g{count}-gift-hide": "1"}


def longer(fields: Mapping[str, str], group: str) -> dict[str, str]:
    """Return the form with one more row for an article of an address, empty."""
    n = int(group) if group.isdecimal() and len(group) < 3 else 1
    count = min(lines_of(fields, n) + 1, MOST_LINES)
    return {**fields, f"g{n}-lines": str(count), f"g{n}-{count}-units": "1"}


def narrower(fields: Mapping[str, str], group: str) -> dict[str, str]:
    """Return the form without an address; those behind it move up. The last one stays."""
    count = groups_of(fields)
    n = int(group) if group.isdecimal() and len(group) < 3 else 0
    if count < 2 or not 1 <= n <= count:
        return dict(fields)
    left = {"groups": str(count - 1)}
    for name, text in fields.items():
        found = _OF_GROUP.fullmatch(name)
        at = int(found[1]) if found else 0
        if found is None:
            left.setdefault(name, text)
        elif at != n:
            left[f"g{at - 1 if at > n else at}-{found[2]}"] = text
    return left


def is_empty(fields: Mapping[str, str], group: int) -> bool:
    """Say whether nothing was typed for an address: no article, nobody, no word, no gift."""
    names = [*ADDRESS_FIELDS, *_WORDS]
    for row in range(1, lines_of(fields, group) + 1):
        names += [f"{row}", *(f"{row}-{each}" for each in ("price", "off", "tax"))]
    return not any(fields.get(f"g{group}-{name}", "").strip() for name in names)


def filled_groups(fields: Mapping[str, str]) -> list[int]:
    """Return the addresses for which something was typed; the first where that is none."""
    every = range(1, groups_of(fields) + 1)
    return [n for n in every if not is_empty(fields, n)] or [1]


_OF_GROUP = re.compile(r"g([1-9][0-9]?)-(.+)")
_WORDS = ("instructions", "gift", "gift-from", "gift-to", "gift-message")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordering:
    """Reads one form; `places` says for each line of each address at which row it stands."""

    entered: Entered
    found: Mapping[str, Sequence[Article]]
    places: list[list[str]] = field(default_factory=list)

    def read(self, number: str) -> NewOrder:
        """Return the order; what is wrong is in `entered.problems`, and then it is worth nothing.

        The total is the sum of what was typed: the clerk tells it to the customer. An address for
        which nothing was typed is passed over.
        """
        entered = self.entered
        channel = CHANNELS.get(entered.text("channel"))
        if channel is None:
            entered.wrong("channel", "Choose how the order came.")
        customer = entered.buyer("buyer")
        groups: list[NewGroup] = []
        ordinal = 0
        for n in filled_groups(entered.fields):
            group = self._group(n, ordinal, number=str(len(groups) + 1))
            ordinal += len(group.lines)
            groups.append(group)
        lines = [line for group in groups for line in group.lines]
        goods = sum(one.quantity * one.unit_price - one.discount + one.tax for one in lines)
        shipping, tax = entered.money("shipping"), entered.money("tax")
        discount = entered.discount("discount", of=goods + shipping)
        return NewOrder(
            number=number,
            channel=channel[0] if channel else OrderChannel.PHONE,
            currency=entered.currency,
            customer=customer,
            groups=tuple(groups),
            shipping=shipping,
            discount=discount,
            tax=tax,
            total=goods + shipping - discount + tax,
        )

    def _group(self, n: int, before: int, *, number: str) -> NewGroup:
        prefix, places = f"g{n}", list[str]()
        self.places.append(places)
        lines: list[NewLine] = []
        for row in range(1, lines_of(self.entered.fields, n) + 1):
            line = self._line(f"{prefix}-{row}", str(before + len(lines) + 1))
            if line is not None:
                lines.append(line)
                places.append(f"{prefix}-{row}")
        if not any(self.entered.text(name) for name in self._rows(n)):
            self.entered.wrong(f"{prefix}-1", "Enter an article that goes there.")
        return NewGroup(
            number=number,
            ship_to=self.entered.address(prefix),
            method=self.entered.method(f"{prefix}-method"),
            lines=tuple(lines),
            instructions=self.entered.paragraph(f"{prefix}-instructions"),
            gift=self.entered.gift(prefix),
        )

    def _rows(self, n: int) -> list[str]:
        return [f"g{n}-{row}" for row in range(1, lines_of(self.entered.fields, n) + 1)]

    def _line(self, name: str, number: str) -> NewLine | None:
        entered = self.entered
        if not entered.text(name):
            return None
        found = self.found.get(name, ())
        if len(found) != 1:
            entered.wrong(name, "Choose one of these articles." if found else _UNKNOWN)
        units = entered.count(f"{name}-units", least=1)
        price = entered.money(f"{name}-price", needed=True)
        discount = entered.discount(f"{name}-off", of=units * price)
        tax = entered.money(f"{name}-tax")
        if len(found) != 1:
            return None
        return NewLine(
            number=number,
            sku=found[0].sku,
            quantity=units,
            unit_price=price,
            description=found[0].title[:80],
            discount=discount,
            tax=tax,
        )

    def placed(self, flaws: Sequence[Flaw]) -> Iterator[Problem]:
        """Put what the door for orders says beside the rows it speaks of."""
        for flaw in flaws:
            steps = flaw.where.path.strip("/").split("/")
            at = ""
            if len(steps) > 3 and steps[0] == "ship_groups":
                at = self.places[int(steps[1])][int(steps[3])]
            yield Problem(field=at, text=flaw.text, code=flaw.code)


_UNKNOWN = "No article is called so. Type its SKU, or other words of its title."
