"""Tables: what a partner's columns are called, as people said since, and what one wrong row means.

The format knows the usual names and its page some more; what an operator once assigned is kept in
the store and laid over the page's `columns` before a file is split. A document keeps what was found
out about its columns, so that it reads the same ever after.
"""

from collections.abc import Sequence

from pydantic import BaseModel, ValidationError

from hub.domain.exchange import Problem
from hub.errors import Refused
from hub.flow.noting import note_command
from hub.flow.parts import Parts
from hub.partners import Channel
from hub.store import HeadingRow, Transaction

MOST_HEADINGS = 500  # of one partner; more is no table's


def with_headings(tx: Transaction, partner: str, profile: BaseModel) -> BaseModel:
    """Return a channel's profile; for tables with the headings that were assigned since."""
    said = tx.headings.of(partner) if _has_columns(profile) else []
    return _with(profile, said) if said else profile


def _has_columns(profile: BaseModel) -> bool:
    return "columns" in type(profile).model_fields


def _with(profile: BaseModel, said: Sequence[HeadingRow]) -> BaseModel:
    """Return a profile with more names of columns; what the page says of a heading wins."""
    page: dict[str, tuple[str, ...]] = getattr(profile, "columns", {})
    taken = {name.casefold() for names in page.values() for name in names}
    columns = {column: list(names) for column, names in page.items()}
    for row in said:
        if row.heading.casefold() not in taken:
            columns.setdefault(row.means, []).append(row.heading)
    told = profile.model_dump(by_alias=True, exclude_unset=True)
    return type(profile).model_validate({**told, "columns": columns})


def all_or_nothing(channel: Channel, set_id: str) -> bool:
    """Say whether a wrong row keeps all others of its paper from counting."""
    asked = getattr(channel.profile, "all_or_nothing", None)
    return asked is not None and bool(asked(set_id))


def assign(parts: Parts, partner: str, meant: Sequence[tuple[str, str]], *, who: str) -> None:
    """Keep what headings of a partner mean, pairs of heading and column.

    Raises KeyError when no page has the partner, Refused when it sends no tables, when there is no
    such column or when there are too many.
    """
    channels = [one for one in parts.partners.get(partner).channels if _has_columns(one.profile)]
    if not channels:
        raise _refused(f"{partner} has no channel of tables; give it one with `format: tabular`")
    assign_in(parts, partner, channels[0].profile, meant, who=who)


def assign_in(
    parts: Parts, partner: str, profile: BaseModel, meant: Sequence[tuple[str, str]], *, who: str
) -> None:
    """Keep what headings of a partner mean in tables that are read with this profile.

    Raises Refused when there is no such column or when there are too many.
    """
    now = parts.now()
    rows = [
        HeadingRow(partner=partner, heading=words.strip(), means=means, said_at=now, who=who)
        for words, means in meant
    ]
    try:
        _with(profile, rows)
    except ValidationError as fault:
        raise _refused(str(fault.errors()[0]["ctx"]["error"])) from None
    parts.store.write(lambda tx: _assigned(tx, parts, partner, rows, who=who))


def _assigned(
    tx: Transaction, parts: Parts, partner: str, rows: Sequence[HeadingRow], *, who: str
) -> None:
    known = {row.heading for row in tx.headings.of(partner)} | {row.heading for row in rows}
    if len(known) > MOST_HEADINGS or not all(0 < len(words) <= 80 for words in known):
        raise _refused(f"a heading has 1 to 80 signs, and a partner {MOST_HEADINGS} of them")
    for row in rows:
        tx.headings.put(row)
    meant = {row.heading: row.means for row in rows}
    note_command(tx, parts, {"headings": meant}, subject=partner, who=who)


def forget(parts: Parts, partner: str, heading: str, *, who: str) -> None:
    """Forget what a heading of a partner means; raises Refused when nobody said it."""

    def work(tx: Transaction) -> None:
        if not tx.headings.forget(partner=partner, heading=heading):
            raise _refused(f"nobody said what {heading!r} means; see `hub partner headings`")
        note_command(tx, parts, {"headings": {heading: None}}, subject=partner, who=who)

    parts.store.write(work)


def _refused(text: str) -> Refused:
    return Refused([Problem(code="headings", text=text)])
