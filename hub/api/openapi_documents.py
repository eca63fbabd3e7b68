"""The doors for papers in partners' own languages, in the OpenAPI document."""

from pydantic import BaseModel

from hub.api.cxml_door import CXML
from hub.api.documents import DOCUMENTS
from hub.api.documents_shown import ShownKept, ShownSent
from hub.api.openapi_words import KEY, Part, answered, refused

SHOWN_OF_DOCUMENTS: tuple[type[BaseModel], ...] = (ShownKept, ShownSent)

_ANY = "application/octet-stream"
_XML = "text/xml"
_REASONS = {
    400: "The Idempotency-Key is missing or cannot be used, or the body is empty.",
    404: "You have no such channel, or sent nothing of that name.",
    408: "Nothing came for too long, or it came too slowly.",
    413: "A paper has at most 50 MB, a stock report 2 GB; over 4 MB announce it: Content-Length.",
    415: "The body is compressed.",
    422: "The query has parameters, or the Idempotency-Key came before with another body.",
    429: "Several of your papers are on their way already; send one after another.",
}
_NAME: Part = {
    "name": "name",
    "in": "path",
    "required": True,
    "description": "POST: your channel, as the operator named it. GET: the id of what you sent.",
    "schema": {"type": "string", "minLength": 1},
    "example": "edi",
}
_KEY: Part = KEY | {
    "required": True,
    "description": "Your own, a new one for each paper. Sent again with the same body, the same "
    "answer comes back and the paper counts once.",
}


def document_paths() -> Part:
    """Return the doors for papers of any kind."""
    return {
        f"{DOCUMENTS}/{{name}}": {"get": _read(), "post": _post()},
        f"{CXML}/{{partner}}/{{channel}}": {"post": _cxml()},
    }


def _read() -> Part:
    return {
        "summary": "Read what became of a paper",
        "operationId": "read_document",
        "description": "Its state, and everything wrong with its place.",
        "parameters": [_NAME],
        "responses": {
            "200": answered("Found.", ShownSent),
            **refused(401, 403, 404, 422, 500, 503, reasons=_REASONS),
        },
    }


def _post() -> Part:
    location: Part = {"Location": {"description": "What became of it.", "schema": _text()}}
    found = refused(*(400, 401, 403, 404, 408, 413, 415, 422, 429, 500, 503), reasons=_REASONS)
    found["429"]["headers"] = found["503"]["headers"]
    return {
        "summary": "Send a paper",
        "operationId": "send_document",
        "description": "In the language of the channel: X12, XML, JSON, CSV. The answer leaves "
        "when the bytes are safe; they are read after it.",
        "parameters": [_NAME, _KEY],
        "requestBody": {"required": True, "content": {_ANY: {"schema": _text()}}},
        "responses": {"202": answered("Safe, and read soon.", ShownKept, location), **found},
    }


def _cxml() -> Part:
    busy = refused(503)["503"]
    busy["content"][_XML] = {"schema": _text()}
    said = {
        "200": "Safe: a Response with Status 201.",
        "400": "The credentials are right, and something else of the envelope is not.",
        "401": "No credentials that are known here were found.",
        "408": _REASONS[408],
        "413": _REASONS[413],
        "415": _REASONS[415],
    }
    named = ("partner", "channel")
    return {
        "summary": "Post cXML",
        "operationId": "post_cxml",
        "description": "Who sends is proved by the credentials in the paper's Header. Every "
        "answer is a cXML Response.",
        "security": [],
        "parameters": [
            {"name": one, "in": "path", "required": True, "schema": _text()} for one in named
        ],
        "requestBody": {"required": True, "content": {_XML: {"schema": _text()}}},
        "responses": {
            **{
                status: {"description": about, "content": {_XML: {"schema": _text()}}}
                for status, about in said.items()
            },
            **refused(500),
            "503": busy,
        },
    }


def _text() -> Part:
    return {"type": "string"}
