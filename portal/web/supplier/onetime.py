"""What a link in a mail opens: one order, without signing in, for one act.

Looking changes nothing, however often a mail program looks. An act uses the link up and leads to a
fresh one of a day, which shows what was done and lets it be taken back. A link says what may be
done with it: an answer to a change opens nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.domain.names import Names
from hub.domain.posted import PostedSet
from hub.flow import accounts, supplier_room
from hub.flow.accounts import Act
from hub.flow.partner_work import Work, find
from hub.flow.supplier_owed import CHANGE, WORK
from hub.flow.supplier_room import Came, Said
from portal.web.ground.answers import see_other
from portal.web.ground.forms import form, form_seal
from portal.web.ground.porch import LARGEST_FORM, MOST_FIELDS, Porch
from portal.web.ground.problems import Problem, of_the_hub
from portal.web.ground.words import Words, zone_named
from portal.web.supplier.carriers import choices
from portal.web.supplier.deciding import Doubt, decided_parcels, of_form
from portal.web.supplier.endings import ending
from portal.web.supplier.reading import Misread
from portal.web.supplier.view import ShownPart, asked_by_us, shown

AFTER = "after"
AFTER_FOR = timedelta(hours=24)
LONGEST_TOKEN = 100
_MAY: Mapping[str, frozenset[str]] = {
    WORK: frozenset({"confirm", "ship"}),
    CHANGE: frozenset({"change"}),
    AFTER: frozenset({"confirm", "ship", "undo-shipment", "undo-answer"}),
}
_DONE = {
    "confirm": "confirmed",
    "ship": "shipped",
    "change": "change",
    "undo-shipment": "undone",
    "undo-answer": "unanswered",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A link that works, and the order that it opens, in words of the browser's language.

    `ending` is how a change ended that the link was for.
    """

    act: Act
    work: Work
    part: ShownPart
    words: Words
    ending: str


def doors(porch: Porch) -> list[Route]:
    """Return the paths of links that need no session."""
    onetime = OneTime(porch)
    return [
        Route("/a/{token}", onetime.token, methods=["GET"]),
        Route("/a/{token}", onetime.acted, methods=["POST"]),
    ]


class OneTime:
    """One order by a link. What is unknown, used or over is answered alike."""

    def __init__(self, porch: Porch) -> None:
        self._porch = porch

    async def token(self, request: Request) -> Response:
        """Show the order and what may be done; nothing is changed by looking."""
        return await run_in_threadpool(self._look, request)

    async def acted(self, request: Request) -> Response:
        """Do what the form says: once."""
        token = _token(request)
        fields = await form(request, sealed_by=token, largest=LARGEST_FORM, most_fields=MOST_FIELDS)
        return await run_in_threadpool(self._act, request, token, fields)

    def _look(self, request: Request) -> Response:
        token = _token(request)
        opened = self._opened(request, token)
        return self._over(request) if opened is None else self._page(request, token, opened)

    def _opened(self, request: Request, token: str) -> Opened | None:
        parts = self._porch.parts
        act = accounts.peek_act(parts, token=token)
        if act is None or act.purpose not in _MAY:
            return None
        spoken = self._porch.spoken(request)
        zone = zone_named(parts.partners.get(act.partner).calendar.zone)
        words = Words(language=spoken.language, zone=zone, now=parts.now())
        with parts.store.read() as tx:
            work = find(tx, parts, partner=act.partner, number=act.subject, now=parts.now())
        if work is None:
            return None
        ended = ending(work, words) if act.purpose == CHANGE else ""
        return Opened(act=act, work=work, part=shown(work, words), words=words, ending=ended)

    def _act(self, request: Request, token: str, fields: Mapping[str, str]) -> Response:
        opened = self._opened(request, token)
        if opened is None:
            return self._over(request)
        what = fields.get("do", "")
        may = what in _MAY[opened.act.purpose]
        read = _read(what, opened, fields, self._against(opened, fields)) if may else None
        if read is None:
            return self._over(request)
        if isinstance(read, Misread):
            return self._page(request, token, opened, read.problems, fields)
        act = accounts.use_act(self._porch.parts, token=token)
        if act is None:  # somebody else was quicker
            return self._over(request)
        came = self._said(act, read, fields)
        if came.went_through:
            ours = what == "change" and asked_by_us(opened.work, fields.get("change", ""))
            return self._led_on(request, act, "answered" if ours else _DONE[what])
        accounts.reopen_act(self._porch.parts, act_id=act.id)
        problems = of_the_hub(came.problems)
        text = opened.words.say("This cannot be said of the order any more.")
        return self._page(
            request, token, opened, problems or [Problem(field="", text=text)], fields
        )

    def _against(self, opened: Opened, fields: Mapping[str, str]) -> tuple[Doubt, ...]:
        partner = opened.act.partner
        return of_form(self._porch.parts, partner, opened.part, fields, opened.words)

    def _said(
        self, act: Act, read: tuple[PostedSet, Mapping[str, Any]], fields: Mapping[str, str]
    ) -> Came:
        """Say it; a try that came to nothing may be followed by one with other words."""
        once = fields.get("once", "")[:64]
        said = Said(
            set_id=read[0],
            number=act.subject,
            body=read[1],
            key=f"{act.id}-{once}",
            who=act.id,
        )
        return supplier_room.say(self._porch.parts, act.partner, said)

    def _led_on(self, request: Request, act: Act, done: str) -> Response:
        """Lead to a fresh link, which is for this browser alone and opens no more than this one."""
        parts = self._porch.parts
        seed, until = parts.fresh(), parts.now() + AFTER_FOR
        link = parts.store.write(
            lambda tx: accounts.act_link(
                tx,
                parts,
                partner=act.partner,
                purpose=CHANGE if act.purpose == CHANGE else AFTER,
                subject=act.subject,
                until=until,
                names=Names(seed),
                holder=act.holder,
            )
        )
        return see_other(request, f"/a/{link.token}?done={done}")

    def _page(
        self,
        request: Request,
        token: str,
        opened: Opened,
        problems: Sequence[Problem] = (),
        typed: Mapping[str, str] | None = None,
    ) -> Response:
        words = {
            "say": opened.words,
            "part": opened.part,
            "ending": opened.ending,
            "may": _MAY[opened.act.purpose],
            "problems": list(problems),
            "typed": typed or {},
            "doubts": self._against(opened, typed or {}),
            "done": request.query_params.get("done", ""),
            "path": f"/a/{token}",
            "seal": form_seal(token),
            "once": self._porch.parts.random(16).hex(),
            "carriers": choices(self._porch.parts, opened.act.partner),
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
        return self._porch.outside(request, "supplier/onetime.html", words, status=status)

    def _over(self, request: Request) -> Response:
        return self._porch.outside(
            request, "supplier/onetime_over.html", {}, status=HTTPStatus.NOT_FOUND
        )


def _token(request: Request) -> str:
    return str(request.path_params["token"])[:LONGEST_TOKEN]


def _read(
    what: str, opened: Opened, fields: Mapping[str, str], against: Sequence[Doubt]
) -> tuple[PostedSet, Mapping[str, Any]] | Misread | None:
    """Return the paper that a form says, what is wrong with it, or None for no form of ours."""
    match what:
        case "confirm":
            return PostedSet.ORDER_RESPONSE, {"whole": "accept"}
        case "ship":
            read = decided_parcels(against, opened.part, fields, opened.words, parcel_count=1)
            return read if isinstance(read, Misread) else (PostedSet.SHIP_NOTICE, read)
        case "change":
            whole = {"stopped": "accept", "shipped": "reject"}.get(fields.get("answer", ""))
            asked = {"change": fields.get("change", "")[:9], "whole": whole}
            return None if whole is None else (PostedSet.CHANGE_RESPONSE, asked)
        case "undo-shipment":
            return PostedSet.SHIPMENT_VOID, {"shipment": fields.get("shipment", "")[:200]}
        case "undo-answer":
            return PostedSet.ANSWER_VOID, {"document": fields.get("document", "")[:80]}
    return None
