"""The operations of both webhook doors in the OpenAPI document, and the events that are sent."""

from typing import Any

from pydantic import BaseModel

from hub.api.openapi_words import KEY, Part, answered, got, posted, refused
from hub.api.webhooks import PARTNER_WEBHOOKS, WEBHOOKS
from hub.api.webhooks_shown import (
    PostedReplay,
    PostedRotation,
    PostedWebhook,
    ShownDeadList,
    ShownReplayed,
    ShownTrial,
    ShownWebhook,
    ShownWebhookMade,
    ShownWebhooks,
)
from hub.domain.webhooks import BRAND_TYPES, PARTNER_TYPES
from hub.flow.webhooks import MOST_TESTS

POSTED_WEBHOOKS: tuple[type[BaseModel], ...] = (PostedWebhook, PostedRotation, PostedReplay)
SHOWN_WEBHOOKS: tuple[type[BaseModel], ...] = (
    *(ShownWebhook, ShownWebhookMade, ShownWebhooks),
    *(ShownDeadList, ShownReplayed, ShownTrial),
)

_ABOUT = (
    "Called with POST and a Standard Webhooks 1.0 signature (`webhook-id`, `webhook-timestamp`, "
    "`webhook-signature`) within seconds. Answer 2xx; anything else is tried again after 5 s, "
    "5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h, then put on the dead list. 410 ends the "
    "endpoint, redirects are not followed, Retry-After is honoured. Events come in any order and "
    "may come twice with the same `webhook-id`; `/docs/webhooks` tells how to verify them. Types: "
)
_REGISTERED = (
    "Registered; the secret is shown once, and again only to the same request with the same "
    "Idempotency-Key."
)
_MISSED = " What was missed is read from `/v1/facts` by position, or replayed."
_REASONS = {
    404: "You have no such endpoint.",
    409: "As things stand it cannot be done: the URL is registered, or there are too many.",
    422: "Something in the request cannot be taken; every place is named.",
}
_NAMED: Part = {
    "name": "webhook",
    "in": "path",
    "required": True,
    "description": "The endpoint's id.",
    "schema": {"type": "string", "pattern": "^wh_[0-9a-z]{1,60}$"},
    "example": "wh_0190f1d2c3a4b5c6d7e8f90101",
}
_NEW: dict[str, Any] = {
    "url": "https://hooks.juniper.example.com/hub",
    "types": ["order.shipped", "lines.cancelled"],
    "batch": {"events": 50, "seconds": 30},
}
_NEW_FOR_PARTNERS: dict[str, Any] = {
    "url": "https://hooks.mill.example.com/hub",
    "types": ["purchase_order.offered", "purchase_order.change_asked"],
}
_COMMON = (400, 401, 403, 404, 408, 409, 413, 415, 422, 500, 503)


def webhook_paths() -> Part:
    """Return every path of the doors of brands and of partners."""
    return {
        **_door(WEBHOOKS, "", _NEW, _ABOUT + ", ".join(BRAND_TYPES) + "." + _MISSED),
        **_door(
            PARTNER_WEBHOOKS,
            "partner_",
            _NEW_FOR_PARTNERS,
            _ABOUT + ", ".join(PARTNER_TYPES) + ".",
        ),
    }


def _door(path: str, prefix: str, example: object, about: str) -> Part:
    one = f"{path}/{{webhook}}"
    many: Part = {
        "get": _read("List endpoints", ShownWebhooks, f"list_{prefix}webhooks"),
        "post": _register(f"register_{prefix}webhook", example, about),
    }
    single: Part = {
        "get": _read("Read an endpoint", ShownWebhook, f"read_{prefix}webhook", one=True),
        "delete": _remove(f"remove_{prefix}webhook"),
    }
    dead = _read("List what was not taken", ShownDeadList, f"list_{prefix}dead", one=True)
    return {
        path: many,
        one: single,
        f"{one}/dead": {"get": dead},
        f"{one}/secrets": {
            "post": _act(
                "Make a new secret",
                f"rotate_{prefix}webhook",
                "201",
                ShownWebhookMade,
                posted(PostedRotation, {"overlap_hours": 24}),
            )
        },
        f"{one}/resumptions": {
            "post": _act("Have it called again", f"resume_{prefix}webhook", "200", ShownWebhook)
        },
        f"{one}/tests": {
            "post": _act(
                f"Have a test event sent, at most {MOST_TESTS} a minute",
                f"test_{prefix}webhook",
                "202",
                ShownTrial,
            )
        },
        f"{one}/replays": {
            "post": _act(
                "Send once more",
                f"replay_{prefix}webhook",
                "202",
                ShownReplayed,
                posted(PostedReplay, {"dead": True}),
            )
        },
    }


def _read(summary: str, shown: type[BaseModel], operation: str, *, one: bool = False) -> Part:
    found = got(
        summary,
        shown,
        refusals=(403, 404) if one else (403,),
        parameters=[_NAMED] if one else [],
    )
    return found | {"operationId": operation}


def _register(operation: str, example: object, about: str) -> Part:
    location: Part = {"Location": {"description": "The endpoint.", "schema": {"type": "string"}}}
    return {
        "summary": "Register an endpoint",
        "operationId": operation,
        "description": about,
        "parameters": [KEY],
        "requestBody": posted(PostedWebhook, example),
        "responses": {
            "201": answered(_REGISTERED, ShownWebhookMade, location),
            **refused(*(one for one in _COMMON if one != 404), reasons=_REASONS),
        },
    }


def _remove(operation: str) -> Part:
    return {
        "summary": "Remove an endpoint",
        "operationId": operation,
        "parameters": [_NAMED],
        "responses": {
            "204": {"description": "It is told nothing more."},
            **refused(401, 403, 404, 422, 500, 503, reasons=_REASONS),
        },
    }


def _act(
    summary: str,
    operation: str,
    status: str,
    shown: type[BaseModel],
    body: Part | None = None,
) -> Part:
    refusals = _COMMON if body else (401, 403, 404, 422, 500, 503)
    acted: Part = {
        "summary": summary,
        "operationId": operation,
        "parameters": [_NAMED],
        "responses": {status: answered("Done.", shown), **refused(*refusals, reasons=_REASONS)},
    }
    return acted | {"requestBody": body} if body else acted
