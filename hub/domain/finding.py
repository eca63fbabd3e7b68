"""How orders and people are found by what somebody says of them, typed or on the telephone. Pure.

Numbers and names are written in many ways; both sides are brought to one form here, before they
are kept or hashed: what is kept and what is asked for. A name has several readings, since what one
writes as one word another writes as two; it is kept by all of them and asked for by each.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

PHONE_DIGITS = 10
"""So many last digits tell a telephone: what stands before them is a country or a long distance."""
SHORTEST_PHONE = 6
LONGEST_NATIONAL = 10
MOST_WORDS = 6
_ZIP_PLUS = re.compile(r"(\d{5})\d{4}")
_BETWEEN = "\x1f"
_EXTENSION = re.compile(r"(?i)(?<=\d)[\s,;.]*(?:ext(?:ension)?|x|#)[\s.:]*\d{1,6}\s*$")
_SPOKEN = re.compile(r"(?i)^\s*(?:tel|phone|fon|mobile?|cell)[\s.:]*(?=[^a-z]*\d)")
_PLUS = re.compile(r"[^\d+]*\+")
# The codes of one and of two digits (ITU-T E.164); every other country has three.
_COUNTRY = re.compile(r"[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3}")
_APOSTROPHES = str.maketrans(dict.fromkeys("‘’‛ʼʹ`´′＇", "'"))  # people type them
# What Unicode takes for letters of their own, as they are typed where the keyboard lacks them.
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "þ": "th", "æ": "ae", "œ": "oe"}
    | {"ı": "i"}  # the Turkish i without a dot
)
_SPELLED_OUT = re.compile(r"([aou])e+")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPlace:
    """Words of a name and the postcode that belongs to it; every word has to fit."""

    words: tuple[str, ...]
    postcode: str


# --- numbers --------------------------------------------------------------------------------------


def plain_number(written: str) -> str:
    """Return a number as it is compared: capital letters and digits of ASCII, nothing between.

    Numbers that differ in signs alone have one plain form. A number of signs alone has itself.
    """
    large = unicodedata.normalize("NFKC", written).upper()
    signs = (_digit(sign) for sign in unicodedata.normalize("NFKD", large))
    return "".join(sign for sign in signs if sign.isascii() and sign.isalnum()) or written.strip()


def number_digits(written: str) -> str:
    """Return the digits by which people call a number, without zeros before them, or "".

    They are the longest row of digits in it, of two equal ones the last: 1002 of `J-1002`, 42 of
    `C-00042`.
    """
    rows = re.findall(r"[0-9]+", "".join(_digit(sign) for sign in written))
    longest = max(reversed(rows), key=len, default="")
    return longest.lstrip("0") or longest[:1]


def _digit(sign: str) -> str:
    value = unicodedata.decimal(sign, None)
    return sign if value is None else str(value)


# --- what tells people ----------------------------------------------------------------------------


def tidy(written: str) -> str:
    """Return a text as a plain keyboard types it.

    Wide signs are narrow, every dash is a hyphen, signs that nobody sees are gone, and one space is
    between words.
    """
    signs = (_mark(sign) for sign in unicodedata.normalize("NFKC", written))
    return " ".join("".join(signs).split())


def email(written: str) -> str:
    """Return an e-mail address in small letters, without spaces and signs that nobody sees.

    Dashes stay as they are: a mailbox with another dash may be somebody else's.
    """
    signs = unicodedata.normalize("NFKC", written)
    seen = "".join(one for one in signs if unicodedata.category(one) != "Cf")
    return unicodedata.normalize("NFKC", "".join(seen.split()).lower())


def email_forms(written: str) -> tuple[str, str]:
    """Return the form by which an e-mail address is kept, and the one it was kept by before.

    Until then letter case and outer spaces alone did not count. Mostly both are the same.
    """
    return email(written), written.strip().lower()


def is_phone(written: str) -> bool:
    """Say whether a text is a telephone and nothing else."""
    bare = _EXTENSION.sub("", _SPOKEN.sub("", unicodedata.normalize("NFKC", written)))
    return bool(phone(written)) and not any(sign.isalpha() for sign in bare)


def phone(written: str) -> str:
    """Return the digits that tell a telephone, or "" when there are too few of them.

    A country's code, the zero of a long distance and an extension do not count.
    """
    bare = _EXTENSION.sub("", unicodedata.normalize("NFKC", written))
    digits, abroad = _digits(bare), _PLUS.match(bare) is not None
    if digits.startswith("00"):
        digits, abroad = digits.lstrip("0"), True
    if abroad or (len(digits) > LONGEST_NATIONAL and not digits.startswith("0")):
        digits = _COUNTRY.sub("", digits, count=1)
    told = digits.lstrip("0")[-PHONE_DIGITS:].lstrip("0")
    return told if len(told) >= SHORTEST_PHONE else ""


def _digits(written: str) -> str:
    return "".join(sign for sign in written if sign.isdecimal() and sign.isascii())


def postcode(written: str) -> str:
    """Return a postcode without spaces and marks, in capitals; of a ZIP+4 the first five."""
    wide = unicodedata.normalize("NFKC", written).upper()
    bare = "".join(sign for sign in wide if sign.isalnum())
    long = _ZIP_PLUS.fullmatch(bare)
    return long[1] if long else bare


def name_words(written: str) -> tuple[str, ...]:
    """Return the words of a name without accents and letter case, at most six, each once."""
    return _words(_folded(written).replace("'", "").replace("-", " "))


def readings(written: str) -> tuple[tuple[str, ...], ...]:
    """Return the words of a name in every way in which it may be kept, the nearest first.

    Hyphens and apostrophes join two words or part them; `ae`, `oe` and `ue` may stand for a letter
    with dots.
    """
    folded = _folded(written)
    ways = (
        name_words(written),
        _words(folded.replace("'", "").replace("-", "")),
        _words(folded.replace("'", " ").replace("-", " ")),
    )
    short = (tuple(dict.fromkeys(_shortened(word) for word in way)) for way in ways)
    return tuple(dict.fromkeys(way for way in (*ways, *short) if way))


def _shortened(word: str) -> str:
    """A word as if its letters with dots had been typed without; none becomes a single letter."""
    short = _SPELLED_OUT.sub(r"\1", word)
    return short if len(short) > 1 else f"{short}e"


def _folded(written: str) -> str:
    """A name in small letters of ASCII where it has such; of marks only `'` and `-` stay."""
    marked = written.translate(_APOSTROPHES)
    for _ in range(2):  # small letters of one sign may be several, and those may be composed
        marked = unicodedata.normalize("NFKD", marked).casefold()
    letters = unicodedata.normalize("NFKD", marked)
    signs = (_mark(sign) for sign in letters if not unicodedata.combining(sign))
    return "".join(signs).translate(_LETTERS)


def _mark(sign: str) -> str:
    kind = unicodedata.category(sign)
    return "-" if kind == "Pd" else "" if kind == "Cf" else sign


def _words(folded: str) -> tuple[str, ...]:
    found = re.findall(r"\w{2,}", folded.replace("_", " "))
    return tuple(dict.fromkeys(found))[:MOST_WORDS]


# --- terms ----------------------------------------------------------------------------------------


def terms(*, name: str, code: str, telephones: Sequence[str]) -> tuple[str, ...]:
    """Return everything by which a person is to be found, each once."""
    found = [_phone_term(phone(one)) for one in telephones if phone(one)]
    for words in readings(name):
        found += name_terms(NamedPlace(words=words, postcode=postcode(code)))
    return tuple(dict.fromkeys(found))


def phone_terms(written: str) -> tuple[str, ...]:
    """Return the terms of a telephone, any of which may be kept; none for what is no telephone.

    The second is what was kept of it before countries' codes were known here.
    """
    told = phone(written)
    every = (told, _digits(unicodedata.normalize("NFKC", written))[-PHONE_DIGITS:]) if told else ()
    return tuple(dict.fromkeys(_phone_term(one) for one in every))


def _phone_term(digits: str) -> str:
    return f"phone{_BETWEEN}{digits}"


def name_terms(asked: NamedPlace) -> tuple[str, ...]:
    """Return one term for each word of a name; none without a postcode."""
    if not asked.postcode:
        return ()
    return tuple(f"name{_BETWEEN}{word}{_BETWEEN}{asked.postcode}" for word in asked.words)


def named_places(text: str) -> tuple[NamedPlace, ...]:
    """Return every way in which a text can be a name with a postcode before or after it.

    `Lindqvist 62701` is one; `Smith SW1A 1AA` may have the last two words for its postcode, or
    only the last.
    """
    words = text.replace(",", " ").split()
    return tuple(dict.fromkeys(_named_places(words)))


def _named_places(words: Sequence[str]) -> Iterator[NamedPlace]:
    for size in (2, 1):
        for code, rest in (
            (words[-size:], words[:-size]),
            (words[:size], words[size:]),
        ):
            written = "".join(code)
            if any(sign.isdecimal() for sign in written):
                for named in readings(" ".join(rest)):
                    yield NamedPlace(words=named, postcode=postcode(written))
