"""`/v1/webhooks` and `/v1/partner/webhooks`: who wants to be told, at which address.

Both doors are one: the key decides whose endpoints there are, and another's answer exactly like
what is not there. A registration that comes again with its Idempotency-Key is answered as before,
with the same secret.
"""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import TypeVar

from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.access import Action, Caller
from hub.api import asking
from hub.api.answers import Declined, answer, dumped, mistakes
from hub.api.keyring import Keyring, sells
from hub.api.reading import is_broken, read_as
from hub.api.webhooks_shown import (
    PostedReplay,
    PostedRotation,
    PostedWebhook,
    dead_view,
    made_view,
    webhook_view,
)
from hub.domain.webhooks import Batch
from hub.errors import Refused
from hub.flow import webhooks
from hub.flow.parts import Parts
from hub.flow.webhooks import KeyReused, Made, NewWebhook, Once, Owner, TooOften

WEBHOOKS = "/v1/webhooks"
PARTNER_WEBHOOKS = "/v1/partner/webhooks"
MOST_BYTES = 64 * 1024
MOST_DEAD = 500  # shown at once

_STANDING = frozenset({"url-taken", "too-many", "too-many-secrets"})
"""What is refused because of what is there already."""

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")


class Webhooks:
    """The endpoints of the brand, or of the partner, whose key is shown."""

    def __init__(self, parts: Parts, keyring: Keyring, *, path: str) -> None:
        self._parts = parts
        self._keyring = keyring
        self._path = path
        of_partner = path == PARTNER_WEBHOOKS
        self._action = Action.KEEP_PARTNER_WEBHOOKS if of_partner else Action.KEEP_WEBHOOKS

    def routes(self) -> list[Route]:
        """Return the routes of this door."""
        one = f"{self._path}/{{webhook}}"
        posts = {
            "secrets": self._rotate,
            "resumptions": self._resume,
            "tests": self._test,
            "replays": self._replay,
        }
        return [
            Route(self._path, self._all, methods=["GET", "POST"]),
            Route(one, self._one, methods=["GET", "DELETE"]),
            Route(f"{one}/dead", self._dead, methods=["GET"]),
            *(Route(f"{one}/{name}", post, methods=["POST"]) for name, post in posts.items()),
        ]

    async def _all(self, request: Request) -> Response:
        return await (self._register(request) if request.method == "POST" else self._list(request))

    async def _one(self, request: Request) -> Response:
        return await (self._remove(request) if request.method == "DELETE" else self._read(request))

    # --- one endpoint more, one less ------------------------------------------------------------

    async def _register(self, request: Request) -> Response:
        caller, owner = await self._asker(request)
        key = asking.idempotency_key(request)
        body = await asking.json_body(request, most=MOST_BYTES)
        posted = _read(PostedWebhook, body)
        batch = posted.batch
        new = NewWebhook(
            url=posted.url,
            types=tuple(posted.types),
            batch=Batch(events=batch.events, seconds=batch.seconds) if batch else Batch(),
            after=posted.after,
        )
        who = f"key:{caller.key_id}"
        status, shown = await _done(lambda: self._registered(owner, new, key, body, who))
        at = {"Location": f"{self._path}/{json.loads(shown)['id']}"}
        return answer(shown, status=status, headers=at)

    def _registered(
        self, owner: Owner, new: NewWebhook, key: str, body: bytes, who: str
    ) -> tuple[int, bytes]:
        if not key:
            return _made(webhooks.register(self._parts, owner, new, who=who))
        once = Once(key=key, body=body, render=_made)
        return webhooks.register_once(self._parts, owner, new, once, who=who)

    async def _remove(self, request: Request) -> Response:
        caller, owner = await self._asker(request)
        who = f"key:{caller.key_id}"
        await _done(lambda: webhooks.remove(self._parts, owner, _named(request), who=who))
        return answer(b"", status=HTTPStatus.NO_CONTENT)

    # --- looking --------------------------------------------------------------------------------

    async def _list(self, request: Request) -> Response:
        _, owner = await self._asker(request)
        found = await run_in_threadpool(webhooks.endpoints, self._parts, owner)
        shown = {"webhooks": [webhook_view(one) for one in found], "types": list(owner.types)}
        return answer(dumped(shown))

    async def _read(self, request: Request) -> Response:
        _, owner = await self._asker(request)
        seen = await _done(lambda: webhooks.endpoint(self._parts, owner, _named(request)))
        return answer(dumped(webhook_view(seen)))

    async def _dead(self, request: Request) -> Response:
        _, owner = await self._asker(request)
        found = await _done(
            lambda: webhooks.dead_list(self._parts, owner, _named(request), limit=MOST_DEAD)
        )
        return answer(dumped({"dead": [dead_view(one) for one in found]}))

    # --- keeping it going -----------------------------------------------------------------------

    async def _rotate(self, request: Request) -> Response:
        caller, owner = await self._asker(request)
        posted = await _posted(request, PostedRotation)
        made = await _done(
            lambda: webhooks.rotate(
                self._parts,
                owner,
                _named(request),
                overlap=timedelta(hours=posted.overlap_hours),
                who=f"key:{caller.key_id}",
            )
        )
        return answer(dumped(made_view(made)), status=HTTPStatus.CREATED)

    async def _resume(self, request: Request) -> Response:
        caller, owner = await self._asker(request)
        named, who = _named(request), f"key:{caller.key_id}"
        await _done(lambda: webhooks.resume(self._parts, owner, named, who=who))
        seen = await _done(lambda: webhooks.endpoint(self._parts, owner, named))
        return answer(dumped(webhook_view(seen)))

    async def _test(self, request: Request) -> Response:
        caller, owner = await self._asker(request)
        who = f"key:{caller.key_id}"
        message = await _done(
            lambda: webhooks.try_out(self._parts, owner, _named(request), who=who)
        )
        return answer(dumped({"message": message}), status=HTTPStatus.ACCEPTED)

    async def _replay(self, request: Request) -> Response:
        caller, owner = await self._asker(request)
        posted = await _posted(request, PostedReplay)
        named, who = _named(request), f"key:{caller.key_id}"
        shown: Mapping[str, int | None]
        if posted.after is not None:
            after = posted.after
            await _done(lambda: webhooks.replay_since(self._parts, owner, named, after, who=who))
            shown = {"messages": None, "after": after}
        else:
            chosen = posted.messages or ()
            count = await _done(lambda: webhooks.replay(self._parts, owner, named, chosen, who=who))
            shown = {"messages": count, "after": None}
        return answer(dumped(shown), status=HTTPStatus.ACCEPTED)

    async def _asker(self, request: Request) -> tuple[Caller, Owner]:
        """Who asks, and whose endpoints exist for them."""
        caller = await self._keyring.caller(request, self._action)
        asking.no_query(request)
        if self._action is Action.KEEP_WEBHOOKS:
            sells(self._parts, caller)
            return caller, Owner(brand=caller.brand)
        return caller, Owner(partner=caller.partner)


def _named(request: Request) -> str:
    named: str = request.path_params["webhook"]
    return named if named.isascii() and named.isprintable() else ""


def _made(made: Made) -> tuple[int, bytes]:
    return HTTPStatus.CREATED, dumped(made_view(made))


async def _posted(request: Request, model: type[M]) -> M:
    return _read(model, await asking.json_body(request, most=MOST_BYTES))


def _read(model: type[M], body: bytes) -> M:
    posted, problems = read_as(model, body)
    if is_broken(problems):
        raise Declined(HTTPStatus.BAD_REQUEST, "not-json", problems[0].text)
    if posted is None:
        raise Declined(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "webhook-form",
            "the body does not have the form of the schema; every place is named below",
            errors=mistakes(problems),
        )
    return posted


async def _done(work: Callable[[], T]) -> T:
    """Do what is asked; what cannot be done is told as a problem document."""
    try:
        return await run_in_threadpool(work)
    except KeyError:
        raise Declined(
            HTTPStatus.NOT_FOUND, "no-webhook", "you have no such endpoint or message; list them"
        ) from None
    except ValueError as fault:
        raise Declined(HTTPStatus.CONFLICT, "not-told-yet", str(fault)) from None
    except TooOften as fault:
        raise Declined(
            HTTPStatus.TOO_MANY_REQUESTS,
            "too-often",
            str(fault),
            headers={"Retry-After": str(fault.seconds)},
        ) from None
    except KeyReused as fault:
        raise Declined(
            HTTPStatus.UNPROCESSABLE_ENTITY, "idempotency-key-reused", str(fault)
        ) from None
    except Refused as fault:
        standing = all(problem.code in _STANDING for problem in fault.problems)
        raise Declined(
            HTTPStatus.CONFLICT if standing else HTTPStatus.UNPROCESSABLE_ENTITY,
            fault.problems[0].code if standing else "webhook-refused",
            fault.problems[0].text if standing else "this endpoint cannot be told anything",
            errors=mistakes(fault.problems),
        ) from None
