"""What a partner set for itself beside its page: its zone, its days off, its carriers. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What is laid over one partner's page; what is empty leaves the page as it is.

    On `closed` days it does not work though its page says nothing of them, on `opened` ones it
    does though the page calls them holidays. `carriers` are words of `hub.domain.carriers`.
    """

    zone: str = ""
    closed: frozenset[date] = frozenset()
    opened: frozenset[date] = frozenset()
    carriers: tuple[str, ...] = ()


class Owned(Protocol):
    """Who knows what partners set for themselves."""

    def known(self) -> Mapping[str, Own]:
        """Return it by partner, for those who set anything."""

    def look_again(self) -> None:
        """See that the next `known` reads what was just written."""


class NothingSet:
    """Nobody sets anything: pages count as they are written."""

    def known(self) -> Mapping[str, Own]:
        """Return nothing."""
        return {}

    def look_again(self) -> None:
        """Do nothing: there is nothing to read."""
