"""`POST /v1/orders`: who asks, how much is sent, what it says, and only then what comes of it."""

from asyncio import wrap_future
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from hub.access import Action, Caller
from hub.api import asking
from hub.api.answers import Declined, answer, dumped, mistakes
from hub.api.differing import differing
from hub.api.keyring import Keyring, sells
from hub.api.reading import Reading, read_order
from hub.api.views import location, order_view, posted_view
from hub.domain.exchange import Problem
from hub.domain.orders import Order
from hub.domain.placing import NewOrder
from hub.flow.orders import Outcome, Posting, Verdict, submit
from hub.flow.parts import Parts
from hub.flow.refusals import keep_refused
from hub.store import Erased


class Intake:
    """Takes orders in; the answer leaves after the order is on disk."""

    def __init__(self, parts: Parts, keyring: Keyring) -> None:
        self._parts = parts
        self._keyring = keyring

    async def post(self, request: Request) -> Response:
        """Place the posted order for the key's brand; raises Declined with all that is wrong."""
        caller = await self._keyring.caller(request, Action.PLACE_ORDER)
        asking.no_query(request)
        key = asking.idempotency_key(request)
        body = await asking.json_body(request)
        sells(self._parts, caller)
        reading = read_order(body)
        if reading.new is None:
            await self._keep_refused(caller, "", body, reading.problems)
            raise _unreadable(reading)
        now = self._parts.now()
        posting = Posting(
            new=reading.new,
            brand=caller.brand,
            who=f"key:{caller.key_id}",
            body=body,
            key=key,
            render=partial(_placed, now=now),
        )
        verdict = await wrap_future(submit(self._parts, posting))
        if verdict.outcome is Outcome.WRONG:
            await self._keep_refused(caller, reading.new.number, body, verdict.problems)
        if verdict.outcome is Outcome.DIFFERS and verdict.order is not None:
            raise await run_in_threadpool(self._taken, verdict.order, reading.new)
        return _answer(verdict, reading.new, now=now)

    def _taken(self, order: Order, new: NewOrder) -> Declined:
        """Say that a number is taken, showing both orders and the places where they differ."""
        return Declined(
            HTTPStatus.CONFLICT,
            "order-number-taken",
            f"order {new.number!r} exists with other content; both are below: use a new number for "
            "a new order, or read the existing one",
            headers={"Location": location(new.number)},
            more={
                "posted": posted_view(new),
                "existing": order_view(order, now=self._parts.now()),
                "differs": self._differs(order, new),
            },
        )

    def _differs(self, order: Order, new: NewOrder) -> list[str] | None:
        """Compare with what was posted first; None when that is not there to be compared."""
        try:
            with self._parts.store.read() as tx:
                former = read_order(tx.people.placed(order.id)).new
        except (KeyError, Erased):
            return None
        return differing(new, former) if former else None

    async def _keep_refused(
        self, caller: Caller, number: str, body: bytes, problems: Sequence[Problem]
    ) -> None:
        """An order that was refused waits for a person as well; it does not end with the answer."""
        kept = keep_refused(
            self._parts, brand=caller.brand, number=number, body=body, problems=problems
        )
        await wrap_future(kept)


def _placed(order: Order, *, now: datetime) -> tuple[int, bytes]:
    return HTTPStatus.CREATED, dumped(order_view(order, now=now))


def _unreadable(reading: Reading) -> Declined:
    if reading.broken:
        return Declined(HTTPStatus.BAD_REQUEST, "not-json", reading.problems[0].text)
    return Declined(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "order-form",
        "the order does not have the form of the schema; every place is named below",
        errors=mistakes(reading.problems),
    )


def _answer(verdict: Verdict, new: NewOrder, *, now: datetime) -> Response:
    outcome, order = verdict.outcome, verdict.order
    at = {"Location": location(new.number)}
    if outcome in (Outcome.PLACED, Outcome.REPLAYED):
        return answer(verdict.reply, status=verdict.status, headers=at)
    if outcome is Outcome.KNOWN and order is not None:
        return answer(dumped(order_view(order, now=now)), headers=at)
    if outcome is Outcome.KEY_REUSED:
        raise Declined(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "idempotency-key-reused",
            "this Idempotency-Key came before with another body; use a new key for another order",
        )
    raise Declined(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "order-refused",
        "the order cannot be taken in; everything that forbids it is named below",
        errors=mistakes(verdict.problems),
    )
