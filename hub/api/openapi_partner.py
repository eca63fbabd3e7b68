"""The operations of `/v1/partner` in the OpenAPI document."""

from pydantic import BaseModel

from hub.api import examples_partner as examples
from hub.api.openapi_words import KEY, PAGE, Part, answered, got, posted, refused
from hub.api.partner_asking import MOST_STOCK_BYTES, MOST_WORK
from hub.api.partner_posted import (
    PostedAnswerVoid,
    PostedChangeResponse,
    PostedInvoice,
    PostedOrderResponse,
    PostedShipment,
    PostedStock,
    PostedVoid,
)
from hub.api.partner_shown import ShownQueue, ShownTaken, ShownWork
from hub.api.partner_views import PARTNER_INVOICES, PARTNER_STOCK, WORK
from hub.api.posted import ORDER_NUMBER
from hub.domain.orders import FulfillmentState

POSTED_BY_PARTNERS: tuple[type[BaseModel], ...] = (
    PostedOrderResponse,
    PostedShipment,
    PostedChangeResponse,
    PostedStock,
    PostedInvoice,
    PostedVoid,
    PostedAnswerVoid,
)
SHOWN_TO_PARTNERS: tuple[type[BaseModel], ...] = (ShownQueue, ShownWork, ShownTaken)

_STATE_WORDS = "|".join(state.value for state in FulfillmentState)
_NUMBER: Part = {
    "name": "number",
    "in": "path",
    "required": True,
    "description": "The purchase order's number.",
    "schema": {"type": "string", "pattern": ORDER_NUMBER},
    "example": "JUN-J-100245-1",
}
_NOTICE: Part = {
    "name": "notice",
    "in": "path",
    "required": True,
    "description": "The shipment's number; of one without, a tracking number of it.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 40},
    "example": "M-S-8812",
}
_STATE: Part = {
    "name": "state",
    "in": "query",
    "description": "Only parts in these states, with commas between; without, all.",
    "schema": {"type": "string", "pattern": f"^({_STATE_WORDS})(,({_STATE_WORDS}))*$"},
    "example": "open,in_progress",
}
_LIMIT: Part = PAGE[1] | {
    "schema": {"type": "integer", "minimum": 1, "maximum": MOST_WORK, "default": 100}
}
OWN_KEY: Part = KEY | {
    "required": True,
    "description": "Your own, a new one for each paper. Sent again with the same body, the same "
    "answer comes back and nothing is done twice.",
}
_REASONS = {
    404: "No purchase order of that number lies with you.",
    409: "The same request is being worked on; send it again for its answer.",
    422: "Nothing of it could be used; every place is named.",
}


def partner_paths() -> Part:
    """Return every path that a partner's key opens."""
    one = f"{WORK}/{{number}}"
    return {
        WORK: {"get": _get_queue()},
        one: {"get": _get_work()},
        f"{one}/responses": {
            "post": _post(
                "Answer a purchase order",
                PostedOrderResponse,
                examples.RESPONSE,
                about="Accept, backorder or reject, by line and quantity.",
            )
        },
        f"{one}/shipments": {
            "post": _post(
                "Tell what was shipped",
                PostedShipment,
                examples.SHIPMENT,
                about="What was shipped is always recorded; what is more than was open waits for "
                "a person.",
            )
        },
        f"{one}/change-responses": {
            "post": _post(
                "Answer a change or cancellation",
                PostedChangeResponse,
                examples.CHANGE_RESPONSE,
                about="The order's `changes` say what was asked.",
            )
        },
        **_taking_back(one),
        PARTNER_STOCK: {"post": _post_stock()},
        PARTNER_INVOICES: {
            "post": _post(
                "Send an invoice",
                PostedInvoice,
                examples.INVOICE,
                about="Kept, and held against what was asked and shipped.",
            )
        },
    }


def _taking_back(one: str) -> Part:
    """What was told by mistake: taken back, or told as it is."""
    posts = {
        f"{one}/answers/void": _post(
            "Take back an answer",
            PostedAnswerVoid,
            examples.ANSWER_VOID,
            about="For ten minutes, while nothing was told since. Its lines are as before it; what "
            "was declined is asked of nobody else until then. What the operator had somebody else "
            "asked for sooner stays declined.",
        ),
        f"{one}/shipments/{{notice}}/void": _post(
            "Take back a shipment",
            PostedVoid,
            examples.SHIPMENT_VOID,
            about="It never left: its units are open again, its parcels gone from the customer's "
            "page. Refused once a carrier has a parcel or an invoice needs it. Done twice, nothing "
            "happens twice.",
        ),
        f"{one}/shipments/{{notice}}/correct": _post(
            "Correct a shipment",
            PostedShipment,
            examples.CORRECTION,
            about="The whole shipment as it is true, such as with another tracking number; it "
            "stands instead of what was told. All of it is taken, or nothing.",
        ),
    }
    for path, post in posts.items():
        if "{notice}" in path:
            post["parameters"].insert(1, _NOTICE)
    return {path: {"post": post} for path, post in posts.items()}


def _get_queue() -> Part:
    found = got(
        "Fetch work",
        ShownQueue,
        refusals=(403,),
        parameters=[PAGE[0], _LIMIT, _STATE],
    )
    return found | {
        "description": "Purchase orders that changed after the cursor, oldest change first: new "
        "ones, and those with a cancellation or change to answer. None is ever missed."
    }


def _get_work() -> Part:
    found = got("Read a purchase order", ShownWork, refusals=(403, 404), parameters=[_NUMBER])
    found["responses"]["200"]["content"]["application/json"]["example"] = examples.WORK
    return found


def _post(summary: str, model: type[BaseModel], example: object, *, about: str) -> Part:
    on_order = model is not PostedInvoice
    statuses = (400, 401, 403, *((404,) if on_order else ()), 408, 409, 413, 415, 422, 500, 503)
    return {
        "summary": summary,
        "operationId": summary.lower().replace(" ", "_"),
        "description": about,
        "parameters": [*([_NUMBER] if on_order else []), OWN_KEY],
        "requestBody": posted(model, example),
        "responses": {
            "200": answered("Taken in; `problems` names what was left out.", ShownTaken),
            **refused(*statuses, reasons=_REASONS),
        },
    }


def _post_stock() -> Part:
    found = _post(
        "Tell stock levels",
        PostedStock,
        examples.STOCK,
        about="One level or up to 10,000; the answer leaves when they are in place.",
    )
    found["parameters"] = [OWN_KEY]
    del found["responses"]["404"]
    found["responses"]["202"] = answered(
        "Kept; it leaves so much at none that a person looks at it first.", ShownTaken
    )
    found["responses"]["413"]["description"] = f"More than {MOST_STOCK_BYTES:,} bytes."
    return found
