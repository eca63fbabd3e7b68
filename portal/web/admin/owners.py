"""Whose a key or an endpoint is: a brand or a partner, as one choice of a form."""

from collections.abc import Sequence

from hub.flow.parts import Parts
from hub.flow.webhooks import Owner


def choices(parts: Parts) -> Sequence[tuple[str, str]]:
    """Return (value, name) of every brand and partner, brands first."""
    brands = [(f"brand:{one.id}", one.name) for _, one in sorted(parts.brands.items())]
    partners = sorted((page.name, page.id) for page in parts.partners.all)
    return [*brands, *((f"partner:{partner}", name) for name, partner in partners)]


def owner(parts: Parts, chosen: str) -> Owner | None:
    """Return whom a form chose, None for what it does not offer."""
    if chosen not in [value for value, _ in choices(parts)]:
        return None
    kind, _, name = chosen.partition(":")
    return Owner(brand=name) if kind == "brand" else Owner(partner=name)


def named(parts: Parts, *, brand: str, partner: str) -> str:
    """Return how people call the brand or partner; its id when its page is gone."""
    known = dict(choices(parts))
    return known.get(f"brand:{brand}" if brand else f"partner:{partner}", brand or partner)
