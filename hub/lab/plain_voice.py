"""What every language without papers of its own for it says: nothing."""

from collections.abc import Iterable
from datetime import date, datetime

from hub.lab.asked import AskedChange, AskedLine, AskedOrder
from hub.lab.terms import Departure
from hub.lab.voice import Count, Kind


class PlainVoice:
    """A language without receipts; others add what they have."""

    suffix = ".xml"
    receipts = False

    def count(self, count: Count, *, at: datetime) -> str:
        """Say nothing."""
        return ""

    def change_answer(self, change: AskedChange, *, yes: bool, at: datetime) -> str:
        """Say nothing: the page says what silence means."""
        return ""

    def report(
        self, order: AskedOrder, lines: Iterable[tuple[AskedLine, date]], *, at: datetime
    ) -> str:
        """Say nothing."""
        return ""

    def advice(self, order: AskedOrder, *, at: datetime) -> str:
        """Say nothing."""
        return ""

    def brought(self, order: AskedOrder, departure: Departure, *, at: datetime) -> str:
        """Say nothing."""
        return ""

    def enveloped(self, kind: Kind, body: str, *, number: int, at: datetime) -> str:
        """Return the body: it is the whole message."""
        return body
