"""`POST /v1/orders/{number}/cancellations` and `/changes`: the outcome is the answer."""

from asyncio import wrap_future
from collections.abc import Callable
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from hub.access import Action
from hub.api import asking
from hub.api.answers import Declined, answer, mistakes
from hub.api.change_views import rendered
from hub.api.keyring import Keyring, sells
from hub.api.posted_changes import ChangeReading, read_cancellation, read_changes
from hub.api.views import location
from hub.domain.orders import ChangeKind
from hub.flow.changing import Answered, ChangePosting, ChangeVerdict, submit_change
from hub.flow.parts import Parts


class Changes:
    """Takes cancellations and changes; the answer leaves after they are on disk.

    What cannot be done any more is an outcome and no mistake: it is answered with 200.
    """

    def __init__(self, parts: Parts, keyring: Keyring) -> None:
        self._parts = parts
        self._keyring = keyring

    async def cancel(self, request: Request) -> Response:
        """Cancel lines or everything; raises Declined with all that is wrong."""
        return await self._decide(
            request, Action.CANCEL_ORDER, ChangeKind.CANCELLATION, read_cancellation, "/lines"
        )

    async def change(self, request: Request) -> Response:
        """Change what the body's actions name; raises Declined with all that is wrong."""
        return await self._decide(
            request, Action.CHANGE_ORDER, ChangeKind.CHANGE, read_changes, "/actions"
        )

    async def _decide(
        self,
        request: Request,
        action: Action,
        kind: ChangeKind,
        read: Callable[[bytes], ChangeReading],
        place: str,
    ) -> Response:
        caller = await self._keyring.caller(request, action)
        asking.no_query(request)
        key = asking.idempotency_key(request)
        number = asking.number_in_path(request)
        body = await asking.json_body(request)
        sells(self._parts, caller)
        if number is None:
            raise _missing(request)
        reading = read(body)
        if reading.problems:
            raise _unreadable(reading)
        posting = ChangePosting(
            number=number,
            brand=caller.brand,
            who=f"key:{caller.key_id}",
            kind=kind,
            requests=reading.requests,
            reason=reading.reason,
            place=place,
            body=body,
            key=key,
            render=rendered,
        )
        verdict = await wrap_future(submit_change(self._parts, posting))
        return _answer(request, verdict, number)


def _missing(request: Request) -> Declined:
    number = request.path_params["number"]
    return Declined(
        HTTPStatus.NOT_FOUND,
        "no-order",
        f"your brand has no order {number[:60]!r}; check the number",
    )


def _unreadable(reading: ChangeReading) -> Declined:
    if reading.broken:
        return Declined(HTTPStatus.BAD_REQUEST, "not-json", reading.problems[0].text)
    return Declined(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "change-form",
        "the body does not have the form of the schema; every place is named below",
        errors=mistakes(reading.problems),
    )


def _answer(request: Request, verdict: ChangeVerdict, number: str) -> Response:
    if verdict.outcome is Answered.UNKNOWN:
        raise _missing(request)
    if verdict.outcome is Answered.KEY_REUSED:
        raise Declined(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "idempotency-key-reused",
            "this Idempotency-Key came before with another body; use a new key for another change",
        )
    if verdict.outcome is Answered.WRONG:
        raise Declined(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "change-refused",
            "nothing was changed; everything that forbids it is named below",
            errors=mistakes(verdict.problems),
        )
    return answer(verdict.reply, status=verdict.status, headers={"Location": location(number)})
