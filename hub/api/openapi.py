"""The OpenAPI 3.1 document, written from the very models that read what is posted."""

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from hub.api import examples
from hub.api.answers import JSON
from hub.api.asking import LONGEST_SKU
from hub.api.carrier_events import EVENTS, PostedEvents, ShownEvents
from hub.api.links import ShownLink
from hub.api.openapi_documents import SHOWN_OF_DOCUMENTS, document_paths
from hub.api.openapi_partner import POSTED_BY_PARTNERS, SHOWN_TO_PARTNERS, partner_paths
from hub.api.openapi_webhooks import POSTED_WEBHOOKS, SHOWN_WEBHOOKS, webhook_paths
from hub.api.openapi_words import KEY, PAGE, Part, answered, got, posted, ref, refused
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
    "order's currency. Everything wrong with a request is said at once (RFC 9457): the last "
    "part of its `type` and the `code` of each of its `errors` are explained at "
    "`/docs/errors/{code}`. Your API key "
    "decides the brand: orders of other brands do not exist for you. Partners that fill orders "
    "fetch their work and answer under `/v1/partner`, with a key of their own."
)

_SHOWN: tuple[type[BaseModel], ...] = (
    ShownLink,
    *(ShownOrder, ShownStatus, ShownStatuses, ShownFacts, ShownProblem, ShownAlive),
    *(ShownEvents, ShownStock, ShownStocks, ShownDecided),
    *SHOWN_TO_PARTNERS,
    *SHOWN_OF_DOCUMENTS,
    *SHOWN_WEBHOOKS,
)
_KEYS = (
    "An API key of one brand (`hub keys add --brand BRAND`), or of one partner (`--partner "
    "PARTNER`): that opens `/v1/partner` alone."
)
_TAKEN = "The order number exists with other content; both are shown, and where they differ."
_NUMBER: Part = {
    "name": "number",
    "in": "path",
    "required": True,
    "description": "The brand's order number.",
    "schema": {"type": "string", "pattern": ORDER_NUMBER},
    "example": "J-100245",
}
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
    PAGE[1],
]
_SAME_TAG: Part = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The ETag of the answer before: 304 when nothing changed.",
    "schema": {"type": "string"},
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
                        "description": _KEYS,
                    }
                },
            },
            "security": [{"key": []}],
        }
    return app.openapi_schema


def _schemas() -> Part:
    taken: tuple[type[BaseModel], ...] = (
        PostedOrder,
        PostedEvents,
        PostedCancellation,
        PostedChanges,
        *POSTED_BY_PARTNERS,
        *POSTED_WEBHOOKS,
    )
    wanted: list[tuple[type[BaseModel], JsonSchemaMode]] = []
    wanted += [(model, "validation") for model in taken]
    wanted += [(model, "serialization") for model in _SHOWN]
    _, found = models_json_schema(wanted, ref_template="#/components/schemas/{model}")
    schemas: Part = found["$defs"]
    return schemas


def _paths() -> Part:
    one = f"{ORDERS}/{{number}}"
    return {
        ORDERS: {"post": _post()},
        one: {"get": got("Read an order", ShownOrder, refusals=(404,), parameters=[_NUMBER])},
        f"{one}/status": {"get": _get_status()},
        f"{one}/cancellations": {
            "post": _post_change("Cancel lines, or all that is open", PostedCancellation)
        },
        f"{one}/changes": {"post": _post_change("Change an order", PostedChanges)},
        f"{one}/status-links": {"post": _post_link()},
        "/v1/statuses": {
            "get": got("List statuses by their last change", ShownStatuses, parameters=PAGE)
        },
        "/v1/facts": {"get": got("List what happened", ShownFacts, parameters=PAGE)},
        STOCK: {"get": got("List what may be sold", ShownStocks, parameters=_SKUS)},
        f"{STOCK}/{{sku}}": {"get": _get_stock()},
        EVENTS: {"post": _post_events()},
        **partner_paths(),
        **document_paths(),
        **webhook_paths(),
        "/v1/openapi.json": {"get": _get_document()},
        "/healthz": {"get": _get_alive()},
    }


def _post() -> Part:
    location: Part = {"Location": {"description": "The order.", "schema": {"type": "string"}}}
    return {
        "summary": "Place an order",
        "operationId": "place_order",
        "description": "The answer leaves when the order is on disk and partners have been chosen.",
        "parameters": [KEY],
        "requestBody": {
            "required": True,
            "content": {
                JSON: {
                    "schema": ref(PostedOrder),
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
            "201": answered("Taken in; the same again for a repeated key.", ShownOrder, location),
            "200": answered("The same order is there already: as it is now.", ShownOrder, location),
            **refused(*(400, 401, 403, 408, 409, 413, 415, 422, 500, 503), reasons={409: _TAKEN}),
        },
    }


def _post_change(summary: str, model: type[BaseModel]) -> Part:
    example = examples.CANCELLATION if model is PostedCancellation else examples.CHANGES
    return {
        "summary": summary,
        "operationId": "cancel_order" if model is PostedCancellation else "change_order",
        "description": "The answer says what is done, what is asked and until when, and what is "
        "too late and why.",
        "parameters": [_NUMBER, KEY],
        "requestBody": posted(model, example),
        "responses": {
            "200": answered("Decided: done, or too late.", ShownDecided),
            "202": answered("Some of it is asked of whoever has it in hand.", ShownDecided),
            **refused(400, 401, 403, 404, 408, 413, 415, 422, 500, 503),
        },
    }


def _post_events() -> Part:
    return {
        "summary": "Tell what happened to parcels",
        "operationId": "tell_carrier_events",
        "description": "For carriers' webhooks; telling an event twice does nothing.",
        "requestBody": posted(PostedEvents, examples.EVENTS),
        "responses": {
            "200": answered("Kept, each with what became of it.", ShownEvents),
            **refused(400, 401, 403, 408, 413, 415, 422, 500, 503),
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
            "201": answered("The link, shown once.", ShownLink),
            **refused(
                *(401, 403, 404, 409, 422, 500, 503),
                reasons={409: "The brand's page names no host to link to."},
            ),
        },
    }


def _get_status() -> Part:
    found = got(
        "Read an order's status", ShownStatus, refusals=(404,), parameters=[_NUMBER, _SAME_TAG]
    )
    ready = answered("The status as of now.", ShownStatus, _TAG)
    ready["content"][JSON]["example"] = examples.STATUS
    return _tagged(found, "read_status", ready)


def _get_stock() -> Part:
    found = got(
        "Read what may be sold of an article",
        ShownStock,
        refusals=(404,),
        parameters=[_SKU, _SAME_TAG],
    )
    return _tagged(found, "read_stock", answered("As of now.", ShownStock, _TAG))


_TAG: Part = {"ETag": {"description": "Of this document.", "schema": {"type": "string"}}}


def _tagged(found: Part, operation: str, ready: Part) -> Part:
    same: Part = {"description": "You have it already.", "headers": _TAG}
    return found | {
        "operationId": operation,
        "responses": {**found["responses"], "200": ready, "304": same},
    }


def _get_document() -> Part:
    return {
        "summary": "Read this document",
        "operationId": "openapi",
        "security": [],
        "responses": {
            "200": {
                "description": "OpenAPI 3.1.",
                "content": {JSON: {"schema": {"type": "object"}}},
            }
        },
    }


def _get_alive() -> Part:
    return {
        "summary": "Say that the process answers",
        "operationId": "alive",
        "security": [],
        "responses": {"200": answered("It does.", ShownAlive)},
    }
