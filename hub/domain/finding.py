"""How people are found by what somebody says of them on the telephone. Pure.

Numbers and names are written in many ways; both sides are brought to one form here, before they
are hashed: what is kept and what is asked for.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

PHONE_DIGITS = 10
"""So many last digits tell a telephone: what stands before them is a country or a long distance."""
SHORTEST_PHONE = 7
MOST_WORDS = 6
_ZIP_PLUS = re.compile(r"(\d{5})\d{4}")
_BETWEEN = "\x1f"


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPlace:
    """Words of a name and the postcode that belongs to it; every word has to fit."""

    words: tuple[str, ...]
    postcode: str


def phone(written: str) -> str:
    """Return the digits that tell a telephone, or "" when there are too few of them."""
    digits = "".join(sign for sign in written if sign.isdecimal() and sign.isascii())
    return digits[-PHONE_DIGITS:] if len(digits) >= SHORTEST_PHONE else ""


def postcode(written: str) -> str:
    """Return a postcode without spaces and marks, in capitals; of a ZIP+4 the first five."""
    bare = "".join(sign for sign in written.upper() if sign.isalnum())
    long = _ZIP_PLUS.fullmatch(bare)
    return long[1] if long else bare


def name_words(written: str) -> tuple[str, ...]:
    """Return the words of a name without accents and letter case, at most six, each once."""
    bare = unicodedata.normalize("NFKD", written).casefold()
    letters = "".join(sign for sign in bare if not unicodedata.combining(sign))
    words = re.findall(r"\w{2,}", letters.replace("_", " "))
    return tuple(dict.fromkeys(words))[:MOST_WORDS]


def terms(*, name: str, code: str, telephones: Sequence[str]) -> tuple[str, ...]:
    """Return everything by which a person is to be found, each once."""
    found = [phone_term(one) for one in telephones if phone(one)]
    found += name_terms(NamedPlace(words=name_words(name), postcode=postcode(code)))
    return tuple(dict.fromkeys(found))


def phone_term(written: str) -> str:
    """Return the term of a telephone."""
    return f"phone{_BETWEEN}{phone(written)}"


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
            named = name_words(" ".join(rest))
            if named and any(sign.isdecimal() for sign in written):
                yield NamedPlace(words=named, postcode=postcode(written))
