"""What a supplier says of an order: confirm, in part, later, refuse, ship, answer a change.

Each form becomes the paper that a supplier's program would post, with the form's own key, so that a
second click says nothing twice.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hub.domain.exchange import Problem as Flaw
from hub.domain.posted import PostedSet
from hub.flow import supplier_room
from hub.flow.partner_work import Work
from hub.flow.supplier_later import days_said
from hub.flow.supplier_room import Came, Said
from portal.web.ground.answers import see_other
from portal.web.ground.porch import Porch, Visit
from portal.web.ground.problems import Problem
from portal.web.supplier.carriers import choices
from portal.web.supplier.clicks import key_of, once
from portal.web.supplier.deciding import (
    Doubt,
    decided,
    decided_parcels,
    mislabelled,
    of_form,
    typed_numbers,
)
from portal.web.supplier.reading import REASONS, Misread, answers, corrected, standing
from portal.web.supplier.room import one_of
from portal.web.supplier.view import ShownPart, ShownShipment, asked_by_us, shown

MOST_PARCELS = 20


class Acts:
    """The forms of one order; each shows itself again with what is wrong, or leads to the order."""

    def __init__(self, porch: Porch) -> None:
        self._porch = porch

    # --- confirm, in part, later, refuse --------------------------------------------------------

    def confirm(self, visit: Visit) -> Response:
        """Confirm everything that is open."""
        part = self._part(visit)
        came = self._say(visit, part, PostedSet.ORDER_RESPONSE, {"whole": "accept"})
        return self._after(visit, part, came, done="confirmed")

    def answer_form(self, visit: Visit) -> Response:
        """Show what may be said line by line."""
        return self._answer(visit, one_of(self._porch, visit), [], self._porch.typed_before(visit))

    def answer(self, visit: Visit) -> Response:
        """Say line by line what leaves, what leaves later, and what does not."""
        work = one_of(self._porch, visit)
        part = shown(work, visit.words)
        if (again := self._again(visit, part, "answered")) is not None:
            return again
        read = answers(part, visit.fields, visit.words)
        if isinstance(read, Misread):
            return self._answer(visit, work, list(read.problems), visit.fields)
        came = self._say(visit, part, PostedSet.ORDER_RESPONSE, {"lines": read})
        if not came.went_through:
            return self._answer(visit, work, _flaws(came), visit.fields)
        return self._after(visit, part, came, done="answered")

    def _answer(
        self, visit: Visit, work: Work, problems: list[Problem], typed: Mapping[str, str]
    ) -> Response:
        part = shown(work, visit.words)
        words = {
            "part": part,
            "stands": standing(part, days_said(self._porch.parts, work)),
            "problems": problems,
            "typed": typed,
            "once": self._once(visit),
            "reasons": [(word, visit.words.say(label)) for word, label in REASONS.items()],
        }
        return self._porch.page(visit, "supplier/answer.html", words, status=_status(problems))

    # --- ship -----------------------------------------------------------------------------------

    def ship_form(self, visit: Visit) -> Response:
        """Show the form: every line preset, one parcel unless more were asked for."""
        typed = self._porch.typed_before(visit)
        count = _count(typed.get("parcels", "1"))
        return self._ship(visit, self._part(visit), [], typed, parcel_count=count)

    def ship(self, visit: Visit) -> Response:
        """Say what left, in which parcels; the carrier is known by the number's form."""
        part = self._part(visit)
        count = _count(visit.fields.get("parcels", "1"))
        if "more" in visit.fields:
            wider = min(count + 1, MOST_PARCELS)
            return self._ship(visit, part, [], visit.fields, parcel_count=wider)
        if (again := self._again(visit, part, "shipped")) is not None:
            return again
        against = self._against(visit, part, visit.fields)
        read = decided_parcels(against, part, visit.fields, visit.words, parcel_count=count)
        if isinstance(read, Misread):
            return self._ship(visit, part, list(read.problems), visit.fields, parcel_count=count)
        came = self._say(visit, part, PostedSet.SHIP_NOTICE, read)
        if not came.went_through:
            return self._ship(visit, part, _flaws(came), visit.fields, parcel_count=count)
        return self._after(visit, part, came, done="shipped")

    def _against(
        self, visit: Visit, part: ShownPart, fields: Mapping[str, str]
    ) -> tuple[Doubt, ...]:
        return of_form(self._porch.parts, visit.partner, part, fields, visit.words)

    def _ship(
        self,
        visit: Visit,
        part: ShownPart,
        problems: list[Problem],
        typed: Mapping[str, str],
        *,
        parcel_count: int,
    ) -> Response:
        words = {
            "part": part,
            "problems": problems,
            "typed": typed,
            "doubts": self._against(visit, part, typed),
            "count": parcel_count,
            "most": MOST_PARCELS,
            "carriers": choices(self._porch.parts, visit.partner),
            "once": self._once(visit),
        }
        return self._porch.page(visit, "supplier/ship.html", words, status=_status(problems))

    # --- a change that the customer wants, or a question of ours --------------------------------

    def change(self, visit: Visit) -> Response:
        """Answer a change or cancellation with one word; a yes is final and asked once more."""
        work = one_of(self._porch, visit)
        part = shown(work, visit.words)
        whole = {"stopped": "accept", "shipped": "reject"}.get(visit.fields.get("answer", ""))
        if whole is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        named = visit.fields.get("change", "")[:9]
        waits = next((one for one in part.asks if one.change == named), None)
        if whole == "accept" and waits is not None and "sure" not in visit.fields:
            shown_once = {"part": part, "one": waits, "once": self._once(visit)}
            return self._porch.page(visit, "supplier/sure.html", shown_once)
        words = {"change": named, "whole": whole}
        came = self._say(visit, part, PostedSet.CHANGE_RESPONSE, words)
        return self._after(
            visit, part, came, done="answered" if asked_by_us(work, named) else "change"
        )

    # --- taken back, put right ------------------------------------------------------------------

    def undo_shipment(self, visit: Visit) -> Response:
        """Take a shipment back by a voiding paper."""
        part = self._part(visit)
        body = {"shipment": visit.fields.get("shipment", "")[:200]}
        came = self._say(visit, part, PostedSet.SHIPMENT_VOID, body)
        return self._after(visit, part, came, done="undone")

    def undo_answer(self, visit: Visit) -> Response:
        """Take the newest answer back by a voiding paper."""
        part = self._part(visit)
        body = {"document": visit.fields.get("document", "")[:80]}
        came = self._say(visit, part, PostedSet.ANSWER_VOID, body)
        return self._after(visit, part, came, done="unanswered")

    def correct_form(self, visit: Visit) -> Response:
        """Show a shipment's numbers as they were told."""
        part = self._part(visit)
        typed = self._porch.typed_before(visit)
        name = typed.get("shipment") or visit.query("shipment")
        return self._correct(visit, part, _named(part, name), [], typed)

    def correct(self, visit: Visit) -> Response:
        """Tell other tracking numbers of a shipment; the customer's page shows the new ones."""
        part = self._part(visit)
        if (again := self._again(visit, part, "corrected")) is not None:
            return again
        sent = _named(part, visit.fields.get("shipment", ""))
        read = corrected(sent, visit.fields, visit.words)
        read = decided(read, self._mislabelled(visit, part, visit.fields), visit.fields)
        if isinstance(read, Misread):
            return self._correct(visit, part, sent, list(read.problems), visit.fields)
        came = self._say(visit, part, PostedSet.SHIPMENT_CORRECTION, read)
        if not came.went_through:
            return self._correct(visit, part, sent, _flaws(came), visit.fields)
        return self._after(visit, part, came, done="corrected")

    def _correct(
        self,
        visit: Visit,
        part: ShownPart,
        sent: ShownShipment,
        problems: list[Problem],
        typed: Mapping[str, str],
    ) -> Response:
        words = {
            "part": part,
            "sent": sent,
            "problems": problems,
            "typed": typed,
            "doubts": self._mislabelled(visit, part, typed),
            "carriers": choices(self._porch.parts, visit.partner),
            "once": self._once(visit),
        }
        return self._porch.page(visit, "supplier/correct.html", words, status=_status(problems))

    def _mislabelled(
        self, visit: Visit, part: ShownPart, fields: Mapping[str, str]
    ) -> tuple[Doubt, ...]:
        """What speaks against other numbers of a parcel that was told before."""
        typed, named = typed_numbers(fields), fields.get("carrier", "")
        return mislabelled(self._porch.parts, visit.partner, part, typed, visit.words, named=named)

    # --- how it is said -------------------------------------------------------------------------

    def _part(self, visit: Visit) -> ShownPart:
        return shown(one_of(self._porch, visit), visit.words)

    def _once(self, visit: Visit) -> str:
        """The form's own key; the one that was typed into stays when the form is shown again."""
        return once(self._porch, visit)

    def _again(self, visit: Visit, part: ShownPart, done: str) -> Response | None:
        """Answer a second click as the first one, though the order says something else by now.

        What was taken back since is not: who clicks is told so.
        """
        key = key_of(self._porch, visit)
        came = supplier_room.said_before(self._porch.parts, visit.partner, key)
        if came is None or (came.kept and not came.went_through):
            return None
        return self._after(visit, part, came, done=done)

    def _say(
        self, visit: Visit, part: ShownPart, set_id: PostedSet, body: Mapping[str, Any]
    ) -> Came:
        said = Said(
            set_id=set_id,
            number=part.number,
            body=body,
            key=key_of(self._porch, visit),
            who=visit.account.id,
        )
        return supplier_room.say(self._porch.parts, visit.partner, said)

    def _after(self, visit: Visit, part: ShownPart, came: Came, *, done: str) -> Response:
        if came.went_through:
            return see_other(visit.request, f"/orders/{part.number}?done={done}")
        if not came.kept and not came.problems:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        words = {"part": part, "problems": _flaws(came)}
        return self._porch.page(visit, "supplier/refused.html", words, status=HTTPStatus.CONFLICT)


def _named(part: ShownPart, name: str) -> ShownShipment:
    """Return the part's shipment of that name; raises HTTPException with 404 for none."""
    found = next((one for one in part.shipments if one.name == name), None)
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return found


def _flaws(came: Came) -> list[Problem]:
    """What the river says of a paper, at the form as a whole."""
    return [Problem(field="", text=_sentence(flaw), code=flaw.code) for flaw in came.problems] or [
        Problem(field="", text="this cannot be said of the order any more; open it again")
    ]


def _sentence(flaw: Flaw) -> str:
    return flaw.text[:1].upper() + flaw.text[1:]


def _status(problems: list[Problem]) -> HTTPStatus:
    return HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK


def _count(text: str) -> int:
    return min(MOST_PARCELS, max(1, int(text))) if text.isdecimal() and len(text) < 4 else 1
