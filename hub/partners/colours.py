"""A brand's colours and whether its words can be read on them: WCAG 2.2 contrast, computed."""

from dataclasses import asdict, dataclass

LEAST_CONTRAST = 4.5
"""Of words on what lies behind them (WCAG 2.2, 1.4.3)."""
_STEPS = 100
_DARKER, _LIFTED, _DIMMED, _PALER = 0.45, 0.08, 0.06, 0.45  # shares of black or white mixed in


@dataclass(frozen=True, slots=True, kw_only=True)
class Colours:
    """The six colours of a brand's pages, by day or in the dark, as `#rrggbb`.

    Words are written in `text` and `muted` on `page` and `panel`; links and buttons are `accent`,
    and what stands on a button is `on_accent`.
    """

    text: str = "#1b1f23"
    muted: str = "#4d5863"
    page: str = "#ffffff"
    panel: str = "#f2f4f6"
    accent: str = "#0b5cad"
    on_accent: str = "#ffffff"


PAIRS = (
    ("text", "page"),
    ("text", "panel"),
    ("muted", "page"),
    ("muted", "panel"),
    ("accent", "page"),
    ("accent", "panel"),
    ("on_accent", "accent"),
)
"""What is written in which colour on which other."""


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21 (WCAG 2.2 definition)."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def in_the_dark(light: Colours) -> Colours:
    """Return the colours of the same brand on a dark page, all of them readable.

    The page takes the shade of the brand's text, the words that of its page, and the accent is
    made lighter only as far as it must be. A brand that is dark already stays as it is.
    """
    if _luminance(light.page) < _luminance(light.text):
        return light
    page = _mixed(light.text, 0, _DARKER)
    panel = _mixed(page, 255, _LIFTED)
    accent = nearest_readable(light.accent, panel)
    return Colours(
        text=nearest_readable(_mixed(light.page, 0, _DIMMED), panel),
        muted=nearest_readable(_mixed(light.muted, 255, _PALER), panel),
        page=page,
        panel=panel,
        accent=accent,
        on_accent=nearest_readable(page, accent),
    )


def nearest_readable(words: str, behind: str) -> str:
    """Return the colour nearest to `words` that can be read on `behind`.

    It goes towards black or white, whichever is nearer; one of the two always can be read.
    """
    for step in range(_STEPS + 1):
        for end in (0, 255):
            mixed = _mixed(words, end, step / _STEPS)
            if contrast(mixed, behind) >= LEAST_CONTRAST:
                return mixed
    return words


def unreadable(colours: Colours) -> list[tuple[str, str]]:
    """Return (key of the colour of the words, what is wrong) for each pair that is too near."""
    shown: dict[str, str] = asdict(colours)
    return [
        (words, _too_near(shown[words], behind, shown[behind]))
        for words, behind in PAIRS
        if contrast(shown[words], shown[behind]) < LEAST_CONTRAST
    ]


def _too_near(words: str, behind: str, colour: str) -> str:
    return (
        f"{words} on {behind} {colour} has a contrast of {contrast(words, colour):.1f}, "
        f"{LEAST_CONTRAST} is needed; the nearest that has is {nearest_readable(words, colour)}"
    )


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(value / 255) for value in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _mixed(colour: str, end: int, share: float) -> str:
    return "#" + "".join(
        f"{round(value + (end - value) * share):02x}" for value in _channels(colour)
    )
