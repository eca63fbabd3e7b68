"""`/v1/partner`: a partner fetches its work and posts what it does with it.

The partner comes from the key alone. What is another's answers exactly like what is not there.
"""

from asyncio import wrap_future
from collections.abc import Mapping
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from hub.access import Action, Caller
from hub.api import asking
from hub.api.answers import JSON, PROBLEM, RETRY_SECONDS, Declined, answer, dumped, mistakes
from hub.api.keyring import Keyring
from hub.api.partner_asking import MOST_STOCK_BYTES, required_key, work_page
from hub.api.partner_reading import named, read_posted
from hub.api.partner_views import queue_view, taken_view, work_view
from hub.api.reading import is_broken
from hub.domain.exchange import DocumentState
from hub.domain.posted import PostedSet
from hub.flow.partner_work import Work, find, queue
from hub.flow.parts import Parts
from hub.flow.posted import (
    Outcome,
    PostedPaper,
    PostedVerdict,
    Taken,
    desk_of,
    submit_posted,
    take_stock,
)
from hub.partners import Channel

_ACTIONS: Mapping[PostedSet, Action] = {
    PostedSet.INVOICE: Action.SEND_INVOICE,
    PostedSet.STOCK_REPORT: Action.TELL_STOCK,
}


class PartnerDoor:
    """Shows a partner its work and takes its papers; each answer leaves after the commit."""

    def __init__(self, parts: Parts, keyring: Keyring) -> None:
        self._parts = parts
        self._keyring = keyring

    # --- what there is to do --------------------------------------------------------------------

    async def orders(self, request: Request) -> Response:
        """Return the work that changed after the cursor."""
        caller = await self._keyring.caller(request, Action.READ_WORK)
        page = work_page(request)
        self._desk(caller)
        found = await run_in_threadpool(
            queue,
            self._parts,
            partner=caller.partner,
            states=page.states,
            after=page.after,
            limit=page.limit,
        )
        return answer(dumped(queue_view(found)))

    async def order(self, request: Request) -> Response:
        """Return one purchase order; raises Declined with 404 when none lies with the partner."""
        caller = await self._keyring.caller(request, Action.READ_WORK)
        asking.no_query(request)
        self._desk(caller)
        number = _number(request)
        work = await run_in_threadpool(self._found, caller, number)
        if work is None:
            raise _missing()
        return answer(dumped(work_view(work)))

    def _found(self, caller: Caller, number: str) -> Work | None:
        with self._parts.store.read() as tx:
            return find(
                tx, self._parts, partner=caller.partner, number=number, now=self._parts.now()
            )

    # --- what was done --------------------------------------------------------------------------

    async def responses(self, request: Request) -> Response:
        """Take the answer to a purchase order."""
        return await self._on_order(request, PostedSet.ORDER_RESPONSE)

    async def shipments(self, request: Request) -> Response:
        """Take what was shipped of a purchase order."""
        return await self._on_order(request, PostedSet.SHIP_NOTICE)

    async def change_responses(self, request: Request) -> Response:
        """Take the answer to a change of a purchase order."""
        return await self._on_order(request, PostedSet.CHANGE_RESPONSE)

    async def void_shipment(self, request: Request) -> Response:
        """Take back that a shipment left."""
        return await self._on_order(request, PostedSet.SHIPMENT_VOID)

    async def correct_shipment(self, request: Request) -> Response:
        """Take in what is true of a shipment instead of what was told."""
        return await self._on_order(request, PostedSet.SHIPMENT_CORRECTION)

    async def void_answer(self, request: Request) -> Response:
        """Take back an answer to a purchase order."""
        return await self._on_order(request, PostedSet.ANSWER_VOID)

    async def invoices(self, request: Request) -> Response:
        """Take an invoice; it names its purchase order itself."""
        paper = await self._paper(request, PostedSet.INVOICE, "")
        return _told(await self._taken(paper))

    async def stock(self, request: Request) -> Response:
        """Take a stock report; the answer leaves when its levels are in place."""
        paper = await self._paper(request, PostedSet.STOCK_REPORT, "")
        return _told(await run_in_threadpool(take_stock, self._parts, paper))

    async def _on_order(self, request: Request, set_id: PostedSet) -> Response:
        paper = await self._paper(request, set_id, request.path_params["number"])
        return _told(await self._taken(paper))

    async def _taken(self, paper: PostedPaper) -> PostedVerdict:
        return await wrap_future(await run_in_threadpool(submit_posted, self._parts, paper))

    async def _paper(self, request: Request, set_id: PostedSet, number: str) -> PostedPaper:
        """Read a request into a paper; raises Declined before anything is kept."""
        caller = await self._keyring.caller(request, _ACTIONS.get(set_id, Action.ANSWER_WORK))
        asking.no_query(request)
        key = required_key(request)
        most = MOST_STOCK_BYTES if set_id is PostedSet.STOCK_REPORT else asking.MOST_BYTES
        body = await asking.json_body(request, most=most)
        if "notice" in request.path_params:
            body = named(body, request.path_params["notice"])
        channel = self._desk(caller)
        if number and not asking.possible_number(number):
            raise _missing()
        reading = await run_in_threadpool(read_posted, set_id, number, body)
        if is_broken(reading.problems):
            raise Declined(HTTPStatus.BAD_REQUEST, "not-json", reading.problems[0].text)
        if reading.problems:
            raise Declined(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "paper-form",
                "the body does not have the form of the schema; every place is named below, "
                "nothing was kept",
                errors=mistakes(reading.problems),
            )
        return PostedPaper(
            channel=channel,
            set_id=set_id,
            number=number,
            reading=reading,
            path=request.url.path,
            body=body,
            key=key,
            who=f"key:{caller.key_id}",
            render=_rendered,
        )

    def _desk(self, caller: Caller) -> Channel:
        channel = desk_of(self._parts, caller.partner)
        if channel is None:
            raise Declined(
                HTTPStatus.FORBIDDEN,
                "no-desk",
                f"the page of {caller.partner!r} has no channel with `transport: desk`; "
                "ask the operator for one",
            )
        return channel


def _number(request: Request) -> str:
    number = asking.number_in_path(request)
    if number is None:
        raise _missing()
    return number


def _missing() -> Declined:
    return Declined(
        HTTPStatus.NOT_FOUND,
        "no-order",
        "no purchase order of that number lies with you; check the number",
    )


def _rendered(taken: Taken) -> tuple[int, bytes]:
    view = taken_view(taken)
    if taken.state is DocumentState.REFUSED:
        refused = Declined(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "paper-refused",
            "nothing of it could be used; everything that forbids it is named below",
            errors=mistakes(taken.problems),
            more={"document": taken.document},
        )
        return refused.status, bytes(refused.answer().body)
    waits = taken.state is DocumentState.PARKED
    return (HTTPStatus.ACCEPTED if waits else HTTPStatus.OK), dumped(view)


def _told(verdict: PostedVerdict) -> Response:
    match verdict.outcome:
        case Outcome.TAKEN | Outcome.REPLAYED:
            good = verdict.status < HTTPStatus.BAD_REQUEST
            media = JSON if good else PROBLEM
            return answer(verdict.reply, status=verdict.status, media_type=media)
        case Outcome.UNKNOWN:
            raise _missing()
        case Outcome.KEY_REUSED:
            raise Declined(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "idempotency-key-reused",
                "this Idempotency-Key came before with another body or path; use a new key for "
                "another paper",
            )
        case Outcome.IN_WORK:
            raise Declined(
                HTTPStatus.CONFLICT,
                "in-work",
                "the same request is being worked on; send it again for its answer",
                headers={"Retry-After": RETRY_SECONDS},
            )
