"""A new order for somebody who called, faxed, wrote or stands at the counter.

It takes the door that a storefront's program takes (`hub.flow.orders`), idempotent by the form's
own key. Nothing is placed that was not shown with its total first.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hub.domain.orders import Order
from hub.domain.placing import NewOrder
from hub.flow.clerk_room import (
    Article,
    Known,
    articles_said,
    known_customers,
    new_number,
    placed_before,
)
from hub.flow.orders import Outcome, Posting, place
from hub.partners import Brand
from portal.web.clerk.changes import chosen
from portal.web.clerk.entered import Entered, address_fields
from portal.web.clerk.ordering import (
    CHANNELS,
    LINES,
    MOST_GROUPS,
    MOST_LINES,
    Ordering,
    groups_of,
    line_names,
    lines_of,
)
from portal.web.clerk.seen import Sent, brands_seen, methods_known, path_of, sent, sent_before
from portal.web.clerk.where import where_from
from portal.web.ground.answers import see_other
from portal.web.ground.porch import Porch, Visit
from portal.web.ground.problems import Problem

_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._#-]{0,29}")
_TO_COME = "new"
"""Stands for the number of an order that is only looked at."""


class NewOrders:
    """The form for a new order: one page, sent again for each look."""

    def __init__(self, porch: Porch) -> None:
        self._porch = porch
        self._parts = porch.parts

    def form(self, visit: Visit) -> Response:
        """Show an empty form for the first brand that the visitor sees."""
        brands = brands_seen(self._parts, visit)
        if not brands:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        typed = {"brand": brands[0].id, "channel": "phone", "g1-gift-hide": "1"}
        typed |= {f"{name}-units": "1" for name in line_names(typed)}
        return self._page(visit, typed, [], once=self._once())

    def post(self, visit: Visit) -> Response:
        """Find the customer, widen the form, show what it comes to, or place what was shown."""
        form = sent(visit)
        brand = self._brand(visit)
        match visit.fields.get("do", "").partition("-"):
            case ("where", _, _):
                return self._where(visit, form, brand)
            case ("find", _, _):
                return self._find(visit, form, brand)
            case ("group", _, _):
                return self._page(visit, _wider(form.typed), [], once=form.once)
            case ("line", _, group):
                return self._page(visit, _longer(form.typed, group), [], once=form.once)
            case (do, _, _):
                return self._look(visit, form, brand, place_it=do == "place")

    def _brand(self, visit: Visit) -> Brand:
        """The brand of the form; raises HTTPException with 404 for one that is not to be seen."""
        asked = visit.fields.get("brand", "")
        for one in brands_seen(self._parts, visit):
            if one.id == asked:
                return one
        raise HTTPException(HTTPStatus.NOT_FOUND)

    # --- the customer ---------------------------------------------------------------------------

    def _find(self, visit: Visit, form: Sent, brand: Brand) -> Response:
        said = form.typed.get("find", "")
        known = known_customers(self._parts, brand=brand.id, said=said)
        picked = form.typed.get("known", "")
        if len(known) > 1 and picked.isdecimal() and 0 < int(picked[:3]) <= len(known):
            known = (known[int(picked[:3]) - 1],)
        if len(known) == 1:
            typed = {**form.typed, **_preset(known[0])}
            typed.pop("known", None)
            return self._page(visit, typed, [], once=form.once, hint="found")
        hint = "choose" if known else "unknown"
        return self._page(visit, form.typed, [], once=form.once, hint=hint, known=known)

    def _where(self, visit: Visit, form: Sent, brand: Brand) -> Response:
        """Show who would fill what is typed so far, and by when; nothing is reserved."""
        found = self._found(form.typed)
        return self._page(visit, form.typed, [], once=form.once, found=found, brand=brand)

    # --- the order ------------------------------------------------------------------------------

    def _look(self, visit: Visit, form: Sent, brand: Brand, *, place_it: bool) -> Response:
        kept = placed_before(self._parts, brand=brand.id, key=form.key)
        if kept is not None and kept.body_hash == hashlib.sha256(form.body).digest():
            return self._placed(visit, brand, kept.body)
        found = self._found(form.typed)
        entered = Entered(
            fields=visit.fields,
            words=visit.words,
            currency=brand.currency,
            labels={name: form.typed.get(name, "")[:60] for name in line_names(form.typed)},
        )
        number = entered.text("number")
        if number and not _NUMBER.fullmatch(number):
            entered.wrong("number", "Use letters, digits, '.', '_', '#' and '-', 30 at most.")
        reading = Ordering(entered=entered, found=found)
        new = reading.read(number or _TO_COME)
        if entered.problems:
            return self._page(visit, form.typed, entered.problems, once=form.once, found=found)
        if place_it and form.was_shown:
            return self._place(visit, form, brand, reading, new)
        return self._page(
            visit,
            form.typed,
            [],
            once=form.once,
            found=found,
            new=new,
            shown=form.digest,
            brand=brand,
        )

    def _place(
        self, visit: Visit, form: Sent, brand: Brand, reading: Ordering, new: NewOrder
    ) -> Response:
        if new.number == _TO_COME:
            new = replace(new, number=new_number(self._parts, brand=brand.id))
        posting = Posting(
            new=new,
            brand=brand.id,
            who=visit.account.id,
            body=form.body,
            key=form.key,
            render=_rendered,
        )
        verdict = place(self._parts, posting)
        if verdict.outcome in (Outcome.PLACED, Outcome.REPLAYED):
            return self._placed(visit, brand, verdict.reply)
        once, problems = form.once, list(reading.placed(verdict.problems))
        if verdict.outcome in (Outcome.KNOWN, Outcome.DIFFERS):
            text = visit.words.say(
                "The brand has an order of this number; leave it empty, or use another."
            )
            problems = [Problem(field="number", text=text)]
        elif verdict.outcome is Outcome.KEY_REUSED:
            once, problems = self._once(), [sent_before(visit)]
        return self._page(visit, form.typed, problems, once=once, found=reading.found)

    def _placed(self, visit: Visit, brand: Brand, reply: bytes) -> Response:
        number = json.loads(reply)["number"]
        return see_other(visit.request, f"{path_of(brand.id, number)}?done=placed")

    def _found(self, typed: Mapping[str, str]) -> dict[str, Sequence[Article]]:
        return {
            name: chosen(articles_said(self._parts, typed[name]), typed.get(f"{name}-pick", ""))
            for name in line_names(typed)
            if typed.get(name, "").strip()
        }

    # --- the page -------------------------------------------------------------------------------

    def _page(
        self,
        visit: Visit,
        typed: Mapping[str, str],
        problems: list[Problem],
        *,
        once: str,
        hint: str = "",
        known: Sequence[Known] = (),
        found: Mapping[str, Sequence[Article]] | None = None,
        new: NewOrder | None = None,
        shown: str = "",
        brand: Brand | None = None,
    ) -> Response:
        count = groups_of(typed)
        words = {
            "typed": typed,
            "problems": problems,
            "once": once,
            "hint": hint,
            "known": known,
            "found": found or {},
            "froms": where_from(self._parts, brand, typed, found or {}) if brand else {},
            "tried": brand is not None,
            "new": new,
            "shown": shown,
            "brands": brands_seen(self._parts, visit),
            "channels": [(word, visit.words.say(label)) for word, (_, label) in CHANNELS.items()],
            "methods": methods_known(self._parts),
            "groups": [(n, lines_of(typed, n)) for n in range(1, count + 1)],
            "most_groups": MOST_GROUPS,
            "most_lines": MOST_LINES,
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
        return self._porch.page(visit, "clerk/new.html", words, status=status)

    def _once(self) -> str:
        return self._parts.random(16).hex()


def _preset(known: Known) -> dict[str, str]:
    buyer = address_fields("buyer", known.buyer)
    wanted = ("buyer-name", "buyer-email", "buyer-phone")
    return {name: buyer[name] for name in wanted} | address_fields("g1", known.ship_to)


def _wider(typed: Mapping[str, str]) -> dict[str, str]:
    count = min(groups_of(typed) + 1, MOST_GROUPS)
    more = {f"g{count}-{line}-units": "1" for line in range(1, LINES + 1)}
    return {**typed, **more, "groups": str(count), f"g{count}-gift-hide": "1"}


def _longer(typed: Mapping[str, str], group: str) -> dict[str, str]:
    n = int(group) if group.isdecimal() and len(group) < 3 else 1
    count = min(lines_of(typed, n) + 1, MOST_LINES)
    return {**typed, f"g{n}-lines": str(count), f"g{n}-{count}-units": "1"}


def _rendered(order: Order) -> tuple[int, bytes]:
    return int(HTTPStatus.CREATED), json.dumps({"number": order.number}).encode()
