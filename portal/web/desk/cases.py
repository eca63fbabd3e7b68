"""A case is taken, given back, taken over from a colleague; the queue shows those of some."""

from datetime import datetime
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hub.access import Action, may
from hub.errors import Refused
from hub.flow import accounts, cases
from hub.flow.parts import Parts
from hub.ops.desk.awaited import Card
from hub.ops.desk.owners import Owned, Whose
from portal.web.clerk.cases import names_of, queue_path
from portal.web.ground.answers import own_path, see_other
from portal.web.ground.porch import Porch, Visit
from portal.web.ground.problems import Problem

LATE = "late"
"""What the page of a case is told when a colleague was faster."""
SHARES = {Whose.ALL: "All", Whose.MINE: "Mine", Whose.NOBODY: "Nobody's"}


class Cases:
    """The two buttons of every case."""

    def __init__(self, porch: Porch) -> None:
        self._porch = porch

    def take(self, visit: Visit) -> Response:
        """Take a case; that of a colleague only if the form showed that they have it."""
        try:
            found = cases.take(
                self._porch.parts,
                visit.path("id"),
                who=visit.account.id,
                seen=_moment(visit.fields.get("seen", "")),
                brands=visit.account.of_brands,
            )
        except KeyError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        except Refused:
            return _late(visit)
        return _back(visit, "taken") if found.taken_by == visit.account.id else _late(visit)

    def give_back(self, visit: Visit) -> Response:
        """Give one's own case back to all; that of a colleague stays theirs."""
        try:
            found = cases.give_back(
                self._porch.parts,
                visit.path("id"),
                who=visit.account.id,
                brands=visit.account.of_brands,
            )
        except KeyError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        return _late(visit) if found.closed_at or found.taken_by else _back(visit, "given")


def late(visit: Visit, card: Card, parts: Parts) -> list[Problem]:
    """Return what is said to somebody who wanted a case and came too late for it."""
    if visit.query("done") != LATE:
        return []
    if card.closed_at is not None:
        text = visit.words.say("This was settled meanwhile. Nothing was changed.")
        return [Problem(field="", text=text)]
    if card.taken_at is None or card.taken_by == visit.account.id:
        return []
    who = names_of(parts, {card.taken_by}).get(card.taken_by, "")
    who = who or visit.words.say(card.taken_by)
    said = {"who": who, "when": visit.words.distance(card.taken_at)}
    text = visit.words.say("%(who)s took this %(when)s. Nothing was changed.", said)
    return [Problem(field="", text=text)]


def shares(visit: Visit, by: str, whose: Whose, found: Owned) -> list[tuple[str, str, int, bool]]:
    """Return whose cases can be looked at: path, words, how many, whether it is looked at now.

    Who settles nothing has none of their own.
    """
    counts = {Whose.ALL: found.all, Whose.MINE: found.mine, Whose.NOBODY: found.nobody}
    settles = may(accounts.caller(visit.account), Action.SETTLE_EXCEPTION)
    return [
        (queue_path(by, one), visit.words.say(text), counts[one], one is whose)
        for one, text in SHARES.items()
        if settles or one is not Whose.MINE
    ]


def _late(visit: Visit) -> Response:
    return see_other(visit.request, f"/exceptions/{visit.path('id')}?done={LATE}")


def _back(visit: Visit, done: str) -> Response:
    """Go back to where the button stood; the page of the case where none is told."""
    asked = visit.fields.get("next", "")
    path = own_path(asked) if asked else f"/exceptions/{visit.path('id')}"
    return see_other(visit.request, f"{path}{'&' if '?' in path else '?'}done={done}")


def _moment(text: str) -> datetime | None:
    """Since when a colleague had it as far as the form knew; None for nobody, or no moment."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
