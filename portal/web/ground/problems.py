"""What is wrong with a form, as every room tells it."""

from collections.abc import Sequence
from dataclasses import dataclass

from hub.domain.exchange import Problem as Flaw


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with a form: the field, empty for the whole, and what to do.

    `code` is the hub's short one where it said so; it has a page in the API's reference.
    """

    field: str
    text: str
    code: str = ""


def spoken(field: str, text: str, code: str = "") -> Problem:
    """Return what the hub refused as a page says it: with a capital and a full stop."""
    said = f"{text[:1].upper()}{text[1:].removesuffix('.')}."
    return Problem(field=field, text=said, code=code)


def of_the_hub(flaws: Sequence[Flaw], *, field: str = "") -> list[Problem]:
    """Return what the hub refused, each with its code, at one field or at the form as a whole."""
    return [Problem(field=field, text=flaw.text, code=flaw.code) for flaw in flaws]
