"""How times, money and sentences are said to the one who looks: language and zone are theirs."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, dates, numbers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from hub.domain.money import decimals
from hub.ops.desk.shown import sentence, step
from hub.render.words import unquoted
from portal.web.ground.heard import LONGEST, heard

FOLDER = Path(__file__).resolve().parents[2] / "locale"
SOURCE = "en"
"""The language that the templates are written in."""
UTC_NAME = "UTC"
_COMMAND = re.compile(r"`hub [^`]*`")


def languages() -> tuple[str, ...]:
    """Return the languages that people may choose, the templates' own first."""
    return (SOURCE, *sorted(path.stem for path in FOLDER.glob("*.po")))


@lru_cache(maxsize=16)
def translations(language: str) -> NullTranslations:
    """Return the sentences of a language; what it lacks is said as the templates say it."""
    path = FOLDER / f"{language}.po"
    if language not in languages() or language == SOURCE:
        return NullTranslations()
    with path.open("rb") as file:
        catalog = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled)


def preferred(header: str) -> str:
    """Return the language that a browser asks for first and we speak (RFC 9110 §12.5.4).

    Of languages that it likes alike the first named; of none that we speak the templates' own.
    """
    known, best, weight = languages(), SOURCE, 0.0
    for one in header.split(",")[:20]:
        name, _, quality = one.partition(";")
        language = name.strip().partition("-")[0].lower()
        likes = _quality(quality)
        if language in known and likes > weight:
            best, weight = language, likes
    return best


def _quality(said: str) -> float:
    """How much a language is liked, from 0 to 1; without a word wholly, of nonsense not at all."""
    name, _, value = said.strip().partition("=")
    if not said.strip():
        return 1.0
    try:
        found = float(value) if name.strip() == "q" else 0.0
    except ValueError:
        return 0.0
    return found if 0 <= found <= 1 else 0.0


def told(language: str, text: str) -> str:
    """Return a sentence of the portal or of the hub in a language; any other text as it is."""
    said = translations(language).gettext(text) if text else text
    if said != text:
        return unquoted(said)
    # A page has no shell: whole sentences first, then what is left of commands.
    if "`hub " in text and len(text) <= LONGEST:
        text = sentence(text)
    return _COMMAND.sub(lambda one: heard(language, step(one[0])), heard(language, text))


@lru_cache(maxsize=512)
def zone_named(name: str) -> ZoneInfo:
    """Return a zone; of a name that this machine does not know, UTC."""
    try:
        return ZoneInfo(name or UTC_NAME)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(UTC_NAME)


@lru_cache(maxsize=4096)
def _spelled(language: str, skeleton: str, day: date) -> str:
    """Return a day by a pattern of Babel's; a page of lists names the same few over and over."""
    return dates.format_skeleton(skeleton, day, locale=Locale.parse(language))


def zone_known(name: str) -> bool:
    """Say whether this machine knows a zone of that name."""
    return bool(name) and (name == UTC_NAME or zone_named(name).key == name != UTC_NAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One viewer's language and zone, and the moment at which the page is made."""

    language: str
    zone: ZoneInfo
    now: datetime

    @property
    def locale(self) -> Locale:
        """The viewer's language as Babel knows it."""
        return Locale.parse(self.language)

    def say(self, text: str, values: Mapping[str, object] | None = None) -> str:
        """Return a sentence in the viewer's language, its `%(name)s` filled in.

        What the hub says is heard, with what is filled in already; any other text stays as it is.
        """
        if values:
            return translations(self.language).gettext(text) % values
        return told(self.language, text)

    def several(self, one: str, many: str, number: int) -> str:
        """Return a sentence for so many, `%(num)s` of them, by the language's own plural."""
        return translations(self.language).ngettext(one, many, number) % {"num": number}

    def moment(self, when: datetime) -> str:
        """Return day and hour: `Tue, 25 Nov, 14:00`; with the year when it is another one."""
        local = when.astimezone(self.zone)
        return f"{self._day(local.date())}, {local:%H:%M}"

    def exact(self, when: datetime) -> str:
        """Return the moment to the second with its zone, for those who point at it."""
        local = when.astimezone(self.zone)
        return f"{local:%Y-%m-%d %H:%M:%S} {local.tzname()}"

    def day(self, day: date) -> str:
        """Return a day: `Tue, 25 Nov`."""
        return self._day(day)

    def _day(self, day: date) -> str:
        skeleton = "MMMEd" if day.year == self.now.astimezone(self.zone).year else "yMMMEd"
        return _spelled(self.language, skeleton, day)

    def distance(self, when: datetime) -> str:
        """Return how far off a moment is: `in 3 hours`, `2 days ago`."""
        if abs(when - self.now) < timedelta(seconds=1):
            return self.say("now")
        return dates.format_timedelta(
            when - self.now, threshold=1.0, add_direction=True, locale=self.locale
        )

    def money(self, minor: int, currency: str) -> str:
        """Return minor units as the viewer's language writes them."""
        amount = Decimal(minor).scaleb(-decimals(currency))
        return numbers.format_currency(amount, currency, locale=self.locale)

    def number(self, number: int | float) -> str:
        """Return a number as the viewer's language writes it."""
        return numbers.format_decimal(number, locale=self.locale)
