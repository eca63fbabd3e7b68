"""What a brand serves by itself: its logo and its colours as CSS, and where its pictures are."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from hub.errors import ConfigError
from hub.ops.brand_logos import PNG, read_logo
from hub.ops.brand_pictures import FOLDER
from hub.partners import Brand, Colours


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One brand with the bytes of its logo, empty when it has none, and its own style sheet.

    `pictures` is the folder of its articles' pictures, which need not be there.
    """

    brand: Brand
    logo: bytes
    css: bytes
    pictures: Path

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
            logo = read_logo(folder / brand.id / brand.logo) if brand.logo else b""
        except ValueError as fault:
            mistakes.append(f"brands/{brand.id}/{brand.logo}: {fault}")
            continue
        pictures = folder / brand.id / FOLDER
        site = Site(brand=brand, logo=logo, css=_css(brand), pictures=pictures)
        found |= dict.fromkeys(brand.hosts, site)
    if mistakes:
        raise ConfigError(mistakes)
    return found


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
