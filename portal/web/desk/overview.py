"""The first page: everything at one moment, fetched again every few seconds."""

from starlette.responses import Response

from hub.access import Action, may
from hub.flow import accounts
from hub.ops.desk.overview import overview
from portal.web.ground.answers import see_other
from portal.web.ground.porch import Porch, Visit


class Overview:
    """Lanes, causes, receipts overdue, feeds, disk, certificates, clock."""

    def __init__(self, porch: Porch) -> None:
        self._porch = porch

    def first(self, visit: Visit) -> Response:
        """Show the overview; somebody who sees no papers begins with orders."""
        if not may(accounts.caller(visit.account), Action.READ_DOCUMENTS):
            return see_other(visit.request, "/orders")
        return self._porch.page(visit, "desk/overview.html", self._words(visit))

    def live(self, visit: Visit) -> Response:
        """Show its inner part alone, for the page that is open already."""
        return self._porch.page(visit, "desk/overview_now.html", self._words(visit))

    def _words(self, visit: Visit) -> dict[str, object]:
        return {
            "now": overview(self._porch.parts, zone=visit.words.zone),
            "done": visit.query("done"),
            "may_mend": may(accounts.caller(visit.account), Action.RERUN_DOCUMENT),
        }
