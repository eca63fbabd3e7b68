"""What is awaited, what waits for a person, how partners fare, and the figures."""

from http import HTTPStatus
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hub.access import Action, may
from hub.domain import carriers
from hub.errors import Refused
from hub.flow import accounts
from hub.flow.own_settings import own_page
from hub.flow.parts import Parts
from hub.ops.desk.at_risk import AtRisk, weighed
from hub.ops.desk.awaited import (
    MOST_ROWS,
    Brands,
    Card,
    CardPage,
    acks_due,
    exception,
    exceptions,
    settle,
)
from hub.ops.desk.naming import names, unnamed
from hub.ops.desk.owners import Whose, owned, taken_by
from hub.ops.desk.partners import partner, partners, try_file
from hub.ops.desk.remedies import Remedy, do, resume_lane
from hub.ops.desk.reports import report, reports
from portal.web.clerk.cases import owning, queue_path
from portal.web.clerk.seen import flag_names, path_of
from portal.web.desk.cases import late, shares
from portal.web.desk.charts import charted
from portal.web.desk.naming import people
from portal.web.desk.owning import changed
from portal.web.ground.answers import answer, see_other
from portal.web.ground.porch import Porch, Visit
from portal.web.ground.problems import Problem, of_the_hub, spoken

DAYS = (7, 30, 90)
REMEDIES = {
    Remedy.RESUME_LANE: "Resume",
    Remedy.RETRY_DUTY: "Re-run",
    Remedy.ACCEPT_STOCK: "Accept",
    Remedy.ACCEPT_DEPOT: "Accept",
    Remedy.RERUN: "Re-run",
    Remedy.RESUME_WEBHOOK: "Call it again",
    Remedy.REPLAY_WEBHOOK: "Send them again",
}
LEADS = {
    "change": "Change the order",
    "cancel": "Cancel the order or a line of it",
    "overview": "Overview",
    "exceptions": "Exceptions",
    "people": "People",
    "webhook": "The webhook",
    "paper": "The paper",
}
"""Pages that a next step may lead to."""
_WHERE = {
    "change": (Action.CHANGE_ORDER, "{order}/change"),
    "cancel": (Action.CANCEL_ORDER, "{order}/cancel"),
    "overview": (Action.READ_DOCUMENTS, "/"),
    "exceptions": (Action.READ_DESK, "/exceptions"),
    "people": (Action.KEEP_USERS, "/settings/people"),
    "webhook": (Action.KEEP_WEBHOOKS, "/settings/webhooks/{id}"),
    "paper": (Action.READ_DOCUMENTS, "/documents/{id}"),
}
QUEUES = {"due": "Longest due first", "promise": "Promise at risk first"}


class Watching:
    """Pages that are looked at to see trouble coming."""

    def __init__(self, porch: Porch) -> None:
        self._porch = porch

    # --- awaited --------------------------------------------------------------------------------

    def due(self, visit: Visit) -> Response:
        """Show the receipts and answers that are awaited."""
        found = acks_due(
            self._porch.parts, brands=visit.account.of_brands, after=visit.query("after")
        )
        return self._porch.page(visit, "desk/due.html", {"found": found})

    # --- exceptions -----------------------------------------------------------------------------

    def queue(self, visit: Visit) -> Response:
        """Show what waits for a person: the longest due first, or the promise nearest its end.

        Clerks begin with promises, operators with what is due. It may be asked for one's own cases
        or for those that nobody took.
        """
        parts, brands, after = self._porch.parts, visit.account.of_brands, visit.query("after")
        clerk = not may(accounts.caller(visit.account), Action.READ_DOCUMENTS)
        by, whose = _queue(visit, "promise" if clerk else "due"), _whose(visit)
        asked = taken_by(whose, visit.account.id)
        if by == "promise":
            at_risk = weighed(parts, brands=brands, taken_by=asked)
            found: CardPage = at_risk
            brands = at_risk.brands
        else:
            found = _due_first(parts, brands, asked, after)
        counts = owned(parts, who=visit.account.id, brands=brands)
        words = {
            "found": found,
            "done": visit.query("done"),
            "by": by,
            "whose": whose.value,
            "is_cut": isinstance(found, AtRisk) and found.is_cut,
            "may_read_papers": not clerk,
            "orders": [
                (queue_path(name, whose), visit.words.say(text), name == by)
                for name, text in QUEUES.items()
            ],
            "shares": shares(visit, by, whose, counts),
            "more": queue_path(by, whose, found.next) if found.next else "",
            "flags": flag_names(visit.words),
            **owning(parts, visit, found.rows, back=queue_path(by, whose, after)),
        }
        return self._porch.page(visit, "desk/exceptions.html", words)

    def card(self, visit: Visit) -> Response:
        """Show one of them."""
        return self._card(visit, [])

    def _card(self, visit: Visit, problems: list[Problem]) -> Response:
        try:
            found = exception(self._porch.parts, visit.path("id"), brands=visit.account.of_brands)
        except KeyError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        mends = may(accounts.caller(visit.account), Action.RERUN_DOCUMENT)
        paper = found.document_id if mends else ""
        taken = owning(self._porch.parts, visit, [found], back=f"/exceptions/{found.id}")
        words = {
            **taken,
            "card": found,
            "unnamed": unnamed(self._porch.parts, paper) if paper else (),
            "flags": flag_names(visit.words),
            "problems": [*late(visit, found, self._porch.parts), *problems],
            "leads": _led(visit, found),
            "may_mend": mends,
            "may_read_papers": may(accounts.caller(visit.account), Action.READ_DOCUMENTS),
            "remedies": {str(one): visit.words.say(text) for one, text in REMEDIES.items()},
            "done": visit.query("done"),
            "people": people(self._porch.parts) if found.closed_by else {},
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
        return self._porch.page(visit, "desk/exception.html", words, status=status)

    def settled(self, visit: Visit) -> Response:
        """Close one by hand, with how it was settled."""
        try:
            settle(
                self._porch.parts,
                visit.path("id"),
                how=visit.fields.get("how", "")[:400],
                who=visit.account.id,
                brands=visit.account.of_brands,
            )
        except KeyError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        except Refused as refusal:
            told = of_the_hub(refusal.problems, field="how")
            return self._card(visit, told)
        return see_other(visit.request, "/exceptions?done=1")

    def remedied(self, visit: Visit) -> Response:
        """Do what the next step of an exception names."""
        try:
            exception(self._porch.parts, visit.path("id"), brands=visit.account.of_brands)
            do(self._porch.parts, visit.path("id"), who=visit.account.id)
        except KeyError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        except Refused as refusal:
            return self._card(visit, of_the_hub(refusal.problems))
        return see_other(visit.request, f"/exceptions/{visit.path('id')}?done=remedied")

    def resume(self, visit: Visit) -> Response:
        """Let a paused lane go on at once."""
        try:
            resume_lane(self._porch.parts, visit.fields.get("lane", ""), who=visit.account.id)
        except KeyError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        return see_other(visit.request, "/?done=resumed")

    # --- partners -------------------------------------------------------------------------------

    def partners(self, visit: Visit) -> Response:
        """Show how every partner fares, those with trouble first."""
        words = {"partners": partners(self._porch.parts)}
        return self._porch.page(visit, "desk/partners.html", words)

    def partner(self, visit: Visit) -> Response:
        """Show one partner, and a bench on which a file can be tried."""
        return self._partner(visit, None, [])

    def _partner(self, visit: Visit, tried: object, problems: list[Problem]) -> Response:
        try:
            found = partner(self._porch.parts, visit.path("id"))
        except KeyError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        words = {
            "partner": found,
            "names": names(self._porch.parts, visit.path("id")),
            "own": own_page(self._porch.parts, visit.path("id")),
            "carriers": [(word, carriers.name(word)) for word in carriers.KNOWN],
            "people": people(self._porch.parts),
            "done": visit.query("done"),
            "tried": tried,
            "problems": problems,
            "typed": visit.fields.get("body", ""),
            "own_typed": visit.fields,
            "may_try": may(accounts.caller(visit.account), Action.RERUN_DOCUMENT),
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
        return self._porch.page(visit, "desk/partner.html", words, status=status)

    def own(self, visit: Visit) -> Response:
        """Set what the partner's own people may set, or take it back."""
        parts, partner_id = self._porch.parts, _partner_of(visit, self._porch.parts)
        try:
            done = changed(parts, partner_id, visit.fields, who=visit.account.id)
        except Refused as refusal:
            told = [spoken(one.where.path, one.text, one.code) for one in refusal.problems]
            return self._partner(visit, None, told)
        if not done:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return see_other(visit.request, f"/partners/{quote(partner_id)}?done=set#own")

    def try_file(self, visit: Visit) -> Response:
        """Say what a file would do; nothing is written."""
        typed = visit.fields.get("body", "").replace("\r\n", "\n").encode()
        body = visit.upload.body if visit.upload and visit.upload.body else typed
        if not body:
            text = visit.words.say("Paste a file or choose one.")
            return self._partner(visit, None, [Problem(field="body", text=text)])
        try:
            tried = try_file(
                self._porch.parts,
                visit.path("id"),
                body,
                channel=visit.fields.get("channel", ""),
            )
        except KeyError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        except Refused as refusal:
            told = of_the_hub(refusal.problems, field="body")
            return self._partner(visit, None, told)
        return self._partner(visit, tried, [])

    # --- figures --------------------------------------------------------------------------------

    def reports(self, visit: Visit) -> Response:
        """Show every report as a picture and as a table."""
        days = _days(visit)
        found = reports(self._porch.parts, days=days, brands=visit.account.of_brands)
        words = {
            "days": days,
            "choices": DAYS,
            "reports": [(one, charted(one)) for one in found],
        }
        return self._porch.page(visit, "desk/reports.html", words)

    def csv(self, visit: Visit) -> Response:
        """Send one report as a table for a spreadsheet."""
        try:
            found = report(
                self._porch.parts,
                visit.path("name"),
                days=_days(visit),
                brands=visit.account.of_brands,
            )
        except KeyError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        sent = answer(visit.request, found.csv.encode(), media_type="text/csv; charset=utf-8")
        sent.headers["content-disposition"] = f'attachment; filename="{found.name}.csv"'
        return sent


def _led(visit: Visit, card: Card) -> list[tuple[str, str]]:
    """Where the next step leads, as far as the visitor may go there: each path with its words."""
    caller = accounts.caller(visit.account)
    order = path_of(card.brand, card.order_number) if card.order_number else ""
    led = []
    for lead in card.leads:
        needs, path = _WHERE[lead.to]
        is_linked = lead.id in (card.document_id, card.transmission_id) and lead.id != ""
        if may(caller, needs) and not is_linked and (order or "{order}" not in path):
            led.append((path.format(order=order, id=lead.id), visit.words.say(LEADS[lead.to])))
    return led


def _queue(visit: Visit, usual: str) -> str:
    """The order that the address asks for."""
    asked = visit.query("by")
    return asked if asked in QUEUES else usual


def _whose(visit: Visit) -> Whose:
    """Whose cases the address asks for."""
    asked = visit.query("whose")
    return Whose(asked) if asked in set(Whose) else Whose.ALL


def _due_first(parts: Parts, brands: Brands, asked: str | None, after: str) -> CardPage:
    """The next page on which anything of these brands stands, of those whose cases are asked."""
    found = exceptions(parts, taken_by=asked, brands=brands, after=after)
    while not found.rows and found.next:
        found = exceptions(parts, taken_by=asked, brands=brands, after=found.next, limit=MOST_ROWS)
    return found


def _partner_of(visit: Visit, parts: Parts) -> str:
    """The partner that the path names; 404 where no page has one."""
    if visit.path("id") not in {one.id for one in parts.partners.all}:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return visit.path("id")


def _days(visit: Visit) -> int:
    asked = visit.query("days")
    return int(asked) if asked in {str(days) for days in DAYS} else 30
