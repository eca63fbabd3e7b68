"""How often a key may ask: a bucket of tokens for what it reads and one for what it writes.

Each process counts for itself, in memory and by a stopwatch. What lives here: buckets and purses.
What does not: whose key it is and what a refusal looks like (`hub.api.keyring`).
"""

from dataclasses import dataclass

from hub.settings import READS, WRITES, Rate


class Bucket:
    """Tokens that come evenly, up to a burst; not for several threads at once."""

    __slots__ = ("_at", "_most", "_per_second", "_tokens")

    def __init__(self, rate: Rate, *, now: float) -> None:
        self._per_second = float(rate.per_second)
        self._most = self._tokens = float(rate.burst)
        self._at = now

    def take(self, now: float) -> float:
        """Take a token and return 0, or return in how many seconds there will be one."""
        tokens = self._tokens + (now - self._at) * self._per_second
        self._at = now
        if tokens > self._most:
            tokens = self._most
        if tokens >= 1.0:
            self._tokens = tokens - 1.0
            return 0.0
        self._tokens = tokens
        return (1.0 - tokens) / self._per_second


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How often one key may read and write; None is without an end."""

    reads: Rate | None = READS
    writes: Rate | None = WRITES


class Purse:
    """The two buckets of one key; none where there is no end."""

    __slots__ = ("reads", "writes")

    def __init__(self, rates: Rates, *, now: float) -> None:
        self.reads = Bucket(rates.reads, now=now) if rates.reads else None
        self.writes = Bucket(rates.writes, now=now) if rates.writes else None
