"""What is wrong with a form, as every room tells it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with a form: the field, empty for the whole, and what to do."""

    field: str
    text: str
