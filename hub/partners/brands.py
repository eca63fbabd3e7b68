"""Brands: the storefronts that customers know; the `brand.yaml` of each is read here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from hub.errors import ConfigError
from hub.partners.page import Page
from hub.partners.wording import shown

FOLDER = "brands"
GOOD_ID = re.compile(r"[a-z][a-z0-9-]{0,30}")

Line = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^\S(.*\S)?$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """One storefront.

    `id` is its folder's name; `buyer_code` is how partners know it (X12 N104), `po_prefix` begins
    every purchase order number, `slip_message` is printed on packing slips.
    """

    id: str
    name: str
    buyer_code: str
    po_prefix: str
    currency: str
    reply_email: str
    phone: str
    slip_message: str


class _BrandKeys(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Line
    buyer_code: Annotated[str, Field(pattern=r"^[A-Z0-9]{2,17}$")]
    po_prefix: Annotated[str, Field(pattern=r"^[A-Z]{1,4}$")]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"
    reply_email: Annotated[str, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
    phone: Annotated[str, Field(max_length=40)] = ""
    slip_message: Annotated[str, Field(max_length=1000)] = ""


def load_brands(pages: Mapping[str, str]) -> Mapping[str, Brand]:
    """Return the brands by id from the texts of `<brand>/brand.yaml`.

    Other pages in a brand's folder are left alone. It touches no file. Raises `ConfigError` with
    all mistakes of all pages, each with file, line and key.
    """
    opened: list[tuple[Page, Brand | None]] = []
    for name, text in sorted(pages.items()):
        folder, _, leaf = name.removesuffix(".yaml").rpartition("/")
        if leaf == "brand":
            page = Page(f"{FOLDER}/{folder}/brand.yaml", text)
            opened.append((page, _brand(page, folder)))
    _refuse_doubles(opened)
    mistakes = sorted(mistake for page, _ in opened for mistake in page.mistakes)
    if mistakes:
        raise ConfigError([str(mistake) for mistake in mistakes])
    return {brand.id: brand for _, brand in opened if brand is not None}


def _brand(page: Page, folder: str) -> Brand | None:
    if not GOOD_ID.fullmatch(folder):
        page.wrong((), "rename the folder: the brand's id is its name, a-z 0-9 and - only")
    keys = page.fit(_BrandKeys) if page.readable else None
    if keys is None:
        return None
    return Brand(
        id=folder,
        name=keys.name,
        buyer_code=keys.buyer_code,
        po_prefix=keys.po_prefix,
        currency=keys.currency,
        reply_email=keys.reply_email,
        phone=keys.phone,
        slip_message=keys.slip_message.rstrip("\n"),
    )


def _refuse_doubles(opened: list[tuple[Page, Brand | None]]) -> None:
    """See that no two brands' purchase orders or buyer codes can be confused."""
    for key in ("po_prefix", "buyer_code"):
        taken: dict[str, str] = {}
        for page, brand in opened:
            if brand is None:
                continue
            word = getattr(brand, key)
            if taken.setdefault(word, brand.id) != brand.id:
                page.wrong((key,), f"{shown(word)} belongs to {taken[word]}; choose another")
