"""Where two orders of one number differ, by JSON pointer (RFC 6901): places, never values."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from itertools import islice, zip_longest

from hub.domain.placing import NewOrder

MOST_PLACES = 100
_POSTED_AS = {"groups": "ship_groups"}


def differing(posted: NewOrder, existing: NewOrder) -> list[str]:
    """Return the places where the orders differ, at most MOST_PLACES; names and values stay out."""
    return list(islice(_places(posted, existing, ""), MOST_PLACES))


def _places(one: object, other: object, at: str) -> Iterator[str]:
    if one == other:
        return
    if is_dataclass(one) and type(one) is type(other):
        for field in fields(one):
            place = f"{at}/{_POSTED_AS.get(field.name, field.name)}"
            yield from _places(getattr(one, field.name), getattr(other, field.name), place)
    elif isinstance(one, tuple) and isinstance(other, tuple):
        for ordinal, (mine, theirs) in enumerate(zip_longest(one, other)):
            yield from _places(mine, theirs, f"{at}/{ordinal}")
    else:
        yield at
