"""The pages that are looked at: nothing here changes an order."""

from collections.abc import Sequence
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from hub.flow import visiting
from portal.web.customer.changes import DOORS
from portal.web.customer.login import held_cookie
from portal.web.customer.rooms import Rooms, said
from portal.web.customer.view import StatusPage, status_page
from portal.web.ground.answers import see_other
from portal.web.ground.forms import form_seal
from portal.web.ground.problems import Problem


class Pages:
    """Finding an order, entering its code, and its status, masked or whole."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    async def find(self, request: Request) -> Response:
        """Show the form for order number and e-mail or postcode."""
        return find_page(self._rooms, request)

    async def code(self, request: Request) -> Response:
        """Show the form for the code that was mailed; without having asked, the one before."""
        brand, held = self._rooms.brand(request), held_cookie(request)
        waits = await run_in_threadpool(
            visiting.waits_for_code, self._rooms.parts, brand=brand.id, cookie=held
        )
        to = request.query_params.get("to", "")
        return code_page(self._rooms, request, held, to=to) if waits else see_other(request, "/")

    async def linked(self, request: Request) -> Response:
        """Show the order of a link: masked, unless this browser has proven the same order."""
        token = request.path_params["token"]
        return await run_in_threadpool(self._linked, request, token)

    def _linked(self, request: Request, token: str) -> Response:
        site, parts = self._rooms.site(request), self._rooms.parts
        brand = site.brand
        found = visiting.linked(parts, brand=brand.id, token=token)
        if found is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        held = held_cookie(request)
        visit = visiting.visitor(parts, brand=brand.id, cookie=held)
        proven = visit is not None and visit.order_id == found.order_id
        page = status_page(parts, brand, number=found.number, proven=proven, pictures=site.pictures)
        return self._status(request, page, held=held if proven else "", token=token)

    async def proven(self, request: Request) -> Response:
        """Show the whole order to a browser that has proven it, else the first form."""
        return await run_in_threadpool(self._proven, request)

    def _proven(self, request: Request) -> Response:
        site, held = self._rooms.site(request), held_cookie(request)
        visit = visiting.visitor(self._rooms.parts, brand=site.brand.id, cookie=held)
        if visit is None or visit.number is None:
            return see_other(request, "/")
        page = status_page(
            self._rooms.parts,
            site.brand,
            number=visit.number,
            proven=True,
            pictures=site.pictures,
        )
        return self._status(request, page, held=held, token="")

    def _status(
        self, request: Request, page: StatusPage | None, *, held: str, token: str
    ) -> Response:
        if page is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        seal = form_seal(held or token)
        return self._rooms.page(
            request, "customer/status.html", {"page": page, "token": token, "seal": seal}
        )


def find_page(
    rooms: Rooms,
    request: Request,
    *,
    number: str = "",
    known: str = "",
    problems: Sequence[Problem] = (),
) -> Response:
    """Return the form for order number and e-mail or postcode, with what is wrong with it."""
    words = {
        "welcome": said(rooms.brand(request), "welcome"),
        "number": number,
        "known": known,
        "problems": problems,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
    return rooms.page(request, "customer/find.html", words, status=status)


def code_page(
    rooms: Rooms, request: Request, held: str, *, to: str, problems: Sequence[Problem] = ()
) -> Response:
    """Return the form for the code, with what is wrong with it; `to` is the door asked for."""
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
    words = {"seal": form_seal(held), "problems": problems, "to": to if to in DOORS else ""}
    return rooms.page(request, "customer/code.html", words, status=status)
