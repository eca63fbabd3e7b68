"""What every operation of the OpenAPI document is written with: answers, refusals, parameters."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from hub.api import examples
from hub.api.answers import JSON, PROBLEM
from hub.api.asking import BODY_SECONDS, MOST_BYTES, MOST_KEY, MOST_ROWS
from hub.api.shown import ShownProblem

Part = dict[str, Any]

REASONS = {
    400: "Not JSON, or a header that cannot be used.",
    401: "No API key, or one that is unknown or revoked.",
    403: "The key may not do this, or its brand or partner is no longer configured for it.",
    404: "There is no such thing for you.",
    408: f"The body did not come within {BODY_SECONDS} seconds.",
    409: "It cannot be done as things stand.",
    413: f"The body has more than {MOST_BYTES:,} bytes.",
    415: "The body is not uncompressed application/json.",
    422: "Something in the request cannot be taken; every place is named.",
    429: "Too many at once, or too often by this key; again after Retry-After seconds.",
    500: "Our fault; the reference helps the operator.",
    503: "The store is busy or away; send the same request again after Retry-After seconds.",
}
_RETRIED = (409, 429, 503)
PAGE: list[Part] = [
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
KEY: Part = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Sent again with the same body, the same answer comes back; recommended.",
    "schema": {"type": "string", "minLength": 1, "maxLength": MOST_KEY, "pattern": "^[ -~]+$"},
    "example": "5f0f5b0e-9d0c-4a7c-b6a8-4f6f5d1d9a01",
}


def got(
    summary: str, shown: type[BaseModel], *, refusals: Sequence[int] = (), parameters: list[Part]
) -> Part:
    """Return an operation that reads."""
    return {
        "summary": summary,
        "operationId": summary.lower().replace(" ", "_"),
        "parameters": parameters,
        "responses": {
            "200": answered("Found.", shown),
            **refused(401, *refusals, 422, 500, 503),
        },
    }


def posted(model: type[BaseModel], example: object) -> Part:
    """Return the body of an operation that writes."""
    return {"required": True, "content": {JSON: {"schema": ref(model), "example": example}}}


def answered(about: str, model: type[BaseModel], headers: Part | None = None) -> Part:
    """Return a good answer."""
    shown: Part = {"description": about, "content": {JSON: {"schema": ref(model)}}}
    return shown | {"headers": headers} if headers else shown


def refused(*statuses: int, reasons: Mapping[int, str] | None = None) -> Part:
    """Return problem documents of these statuses; `reasons` say more than the usual words.

    Where a key is asked for (401) it may be one that asks too often (429).
    """
    told = {**REASONS, **(reasons or {})}
    every = {*statuses, 429} if 401 in statuses else {*statuses}
    return {str(status): _refusal(status, told[status]) for status in sorted(every)}


def _refusal(status: int, reason: str) -> Part:
    content: Part = {"schema": ref(ShownProblem)}
    if status == 422:
        content["example"] = examples.REFUSED
    refusal: Part = {"description": reason, "content": {PROBLEM: content}}
    if status in _RETRIED:
        seconds = {
            "description": "Seconds to wait, when waiting helps.",
            "schema": {"type": "integer"},
        }
        refusal["headers"] = {"Retry-After": seconds}
    return refusal


def ref(model: type[BaseModel]) -> Part:
    """Return where a model's schema stands in the document."""
    return {"$ref": f"#/components/schemas/{model.__name__}"}
