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
from portal.web.supplier.view import ShownPart

_PLAIN = re.compile(r"[A-Z0-9]{1,40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """One thing that speaks against it; `token` is what a tick says to have been seen."""

    token: str
    text: str


def asked(part: ShownPart, words: Words) -> tuple[Doubt, ...]:
    """Return what the customer asks of an order and nobody answered yet."""
    return tuple(
        Doubt(
            token=f"asked-{one.change}",
            text=words.say(
                "The customer wants to cancel this order: answer that, or tick that it ships "
                "anyway."
                if one.whole
                else "The customer wants to change this order: answer that, or tick that it ships "
                "anyway."
            ),
        )
        for one in part.asks
    )


def doubts(
    parts: Parts, partner: str, part: ShownPart, trackings: Iterable[str], words: Words
) -> tuple[Doubt, ...]:
    """Return all that speaks against shipping an order under these numbers.

    A number that is on a parcel of another order of the partner's is one; on its own order it is
    none, and what was taken back counts for nothing.
    """
    plain = [label for one in trackings if _PLAIN.fullmatch(label := carriers.plain(one))]
    with parts.store.read() as tx:
        used = tx.parcels.purchase_orders(partner=partner, trackings=plain) if plain else {}
    found = list(asked(part, words))
    for label, numbers in used.items():
        others = [number for number in numbers if number != part.number]
        if others:
            text = words.say(
                "%(label)s is on a parcel of %(number)s already: check the label, or tick that it "
                "ships anyway.",
                {"label": label, "number": others[-1]},
            )
            found.append(Doubt(token=f"used-{label}", text=text))
    return tuple(found)


def of_form(
    parts: Parts, partner: str, part: ShownPart, fields: Mapping[str, str], words: Words
) -> tuple[Doubt, ...]:
    """Return what speaks against shipping what a form of one order says."""
    typed = [scanned(text) for name, text in fields.items() if name.startswith("tracking-")]
    return doubts(parts, partner, part, typed, words)


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
    read = parcels(part, fields, words, parcel_count=parcel_count)
    left = unseen(found, fields.get("anyway", ""))
    if isinstance(read, Misread) or not left:
        return read
    text = " ".join(one.text for one in left)
    return Misread(problems=(Problem(field="anyway", text=text),))
