"""Doors that are open to everybody: sign in, second factor, and what a link of one use leads to."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.access import House
from hub.flow import accounts
from hub.flow.accounts import LinkKind, Step
from portal.web.ground import theme
from portal.web.ground.answers import own_path, see_other
from portal.web.ground.asker import address_of
from portal.web.ground.forms import form, form_seal
from portal.web.ground.porch import Porch
from portal.web.ground.problems import Problem

LONGEST_EMAIL, LONGEST_PASSWORD = 254, 256
LONGEST_ONWARD = 100  # of a path that a mail carries: strangers may ask for one too


def doors(porch: Porch) -> list[Route]:
    """Return the paths that need no session."""
    opening = Opening(porch)
    paths: list[tuple[str, str, Callable[[Request], Awaitable[Response]]]] = [
        ("GET", "/sign-in", opening.sign_in),
        ("POST", "/sign-in", opening.signed_in),
        ("GET", "/second", opening.second),
        ("POST", "/second", opening.seconded),
        ("GET", "/link", opening.link),
        ("POST", "/link", opening.linked),
        ("GET", "/l/{token}", opening.token),
        ("POST", "/l/{token}", opening.used),
    ]
    routes = [Route(path, endpoint, methods=[method]) for method, path, endpoint in paths]
    return [*routes, theme.route()]


class Opening:
    """Signing in. What is asked is answered alike whether an account exists or not."""

    def __init__(self, porch: Porch) -> None:
        self._porch = porch

    # --- password and second factor -------------------------------------------------------------

    async def sign_in(self, request: Request) -> Response:
        """Show the form."""
        kept = request.query_params.get("kept", "") == "1"
        return self._sign_in(request, next_page=_next(request.query_params), kept=kept)

    def _sign_in(
        self,
        request: Request,
        *,
        next_page: str,
        kept: bool,
        email: str = "",
        wrong: str = "",
    ) -> Response:
        problems = [Problem(field="email", text=wrong)] if wrong else []
        words = {"email": email, "next": next_page, "kept": kept, "problems": problems}
        return self._shown(request, "entrance/sign_in.html", words, wrong=bool(wrong))

    async def signed_in(self, request: Request) -> Response:
        """Sign in; the answer is a new cookie, a question for the second factor, or the form."""
        porch = self._porch
        fields = await form(request)
        email = fields.get("email", "").strip()[:LONGEST_EMAIL]
        found = await run_in_threadpool(
            accounts.sign_in,
            porch.parts,
            house=porch.house,
            email=email,
            password=fields.get("password", "")[:LONGEST_PASSWORD],
            address=address_of(request),
        )
        next_page = _next(fields)
        if found.step is Step.NO:
            wrong = porch.spoken(request).say(_NO)
            kept = fields.get("kept", "") == "1"
            return self._sign_in(request, next_page=next_page, kept=kept, email=email, wrong=wrong)
        return porch.give_cookie(see_other(request, _onward(found.step, next_page)), found.cookie)

    async def second(self, request: Request) -> Response:
        """Ask for the second factor."""
        return self._second(request, next_page=_next(request.query_params), wrong="")

    def _second(self, request: Request, *, next_page: str, wrong: str) -> Response:
        held = self._porch.held(request)
        if not held:
            return see_other(request, "/sign-in")
        problems = [Problem(field="code", text=wrong)] if wrong else []
        words = {"problems": problems, "next": next_page, "seal": form_seal(held)}
        return self._shown(request, "entrance/second.html", words, wrong=bool(wrong))

    async def seconded(self, request: Request) -> Response:
        """Take the second factor."""
        porch, held = self._porch, self._porch.held(request)
        if not held:
            return see_other(request, "/sign-in")
        fields = await form(request, sealed_by=held)
        found = await run_in_threadpool(
            accounts.second,
            porch.parts,
            house=porch.house,
            cookie=held,
            code=fields.get("code", "")[:40],
            address=address_of(request),
        )
        if found.step is not Step.IN:
            wrong = porch.spoken(request).say(_NO_CODE)
            return self._second(request, next_page=_next(fields), wrong=wrong)
        return porch.give_cookie(see_other(request, _next(fields)), found.cookie)

    # --- links of one use -----------------------------------------------------------------------

    async def link(self, request: Request) -> Response:
        """Show the form that asks for a link by mail."""
        return self._link(request, next_page=_next(request.query_params), sent=False)

    def _link(self, request: Request, *, next_page: str, sent: bool) -> Response:
        words = {"email": "", "problems": [], "next": next_page, "sent": sent}
        return self._shown(request, "entrance/link.html", words, wrong=False)

    async def linked(self, request: Request) -> Response:
        """Have a link mailed to an account of this address, if there is one."""
        porch = self._porch
        fields = await form(request)
        next_page = _next(fields)
        path = urlsplit(next_page).path
        leads_on = path != "/" and len(path) <= LONGEST_ONWARD
        await run_in_threadpool(
            accounts.ask_link,
            porch.parts,
            house=porch.house,
            email=fields.get("email", "").strip()[:LONGEST_EMAIL],
            address=address_of(request),
            next_page=path if leads_on else "",
        )
        return self._link(request, next_page=next_page, sent=True)

    async def token(self, request: Request) -> Response:
        """Show what a link would do; looking at it changes nothing (mail scanners look)."""
        return await self._token(request, next_page=_next(request.query_params), wrong=[])

    async def _token(self, request: Request, *, next_page: str, wrong: list[str]) -> Response:
        porch, token = self._porch, request.path_params["token"][:100]
        peeked = await run_in_threadpool(accounts.peek, porch.parts, house=porch.house, token=token)
        words = {
            "peeked": peeked,
            "wants_password": peeked is not None and peeked.kind is not LinkKind.LINK,
            "may_skip": peeked is not None and not peeked.needs_password,
            "path": request.url.path,
            "next": next_page,
            "seal": form_seal(token),
            "hint": porch.spoken(request).say(
                _MAY_SKIP if porch.house is House.PORTAL else _PASSWORD_HINT
            ),
            "problems": [Problem(field="password", text=text) for text in wrong],
        }
        return self._shown(request, "entrance/token.html", words, wrong=bool(wrong))

    async def used(self, request: Request) -> Response:
        """Use a link: once."""
        porch, token = self._porch, request.path_params["token"][:100]
        fields = await form(request, sealed_by=token)
        found = await run_in_threadpool(
            accounts.use_link,
            porch.parts,
            house=porch.house,
            token=token,
            password=fields.get("password", "")[:LONGEST_PASSWORD],
            address=address_of(request),
        )
        if found.step is Step.NO:
            said = porch.spoken(request).say
            wrong = [said(text) for text in found.problems]
            return await self._token(request, next_page=_next(fields), wrong=wrong)
        path = _onward(found.step, _next(fields))
        return porch.give_cookie(see_other(request, path), found.cookie)

    def _shown(
        self, request: Request, template: str, words: Mapping[str, object], *, wrong: bool
    ) -> Response:
        status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
        return self._porch.outside(request, template, words, status=status)


def _next(said: Mapping[str, str]) -> str:
    """Return the page of this house that an address or a form says comes next."""
    return own_path(said.get("next", ""))


def _onward(step: Step, next_page: str) -> str:
    """Return where somebody goes on to who was let in, or has a second factor to show first."""
    if step is Step.IN:
        return next_page
    return "/second" if next_page == "/" else f"/second?next={quote(next_page, safe='')}"


def _(text: str) -> str:
    """Mark a sentence for translation."""
    return text


_NO = _(
    "E-mail and password do not belong together, or there were too many tries. "
    "Wait a minute and try again, or ask for a link."
)
_NO_CODE = _("This code does not fit. Enter the newest one; each works once.")
_PASSWORD_HINT = _("At least 8 characters; 15 are better. A sentence is fine.")
_MAY_SKIP = _("At least 8 characters. You may leave it empty and sign in by e-mail link each time.")
