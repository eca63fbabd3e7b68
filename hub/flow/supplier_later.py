"""The days on which a supplier said that pieces leave later, line by line, as they stand."""

from collections.abc import Mapping
from datetime import date, datetime

from hub.domain.facts import Fact, FactKind
from hub.domain.promises import is_backorder
from hub.flow.partner_work import Work
from hub.flow.parts import Parts

_SAID = frozenset(
    {
        FactKind.LINES_CONFIRMED,
        FactKind.LINES_BACKORDERED,
        FactKind.LINES_DECLINED,
        FactKind.PROGRESS_REPORTED,
    }
)


def days_said(parts: Parts, work: Work) -> Mapping[str, date]:
    """Return the newest day that was named for later pieces, by the number of the line.

    A day that was named in an answer taken back since is none. Whether pieces of a line leave later
    at all its quantities say.
    """
    with parts.store.read() as tx:
        facts = tx.facts.of_order(work.order.id)
    told: dict[object, list[tuple[datetime, date | None]]] = {}
    for one in facts:
        if one.body.get("fulfillment") != work.part.id:
            continue
        said = told.setdefault(one.body.get("line"), [])
        if one.kind == FactKind.ANSWER_VOIDED:
            del said[-1:]
        elif one.kind in _SAID:
            day = _day(Fact(kind=FactKind(one.kind), body=one.body))
            if said and said[-1][0] == one.at:  # one answer says several things of a line
                former = said.pop()[1]
                day = day or former
            said.append((one.at, day))
    newest = {
        line.number: next((day for _, day in reversed(told.get(line.line_id, [])) if day), None)
        for line in work.part.lines
    }
    return {number: day for number, day in newest.items() if day is not None}


def _day(fact: Fact) -> date | None:
    named = fact.body.get("ships_on")
    return date.fromisoformat(named) if isinstance(named, str) and is_backorder(fact) else None
