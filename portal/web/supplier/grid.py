"""Many shipments on one page: a grid to type into, and two fields to scan into."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from starlette.responses import Response

from hub.domain import carriers
from hub.domain.orders import FulfillmentState
from hub.domain.posted import PostedSet
from hub.flow import supplier_room, supplier_undo
from hub.flow.supplier_room import Came, Said
from portal.web.ground.porch import Porch, Visit
from portal.web.ground.problems import Problem
from portal.web.supplier.clicks import key_of
from portal.web.supplier.reading import scanned, wrong_tracking
from portal.web.supplier.view import ShownPart, shown

ROWS = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One order of the grid: what was typed, and what is wrong with it."""

    part: ShownPart
    tracking: str = ""
    wrong: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One shipment that was just told."""

    number: str
    tracking: str
    carrier: str


class Grid:
    """Whole orders, one parcel each; what leaves in parts has its own form."""

    def __init__(self, porch: Porch) -> None:
        self._porch = porch

    def shown(self, visit: Visit) -> Response:
        """Show the most urgent orders, a row each, and the fields to scan into."""
        typed = self._porch.typed_before(visit)
        rows = [
            replace(row, tracking=typed.get(f"tracking-{row.part.number}", ""))
            for row in self._rows(visit)
        ]
        scanned = visit.query("order") or typed.get("order", "")[:60]
        return self._page(visit, rows, [], scanned=scanned)

    def posted(self, visit: Visit) -> Response:
        """Tell of every row that has a number; rows that are wrong stay, the others are done."""
        if "scan" in visit.fields:
            return self._scanned(visit)
        typed = {
            name.removeprefix("tracking-"): scanned(value)[:60]
            for name, value in visit.fields.items()
            if name.startswith("tracking-") and value.strip()
        }
        works = supplier_room.numbered(self._porch.parts, visit.partner, list(typed)[:200])
        wrong: list[Row] = []
        sent: list[Sent] = []
        for number, tracking in typed.items():
            if number not in works:
                continue
            part = shown(works[number], visit.words)
            said = self._say(visit, part, tracking)
            if isinstance(said, Sent):
                sent.append(said)
            else:
                wrong.append(Row(part=part, tracking=tracking, wrong=said))
        left = {row.part.number for row in wrong}
        rows = wrong + [row for row in self._rows(visit) if row.part.number not in left]
        return self._page(visit, rows[:ROWS], sent)

    def _scanned(self, visit: Visit) -> Response:
        """First the slip, then the label: an order without a number waits for it."""
        text = visit.fields.get("order", "").strip()[:60]
        tracking = scanned(visit.fields.get("label", ""))[:60]
        works = supplier_room.searched(self._porch.parts, visit.partner, text) if text else ()
        if len(works) != 1:
            wrong = visit.words.say(
                "Several orders of yours have this number: type the purchase order instead."
                if works
                else "No order of yours has this number: scan the slip again."
            )
            return self._page(visit, self._rows(visit), [], wrong={"order": wrong})
        part = shown(works[0], visit.words)
        if not tracking:
            return self._page(visit, self._rows(visit), [], scanned=part.number)
        said = self._say(visit, part, tracking)
        if isinstance(said, Sent):
            return self._page(visit, self._rows(visit), [said])
        return self._page(visit, self._rows(visit), [], scanned=part.number, wrong={"label": said})

    def _say(self, visit: Visit, part: ShownPart, tracking: str) -> Sent | str:
        """Tell that all that is open left in one parcel; return what is wrong, in words."""
        said = visit.words.say
        row = {"order": part.number, "label": tracking, "carrier": visit.fields.get("carrier", "")}
        key = key_of(self._porch, visit, row)
        before = supplier_room.said_before(self._porch.parts, visit.partner, key)
        if before is not None and before.went_through:  # a second click
            return _sent(part, tracking, visit.fields.get("carrier", ""))
        if before is not None and not before.kept:  # taken back since
            return said(_why(before))
        wrong = wrong_tracking(tracking, visit.words)
        carrier = visit.fields.get("carrier", "") or carriers.carrier_of(tracking)
        if wrong:
            return wrong
        if not carrier:
            return said("No carrier's numbers look like this one: open the order and choose it.")
        if part.state is FulfillmentState.CANCELLED:
            return said("CANCELLED: do not ship this order.")
        if not part.open:
            return said("Nothing of this order is open any more.")
        came = supplier_room.say(
            self._porch.parts,
            visit.partner,
            Said(
                set_id=PostedSet.SHIP_NOTICE,
                number=part.number,
                body=_all_open(part, tracking, carrier),
                key=key,
                who=visit.account.id,
            ),
        )
        if came.went_through:
            return _sent(part, tracking, carrier)
        return _why(came) or said("This order cannot be shipped any more.")

    def _rows(self, visit: Visit) -> list[Row]:
        """What can be shipped now, the longest due first; shipping confirms it too."""
        works = supplier_room.urgent(self._porch.parts, visit.partner, limit=ROWS)
        return [Row(part=shown(work, visit.words)) for work in works]

    def _page(
        self,
        visit: Visit,
        rows: list[Row],
        sent: list[Sent],
        *,
        scanned: str = "",
        wrong: Mapping[str, str] | None = None,
    ) -> Response:
        at_fields = wrong or {}
        problems = [Problem(field=name, text=text) for name, text in at_fields.items()]
        problems += [
            Problem(field=f"tracking-{row.part.number}", text=f"{row.part.number}: {row.wrong}")
            for row in rows
            if row.wrong
        ]
        words = {
            "rows": rows,
            "sent": sent,
            "undoable": supplier_undo.shipped_with(
                self._porch.parts,
                visit.partner,
                {one.number: (one.tracking,) for one in sent},
            )
            if sent
            else (),
            "scanned": scanned,
            "problems": problems,
            "carriers": [(word, carriers.name(word)) for word in carriers.KNOWN],
            "once": self._porch.parts.random(16).hex(),
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
        return self._porch.page(visit, "supplier/grid.html", words, status=status)


def _all_open(part: ShownPart, tracking: str, carrier: str) -> dict[str, Any]:
    """All that is open of an order, in one parcel."""
    packed = [{"line": line.number, "quantity": line.open} for line in part.lines if line.open]
    return {"carrier": carrier, "packages": [{"tracking": tracking, "items": packed}]}


def _sent(part: ShownPart, tracking: str, carrier: str) -> Sent:
    word = carrier or carriers.carrier_of(tracking)
    return Sent(number=part.number, tracking=tracking, carrier=carriers.name(word))


def _why(came: Came) -> str:
    return "; ".join(flaw.text for flaw in came.problems)
