"""What is asked for by a change of an order, and why, in words; nobody's own words are told."""

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from zoneinfo import ZoneInfo

from hub.domain.facts import FactKind
from hub.domain.orders import Order, OrderChange
from hub.render import words
from hub.store import SealedFact

Row = Mapping[str, object]
_UTC = ZoneInfo("UTC")

_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "changed_mind": "changed their mind",
        "ordered_twice": "ordered twice",
        "takes_too_long": "takes too long",
        "wrong_article": "wrong article",
        "wrong_address": "wrong address",
        "price": "found it cheaper",
        "other": "another reason",
    }
)
_UNSAID = frozenset({"", "customer"})
_OF_GROUPS: Mapping[str, str] = MappingProxyType(
    {"address": "another address", "gift": "another gift card"}
)


def reason(code: str) -> str:
    """Return why a change is wanted, in words; a storefront's own code as its words.

    Empty for what customers change at their own page: nobody asks them why.
    """
    if code in _UNSAID:
        return ""
    return _REASONS.get(code) or words.quoted(words.plain(code.replace("_", " ")))


def added(facts: Collection[SealedFact]) -> frozenset[tuple[str, str]]:
    """Return (change, order line) of everything that changes put on the order."""
    return frozenset(
        (str(fact.body.get("change")), str(row.get("line")))
        for fact in facts
        if fact.kind == FactKind.LINES_ADDED
        for row in _rows(fact.body.get("lines"))
    )


def asked(order: Order, change: OrderChange, more: Collection[tuple[str, str]]) -> tuple[str, ...]:
    """Return what a change asks for, one piece each: `cancel 2 × Lamp`, `another address`.

    `more` is what was added by changes: of units put on a line its row says no more than a number.
    """
    return tuple(_piece(order, row, change.id, more) for row in change.actions)


def _piece(order: Order, row: Row, change_id: str, more: Collection[tuple[str, str]]) -> str:
    action, goods = str(row.get("action", "")), _goods(order, row)
    if action == "quantity":
        line = _line(order, row)
        action = "add" if line and (change_id, line[0]) in more else "cancel"
    if action in ("cancel", "remove"):
        return f"cancel {goods}"
    if action == "swap":
        new = row.get("new")
        article = _article(new) if isinstance(new, Mapping) else ""
        return f"exchange {goods} for {article}" if article else f"exchange {goods}"
    if action == "keep":
        return f"keep {goods}"
    if action == "add":
        return f"add {goods}"
    if action == "resource":
        return f"another partner for {goods}"
    if action == "method":
        return f"another way to ship: {str(row.get('method', '')).replace('_', ' ')}"
    return _OF_GROUPS.get(action) or _day(row)


def _day(row: Row) -> str:
    day = words.day_of(row.get("deliver_by"), _UTC)
    return f"deliver by {words.day(day)}" if day else "another day of delivery"


def _goods(order: Order, row: Row) -> str:
    """The article with its units; without a number of units, the article alone."""
    line, units = _line(order, row), row.get("quantity")
    article = line[1] if line else str(row.get("line", ""))
    return words.quoted(f"{units} × {article}" if isinstance(units, int) else article)


def _line(order: Order, row: Row) -> tuple[str, str] | None:
    number = str(row.get("line", ""))
    found = (one for one in order.lines if one.number == number)
    return next(((one.id, one.description or one.sku) for one in found), None)


def _article(new: Row) -> str:
    return words.quoted(str(new.get("description") or new.get("sku") or ""))


def _rows(value: object) -> Iterator[Row]:
    yield from value if isinstance(value, list | tuple) else ()
