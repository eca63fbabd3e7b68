"""The OpenAPI 3.1 document, written from the very models that read what is posted."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from hub.api import examples
from hub.api.answers import JSON, PROBLEM
from hub.api.asking import BODY_SECONDS, LONGEST_SKU, MOST_BYTES, MOST_KEY, MOST_ROWS
from hub.api.carrier_events import EVENTS, PostedEvents, ShownEvents
from hub.api.links import ShownLink
from hub.api.posted import ORDER_NUMBER, PostedOrder
from hub.api.posted_changes import PostedCancellation, PostedChanges
from hub.api.shown import (
    ShownAlive,
    ShownDecided,
    ShownFacts,
    ShownOrder,
    ShownProblem,
    ShownStatus,
    ShownStatuses,
)
from hub.api.stock import STOCK, ShownStock, ShownStocks
from hub.api.views import ORDERS

TITLE = "Supplier hub"
ABOUT = (
    "Place orders of your brand and ask what became of them. Money is integer minor units of the "
    "order's currency. Everything wrong with a request is said at once (RFC 9457). Your API key "
    "decides the brand: orders of other brands do not exist for you."
)

Part = dict[str, Any]

_SHOWN: tuple[type[BaseModel], ...] = (
    ShownLink,
    *(ShownOrder, ShownStatus, ShownStatuses, ShownFacts, ShownProblem, ShownAlive),
    *(ShownEvents, ShownStock, ShownStocks, ShownDecided),
)
_REASONS = {
    400: "Not JSON, or a header that cannot be used.",
    401: "No API key, or one that is unknown or revoked.",
    403: "The key may not do this, or its brand is no longer configured.",
    404: "There is no such thing for your brand.",
    408: f"The body did not come within {BODY_SECONDS} seconds.",
    409: "The order number exists with other content; both are shown, and where they differ.",
    413: f"The body has more than {MOST_BYTES:,} bytes.",
    415: "The body is not uncompressed application/json.",
    422: "Something in the request cannot be taken; every place is named.",
    500: "Our fault; the reference helps the operator.",
    503: "The store is busy or away; send the same request again after Retry-After seconds.",
}
_NUMBER: Part = {
    "name": "number",
    "in": "path",
    "required": True,
    "description": "The brand's order number.",
    "schema": {"type": "string", "pattern": ORDER_NUMBER},
    "example": "J-100245",
}
_PAGE: list[Part] = [
    {
        "name": "after",
        "in": "query",
        "description": "The `next` of the answer before; 0 begins at the beginning.",
        "schema": {"type": "string", "pattern": "^[0-9]{1,18}$", "default": "0"},
    },
    {
        "name": "limit",
        "in": "query",
        "schema": {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": 100},
    },
]
_SKU: Part = {
    "name": "sku",
    "in": "path",
    "required": True,
    "description": "The article's SKU.",
    "schema": {"type": "string", "maxLength": LONGEST_SKU},
    "example": "JUN-MUG-BLUE",
}
_SKUS: list[Part] = [
    {
        "name": "after",
        "in": "query",
        "description": "The `next` of the answer before; without, from the first SKU.",
        "schema": {"type": "string", "maxLength": LONGEST_SKU, "default": ""},
    },
    _PAGE[1],
]
_SAME_TAG: Part = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The ETag of the answer before: 304 when nothing changed.",
    "schema": {"type": "string"},
}
_KEY: Part = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Sent again with the same body, the same answer comes back; recommended.",
    "schema": {"type": "string", "minLength": 1, "maxLength": MOST_KEY, "pattern": "^[ -~]+$"},
    "example": "5f0f5b0e-9d0c-4a7c-b6a8-4f6f5d1d9a01",
}


def document(app: FastAPI) -> Part:
    """Return the document; written once and kept with the app."""
    if not app.openapi_schema:
        app.openapi_schema = {
            "openapi": "3.1.0",
            "info": {"title": app.title, "version": app.version, "description": app.description},
            "paths": _paths(),
            "components": {
                "schemas": _schemas(),
                "securitySchemes": {
                    "key": {
                        "type": "http",
                        "scheme": "bearer",
                        "bearerFormat": "hub_live_…",
                        "description": "An API key of one brand: `hub keys add --brand BRAND`.",
                    }
                },
            },
            "security": [{"key": []}],
        }
    return app.openapi_schema


def _schemas() -> Part:
    posted = (PostedOrder, PostedEvents, PostedCancellation, PostedChanges)
    wanted: list[tuple[type[BaseModel], JsonSchemaMode]] = [(one, "validation") for one in posted]
    wanted += [(model, "serialization") for model in _SHOWN]
    _, found = models_json_schema(wanted, ref_template="#/components/schemas/{model}")
    schemas: Part = found["$defs"]
    return schemas


def _paths() -> Part:
    one = f"{ORDERS}/{{number}}"
    return {
        ORDERS: {"post": _post()},
        one: {"get": _get("Read an order", ShownOrder, refusals=(404,), parameters=[_NUMBER])},
        f"{one}/status": {"get": _get_status()},
        f"{one}/cancellations": {
            "post": _post_change("Cancel lines, or all that is open", PostedCancellation)
        },
        f"{one}/changes": {"post": _post_change("Change an order", PostedChanges)},
        f"{one}/status-links": {"post": _post_link()},
        "/v1/statuses": {
            "get": _get("List statuses by their last change", ShownStatuses, parameters=_PAGE)
        },
        "/v1/facts": {"get": _get("List what happened", ShownFacts, parameters=_PAGE)},
        STOCK: {"get": _get("List what may be sold", ShownStocks, parameters=_SKUS)},
        f"{STOCK}/{{sku}}": {"get": _get_stock()},
        EVENTS: {"post": _post_events()},
        "/healthz": {"get": _get_alive()},
    }


def _post() -> Part:
    location: Part = {"Location": {"description": "The order.", "schema": {"type": "string"}}}
    return {
        "summary": "Place an order",
        "operationId": "place_order",
        "description": "The answer leaves when the order is on disk and partners have been chosen.",
        "parameters": [_KEY],
        "requestBody": {
            "required": True,
            "content": {
                JSON: {
                    "schema": _ref(PostedOrder),
                    "examples": {
                        "juniper": {
                            "summary": "Two parcels, one a present, one mug engraved",
                            "value": examples.ORDER,
                        }
                    },
                }
            },
        },
        "responses": {
            "201": _shown("Taken in; the same again for a repeated key.", ShownOrder, location),
            "200": _shown("The same order is there already: as it is now.", ShownOrder, location),
            **_refused(400, 401, 403, 408, 409, 413, 415, 422, 500, 503),
        },
    }


def _post_change(summary: str, posted: type[BaseModel]) -> Part:
    example = examples.CANCELLATION if posted is PostedCancellation else examples.CHANGES
    return {
        "summary": summary,
        "operationId": "cancel_order" if posted is PostedCancellation else "change_order",
        "description": "The answer says what is done, what is asked and until when, and what is "
        "too late and why.",
        "parameters": [_NUMBER, _KEY],
        "requestBody": {
            "required": True,
            "content": {JSON: {"schema": _ref(posted), "example": example}},
        },
        "responses": {
            "200": _shown("Decided: done, or too late.", ShownDecided),
            "202": _shown("Some of it is asked of whoever has it in hand.", ShownDecided),
            **_refused(400, 401, 403, 404, 408, 413, 415, 422, 500, 503),
        },
    }


def _post_events() -> Part:
    return {
        "summary": "Tell what happened to parcels",
        "operationId": "tell_carrier_events",
        "description": "For carriers' webhooks; telling an event twice does nothing.",
        "requestBody": {
            "required": True,
            "content": {JSON: {"schema": _ref(PostedEvents), "example": examples.EVENTS}},
        },
        "responses": {
            "200": _shown("Kept, each with what became of it.", ShownEvents),
            **_refused(401, 403, 408, 413, 415, 422, 500, 503),
        },
    }


def _post_link() -> Part:
    return {
        "summary": "Make a link to an order's status page",
        "operationId": "link_order",
        "description": "For mails and account pages. Each call makes one more; none is kept "
        "readable. Whoever has it sees the order without name and street. It works for 180 days.",
        "parameters": [_NUMBER],
        "responses": {
            "201": _shown("The link, shown once.", ShownLink),
            **_refused(401, 403, 404, 422, 500, 503),
        },
    }


def _get(
    summary: str, shown: type[BaseModel], *, refusals: Sequence[int] = (), parameters: list[Part]
) -> Part:
    return {
        "summary": summary,
        "operationId": summary.lower().replace(" ", "_"),
        "parameters": parameters,
        "responses": {
            "200": _shown("Found.", shown),
            **_refused(401, *refusals, 422, 500, 503),
        },
    }


def _get_status() -> Part:
    found = _get(
        "Read an order's status", ShownStatus, refusals=(404,), parameters=[_NUMBER, _SAME_TAG]
    )
    ready = _shown("The status as of now.", ShownStatus, _TAG)
    ready["content"][JSON]["example"] = examples.STATUS
    return _tagged(found, "read_status", ready)


def _get_stock() -> Part:
    found = _get(
        "Read what may be sold of an article",
        ShownStock,
        refusals=(404,),
        parameters=[_SKU, _SAME_TAG],
    )
    return _tagged(found, "read_stock", _shown("As of now.", ShownStock, _TAG))


_TAG: Part = {"ETag": {"description": "Of this document.", "schema": {"type": "string"}}}


def _tagged(found: Part, operation: str, ready: Part) -> Part:
    same: Part = {"description": "You have it already.", "headers": _TAG}
    return found | {
        "operationId": operation,
        "responses": {**found["responses"], "200": ready, "304": same},
    }


def _get_alive() -> Part:
    return {
        "summary": "Say that the process answers",
        "operationId": "alive",
        "security": [],
        "responses": {"200": _shown("It does.", ShownAlive)},
    }


def _shown(about: str, model: type[BaseModel], headers: Part | None = None) -> Part:
    shown: Part = {"description": about, "content": {JSON: {"schema": _ref(model)}}}
    return shown | {"headers": headers} if headers else shown


def _refused(*statuses: int) -> Part:
    return {str(status): _refusal(status) for status in statuses}


def _refusal(status: int) -> Part:
    content: Part = {"schema": _ref(ShownProblem)}
    if status == 422:
        content["example"] = examples.REFUSED
    refusal: Part = {"description": _REASONS[status], "content": {PROBLEM: content}}
    if status == 503:
        seconds = {"description": "Seconds to wait.", "schema": {"type": "integer"}}
        refusal["headers"] = {"Retry-After": seconds}
    return refusal


def _ref(model: type[BaseModel]) -> Part:
    return {"$ref": f"#/components/schemas/{model.__name__}"}
