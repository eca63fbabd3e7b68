"""How many cases are whose, and whose case is looked at."""

from dataclasses import dataclass
from enum import StrEnum

from hub.flow.parts import Parts
from hub.ops.desk.awaited import Brands


class Whose(StrEnum):
    """Whose cases are looked at."""

    ALL = "all"
    MINE = "mine"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """How many are open: all of them, somebody's own, and those that nobody took."""

    all: int
    mine: int
    nobody: int


def owned(parts: Parts, *, who: str, brands: Brands = None) -> Owned:
    """Count what is open; with `brands` only what is about orders of theirs."""
    with parts.store.read() as tx:
        found = tx.queue.owners(brands=brands)
    return Owned(all=sum(found.values()), mine=found.get(who, 0), nobody=found.get("", 0))


def taken_by(whose: Whose, who: str) -> str | None:
    """Return by whose cases a list is asked: None is everybody's, "" nobody's."""
    return {Whose.ALL: None, Whose.MINE: who, Whose.NOBODY: ""}[whose]
