"""The carriers of a form: those that the supplier named as its own first."""

from collections.abc import Sequence
from dataclasses import dataclass

from hub.domain import carriers
from hub.flow.parts import Parts

Choice = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """Carriers by their word and name; `own` is empty where nobody named any."""

    own: Sequence[Choice]
    others: Sequence[Choice]


def choices(parts: Parts, partner: str) -> Choices:
    """Return what a partner's people choose from: what they use seldom stands below, never away."""
    own = parts.partners.get(partner).carriers
    return Choices(
        own=[(word, carriers.name(word)) for word in carriers.KNOWN if word in own],
        others=[(word, carriers.name(word)) for word in carriers.KNOWN if word not in own],
    )
