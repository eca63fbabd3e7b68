"""A brand's page as an operator writes it in a form: what it holds, checked as at the start.

Pure: the file that comes of it is text, and nothing is kept.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from hub.errors import ConfigError
from hub.ops.brand_text import as_yaml, written
from hub.partners import Brand, load_brands
from hub.partners.brand_texts import MAILS, TEXTS
from hub.partners.colours import (
    LEAST_CONTRAST,
    PAIRS,
    Colours,
    contrast,
    nearest_readable,
)
from portal.web.ground.problems import Problem

PLAIN = ("name", "reply_email", "mail_from", "phone", "zone", "logo", "radius", "slip_message")
POLICIES = ("returns", "contact")
COLOURS = tuple(asdict(Colours()))
OWN_DARK = "own-dark"
"""The field by which a form names dark colours of its own."""
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_MISTAKE = re.compile(r"brands/([^/]+)/brand\.yaml(?::\d+)? (\S*): (.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One colour of words on another behind them, and the nearest that can be read."""

    words: str
    behind: str
    ratio: float
    passes: bool
    nearest: str


def typed(brand: Brand, fields: Mapping[str, str]) -> dict[str, Any]:
    """Return a brand's page with what a form says; what the form does not have stays."""
    page = written(brand)
    for name in PLAIN:
        page[name] = _lines(fields.get(name, ""))
    if re.fullmatch(r"[0-9]{1,3}", page["radius"]):
        page["radius"] = int(page["radius"])
    page["language"] = fields.get("language") or brand.language
    page["hosts"] = fields.get("hosts", "").replace(",", " ").split()
    page["colours"] = {name: fields.get(f"c-{name}", "") for name in COLOURS}
    page.pop("dark_colours", None)
    if OWN_DARK in fields:
        page["dark_colours"] = {name: fields.get(f"d-{name}", "") for name in COLOURS}
    page["mails"] = [name for name in MAILS if f"m-{name}" in fields]
    own = {name: _lines(fields.get(f"t-{name}", "")) for name in TEXTS}
    page["texts"] = {name: text for name, text in own.items() if text}
    page["policies"] = {name: _lines(fields.get(name, "")) for name in POLICIES}
    return page


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def checked(
    brands: Mapping[str, Brand], brand_id: str, text: str
) -> tuple[Brand | None, list[Problem]]:
    """Return the brand that a text makes beside the others, or what is wrong with it."""
    pages = {f"{one.id}/brand.yaml": as_yaml(written(one)) for one in brands.values()}
    try:
        return load_brands({**pages, f"{brand_id}/brand.yaml": text})[brand_id], []
    except ConfigError as fault:
        return None, told(brand_id, fault)


def told(brand_id: str, fault: ConfigError) -> list[Problem]:
    """Return the mistakes of a brand's page, each at its field of the form if it has one."""
    return [_problem(brand_id, mistake) for mistake in fault.mistakes]


def _problem(brand_id: str, mistake: str) -> Problem:
    found = _MISTAKE.fullmatch(mistake)
    if found is None or found[1] != brand_id:
        return Problem(field="", text=mistake)
    return Problem(field=_field(found[2]), text=f"{found[2]}: {found[3]}")


def _field(key: str) -> str:
    """The field of the form for a key of the page; empty when there is none."""
    first, _, rest = key.replace("[", ".").partition(".")
    match first:
        case "colours":
            return f"c-{rest}"
        case "dark_colours":
            return f"d-{rest}"
        case "texts":
            return f"t-{rest}"
        case "policies":
            return rest
        case "hosts" | "mails" | "language":
            return first
    return first if first in PLAIN else ""


def pairs(colours: Mapping[str, str]) -> list[Pair]:
    """Return the contrast of each colour of words on what lies behind; none of no colours."""
    if not all(_COLOUR.fullmatch(colours.get(name, "")) for name in COLOURS):
        return []
    return [
        Pair(
            words=words,
            behind=behind,
            ratio=contrast(colours[words], colours[behind]),
            passes=contrast(colours[words], colours[behind]) >= LEAST_CONTRAST,
            nearest=nearest_readable(colours[words], colours[behind]),
        )
        for words, behind in PAIRS
    ]


def with_colour(fields: Mapping[str, str], taken: str) -> dict[str, str]:
    """Return a form in which one colour is another: `taken` is `take:name:#rrggbb`.

    `take-dark:` is the same of those for dark screens.
    """
    what, _, rest = taken.partition(":")
    name, _, colour = rest.partition(":")
    if what not in _TAKES or name not in COLOURS or not _COLOUR.fullmatch(colour):
        return dict(fields)
    return {**fields, f"{_TAKES[what]}-{name}": colour}


_TAKES = {"take": "c", "take-dark": "d"}
