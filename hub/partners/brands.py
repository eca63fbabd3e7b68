"""Brands: the storefronts that customers know; the `brand.yaml` of each is read here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from hub.errors import ConfigError
from hub.partners.brand_texts import LANGUAGES, TEXTS, BrandTexts, wrong_holes
from hub.partners.colours import Colours, in_the_dark, unreadable
from hub.partners.fields import known_zone
from hub.partners.page import Page
from hub.partners.wording import shown

FOLDER = "brands"
GOOD_ID = re.compile(r"[a-z][a-z0-9-]{0,30}")

Line = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^\S(.*\S)?$")]
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
EMail = Annotated[
    str,
    Field(max_length=254, pattern=rf"^{_ATOM}(\.{_ATOM})*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$"),
]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
MailKind = Literal[
    "code", "confirmed", "moved", "shipped", "delivered", "cancelled", "changed", "declined"
]
Text = Annotated[str, Field(max_length=4000)]
_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
Host = Annotated[str, Field(max_length=253, pattern=rf"^{_LABEL}(\.{_LABEL})*$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """One storefront.

    `id` is its folder's name; `buyer_code` is how partners know it (X12 N104), `po_prefix` begins
    every purchase order number, `slip_message` is printed on packing slips. `hosts` are the names
    under which its customers' pages are served, the first makes links; without any it has none.
    `mails` are those that its customers get, from `mail_from`. `logo` is a file of its folder.
    `dark` are its colours for those who have their screens dark. `language` is that of its
    customers' pages, mails and slips; what the brand writes itself is in it too.
    """

    id: str
    name: str
    buyer_code: str
    po_prefix: str
    currency: str
    reply_email: str
    phone: str
    slip_message: str
    zone: str = "UTC"
    hosts: tuple[str, ...] = ()
    logo: str = ""
    colours: Colours = field(default_factory=Colours)
    dark: Colours = field(default_factory=lambda: in_the_dark(Colours()))
    radius: int = 6
    texts: BrandTexts = field(default_factory=BrandTexts)
    returns: str = ""
    contact: str = ""
    mails: tuple[str, ...] = ("code",)
    mail_from: str = ""
    language: str = LANGUAGES[0]

    @property
    def clock(self) -> ZoneInfo:
        """The zone in which its customers are told the time."""
        return ZoneInfo(self.zone)


class _ColourKeys(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Colour = Colours().text
    muted: Colour = Colours().muted
    page: Colour = Colours().page
    panel: Colour = Colours().panel
    accent: Colour = Colours().accent
    on_accent: Colour = Colours().on_accent


class _DarkKeys(BaseModel):
    """Colours for dark screens; those that are not named follow from the others."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Colour | None = None
    muted: Colour | None = None
    page: Colour | None = None
    panel: Colour | None = None
    accent: Colour | None = None
    on_accent: Colour | None = None


class _PolicyKeys(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    returns: Text = ""
    contact: Text = ""


class _BrandKeys(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Line
    buyer_code: Annotated[str, Field(pattern=r"^[A-Z0-9]{2,17}$")]
    po_prefix: Annotated[str, Field(pattern=r"^[A-Z]{1,4}$")]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"
    reply_email: EMail
    phone: Annotated[str, Field(max_length=40)] = ""
    slip_message: Annotated[str, Field(max_length=1000)] = ""
    zone: Annotated[str, AfterValidator(known_zone)] = "UTC"
    hosts: tuple[Host, ...] = ()
    logo: Annotated[str, Field(pattern=r"^([a-z0-9][a-z0-9._-]*\.(svg|png))?$")] = ""
    colours: _ColourKeys = _ColourKeys()
    dark_colours: _DarkKeys = _DarkKeys()
    radius: Annotated[int, Field(ge=0, le=24)] = 6
    texts: Mapping[str, Text] = {}
    policies: _PolicyKeys = _PolicyKeys()
    mails: tuple[MailKind, ...] = ("code",)
    mail_from: EMail | Literal[""] = ""
    language: Literal["en", "de"] = "en"


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
    colours = Colours(**{name: value.lower() for name, value in keys.colours})
    dark = _dark(colours, keys.dark_colours)
    _judge(page, keys, colours, dark)
    return Brand(
        id=folder,
        name=keys.name,
        buyer_code=keys.buyer_code,
        po_prefix=keys.po_prefix,
        currency=keys.currency,
        reply_email=keys.reply_email,
        phone=keys.phone,
        slip_message=keys.slip_message.rstrip("\n"),
        zone=keys.zone,
        hosts=keys.hosts,
        logo=keys.logo,
        colours=colours,
        dark=dark,
        radius=keys.radius,
        texts=BrandTexts(
            own={name: text.rstrip("\n") for name, text in keys.texts.items()},
            language=keys.language,
        ),
        returns=keys.policies.returns.rstrip("\n"),
        contact=keys.policies.contact.rstrip("\n"),
        mails=keys.mails,
        mail_from=keys.mail_from or keys.reply_email,
        language=keys.language,
    )


def _dark(colours: Colours, keys: _DarkKeys) -> Colours:
    """The colours for dark screens: as named, else as they follow from those by day."""
    named = {name: value.lower() for name, value in keys if value}
    return replace(in_the_dark(colours), **named)


def _judge(page: Page, keys: _BrandKeys, colours: Colours, dark: Colours) -> None:
    """Note what no single key can tell: colours that cannot be read, holes that nobody fills."""
    for name, what in unreadable(colours):
        page.wrong(("colours", name), what)
    if any(value for _, value in keys.dark_colours):
        for name, what in unreadable(dark):
            page.wrong(("dark_colours", name), what)
    for name, text in keys.texts.items():
        if name not in TEXTS:
            page.wrong(("texts", name), f"no such text; there are: {', '.join(TEXTS)}")
        elif what := wrong_holes(name, text):
            page.wrong(("texts", name), what)


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
    _refuse_shared_hosts(opened)


def _refuse_shared_hosts(opened: list[tuple[Page, Brand | None]]) -> None:
    """The host alone decides whose page it is."""
    taken: dict[str, str] = {}
    for page, brand in opened:
        for n, host in enumerate(brand.hosts if brand else ()):
            if host in taken:
                page.wrong(("hosts", n), f"{shown(host)} belongs to {taken[host]}; choose another")
            elif brand:
                taken[host] = brand.id
