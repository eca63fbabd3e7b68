"""Brands: what each page says, a form that checks another one, and customers' pages in it.

Brands are files that the hub reads when it starts. The form checks as the start would, shows pages
and mails in what was typed, and hands the file over; where the folder of the brands is the
operator's own (HUB_BRANDS), it puts it there.
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hub.errors import ConfigError
from hub.ops.brand_files import (
    Houses,
    digest,
    judged,
    on_disk,
    publish,
    taken_hosts,
    waiting,
)
from hub.ops.brand_text import as_yaml, written
from hub.partners import Brand
from hub.partners.brand_texts import BY_HAND, LANGUAGES, MAILS, TEXTS, BrandTexts
from hub.partners.colours import LEAST_CONTRAST, Colours
from portal.web.admin.brand_logo import LogoDrafts
from portal.web.admin.brand_mail import POLICY as MAIL_POLICY
from portal.web.admin.brand_mail import sample_mail
from portal.web.admin.brand_pages import (
    COLOURS,
    OWN_DARK,
    checked,
    pairs,
    told,
    typed,
    with_colour,
)
from portal.web.admin.brand_pictures import Pictures
from portal.web.admin.sample import sample_page
from portal.web.customer.rooms import said
from portal.web.customer.site import sites
from portal.web.ground.answers import KEPT, LOGO_POLICY, answer, see_other
from portal.web.ground.porch import Porch, Visit
from portal.web.ground.problems import Problem
from portal.web.ground.templating import FOLDER, environment

LIST = "/settings/brands"
LARGEST_FORM = 128 * 1024  # bytes; all texts of a brand at their longest are fewer
LARGEST_RADIUS = 24  # pixels
NAMES = {
    "text": "Words",
    "muted": "Quiet words",
    "page": "Page",
    "panel": "Panels",
    "accent": "Links and buttons",
    "on_accent": "Words on buttons",
}
_WAYS = {"preview": "customer/status.html", "preview-find": "customer/find.html"}

Logos = Mapping[str, tuple[bytes, str]]
"""The bytes and media type of each brand's logo; a brand without one is missing."""


class Brands:
    """The list, the form of one brand, and what its preview is made of."""

    def __init__(
        self, porch: Porch, logos: Logos, folder: Path | None, pictures: Mapping[str, Path]
    ) -> None:
        self._porch = porch
        self._logos = logos
        self._folder = folder
        self._pictures = Pictures(porch=porch, folders=pictures, own=folder)
        self._drafts = LogoDrafts(porch=porch)
        self._css = (FOLDER / "static" / "portal.css").read_bytes()

    def listed(self, visit: Visit) -> Response:
        """Show every brand."""
        running = self._porch.parts.brands
        every = {**self._there(), **running}
        words = {
            "brands": sorted(every.values(), key=lambda one: one.name),
            "waiting": waiting(self._folder, running) if self._folder else frozenset(),
            "running": running.keys(),
        }
        return self._porch.page(visit, "admin/brands.html", words)

    # --- the form -------------------------------------------------------------------------------

    def one(self, visit: Visit) -> Response:
        """Show what a brand's page says, in a form."""
        brand = self._brand(visit)
        return self._form(visit, brand, self._now(visit, brand), [], text="")

    def _now(self, visit: Visit, brand: Brand) -> dict[str, str]:
        """The fields of the form as the brand is, with the logo that was chosen."""
        fields, draft = _fields(written(brand)), self._drafts.kept(visit, brand.id)
        return fields | ({"logo": draft.name} if draft else {})

    def _brand(self, visit: Visit) -> Brand:
        """The brand as its page is now: an earlier one that was published and waits stays in it."""
        found = {**self._porch.parts.brands, **self._there()}.get(visit.path("brand"))
        if found is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return found

    def _there(self) -> Mapping[str, Brand]:
        """The brands that the next start would read; those that run when it would read none."""
        if self._folder is None:
            return self._porch.parts.brands
        try:
            return on_disk(self._folder)
        except ConfigError:
            return self._porch.parts.brands

    def _form(
        self,
        visit: Visit,
        brand: Brand,
        fields: Mapping[str, str],
        problems: list[Problem],
        *,
        text: str,
    ) -> Response:
        names = {name: visit.words.say(text) for name, text in NAMES.items()}
        words = {
            "brand": brand,
            "fields": fields,
            "problems": problems,
            "text": text,
            "colours": [(name, names[name]) for name in COLOURS],
            "names": names,
            "pairs": pairs(typed(brand, fields)["colours"]),
            "dark_pairs": pairs(typed(brand, fields).get("dark_colours", {})),
            "own_dark": OWN_DARK in fields,
            "dark": asdict(brand.dark),
            "by_hand": BY_HAND,
            "folder": self._folder,
            "waits": brand != self._porch.parts.brands.get(brand.id),
            "runs": brand.id in self._porch.parts.brands,
            "was": fields.get("was") or self._digest(brand),
            "done": visit.query("done"),
            "draft": self._drafts.kept(visit, brand.id),
            "least": LEAST_CONTRAST,
            "mails": MAILS,
            "texts": [
                (name, _defaults(brand, fields).default(name), sorted(rule.words))
                for name, rule in TEXTS.items()
            ],
            "languages": LANGUAGES,
            "has_logo": brand.id in self._logos,
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
        return self._porch.page(visit, "admin/brand.html", words, status=status)

    def _digest(self, brand: Brand) -> str:
        return digest(self._folder, brand.id) if self._folder else ""

    def check(self, visit: Visit) -> Response:
        """Check what was typed; then show it, preview it or hand its file over."""
        brand, then = self._brand(visit), visit.fields.get("then", "check")
        if then.startswith("take"):
            taken = with_colour(visit.fields, then)
            return self._form(visit, brand, taken, [], text="")
        text = as_yaml(typed(brand, visit.fields))
        there = self._there()
        others = there if brand.id in there else self._porch.parts.brands
        made, problems = checked(others, brand.id, text)
        if made is None:
            return self._form(visit, brand, visit.fields, problems, text="")
        if then in _WAYS:
            return self._preview(visit, made, _WAYS[then])
        if then.removeprefix("mail:") in (*MAILS, *BY_HAND):
            body = sample_mail(made, then.removeprefix("mail:"))
            return answer(visit.request, body, policy=MAIL_POLICY)
        if problems := self._refused(visit, made, text):
            return self._form(visit, brand, visit.fields, problems, text="")
        if then == "download":
            return _file(visit, text)
        if then == "publish" and self._folder is not None:
            return self._published(visit, brand, text, self._folder)
        return self._form(visit, brand, visit.fields, [], text=text)

    def _refused(self, visit: Visit, made: Brand, text: str) -> list[Problem]:
        """Why the next start would refuse the page beside the names of houses and the logos."""
        parts = self._porch.parts
        houses = Houses(portal=parts.portal_hosts, desk=parts.desk_hosts)
        if self._folder is None:
            return told(made.id, ConfigError(taken_hosts({made.id: made}, houses)))
        logo = self._drafts.kept(visit, made.id)
        try:
            judged(self._folder, made.id, text, houses=houses, logo=logo)
        except ConfigError as fault:
            return told(made.id, fault)
        return []

    def _published(self, visit: Visit, brand: Brand, text: str, folder: Path) -> Response:
        try:
            publish(
                self._porch.parts,
                folder,
                brand.id,
                text,
                logo=self._drafts.kept(visit, brand.id),
                instead_of=visit.fields.get("was", ""),
                who=visit.account.id,
            )
        except ConfigError as fault:
            problems = told(brand.id, fault)
            return self._form(visit, brand, visit.fields, problems, text="")
        except KeyError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        self._drafts.drop(visit, brand.id)
        return see_other(visit.request, f"{LIST}/{brand.id}?done=published")

    def choose_logo(self, visit: Visit) -> Response:
        """Judge a file and keep it as the logo that comes with the next page."""
        brand = self._brand(visit)
        if visit.upload is None or not visit.upload.body:
            problem = Problem(field="file", text=visit.words.say("Choose a file."))
            return self._form(visit, brand, self._now(visit, brand), [problem], text="")
        try:
            self._drafts.keep(visit, brand.id, visit.upload.body)
        except ValueError as fault:
            said = visit.words.say("This file cannot be a logo: %(why)s", {"why": str(fault)})
            problem = Problem(field="file", text=said)
            return self._form(visit, brand, self._now(visit, brand), [problem], text="")
        return see_other(visit.request, f"{LIST}/{brand.id}?done=logo")

    # --- the preview ----------------------------------------------------------------------------

    def _preview(self, visit: Visit, brand: Brand, template: str) -> Response:
        """Return a customer's page in these colours and words; nothing on it acts."""
        has_logo = brand.id in self._logos or self._drafts.kept(visit, brand.id) is not None
        own = self._pictures.articles(brand.id, f"{LIST}/{brand.id}/pictures")
        words = {
            "brand": brand if has_logo else replace(brand, logo=""),
            "footer": said(brand, "footer"),
            "welcome": said(brand, "welcome"),
            "page": sample_page(brand, visit.words.now, own),
            **dict.fromkeys(("token", "seal", "number", "known", "theme"), ""),
            "here": f"{LIST}/{brand.id}",
            "problems": (),
        }
        text = environment(brand.language).get_template(template).render(words)
        for before, after in (
            ('href="/brand.css"', f'href="{LIST}/{brand.id}/preview.css?{_query(brand)}"'),
            ('href="/portal.css"', f'href="{LIST}/portal.css"'),
            ('="/logo"', f'="{LIST}/{brand.id}/logo"'),
            ('<main id="main"', '<main inert id="main"'),
        ):
            text = text.replace(before, after)
        return answer(visit.request, text.encode())

    def colours(self, visit: Visit) -> Response:
        """Send a brand's style sheet with the colours that the address names."""
        brand, query = self._brand(visit), visit.query
        try:
            radius = int(query("radius"))
            light, dark = (_colours(query(name)) for name in ("light", "dark"))
        except ValueError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        if not 0 <= radius <= LARGEST_RADIUS:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        wished = replace(
            brand, colours=light, dark=dark, radius=radius, logo="", hosts=("preview",)
        )
        css = sites([wished], Path())["preview"].css
        return answer(visit.request, css, media_type="text/css")

    def style(self, visit: Visit) -> Response:
        """Send the style sheet that all brands share."""
        return answer(visit.request, self._css, media_type="text/css", cache=KEPT)

    def logo(self, visit: Visit) -> Response:
        """Send a brand's logo: the one that the visitor chose, else the one there is."""
        brand = self._brand(visit)
        draft, found = self._drafts.kept(visit, brand.id), self._logos.get(brand.id)
        if draft is not None:
            kind = "image/png" if draft.name.endswith(".png") else "image/svg+xml"
            return answer(visit.request, draft.body, media_type=kind, policy=LOGO_POLICY)
        if found is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        body, media_type = found
        return answer(visit.request, body, media_type=media_type, policy=LOGO_POLICY)

    def picture(self, visit: Visit) -> Response:
        """Send a picture of an article of a brand."""
        return self._pictures.send(visit, self._brand(visit).id)


def _fields(page: Mapping[str, object]) -> dict[str, str]:
    """A brand's page as the fields of its form."""
    fields: dict[str, str] = {}
    for name, value in page.items():
        match name, value:
            case "hosts", list():
                fields[name] = " ".join(value)
            case "dark_colours", dict():
                fields |= {f"d-{key}": text for key, text in value.items()} | {OWN_DARK: "1"}
            case "mails", list():
                fields |= {f"m-{mail}": "1" for mail in value}
            case (("colours" | "texts"), dict()):
                fields |= {f"{name[0]}-{key}": text for key, text in value.items()}
            case "policies", dict():
                fields |= value
            case _:
                fields[name] = str(value)
    return fields


def _defaults(brand: Brand, fields: Mapping[str, str]) -> BrandTexts:
    """What is said without words of the brand's own, in the language that the form chose."""
    chosen = fields.get("language")
    return BrandTexts(language=chosen) if chosen in LANGUAGES else brand.texts


def _query(brand: Brand) -> str:
    """The colours of a brand in an address; `&` as it stands in markup."""
    joined = {
        name: "-".join(value[1:] for value in asdict(colours).values())
        for name, colours in (("light", brand.colours), ("dark", brand.dark))
    }
    return urlencode({**joined, "radius": brand.radius}).replace("&", "&amp;")


def _colours(text: str) -> Colours:
    """Read six colours from an address; ValueError for what is none."""
    values = text.split("-")
    if any(len(value) != 6 or set(value) - set("0123456789abcdef") for value in values):
        raise ValueError(text)
    return Colours(**{name: f"#{value}" for name, value in zip(COLOURS, values, strict=True)})


def _file(visit: Visit, text: str) -> Response:
    sent = answer(visit.request, text.encode(), media_type="application/yaml")
    sent.headers["content-disposition"] = 'attachment; filename="brand.yaml"'
    return sent
