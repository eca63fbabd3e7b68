"""A partner's report on the work (X12 870): dates and delays; nothing ships by it. Pure.

What it says in work is accepted, what it says is backordered waits, what it cancels is declined and
looks for another partner. Days that it names move promises (`hub.domain.promises`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from hub.domain.answering import WHOLE, stated
from hub.domain.exchange import Problem, Purpose
from hub.domain.facts import Change, Effect, Fact, FactKind
from hub.domain.hearing import (
    AskedLines,
    Heard,
    Subject,
    heard,
    line_of,
    other_unit,
    problem_only,
    said_otherwise,
    set_buckets,
    units,
    unknown_line,
)
from hub.domain.messages import OrderReport, ProductId, Progress, ReportedLine
from hub.domain.orders import FulfillmentLine, FulfillmentOrder, Order
from hub.domain.renamed import booked_instead, named_otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A quantity of a line in our units and how it stands; None means all that is open."""

    progress: Progress
    quantity: int | None
    ships_on: date | None
    delivery_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """Everything a report says of one line."""

    line: FulfillmentLine
    rows: tuple[_Row, ...]
    path: str
    products: Sequence[ProductId] = ()

    @property
    def what(self) -> dict[str, object]:
        """What is compared with an earlier paper."""
        rows = [
            [str(row.progress), row.quantity, str(row.ships_on or ""), str(row.delivery_on or "")]
            for row in self.rows
        ]
        return {"progress": rows}

    def total(self, progress: Progress) -> int | None:
        """The units of which this was said; None where it was not."""
        counted = [
            self.line.buckets.open if row.quantity is None else row.quantity
            for row in self.rows
            if row.progress is progress
        ]
        return sum(counted) if counted else None


def reported(subject: Subject, message: OrderReport, *, key: str) -> Change:
    """Take in a report; lines that cannot be used are problems, the others count."""
    part = subject.order.fulfillment(subject.fulfillment_id)
    change = Change(order=subject.order)
    said, problems = _by_line(subject, part, message)
    for problem in problems:
        change = change.then(problem_only(change.order, problem))
    contents = [(one.line.id, one.what) for one in said]
    verdicts = heard(subject.effects, contents)
    named = [(one.line, one.products) for one in said]
    instead = booked_instead(subject, contents, verdicts, named)
    for one, (verdict, ordinal), gone in zip(said, verdicts, instead, strict=True):
        if verdict is Heard.BEFORE:
            continue
        if gone is not None and one.path != WHOLE:
            problem = named_otherwise(gone, one.line, one.path)
            change = change.then(problem_only(change.order, problem))
            continue
        if verdict is Heard.OTHERWISE and message.purpose is not Purpose.REPLACE:
            change = change.then(problem_only(change.order, said_otherwise(one.path)))
            continue
        effect = Effect(business_key=key, subject=one.line.id, ordinal=ordinal, what=one.what)
        change = change.then(replace(_report(change.order, part.id, one), effects=(effect,)))
    return change


def _by_line(
    subject: Subject, part: FulfillmentOrder, message: OrderReport
) -> tuple[list[_Said], list[Problem]]:
    """Everything said of one line together: a line is named once for each of its states."""
    asked = AskedLines(part, subject.called)
    said: dict[str, _Said] = {}
    problems: list[Problem] = []
    for index, row in enumerate(message.lines):
        path = f"lines[{index}]"
        line = asked.meant(row.number, row.products)
        if line is None:
            problems.append(unknown_line(asked, row.number, row.products, path))
            continue
        counted = None if row.quantity is None else units(subject, line, row.quantity, row.unit)
        if row.quantity is not None and counted is None:
            problems.append(other_unit(line, row.unit, path))
            continue
        former = said.get(line.id)
        rows = (*(former.rows if former else ()), _row(row, counted))
        products = (*(former.products if former else ()), *row.products)
        said[line.id] = _Said(line=line, rows=rows, path=path, products=products)
    if not problems:  # a line that was not understood may be any of those that seem unlisted
        said.update(_unlisted(part, message, said))
    return list(said.values()), problems


def _row(row: ReportedLine, counted: int | None) -> _Row:
    return _Row(
        progress=row.progress,
        quantity=counted,
        ships_on=row.ships_on,
        delivery_on=row.delivery_on,
    )


def _unlisted(
    part: FulfillmentOrder, message: OrderReport, said: Mapping[str, _Said]
) -> dict[str, _Said]:
    """What the report says as a whole, for each open line that it does not list."""
    if message.whole is None and message.ships_on is None:
        return {}
    row = _Row(
        progress=message.whole or Progress.UNKNOWN,
        quantity=None,
        ships_on=message.ships_on,
        delivery_on=None,
    )
    return {
        line.id: _Said(line=line, rows=(row,), path=WHOLE)
        for line in part.lines
        if line.id not in said and line.buckets.open
    }


def _report(order: Order, fulfillment_id: str, said: _Said) -> Change:
    line = line_of(order, fulfillment_id, said.line.id)
    declined = min(said.total(Progress.CANCELLED) or 0, line.buckets.open)
    buckets = stated(
        line.buckets.cancel(declined),
        said.total(Progress.IN_WORK),
        said.total(Progress.BACKORDERED),
    )
    buckets = replace(buckets, rejected=buckets.rejected + declined)
    facts = [_fact(fulfillment_id, said.line, row) for row in said.rows]
    if declined:
        facts.append(_declined(fulfillment_id, said.line, declined))
    after = set_buckets(order, fulfillment_id, line.id, buckets)
    return Change(order=after, facts=tuple(facts))


def _fact(fulfillment_id: str, line: FulfillmentLine, row: _Row) -> Fact:
    body = {
        "fulfillment": fulfillment_id,
        "line": line.line_id,
        "progress": row.progress.value,
        "quantity": row.quantity,
        "ships_on": row.ships_on.isoformat() if row.ships_on else None,
        "delivery_on": row.delivery_on.isoformat() if row.delivery_on else None,
    }
    return Fact(kind=FactKind.PROGRESS_REPORTED, body=body)


def _declined(fulfillment_id: str, line: FulfillmentLine, units_declined: int) -> Fact:
    body = {"fulfillment": fulfillment_id, "line": line.line_id, "quantity": units_declined}
    return Fact(kind=FactKind.LINES_DECLINED, body=body)
