"""The columns of a catalogue file: what they may be called, and what may stand in a cell."""

import re
from collections.abc import Mapping
from datetime import date

from hub.domain.exchange import Problem, Where
from hub.domain.money import decimals

PRODUCT_KINDS = ("vendor", "buyer", "sku", "gtin")
LONGEST = {"sku": 48, "title": 200, "description": 2000, "partner": 60, "id": 48}
MOST = 1_000_000  # units in a pack, and the largest priority
LARGEST_COST = 10**12  # minor units

# What each column may be called in somebody's spreadsheet; compared in lower case, words only.
_NAMES: Mapping[str, str] = {
    "sku": "sku|our sku|article|article number|item|item number|item no|product code|stock code",
    "gtin": "gtin|upc|ean|barcode|bar code|gtin 14|upc code|ean code|upc a",
    "title": "title|name|product name|item name|product|short description",
    "description": "description|long description|text|details",
    "partner": "partner|supplier|vendor|partner id|supplier id|vendor id|warehouse",
    "unit": "unit|uom|unit of measure|unit of measurement",
    "units_per_pack": "units per pack|pack|pack size|pack qty|case pack|case qty|units per case",
    "cost": "cost|unit cost|price|wholesale|wholesale price|wholesale cost|cost price|net price",
    "currency": "currency|cur|iso currency|currency code",
    "priority": "priority|rank|preference",
    "valid_from": "valid from|from|start|start date|available from|effective|effective date",
    "id:vendor": "vendor sku|vendor item|vendor item number|supplier sku|supplier item number|vn",
    "id:buyer": "buyer sku|buyer item|buyer item number|bp",
}
SYNONYMS = {name: column for column, names in _NAMES.items() for name in names.split("|")}
SYNONYMS |= {f"id {kind}": f"id:{kind}" for kind in PRODUCT_KINDS}
COLUMNS = (*_NAMES, "id:sku", "id:gtin")


def heading(text: str) -> str:
    """Return the column that a heading means, or "" when it means none."""
    words = " ".join(re.sub(r"[^a-z0-9]+", " ", text.lower()).split())
    return SYNONYMS.get(words, "")


def damage(text: str) -> str:
    """Return what a spreadsheet program did to a value, or "" when it looks untouched."""
    if re.fullmatch(r"[+-]?\d(?:[.,]\d+)?[eE]\+?\d{1,3}", text):
        return (
            f"{text!r} was changed by the spreadsheet program, its digits are lost; format the "
            "column as Text, enter the value again and save"
        )
    if re.fullmatch(r"#(?:N/A|REF!|VALUE!|NAME\?|NULL!|NUM!|DIV/0!)", text):
        return f"{text!r} is the error of a formula; replace it by a value"
    if re.fullmatch(r"#{3,}", text):
        return f"{text!r} was saved from a column too narrow to show it; widen it and save again"
    return ""


def text_cell(column: str, text: str) -> str:
    """Return what is wrong with a text: control characters, or too long; else ""."""
    kind = column.partition(":")[0]
    most = LONGEST.get(kind, 80)
    if any(not letter.isprintable() and letter not in "\n\t" for letter in text):
        return "there is a control character in it; type the value anew"
    if len(text) > most:
        return f"{len(text)} characters are too long; {most} fit"
    if kind in ("sku", "id", "partner"):
        if re.fullmatch(r"\d{1,2}-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)", text):
            return (
                f"{text!r} looks like a code that the spreadsheet program turned into a date; "
                "format the column as Text and enter it again"
            )
        if "\n" in text or "\t" in text:
            return "a line end or tab cannot be part of it"
    return ""


def gtin_cell(text: str) -> str:
    """Return what is wrong with a GTIN (GS1: 8, 12, 13 or 14 digits, a check digit), else ""."""
    if not (text.isascii() and text.isdigit()):
        return f"{text[:40]!r} is no GTIN; it has 8, 12, 13 or 14 digits and nothing else"
    if len(text) in (8, 12, 13, 14) and check_digit(text[:-1]) == text[-1]:
        return ""
    for length in (12, 13, 8, 14):
        whole = text.rjust(length, "0")
        if len(text) < length and len(text) > length - 4 and check_digit(whole[:-1]) == whole[-1]:
            return (
                f"{text!r} lost its leading zeros, probably in a spreadsheet program; it should be "
                f"{whole!r}. Format the column as Text"
            )
    if len(text) not in (8, 12, 13, 14):
        return f"{text[:40]!r} has {len(text)} digits; a GTIN has 8, 12, 13 or 14"
    right = check_digit(text[:-1])
    return f"the check digit of {text!r} is wrong: after {text[:-1]} comes {right}, not {text[-1]}"


def check_digit(digits: str) -> str:
    """Return GS1's check digit for the digits before it (weights 3 and 1 from the right)."""
    total = sum(int(digit) * (1 if n % 2 else 3) for n, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def cost_cell(text: str, currency: str) -> int:
    """Return exact minor units of the currency; raises ValueError with what is wrong.

    A point or a comma may stand before the decimals. Thousands are not grouped.
    """
    found = re.fullmatch(r"(\d{1,12})(?:[.,](\d{1,6}))?", text, re.ASCII)
    if found is None:
        raise ValueError(
            f"{text[:40]!r} is no plain amount; write 12.50, without sign, currency or grouping"
        )
    whole, fraction = found[1], found[2] or ""
    digits = decimals(currency)
    if len(fraction.rstrip("0")) > digits or (len(fraction) == 3 and digits != 3):
        raise ValueError(
            f"{text!r} has {len(fraction)} decimals, {currency or 'money'} has {digits}; if the "
            "mark groups thousands, leave it out"
        )
    return int(whole + fraction[:digits].ljust(digits, "0"))


def currency_cell(text: str) -> str:
    """Return the ISO 4217 code; raises ValueError with what is wrong."""
    if not re.fullmatch(r"[A-Za-z]{3}", text, re.ASCII):
        raise ValueError(f"{text[:40]!r} is no currency; write its three letters, such as USD")
    return text.upper()


def number_cell(text: str, *, least: int) -> int:
    """Return a whole number; raises ValueError with what is wrong."""
    found = re.fullmatch(r"(\d{1,9})(?:\.0+)?", text, re.ASCII)
    if found is None or not least <= int(found[1]) <= MOST:
        raise ValueError(f"{text[:40]!r} is no whole number from {least} to {MOST}")
    return int(found[1])


def day_cell(text: str) -> date:
    """Return a day; raises ValueError with what is wrong. Other spellings are not guessed."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise ValueError(f"{text[:40]!r} is no day; write year, month and day as 2026-11-26")


def unit_cell(text: str, units: Mapping[str, str]) -> str:
    """Return the code of a unit; raises ValueError with what is wrong.

    `units` are our words and their codes. Another code of two signs is kept: partners agree on
    more of them than our table names.
    """
    code = units.get(text.lower(), text.upper())
    if not re.fullmatch(r"[A-Z0-9]{2}", code, re.ASCII):  # X12 355: two signs
        words = f", or one of the words {', '.join(sorted(units))}" if units else ""
        raise ValueError(
            f"{text[:40]!r} is no unit; write its code of two letters or digits, such as EA or CA"
            + words
        )
    return code


def wrong(row: int, column: str, text: str, value: str, *, code: str = "catalog-cell") -> Problem:
    """Return a Problem at a row and column of the file, counted as a spreadsheet shows them."""
    place = f"row {row}, column {column}" if column else f"row {row}"
    return Problem(code=code, text=text, where=Where(path=place, value=value[:99]))
