"""What a supplier's people call the columns of their tables: said once, known ever after.

Kept where the operator's assignments are (`hub.flow.headings`); what the partner's page says wins.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hub.domain.exchange import Problem
from hub.errors import Malformed, Refused
from hub.flow import headings
from hub.flow.parts import Parts
from hub.flow.supplier_sheets import looked_at, profile_of
from hub.store import HeadingRow

FIELDS = (
    "number", "line", "sku", "vendor", "gtin", "quantity", "tracking", "carrier", "shipped_at",
    "notice", "unit", "next_on", "next_quantity", "as_of",
)  # fmt: skip
"""The columns of shipments and stock that a supplier may name."""
LONGEST = 80
SAMPLES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedColumn:
    """One column of an upload: its heading, what it is taken for, and what stands in it.

    `said` tells that a person said so; one that was not can only be given another meaning.
    """

    heading: str
    means: str
    said: bool
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The columns of an upload; with `problems` it is no table that could have any.

    As a table of `set_id` it needs one column of each group in `missing` besides, and has those in
    `twice` twice.
    """

    upload: str
    name: str
    columns: tuple[NamedColumn, ...]
    problems: tuple[Problem, ...] = ()
    set_id: str = ""
    missing: tuple[tuple[str, ...], ...] = ()
    twice: tuple[str, ...] = ()


def columns_of(parts: Parts, partner: str, upload: str) -> Columns:
    """Return the columns of an upload as they are taken now; raises KeyError when there is none."""
    try:
        name, looked = looked_at(parts, partner, upload)
    except Malformed as fault:
        return Columns(upload=upload, name="", columns=(), problems=tuple(fault.problems))
    said = {row.heading.casefold() for row in known(parts, partner)}
    [cells] = [cells for number, cells in looked.rows if number == looked.number]
    below = [cells for number, cells in looked.rows if number > looked.number][:SAMPLES]
    columns = tuple(
        NamedColumn(
            heading=cell.strip(),
            means=looked.columns[place],
            said=cell.strip().casefold() in said,
            samples=tuple(row[place].strip()[:40] for row in below if place < len(row)),
        )
        for place, cell in enumerate(cells)
    )
    return Columns(
        upload=upload,
        name=name,
        columns=columns,
        set_id=looked.set_id,
        missing=looked.missing,
        twice=looked.twice,
    )


def known(parts: Parts, partner: str) -> Sequence[HeadingRow]:
    """Return what people said of the partner's headings, said first first."""
    with parts.store.read() as tx:
        return tx.headings.of(partner)


def say(
    parts: Parts, partner: str, found: Columns, meant: Mapping[int, str], *, who: str
) -> tuple[Problem, ...]:
    """Keep what columns mean, by their places from 0 on; returns what speaks against it.

    An empty meaning forgets what was said of a heading. Nothing is kept when anything is wrong.
    """
    wrong = tuple(_wrong(found, meant))
    if wrong:
        return wrong
    changed = {
        found.columns[place]: means
        for place, means in meant.items()
        if means != found.columns[place].means
    }
    pairs = [(column.heading, means) for column, means in changed.items() if means]
    try:
        if pairs:
            headings.assign_in(parts, partner, profile_of(parts, partner), pairs, who=who)
    except Refused as fault:
        return tuple(fault.problems)
    for column, means in changed.items():
        if column.said and not means:
            forget(parts, partner, column.heading, who=who)
    return ()


def forget(parts: Parts, partner: str, heading: str, *, who: str) -> None:
    """Forget what a heading means, in whatever letters it was said; nothing if nobody said it."""
    for row in known(parts, partner):
        if row.heading.casefold() == heading.casefold():
            headings.forget(parts, partner, row.heading, who=who)


_TWICE = "two columns cannot mean the same; choose another meaning for one of them"
_NAMELESS = "a column without a heading of 1 to 80 signs cannot be known again; name it in the file"


def _wrong(found: Columns, meant: Mapping[int, str]) -> list[Problem]:
    chosen = [means for means in meant.values() if means]
    problems = [
        Problem(code="twice", text=_TWICE) for one in sorted(set(chosen)) if chosen.count(one) > 1
    ]
    problems += [
        Problem(code="nameless", text=_NAMELESS)
        for place, means in meant.items()
        if means and not 0 < len(found.columns[place].heading) <= LONGEST
    ]
    return problems
