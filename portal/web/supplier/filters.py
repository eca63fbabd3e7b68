"""What of the orders is looked at, as it stands in the address: read, and written back the same."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from hub.store import Shelf, Sieve
from portal.web.ground.words import Words

LONGEST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """A shelf, and what of it; empty lets everything through. Days are the viewer's."""

    show: Shelf = Shelf.SHIP
    buyer: str = ""
    article: str = ""
    first: date | None = None
    last: date | None = None
    gifts: bool = False

    @property
    def query(self) -> str:
        """The filters as they stand in an address."""
        named = {
            "show": str(self.show),
            "buyer": self.buyer,
            "article": self.article,
            "from": self.first.isoformat() if self.first else "",
            "to": self.last.isoformat() if self.last else "",
            "gifts": "1" if self.gifts else "",
        }
        return urlencode({name: text for name, text in named.items() if text})

    def on(self, shelf: Shelf) -> "Filters":
        """Return the same filters on another shelf."""
        return replace(self, show=shelf)

    @property
    def narrow(self) -> bool:
        """Whether they keep anything of the shelf away."""
        return self != Filters(show=self.show)

    def sieve(self, words: Words) -> Sieve:
        """Return what the store is asked for."""
        return Sieve(
            brand=self.buyer,
            article=self.article,
            due_from=_midnight(self.first, words),
            due_before=_midnight(self.last and self.last + timedelta(days=1), words),
            gifts=self.gifts,
        )


def read(named: dict[str, str]) -> Filters:
    """Return the filters that are named; what cannot be read lets everything through."""
    return Filters(
        show=_shelf(named.get("show", "")),
        buyer=_plain(named.get("buyer", "")),
        article=_plain(named.get("article", "")),
        first=_day(named.get("from", "")),
        last=_day(named.get("to", "")),
        gifts=named.get("gifts", "") == "1",
    )


NAMES = ("show", "buyer", "article", "from", "to", "gifts")
"""What the filters are called in addresses and forms."""


def _plain(text: str) -> str:
    """What somebody can have typed, without the signs that no store takes."""
    return "".join(sign for sign in text if sign.isprintable()).strip()[:LONGEST]


def _shelf(text: str) -> Shelf:
    try:
        return Shelf(text)
    except ValueError:
        return Shelf.ALL if text else Shelf.SHIP


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if 1970 < found.year < 9000 else None  # what a store can count with


def _midnight(day: date | None, words: Words) -> datetime | None:
    return None if day is None else datetime.combine(day, datetime.min.time(), tzinfo=words.zone)
