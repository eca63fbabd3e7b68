"""Cancelling and changing: forms for a browser that has proven the order, and what came of them.

A form carries a number of its own; however often it is sent, it is one change. What is wanted goes
through the same door as what a storefront posts.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from babel import Locale
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from hub.domain.change_requests import Request as Wish
from hub.domain.messages import Address
from hub.domain.orders import ChangeKind, Order, ShipGroup
from hub.domain.placing import address_of
from hub.domain.wishes import Decided
from hub.flow import visiting
from hub.flow.changing import Answered, ChangePosting, change
from hub.partners import Brand
from hub.store import Erased, StoredReply, VisitRow
from portal.web.customer import moving_house, wanting
from portal.web.customer.login import held_cookie
from portal.web.customer.outcomes import outcome
from portal.web.customer.rooms import Rooms
from portal.web.ground.answers import see_other
from portal.web.ground.forms import form, form_seal
from portal.web.ground.problems import Problem

LONGEST_FORM = 32 * 1024  # bytes
REASON = "customer"
_NONCE = re.compile(r"[0-9a-f]{24}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """One of the two forms about units: its path, its kind of change, how it is preset and read.

    `unsaid` is what stands for fields that a browser does not send.
    """

    path: str
    kind: ChangeKind
    preset: Callable[[Sequence[wanting.UnitsRow]], tuple[wanting.UnitsRow, ...]]
    unsaid: Callable[[Sequence[wanting.UnitsRow]], tuple[wanting.UnitsRow, ...]]
    read: Callable[[Sequence[wanting.UnitsRow]], wanting.Wanted]


CANCEL = Units(
    path="cancel",
    kind=ChangeKind.CANCELLATION,
    preset=wanting.all_chosen,
    unsaid=wanting.none_chosen,
    read=wanting.cancelled,
)
QUANTITIES = Units(
    path="quantities",
    kind=ChangeKind.CHANGE,
    preset=wanting.all_kept,
    unsaid=wanting.all_kept,
    read=wanting.kept,
)
DOORS = ("cancel", "quantities", "address")
"""Where a browser may go once it has proven the order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """A browser that has proven an order: its cookie, its visit, and the order."""

    brand: Brand
    held: str
    visit: VisitRow
    order: Order


class Changes:
    """The forms, and the pages that say what came of them."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    # --- units ---

    async def cancel(self, request: Request) -> Response:
        """Show or take the form that cancels lines and units."""
        return await self._units(request, CANCEL)

    async def quantities(self, request: Request) -> Response:
        """Show or take the form that makes quantities smaller."""
        return await self._units(request, QUANTITIES)

    async def _units(self, request: Request, units: Units) -> Response:
        if request.method == "GET":
            return await run_in_threadpool(self._show_units, request, units)
        fields = await self._form(request)
        return await run_in_threadpool(self._take_units, request, units, fields)

    def _show_units(self, request: Request, units: Units) -> Response:
        guest = self._guest(request)
        if guest is None:
            return see_other(request, "/")
        rows = units.preset(wanting.units_rows(guest.order))
        return self._units_page(request, guest, units, rows)

    def _take_units(self, request: Request, units: Units, fields: Mapping[str, str]) -> Response:
        guest, nonce = self._sender(request, fields)
        sent = self._kept(guest, nonce)
        if sent is not None and _is_same(sent, fields):
            return see_other(request, f"/outcome/{nonce}")
        rows = wanting.filled_in(units.unsaid(wanting.units_rows(guest.order)), fields)
        wanted = units.read(rows)
        if sent is not None or wanted.problems:
            problems = wanted.problems if sent is None else _SENT_BEFORE
            return self._units_page(request, guest, units, rows, problems)
        return self._decide(request, guest, units.kind, wanted.requests, fields, nonce)

    def _units_page(
        self,
        request: Request,
        guest: Guest,
        units: Units,
        rows: Sequence[wanting.UnitsRow],
        problems: Sequence[Problem] = (),
    ) -> Response:
        page = {"rows": rows, "cancels": units is CANCEL, "path": units.path}
        return self._page(request, guest, "customer/units.html", page, problems)

    # --- the address ---

    async def address(self, request: Request) -> Response:
        """Show or take the form for another delivery address."""
        if request.method == "GET":
            return await run_in_threadpool(self._show_address, request)
        fields = await self._form(request)
        return await run_in_threadpool(self._take_address, request, fields)

    def _show_address(self, request: Request) -> Response:
        guest = self._guest(request)
        if guest is None:
            return see_other(request, "/")
        group = self._group(guest, request.query_params.get("group", ""))
        former = self._former(group) if group else None
        if group is None or former is None:
            return self._address_page(request, guest, None, {}, "")
        values = moving_house.values_of(former)
        return self._address_page(request, guest, group, values, former.country)

    def _take_address(self, request: Request, fields: Mapping[str, str]) -> Response:
        guest, nonce = self._sender(request, fields)
        sent = self._kept(guest, nonce)
        if sent is not None and _is_same(sent, fields):
            return see_other(request, f"/outcome/{nonce}")
        group = self._group(guest, fields.get("group", ""))
        former = self._former(group) if group else None
        if group is None or former is None:
            return self._address_page(request, guest, None, {}, "")
        typed = moving_house.filled_in(fields)
        problems = moving_house.wrong(typed, former) if sent is None else _SENT_BEFORE
        if problems:
            return self._address_page(request, guest, group, typed, former.country, problems)
        wish = moving_house.request(typed, former, group)
        return self._decide(request, guest, ChangeKind.CHANGE, (wish,), fields, nonce)

    def _address_page(
        self,
        request: Request,
        guest: Guest,
        group: ShipGroup | None,
        values: Mapping[str, str],
        country: str,
        problems: Sequence[Problem] = (),
    ) -> Response:
        page = {
            "group": group.number if group else "",
            "fields": moving_house.shown(values) if group else (),
            "country": Locale(guest.brand.language).territories.get(country, country),
            "others": self._others(guest, group),
        }
        return self._page(request, guest, "customer/address.html", page, problems)

    def _group(self, guest: Guest, number: str) -> ShipGroup | None:
        """The group that is meant and still waits; without a number the first that does."""
        groups = moving_house.open_groups(guest.order)
        return next((one for one in groups if number in ("", one.number)), None)

    def _others(self, guest: Guest, group: ShipGroup | None) -> tuple[tuple[str, str], ...]:
        """The order's other addresses to which something is still to leave, by group number."""
        others = [one for one in moving_house.open_groups(guest.order) if one is not group]
        found = [(one.number, self._former(one)) for one in others]
        return tuple((number, moving_house.in_short(one)) for number, one in found if one)

    def _former(self, group: ShipGroup) -> Address | None:
        with self._rooms.parts.store.read() as tx:
            try:
                return address_of(tx.people.get(group.person_id))
            except Erased:
                return None

    # --- what came of it ---

    async def outcome(self, request: Request) -> Response:
        """Show what became of a form that was sent."""
        return await run_in_threadpool(self._outcome, request)

    def _outcome(self, request: Request) -> Response:
        guest = self._guest(request)
        if guest is None:
            return see_other(request, "/")
        sent = self._kept(guest, request.path_params["nonce"])
        if sent is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        parts, kept = self._rooms.parts, json.loads(sent.body)
        with parts.store.read() as tx:
            facts = tx.facts.of_order(guest.order.id)
        shown = outcome(
            guest.order,
            kept["rows"],
            str(kept["change"]),
            facts=facts,
            brand=guest.brand,
            now=parts.now(),
            mailed=parts.mail is not None,
        )
        return self._rooms.page(
            request, "customer/outcome.html", {"page": shown, "number": guest.order.number}
        )

    # --- common to all ---

    async def _form(self, request: Request) -> Mapping[str, str]:
        return await form(
            request,
            sealed_by=held_cookie(request),
            largest=LONGEST_FORM,
            most_fields=wanting.MOST_LINES + 10,
        )

    def _guest(self, request: Request) -> Guest | None:
        brand, held, parts = self._rooms.brand(request), held_cookie(request), self._rooms.parts
        visit = visiting.visitor(parts, brand=brand.id, cookie=held)
        if visit is None or visit.number is None:
            return None
        with parts.store.read() as tx:
            order = tx.orders.find(brand=brand.id, number=visit.number)
        return None if order is None else Guest(brand=brand, held=held, visit=visit, order=order)

    def _sender(self, request: Request, fields: Mapping[str, str]) -> tuple[Guest, str]:
        """Who sent a form and its number; whoever proved nothing (any more) starts again."""
        guest, nonce = self._guest(request), fields.get("nonce", "")
        if guest is None or not _NONCE.fullmatch(nonce):
            raise HTTPException(HTTPStatus.FORBIDDEN)
        return guest, nonce

    def _kept(self, guest: Guest, nonce: str) -> StoredReply | None:
        """What was answered to the form of that number, None when it was never taken."""
        scopes = (
            f"{kind}/{guest.brand.id}/{guest.order.number}"
            for kind in (ChangeKind.CANCELLATION, ChangeKind.CHANGE)
        )
        with self._rooms.parts.store.read() as tx:
            found = (tx.facts.reply(scope=scope, key=_key(nonce)) for scope in scopes)
            return next((reply for reply in found if reply is not None), None)

    def _decide(
        self,
        request: Request,
        guest: Guest,
        kind: ChangeKind,
        requests: Sequence[Wish],
        fields: Mapping[str, str],
        nonce: str,
    ) -> Response:
        posting = ChangePosting(
            number=guest.order.number,
            brand=guest.brand.id,
            who=f"visit:{guest.visit.id}",
            kind=kind,
            requests=tuple(requests),
            reason=REASON,
            place="/requests",
            body=_body(fields),
            key=_key(nonce),
            render=_rendered,
        )
        verdict = change(self._rooms.parts, posting)
        if verdict.outcome in (Answered.UNKNOWN, Answered.WRONG):
            raise HTTPException(HTTPStatus.FORBIDDEN)
        return see_other(request, f"/outcome/{nonce}")

    def _page(
        self,
        request: Request,
        guest: Guest,
        template: str,
        page: Mapping[str, object],
        problems: Sequence[Problem],
    ) -> Response:
        nonce = self._rooms.parts.random(12).hex()
        shown = {
            **page,
            "number": guest.order.number,
            "seal": form_seal(guest.held),
            "nonce": nonce,
            "problems": problems,
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
        return self._rooms.page(request, template, shown, status=status)


def _key(nonce: str) -> str:
    """No storefront's key looks like it: those are its own, this is the form's."""
    return f"form/{nonce}"


def _is_same(sent: StoredReply, fields: Mapping[str, str]) -> bool:
    """Whether a form comes for the second time, and says what it said."""
    return sent.body_hash == hashlib.sha256(_body(fields)).digest()


_SENT_BEFORE = (
    Problem(
        field="main",
        text="This form was sent before, and what it said was done. Look at your order; if you "
        "want this as well, send it again.",
    ),
)


def _body(fields: Mapping[str, str]) -> bytes:
    """What was typed, the same bytes for the same form; sealed with the customer's words."""
    typed = {name: text for name, text in fields.items() if name not in ("seal", "nonce")}
    return json.dumps(typed, sort_keys=True).encode()


def _rendered(order: Order, decided: Decided) -> tuple[int, bytes]:
    """What is kept of the answer: ids and quantities; the words are made when it is looked at."""
    known = decided.made.id if decided.made else decided.running
    rows = [{key: row[key] for key in _KEPT if key in row} for row in decided.rows]
    return int(HTTPStatus.OK), json.dumps({"change": known, "rows": rows}).encode()


_KEPT = ("action", "line", "group", "quantity", "outcome", "why", "asks", "running")
