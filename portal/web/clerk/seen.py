"""Whose order it is: every door of the clerks finds its order here, or answers 404."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from starlette.exceptions import HTTPException

from hub.domain.orders import Order
from hub.flow.customer_flags import Flag
from hub.flow.parts import Parts
from hub.partners import Brand
from portal.web.ground.porch import Visit
from portal.web.ground.problems import Problem
from portal.web.ground.words import Words

ONCE = re.compile(r"[0-9a-f]{32}")
USUAL = "ground"
FLAGS = {Flag.VIP: "VIP", Flag.CARE: "Handle with care"}
TOLD = "told"
"""What a draft keeps beside what was typed: what the hub said of it."""
_NOT_TYPED = ("seal", "once", "do", "shown", TOLD)
_NOT_SAID = ("version", "at", "units-seen")


def brands_seen(parts: Parts, visit: Visit) -> tuple[Brand, ...]:
    """Return the brands whose orders the visitor may see, by name."""
    seen = visit.account.of_brands
    found = [one for one in parts.brands.values() if seen is None or one.id in seen]
    return tuple(sorted(found, key=lambda one: one.name))


def order_seen(parts: Parts, visit: Visit) -> Order:
    """Return the order of the path; raises HTTPException with 404 when it is not to be seen."""
    brand, number = visit.path("brand"), visit.path("number")
    if brand in {one.id for one in brands_seen(parts, visit)}:
        with parts.store.read() as tx:
            found = tx.orders.find(brand=brand, number=number)
        if found is not None:
            return found
    raise HTTPException(HTTPStatus.NOT_FOUND)


def path_of(brand: str, number: str) -> str:
    """Return the path of an order; numbers may have signs that a path has not."""
    return f"/orders/{quote(brand, safe='')}/{quote(number, safe='')}"


def methods_known(parts: Parts, *more: str) -> tuple[str, ...]:
    """Return the ways to ship that partners' pages speak of, and these."""
    pages = {method for partner in parts.partners.all for method in partner.transit}
    return tuple(sorted({USUAL, *pages, *more} - {"other", ""}))


def flag_names(words: Words) -> dict[str, str]:
    """Return what each flag of a customer is called, in the viewer's language."""
    return {str(flag): words.say(name) for flag, name in FLAGS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A form as it was sent: its own key, what was typed, and whether just that was shown before.

    Only what was shown with its outcome is done: another value leads to another look.
    """

    once: str
    typed: Mapping[str, str]
    shown: str

    @property
    def body(self) -> bytes:
        """What was typed: the same bytes for the same words, whenever the page was made."""
        said = {name: text for name, text in self.typed.items() if name not in _NOT_SAID}
        return json.dumps(said, sort_keys=True).encode()

    @property
    def digest(self) -> str:
        """What tells one filled-in form from another."""
        return hashlib.sha256(self.body).hexdigest()[:32]

    @property
    def was_shown(self) -> bool:
        """Whether the sender saw what just these values come to."""
        return self.shown == self.digest

    @property
    def key(self) -> str:
        """No storefront's key looks like it: those are its own, this is the form's."""
        return f"form/{self.once}"


def sent(visit: Visit) -> Sent:
    """Return the posted form; raises HTTPException with 403 for one that no page of ours sends."""
    once = visit.fields.get("once", "")
    if not ONCE.fullmatch(once):
        raise HTTPException(HTTPStatus.FORBIDDEN)
    return sent_as(once, visit.fields)


def sent_as(once: str, fields: Mapping[str, str]) -> Sent:
    """Return the form of that key with these fields, posted or kept."""
    typed = {name: text for name, text in fields.items() if name not in _NOT_TYPED}
    return Sent(once=once, typed=typed, shown=fields.get("shown", ""))


def sent_before(visit: Visit) -> Problem:
    """Return what is said of a form that came before with other words in it."""
    text = visit.words.say(
        "This form was sent before with something else in it, and that was done. Look at the "
        "order; if you want this as well, send it again."
    )
    return Problem(field="", text=text)
