"""What a message has to say: empty fields, conditions on writing, what is still to be filled."""

from collections.abc import Iterator
from typing import Any

from hub.domain.exchange import Problem, Where
from hub.mapping.plan import When
from hub.mapping.shapes import shape


def empty(value: object) -> bool:
    """Whether a field says nothing: None, no records, blanks only."""
    blank = isinstance(value, str) and not value.strip(" \n")
    return value is None or value == () or blank


def holds(when: When, record: Any) -> bool:
    """Whether a condition of the page is true of a record."""
    value = getattr(record, when.field)
    return str(value) in when.words if when.words else empty(value) == when.absent


def unsaid(record: Any, path: str = "") -> Iterator[Problem]:
    """Yield a problem for each required field that is empty, in a message and its records."""
    for spot in shape(type(record)).values():
        value, spoken = getattr(record, spot.name), f"{path}{spot.name}"
        if spot.required and spot.kind != "records" and empty(value):
            text = f"{spoken} is empty and the paper cannot go without it; complete the order"
            yield Problem(code="map-missing", text=text, where=Where(path=spoken))
        alone = (value,) if spot.kind == "record" and value is not None else ()
        children = value if spot.kind == "records" else alone
        for number, child in enumerate(children, start=1):
            mark = f"[{number}]" if spot.kind == "records" else ""
            yield from unsaid(child, f"{spoken}{mark}.")
