"""The shape of a message: its fields by type hint, and messages built from nested values."""

import types
from dataclasses import MISSING, dataclass, field, fields, is_dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from hub.domain import messages
from hub.domain.exchange import NOWHERE, Problem, Where
from hub.mapping.origins import Origins, Placed, as_where

_SCALARS: dict[type, str] = {
    str: "text",
    int: "whole",
    date: "date",
    datetime: "datetime",
    time: "time",
}
_NESTED = ("record", "records")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldShape:
    """One field: its kind, whether a message needs it, and the class behind a word or record.

    Kinds: text, whole, date, datetime, time, word (an enum), texts (a tuple), record, records.
    """

    name: str
    kind: str
    required: bool
    cls: type[Any] | None = None
    default: Any = None


def shape(cls: type) -> dict[str, FieldShape]:
    """Return the fields of a message class by name.

    TypeError for a type that no map can fill: that is a fault of the class, not of a page.
    """
    return _shape(cls)


@cache
def _shape(cls: type) -> dict[str, FieldShape]:
    hints = get_type_hints(cls)
    return {
        spot.name: replace(
            _field(spot.name, hints[spot.name], required=spot.default is MISSING),
            default=None if spot.default is MISSING else spot.default,
        )
        for spot in fields(cls)
    }


def message_class(name: str) -> type[Any] | None:
    """Return the message class of that name, or None."""
    return next((cls for cls in get_args(messages.Message) if cls.__name__ == name), None)


def message_names() -> tuple[str, ...]:
    """Return the names of all message classes."""
    return tuple(cls.__name__ for cls in get_args(messages.Message))


def _field(name: str, hint: Any, *, required: bool) -> FieldShape:
    hint = _bare(hint)
    if get_origin(hint) is tuple:
        inner = get_args(hint)[0]
        if inner is str:
            return FieldShape(name=name, kind="texts", required=required)
        return FieldShape(name=name, kind="records", required=required, cls=inner)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return FieldShape(name=name, kind="word", required=required, cls=hint)
    if is_dataclass(hint) and isinstance(hint, type):
        return FieldShape(name=name, kind="record", required=required, cls=hint)
    if hint in _SCALARS:
        return FieldShape(name=name, kind=_SCALARS[hint], required=required)
    raise TypeError(f"no map can fill {name}: {hint}")


def _bare(hint: Any) -> Any:
    """Return `X` for `X | None`, anything else unchanged."""
    if get_origin(hint) in (Union, types.UnionType):
        return next(arg for arg in get_args(hint) if arg is not type(None))
    return hint


@dataclass(slots=True, kw_only=True)
class Filled:
    """Values read so far for one record, where each would have stood, and which were unreadable.

    `where` may be said shortly: most records miss nothing. `met` tells which of the
    problems, from the first to before the second, were met in reading it alone, not what is around.
    """

    where: Placed = NOWHERE
    values: dict[str, Any] = field(default_factory=dict)
    children: dict[str, "list[Filled]"] = field(default_factory=dict)
    homes: dict[str, Where] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    spread: "list[Filled]" = field(default_factory=list)
    variants: "list[Filled]" = field(default_factory=list)
    met: tuple[int, int] = (0, 0)

    @property
    def records(self) -> "list[Filled]":
        """The records that were read: itself, or those it was split into."""
        return self.variants or [self]

    @property
    def place(self) -> Where:
        """Where the record begins."""
        return as_where(self.where)

    def copy(self, where: Placed) -> "Filled":
        """Return the same values at another place, to be filled further on their own."""
        return Filled(
            where=where,
            values=dict(self.values),
            children={name: list(rounds) for name, rounds in self.children.items()},
            homes=dict(self.homes),
            failed=set(self.failed),
        )

    def laid_under(self, over: "Filled") -> "Filled":
        """Return the same values with those of another laid over them."""
        laid = self.copy(over.where)
        laid.values |= over.values
        laid.homes |= over.homes
        laid.failed = (laid.failed - over.values.keys()) | over.failed
        for name in over.failed:
            laid.values.pop(name, None)
        return laid


def build(
    cls: type[Any], filled: Filled, *, problems: list[Problem], origins: Origins | None = None
) -> Any | None:
    """Make a `cls` of what was read, or None after adding why it cannot be.

    A missing required field is an ERROR problem at the place where the page looks for it. Where
    the message and its lists' records were read is noted in `origins`.
    """
    made: dict[str, Any] = {}
    whole = True
    values = filled.values
    for spot in shape(cls).values():
        value = values.get(spot.name)
        if value is None:
            if not spot.required and spot.kind not in _NESTED:  # nearly all that is not there
                continue
        elif spot.kind != "word":  # nearly all that is there at all
            made[spot.name] = value
            continue
        value, fine = _value(spot, filled, problems, origins)
        whole = whole and fine
        if value is not None:
            made[spot.name] = value
    if not whole:
        return None
    record = cls(**made)
    if origins is not None:
        origins.note(record, filled.where)
    return record


def _value(
    spot: FieldShape, filled: Filled, problems: list[Problem], origins: Origins | None
) -> tuple[Any | None, bool]:
    """Return a field's value and whether its record can still be made."""
    if spot.kind in _NESTED and spot.name not in filled.values and spot.cls:
        children = filled.children.get(spot.name, ())
        # What there is one of is found in what it belongs to.
        noted = origins if spot.kind == "records" else None
        made = [build(spot.cls, child, problems=problems, origins=noted) for child in children]
        fine = None not in made and spot.name not in filled.failed
        if spot.kind == "records":
            return tuple(made), fine
        if made:
            return made[0], fine
    elif spot.name in filled.values:
        value = filled.values[spot.name]
        return (spot.cls(value) if spot.kind == "word" and spot.cls else value), True
    if not spot.required:
        return None, True
    if spot.name not in filled.failed:
        problems.append(_missing(spot.name, filled))
    return None, False


def _missing(name: str, filled: Filled) -> Problem:
    where = filled.homes.get(name) or filled.place
    named = where.segment or where.path or "the paper"
    place = f"{where.segment}{where.element:02d}" if where.element else named
    return Problem(
        code="map-missing",
        text=f"{name} is missing: {place} must carry it; ask the partner to send it",
        where=where,
    )
