"""What a customer wants of the order, as the forms say it: read, judged, and made requests of.

Only fewer units, never more and never another price. Whether it can still be done the door for
changes decides (`hub.flow.changing`).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from hub.domain.change_held import leaving
from hub.domain.change_requests import Request
from hub.domain.orders import Order
from hub.domain.wishes import Fewer
from hub.render import words
from portal.web.ground.problems import Problem

MOST_LINES = 400  # of an order in one form
MOST_DIGITS = 9  # of what is shown again when it is no number


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitsRow:
    """One line that can still be cancelled: its units, how many of them are free, and the choice.

    `stays` is how many the customer has or waits for, those that are being taken back left out.
    """

    line: str
    article: str
    free: int
    stays: int
    chosen: str

    @property
    def field(self) -> str:
        """The name of its field."""
        return f"units-{self.line}"

    @property
    def least(self) -> int:
        """How many stay at least: they were shipped, or lie with nobody who can stop them."""
        return self.stays - self.free


def units_rows(order: Order) -> tuple[UnitsRow, ...]:
    """Return the lines of which something is free, with nothing chosen."""
    rows = []
    for line in order.lines[:MOST_LINES]:
        gone = leaving(order, line)
        free = line.buckets.open - gone
        if free > 0:
            name = words.plain(line.description) or line.sku
            row = UnitsRow(
                line=line.number, article=name, free=free, stays=line.kept - gone, chosen=""
            )
            rows.append(row)
    return tuple(rows)


def filled_in(rows: Sequence[UnitsRow], fields: Mapping[str, str]) -> tuple[UnitsRow, ...]:
    """Return the rows as a form was filled in; what it does not name stays as it is in `rows`."""
    return tuple(
        replace(row, chosen=fields.get(row.field, row.chosen).strip()[:MOST_DIGITS]) for row in rows
    )


def none_chosen(rows: Sequence[UnitsRow]) -> tuple[UnitsRow, ...]:
    """Return the rows with nothing to be cancelled: a box that is not ticked is sent as nothing."""
    return tuple(replace(row, chosen="0") for row in rows)


def all_chosen(rows: Sequence[UnitsRow]) -> tuple[UnitsRow, ...]:
    """Return the rows with everything chosen to be cancelled."""
    return tuple(replace(row, chosen=str(row.free)) for row in rows)


def all_kept(rows: Sequence[UnitsRow]) -> tuple[UnitsRow, ...]:
    """Return the rows with everything chosen to stay."""
    return tuple(replace(row, chosen=str(row.stays)) for row in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a form asks for, or everything that is wrong with it."""

    requests: tuple[Request, ...] = ()
    problems: tuple[Problem, ...] = ()


def cancelled(rows: Sequence[UnitsRow]) -> Wanted:
    """Read how many units of each line are to be cancelled."""
    counts, problems = _counts(rows, [(0, row.free) for row in rows])
    units = {line: count for line, count in counts.items() if count}
    if not units and not problems:
        problems = _nothing(rows, "Choose what is to be cancelled.")
    return _fewer(units, problems, action="cancel")


def kept(rows: Sequence[UnitsRow]) -> Wanted:
    """Read how many units of each line are still wanted in all; never more than there are."""
    counts, problems = _counts(rows, [(row.least, row.stays) for row in rows])
    stays = {row.line: row.stays for row in rows}
    units = {line: stays[line] - count for line, count in counts.items() if stays[line] > count}
    if not units and not problems:
        problems = _nothing(rows, "Choose a smaller number: these are the ones that you ordered.")
    return _fewer(units, problems, action="quantity")


def _counts(
    rows: Sequence[UnitsRow], ranges: Sequence[tuple[int, int]]
) -> tuple[dict[str, int], tuple[Problem, ...]]:
    counts: dict[str, int] = {}
    problems = []
    for row, (least, most) in zip(rows, ranges, strict=True):
        count = int(row.chosen) if re.fullmatch(r"[0-9]{1,6}", row.chosen) else -1
        counts[row.line] = count
        if not least <= count <= most:
            text = f"{words.quoted(row.article)}: enter a number from {least} to {most}."
            problems.append(Problem(field=row.field, text=text))
    return counts, tuple(problems)


def _nothing(rows: Sequence[UnitsRow], text: str) -> tuple[Problem, ...]:
    return (Problem(field=rows[0].field if rows else "main", text=text),)


def _fewer(units: Mapping[str, int], problems: tuple[Problem, ...], *, action: str) -> Wanted:
    if problems:
        return Wanted(problems=problems)
    return Wanted(
        requests=tuple(
            Fewer(line=line, quantity=count, action=action) for line, count in units.items()
        )
    )
