"""A brand's page as text: one that there is written anew, and the first one of a new brand.

Pure: nothing is checked, read or kept here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import yaml

from hub.partners import Brand
from hub.partners.brand_texts import MAILS
from hub.partners.colours import in_the_dark

_LONGEST_CODE = 17
_LONGEST_PREFIX = 3
_PLAIN = Brand(
    id="",
    name="",
    buyer_code="",
    po_prefix="",
    currency="USD",
    reply_email="",
    phone="",
    slip_message="",
    mails=tuple(MAILS),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is said of a brand to come; codes that are empty follow from its id."""

    id: str
    name: str
    hosts: Sequence[str]
    reply_email: str
    buyer_code: str = ""
    po_prefix: str = ""


def written(brand: Brand) -> dict[str, Any]:
    """Return what a brand's page says, as it would be written anew."""
    page: dict[str, Any] = {
        "name": brand.name,
        "buyer_code": brand.buyer_code,
        "po_prefix": brand.po_prefix,
        "currency": brand.currency,
        "reply_email": brand.reply_email,
        "phone": brand.phone,
        "slip_message": brand.slip_message,
        "hosts": list(brand.hosts),
        "zone": brand.zone,
        "logo": brand.logo,
        "colours": asdict(brand.colours),
        "radius": brand.radius,
        "mails": list(brand.mails),
        "mail_from": brand.mail_from,
        "language": brand.language,
        "texts": dict(brand.texts.own),
        "policies": {"returns": brand.returns, "contact": brand.contact},
    }
    if brand.dark != in_the_dark(brand.colours):
        page["dark_colours"] = asdict(brand.dark)
    return page


class _Writer(yaml.SafeDumper):
    """Texts of several lines stand as they are read."""

    def represent_scalar(self, tag: str, value: Any, style: str | None = None) -> yaml.ScalarNode:
        """Write one value."""
        several = isinstance(value, str) and "\n" in value
        return super().represent_scalar(tag, value, "|" if several else style)


def as_yaml(page: Mapping[str, Any]) -> str:
    """Return the page as the text of its file."""
    return yaml.dump(dict(page), Dumper=_Writer, sort_keys=False, allow_unicode=True, width=10_000)


def first_page(wish: Wish, like: Brand | None = None) -> str:
    """Return the text of a new brand's page: looks and words of another brand, or the hub's own.

    Names, addresses, telephone and logo of the other one are never in it; what it wrote in texts
    of its own is, and may name it. Nothing is checked: that is for who puts the page there.
    """
    letters = "".join(sign for sign in wish.id.upper() if sign.isalnum())
    own = {
        "name": wish.name,
        "buyer_code": wish.buyer_code or letters[:_LONGEST_CODE],
        "po_prefix": wish.po_prefix or _prefix(letters),
        "reply_email": wish.reply_email,
        "mail_from": wish.reply_email,
        "hosts": list(wish.hosts),
        "phone": "",
        "logo": "",
    }
    return as_yaml(written(like or _PLAIN) | own)


def _prefix(letters: str) -> str:
    return "".join(sign for sign in letters if sign.isalpha())[:_LONGEST_PREFIX]
