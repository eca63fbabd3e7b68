"""Who and what papers of every kind speak of: places with people, and articles by their ids."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductId:
    """One way a partner names an article: a kind (`sku`, `gtin`, `vendor`, `buyer`) and the id."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A place and person as printed on a label; `lines` are the street lines in order."""

    name: str
    name2: str = ""
    lines: tuple[str, ...] = ()
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""
