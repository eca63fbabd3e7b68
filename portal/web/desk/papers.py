"""Documents: one search, three lights, one page that says why, and what can be done."""

from collections.abc import Sequence
from datetime import date, datetime, time
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hub.access import Action, may
from hub.errors import Refused
from hub.flow import accounts
from hub.ops.desk import editing, mending
from hub.ops.desk.causes import cause, dry_run_of, errors_by_cause, parked
from hub.ops.desk.delivery import DeliveryPaper, delivery
from hub.ops.desk.document import DocumentPaper, document
from hub.ops.desk.documents import Filter, documents
from hub.ops.desk.marked import given
from hub.ops.desk.naming import unnamed, unnamed_of
from hub.ops.desk.signs import Sign
from hub.store import Erased
from portal.web.clerk.cases import owning
from portal.web.desk.naming import people
from portal.web.ground.answers import handed_over, see_other
from portal.web.ground.porch import Porch, Visit
from portal.web.ground.problems import Problem, of_the_hub

TABS = {
    "why": "Why",
    "business": "Business view",
    "segments": "Segments",
    "raw": "Raw",
    "related": "Related",
    "attempts": "Attempts",
    "audit": "Audit",
}
DELIVERY_TABS = {
    "why": "Why",
    "segments": "Segments",
    "raw": "Raw",
    "related": "Papers in it",
    "audit": "Audit",
}
LIGHTS = {
    "": "All",
    Sign.NO: "Failed",
    Sign.OVERDUE: "Overdue",
    Sign.WARNING: "With warnings",
    Sign.WAITING: "Waiting",
    Sign.YES: "Fine",
}

_DIGITS = 9
_FIRST_YEAR = 1970  # before it no hub ran, and some moments have no number

Shown = DocumentPaper | DeliveryPaper


class Papers:
    """What came and went, and mending what is stuck."""

    def __init__(self, porch: Porch) -> None:
        self._porch = porch

    # --- looking --------------------------------------------------------------------------------

    def listed(self, visit: Visit) -> Response:
        """Show papers, newest first, or what the one search box finds."""
        query, asked, day = visit.query("q"), _asked(visit), _since(visit)
        found = documents(
            self._porch.parts,
            query=query,
            partner=asked.partner,
            set_id=asked.set_id,
            direction=asked.direction,
            light=asked.light,
            since=datetime.combine(day, time(), visit.words.zone) if day else None,
            before=visit.query("before"),
        )
        words = {
            "query": query,
            "asked": asked,
            "since": day,
            "found": found,
            "lights": [(str(sign), visit.words.say(name)) for sign, name in LIGHTS.items()],
            "partners": [(one.id, one.name) for one in self._porch.parts.partners.all],
        }
        return self._porch.page(visit, "desk/documents.html", words)

    def one(self, visit: Visit) -> Response:
        """Show one paper or delivery: the verdict first, then the tab that the address names."""
        return self._one(visit, self._paper(visit), [])

    def given(self, visit: Visit) -> Response:
        """Hand over all bytes of a paper or delivery to be kept, never to be shown."""
        try:
            name, passing = given(self._porch.parts, visit.path("id"))
        except (KeyError, Erased):
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        return handed_over(visit.request, passing, name=name)

    def _paper(self, visit: Visit) -> Shown:
        parts, found = self._porch.parts, visit.path("id")
        views, asked = (visit.query("tab"),), visit.query("wrong")
        first = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < _DIGITS else 0
        try:
            if found.startswith("tra_"):
                return delivery(parts, found, views=views, first=first)
            return document(parts, found, views=views, first=first)
        except KeyError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None

    def _one(self, visit: Visit, paper: Shown, problems: Sequence[Problem]) -> Response:
        is_paper, tab = isinstance(paper, DocumentPaper), visit.query("tab")
        tabs = TABS if is_paper else DELIVERY_TABS
        named = is_paper and _may_mend(visit)
        words = {
            **owning(self._porch.parts, visit, paper.open, back=f"/documents/{paper.id}"),
            "paper": paper,
            "tab": tab if tab in tabs else "why",
            "tabs": [(name, visit.words.say(label)) for name, label in tabs.items()],
            "problems": problems,
            "done": visit.query("done"),
            "may_mend": _may_mend(visit),
            "unnamed": unnamed(self._porch.parts, paper.id) if named else (),
            "people": people(self._porch.parts) if tab in ("attempts", "audit") else {},
            "typed": visit.fields.get("body", ""),
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
        page = "desk/document.html" if is_paper else "desk/delivery.html"
        return self._porch.page(visit, page, words, status=status)

    # --- mending --------------------------------------------------------------------------------

    def rerun(self, visit: Visit) -> Response:
        """Run one paper or delivery again."""
        paper = self._paper(visit)
        [outcome] = mending.rerun(self._porch.parts, [paper.id], who=visit.account.id)
        if not outcome.done:
            return self._one(visit, paper, [Problem(field="", text=outcome.text)])
        return see_other(visit.request, f"/documents/{paper.id}?done=rerun")

    def send(self, visit: Visit) -> Response:
        """Send a paper or delivery of ours again: the very bytes."""
        paper = self._paper(visit)
        try:
            mending.send_to_partner(self._porch.parts, paper.id, who=visit.account.id)
        except Refused as refusal:
            return self._one(visit, paper, _told(refusal))
        return see_other(visit.request, f"/documents/{paper.id}?done=sent")

    def ignore(self, visit: Visit) -> Response:
        """Put aside what waits about a paper or a delivery, with the reason."""
        paper = self._paper(visit)
        try:
            mending.ignore(
                self._porch.parts,
                paper.id,
                reason=visit.fields.get("reason", "")[:400],
                who=visit.account.id,
            )
        except Refused as refusal:
            return self._one(visit, paper, _told(refusal, field="reason"))
        return see_other(visit.request, f"/documents/{paper.id}?done=ignored")

    def edit_form(self, visit: Visit) -> Response:
        """Show the bytes of a paper, or of a whole delivery, to be corrected."""
        return self._edit(visit, self._paper(visit), [])

    def _edit(self, visit: Visit, paper: Shown, problems: Sequence[Problem]) -> Response:
        typed = visit.fields.get("body", "")
        told = list(problems)
        if not typed:
            try:
                typed = editing.editable(self._porch.parts, paper.id).text
            except Refused as refusal:
                told += _told(refusal)
        words = {"paper": paper, "problems": told, "body": typed}
        status = HTTPStatus.UNPROCESSABLE_ENTITY if told else HTTPStatus.OK
        return self._porch.page(visit, "desk/edit.html", words, status=status)

    def edit(self, visit: Visit) -> Response:
        """Settle a corrected copy; the original stays as it came."""
        paper = self._paper(visit)
        try:
            copied = editing.rerun_edited(
                self._porch.parts, paper.id, visit.fields.get("body", ""), who=visit.account.id
            )
        except Refused as refusal:
            return self._edit(visit, paper, _told(refusal, field="body"))
        target = copied.document_id or copied.transmission_id
        return see_other(visit.request, f"/documents/{target}?done=copied")

    # --- what is stuck, by cause ----------------------------------------------------------------

    def parked(self, visit: Visit) -> Response:
        """Show what is stuck, by cause, the most frequent first: papers, or all there is."""
        every = visit.query("show") == "all"
        found = errors_by_cause(self._porch.parts) if every else parked(self._porch.parts)
        words = {"causes": found, "every": every, "done": visit.query("done")}
        return self._porch.page(visit, "desk/parked.html", words)

    def cause(self, visit: Visit) -> Response:
        """Show one cause with what running it again would come to; nothing is written."""
        try:
            found = cause(self._porch.parts, visit.path("id"))
        except KeyError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        words = {
            "cause": found,
            "would": dry_run_of(self._porch.parts, found.ids[:50]),
            "may_mend": _may_mend(visit),
            "unnamed": unnamed_of(self._porch.parts, found) if _may_mend(visit) else (),
            "done": visit.query("done"),
        }
        return self._porch.page(visit, "desk/cause.html", words)

    def rerun_cause(self, visit: Visit) -> Response:
        """Run everything of one cause again, each for itself; of very many some at a time.

        The newest first; the form of the next ones says before which place they are.
        """
        before = visit.fields.get("before", "")
        try:
            found = cause(self._porch.parts, visit.path("id"), before=before)
        except KeyError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        outcomes = mending.rerun(self._porch.parts, found.ids[:500], who=visit.account.id)
        done = sum(one.done for one in outcomes)
        words = {"cause": found, "outcomes": outcomes, "done": done}
        return self._porch.page(visit, "desk/outcomes.html", words)


def _may_mend(visit: Visit) -> bool:
    return may(accounts.caller(visit.account), Action.RERUN_DOCUMENT)


def _since(visit: Visit) -> date | None:
    """The day, in the viewer's zone, from whose beginning on papers are listed."""
    try:
        day = date.fromisoformat(visit.query("since"))
    except ValueError:
        return None
    return day if day.year >= _FIRST_YEAR else None


def _asked(visit: Visit) -> Filter:
    return Filter(
        partner=visit.query("partner"),
        set_id=visit.query("set_id"),
        direction=visit.query("direction"),
        light=visit.query("light"),
    )


def _told(refusal: Refused, *, field: str = "") -> list[Problem]:
    return of_the_hub(refusal.problems, field=field)
