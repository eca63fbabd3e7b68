"""The reference for everybody, under the API's own names: no sign-in, no cookie, no script.

Nothing of a customer, an order or a partner is in it. Each page is made once in each language and
kept, so that asking often costs as little as a file does.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.flow.parts import Parts
from hub.ops.codes import catalogue
from portal.web.ground.answers import KEPT, answer
from portal.web.ground.templating import FOLDER, environment
from portal.web.ground.words import Words, preferred, zone_named
from portal.web.reference.pages import Document, Pages

PATH = "/docs"
FRAME = "reference/base.html"
_FOR_A_WHILE = "public, max-age=300"
_MOST_KEPT = 500  # pages in all languages
_SHEETS = {
    f"{PATH}/staff.css": ("static/staff.css", "text/css"),
    f"{PATH}/dark.css": ("static/dark.css", "text/css"),
    f"{PATH}/icon.svg": ("static/icon.svg", "image/svg+xml"),
}

Endpoint = Callable[[Request], Awaitable[Response]]


def is_here(path: str) -> bool:
    """Say whether a path is one of the reference's."""
    return path == PATH or path.startswith(f"{PATH}/")


def build(parts: Parts, document: Document) -> Starlette:
    """Return the reference as an app; it reads no store."""
    book = _Book(parts, Pages(document, catalogue(parts.formats)))
    app = Starlette(
        routes=[
            *(Route(path, _file(*one), methods=["GET"]) for path, one in _SHEETS.items()),
            Route(PATH, book.index, methods=["GET"]),
            Route(f"{PATH}/openapi.json", book.download, methods=["GET"]),
            Route(f"{PATH}/webhooks", book.webhooks, methods=["GET"]),
            Route(f"{PATH}/errors", book.errors, methods=["GET"]),
            Route(f"{PATH}/errors/{{code}}", book.error, methods=["GET"]),
            Route(f"{PATH}/{{operation}}", book.one, methods=["GET"]),
        ],
        exception_handlers={HTTPException: _nothing},
    )
    app.router.redirect_slashes = False
    return app


class _Book:
    """Every page, kept once it was made."""

    def __init__(self, parts: Parts, pages: Pages) -> None:
        self._parts = parts
        self._pages = pages
        self._made = lru_cache(maxsize=_MOST_KEPT)(self._make)

    async def index(self, request: Request) -> Response:
        """Show what can be asked."""
        return await self._sent(request, "admin/reference.html", "")

    async def webhooks(self, request: Request) -> Response:
        """Show what is sent."""
        return await self._sent(request, "reference/webhooks.html", "")

    async def errors(self, request: Request) -> Response:
        """Show every error code."""
        return await self._sent(request, "reference/errors.html", "")

    async def error(self, request: Request) -> Response:
        """Show one error code."""
        return await self._sent(request, "reference/error.html", request.path_params["code"][:100])

    async def one(self, request: Request) -> Response:
        """Show one operation."""
        return await self._sent(
            request, "admin/operation.html", request.path_params["operation"][:100]
        )

    async def download(self, request: Request) -> Response:
        """Send the document as a file."""
        body = await run_in_threadpool(self._pages.download)
        sent = answer(request, body, media_type="application/json", cache=_FOR_A_WHILE)
        sent.headers["content-disposition"] = 'attachment; filename="openapi.json"'
        return sent

    async def _sent(self, request: Request, template: str, name: str) -> Response:
        language = preferred(request.headers.get("accept-language", ""))
        try:
            body = await run_in_threadpool(self._made, template, name, language)
        except KeyError:  # not kept: whoever guesses names fills no memory
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        sent = answer(request, body, cache=_FOR_A_WHILE)
        sent.headers["vary"] = "Host, Accept-Language"
        return sent

    def _make(self, template: str, name: str, language: str) -> bytes:
        said = Words(language=language, zone=zone_named(""), now=self._parts.now())
        words = self._words(template, name, said)
        given = {"frame": FRAME, "say": said, "settings": False, "me": None, "seal": "", **words}
        return environment(language).get_template(template).render(given).encode()

    def _words(self, template: str, name: str, said: Words) -> Mapping[str, object]:
        match template:
            case "admin/operation.html":
                return self._pages.one(name)
            case "reference/error.html":
                return self._pages.error(name)
            case "reference/errors.html":
                return self._pages.errors()
            case "reference/webhooks.html":
                return self._pages.webhooks()
            case _:
                return self._pages.index(said)


def _file(name: str, kind: str) -> Endpoint:
    body = (FOLDER / name).read_bytes()

    async def sent(request: Request) -> Response:
        return answer(request, body, media_type=kind, cache=KEPT)

    return sent


async def _nothing(request: Request, error: Exception) -> Response:
    """There is no such page, or nothing but looking is done here (RFC 9110 §15.5.6)."""
    status = getattr(error, "status_code", HTTPStatus.NOT_FOUND)
    body = f"There is nothing here; {PATH} lists what there is.\n".encode()
    sent = answer(request, body, status=HTTPStatus(status), media_type="text/plain")
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        sent.headers["allow"] = "GET, HEAD"
    return sent
