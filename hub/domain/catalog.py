"""Whose article is which SKU, by which ids, in which unit and pack, at what cost."""

from dataclasses import dataclass
from datetime import date

from hub.domain.messages import ProductId


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One article as the storefronts know it."""

    sku: str
    gtin: str = ""
    title: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerItem:
    """One partner's offer of an article. `cost` is minor units per pack of `units_per_pack`.

    Lower `priority` is asked first. `valid_from` is the first day on which the offer counts.
    """

    partner: str
    sku: str
    products: tuple[ProductId, ...]
    unit: str
    units_per_pack: int
    cost: int
    currency: str
    priority: int
    valid_from: date | None = None
