"""How long the names may be by which papers are kept and found, and of which signs. Pure.

An index takes only so much of a text, and not the same on both databases: what is longer is told to
the partner at its place and never kept. Of the signs that a paper can spell two are no text that
both databases take: U+0000, and half a character (a surrogate that stands alone, RFC 8259 8.2).
"""

import re
from collections.abc import Iterator

from hub.domain.exchange import Problem, Where
from hub.domain.messages import Message, ShipNotice
from hub.domain.warehouse import WarehouseAdvice

LONGEST_NAME = 255  # signs
IMPOSSIBLE = re.compile("[\0\ud800-\udfff]")
"""A sign that no text of ours may hold."""
_NAMES = (
    *("number", "notice", "tracking", "invoice", "report", "receipt", "adjustment", "advice"),
    *("change", "event", "partner_order", "consumer_order", "refers_to", "reference"),
)
_OF_PARCELS = ("tracking", "label")


def keepable(number: str) -> str:
    """Return a number as it may be kept and looked for: "" for one that no index takes.

    It is as if the paper had named none; a shortened number would be another one.
    """
    return "" if len(number) > LONGEST_NAME or IMPOSSIBLE.search(number) else number


def numbers_too_long(message: Message) -> tuple[Problem, ...]:
    """Return a problem for each name in a message that is longer than the hub keeps."""
    return tuple(
        Problem(
            code="too-long",
            text=f"this number has {len(said):,} signs and the hub keeps at most {LONGEST_NAME}; "
            "the message was not used. Ask the partner for a shorter one",
            where=Where(path=path, value=said[:99]),
        )
        for path, said in _named(message)
        if len(said) > LONGEST_NAME
    )


def _named(message: Message) -> Iterator[tuple[str, str]]:
    for name in _NAMES:
        said = getattr(message, name, "")
        if isinstance(said, str):
            yield name, said
    if isinstance(message, ShipNotice):
        for at, parcel in enumerate(message.parcels):
            for name in _OF_PARCELS:
                yield f"parcels[{at}].{name}", getattr(parcel, name)
    if isinstance(message, WarehouseAdvice):
        for at, carton in enumerate(message.cartons):
            for name in _OF_PARCELS:
                yield f"cartons[{at}].{name}", getattr(carton, name)
