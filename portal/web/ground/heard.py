"""What the hub says in English, said in another language: its sentences are known by their shape.

The rooms below the portal speak one language, as logs, programs and the database keep it: verdicts,
causes, refusals, the texts of exceptions. The catalogs below `portal/locale/hub` hold the shape of
each, with numbered holes for what is filled in: `{0} is paused: {1}`. A sentence that comes to a
page is heard by the shape with the most words of its own, and what stands in its holes is heard
likewise, as it may be a sentence too. What nobody knows stays as it is: a name, a number, a
partner's own words. What is stored stays stored as it was.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import count
from pathlib import Path

from babel import dates, numbers
from babel.messages.pofile import read_po

from hub.render.words import QUOTED, unquoted

FOLDER = Path(__file__).resolve().parents[2] / "locale" / "hub"
HOLE = re.compile(r"\{(\d)\}")
LONGEST = 2_000  # signs; what is longer is a paper and no sentence
MOST_TRIES = 1_000  # of pieces of one text, all in all
DEEPEST = 5  # sentences within one another
MOST_PIECES = 4  # of a text that is cut at every `;`, in one sentence
MANY_PIECES = 24
BRIEF = 8  # signs; what has fewer of its own has one word in its hole: `line 7`
_SEVERAL = re.compile(r"; |(?<=[.?]) (?=[A-Z`])")
_LIST = re.compile(r", ")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+")
_MONEY = re.compile(r"(-?\d{1,12}\.\d{2,3}) ([A-Z]{3})")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY = re.compile(rf"({'|'.join(_WEEKDAYS)}) (\d{{1,2}}) ({'|'.join(_MONTHS)})(?: (\d{{4}}))?")
_FIRST = 0xE000  # of the signs that nobody means anything by
_STAND_IN = re.compile("[\ue000-\uf8ff]")
_HOUR = r"\d\d:\d\d(?: [A-Z+-][A-Z0-9:+-]{1,7})?"
_MOMENT = re.compile(rf"(?P<day>{_DAY.pattern}), (?P<hour>{_HOUR})")
_ZONES: Mapping[str, Mapping[str, str]] = {"de": {"CET": "MEZ", "CEST": "MESZ"}}
_YEARS = range(2000, 2028)  # in so many every day of the year falls on every weekday


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A sentence with holes: what stands around them, which is which, and how it is said.

    `own` counts the signs that are its own; of several that fit, the one with the most is meant.
    """

    around: tuple[str, ...]
    names: tuple[str, ...]
    said: str
    own: int
    longest: str

    def holes(self, text: str) -> Mapping[str, str] | None:
        """Return what stands in the holes, none of them empty; None for another sentence.

        Each hole ends where what follows it stands first: time grows with the text's length only.
        """
        begin, *between, end = self.around
        if not text.startswith(begin) or not text.endswith(end):
            return None
        at, last = len(begin), len(text) - len(end)
        found = []
        for literal in between:
            place = text.find(literal, at + 1, last)
            if place < 0:
                return None
            found.append(text[at:place])
            at = place + len(literal)
        if at >= last or (self.own < BRIEF and not found and " " in text[at:last]):
            return None
        return dict(zip(self.names, (*found, text[at:last]), strict=True))


Fitting = tuple[Shape | None, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """How a text is said, and how many of its signs were known."""

    said: str
    signs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ear:
    """Every sentence of the hub in one language: whole ones, and shapes by their first sign."""

    language: str
    whole: Mapping[str, str]
    shapes: Mapping[str, Sequence[Shape]]

    def heard(self, text: str) -> str:
        """Return a sentence of the hub in this language; any other text as it is.

        What is quoted in it stays as it stands, and loses its marks. A text that can be cut in too
        many ways stays as it is too: a stranger may have written it.
        """
        quotes: list[str] = QUOTED.findall(text)
        if not quotes or _STAND_IN.search(QUOTED.sub("", text)):
            return self._heard(unquoted(text))
        signs = count(_FIRST)
        said = self._heard(QUOTED.sub(lambda _quote: chr(next(signs)), text))
        return _STAND_IN.sub(lambda sign: quotes[ord(sign[0]) - _FIRST], said)

    def _heard(self, text: str) -> str:
        if not self.whole or not text or len(text) > LONGEST:
            return text
        if said := _when(text, self.language):
            return said
        try:
            return Hearing(self).sentence(text, DEEPEST).said
        except TooHardError:
            return text

    def fitting(self, text: str) -> Fitting:
        """Return the shape that is meant, with what stands in its holes.

        Shapes lie by their own signs, the most first; None and nothing when none fits.
        """
        best: Shape | None = None
        found: Mapping[str, str] = {}
        for shapes in (self.shapes.get(text[:1], ()), self.shapes.get("", ())):
            for shape in shapes:
                if best is not None and shape.own <= best.own:
                    break
                if shape.longest in text and (holes := shape.holes(text)) is not None:
                    best, found = shape, holes
        return best, found


class TooHardError(Exception):
    """A text was tried as often as one may be."""


class Hearing:
    """The hearing of one text: each piece of it once a depth, and so many of them at most.

    Pieces lie within one another, so that without either time would grow with every way of cutting.
    """

    __slots__ = ("_ear", "_fits", "_ones", "_sentences")

    def __init__(self, ear: Ear) -> None:
        self._ear = ear
        self._ones: dict[tuple[str, int], Heard] = {}
        self._sentences: dict[tuple[str, int], Heard] = {}
        self._fits: dict[str, Fitting] = {}

    @property
    def tries(self) -> int:
        """How many pieces were held against the shapes."""
        return len(self._fits)

    def sentence(self, text: str, deep: int) -> Heard:
        """Hear a text as one sentence, as several, or as a list: as what most of it is known."""
        if (text, deep) not in self._sentences:
            self._sentences[text, deep] = self._sentence(text, deep)
        return self._sentences[text, deep]

    def _sentence(self, text: str, deep: int) -> Heard:
        ways = [self._one(text, deep)]
        for between in (_SEVERAL, _LIST):
            if between.search(text):
                ways.append(self._several(text, between, deep))
        return max(ways, key=lambda way: way.signs)

    def _several(self, text: str, between: re.Pattern[str], deep: int) -> Heard:
        """Hear one after the other, cut where most of it is known: some have a `;` of their own."""
        gaps = list(between.finditer(text))
        starts, ends = [0, *(gap.end() for gap in gaps)], [*(gap.start() for gap in gaps), None]
        most = MOST_PIECES if len(starts) <= MANY_PIECES else 1
        rest = [Heard(said="", signs=0)]  # what comes behind each place, the last first
        for first in reversed(range(len(starts))):
            ways = []
            for behind in range(1, min(most, len(rest)) + 1):
                last = first + behind - 1
                if (first, last) != (0, len(gaps)):
                    one, then = self._one(text[starts[first] : ends[last]], deep), rest[-behind]
                    gap = gaps[last][0] if last < len(gaps) else ""
                    said = f"{one.said}{gap}{then.said}"
                    ways.append(Heard(said=said, signs=one.signs + then.signs))
            rest.append(max(ways, key=lambda way: way.signs))
        return rest[-1]

    def _one(self, text: str, deep: int) -> Heard:
        if (text, deep) not in self._ones:
            self._ones[text, deep] = self._tried(text, deep)
        return self._ones[text, deep]

    def _tried(self, text: str, deep: int) -> Heard:
        if text in self._ear.whole:
            return Heard(said=self._ear.whole[text], signs=len(text))
        if not deep or not text:
            return Heard(said=text, signs=0)
        shape, holes = self._fitting(text)
        if shape is not None:
            filled = {name: self._filling(value, deep) for name, value in holes.items()}
            said = HOLE.sub(lambda hole: filled[hole[1]].said, shape.said)
            return Heard(said=said, signs=shape.own + sum(one.signs for one in filled.values()))
        ways = (self._labelled(text, deep), self._ended(text, deep), self._begun(text, deep))
        return max(ways, key=lambda way: way.signs)

    def _fitting(self, text: str) -> Fitting:
        """What fits a text is the same at every depth; raises TooHardError for one too many."""
        if text not in self._fits:
            if self.tries == MOST_TRIES:
                raise TooHardError
            self._fits[text] = self._ear.fitting(text)
        return self._fits[text]

    def _labelled(self, text: str, deep: int) -> Heard:
        """A place or a name before what is said of it: `row 3: fill it in`."""
        label, colon, rest = text.partition(": ")
        if not colon:
            return Heard(said=text, signs=0)
        told, known = self._filling(rest, deep), label in self._ear.whole
        said = f"{self._ear.whole.get(label, label)}: {told.said}"
        return Heard(said=said, signs=told.signs + known * len(label))

    def _ended(self, text: str, deep: int) -> Heard:
        """What a page ended with a stop although the hub does not."""
        if not text.endswith("."):
            return Heard(said=text, signs=0)
        known = self._one(text[:-1], deep - 1)
        return Heard(said=f"{known.said}.", signs=known.signs)

    def _begun(self, text: str, deep: int) -> Heard:
        """What a page began with a capital although the hub does not."""
        if text[:1].isupper() and text[1:2].islower():
            known = self._one(text[:1].lower() + text[1:], deep - 1)
            if known.signs:
                return Heard(said=known.said[:1].upper() + known.said[1:], signs=known.signs)
        return Heard(said=text, signs=0)

    def _filling(self, value: str, deep: int) -> Heard:
        """What stands in a hole: a number, money or a day as the language writes it, or words."""
        written = _written(value, self._ear.language)
        if written:
            return Heard(said=written, signs=len(value))
        return self.sentence(value, deep - 1)


def _written(value: str, language: str) -> str:
    """Return a number, money or a day as a language writes it, "" for anything else."""
    if _GROUPED.fullmatch(value):
        return numbers.format_decimal(int(value.replace(",", "")), locale=language)
    if money := _MONEY.fullmatch(value):
        return numbers.format_currency(Decimal(money[1]), money[2], locale=language)
    return _when(value, language)


def _when(value: str, language: str) -> str:
    """Return a day or a moment as a language writes it, "" for anything else."""
    if day := _DAY.fullmatch(value):
        return _day(day, language)
    if (moment := _MOMENT.fullmatch(value)) and (day := _DAY.fullmatch(moment["day"])):
        written = _day(day, language)
        hour, _, zone = moment["hour"].partition(" ")
        said = f"{hour} {_ZONES.get(language, {}).get(zone, zone)}".rstrip()
        return f"{written}, {said}" if written else ""
    return ""


def _day(said: re.Match[str], language: str) -> str:
    weekday, number, month = said[1], int(said[2]), _MONTHS.index(said[3]) + 1
    for year in (int(said[4]),) if said[4] else _YEARS:
        try:
            day = date(year, month, number)
        except ValueError:  # 29 February, or a day that no month has
            continue
        if day.weekday() == _WEEKDAYS.index(weekday):
            skeleton = "yMMMEd" if said[4] else "MMMEd"
            return dates.format_skeleton(skeleton, day, locale=language)
    return ""


@lru_cache(maxsize=16)
def ear(language: str) -> Ear:
    """Return the ear for a language; for one that nobody wrote it changes nothing."""
    path = FOLDER / f"{language}.po"
    known: dict[str, str] = {}
    if language.isalpha() and path.exists():
        with path.open("rb") as file:
            known = {str(one.id): str(one.string) for one in read_po(file, locale=language)}
    # The last of several within another one stands without its stop: that is the other's.
    ended = {text: said for text, said in known.items() if text.endswith(".")}
    known = {text[:-1]: said.removesuffix(".") for text, said in ended.items()} | known
    shapes: dict[str, list[Shape]] = {}
    for text, said in known.items():
        if HOLE.search(text):
            shape = shape_of(text, said)
            shapes.setdefault(shape.around[0][:1], []).append(shape)
    for begun in shapes.values():
        begun.sort(key=lambda shape: shape.own, reverse=True)
    whole = {text: said for text, said in known.items() if text and not HOLE.search(text)}
    return Ear(language=language, whole=whole, shapes=shapes)


def shape_of(asked: str, said: str) -> Shape:
    """Return the shape that a sentence of the catalog writes: `{0} is paused: {1}`."""
    pieces = HOLE.split(asked)
    around = tuple(pieces[::2])
    return Shape(
        around=around,
        names=tuple(pieces[1::2]),
        said=said,
        own=sum(len(one) for one in around),
        longest=max(around, key=len),
    )


@lru_cache(maxsize=4_096)
def heard(language: str, text: str) -> str:
    """Return a sentence of the hub in a language; any other text, and English, as it is.

    The marks around what is quoted are taken off.
    """
    return ear(language).heard(text)
