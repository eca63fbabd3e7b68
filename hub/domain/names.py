"""Names for new rows, derived from the input that causes them: a replay gives the same names."""

import hashlib
from datetime import datetime


class Names:
    """A source of ids for one input: the n-th name asked of the same seed is always the same."""

    __slots__ = ("_count", "_seed")

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._count = 0

    def new(self, prefix: str) -> str:
        """Return the next name, `prefix_` and 20 characters; ~100 random bits."""
        self._count += 1
        material = f"{self._seed}/{self._count}/{prefix}".encode()
        return f"{prefix}_{hashlib.blake2b(material, digest_size=10).hexdigest()}"


def at_moment(subject: str, now: datetime) -> Names:
    """Return names for what is opened about a subject at this moment, and may be opened again."""
    return Names(f"{subject}@{now.isoformat()}")


def stable(prefix: str, *parts: str) -> str:
    """Return the one name that belongs to these parts, always the same."""
    material = "\x1f".join(parts).encode()
    return f"{prefix}_{hashlib.blake2b(material, digest_size=10).hexdigest()}"
