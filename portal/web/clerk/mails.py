"""Writing to a customer by hand: choose a prepared text, look at it, send it once."""

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hub.domain.orders import Order
from hub.flow import accounts
from hub.flow.clerk_mails import (
    KINDS,
    PAUSE,
    UNMADE,
    AskedBefore,
    Hindrance,
    Letter,
    Sending,
    letter,
    send,
)
from portal.web.clerk.seen import ONCE, order_seen, path_of
from portal.web.ground.answers import see_other
from portal.web.ground.porch import Porch, Visit
from portal.web.ground.problems import Problem
from portal.web.ground.words import Words, told

TITLES = {"late": "It comes later", "looking": "We look into it"}
HINDERED = {
    Hindrance.NO_SERVER: "This hub sends no mails; call the customer.",
    Hindrance.NO_ADDRESS: "No e-mail address of the customer is known; call them.",
    Hindrance.NO_WAY: "Neither an e-mail address nor a telephone number of the customer is known; "
    "write to the address of the order.",
    Hindrance.NOTHING_TO_SAY: "There is nothing of that kind to say of this order now.",
}


def titles(words: Words) -> list[tuple[str, str]]:
    """Return the kinds of mails that a clerk may send, with what each is called."""
    return [(kind, words.say(TITLES[kind])) for kind in KINDS]


class Mails:
    """One page for each prepared text: how it would go, and the button that sends it."""

    def __init__(self, porch: Porch) -> None:
        self._porch = porch

    def preview(self, visit: Visit) -> Response:
        """Show the mail as it would go now."""
        return self._shown(visit, order_seen(self._porch.parts, visit), [])

    def _shown(self, visit: Visit, order: Order, problems: list[Problem]) -> Response:
        kind, found = _kind(visit), self._letter(visit, order)
        there = isinstance(found, Letter)
        words = {
            "order": order,
            "problems": problems,
            "path": path_of(order.brand, order.number),
            "kind": kind,
            "kinds": titles(visit.words),
            "letter": found if there else None,
            "text": found.text.replace(UNMADE, _link(visit)) if isinstance(found, Letter) else "",
            "hindered": "" if there else _hindered(visit, found),
            "once": self._porch.parts.random(16).hex(),
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
        return self._porch.page(visit, "clerk/mail.html", words, status=status)

    def _letter(self, visit: Visit, order: Order) -> Letter | Hindrance:
        return letter(self._porch.parts, brand=order.brand, number=order.number, kind=_kind(visit))

    def send(self, visit: Visit) -> Response:
        """Send it: once, however often the form comes."""
        order, kind, once = order_seen(self._porch.parts, visit), _kind(visit), _once(visit)
        found = self._letter(visit, order)
        became = send(
            self._porch.parts,
            brand=order.brand,
            number=order.number,
            kind=kind,
            note=_note(visit, kind, found),
            key=f"form/{once}",
            who=visit.account.id,
        )
        if became is Sending.HINDERED:
            return self._shown(visit, order, [Problem(field="", text=_hindered(visit, found))])
        if isinstance(became, AskedBefore):
            return self._shown(visit, order, [self._asked_before(visit, became)])
        return see_other(visit.request, f"{path_of(order.brand, order.number)}?done=mailed")

    def _asked_before(self, visit: Visit, before: AskedBefore) -> Problem:
        names = {one.id: one.name for one in accounts.listed(self._porch.parts)}
        text = visit.words.say(
            "%(who)s asked for this mail already: %(when)s. It was not asked for again; if the "
            "customer got none, you can from %(until)s.",
            {
                "who": names.get(before.who) or visit.words.say("Somebody"),
                "when": visit.words.moment(before.at),
                "until": visit.words.moment(before.at + PAUSE),
            },
        )
        return Problem(field="", text=text)


def _kind(visit: Visit) -> str:
    kind = visit.path("kind")
    if kind not in KINDS:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return kind


def _once(visit: Visit) -> str:
    once = visit.fields.get("once", "")
    if not ONCE.fullmatch(once):
        raise HTTPException(HTTPStatus.FORBIDDEN)
    return once


def _hindered(visit: Visit, found: Letter | Hindrance) -> str:
    return visit.words.say(HINDERED[found]) if isinstance(found, Hindrance) else ""


def _link(visit: Visit) -> str:
    return visit.words.say("(a link to the order's page is made when the mail goes)")


def _note(visit: Visit, kind: str, found: Letter | Hindrance) -> str:
    said = visit.words.say("Mail asked for: %(title)s", {"title": visit.words.say(TITLES[kind])})
    if not isinstance(found, Letter) or not found.now:
        return said
    was, now = (told(visit.words.language, day) for day in (found.was, found.now))
    return f"{said} ({was} → {now})"
