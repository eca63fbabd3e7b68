"""Taking back what was said of several orders a moment ago: in the grid, by ticks, by a table."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hub.domain.posted import PostedSet
from hub.flow import supplier_undo
from hub.flow.supplier_undo import Undoable, Undone
from portal.web.ground.porch import Porch, Visit
from portal.web.supplier.clicks import key_of

MOST = 500
LONGEST = 200


class Undoing:
    """One button for all of it; each order is told of on its own."""

    def __init__(self, porch: Porch) -> None:
        self._porch = porch

    def posted(self, visit: Visit) -> Response:
        """Take back what the form names."""
        taken = _named(visit.fields)
        if not taken:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return self.undone(visit, taken, back="/orders")

    def undone(self, visit: Visit, taken: Sequence[Undoable], *, back: str) -> Response:
        """Take these back and show what became of each."""
        found = supplier_undo.undo(
            self._porch.parts,
            visit.partner,
            taken,
            key=key_of(self._porch, visit),
            who=visit.account.id,
        )
        words = {"undone": [_told(one, visit) for one in found], "back": back}
        wrong = [one for one in found if not one.went_through]
        status = HTTPStatus.CONFLICT if wrong else HTTPStatus.OK
        return self._porch.page(visit, "supplier/undone.html", words, status=status)


def _told(one: Undone, visit: Visit) -> dict[str, object]:
    why = "; ".join(flaw.text for flaw in one.problems)
    return {
        "number": one.number,
        "went": one.went_through,
        "why": why or visit.words.say("It cannot be taken back any more."),
    }


def _named(fields: Mapping[str, str]) -> list[Undoable]:
    """What a form names, row by row; a row that names no paper of ours counts for nothing."""
    found = []
    for row in range(1, MOST + 1):
        kind = fields.get(f"kind-{row}", "")
        if kind not in supplier_undo.KINDS:
            break
        number = fields.get(f"number-{row}", "")[:LONGEST]
        name = fields.get(f"name-{row}", "")[:LONGEST]
        found.append(Undoable(kind=PostedSet(kind), number=number, name=name))
    return found
