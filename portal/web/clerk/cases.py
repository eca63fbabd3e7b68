"""Whose case it is, wherever one is shown: what a page says of it, and the way to the queue."""

from collections.abc import Collection, Iterable
from typing import Protocol
from urllib.parse import urlencode

from hub.access import Action, may
from hub.flow import accounts
from hub.flow.parts import Parts
from hub.ops.desk.owners import Whose
from portal.web.ground.porch import Visit


class Case(Protocol):
    """Whatever shows a case knows whose it is."""

    @property
    def taken_by(self) -> str:
        """The account of who has it, or "operator" by command; "" is nobody's."""
        ...


def owning(parts: Parts, visit: Visit, shown: Iterable[Case], *, back: str) -> dict[str, object]:
    """Return what a page that shows cases says of whose they are.

    `back` is its own path, to which the buttons lead back.
    """
    return {
        "owners": names_of(parts, {one.taken_by for one in shown} - {""}),
        "may_settle": may(accounts.caller(visit.account), Action.SETTLE_EXCEPTION),
        "back": back,
    }


def names_of(parts: Parts, asked: Collection[str]) -> dict[str, str]:
    """Return what these people are called, by their account; nobody is looked up for none."""
    found = accounts.listed(parts) if asked else ()
    return {one.id: one.name for one in found if one.id in asked}


def queue_path(by: str, whose: Whose, after: str = "") -> str:
    """Return the path of the queue in one order, with the cases of some."""
    asked = {"by": by, "whose": "" if whose is Whose.ALL else whose.value, "after": after}
    return "/exceptions?" + urlencode({name: text for name, text in asked.items() if text})
