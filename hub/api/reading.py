"""From posted bytes to a NewOrder, or to everything that is wrong with them, by JSON pointer.

Says what is wrong with the form. Whether the SKUs exist and the money adds up, the domain says.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count, islice
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from hub.api import posted
from hub.api.posted import (
    PostedAddress,
    PostedCustomer,
    PostedGift,
    PostedGroup,
    PostedLine,
    PostedOrder,
)
from hub.domain.exchange import Problem, Where
from hub.domain.messages import Address
from hub.domain.placing import Gift, NewGroup, NewLine, NewOrder

MOST_NAMED = 100
M = TypeVar("M", bound=BaseModel)

_WIDEST_VALUE = 99
_WIDEST_POINTER = 300

_NOT_TEXT = "send text in double quotes"
_CONTROL = "control characters cannot be printed; take them out"
_SENTENCES = {
    "missing": ("missing", "this field is required; add it"),
    "extra_forbidden": ("unknown-field", "no such field is known here; remove it or correct it"),
    "string_type": ("not-text", _NOT_TEXT),
    "int_type": ("not-integer", "send a whole number without quotes, point or exponent"),
    "bool_type": ("not-boolean", "send true or false without quotes"),
    "list_type": ("not-list", "send a list in square brackets"),
    "model_type": ("not-object", "send an object in curly braces"),
    "dict_type": ("not-object", "send an object in curly braces"),
    "greater_than_equal": ("too-small", "must be at least {ge}"),
    "less_than_equal": ("too-large", "must be at most {le}"),
    "string_too_short": ("too-short", "needs at least {min_length} character(s)"),
    "string_too_long": ("too-long", "at most {max_length} characters can be printed; shorten it"),
    "too_short": ("too-few", "needs at least {min_length} entry"),
    "too_long": ("too-many", "at most {max_length} entries are taken; split the order"),
    "enum": ("not-allowed", "must be one of {expected}"),
}
_PATTERNS = {
    posted.ONE_LINE: ("control-character", f"this is one line: {_CONTROL}, line breaks too"),
    posted.TEXT: ("control-character", f"{_CONTROL}; only line breaks (\\n) may stay"),
    posted.NOT_BLANK: (
        "blank",
        "needs something printable, on one line and without control characters",
    ),
    posted.ORDER_NUMBER: (
        "form",
        "use 1 to 30 letters, digits, '.', '_', '#' and '-', a letter or digit first",
    ),
    posted.WORD: ("form", "use 1 to 20 letters, digits, '.', '_' and '-'"),
    posted.METHOD: ("form", "name a ship method in small letters, such as ground or second_day"),
    posted.E_MAIL: (
        "form",
        "this is no e-mail address; write it as name@example.com or leave it out",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read: a NewOrder, or problems. `broken` says that the bytes are no JSON at all."""

    new: NewOrder | None = None
    problems: tuple[Problem, ...] = ()
    broken: bool = False


def read_as(model: type[M], body: bytes) -> tuple[M | None, tuple[Problem, ...]]:
    """Return what posted bytes hold by a strict model, or every problem of their form at once.

    As strict as `read_order`: nothing unknown, nothing twice, nothing converted.
    """
    try:
        read = model.model_validate_json(body)
    except ValidationError as error:
        return None, _refused(error, body).problems
    doubled = tuple(_doubled(body))
    return (None, doubled) if doubled else (read, ())


def is_broken(problems: Sequence[Problem]) -> bool:
    """Say whether what `read_as` found is that the bytes are no JSON at all."""
    return any(problem.code == "not-json" for problem in problems)


def read_order(body: bytes) -> Reading:
    """Return the order that posted bytes hold, or every problem of their form at once.

    Never raises for what is in the bytes. Unknown and doubled keys, numbers as text, fractions,
    NaN, control characters and lone surrogates are refused; nothing is converted.
    """
    try:
        order = PostedOrder.model_validate_json(body)
    except ValidationError as error:
        return _refused(error, body)
    problems = (*_doubled(body), *_double_groups(order.ship_groups))
    if problems:
        return Reading(problems=problems)
    return Reading(new=_new_order(order))


def _refused(error: ValidationError, body: bytes) -> Reading:
    mistakes = error.errors(include_url=False)
    if mistakes[0]["type"] == "json_invalid":
        why = mistakes[0].get("ctx", {}).get("error", "")
        text = f"this is not JSON as RFC 8259 has it: {why}; correct the body"
        return Reading(problems=(Problem(code="not-json", text=text),), broken=True)
    problems = [_problem(mistake) for mistake in mistakes[:MOST_NAMED]]
    if len(mistakes) > MOST_NAMED:
        text = f"{len(mistakes) - MOST_NAMED} more problems are not listed; correct these first"
        problems.append(Problem(code="more", text=text))
    problems.extend(_doubled(body))
    return Reading(problems=tuple(problems))


def _problem(mistake: ErrorDetails) -> Problem:
    kind, context = mistake["type"], mistake.get("ctx", {})
    if kind == "string_pattern_mismatch":
        pattern = context["pattern"]
        code, text = _PATTERNS.get(pattern, ("form", f"write it as {pattern} says"))
    elif kind in _SENTENCES:
        code, text = _SENTENCES[kind]
        text = text.format_map(context)
    else:
        code, text = kind.replace("_", "-"), mistake["msg"]
    asked = kind not in ("missing", "region-missing", "postal-code-missing")
    value = _shown(mistake["input"]) if asked else ""
    return Problem(code=code, text=text, where=Where(path=_pointer(mistake["loc"]), value=value))


def _shown(value: object) -> str:
    """The value as the sender wrote it, cut; of lists and objects only that they are one."""
    if isinstance(value, dict | list):
        return "{…}" if isinstance(value, dict) else "[…]"
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text[:_WIDEST_VALUE]


def _pointer(place: Sequence[int | str]) -> str:
    """The JSON pointer (RFC 6901) of a place, cut when a key is absurdly long.

    U+0000 in a key, which no database keeps, is spelled as JSON does.
    """
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in place)
    return "".join(f"/{step}" for step in steps).replace("\0", "\\u0000")[:_WIDEST_POINTER]


class _Doubled(dict[str, Any]):
    """An object of the body that has keys twice; which, the walk tells with their places."""

    keys_twice: tuple[str, ...] = ()


class _Twice(Exception):
    """There is an object with a key that stands twice; where, a second look tells."""


def _once(pairs: list[tuple[str, Any]]) -> None:
    if len({key for key, _ in pairs}) != len(pairs):
        raise _Twice


def _marked(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    doubled = _Doubled(pairs)
    counted = Counter(key for key, _ in pairs)
    doubled.keys_twice = tuple(key for key, times in counted.items() if times > 1)
    return doubled


# Numbers stay text: they are only shown, and a number of a million digits costs nothing.
_QUICK = json.JSONDecoder(object_pairs_hook=_once, parse_int=str, parse_float=str)
_SLOW = json.JSONDecoder(object_pairs_hook=_marked, parse_int=str, parse_float=str)


def _doubled(body: bytes) -> list[Problem]:
    """Return a problem for every key that stands twice in one object: parsers differ on both.

    Only for bytes that the schema's parser has read: it bounds the depth and knows no bad UTF-8.
    """
    text = body.decode()
    try:
        _QUICK.decode(text)
    except _Twice:
        return list(islice(_doubles_in(_SLOW.decode(text), ()), MOST_NAMED))
    return []


def _doubles_in(value: object, place: tuple[int | str, ...]) -> Iterator[Problem]:
    if isinstance(value, _Doubled):
        for key in value.keys_twice:
            text = "this key stands more than once in one object; keep one of them"
            where = Where(path=_pointer((*place, key)), value=_shown(value[key]))
            yield Problem(code="doubled-key", text=text, where=where)
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _doubles_in(inner, (*place, key))
    elif isinstance(value, list):
        for ordinal, inner in enumerate(value):
            yield from _doubles_in(inner, (*place, ordinal))


def _double_groups(groups: Sequence[PostedGroup]) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for ordinal, group in enumerate(groups):
        number = group.number or str(ordinal + 1)
        if number in seen:
            yield Problem(
                code="group-number-twice",
                text=f"ship group number {number!r} already stands at /ship_groups/{seen[number]}; "
                "give every group its own",
                where=Where(path=f"/ship_groups/{ordinal}/number", value=number),
            )
        seen.setdefault(number, ordinal)


def _new_order(order: PostedOrder) -> NewOrder:
    ordinals = count(1)
    return NewOrder(
        number=order.number,
        channel=order.channel,
        currency=order.currency,
        customer=address_read(order.customer),
        groups=tuple(
            _new_group(group, str(ordinal), ordinals)
            for ordinal, group in enumerate(order.ship_groups, start=1)
        ),
        total=order.total,
        shipping=order.shipping,
        discount=order.discount,
        tax=order.tax,
        placed_at=_utc(order.placed_at) if order.placed_at else None,
    )


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def address_read(words: PostedCustomer | PostedAddress) -> Address:
    """Return a posted address as the domain has it."""
    return Address(
        name=words.name,
        name2=words.name2,
        lines=tuple(words.lines),
        city=words.city,
        region=words.region,
        postal_code=words.postal_code,
        country=words.country or "",
        phone=words.phone,
        email=words.email or "",
    )


def _new_group(group: PostedGroup, ordinal: str, ordinals: Iterator[int]) -> NewGroup:
    return NewGroup(
        number=group.number or ordinal,
        ship_to=address_read(group.ship_to),
        method=group.method,
        lines=tuple(_new_line(line, str(next(ordinals))) for line in group.lines),
        instructions=group.instructions,
        signature=group.signature,
        deliver_by=date.fromisoformat(group.deliver_by) if group.deliver_by else None,
        gift=gift_read(group.gift),
    )


def gift_read(gift: PostedGift | None) -> Gift | None:
    """Return a posted present as the domain has it, None for none."""
    if gift is None:
        return None
    return Gift(
        sender=gift.sender,
        recipient=gift.recipient,
        message=gift.message,
        wrap=gift.wrap,
        hide_prices=gift.hide_prices,
    )


def _new_line(line: PostedLine, ordinal: str) -> NewLine:
    return NewLine(
        number=line.number or ordinal,
        sku=line.sku,
        quantity=line.quantity,
        unit_price=line.unit_price,
        description=line.description,
        discount=line.discount,
        tax=line.tax,
        personalization=line.personalization,
        partner=line.partner or "",
    )
