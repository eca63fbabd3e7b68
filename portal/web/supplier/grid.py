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
from hub.store import Shelf
from portal.web.ground.porch import Porch, Visit
from portal.web.ground.problems import Problem
from portal.web.ground.words import Words
from portal.web.supplier.clicks import key_of
from portal.web.supplier.deciding import Doubt, asked, doubts, unseen
from portal.web.supplier.filters import Filters
from portal.web.supplier.reading import scanned, wrong_tracking
from portal.web.supplier.view import ShownPart, shown

ROWS = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One order of the grid: what was typed, what is wrong with it, what speaks against it."""

    part: ShownPart
    tracking: str = ""
    wrong: str = ""
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One shipment that was just told."""

    number: str
    tracking: str
    carrier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsaid:
    """One shipment that was not told, and why; `doubts` are what a tick would have it told with."""

    why: str
    doubts: tuple[Doubt, ...]


class Grid:
    """All that is due of an order in one parcel; what leaves in parts has its own form."""

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
            said = self._say(visit, part, tracking, visit.fields.get(f"anyway-{number}", ""))
            if isinstance(said, Sent):
                sent.append(said)
            else:
                row = Row(part=part, tracking=tracking, wrong=said.why, doubts=said.doubts)
                wrong.append(row)
        left = {row.part.number for row in wrong}
        rows = wrong + [row for row in self._rows(visit) if row.part.number not in left]
        return self._page(visit, rows[:ROWS], sent)

    def _scanned(self, visit: Visit) -> Response:
        """First the slip, then the label: an order without a number waits for it."""
        text = visit.fields.get("order", "").strip()[:60]
        tracking = scanned(visit.fields.get("label", ""))[:60]
        works = supplier_room.searched(self._porch.parts, visit.partner, text) if text else ()
        if len(works) != 1:
            article = "" if works else supplier_room.article(self._porch.parts, visit.partner, text)
            wrong = visit.words.say(
                "Several orders of yours have this number: type the purchase order instead."
                if works
                else "This is the number of an article, not of an order: scan the slip."
                if article
                else "No order of yours has this number: scan the slip again."
            )
            return self._page(visit, self._rows(visit), [], wrong={"order": wrong}, article=article)
        part = shown(works[0], visit.words)
        over = _over(visit.words, part)
        if over and not tracking:  # before anybody looks for a label
            return self._page(visit, self._rows(visit), [], wrong={"order": over})
        if not tracking:
            against = asked(part, visit.words)
            rows = self._rows(visit)
            return self._page(visit, rows, [], scanned=part.number, against=against)
        said = self._say(visit, part, tracking, visit.fields.get("anyway", ""))
        if isinstance(said, Sent):
            return self._page(visit, self._rows(visit), [said])
        if over:
            return self._page(visit, self._rows(visit), [], wrong={"order": over})
        return self._page(
            visit,
            self._rows(visit),
            [],
            scanned=part.number,
            wrong={"label": said.why},
            against=said.doubts,
        )

    def _say(self, visit: Visit, part: ShownPart, tracking: str, ticked: str) -> Sent | Unsaid:
        """Tell that all that is due left in one parcel, or return why not.

        `ticked` is what was seen to speak against it.
        """
        against = doubts(
            *(self._porch.parts, visit.partner, part, (tracking,), visit.words),
            named=visit.fields.get("carrier", ""),
        )
        told = self._told(visit, part, tracking, unseen(against, ticked))
        return Unsaid(why=told, doubts=against) if isinstance(told, str) else told

    def _told(
        self, visit: Visit, part: ShownPart, tracking: str, against: tuple[Doubt, ...]
    ) -> Sent | str:
        """Tell it unless something speaks against it; return what is wrong, in words."""
        said = visit.words.say
        row = {"order": part.number, "label": tracking, "carrier": visit.fields.get("carrier", "")}
        key = key_of(self._porch, visit, row)
        before = supplier_room.said_before(self._porch.parts, visit.partner, key)
        if before is not None and before.went_through:  # a second click
            return _sent(part, tracking, visit.fields.get("carrier", ""))
        if before is not None and not before.kept:  # taken back since
            return said(_why(before))
        carrier = visit.fields.get("carrier", "") or carriers.meant(tracking)
        if wrong := _forbidding(visit.words, part, tracking, carrier):
            return wrong
        if against:
            return " ".join(one.text for one in against)
        came = supplier_room.say(
            self._porch.parts,
            visit.partner,
            Said(
                set_id=PostedSet.SHIP_NOTICE,
                number=part.number,
                body=_all_due(part, tracking, carrier),
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
        found = [shown(work, visit.words) for work in works]
        return [Row(part=part, doubts=asked(part, visit.words)) for part in found]

    def _page(
        self,
        visit: Visit,
        rows: list[Row],
        sent: list[Sent],
        *,
        scanned: str = "",
        wrong: Mapping[str, str] | None = None,
        article: str = "",
        against: tuple[Doubt, ...] = (),
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
            "doubts": against,
            "with_article": Filters(show=Shelf.ALL, article=article).query if article else "",
            "problems": problems,
            "once": self._porch.parts.random(16).hex(),
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
        return self._porch.page(visit, "supplier/grid.html", words, status=status)


def _forbidding(words: Words, part: ShownPart, tracking: str, carrier: str) -> str:
    """What no tick can help against, in words; empty for nothing."""
    if wrong := _over(words, part) or wrong_tracking(tracking, words):
        return wrong
    if not carrier:
        return words.say("No carrier's numbers look like this one: open the order and choose it.")
    return ""


def _over(words: Words, part: ShownPart) -> str:
    """Why nothing of an order leaves any more, in words; empty while something does."""
    if part.open:
        return ""
    named = {"number": part.number}
    if part.state is FulfillmentState.CANCELLED:
        if all(line.rejected and line.rejected == line.cancelled for line in part.lines):
            return words.say("REFUSED by you: do not ship %(number)s.", named)
        return words.say("CANCELLED: do not ship %(number)s.", named)
    parcels = [parcel for sent in part.shipments for parcel in sent.parcels if parcel.tracking]
    if not parcels:
        return words.say("Nothing of this order is open any more.")
    named["labels"] = ", ".join(parcel.tracking for parcel in parcels)
    return words.say("%(number)s shipped already with %(labels)s.", named)


def _all_due(part: ShownPart, tracking: str, carrier: str) -> dict[str, Any]:
    """All that leaves next of an order, in one parcel."""
    packed = [{"line": line.number, "quantity": line.due} for line in part.lines if line.due]
    return {"carrier": carrier, "packages": [{"tracking": tracking, "items": packed}]}


def _sent(part: ShownPart, tracking: str, carrier: str) -> Sent:
    word = carrier or carriers.meant(tracking)
    return Sent(number=part.number, tracking=tracking, carrier=carriers.name(word))


def _why(came: Came) -> str:
    return "; ".join(flaw.text for flaw in came.problems)
