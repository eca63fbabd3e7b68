"""Who may come through which door: sign-in, role, seal and size are looked at here, in one place.

A door names what its visitor must be allowed. Nothing behind it looks at a cookie; what somebody
may not see answers as if there were nothing.
"""

import ipaddress
import logging
from collections.abc import Awaitable, Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from hub.access import Action, House, may
from hub.errors import Conflict
from hub.flow import accounts
from hub.flow.accounts import Account, Session
from hub.flow.parts import Parts
from hub.store import is_away
from portal.web.ground.answers import KEPT, STAFF_POLICY, answer, see_other
from portal.web.ground.forms import TooLong, Upload, WrongForm, form, form_seal, form_with_file
from portal.web.ground.templating import FOLDER, environment
from portal.web.ground.theme import here_of, theme_of
from portal.web.ground.words import SOURCE, Words, languages, preferred, zone_named

LARGEST_FORM = 256 * 1024  # bytes; a grid of two hundred rows
MOST_FIELDS = 2_000
SIGN_IN = "/sign-in"
ENROL = "/second-factor"
_UNTYPED = frozenset({"seal", "once"})  # what a form carries beside what was typed

_log = logging.getLogger("portal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request of somebody who may make it; `fields` are those of a posted form."""

    request: Request
    session: Session
    cookie: str
    words: Words
    fields: Mapping[str, str] = field(default_factory=dict)
    upload: Upload | None = None

    @property
    def account(self) -> Account:
        """Who is there."""
        return self.session.account

    @property
    def partner(self) -> str:
        """Whose work the visitor sees: it comes from the account, never from the request."""
        return self.account.partner

    def path(self, name: str) -> str:
        """Return a part of the path that the door names."""
        return str(self.request.path_params[name])

    def query(self, name: str) -> str:
        """Return a value of the address, empty when it is missing or stands there twice."""
        found = self.request.query_params.getlist(name)
        return found[0][:200] if len(found) == 1 else ""


Endpoint = Callable[[Visit], Response]


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One path and method, and what its visitor must be allowed; `largest` is bytes of its form.

    With `takes_file` the form may bring one file. What is typed into one that `keeps` outlives the
    session: it is shown again at the same path. What a page asks for `by_itself` keeps nobody in.
    """

    method: str
    path: str
    needs: Action
    endpoint: Endpoint
    largest: int = LARGEST_FORM
    takes_file: bool = False
    keeps: bool = False
    by_itself: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A door as a menu shows it."""

    path: str
    label: str
    needs: Action


@dataclass(frozen=True, slots=True, kw_only=True)
class Porch:
    """One house with its hosts, its menu and its sheet of styles.

    `title` is what the house is called; `networks` are those that may ask, all when empty. `codes`
    are the error codes that have a page in this house; others stand as text.
    """

    house: House
    parts: Parts
    hosts: Sequence[str]
    title: str
    menu: Sequence[Place]
    networks: Sequence[str] = ()
    codes: Container[str] = ()

    @property
    def cookie(self) -> str:
        """The name of the session's cookie: this host alone gets it, over TLS."""
        return f"__Host-{self.house}"

    # --- pages ----------------------------------------------------------------------------------

    def page(
        self,
        visit: Visit,
        template: str,
        words: Mapping[str, object],
        *,
        status: HTTPStatus = HTTPStatus.OK,
    ) -> Response:
        """Return a page for somebody who is signed in."""
        given = {"seal": form_seal(visit.cookie), "me": visit.account, **words}
        return self._page(visit.request, visit.words, template, given, self._menu(visit), status)

    def outside(
        self,
        request: Request,
        template: str,
        words: Mapping[str, object],
        *,
        status: HTTPStatus = HTTPStatus.OK,
    ) -> Response:
        """Return a page for somebody who is not signed in (yet)."""
        given = {"me": None, "seal": "", **words}
        return self._page(request, self.spoken(request), template, given, [], status)

    def _page(
        self,
        request: Request,
        said: Words,
        template: str,
        words: Mapping[str, object],
        menu: Sequence[Mapping[str, object]],
        status: HTTPStatus,
    ) -> Response:
        given = {
            "say": said,
            "title": said.say(self.title),
            "menu": menu,
            "house": str(self.house),
            "path": request.url.path,
            "theme": theme_of(request),
            "here": here_of(request),
            "error_codes": self.codes,
            **words,
        }
        text = environment(said.language).get_template(template).render(given)
        return answer(request, text.encode(), status=status, policy=STAFF_POLICY)

    def _menu(self, visit: Visit) -> list[Mapping[str, object]]:
        if visit.session.needs_totp:
            return []
        path = visit.request.url.path
        caller = accounts.caller(visit.account)
        return [
            {
                "path": place.path,
                "label": visit.words.say(place.label),
                "here": path == place.path or (place.path != "/" and path.startswith(place.path)),
            }
            for place in self.menu
            if may(caller, place.needs)
        ]

    def spoken(self, request: Request) -> Words:
        """Return the words of whoever was seen to be signed in, else those of the browser."""
        language = preferred(request.headers.get("accept-language", ""))
        strangers = Words(language=language, zone=zone_named(""), now=self.parts.now())
        return getattr(request.state, "words", strangers)

    def _words_of(self, account: Account) -> Words:
        language = account.language if account.language in languages() else SOURCE
        return Words(language=language, zone=zone_named(account.zone), now=self.parts.now())

    # --- doors ----------------------------------------------------------------------------------

    def app(self, doors: Sequence[Door], open_doors: Sequence[Route]) -> Starlette:
        """Return the house as an app: doors behind the sign-in, and those before it."""
        app = Starlette(
            routes=[*open_doors, *(self._route(door) for door in doors), *_fixed()],
            exception_handlers=self._answers(),
        )
        app.router.redirect_slashes = False
        return app

    def _route(self, door: Door) -> Route:
        async def come_in(request: Request) -> Response:
            cookie = self.held(request)
            # Asked first: looking for a session whose time is over ends it.
            whose = await run_in_threadpool(self._whose, door, cookie)
            look = accounts.watching if door.by_itself else accounts.session
            session = await run_in_threadpool(look, self.parts, house=self.house, cookie=cookie)
            if session is None:
                kept = bool(whose) and await self._kept(request, door, cookie, whose)
                return self._sign_in_first(request, kept=kept)
            request.state.words = self._words_of(session.account)
            if session.needs_totp and door.path != ENROL:
                return see_other(request, ENROL)
            if not may(accounts.caller(session.account), door.needs):
                raise HTTPException(HTTPStatus.NOT_FOUND)
            visit = await self._visit(request, door, session, cookie)
            return await run_in_threadpool(door.endpoint, visit)

        return Route(door.path, come_in, methods=[door.method])

    def held(self, request: Request) -> str:
        """Return the session's cookie, empty when there is none."""
        return request.cookies.get(self.cookie, "")[:100]

    def give_cookie(self, response: Response, value: str) -> Response:
        """Have the browser hold the session until it is closed."""
        response.set_cookie(
            self.cookie, value, path="/", secure=True, httponly=True, samesite="lax"
        )
        return response

    def take_cookie(self, response: Response) -> Response:
        """Have the browser drop the session."""
        response.delete_cookie(self.cookie, path="/", secure=True, httponly=True, samesite="lax")
        return response

    def _whose(self, door: Door, cookie: str) -> str:
        """Whose typing would be kept if the session were over."""
        if not door.keeps:
            return ""
        return accounts.holder(self.parts, house=self.house, cookie=cookie)

    async def _kept(self, request: Request, door: Door, cookie: str, whose: str) -> bool:
        """Keep what was typed until the same person is in again; a form of others is refused."""
        fields = await form(
            request, sealed_by=cookie, largest=door.largest, most_fields=MOST_FIELDS
        )
        typed = {name: text for name, text in fields.items() if name not in _UNTYPED}
        try:
            await run_in_threadpool(
                accounts.keep_draft,
                self.parts,
                account_id=whose,
                form=request.url.path,
                fields=typed,
            )
        except ValueError:  # more than anybody types
            return False
        return True

    def typed_before(self, visit: Visit) -> Mapping[str, str]:
        """Return, once, what the visitor typed into this form when their session was over."""
        whose, path = visit.account.id, visit.request.url.path
        found = accounts.draft(self.parts, account_id=whose, form=path)
        if found:
            accounts.drop_draft(self.parts, account_id=whose, form=path)
        return found

    def _sign_in_first(self, request: Request, *, kept: bool = False) -> Response:
        path = request.url.path if request.method == "GET" or kept else "/"
        query = f"?{request.url.query}" if request.method == "GET" and request.url.query else ""
        told = "&kept=1" if kept else ""
        response = see_other(request, f"{SIGN_IN}?next={quote(path + query, safe='')}{told}")
        # A fragment that asks is told to load the whole page (htmx follows no other redirect).
        if request.headers.get("hx-request"):
            response.status_code = HTTPStatus.UNAUTHORIZED
            response.headers["hx-redirect"] = SIGN_IN
        return response

    async def _visit(self, request: Request, door: Door, session: Session, cookie: str) -> Visit:
        fields: Mapping[str, str] = {}
        upload = None
        if door.takes_file:
            fields, upload = await form_with_file(request, sealed_by=cookie, largest=door.largest)
        elif door.method == "POST":
            fields = await form(
                request, sealed_by=cookie, largest=door.largest, most_fields=MOST_FIELDS
            )
        return Visit(
            request=request,
            session=session,
            cookie=cookie,
            words=self._words_of(session.account),
            fields=fields,
            upload=upload,
        )

    # --- what goes wrong ------------------------------------------------------------------------

    def _answers(
        self,
    ) -> Mapping[type[Exception] | int, Callable[[Request, Exception], Awaitable[Response]]]:
        async def told(request: Request, error: Exception) -> Response:
            status = _status_of(error)
            if status is HTTPStatus.NOT_FOUND and not hasattr(request.state, "words"):
                await run_in_threadpool(self._look_who, request)
            return self._message(request, status)

        async def ours(request: Request, error: Exception) -> Response:
            reference = self.parts.fresh()[:12]
            # The path's template, not the path: links of one use stay out of the log.
            route = getattr(request.scope.get("route"), "path", "no route")
            _log.error(
                "%s %s failed, reference %s", request.method, route, reference, exc_info=error
            )
            if is_away(error):
                return self._message(request, HTTPStatus.SERVICE_UNAVAILABLE)
            return self._message(request, HTTPStatus.INTERNAL_SERVER_ERROR, reference)

        kinds = (HTTPException, WrongForm, Conflict, ClientDisconnect)
        return {**dict.fromkeys(kinds, told), Exception: ours}

    def _look_who(self, request: Request) -> None:
        """Look who asks for what no door leads to, to answer in their language."""
        cookie = self.held(request)
        session = accounts.watching(self.parts, house=self.house, cookie=cookie) if cookie else None
        if session is not None:
            request.state.words = self._words_of(session.account)

    def _message(self, request: Request, status: HTTPStatus, reference: str = "") -> Response:
        words = {"status": int(status), "reference": reference, "here": "/"}
        response = self.outside(request, "staff/message.html", words, status=status)
        if status in _UNREAD:  # what is left of the form is not waited for
            response.headers["connection"] = "close"
        return response


def is_near(request: Request, networks: Sequence[str]) -> bool:
    """Say whether the asker's address lies in one of these networks; with none, everybody may."""
    if not networks:
        return True
    try:
        address = ipaddress.ip_address(request.client.host if request.client else "")
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None) or address
    return any(mapped in ipaddress.ip_network(network) for network in networks)


def _status_of(error: Exception) -> HTTPStatus:
    match error:
        case HTTPException(status_code=HTTPStatus.METHOD_NOT_ALLOWED):
            return HTTPStatus.NOT_FOUND
        case HTTPException():
            return HTTPStatus(error.status_code)
        case TooLong():
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        case WrongForm():
            return HTTPStatus.FORBIDDEN
        case ClientDisconnect():
            return HTTPStatus.BAD_REQUEST
        case _:
            return HTTPStatus.SERVICE_UNAVAILABLE


_UNREAD = (HTTPStatus.FORBIDDEN, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
_FILES = {
    "/staff.css": ("static/staff.css", "text/css"),
    "/dark.css": ("static/dark.css", "text/css"),
    "/icon.svg": ("static/icon.svg", "image/svg+xml"),
    "/htmx.js": ("static/vendor/htmx.min.js", "text/javascript"),
    "/scan.js": ("static/scan.js", "text/javascript"),
    "/keys.js": ("static/keys.js", "text/javascript"),
}


def _fixed() -> list[Route]:
    """What is the same for every visitor."""

    def given(file: str, kind: str) -> Route:
        body = (FOLDER / file).read_bytes()

        async def sent(request: Request) -> Response:
            return answer(request, body, media_type=kind, cache=KEPT)

        path = next(path for path, (name, _) in _FILES.items() if name == file)
        return Route(path, sent, methods=["GET"])

    async def robots(request: Request) -> Response:
        return answer(request, b"User-agent: *\nDisallow: /\n", media_type="text/plain", cache=KEPT)

    return [
        *(given(file, kind) for file, kind in _FILES.values()),
        Route("/robots.txt", robots, methods=["GET"]),
    ]
