"""What is wrong with a form, as every room tells it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with a form: the field, empty for the whole, and what to do."""

    field: str
    text: str


def spoken(field: str, text: str) -> Problem:
    """Return what the hub refused as a page says it: with a capital and a full stop."""
    return Problem(field=field, text=f"{text[:1].upper()}{text[1:].removesuffix('.')}.")
