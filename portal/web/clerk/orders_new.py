"""A new order for somebody who called, faxed, wrote or stands at the counter.

It takes the door that a storefront's program takes (`hub.flow.orders`), idempotent by the form's
own key. Nothing is placed that was not shown with its total first. What is typed so far is a draft
of its writer's, kept where what outlives a session is (`hub.flow.accounts.keep_draft`).
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
from hub.flow import accounts
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
from hub.store import StoredReply
from portal.web.clerk.changes import chosen
from portal.web.clerk.entered import Entered, address_fields
from portal.web.clerk.ordering import (
    CHANNELS,
    MOST_GROUPS,
    MOST_LINES,
    Ordering,
    groups_of,
    line_names,
    lines_of,
    longer,
    narrower,
    wider,
)
from portal.web.clerk.seen import (
    ONCE,
    TOLD,
    Sent,
    brands_seen,
    methods_known,
    path_of,
    sent_as,
    sent_before,
)
from portal.web.clerk.where import where_from
from portal.web.ground.answers import see_other
from portal.web.ground.porch import Porch, Visit
from portal.web.ground.problems import Problem

_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._#-]{0,29}")
_TO_COME = "new"
"""Stands for the number of an order that is only looked at."""


class NewOrders:
    """The form for a new order: what was typed is a draft with an address, and each look shows it.

    Going back to what a POST answered asks the browser to send it again; so every POST keeps the
    form and leads on to its page. A draft is its writer's own, and gone after a week.
    """

    def __init__(self, porch: Porch) -> None:
        self._porch = porch
        self._parts = porch.parts

    def begin(self, visit: Visit) -> Response:
        """Show an empty form for the first brand that the visitor sees, under a fresh key.

        Looking keeps nothing: the first POST to the form's own address begins the draft.
        """
        brands = brands_seen(self._parts, visit)
        if not brands:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        typed = {"brand": brands[0].id, "channel": "phone", "g1-gift-hide": "1"}
        typed |= {f"{name}-units": "1" for name in line_names(typed)}
        return self._page(visit, sent_as(self._once(), typed), typed, [])

    def form(self, visit: Visit) -> Response:
        """Show a draft, and what its last button asked for; an order that was made of it."""
        once = _once_of(visit)
        kept = accounts.draft(self._parts, account_id=visit.account.id, form=_path(once))
        form = sent_as(once, kept)
        for brand in brands_seen(self._parts, visit):
            done = placed_before(self._parts, brand=brand.id, key=form.key)
            if done is not None and (not kept or _is_same(done, form)):
                return self._placed(visit, brand, done.body)
        if not kept:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return self._shown(visit, form, kept)

    def _shown(self, visit: Visit, form: Sent, kept: Mapping[str, str]) -> Response:
        brand = self._brand(visit, kept)
        if told := _told(kept):
            return self._page(visit, form, form.typed, told, found=self._found(form.typed))
        match kept.get("do", "").partition("-"):
            case ("where", _, _):
                return self._where(visit, form, brand)
            case ("find", _, _):
                return self._find(visit, form, brand)
            case ("group", _, _):
                return self._page(visit, form, wider(form.typed), [])
            case ("drop", _, group):
                return self._page(visit, form, narrower(form.typed, group), [])
            case ("line", _, group):
                return self._page(visit, form, longer(form.typed, group), [])
            case ("look" | "place", _, _):
                return self._look(visit, form, brand)
            case _:
                return self._page(visit, form, form.typed, [])

    def post(self, visit: Visit) -> Response:
        """Keep what was typed and lead to its page; or place what was shown there.

        The first that is sent to an address begins its draft.
        """
        form = sent_as(_once_of(visit), visit.fields)
        brand = self._brand(visit, visit.fields)
        done = placed_before(self._parts, brand=brand.id, key=form.key)
        if done is not None:
            if _is_same(done, form):
                return self._placed(visit, brand, done.body)
            return self._keep(visit, self._once(), visit.fields, [sent_before(visit)])
        if visit.fields.get("do") == "place" and form.was_shown:
            reading, new = self._read(visit, form, brand)
            if not reading.entered.problems:
                return self._place(visit, form, brand, reading, new)
        return self._keep(visit, form.once, visit.fields)

    def _keep(
        self,
        visit: Visit,
        once: str,
        fields: Mapping[str, str],
        told: Sequence[Problem] = (),
    ) -> Response:
        """Keep a draft, with what the door for orders said of it, and lead to its page."""
        kept = {name: text for name, text in fields.items() if name not in ("seal", "once", TOLD)}
        if told:
            kept[TOLD] = "\n".join(f"{one.field}\t{' '.join(one.text.split())}" for one in told)
        try:
            accounts.keep_draft(
                self._parts, account_id=visit.account.id, form=_path(once), fields=kept
            )
        except ValueError:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE) from None
        return see_other(visit.request, _path(once))

    def _brand(self, visit: Visit, fields: Mapping[str, str]) -> Brand:
        """The brand of the form; raises HTTPException with 404 for one that is not to be seen."""
        asked = fields.get("brand", "")
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
            return self._page(visit, form, typed, [], hint="found")
        hint = "choose" if known else "unknown"
        return self._page(visit, form, form.typed, [], hint=hint, known=known)

    def _where(self, visit: Visit, form: Sent, brand: Brand) -> Response:
        """Show who would fill what is typed so far, and by when; nothing is reserved."""
        found = self._found(form.typed)
        return self._page(visit, form, form.typed, [], found=found, brand=brand)

    # --- the order ------------------------------------------------------------------------------

    def _look(self, visit: Visit, form: Sent, brand: Brand) -> Response:
        """Show what it comes to, or all that is wrong with it."""
        reading, new = self._read(visit, form, brand)
        wrong, found = reading.entered.problems, reading.found
        if wrong:
            return self._page(visit, form, form.typed, wrong, found=found)
        return self._page(visit, form, form.typed, [], found=found, new=new, brand=brand)

    def _read(self, visit: Visit, form: Sent, brand: Brand) -> tuple[Ordering, NewOrder]:
        entered = Entered(
            fields=form.typed,
            words=visit.words,
            currency=brand.currency,
            labels={name: form.typed.get(name, "")[:60] for name in line_names(form.typed)},
        )
        number = entered.text("number")
        if number and not _NUMBER.fullmatch(number):
            entered.wrong("number", "Use letters, digits, '.', '_', '#' and '-', 30 at most.")
        reading = Ordering(entered=entered, found=self._found(form.typed))
        return reading, reading.read(number or _TO_COME)

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
            accounts.drop_draft(self._parts, account_id=visit.account.id, form=_path(form.once))
            return self._placed(visit, brand, verdict.reply)
        if verdict.outcome is Outcome.KEY_REUSED:
            return self._keep(visit, self._once(), visit.fields, [sent_before(visit)])
        problems = list(reading.placed(verdict.problems))
        if verdict.outcome in (Outcome.KNOWN, Outcome.DIFFERS):
            text = visit.words.say(
                "The brand has an order of this number; leave it empty, or use another."
            )
            problems = [Problem(field="number", text=text)]
        return self._keep(visit, form.once, visit.fields, problems)

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
        form: Sent,
        typed: Mapping[str, str],
        problems: list[Problem],
        *,
        hint: str = "",
        known: Sequence[Known] = (),
        found: Mapping[str, Sequence[Article]] | None = None,
        new: NewOrder | None = None,
        brand: Brand | None = None,
    ) -> Response:
        count = groups_of(typed)
        words = {
            "typed": typed,
            "problems": problems,
            "action": _path(form.once),
            "once": form.once,
            "hint": hint,
            "known": known,
            "found": found or {},
            "froms": where_from(self._parts, brand, typed, found or {}) if brand else {},
            "tried": brand is not None,
            "new": new,
            "shown": form.digest if new else "",
            "brands": brands_seen(self._parts, visit),
            "channels": [(word, visit.words.say(label)) for word, (_, label) in CHANNELS.items()],
            "methods": methods_known(self._parts),
            "groups": [(n, lines_of(typed, n)) for n in range(1, count + 1)],
            "most_groups": MOST_GROUPS,
            "most_lines": MOST_LINES,
        }
        return self._porch.page(visit, "clerk/new.html", words)

    def _once(self) -> str:
        return self._parts.random(16).hex()


def _path(once: str) -> str:
    """Where a draft is shown and sent to; what is typed after the session's end is kept there."""
    return f"/new/{once}"


def _once_of(visit: Visit) -> str:
    once = visit.path("once")
    if not ONCE.fullmatch(once):
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return once


def _told(kept: Mapping[str, str]) -> list[Problem]:
    """Read what the hub said of a draft; a browser's own such field reads as something too."""
    rows = (line.partition("\t") for line in kept.get(TOLD, "").splitlines())
    return [Problem(field=name, text=text) for name, _, text in rows]


def _is_same(done: StoredReply, form: Sent) -> bool:
    return done.body_hash == hashlib.sha256(form.body).digest()


def _preset(known: Known) -> dict[str, str]:
    buyer = address_fields("buyer", known.buyer)
    wanted = ("buyer-name", "buyer-email", "buyer-phone")
    return {name: buyer[name] for name in wanted} | address_fields("g1", known.ship_to)


def _rendered(order: Order) -> tuple[int, bytes]:
    return int(HTTPStatus.CREATED), json.dumps({"number": order.number}).encode()
