"""What a supplier's people say of their stock: a table's rows, and levels that were typed.

Both are stock reports at the door of posted papers: guarded, merged and told like any other.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from hub.domain.exchange import DocumentState, Problem
from hub.domain.feeds import MOST_UNITS, Counted, Listing, Reported, added_up, counted
from hub.domain.messages import ReportKind, StockReport
from hub.domain.names import stable
from hub.domain.posted import PostedSet
from hub.errors import Conflict
from hub.flow import levels, supplier_room
from hub.flow.feeds import LISTED_AT_ONCE, UNITS, settle_feed
from hub.flow.naming import names_of
from hub.flow.parts import Parts
from hub.flow.posted import desk_of
from hub.flow.supplier_room import Came, Said
from hub.flow.supplier_rows import Fate
from hub.flow.supplier_sheets import Sheet, SheetRow, plainly, problem_at
from hub.partners import Channel
from hub.store import DocumentRow, OfferRow

GUARD = "feed-guard"


@dataclass(frozen=True, slots=True, kw_only=True)
class StockSheetRow:
    """One row of a stock table and its fate; `before` is the level until now, None if unknown.

    `after` is the level from now on: what all rows of the article say together.
    """

    row: SheetRow
    fate: Fate
    counted: Counted | None = None
    before: int | None = None
    after: int | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A page of a partner's articles; `next` goes on after it, empty at the end.

    `heard_at` is when the newest report came, None when none ever did.
    """

    offers: tuple[OfferRow, ...]
    next: str
    heard_at: datetime | None


def shelf(parts: Parts, partner: str, *, text: str, after: str, limit: int) -> Shelf:
    """Return a page of the partner's articles with their levels, those that hold the text."""
    with parts.store.read() as tx:
        found = tx.supplying.offers(partner=partner, text=text, after=after, limit=limit + 1)
        source = tx.stock.source(partner)
        held = tx.stock.levels([(partner, offer.sku) for offer in found[:limit]])
    offers = tuple(replace(offer, level=held.get((partner, offer.sku))) for offer in found[:limit])
    return Shelf(
        offers=offers,
        next=offers[-1].sku if len(found) > limit else "",
        heard_at=source.at if source else None,
    )


def levels_of(parts: Parts, partner: str, skus: Sequence[str]) -> dict[str, int | None]:
    """Return the levels of those of these articles that the partner offers, None if unknown."""
    with parts.store.read() as tx:
        offers = tx.catalog.offers(skus)
        mine = [sku for sku in skus if any(one.partner == partner for one in offers.get(sku, ()))]
        held = tx.stock.levels([(partner, sku) for sku in mine])
    found = {sku: held.get((partner, sku)) for sku in mine}
    return {sku: None if level is None else level.quantity for sku, level in found.items()}


def tell(parts: Parts, partner: str, changed: Mapping[str, int], *, key: str, who: str) -> Came:
    """Report levels that changed, in single pieces, and nothing else."""
    body = {
        "kind": str(ReportKind.DELTA),
        "levels": [{"sku": sku, "quantity": units} for sku, units in changed.items()],
    }
    said = Said(set_id=PostedSet.STOCK_REPORT, number="", body=body, key=key, who=who)
    return supplier_room.say(parts, partner, said)


# --- a table ------------------------------------------------------------------------------------


def stock_rows(parts: Parts, partner: str, found: Sheet) -> tuple[StockSheetRow, ...]:
    """Return every row of a stock table with its fate; nothing is changed."""
    listing = _listing(parts, partner)
    rows = _each_once(listing, [_row(parts, listing, row) for row in found.rows])
    told = [row.counted for row in rows if row.counted]
    with parts.store.read() as tx:
        held = tx.stock.levels([(partner, sku) for sku in {one.sku for one in told}])
    before = {sku: level.quantity for (_, sku), level in held.items()}
    after = {one.sku: min(one.quantity, MOST_UNITS) for one in added_up(told)}
    often = Counter(one.sku for one in told)
    return tuple(
        replace(
            row,
            row=_together(row.row, often[sku]),
            before=before.get(sku),
            after=after[sku],
        )
        if row.counted and (sku := row.counted.sku)
        else row
        for row in rows
    )


def _together(row: SheetRow, often: int) -> SheetRow:
    """A row, with a word where others speak of its article as well."""
    if often < 2:
        return row
    text = f"{often} rows name this article; what they say is added up"
    return replace(row, odd=(*row.odd, problem_at(row, text, code="named-twice")))


def _each_once(listing: Listing, rows: Sequence[StockSheetRow]) -> list[StockSheetRow]:
    """The rows, of which those under a said name are wrong where the article is listed beside."""
    reported = Reported(listing)
    for row in rows:
        if row.counted:
            reported.counts(row.counted)
    over = {problem.where.value: problem for problem in reported.rest()[1]}
    return [
        StockSheetRow(row=row.row, fate=Fate.WRONG, problems=(_at(row.row, over[name]),))
        if row.counted and (name := row.counted.name) in over
        else row
        for row in rows
    ]


def _listing(parts: Parts, partner: str) -> Listing:
    with parts.store.read() as tx:
        listing, after = Listing(names_of(tx, partner)), ""
    while True:
        with parts.store.read() as tx:
            offers = tx.catalog.of_partner(partner, after=after, limit=LISTED_AT_ONCE)
        for offer, gtin in offers:
            listing.add(offer, gtin=gtin)
        if len(offers) < LISTED_AT_ONCE:
            return listing
        after = offers[-1][0].sku


def _row(parts: Parts, listing: Listing, row: SheetRow) -> StockSheetRow:
    message = row.message
    if not isinstance(message, StockReport) or not message.rows:
        told = row.problems or (problem_at(row, "this row cannot be read", code="unread"),)
        return _unread(row, told)
    found, problems = counted(
        listing, message.rows[0], unit_word=lambda unit: parts.maps.word(UNITS, unit)
    )
    told = tuple(_at(row, problem) for problem in problems)
    if found is None:
        return StockSheetRow(row=row, fate=Fate.WRONG, problems=told)
    odd = replace(row, odd=(*row.odd, *told))
    return StockSheetRow(row=odd, fate=Fate.GOOD, counted=found)


def _unread(row: SheetRow, told: Sequence[Problem]) -> StockSheetRow:
    """A row that nobody can read; with too many cells none of them is known to be the quantity."""
    over = [problem for problem in row.odd if problem.code == "too-many-cells"]
    odd = tuple(problem for problem in row.odd if problem not in over)
    return StockSheetRow(row=replace(row, odd=odd), fate=Fate.WRONG, problems=plainly(over or told))


_NO_ARTICLE = "fill in the SKU, your article number or the GTIN"
_NOT_YOURS = "this article is not in our catalogue as yours; ask us to list it, or leave the row"


def _at(row: SheetRow, problem: Problem) -> Problem:
    text, code = problem.text, problem.code
    if code == "unknown-article" and problem.where.value:
        text = _NOT_YOURS
    elif code == "unknown-article":
        text, code = _NO_ARTICLE, "empty-cell"
    return problem_at(row, text, code=code, value=problem.where.value)


def kind_of(rows: Sequence[StockSheetRow], kind: ReportKind) -> ReportKind:
    """Return what a table may be sent as: with a row nobody can read never as the whole range.

    What that row speaks of would else be put to none. An article that is not listed has no level.
    """
    unread = any(problem.code != "unknown-article" for row in rows for problem in row.problems)
    return ReportKind.DELTA if unread else kind


def send_stock(
    parts: Parts,
    partner: str,
    found: Sheet,
    rows: Sequence[StockSheetRow],
    *,
    kind: ReportKind,
    who: str,
) -> Came:
    """Report the good rows of a table; the same table of the same kind counts once."""
    total = added_up([row.counted for row in rows if row.counted])
    said = Said(
        set_id=PostedSet.STOCK_REPORT,
        number="",
        body={"kind": str(kind_of(rows, kind)), "levels": [_level(one) for one in total]},
        key=stock_key(found, kind),
        who=who,
    )
    return supplier_room.say(parts, partner, said)


def stock_key(found: Sheet, kind: ReportKind) -> str:
    """Return the key under which a table is reported."""
    return f"{found.id}-{kind}"


def _level(one: Counted) -> dict[str, Any]:
    level: dict[str, Any] = {"sku": one.sku, "quantity": one.quantity}
    if one.next_on is not None:
        level |= {"next_on": one.next_on.isoformat(), "next_quantity": one.next_quantity}
    return level


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of a reported table; `question` is what its guard asks, empty if nothing."""

    document: str
    state: DocumentState
    question: str
    problems: tuple[Problem, ...]


def report_of(parts: Parts, partner: str, found: Sheet) -> Report | None:
    """Return what became of a table that was reported; None while it was not."""
    channel = desk_of(parts, partner)
    if channel is None:
        return None
    with parts.store.read() as tx:
        for kind in ReportKind:
            try:
                return _report(tx.exchange.document(_document(channel, found, kind)))
            except KeyError:
                continue
    return None


def _document(channel: Channel, found: Sheet, kind: ReportKind) -> str:
    """The name that the door gives to the paper of a key."""
    delivery = stable("tra", channel.lane, "in", f"posted/{stock_key(found, kind)}")
    return stable("doc", delivery, "0")


def _report(row: DocumentRow) -> Report:
    asked = next((problem.text for problem in row.problems if problem.code == GUARD), "")
    # It begins with the paper's name in words of the trade; its sender calls it a table.
    asked = f"This table {asked.partition(f' from {row.partner} ')[2]}" if asked else ""
    waits = row.state is DocumentState.PARKED
    return Report(
        document=row.id,
        state=row.state,
        question=asked if waits else "",
        problems=tuple(row.problems),
    )


def accept(parts: Parts, partner: str, found: Sheet, *, who: str) -> None:
    """Let a table's report pass its guard and take it in; one that asks nothing stays as it is."""
    report, channel = report_of(parts, partner, found), desk_of(parts, partner)
    if report is None or channel is None or not report.question:
        return
    row = levels.accept(parts, report.document, who=who)
    with suppress(Conflict):  # a worker took it over: it brings it to its end
        settle_feed(parts, channel, row)
