"""Carriers: whose number a tracking number is, and where the public can follow it. Pure.

A carrier that a paper names is believed, unless the number can only be another one's; a number
without one is known by its form and check digit where the carrier's numbers have one. A number that
fits nobody's form has no link.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from string import ascii_uppercase, digits
from urllib.parse import quote

_KEPT = re.compile(r"[A-Z0-9]{6,40}")
_SEPARATES = re.compile(r"[\s.-]")
_UPS_VALUES = {c: (ord(c) - 63) % 10 for c in ascii_uppercase} | {c: int(c) for c in digits}


def _anyhow(number: str) -> bool:
    return True


def _ups(number: str) -> bool:
    """1Z, then a check digit over the 15 after it: letters count from A = 2, odd places double."""
    values = [_UPS_VALUES[c] for c in number[2:-1]]
    total = sum(values[0::2]) + 2 * sum(values[1::2])
    return number[-1] == str(-total % 10)


def _usps(number: str) -> bool:
    """Count weights 3 and 1 from the right, as GS1 does (USPS Publication 199)."""
    digits = [int(c) for c in reversed(number[:-1])]
    total = 3 * sum(digits[0::2]) + sum(digits[1::2])
    return number[-1] == str(-total % 10)


def _postal(number: str) -> bool:
    """UPU S10: weights 8 6 4 2 3 5 9 7."""
    weighed = sum(int(c) * w for c, w in zip(number[2:10], (8, 6, 4, 2, 3, 5, 9, 7), strict=True))
    check = {10: 0, 11: 5}.get(11 - weighed % 11, 11 - weighed % 11)
    return number[10] == str(check)


def _fedex(number: str) -> bool:
    """Twelve digits: weights 3 1 7 repeated, modulo 11, modulo 10."""
    weights = (3, 1, 7) * 4
    total = sum(int(c) * w for c, w in zip(number[:-1], weights, strict=False))
    return number[-1] == str(total % 11 % 10)


def _fedex_ground(number: str) -> bool:
    """Fifteen digits: weights 1 and 3 from the right."""
    digits = [int(c) for c in reversed(number[:-1])]
    total = 3 * sum(digits[0::2]) + sum(digits[1::2])
    return number[-1] == str(-total % 10)


def _dhl(number: str) -> bool:
    """Ten digits, the last the other nine modulo 7."""
    return int(number[:-1]) % 7 == int(number[-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """One form of a carrier's numbers; `alone` when no other carrier's number looks like it."""

    carrier: str
    pattern: re.Pattern[str]
    holds: Callable[[str], bool]
    alone: bool


def _form(carrier: str, pattern: str, holds: Callable[[str], bool] = _anyhow) -> _Form:
    return _Form(carrier=carrier, pattern=re.compile(pattern), holds=holds, alone=False)


def _alone(carrier: str, pattern: str, holds: Callable[[str], bool]) -> _Form:
    return _Form(carrier=carrier, pattern=re.compile(pattern), holds=holds, alone=True)


# The first that fits counts: forms with a check digit stand before looser ones. Of digits alone
# every tenth fits by chance. A number with 91, 92 or 93 may be of a carrier whose parcels the post
# only hands over: FedEx Ground Economy, UPS Mail Innovations, DHL eCommerce.
_FORMS = (
    _alone("ups", r"1Z[0-9A-Z]{15}[0-9]", _ups),
    _alone("usps", r"(?:9[45])[0-9]{18}(?:[0-9]{2})?", _usps),
    _form("usps", r"(?:9[1-3])[0-9]{18}(?:[0-9]{2})?", _usps),
    _alone("usps", r"[A-Z]{2}[0-9]{9}US", _postal),
    _form("fedex", r"[0-9]{12}", _fedex),
    _form("fedex", r"[0-9]{15}", _fedex_ground),
    _form("ontrac", r"[CD][0-9]{14}"),
    _form("lasership", r"1LS[0-9]{12}(?:-[0-9])?|L[A-Z][0-9]{8}"),
    _form("dhl", r"[0-9]{10}", _dhl),
    _form("dhl", r"JJD[0-9]{12,18}|JVGL[0-9]{10,16}"),
)

_LINKS = {
    "ups": "https://www.ups.com/track?tracknum={}",
    "usps": "https://tools.usps.com/go/TrackConfirmAction?tLabels={}",
    "fedex": "https://www.fedex.com/fedextrack/?trknbr={}",
    "dhl": "https://www.dhl.com/en/express/tracking.html?AWB={}",
    "ontrac": "https://www.ontrac.com/tracking/?number={}",
    "lasership": "https://www.ontrac.com/tracking/?number={}",
    "old_dominion": "https://www.odfl.com/us/en/tools/trace-track-ltl-freight/trace.html?proNumber={}",
}

_NAMES = {
    "ups": "UPS",
    "usps": "USPS",
    "fedex": "FedEx",
    "dhl": "DHL",
    "ontrac": "OnTrac",
    "lasership": "LaserShip",
    "old_dominion": "Old Dominion",
}


KNOWN = tuple(_NAMES)
"""The carriers that people can choose from."""


def plain(tracking: str) -> str:
    """Return a tracking number as it is compared: capital letters and digits only."""
    return _SEPARATES.sub("", tracking).upper()


def carrier_of(tracking: str, *, named: str = "") -> str:
    """Return the carrier's word: the one a paper named if it is known, else by the number's form.

    A number that can be no other carrier's is its carrier's, whatever a paper named: parcels of two
    carriers may stand in one paper. What a paper named is kept where nothing is known of either.
    """
    word, number = named.strip().lower(), plain(tracking)
    fits = (one for one in _FORMS if one.pattern.fullmatch(number) and one.holds(number))
    found = next(fits, None)
    if found is None or (word in _LINKS and not found.alone):
        return word
    return found.carrier


def lookalike(tracking: str, *, named: str = "") -> str:
    """Return whose number this would be but for one wrong sign; empty where nothing looks wrong.

    Its form is one carrier's alone, or that of the carrier that was named, and no check digit of
    that form fits. A number of that form with the right digit cannot be told from another one's.
    """
    word, number = named.strip().lower(), plain(tracking)
    forms = [one for one in _FORMS if one.pattern.fullmatch(number)]
    if any(one.holds(number) for one in forms):
        return ""
    return next((one.carrier for one in forms if one.alone or one.carrier == word), "")


def meant(tracking: str, *, named: str = "") -> str:
    """Return the carrier's word as `carrier_of` does; else whose number it is but for one sign."""
    return carrier_of(tracking, named=named) or lookalike(tracking)


def public(tracking: str, *, named: str = "") -> str:
    """Return the carrier's word for a customer's eyes: one that is known here, or nothing.

    What a partner writes in its own words may be its own name.
    """
    word = carrier_of(tracking, named=named)
    return word if word in _LINKS else ""


SERVICES = frozenset(
    "ground standard three_day second_day next_day overnight saturday express".split()
)
"""The words of `mappings/codes/services.yaml`: what a customer may read of a service."""


def name(carrier: str) -> str:
    """Return how people call a carrier; an unknown word as it is."""
    return _NAMES.get(carrier, carrier)


def link(carrier: str, tracking: str) -> str | None:
    """Return the carrier's public page for a number, None where there is none.

    Always https and the carrier's own host: the number is quoted, whatever a partner wrote.
    """
    number = plain(tracking)
    word = carrier_of(tracking, named=carrier)
    if word not in _LINKS or not _KEPT.fullmatch(number):
        return None
    return _LINKS[word].format(quote(number, safe=""))
