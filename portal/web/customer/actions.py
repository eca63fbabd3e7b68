"""The forms that are posted: each does one thing and sends the browser on to a page."""

import re

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from hub.domain import finding
from hub.flow import visiting
from portal.web.customer.changes import DOORS
from portal.web.customer.login import give_cookie, held_cookie, take_cookie
from portal.web.customer.pages import code_page, find_page
from portal.web.customer.rooms import Rooms
from portal.web.ground.answers import see_other
from portal.web.ground.asker import address_of
from portal.web.ground.forms import form
from portal.web.ground.problems import Problem

LONGEST_NUMBER = 60
LONGEST_KNOWN = 254
_CODE = re.compile(r"[0-9]{8}")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")  # nobody types them, and no order number has one
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_POSTCODE = re.compile(r"(?=.*[0-9])[0-9A-Za-z][0-9A-Za-z -]{1,14}")  # each in use has a digit


class Actions:
    """Asking for a code, entering it, leaving."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    async def find(self, request: Request) -> Response:
        """Ask for a code by order number and e-mail or postcode; the answer tells of neither."""
        brand = self._rooms.brand(request)
        fields = await form(request)
        number = _CONTROLS.sub("", fields.get("number", "")).strip()[:LONGEST_NUMBER]
        known = fields.get("known", "").strip()[:LONGEST_KNOWN]
        problems = _unfilled(number, known)
        if problems:
            return find_page(self._rooms, request, number=number, known=known, problems=problems)
        asking = visiting.Asking(
            brand=brand.id, number=number, known=known, address=address_of(request)
        )
        cookie = await run_in_threadpool(visiting.ask_by_number, self._rooms.parts, asking)
        return give_cookie(see_other(request, "/code"), cookie)

    async def code_by_link(self, request: Request) -> Response:
        """Ask for a code by the order's link; the browser is on its way to one of the doors."""
        brand, token = self._rooms.brand(request), request.path_params["token"]
        to = (await form(request, sealed_by=token)).get("to", "")
        cookie = await run_in_threadpool(
            visiting.ask_by_link,
            self._rooms.parts,
            brand=brand.id,
            token=token,
            address=address_of(request),
        )
        path = f"/code?to={to}" if to in DOORS else "/code"
        return give_cookie(see_other(request, path), cookie)

    async def code(self, request: Request) -> Response:
        """Prove by the code that was mailed; the browser gets another cookie for it."""
        brand, held = self._rooms.brand(request), held_cookie(request)
        if not held:
            return see_other(request, "/")
        fields = await form(request, sealed_by=held)
        code, to = re.sub(r"[\s-]", "", fields.get("code", "")), fields.get("to", "")
        if not _CODE.fullmatch(code):
            wrong = "Enter the 8 digits of the code in our e-mail."
        else:
            proven = await run_in_threadpool(
                visiting.prove, self._rooms.parts, brand=brand.id, cookie=held, code=code
            )
            if proven is not None:
                path = f"/{to}" if to in DOORS else "/order"
                return give_cookie(see_other(request, path), proven)
            wrong = (
                "This code does not open an order. Look for the newest e-mail, or ask for another "
                "code: each works once, for 15 minutes, and for 5 tries."
            )
        problems = [Problem(field="code", text=wrong)]
        return code_page(self._rooms, request, held, to=to, problems=problems)

    async def leave(self, request: Request) -> Response:
        """End the visit, here and in the browser."""
        brand, held = self._rooms.brand(request), held_cookie(request)
        await form(request, sealed_by=held)
        await run_in_threadpool(visiting.leave, self._rooms.parts, brand=brand.id, cookie=held)
        return take_cookie(see_other(request, "/"))


def _unfilled(number: str, known: str) -> list[Problem]:
    problems = []
    if not number:
        problems.append(Problem(field="number", text="Enter the order number, such as J-1001."))
    mail = finding.email(known)
    good = _EMAIL.fullmatch(mail) if "@" in mail else _POSTCODE.fullmatch(finding.tidy(known))
    if not good or _CONTROLS.search(known):
        text = (
            "Enter the e-mail address of your order, such as name@example.com, or the postcode "
            "that it goes to."
        )
        problems.append(Problem(field="known", text=text))
    return problems
