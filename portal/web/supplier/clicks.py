"""One click and its repetition: the same form sent again is known by its key and its words."""

import hashlib
from collections.abc import Mapping

from portal.web.ground.porch import Porch, Visit

LONGEST = 64


def once(porch: Porch, visit: Visit) -> str:
    """Return a form's own key: the one it carries, else a fresh one."""
    held = visit.fields.get("once", "")
    return held if 0 < len(held) <= LONGEST else porch.parts.random(16).hex()


def key_of(porch: Porch, visit: Visit, said: Mapping[str, str] | None = None) -> str:
    """Return the key under which a form is said, made of its words: other words are another key.

    Who goes back, changes the form and sends it again says something new. `said` are the words that
    count where a form says several things.
    """
    words = visit.fields if said is None else said
    text = "\x1f".join(f"{name}={words[name]}" for name in sorted(words) if name != "seal")
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return f"room-{visit.account.id}-{once(porch, visit)}-{digest}"
