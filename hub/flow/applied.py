"""What one message of a document came to: the same for every kind of message."""

from collections.abc import Sequence
from dataclasses import dataclass

from hub.domain.exchange import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What was wrong, and what the message spoke of.

    `used` is false when nothing of it could be used: the document is refused then. `further` are
    other orders that the same message is about, as goods of two orders in one parcel are.
    """

    problems: Sequence[Problem] = ()
    used: bool = True
    key: str = ""
    purpose: str = ""
    number: str = ""
    order_id: str | None = None
    fulfillment_id: str | None = None
    further: tuple[str, ...] = ()
