"""The ASGI app: which path leads where, and what is said when something goes wrong."""

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from hub.api import openapi
from hub.api.answers import RETRY_SECONDS, Declined, answer, dumped
from hub.api.carrier_events import EVENTS, CarrierEvents
from hub.api.changes import Changes
from hub.api.counted import Counted, template_of
from hub.api.cxml_door import CXML, CxmlDoor
from hub.api.documents import DOCUMENTS, Documents
from hub.api.intake import Intake
from hub.api.keyring import Keyring
from hub.api.links import Links
from hub.api.partner import PartnerDoor
from hub.api.partner_views import PARTNER_INVOICES, PARTNER_STOCK, WORK
from hub.api.polling import Polls
from hub.api.rates import Rates
from hub.api.reads import Reads
from hub.api.stock import STOCK, StockReads
from hub.api.views import ORDERS
from hub.api.webhooks import PARTNER_WEBHOOKS, WEBHOOKS, Webhooks
from hub.errors import Conflict
from hub.flow.parts import Parts
from hub.ops.traffic import Traffic
from hub.store import is_away

Endpoint = Callable[[Request], Awaitable[Response]]

USUAL = Rates()

_log = logging.getLogger("hub.api")


def build(
    parts: Parts,
    *,
    seconds: Callable[[], float] = time.monotonic,
    traffic: Traffic | None = None,
    rates: Rates = USUAL,
) -> FastAPI:
    """Return the REST door over these parts. `seconds` runs evenly; it ages remembered keys.

    Every request is counted into `traffic`; a key asks no more often than `rates` say.

    Opens nothing and starts nothing: the caller runs it and closes the store.
    """
    keyring = Keyring(parts.store, seconds=seconds, now=parts.now, rates=rates)
    app = FastAPI(
        title=openapi.TITLE,
        version=parts.code,
        description=openapi.ABOUT,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # Orders' numbers are nobody's trace; asking for a tracer costs a poll a fifth of its time.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.openapi = lambda: openapi.document(app)  # type: ignore[method-assign]
    reads = Reads(parts, keyring)
    _open_routes(app, Intake(parts, keyring), reads)
    stock = StockReads(parts, keyring)
    app.router.routes.append(Route(STOCK, stock.page, methods=["GET"]))
    app.router.routes.append(Route(f"{STOCK}/{{sku:path}}", stock.one, methods=["GET"]))
    changes = Changes(parts, keyring)
    posts: dict[str, Endpoint] = {
        EVENTS: CarrierEvents(parts, keyring).post,
        f"{ORDERS}/{{number}}/status-links": Links(parts, keyring).post,
        f"{ORDERS}/{{number}}/cancellations": changes.cancel,
        f"{ORDERS}/{{number}}/changes": changes.change,
    }
    _open_posts(app, posts)
    _open_partner(app, PartnerDoor(parts, keyring))
    _open_documents(app, Documents(parts, keyring), CxmlDoor(parts))
    for path in (WEBHOOKS, PARTNER_WEBHOOKS):
        app.router.routes.extend(Webhooks(parts, keyring, path=path).routes())
    _answer_mistakes(app, parts)
    app.add_middleware(Polls, keyring=keyring, reads=reads)
    if traffic is not None:
        app.add_middleware(Counted, traffic=traffic)
    return app


def _open_routes(app: FastAPI, intake: Intake, reads: Reads) -> None:
    """Plain Starlette routes: FastAPI's machinery would cost a poll more than the poll itself."""
    number = f"{ORDERS}/{{number}}"
    gets: dict[str, Endpoint] = {
        f"{number}/status": reads.status,
        number: reads.order,
        "/v1/statuses": reads.statuses,
        "/v1/facts": reads.facts,
        "/v1/openapi.json": _openapi,
        "/healthz": _alive,
    }
    for path, endpoint in gets.items():
        app.router.routes.append(Route(path, endpoint, methods=["GET"]))
    app.router.routes.append(Route(ORDERS, intake.post, methods=["POST"]))


def _open_posts(app: FastAPI, posts: Mapping[str, Endpoint]) -> None:
    for path, endpoint in posts.items():
        app.router.routes.append(Route(path, endpoint, methods=["POST"]))


def _open_partner(app: FastAPI, door: PartnerDoor) -> None:
    number = f"{WORK}/{{number}}"
    posts: dict[str, Endpoint] = {
        f"{number}/responses": door.responses,
        f"{number}/shipments": door.shipments,
        f"{number}/change-responses": door.change_responses,
        f"{number}/answers/void": door.void_answer,
        f"{number}/shipments/{{notice:path}}/void": door.void_shipment,
        f"{number}/shipments/{{notice:path}}/correct": door.correct_shipment,
        PARTNER_STOCK: door.stock,
        PARTNER_INVOICES: door.invoices,
    }
    _open_posts(app, posts)
    app.router.routes.append(Route(WORK, door.orders, methods=["GET"]))
    app.router.routes.append(Route(number, door.order, methods=["GET"]))


def _open_documents(app: FastAPI, documents: Documents, cxml: CxmlDoor) -> None:
    one = Route(f"{DOCUMENTS}/{{name}}", documents.either, methods=["GET", "POST"])
    app.router.routes.append(one)
    _open_posts(app, {f"{CXML}/{{partner}}/{{channel}}": cxml.post})


async def _alive(request: Request) -> Response:
    return answer(b'{"status":"ok"}')


async def _openapi(request: Request) -> Response:
    return answer(dumped(request.app.openapi()), cache="public, max-age=300")


def _answer_mistakes(app: FastAPI, parts: Parts) -> None:
    async def told(request: Request, error: Exception) -> Response:
        return _said(error).answer()

    async def ours(request: Request, error: Exception) -> Response:
        reference = parts.fresh()[:12]
        # The path's template, not the path: numbers and keys stay out of the log.
        ids = {"route": template_of(request.scope), "reference": reference}
        _log.error("a request failed, reference %s", reference, exc_info=error, extra={"ids": ids})
        return (_busy() if is_away(error) else _our_fault(reference)).answer()

    for kind in (Declined, HTTPException, Conflict, ClientDisconnect):
        app.add_exception_handler(kind, told)
    app.add_exception_handler(Exception, ours)


def _said(error: Exception) -> Declined:
    match error:
        case Declined():
            return error
        case HTTPException():
            return _of_http(error)
        case ClientDisconnect():
            return Declined(HTTPStatus.BAD_REQUEST, "gone", "the body ended early; send it again")
        case _:
            return _busy()


def _of_http(error: HTTPException) -> Declined:
    status = HTTPStatus(error.status_code)
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        code = "method-not-allowed"
        detail = "this path does not take the method; the Allow header says what it takes"
    else:
        code = "not-found"
        detail = "there is nothing at this path; /v1/openapi.json lists what there is"
    return Declined(status, code, detail, headers=error.headers)


def _busy() -> Declined:
    return Declined(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "store-busy",
        "the hub cannot reach its store just now; nothing was changed that you were not told of: "
        "send the same request with the same Idempotency-Key again",
        headers={"Retry-After": RETRY_SECONDS},
    )


def _our_fault(reference: str) -> Declined:
    return Declined(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "our-fault",
        f"something went wrong on our side; tell the operator the reference {reference}",
        more={"reference": reference},
    )
