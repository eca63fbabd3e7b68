"""What a brand serves that never changes while the hub runs: its logo and its colours as CSS."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from xml.etree import ElementTree

from hub.errors import ConfigError
from hub.partners import Brand, Colours

LARGEST_LOGO = 64 * 1024  # bytes
PNG = b"\x89PNG\r\n\x1a\n"
_SHAPES = frozenset(
    "svg g path circle ellipse rect line polyline polygon title desc defs linearGradient "
    "radialGradient stop clipPath".split()
)
_REACHING = re.compile(r"^(on|href|src|style$)|:href$", re.IGNORECASE)
_ELSEWHERE = re.compile(r"url\(\s*['\"]?\s*[^#'\"\s]|javascript:|data:", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One brand with the bytes of its logo, empty when it has none, and its own style sheet."""

    brand: Brand
    logo: bytes
    css: bytes

    @property
    def logo_type(self) -> str:
        """The media type of the logo."""
        return "image/png" if self.logo.startswith(PNG) else "image/svg+xml"


def sites(brands: Iterable[Brand], folder: Path) -> Mapping[str, Site]:
    """Return each brand's site by host; raises ConfigError naming every logo that cannot be used.

    `folder` is where the brands' folders lie.
    """
    found: dict[str, Site] = {}
    mistakes: list[str] = []
    for brand in brands:
        try:
            logo = _logo(folder / brand.id / brand.logo) if brand.logo else b""
        except ValueError as fault:
            mistakes.append(f"brands/{brand.id}/{brand.logo}: {fault}")
            continue
        site = Site(brand=brand, logo=logo, css=_css(brand))
        found |= dict.fromkeys(brand.hosts, site)
    if mistakes:
        raise ConfigError(mistakes)
    return found


def _logo(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            body = stream.read(LARGEST_LOGO + 1)
    except OSError as fault:
        raise ValueError(f"cannot be read: {fault.strerror}") from None
    judge_logo(body, is_png=path.suffix == ".png")
    return body


def judge_logo(body: bytes, *, is_png: bool) -> None:
    """Raise ValueError with what is wrong with a logo: too large, no picture, more than shapes."""
    if len(body) > LARGEST_LOGO:
        raise ValueError(f"larger than {LARGEST_LOGO} bytes; make it smaller")
    if not is_png:
        _refuse_lively(body)
    elif not body.startswith(PNG):
        raise ValueError("is no PNG; save it as one")


def _refuse_lively(body: bytes) -> None:
    """An SVG may draw and nothing else: it can hold scripts, and reach for other addresses."""
    if b"<!" in body.replace(b"<!--", b"") or b"<?xml-" in body:
        raise ValueError("has a DOCTYPE or the like; save it as plain SVG")
    try:
        root = ElementTree.fromstring(body)  # noqa: S314  # the operator's own, without a DTD
    except ElementTree.ParseError as fault:
        raise ValueError(f"is no SVG: {fault}") from None
    for element in root.iter():
        name = str(element.tag).rpartition("}")[2]
        if name not in _SHAPES:
            raise ValueError(f"holds <{name[:40]}>; only shapes may stand in a logo")
        for key, value in element.attrib.items():
            plain = key.rpartition("}")[2]
            if _REACHING.search(plain) or _ELSEWHERE.search(value):
                raise ValueError(f"<{name}> has {plain[:40]}, which may act or reach elsewhere")


def _css(brand: Brand) -> bytes:
    """The brand's colours as custom properties, for the one style sheet that all brands share.

    On dark screens, and where dark was chosen, the dark ones, with the paper for which the logo was
    drawn; never in print.
    """
    light, dark = _properties(brand.colours), _properties(brand.dark)
    paper = f"--paper: {brand.colours.page}; --radius: {brand.radius}px;"
    return (
        f":root {{ {light} {paper} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root:not([data-theme=light]) "
        f"{{ {dark} }} }}\n@media screen {{ :root[data-theme=dark] {{ {dark} }} }}\n"
    ).encode()


def _properties(colours: Colours) -> str:
    return " ".join(
        f"--{name.replace('_', '-')}: {value};" for name, value in asdict(colours).items()
    )
