"""Doors that are open to everybody: sign in, second factor, and what a link of one use leads to."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

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
        return self._sign_in(request, next_page=own_path(request.query_params.get("next", "")))

    def _sign_in(
        self, request: Request, *, next_page: str, email: str = "", wrong: str = ""
    ) -> Response:
        problems = [Problem(field="email", text=wrong)] if wrong else []
        words = {"email": email, "next": next_page, "problems": problems}
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
        next_page = own_path(fields.get("next", ""))
        if found.step is Step.NO:
            wrong = porch.spoken(request).say(_NO)
            return self._sign_in(request, next_page=next_page, email=email, wrong=wrong)
        path = next_page if found.step is Step.IN else "/second"
        return porch.give_cookie(see_other(request, path), found.cookie)

    async def second(self, request: Request) -> Response:
        """Ask for the second factor."""
        return self._second(request, wrong="")

    def _second(self, request: Request, *, wrong: str) -> Response:
        held = self._porch.held(request)
        if not held:
            return see_other(request, "/sign-in")
        problems = [Problem(field="code", text=wrong)] if wrong else []
        words = {"problems": problems, "next": "/", "seal": form_seal(held)}
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
            return self._second(request, wrong=porch.spoken(request).say(_NO_CODE))
        return porch.give_cookie(see_other(request, own_path(fields.get("next", ""))), found.cookie)

    # --- links of one use -----------------------------------------------------------------------

    async def link(self, request: Request) -> Response:
        """Show the form that asks for a link by mail."""
        return self._shown(
            request, "entrance/link.html", {"email": "", "problems": [], "sent": False}, wrong=False
        )

    async def linked(self, request: Request) -> Response:
        """Have a link mailed to an account of this address, if there is one."""
        porch = self._porch
        fields = await form(request)
        await run_in_threadpool(
            accounts.ask_link,
            porch.parts,
            house=porch.house,
            email=fields.get("email", "").strip()[:LONGEST_EMAIL],
            address=address_of(request),
        )
        return self._shown(
            request, "entrance/link.html", {"email": "", "problems": [], "sent": True}, wrong=False
        )

    async def token(self, request: Request) -> Response:
        """Show what a link would do; looking at it changes nothing (mail scanners look)."""
        return await self._token(request, wrong=[])

    async def _token(self, request: Request, *, wrong: list[str]) -> Response:
        porch, token = self._porch, request.path_params["token"][:100]
        peeked = await run_in_threadpool(accounts.peek, porch.parts, house=porch.house, token=token)
        words = {
            "peeked": peeked,
            "wants_password": peeked is not None and peeked.kind is not LinkKind.LINK,
            "may_skip": peeked is not None and not peeked.needs_password,
            "path": request.url.path,
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
            return await self._token(request, wrong=[said(text) for text in found.problems])
        path = "/" if found.step is Step.IN else "/second"
        return porch.give_cookie(see_other(request, path), found.cookie)

    def _shown(
        self, request: Request, template: str, words: Mapping[str, object], *, wrong: bool
    ) -> Response:
        status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
        return self._porch.outside(request, template, words, status=status)


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
