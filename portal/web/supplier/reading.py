"""Typed forms read into the papers of the partner's API; everything wrong is told at once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from hub.domain import carriers
from portal.web.ground.problems import Problem
from portal.web.ground.words import Words
from portal.web.supplier.view import ShownLine, ShownPart, ShownShipment

REASONS = {
    "no_stock": "Out of stock",
    "discontinued": "No longer made",
    "damaged": "Damaged here",
    "address": "Cannot be shipped to this address",
    "price": "Wrong price",
    "other": "Another reason",
}
LONGEST_CARRIER = 20
_TRACKING = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .-]{0,39}")
_WITH_ZIP = re.compile(r"420[0-9]{5}(?:[0-9]{4})?(9[1-5][0-9]{18}(?:[0-9]{2})?)")
_SPOILED = re.compile(r"[0-9](?:[.,][0-9]+)?E\+?[0-9]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Misread:
    """What is wrong with a form, each at its field."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """What was said so far of what is open of a line; of what nobody spoke of, that it leaves.

    `day` is when the later pieces leave, empty where none was named.
    """

    accept: int
    backorder: int
    day: str

    @property
    def typed(self) -> str:
        """The fields of the form as they show it."""
        return f"{self.accept}/{self.backorder or ''}/{self.day}"


def standing(part: ShownPart, days: Mapping[str, date]) -> dict[str, Stand]:
    """Return how the open lines of a part stand, by number; `days` were named for later pieces."""
    found = {}
    for line in part.lines:
        later = min(line.open, line.backordered)
        day = days[line.number].isoformat() if later and line.number in days else ""
        if line.open:
            found[line.number] = Stand(accept=line.open - later, backorder=later, day=day)
    return found


def answers(
    part: ShownPart, fields: Mapping[str, str], words: Words
) -> list[dict[str, Any]] | Misread:
    """Return the lines of an answer: what leaves, what later, what not, of all that is open.

    A line of which the form says what was said before is not said again.
    """
    problems: list[Problem] = []
    lines = []
    asked = [line for line in part.lines if line.open]
    for line in asked:
        if not (_spoken_of(line) and _untouched(line, fields)):
            actions = _actions(line, fields, words, problems)
            if actions:
                lines.append({"line": line.number, "actions": actions})
    if not lines and not problems:
        text = words.say(
            "This was said before: change what is different now."
            if asked and all(_spoken_of(line) for line in asked)
            else "Say of at least one line what becomes of it."
        )
        problems.append(Problem(field="", text=text))
    return Misread(problems=tuple(problems)) if problems else lines


def _spoken_of(line: ShownLine) -> bool:
    """Whether all that is open of a line was answered; what left was answered by leaving."""
    answered = line.accepted + line.backordered - line.shipped
    return line.backordered >= line.open or answered >= line.open


def _untouched(line: ShownLine, fields: Mapping[str, str]) -> bool:
    typed = [fields.get(f"{what}-{line.number}", "").strip() for what in ("accept", "backorder")]
    typed.append(fields.get(f"date-{line.number}", "").strip())
    refused = fields.get(f"reject-{line.number}", "").strip()
    return not refused and fields.get(f"stood-{line.number}") == "/".join(typed)


def _actions(
    line: ShownLine, fields: Mapping[str, str], words: Words, problems: list[Problem]
) -> list[dict[str, Any]]:
    counts = {
        what: _quantity(f"{what}-{line.number}", fields, words, problems)
        for what in ("accept", "backorder", "reject")
    }
    _filled_up(line, fields, counts)
    if sum(counts.values()) > line.open:
        text = words.say(
            "%(name)s: %(num)s are open, and more are spoken of.",
            {"name": line.description, "num": line.open},
        )
        problems.append(Problem(field=f"accept-{line.number}", text=text))
    actions: list[dict[str, Any]] = []
    if counts["accept"]:
        actions.append({"action": "accept", "quantity": counts["accept"]})
    if counts["backorder"]:
        actions.append(_later(line, counts["backorder"], fields, words, problems))
    if counts["reject"]:
        actions.append(_refused(line, counts["reject"], fields, words, problems))
    return actions


def _filled_up(line: ShownLine, fields: Mapping[str, str], counts: dict[str, int]) -> None:
    """What was typed is taken from the fields that are as they came, if nothing happened since."""
    if fields.get(f"open-{line.number}") != str(line.open):
        return
    came = fields.get(f"stood-{line.number}", str(line.open)).split("/")
    if str(counts["accept"]) == came[0]:
        counts["accept"] = max(0, line.open - counts["backorder"] - counts["reject"])
    if sum(counts.values()) > line.open and [str(counts["backorder"])] == came[1:2]:
        counts["backorder"] = max(0, line.open - counts["accept"] - counts["reject"])


def _later(
    line: ShownLine,
    quantity: int,
    fields: Mapping[str, str],
    words: Words,
    problems: list[Problem],
) -> dict[str, Any]:
    name = f"date-{line.number}"
    when = _day(fields.get(name, ""))
    if when is None or when < words.now.astimezone(words.zone).date():
        text = words.say("%(name)s: name the day on which it leaves.", {"name": line.description})
        problems.append(Problem(field=name, text=text))
        return {}
    return {"action": "backorder", "quantity": quantity, "ships_on": when.isoformat()}


def _refused(
    line: ShownLine,
    quantity: int,
    fields: Mapping[str, str],
    words: Words,
    problems: list[Problem],
) -> dict[str, Any]:
    name = f"reason-{line.number}"
    reason = fields.get(name, "")
    if reason not in REASONS:
        text = words.say("%(name)s: choose the reason.", {"name": line.description})
        problems.append(Problem(field=name, text=text))
    return {"action": "reject", "quantity": quantity, "reason": reason}


def parcels(
    part: ShownPart, fields: Mapping[str, str], words: Words, *, parcel_count: int
) -> dict[str, Any] | Misread:
    """Return a shipment: its parcels, each with its number and what is in it."""
    problems: list[Problem] = []
    numbered = {
        number: package
        for number in range(1, parcel_count + 1)
        if (package := _package(part, number, fields, words, problems)) is not None
    }
    packages = list(numbered.values())
    if not packages and not problems:
        text = words.say("Say how many of at least one line are in the parcel.")
        problems.append(Problem(field="tracking-1", text=text))
    _refuse_too_many(part, packages, words, problems)
    _refuse_same_label(numbered, words, problems)
    carrier = _carrier(fields, packages, words, problems)
    if problems:
        return Misread(problems=tuple(problems))
    return {"carrier": carrier, "packages": packages}


def _refuse_same_label(
    numbered: Mapping[int, dict[str, Any]], words: Words, problems: list[Problem]
) -> None:
    seen: set[str] = set()
    for number, package in numbered.items():
        label = carriers.plain(package["tracking"])
        if label and label in seen:
            text = words.say(
                "Parcel %(num)s has the number of another one: each parcel has its own label.",
                {"num": number},
            )
            problems.append(Problem(field=f"tracking-{number}", text=text))
        seen.add(label)


def _package(
    part: ShownPart,
    number: int,
    fields: Mapping[str, str],
    words: Words,
    problems: list[Problem],
) -> dict[str, Any] | None:
    packed = [
        {"line": line.number, "quantity": quantity}
        for line in part.lines
        if (quantity := _quantity(f"quantity-{number}-{line.number}", fields, words, problems))
    ]
    name = f"tracking-{number}"
    tracking = scanned(fields.get(name, ""))
    if not packed and not tracking:
        return None
    wrong = wrong_tracking(tracking, words)
    if wrong:
        problems.append(Problem(field=name, text=wrong))
    elif not packed:
        text = words.say("Parcel %(num)s: say what is in it.", {"num": number})
        problems.append(Problem(field=name, text=text))
    return {"tracking": tracking, "items": packed}


def corrected(
    sent: ShownShipment, fields: Mapping[str, str], words: Words
) -> dict[str, Any] | Misread:
    """Return a shipment as it was told, with the numbers that were typed now."""
    problems: list[Problem] = []
    packages = []
    for number, parcel in enumerate(sent.parcels, start=1):
        name = f"tracking-{number}"
        tracking = scanned(fields.get(name, ""))
        wrong = wrong_tracking(tracking, words)
        if wrong:
            problems.append(Problem(field=name, text=wrong))
        items = [{"line": line, "quantity": quantity} for line, quantity in parcel.packed]
        packages.append({"tracking": tracking, "items": items})
    carrier = _carrier(fields, packages, words, problems)
    if problems:
        return Misread(problems=tuple(problems))
    return {"shipment": sent.name, "carrier": carrier, "packages": packages}


def scanned(text: str) -> str:
    """Return a tracking number as it was typed or scanned, without the ZIP that some labels carry.

    In front of a USPS number the barcode has 420 and the ZIP of where it goes (GS1 AI 420).
    """
    plain = text.strip().replace("\x1d", "")
    found = _WITH_ZIP.fullmatch(plain)
    return found[1] if found else plain


def wrong_tracking(tracking: str, words: Words) -> str:
    """Return what is wrong with a typed tracking number, empty when nothing is."""
    if _SPOILED.fullmatch(tracking):
        return words.say(
            "Tracking %(number)s was changed by Excel. Copy the number from the label.",
            {"number": tracking},
        )
    if not _TRACKING.fullmatch(tracking):
        return words.say("Enter the tracking number as it stands on the label.")
    return ""


def _refuse_too_many(
    part: ShownPart, packages: list[dict[str, Any]], words: Words, problems: list[Problem]
) -> None:
    for line in part.lines:
        packed = sum(
            each["quantity"]
            for package in packages
            for each in package["items"]
            if each["line"] == line.number
        )
        if packed > line.open:
            text = words.say(
                "%(name)s: %(num)s are open, %(packed)s are in the parcels.",
                {"name": line.description, "num": line.open, "packed": packed},
            )
            problems.append(Problem(field=f"quantity-1-{line.number}", text=text))


def _carrier(
    fields: Mapping[str, str],
    packages: list[dict[str, Any]],
    words: Words,
    problems: list[Problem],
) -> str:
    """The chosen carrier; without one, the one whose numbers look like this, a wrong digit or not.

    Empty where parcels have carriers of their own: each is known by its number.
    """
    chosen = fields.get("carrier", "").strip()[:LONGEST_CARRIER]
    other = " ".join(fields.get("carrier-other", "").split())
    if len(other) > LONGEST_CARRIER or not other.isprintable():
        text = words.say("Write the carrier's name with up to 20 signs.")
        problems.append(Problem(field="carrier-other", text=text))
    if chosen or other:
        return chosen or other
    guessed = {one: carriers.meant(one) for one in (each["tracking"] for each in packages)}
    unknown = [tracking for tracking, carrier in guessed.items() if not carrier]
    if unknown and not problems:
        text = words.say(
            "No carrier's numbers look like %(number)s: choose the carrier, or name it.",
            {"number": unknown[0]},
        )
        problems.append(Problem(field="carrier", text=text))
    return next(iter(guessed.values())) if len(set(guessed.values())) == 1 else ""


def _quantity(name: str, fields: Mapping[str, str], words: Words, problems: list[Problem]) -> int:
    text = fields.get(name, "").strip()
    if not text:
        return 0
    if not text.isascii() or not text.isdecimal() or len(text) > 6:
        problems.append(Problem(field=name, text=words.say("Enter a whole number of pieces.")))
        return 0
    return int(text)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
