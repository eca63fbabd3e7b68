"""Brands: what each page says, a form that checks another one, and customers' pages in it.

Brands are files that the hub reads when it starts, and nothing here writes one: the form checks as
the start would, and hands the file over.
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hub.partners import Brand
from hub.partners.brand_texts import MAILS, TEXTS
from hub.partners.colours import LEAST_CONTRAST, Colours
from portal.web.admin.brand_pages import (
    COLOURS,
    as_yaml,
    checked,
    pairs,
    typed,
    with_colour,
    written,
)
from portal.web.admin.sample import sample_page
from portal.web.customer.rooms import said
from portal.web.customer.site import sites
from portal.web.ground.answers import KEPT, LOGO_POLICY, answer
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

    def __init__(self, porch: Porch, logos: Logos) -> None:
        self._porch = porch
        self._logos = logos
        self._css = (FOLDER / "static" / "portal.css").read_bytes()

    def listed(self, visit: Visit) -> Response:
        """Show every brand."""
        words = {"brands": sorted(self._porch.parts.brands.values(), key=lambda one: one.name)}
        return self._porch.page(visit, "admin/brands.html", words)

    # --- the form -------------------------------------------------------------------------------

    def one(self, visit: Visit) -> Response:
        """Show what a brand's page says, in a form."""
        brand = self._brand(visit)
        return self._form(visit, brand, _fields(written(brand)), [], text="")

    def _brand(self, visit: Visit) -> Brand:
        found = self._porch.parts.brands.get(visit.path("brand"))
        if found is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return found

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
            "pairs": pairs(typed(brand, fields)),
            "least": LEAST_CONTRAST,
            "mails": MAILS,
            "texts": [(name, rule.default, sorted(rule.words)) for name, rule in TEXTS.items()],
            "has_logo": brand.id in self._logos,
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
        return self._porch.page(visit, "admin/brand.html", words, status=status)

    def check(self, visit: Visit) -> Response:
        """Check what was typed; then show it, preview it or hand its file over."""
        brand, then = self._brand(visit), visit.fields.get("then", "check")
        if then.startswith("take:"):
            taken = with_colour(visit.fields, then.removeprefix("take:"))
            return self._form(visit, brand, taken, [], text="")
        text = as_yaml(typed(brand, visit.fields))
        made, problems = checked(self._porch.parts.brands, brand.id, text)
        if made is None:
            return self._form(visit, brand, visit.fields, problems, text="")
        if then in _WAYS:
            return self._preview(visit, made, _WAYS[then])
        if then == "download":
            return _file(visit, text)
        return self._form(visit, brand, visit.fields, [], text=text)

    # --- the preview ----------------------------------------------------------------------------

    def _preview(self, visit: Visit, brand: Brand, template: str) -> Response:
        """Return a customer's page in these colours and words; nothing on it acts."""
        words = {
            "brand": brand if brand.id in self._logos else replace(brand, logo=""),
            "footer": said(brand, "footer"),
            "welcome": said(brand, "welcome"),
            "page": sample_page(brand, visit.words.now),
            **dict.fromkeys(("token", "seal", "number", "known"), ""),
            "problems": (),
        }
        text = environment().get_template(template).render(words)
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
        """Send a brand's logo."""
        found = self._logos.get(self._brand(visit).id)
        if found is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        body, media_type = found
        return answer(visit.request, body, media_type=media_type, policy=LOGO_POLICY)


def _fields(page: Mapping[str, object]) -> dict[str, str]:
    """A brand's page as the fields of its form."""
    fields: dict[str, str] = {}
    for name, value in page.items():
        match name, value:
            case "hosts", list():
                fields[name] = " ".join(value)
            case "mails", list():
                fields |= {f"m-{mail}": "1" for mail in value}
            case (("colours" | "texts"), dict()):
                fields |= {f"{name[0]}-{key}": text for key, text in value.items()}
            case "policies", dict():
                fields |= value
            case _:
                fields[name] = str(value)
    return fields


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
