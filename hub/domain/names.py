"""Names for new rows, derived from the input that causes them: a replay gives the same names."""

import hashlib
from datetime import datetime

TIMED = 24  # hexadecimal digits of a seed made by `timed_seed`


def timed_seed(now: datetime, random: bytes) -> str:
    """Return a seed for a new input: its millisecond, then 48 random bits.

    Names of one input, and of inputs near in time, then lie side by side in the store's indexes;
    scattered ones cost a durable insert nearly a third of its speed.
    """
    return f"{int(now.timestamp() * 1000):012x}{random[:6].hex()}"


class Names:
    """A source of ids for one input: the n-th name asked of the same seed is always the same."""

    __slots__ = ("_count", "_stem")

    def __init__(self, seed: str) -> None:
        timed = len(seed) == TIMED and not set(seed) - set("0123456789abcdef")
        self._stem = seed if timed else _digest(seed)
        self._count = 0

    def new(self, prefix: str) -> str:
        """Return the next name: `prefix_`, the seed's stem and how many were made before it."""
        self._count += 1
        return f"{prefix}_{self._stem}{self._count:02x}"


def at_moment(subject: str, now: datetime) -> Names:
    """Return names for what is opened about a subject at this moment, and may be opened again."""
    return Names(f"{subject}@{now.isoformat()}")


def stable(prefix: str, *parts: str) -> str:
    """Return the one name that belongs to these parts, always the same."""
    return f"{prefix}_{_digest(*parts)}"


def _digest(*parts: str) -> str:
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=10).hexdigest()
