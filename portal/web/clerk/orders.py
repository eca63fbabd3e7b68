"""One search box for anything, and one order whole."""

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hub.access import Action, may
from hub.errors import Refused
from hub.flow import accounts
from hub.flow.customer_flags import Flag, mark
from hub.flow.parts import Parts
from hub.flow.visiting import Link, make_link
from hub.ops.desk.at_risk import at_risk, mine
from hub.ops.desk.documents import DocumentPage, documents
from hub.ops.desk.order import OrderPaper, add_note, order_360
from hub.ops.desk.orders import search_orders
from hub.ops.desk.owners import Whose, owned
from portal.web.clerk.cases import owning, queue_path
from portal.web.clerk.mails import titles
from portal.web.clerk.parcels import parcels_of
from portal.web.clerk.seen import flag_names, order_seen, path_of
from portal.web.clerk.why import why
from portal.web.ground.answers import see_other
from portal.web.ground.porch import Porch, Visit
from portal.web.ground.problems import Problem, of_the_hub

SHORTEST = 3
"""Characters below which a search would be about everybody."""
MOST_CASES = 20
MOST_MINE = 10
MOST_PAPERS = 20


class Orders:
    """What a clerk looks at while somebody is on the line."""

    def __init__(self, porch: Porch) -> None:
        self._porch = porch

    def found(self, visit: Visit) -> Response:
        """Go to the order that is meant; show the choice when there are several."""
        text, brands = visit.query("q").strip(), visit.account.of_brands
        enough = len(text) >= SHORTEST
        hits = search_orders(self._porch.parts, text=text, brands=brands) if enough else ()
        if len(hits) == 1 and hits[0].exact:
            return see_other(visit.request, path_of(hits[0].brand, hits[0].number))
        may_read = may(accounts.caller(visit.account), Action.READ_DOCUMENTS)
        papers = None
        if enough and may_read and not hits:
            papers = documents(self._porch.parts, query=text, limit=MOST_PAPERS)
            if named := _meant(papers, text):
                return see_other(visit.request, f"/documents/{named}")
        parts, who = self._porch.parts, visit.account.id
        cases = at_risk(parts, brands=brands, limit=MOST_CASES)
        words = {
            **owning(parts, visit, cases, back="/orders"),
            "text": text,
            "hits": hits,
            "cases": cases,
            "mine": mine(parts, who=who, brands=brands, limit=MOST_MINE),
            "mine_all": owned(parts, who=who, brands=brands).mine,
            "mine_path": queue_path("due", Whose.MINE),
            "nobodys_path": queue_path("promise", Whose.NOBODY),
            "flags": flag_names(visit.words),
            "asked": enough,
            "papers": papers,
            "may_read_papers": may_read,
        }
        return self._porch.page(visit, "clerk/orders.html", words)

    def one(self, visit: Visit) -> Response:
        """Show everything of one order."""
        return self._one(visit, [])

    def order(self, visit: Visit) -> OrderPaper:
        """Return the order of the path; raises HTTPException with 404 when it is not to be seen."""
        try:
            return order_360(
                self._porch.parts,
                number=visit.path("number"),
                brand=visit.path("brand"),
                brands=visit.account.of_brands,
            )
        except KeyError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None

    def flags(self, visit: Visit) -> Response:
        """Give the order's customer the ticked flags, with a word of why."""
        order = order_seen(self._porch.parts, visit)
        try:
            mark(
                self._porch.parts,
                brand=order.brand,
                number=order.number,
                flags=[flag for flag in Flag if visit.fields.get(flag) == "1"],
                note=visit.fields.get("why", ""),
                who=visit.account.id,
            )
        except Refused as refusal:
            told = of_the_hub(refusal.problems, field="why")
            return self._one(visit, told)
        return see_other(visit.request, f"{path_of(order.brand, order.number)}?done=flags")

    def _one(self, visit: Visit, problems: list[Problem], *, made: Link | None = None) -> Response:
        caller, order = accounts.caller(visit.account), self.order(visit)
        back, runs = path_of(order.brand, order.number), order.brand in self._porch.parts.brands
        words = {
            **owning(self._porch.parts, visit, order.waiting, back=back),
            "order": order,
            "parcels": parcels_of(self._porch.parts, order, visit.words),
            "why": why(order, visit.words),
            "mails": titles(visit.words),
            "problems": problems,
            "done": visit.query("done"),
            "typed": visit.fields.get("text", ""),
            "flags": flag_names(visit.words),
            "people": _people(self._porch.parts, order),
            "made": made,
            "may_link": runs and may(caller, Action.LINK_ORDER),
            "may_write": runs and may(caller, Action.CHANGE_ORDER),
            "runs": runs,
            "may_read_papers": may(caller, Action.READ_DOCUMENTS),
            "once": self._porch.parts.random(16).hex(),
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
        return self._porch.page(visit, "clerk/order.html", words, status=status)

    def link(self, visit: Visit) -> Response:
        """Make a link to the customer's own page of the order; it is shown this once."""
        order = order_seen(self._porch.parts, visit)
        try:
            made = make_link(
                self._porch.parts, brand=order.brand, number=order.number, who=visit.account.id
            )
        except ValueError:
            text = visit.words.say("This brand has no pages for customers to be sent to.")
            return self._one(visit, [Problem(field="", text=text)])
        return self._one(visit, [], made=made)

    def note(self, visit: Visit) -> Response:
        """Keep a note; notes are never changed."""
        try:
            add_note(
                self._porch.parts,
                number=visit.path("number"),
                brand=visit.path("brand"),
                text=visit.fields.get("text", ""),
                who=visit.account.id,
                brands=visit.account.of_brands,
            )
        except KeyError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        except Refused as refusal:
            told = of_the_hub(refusal.problems, field="text")
            return self._one(visit, told)
        path = visit.request.url.path.removesuffix("/notes")
        return see_other(visit.request, f"{path}?done=note")


def _meant(found: DocumentPage, text: str) -> str:
    """The paper or delivery that is the only one meant: by its own name, or by a whole number."""
    ids = {*(one.id for one in found.rows), *(one.id for one in found.deliveries)}
    named = {text.lower()} & ids
    exact = [one.id for one in found.rows if not one.matched.startswith("holds ")]
    alone = exact if len(found.rows) == 1 and not found.deliveries else []
    return next(iter((*named, *alone)), "")


def _people(parts: Parts, order: OrderPaper) -> dict[str, str]:
    """The names of those of the house who wrote or did something here, by their account."""
    asked = {one.who for one in order.customer.marked} | {one.who for one in order.timeline}
    asked |= {one.who for one in order.changes}
    return {one.id: one.name for one in accounts.listed(parts) if one.id in asked}
