"""What a clerk types, read field by field: numbers, money, discounts, addresses, gift cards.

Each reader puts what is wrong beside its field and goes on: a form is told everything at once. The
lengths are those that the standards behind can print (X12 N1 to N4, PER).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal

from babel import Locale

from hub.domain.messages import Address
from hub.domain.money import decimals
from hub.domain.placing import Gift
from hub.render.words import plain
from portal.web.ground.problems import Problem
from portal.web.ground.words import Words

CODED_REGIONS = ("US", "CA")
"""Where a label needs a state or province in two letters, and a postcode."""
MOST_UNITS = 100_000
MOST_MINOR = 10**12
LONGEST_TEXT = 500

_AMOUNT = re.compile(r"[0-9]{1,10}(?:[.,][0-9]{1,3})?")
_PERCENT = re.compile(r"([0-9]{1,3}(?:[.,][0-9]{1,2})?) ?%")
_REGION = re.compile(r"[A-Z]{2}")
_E_MAIL = re.compile(r"[!-?A-~]+@[!-?A-~]+\.[!-?A-~]+")
_METHOD = re.compile(r"[a-z][a-z0-9_]{0,29}")
_UNSEEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_COUNTRIES = frozenset(
    str(code) for code in Locale("en").territories if re.fullmatch("[A-Z]{2}", str(code))
) - {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"}
_LENGTHS = {
    "name": 60,
    "name2": 60,
    "line1": 55,
    "line2": 55,
    "city": 30,
    "region": 30,
    "postal_code": 15,
    "country": 2,
    "phone": 40,
    "email": 254,
}
ADDRESS_FIELDS = tuple(_LENGTHS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """One posted form being read; `problems` grows with what is wrong.

    `labels` name what a row of fields is about, by how their names begin: the list of problems at
    the head of a page is read without the fields.
    """

    fields: Mapping[str, str]
    words: Words
    currency: str
    labels: Mapping[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def text(self, name: str) -> str:
        """Return what was typed on one line, without signs that cannot be seen."""
        return plain(self.fields.get(name, ""))

    def paragraph(self, name: str) -> str:
        """Return a text that may break lines; one too long is wrong."""
        said = _UNSEEN.sub(" ", self.fields.get(name, "").replace("\r\n", "\n")).strip()
        if len(said) > LONGEST_TEXT:
            self.wrong(name, "At most %(num)s characters can be printed.", {"num": LONGEST_TEXT})
        return said[:LONGEST_TEXT]

    def ticked(self, name: str) -> bool:
        """Say whether a box is ticked."""
        return self.fields.get(name) == "1"

    def wrong(self, name: str, text: str, values: Mapping[str, object] | None = None) -> None:
        """Put a sentence beside a field."""
        starts = (start for start in self.labels if f"{name}-".startswith(f"{start}-"))
        label = self.labels.get(next(starts, ""), "")
        said = self.words.say(text, values)
        self.problems.append(Problem(field=name, text=f"{label}: {said}" if label else said))

    def count(self, name: str, *, least: int, most: int = MOST_UNITS) -> int:
        """Return a number of units within a range."""
        said = self.text(name)
        units = int(said) if re.fullmatch("[0-9]{1,6}", said) else -1
        if not least <= units <= most:
            self.wrong(
                name, "Enter a number from %(least)s to %(most)s.", {"least": least, "most": most}
            )
            return least
        return units

    def money(self, name: str, *, needed: bool = False) -> int:
        """Return an amount in minor units; nothing typed is none of it."""
        said = self.text(name)
        if not said and not needed:
            return 0
        minor = self._minor(said)
        if minor is None:
            self.wrong(name, "Enter an amount such as %(example)s.", {"example": self._example()})
            return 0
        return minor

    def discount(self, name: str, *, of: int) -> int:
        """Return a discount in minor units: an amount, or a percentage of that price."""
        said = self.text(name)
        if not said:
            return 0
        share = _PERCENT.fullmatch(said)
        if share is not None:
            percent = Decimal(share[1].replace(",", "."))
            minor = int((of * percent / 100).quantize(Decimal(1), ROUND_HALF_UP))
        else:
            found = self._minor(said)
            if found is None:
                example = self._example()
                self.wrong(
                    name, "Enter a discount such as 10 %% or %(example)s.", {"example": example}
                )
                return 0
            minor = found
        if minor > of:
            self.wrong(name, "The discount is more than the price.")
            return 0
        return minor

    def _minor(self, said: str) -> int | None:
        if not _AMOUNT.fullmatch(said):
            return None
        minor = Decimal(said.replace(",", ".")).scaleb(decimals(self.currency))
        whole = int(minor)
        return whole if whole == minor and whole <= MOST_MINOR else None

    def _example(self) -> str:
        return minor_text(1250, self.currency)

    def method(self, name: str) -> str:
        """Return a way to ship."""
        said = self.text(name)
        if not _METHOD.fullmatch(said):
            self.wrong(name, "Choose how it is shipped.")
        return said

    def gift(self, prefix: str) -> Gift | None:
        """Return what makes a parcel a present; None when the box is not ticked."""
        if not self.ticked(f"{prefix}-gift"):
            return None
        return Gift(
            sender=self._short(f"{prefix}-gift-from", 60),
            recipient=self._short(f"{prefix}-gift-to", 60),
            message=self.paragraph(f"{prefix}-gift-message"),
            hide_prices=self.ticked(f"{prefix}-gift-hide"),
        )

    def _short(self, name: str, longest: int) -> str:
        said = self.text(name)
        if len(said) > longest:
            self.wrong(name, "At most %(num)s characters fit on a label.", {"num": longest})
        return said[:longest]

    # --- addresses ---

    def buyer(self, prefix: str) -> Address:
        """Return who pays: a name, and an e-mail or a telephone where there is one."""
        said = self._said(prefix)
        self._need(prefix, said, "name", "Enter the customer's name.")
        self._e_mail(prefix, said)
        return Address(name=said["name"], email=said["email"], phone=said["phone"])

    def address(self, prefix: str, *, former: Address | None = None) -> Address:
        """Return where a parcel goes, as a label needs it; what no field shows stays as it was."""
        said = self._said(prefix)
        country = said["country"] = said["country"].upper()
        self._need(prefix, said, "name", "Enter the name of who gets the parcel.")
        self._need(prefix, said, "line1", "Enter the street and number.")
        self._need(prefix, said, "city", "Enter the town or city.")
        if country not in _COUNTRIES:
            self.wrong(f"{prefix}-country", "Enter the country's two letters, such as US.")
        if country in CODED_REGIONS:
            said["region"] = said["region"].upper()
            self._need(prefix, said, "postal_code", "Enter the postcode.")
            if not _REGION.fullmatch(said["region"]):
                text = "Enter the two letters of the state or province, such as IL."
                self.wrong(f"{prefix}-region", text)
        self._e_mail(prefix, said)
        return _address(said, former or Address(name=""))

    def _said(self, prefix: str) -> dict[str, str]:
        return {
            name: self._short(f"{prefix}-{name}", longest) for name, longest in _LENGTHS.items()
        }

    def _need(self, prefix: str, said: Mapping[str, str], name: str, text: str) -> None:
        if not said[name]:
            self.wrong(f"{prefix}-{name}", text)

    def _e_mail(self, prefix: str, said: Mapping[str, str]) -> None:
        if said["email"] and not _E_MAIL.fullmatch(said["email"]):
            self.wrong(f"{prefix}-email", "This is no e-mail address; correct it or leave it out.")


def _address(said: Mapping[str, str], former: Address) -> Address:
    before = address_fields("", former)
    streets = ("line1", "line2")
    as_before = all(said[name] == before[f"-{name}"] for name in streets)
    # Left alone they stay as they were, however many.
    lines = former.lines if as_before else tuple(said[name] for name in streets if said[name])
    return replace(
        former,
        name=said["name"],
        name2=said["name2"],
        lines=lines,
        city=said["city"],
        region=said["region"],
        postal_code=said["postal_code"],
        country=said["country"],
        phone=said["phone"],
        email=said["email"],
    )


def address_fields(prefix: str, address: Address) -> dict[str, str]:
    """Return an address as a form's values; a third street line and more stand in the second."""
    lines = [*address.lines, ""]
    said = {
        "name": address.name,
        "name2": address.name2,
        "line1": lines[0],
        "line2": ", ".join(filter(None, lines[1:])),
        "city": address.city,
        "region": address.region,
        "postal_code": address.postal_code,
        "country": address.country,
        "phone": address.phone,
        "email": address.email,
    }
    return {f"{prefix}-{name}": plain(text) for name, text in said.items()}


def minor_text(minor: int, currency: str) -> str:
    """Return minor units as a form shows them to be changed: `12.50`, without a currency."""
    digits = decimals(currency)
    return f"{Decimal(minor).scaleb(-digits):.{digits}f}"
