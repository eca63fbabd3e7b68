"""Why a mail of news is written, and what fills it: shared by all that write one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hub.domain.change_ends import Known
from hub.domain.facts import FactKind
from hub.domain.orders import Order
from hub.partners import Brand

Document = Mapping[str, Any]
Body = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Why a mail is written: the order and its status document as they are, and what is owed.

    `owed` are the bodies of the duties that the mail fulfils, `later` those of days of arrival that
    another mail tells after it, oldest first; `facts` are the order's, oldest first.
    """

    order: Order
    document: Document
    brand: Brand
    owed: Sequence[Body]
    facts: Sequence[Known] = ()
    later: Sequence[Body] = ()

    @property
    def mails(self) -> Sequence[Body]:
        """What is kept of the mails that the customer got, oldest first."""
        return [one.body for one in self.facts if one.kind == FactKind.CUSTOMER_TOLD]

    def ids(self, key: str) -> frozenset[str]:
        """Return the ids that the duties name under that key."""
        return named(self.owed, key)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What fills a brand's text, and the addresses of the net in it that can be clicked.

    `text` is the text's name where it is not that of the mail's kind. `told` is what is kept of
    what the mail said: ids, and codes.
    """

    words: Mapping[str, str]
    links: frozenset[str] = frozenset()
    text: str = ""
    told: Body = field(default_factory=dict)


def named(bodies: Sequence[Body], key: str) -> frozenset[str]:
    """Return the ids that bodies of duties name under that key."""
    return frozenset(
        str(one) for body in bodies for one in listed(body.get(key)) if one is not None
    )


def listed(found: object) -> Sequence[object]:
    """Return what a body holds as a list, nothing for anything else."""
    return found if isinstance(found, list | tuple) else ()
