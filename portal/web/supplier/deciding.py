"""What speaks against shipping an order: it is shipped all the same by decision, not by accident.

Whoever ships ticks what was shown. What comes up after that is shown first, and ticked again.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hub.domain import carriers
from hub.flow.parts import Parts
from portal.web.ground.problems import Problem
from portal.web.ground.words import Words
from portal.web.supplier.reading import Misread, parcels, scanned
from portal.web.supplier.view import ShownAsk, ShownPart

_PLAIN = re.compile(r"[A-Z0-9]{1,40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """One thing that speaks against it; `token` is what a tick says to have been seen."""

    token: str
    text: str


def asked(part: ShownPart, words: Words) -> tuple[Doubt, ...]:
    """Return what is asked of an order, by its customer or by us, and nobody answered yet."""
    return tuple(
        Doubt(
            token=f"asked-{one.change}",
            text=_asked(one, words),
        )
        for one in part.asks
    )


def _asked(one: ShownAsk, words: Words) -> str:
    if one.ours:
        return words.say(
            "We asked whether others may send a part of this order: answer that, or tick that it "
            "ships anyway."
        )
    if one.whole:
        return words.say(
            "The customer wants to cancel this order: answer that, or tick that it ships anyway."
        )
    return words.say(
        "The customer wants to change this order: answer that, or tick that it ships anyway."
    )


def misdialled(trackings: Iterable[str], words: Words, *, named: str = "") -> tuple[Doubt, ...]:
    """Return the numbers that no carrier gives out: all but a check digit is as it should be."""
    every = [carriers.plain(one) for one in trackings]
    wrong = {label: carriers.lookalike(label, named=named) for label in every}
    return tuple(
        Doubt(
            token=f"digit-{label}",
            text=words.say(
                "%(label)s looks like a number of %(carrier)s with a wrong digit: check the label, "
                "or tick that it ships anyway.",
                {"label": label, "carrier": carriers.name(carrier)},
            ),
        )
        for label, carrier in wrong.items()
        if carrier
    )


def doubts(
    parts: Parts,
    partner: str,
    part: ShownPart,
    trackings: Iterable[str],
    words: Words,
    *,
    named: str = "",
) -> tuple[Doubt, ...]:
    """Return all that speaks against shipping an order under these numbers."""
    return (*asked(part, words), *mislabelled(parts, partner, part, trackings, words, named=named))


def mislabelled(
    parts: Parts,
    partner: str,
    part: ShownPart,
    trackings: Iterable[str],
    words: Words,
    *,
    named: str = "",
) -> tuple[Doubt, ...]:
    """Return what speaks against these numbers for parcels of an order.

    A number that is on a parcel of another order of the partner's is one; on its own order it is
    none, and what was taken back counts for nothing. `named` is the carrier that was chosen.
    """
    plain = [label for one in trackings if _PLAIN.fullmatch(label := carriers.plain(one))]
    with parts.store.read() as tx:
        used = tx.parcels.purchase_orders(partner=partner, trackings=plain) if plain else {}
    found = []
    for label, numbers in used.items():
        others = [number for number in numbers if number != part.number]
        if others:
            text = words.say(
                "%(label)s is on a parcel of %(number)s already: check the label, or tick that it "
                "ships anyway.",
                {"label": label, "number": others[-1]},
            )
            found.append(Doubt(token=f"used-{label}", text=text))
    return (*found, *misdialled(plain, words, named=named))


def of_form(
    parts: Parts, partner: str, part: ShownPart, fields: Mapping[str, str], words: Words
) -> tuple[Doubt, ...]:
    """Return what speaks against shipping what a form of one order says."""
    named = fields.get("carrier", "")
    return doubts(parts, partner, part, typed_numbers(fields), words, named=named)


def typed_numbers(fields: Mapping[str, str]) -> list[str]:
    """Return the tracking numbers that stand in a form."""
    return [scanned(text) for name, text in fields.items() if name.startswith("tracking-")]


def unseen(found: Iterable[Doubt], ticked: str) -> tuple[Doubt, ...]:
    """Return what was not ticked."""
    seen = ticked.split()
    return tuple(one for one in found if one.token not in seen)


def decided_parcels(
    found: Iterable[Doubt],
    part: ShownPart,
    fields: Mapping[str, str],
    words: Words,
    *,
    parcel_count: int,
) -> dict[str, object] | Misread:
    """Return a shipment as its form says it, if nothing speaks against it that was not ticked."""
    return decided(parcels(part, fields, words, parcel_count=parcel_count), found, fields)


def decided(
    read: dict[str, object] | Misread, found: Iterable[Doubt], fields: Mapping[str, str]
) -> dict[str, object] | Misread:
    """Return what a form was read as, unless something speaks against it that was not ticked."""
    left = unseen(found, fields.get("anyway", ""))
    if isinstance(read, Misread) or not left:
        return read
    text = " ".join(one.text for one in left)
    return Misread(problems=(Problem(field="anyway", text=text),))
