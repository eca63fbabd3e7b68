"""What a partner is told of a paper it sent: states, numbers, and every problem with its place."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from hub.api.shown import Shown
from hub.domain.exchange import DocumentState, Problem, Severity, TransmissionState
from hub.ops.places import place
from hub.store import DocumentRow, TransmissionRow

MOST_PAPERS = 500
OURS = "something went wrong on our side; our operator is told, nothing needs to be sent again"


class ShownFlaw(Shown):
    """One problem: a stable code, a sentence with the way out, its place, the value there."""

    code: str
    severity: Severity
    detail: str
    place: str
    value: str


class ShownPaper(Shown):
    """One paper of a delivery and what became of it; `parked` ones wait for our operator."""

    id: str
    set: Annotated[str, Field(examples=["856"])]
    number: str
    state: DocumentState
    order: Annotated[str, Field(description="The purchase order it speaks of, empty for none.")]
    problems: list[ShownFlaw]


class ShownSent(Shown):
    """One delivery; `received` means that it is safe and not read yet."""

    id: str
    channel: str
    received_at: str
    size: int
    state: TransmissionState
    problems: list[ShownFlaw]
    documents: Annotated[list[ShownPaper], Field(max_length=MOST_PAPERS)]
    more: Annotated[bool, Field(description="There are more papers than are listed.")]


class ShownKept(Shown):
    """The paper is safe; `href` tells what becomes of it."""

    id: str
    href: str


def sent_view(row: TransmissionRow, papers: Sequence[DocumentRow]) -> dict[str, object]:
    """Return a delivery with its papers as its sender sees them."""
    return {
        "id": row.id,
        "channel": row.channel,
        "received_at": row.at.isoformat(),
        "size": row.size,
        "state": str(row.state),
        "problems": _flaws(row.problems),
        "documents": [_paper(paper) for paper in papers[:MOST_PAPERS]],
        "more": len(papers) > MOST_PAPERS,
    }


def _paper(row: DocumentRow) -> dict[str, object]:
    return {
        "id": row.id,
        "set": row.set_id,
        "number": row.number,
        "state": str(row.state),
        "order": row.order_number,
        "problems": _flaws(row.problems),
    }


def _flaws(problems: Sequence[Problem]) -> list[dict[str, str]]:
    return [
        {
            "code": problem.code,
            "severity": str(problem.severity),
            "detail": OURS if problem.code == "our-fault" else problem.text,
            "place": place(problem.where),
            "value": problem.where.value,
        }
        for problem in problems
    ]
