"""Cancelling and changing an order while its customer is on the line: shown first, then done.

The change form tells what would come of it before anything is done; only what was shown is done.
Everything goes through the door for changes (`hub.flow.changing`), as a storefront's requests do.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hub.domain.change_requests import Request as Wish
from hub.domain.orders import ChangeKind, Order, ShipGroup
from hub.domain.placing import Gift, address_of
from hub.domain.wishes import Decided, Fewer
from hub.flow.changing import Answered, ChangePosting, ChangeVerdict
from hub.flow.clerk_room import Article, answered, articles_said, change_seen, foresee
from hub.store import Erased, Transaction
from portal.web.clerk.entered import Entered
from portal.web.clerk.moved import Since, moved_since
from portal.web.clerk.seen import Sent, methods_known, order_seen, path_of, sent, sent_before
from portal.web.clerk.told import Telling, either_way, kept_rows, newly_asked, with_nobody
from portal.web.clerk.wanted import (
    MOST_ADDED,
    PLACE,
    GroupRow,
    LineRow,
    Reading,
    added,
    cancel_rows,
    labels,
    line_rows,
    open_groups,
    preset,
)
from portal.web.ground.answers import see_other
from portal.web.ground.porch import Porch, Visit
from portal.web.ground.problems import Problem, of_the_hub

REASONS = {
    "changed_mind": "Changed their mind",
    "ordered_twice": "Ordered twice",
    "takes_too_long": "Takes too long",
    "wrong_article": "Wrong article",
    "wrong_address": "Wrong address",
    "price": "Found it cheaper",
    "other": "Another reason",
}
OTHER = "other"


class Changes:
    """The forms that cancel and change, and the page that says what came of them."""

    def __init__(self, porch: Porch) -> None:
        self._porch = porch
        self._parts = porch.parts

    # --- cancel ---------------------------------------------------------------------------------

    def cancel_form(self, visit: Visit) -> Response:
        """Show what can be cancelled, everything chosen."""
        order = order_seen(self._parts, visit)
        typed = {f"units-{row.number}": str(row.free) for row in cancel_rows(order)}
        return self._cancel_page(visit, order, typed, [], once=self._once())

    def cancel(self, visit: Visit) -> Response:
        """Cancel units line by line, or everything that is open."""
        order, form = order_seen(self._parts, visit), sent(visit)
        again = partial(self._cancel_page, visit, typed=form.typed)
        if early := self._early(visit, order, form, again):
            return early
        rows = cancel_rows(order)
        entered = _entered(visit, order, rows)
        requests = None if visit.fields.get("do") == "all" else _fewer(rows, entered)
        if requests is not None and not requests and not entered.problems:
            entered.wrong("", "Nothing is chosen. Say how many of which line.")
        if entered.problems:
            return again(order=order, problems=entered.problems, once=form.once)
        posting = self._posting(visit, order, form, ChangeKind.CANCELLATION, requests)
        return self._decided(visit, order, form, posting, again)

    def _cancel_page(
        self,
        visit: Visit,
        order: Order,
        typed: Mapping[str, str],
        problems: list[Problem],
        *,
        once: str,
        since: Since | None = None,
    ) -> Response:
        words = {
            "order": order,
            "rows": cancel_rows(order),
            "typed": typed,
            "problems": problems,
            "since": since,
            **self._common(visit, order, once),
        }
        return self._porch.page(visit, "clerk/cancel.html", words, status=_status(problems))

    # --- change ---------------------------------------------------------------------------------

    def change_form(self, visit: Visit) -> Response:
        """Show the order as a form."""
        order = order_seen(self._parts, visit)
        rows, groups = line_rows(order), self._groups(order)
        typed = preset(order, rows, groups)
        return self._change_page(visit, order, typed, [], once=self._once())

    def change(self, visit: Visit) -> Response:
        """Show what the form would come to, or do what was shown."""
        order, form = order_seen(self._parts, visit), sent(visit)
        if visit.fields.get("do") == "more":
            wider = str(min(added(form.typed) + 1, MOST_ADDED))
            typed = {**form.typed, "adds": wider, f"add-{wider}-units": "1"}
            return self._change_page(visit, order, typed, [], once=form.once)
        rows, groups = line_rows(order), self._groups(order)
        again = partial(self._change_page, visit, typed=form.typed)
        if early := self._early(visit, order, form, again):
            return early
        entered = _entered(visit, order, rows)
        reading = Reading(entered=entered, order=order, found=self._found(form.typed, rows))
        reading.read(rows, groups)
        again = partial(again, found=reading.found)
        if entered.problems:
            return again(order=order, problems=entered.problems, once=form.once)
        posting = self._posting(visit, order, form, ChangeKind.CHANGE, reading.requests)
        if visit.fields.get("do") == "save" and form.was_shown:
            return self._decided(visit, order, form, posting, again, reading)
        return self._looked(order, form, posting, again, reading, visit)

    def _looked(
        self,
        order: Order,
        form: Sent,
        posting: ChangePosting,
        again: Callable[..., Response],
        reading: Reading,
        visit: Visit,
    ) -> Response:
        """Show what it would come to."""
        foreseen = foresee(self._parts, posting)
        verdict = foreseen.verdict
        if verdict.order is None or verdict.decided is None:
            problems = self._refused(visit, verdict, reading)
            return again(order=order, problems=problems, once=form.once)
        decided, after = verdict.decided, verdict.order
        known = decided.made.id if decided.made else decided.running
        telling = Telling(
            parts=self._parts,
            order=after,
            change_id=known,
            words=visit.words,
            facts=decided.change.facts,
            ahead=True,
        )
        would = {
            "rows": telling.rows(decided.rows),
            "asked": newly_asked(self._parts, foreseen.before, after),
            "nobody": with_nobody(after),
            "ends": either_way(after),
            "before": foreseen.before.total,
            "total": after.total,
        }
        before = foreseen.before
        return again(order=before, problems=[], once=form.once, would=would, shown=form.digest)

    def _change_page(
        self,
        visit: Visit,
        order: Order,
        typed: Mapping[str, str],
        problems: list[Problem],
        *,
        once: str,
        since: Since | None = None,
        found: Mapping[str, Sequence[Article]] | None = None,
        would: Mapping[str, object] | None = None,
        shown: str = "",
    ) -> Response:
        rows, groups = line_rows(order), self._groups(order)
        words = {
            "order": order,
            "rows": rows,
            "groups": groups,
            "added": range(1, added(typed) + 1),
            "most_added": MOST_ADDED,
            "typed": {**preset(order, rows, groups), **typed} if not visit.fields else typed,
            "found": found or {},
            "would": would,
            "shown": shown,
            "problems": problems,
            "since": since,
            "methods": methods_known(self._parts, *(group.method for group in groups)),
            **self._common(visit, order, once),
        }
        return self._porch.page(visit, "clerk/change.html", words, status=_status(problems))

    def _found(
        self, typed: Mapping[str, str], rows: Sequence[LineRow]
    ) -> dict[str, Sequence[Article]]:
        names = [f"swap-{row.number}" for row in rows]
        names += [f"add-{n}" for n in range(1, added(typed) + 1)]
        return {
            name: chosen(articles_said(self._parts, typed[name]), typed.get(f"{name}-pick", ""))
            for name in names
            if typed.get(name, "").strip()
        }

    def _groups(self, order: Order) -> tuple[GroupRow, ...]:
        with self._parts.store.read() as tx:
            return tuple(_group(tx, group) for group in open_groups(order))

    # --- what both do ---------------------------------------------------------------------------

    def _posting(
        self,
        visit: Visit,
        order: Order,
        form: Sent,
        kind: ChangeKind,
        requests: Sequence[Wish] | None,
    ) -> ChangePosting:
        reason = visit.fields.get("reason", "")
        return ChangePosting(
            number=order.number,
            brand=order.brand,
            who=visit.account.id,
            kind=kind,
            requests=None if requests is None else tuple(requests),
            reason=reason if reason in REASONS else OTHER,
            place=PLACE,
            body=form.body,
            key=form.key,
            render=_rendered,
        )

    def _decided(
        self,
        visit: Visit,
        order: Order,
        form: Sent,
        posting: ChangePosting,
        again: Callable[..., Response],
        reading: Reading | None = None,
    ) -> Response:
        """Do it, unless the order is another one by now: then both are shown."""
        verdict = change_seen(self._parts, posting, seen=_version(form))
        if isinstance(verdict, Order):
            return self._moved(visit, verdict, form, again)
        if verdict.outcome in (Answered.DECIDED, Answered.REPLAYED):
            return see_other(visit.request, f"{_path(order)}/outcome/{form.once}")
        if verdict.outcome is Answered.KEY_REUSED:
            problems = [sent_before(visit)]
            return again(order=order, problems=problems, once=self._once())
        problems = self._refused(visit, verdict, reading)
        return again(order=order, problems=problems, once=form.once)

    def _early(
        self, visit: Visit, order: Order, form: Sent, again: Callable[..., Response]
    ) -> Response | None:
        """Answer a form that was done before, and one that shows another order than there is."""
        kept = answered(self._parts, brand=order.brand, number=order.number, key=form.key)
        if kept is not None:
            if kept[1].body_hash == hashlib.sha256(form.body).digest():
                return see_other(visit.request, f"{_path(order)}/outcome/{form.once}")
            return again(order=order, problems=[sent_before(visit)], once=self._once())
        if order.version != _version(form):
            return self._moved(visit, order, form, again)
        return None

    def _moved(
        self, visit: Visit, order: Order, form: Sent, again: Callable[..., Response]
    ) -> Response:
        since = moved_since(self._parts, visit, order, form.typed)
        problem = Problem(field="", text=visit.words.say(_MOVED))
        return again(order=order, problems=[problem], once=self._once(), since=since)

    def _refused(
        self, visit: Visit, verdict: ChangeVerdict, reading: Reading | None
    ) -> list[Problem]:
        if verdict.outcome is Answered.UNKNOWN:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        if verdict.outcome is Answered.KEY_REUSED:
            return [sent_before(visit)]
        if reading is not None:
            return list(reading.placed(verdict.problems))
        return of_the_hub(verdict.problems)

    # --- what came of it ------------------------------------------------------------------------

    def outcome(self, visit: Visit) -> Response:
        """Say what became of a form that was sent, as it stands now."""
        order = order_seen(self._parts, visit)
        key = f"form/{visit.path('once')}"
        found = answered(self._parts, brand=order.brand, number=order.number, key=key)
        if found is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        kept = json.loads(found[1].body)
        change_id = str(kept["change"])
        with self._parts.store.read() as tx:
            facts = tx.facts.of_order(order.id)
        telling = Telling(
            parts=self._parts, order=order, change_id=change_id, words=visit.words, facts=facts
        )
        words = {"order": order, "rows": telling.rows(kept["rows"]), "path": _path(order)}
        return self._porch.page(visit, "clerk/outcome.html", words)

    # --- small things ---------------------------------------------------------------------------

    def _common(self, visit: Visit, order: Order, once: str) -> Mapping[str, object]:
        now: datetime = visit.words.now
        return {
            "path": _path(order),
            "once": once,
            "version": order.version,
            "at": now.isoformat(),
            "units_seen": " ".join(f"{one.number}:{one.kept}" for one in order.lines),
            "reasons": [(word, visit.words.say(label)) for word, label in REASONS.items()],
        }

    def _once(self) -> str:
        return self._parts.random(16).hex()


_MOVED = (
    "The order changed while you had it open, so nothing was done. Below is what happened, and the "
    "order as it is now with what you typed: look at it and send it again."
)


def _entered(visit: Visit, order: Order, rows: Sequence[LineRow]) -> Entered:
    return Entered(
        fields=visit.fields,
        words=visit.words,
        currency=order.currency,
        labels=labels(rows, visit.fields),
    )


def _fewer(rows: Sequence[LineRow], entered: Entered) -> tuple[Wish, ...]:
    units = {
        row.number: entered.count(f"units-{row.number}", least=0, most=row.free) for row in rows
    }
    return tuple(Fewer(line=line, quantity=count) for line, count in units.items() if count)


def _group(tx: Transaction, group: ShipGroup) -> GroupRow:
    try:
        words = tx.people.get(group.person_id)
    except Erased:
        return GroupRow(number=group.number, method=group.method_final, address=None, gift=None)
    card = words.get("gift")
    gift = Gift(**card) if isinstance(card, dict) else None
    return GroupRow(
        number=group.number, method=group.method_final, address=address_of(words), gift=gift
    )


def chosen(found: Sequence[Article], picked: str) -> Sequence[Article]:
    """Return the one that was picked among several, all of them when none was."""
    return [one for one in found if one.sku == picked] or found


def _version(form: Sent) -> int:
    said = form.typed.get("version", "")
    return int(said) if said.isdecimal() and len(said) < 10 else -1


def _path(order: Order) -> str:
    return path_of(order.brand, order.number)


def _status(problems: Sequence[Problem]) -> HTTPStatus:
    return HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK


def _rendered(order: Order, decided: Decided) -> tuple[int, bytes]:
    """What is kept of the answer: ids and quantities; the words are made when it is looked at."""
    known = decided.made.id if decided.made else decided.running
    kept = {"change": known, "rows": kept_rows(decided.rows)}
    return int(HTTPStatus.OK), json.dumps(kept).encode()
