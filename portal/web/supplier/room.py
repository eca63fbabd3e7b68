"""The pages that a supplier looks at: today, lists, one order, what a number finds."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hub.flow import supplier_room
from hub.flow.partner_work import Work, find
from hub.store import Shelf
from portal.web.ground.answers import see_other
from portal.web.ground.porch import Porch, Visit
from portal.web.supplier.filters import Filters
from portal.web.supplier.story import events
from portal.web.supplier.view import shown

ON_TODAY = 8
SHELVES = {
    Shelf.CONFIRM: "To confirm",
    Shelf.SHIP: "To ship",
    Shelf.LATE: "Late",
    Shelf.DONE: "Done",
    Shelf.ALL: "All",
}


class Room:
    """What is read; nothing here changes an order."""

    def __init__(self, porch: Porch) -> None:
        self._porch = porch

    def today(self, visit: Visit) -> Response:
        """Show what there is to do, the most urgent first."""
        found = supplier_room.today(self._porch.parts, visit.partner, most=ON_TODAY)
        words = {
            "counts": found.counts,
            "urgent": [shown(work, visit.words) for work in found.urgent],
            "changes": [shown(work, visit.words) for work in found.changes],
            "untaken": found.untaken,
            "once": self._once(),
        }
        return self._porch.page(visit, "supplier/today.html", words)

    def search(self, visit: Visit) -> Response:
        """Go to what a number names; show the choice when it names more than one.

        An article's number leads to the orders with it.
        """
        text = visit.query("q")
        works = supplier_room.searched(self._porch.parts, visit.partner, text)
        if len(works) == 1:
            return see_other(visit.request, f"/orders/{works[0].part.number}")
        if not works and (article := supplier_room.article(self._porch.parts, visit.partner, text)):
            asked = Filters(show=Shelf.ALL, article=article)
            return see_other(visit.request, f"/orders?{asked.query}")
        words = {"text": text, "parts_shown": [shown(work, visit.words) for work in works]}
        return self._porch.page(visit, "supplier/search.html", words)

    def order(self, visit: Visit) -> Response:
        """Show one purchase order with what can be said of it now."""
        work = one_of(self._porch, visit)
        words = {
            "part": shown(work, visit.words),
            "events": events(self._porch.parts, work, visit),
            "done": visit.query("done"),
            "once": self._once(),
        }
        return self._porch.page(visit, "supplier/order.html", words)

    def _once(self) -> str:
        """A key for a form: its second click says nothing twice."""
        return self._porch.parts.random(16).hex()


def one_of(porch: Porch, visit: Visit) -> Work:
    """Return the work that the path names; raises HTTPException with 404 when it is not theirs."""
    with porch.parts.store.read() as tx:
        work = find(
            tx,
            porch.parts,
            partner=visit.partner,
            number=visit.path("number"),
            now=porch.parts.now(),
        )
    if work is None:
        raise HTTPException(404)
    return work
