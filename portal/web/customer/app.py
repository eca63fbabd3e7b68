"""The customers' pages as one ASGI app: the Host decides whose they are, nothing else does."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from hub.errors import Conflict
from hub.flow.parts import Parts
from hub.ops import brand_pictures
from hub.store import is_away
from portal.web.customer.actions import Actions
from portal.web.customer.changes import Changes
from portal.web.customer.pages import Pages
from portal.web.customer.rooms import Rooms
from portal.web.customer.site import Site
from portal.web.ground import theme
from portal.web.ground.answers import KEPT, KEPT_FOR_GOOD, LOGO_POLICY, answer, nobody_here
from portal.web.ground.forms import WrongForm
from portal.web.ground.templating import FOLDER

_log = logging.getLogger("portal")


def build(parts: Parts, sites: Mapping[str, Site]) -> Starlette:
    """Return the pages of every brand that has hosts; `sites` are theirs by host.

    Opens nothing but its own templates and style sheet.
    """
    rooms = Rooms(parts=parts, sites=sites)
    pages, actions, changes = Pages(rooms), Actions(rooms), Changes(rooms)
    app = Starlette(
        routes=[
            Route("/", pages.find, methods=["GET"]),
            Route("/", actions.find, methods=["POST"]),
            Route("/code", pages.code, methods=["GET"]),
            Route("/code", actions.code, methods=["POST"]),
            Route("/order", pages.proven, methods=["GET"]),
            Route("/cancel", changes.cancel, methods=["GET", "POST"]),
            Route("/quantities", changes.quantities, methods=["GET", "POST"]),
            Route("/address", changes.address, methods=["GET", "POST"]),
            Route("/outcome/{nonce}", changes.outcome, methods=["GET"]),
            Route("/leave", actions.leave, methods=["POST"]),
            Route("/s/{token}", pages.linked, methods=["GET"]),
            Route("/s/{token}/code", actions.code_by_link, methods=["POST"]),
            _theme(rooms),
            _pictures(rooms),
            *_fixed(rooms),
        ],
        exception_handlers=_answers(rooms),
    )
    app.router.redirect_slashes = False
    return app


def _theme(rooms: Rooms) -> Route:
    """Dark or light, for whoever looks at a brand's pages."""

    async def chosen(request: Request) -> Response:
        rooms.site(request)
        return await theme.chosen(request)

    return Route(theme.PATH, chosen, methods=["POST"])


def _pictures(rooms: Rooms) -> Route:
    """The pictures of a brand's own articles, by what its pages say of them."""

    async def picture(request: Request) -> Response:
        folder, asked = rooms.site(request).pictures, request.path_params
        found = await run_in_threadpool(brand_pictures.read, folder, asked["name"], asked["digest"])
        if found is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return answer(
            request,
            found.body,
            media_type=found.media_type,
            cache=KEPT_FOR_GOOD,
            policy=LOGO_POLICY,
        )

    return Route("/pictures/{digest}/{name}", picture, methods=["GET"])


def _fixed(rooms: Rooms) -> list[Route]:
    """What is the same for every visitor of a brand."""
    sheet = (FOLDER / "static" / "portal.css").read_bytes()

    async def style(request: Request) -> Response:
        rooms.site(request)
        return answer(request, sheet, media_type="text/css", cache=KEPT)

    async def colours(request: Request) -> Response:
        return answer(request, rooms.site(request).css, media_type="text/css", cache=KEPT)

    async def logo(request: Request) -> Response:
        site = rooms.site(request)
        if not site.logo:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return answer(request, site.logo, media_type=site.logo_type, cache=KEPT, policy=LOGO_POLICY)

    async def robots(request: Request) -> Response:
        rooms.site(request)
        return answer(request, b"User-agent: *\nDisallow: /\n", media_type="text/plain", cache=KEPT)

    paths = {
        "/portal.css": style,
        "/brand.css": colours,
        "/logo": logo,
        "/robots.txt": robots,
    }
    return [Route(path, endpoint, methods=["GET"]) for path, endpoint in paths.items()]


def _answers(
    rooms: Rooms,
) -> Mapping[type[Exception] | int, Callable[[Request, Exception], Awaitable[Response]]]:
    async def told(request: Request, error: Exception) -> Response:
        status = _status_of(error)
        if status is HTTPStatus.MISDIRECTED_REQUEST or rooms.found(request) is None:
            return nobody_here()
        if status is HTTPStatus.METHOD_NOT_ALLOWED:
            status = HTTPStatus.NOT_FOUND
        answer = rooms.message(request, status)
        if isinstance(error, WrongForm):  # what is left of the form is not waited for
            answer.headers["connection"] = "close"
        return answer

    async def ours(request: Request, error: Exception) -> Response:
        reference = rooms.parts.fresh()[:12]
        # The path's template, not the path: tokens stay out of the log.
        route = getattr(request.scope.get("route"), "path", "no route")
        _log.error("%s %s failed, reference %s", request.method, route, reference, exc_info=error)
        if rooms.found(request) is None:
            return nobody_here()
        if is_away(error):
            return rooms.message(request, HTTPStatus.SERVICE_UNAVAILABLE)
        return rooms.message(request, HTTPStatus.INTERNAL_SERVER_ERROR, reference=reference)

    return {
        HTTPException: told,
        WrongForm: told,
        Conflict: told,
        ClientDisconnect: told,
        Exception: ours,
    }


def _status_of(error: Exception) -> HTTPStatus:
    match error:
        case HTTPException():
            return HTTPStatus(error.status_code)
        case WrongForm():
            return HTTPStatus.FORBIDDEN
        case ClientDisconnect():
            return HTTPStatus.BAD_REQUEST
        case _:
            return HTTPStatus.SERVICE_UNAVAILABLE
