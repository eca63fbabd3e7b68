"""Stock reports: staged, guarded, merged, and what they no longer list put to zero.

A report may have a million rows: it is read in pieces, and each piece is a commit on the levels
alone. Only its end is a commit among the orders: the paper's state, one fact, what is awaited next.
Whoever is stopped in between begins again and comes to the same end; until then what is merged is
true of each article by itself, and the moment of the whole report is raised last.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import BinaryIO

from hub.domain.exchange import (
    DocumentState,
    Problem,
    Purpose,
    Severity,
    told,
)
from hub.domain.facts import Fact, FactKind, Stuck, Watch, WatchKind
from hub.domain.feeds import Counted, Listing, Reported, counted, moment_of, too_many_dropped
from hub.domain.messages import ReportKind, StockReport
from hub.domain.names import Names
from hub.domain.telling import MOST_PROBLEMS, foremost
from hub.flow import balances
from hub.flow.balances import Balance
from hub.flow.feed_sources import FeedSource, feed_source
from hub.flow.headings import all_or_nothing
from hub.flow.naming import names_of
from hub.flow.parts import Parts
from hub.flow.receiving import input_of
from hub.flow.waiting import source_waiting
from hub.partners import Channel
from hub.store import DocumentRow, Feed, Merged, Restocking, StockSource, Transaction, Weighed

UNITS = "codes/units"
PIECE = 500  # rows read at a time
CHUNK = 5000  # rows in one commit on the levels
PAUSE = 0.002  # seconds after each commit, in which others get the disk and the processor
LISTED_AT_ONCE = 5000  # offers


@dataclass(slots=True, kw_only=True)
class _Noted:
    """What is wrong with a report of any length: the first of it kept, the rest counted."""

    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    more: int = 0

    def keeps(self, problem: Problem) -> bool:
        """Whether another problem as bad as that is kept, and not only counted."""
        kept = self.errors if problem.severity is Severity.ERROR else self.warnings
        return len(kept) < MOST_PROBLEMS

    def add(self, problem: Problem) -> None:
        kept = self.errors if problem.severity is Severity.ERROR else self.warnings
        if self.keeps(problem):
            kept.append(problem)
        else:
            self.more += 1

    def every(self) -> tuple[Problem, ...]:
        found = (*self.errors, *self.warnings)
        if not self.more:
            return foremost(found)
        text = f"{self.more} more problems of this report were counted and are not listed"
        rest = Problem(code="more", text=text, severity=Severity.WARNING)
        return (*found[:MOST_PROBLEMS], rest)


@dataclass(slots=True, kw_only=True)
class _Intake:
    """One report while it is taken in."""

    parts: Parts
    channel: Channel
    row: DocumentRow
    arrived: datetime
    known: StockSource | None
    noted: _Noted = field(default_factory=_Noted)
    feed: Feed | None = None
    report: StockReport | None = None
    balance: Balance | None = None  # of goods that are ours


# --- the whole of it ---------------------------------------------------------------------------


def settle_feed(parts: Parts, channel: Channel, row: DocumentRow) -> DocumentState:
    """Take in one stock report of any length; running it again changes nothing more.

    Raises Conflict when another worker took the same paper over.
    """
    with parts.store.read() as tx:
        row = tx.exchange.document(row.id)
        if row.state is not DocumentState.ACCEPTED:
            return row.state
        arrived = tx.exchange.transmission(row.transmission_id).at
        known = tx.stock.source(row.partner)
        stream = tx.exchange.body(row.transmission_id)
    intake = _Intake(parts=parts, channel=channel, row=row, arrived=arrived, known=known)
    intake.balance = balances.begun(parts, row.partner)
    with closing(stream):
        verdict = _stage(intake, stream)
    if verdict is not None:
        return _end(intake, verdict)
    feed = _fed(intake)
    if intake.noted.errors and all_or_nothing(channel, row.set_id):
        intake.feed = None
        parts.store.write_levels(lambda desk: desk.close(feed.feed))
        return _end(intake, DocumentState.REFUSED)
    if intake.noted.errors:
        # What could not be read may be what is missing: nothing is put to zero for it.
        feed = intake.feed = replace(feed, full=False)
    if balances.waits(parts, intake.balance, feed) and intake.balance is not None:
        return _park(intake, balances.stuck(intake.balance, row))
    weighed = _too_much(intake, feed)
    if weighed is not None:
        return _park(intake, _guarded(row, weighed))
    skus = _merge(parts, feed)
    state = _end(intake, DocumentState.PARTLY_APPLIED if intake.noted.errors else None)
    parts.store.write_levels(lambda desk: desk.close(feed.feed))
    # A full report may free units of any article: what it includes is no longer reserved.
    source_waiting(parts, None if feed.full else skus)
    return state


def _fed(intake: _Intake) -> Feed:
    assert intake.feed is not None  # noqa: S101  # staged without a verdict: there is one
    return intake.feed


# --- stage -------------------------------------------------------------------------------------


def _stage(intake: _Intake, stream: BinaryIO) -> DocumentState | None:
    """Read the report into its staging place; a state when there is nothing to merge."""
    parts, row = intake.parts, intake.row
    source = feed_source(parts, intake.channel, row, stream, piece=PIECE)
    listing: Listing | None = None
    reported: Reported | None = None
    waiting: list[Counted] = []
    for reading in source.readings():
        for problem in reading.problems:
            intake.noted.add(source.placed(problem))
        for message in reading.messages:
            if not isinstance(message, StockReport):
                continue
            if intake.feed is None and (verdict := _begin(intake, message)) is not None:
                return verdict
            listing = listing or _listing(parts, row.partner)
            reported = reported or Reported(listing)
            for stock_row in message.rows:
                found, problems = counted(listing, stock_row, unit_word=_word(parts))
                _note(intake, source, problems)
                if found is not None and reported.counts(found):
                    waiting.append(_weighed(intake, found))
            waiting = _put_by(intake, waiting, least=CHUNK)
    if intake.feed is None:
        return DocumentState.REFUSED
    named, over = reported.rest() if reported is not None else ((), ())
    _note(intake, source, over)
    waiting += [_weighed(intake, one) for one in named]
    _put_by(intake, waiting, least=1)
    return None


def _note(intake: _Intake, source: FeedSource, problems: Sequence[Problem]) -> None:
    for problem in problems:
        # Looking a place up costs a scan: only for what is kept.
        kept = intake.noted.keeps(problem)
        intake.noted.add(source.placed(source.pointed(problem)) if kept else problem)


def _weighed(intake: _Intake, row: Counted) -> Counted:
    """The row itself; of goods that are ours it is held against the book."""
    if intake.balance is not None:
        intake.balance.add(row)
    return row


def _word(parts: Parts) -> Callable[[str], str]:
    return lambda unit: parts.maps.word(UNITS, unit)


def _begin(intake: _Intake, report: StockReport) -> DocumentState | None:
    """Take the report in hand, unless its head says that it is not to be used."""
    parts, row = intake.parts, intake.row
    intake.report = report
    zone = parts.partners.get(row.partner).calendar.zone
    feed = Feed(
        partner=row.partner,
        feed=row.id,
        run=Names(parts.fresh()).new("run"),
        as_of=moment_of(report.as_of, arrived=intake.arrived, zone=zone),
        at=parts.now(),
        full=report.kind is ReportKind.FULL,
    )
    if report.purpose is Purpose.CANCEL:
        intake.noted.add(_CANCELS)
        return DocumentState.REFUSED
    if _older(intake, feed, report):
        intake.noted.add(_is_older(intake.known, feed))
        return DocumentState.APPLIED
    _forget_left(parts, feed)
    parts.store.write_levels(lambda desk: desk.begin(feed))
    intake.feed = feed
    return None


_CANCELS = Problem(
    code="cancels-a-report",
    text="a stock report cannot be taken back: what it said is in place; ask for a new one",
)


def _older(intake: _Intake, feed: Feed, report: StockReport) -> bool:
    """Whether a newer full report was heard.

    Of full ones of one moment (a day without a time) the last counts, unless it was told before.
    """
    known = intake.known
    if known is None or known.full_as_of is None:
        return False
    same = known.full_as_of == feed.as_of and known.full_feed != feed.feed and feed.full
    told = same and _told_before(intake.parts, intake.row, report)
    return told or feed.as_of < known.full_as_of


def _told_before(parts: Parts, row: DocumentRow, report: StockReport) -> bool:
    """Whether a report of that number was taken in; one that replaces it is another."""
    if not report.report or report.purpose is Purpose.REPLACE:
        return False
    with parts.store.read() as tx:
        papers = tx.exchange.under_key(_key(row, report))
    return any(one.id != row.id and one.state is DocumentState.APPLIED for one in papers)


def _key(row: DocumentRow, report: StockReport) -> str:
    return f"{row.partner}/stock/{report.report}"


def _is_older(known: StockSource | None, feed: Feed) -> Problem:
    newest = known.full_as_of if known else None
    return Problem(
        code="older-report",
        text=f"the report speaks of {feed.as_of.isoformat()}, and a full one of "
        f"{newest.isoformat() if newest else 'a later moment'} was heard before; nothing of it "
        "was used",
        severity=Severity.WARNING,
    )


def _forget_left(parts: Parts, feed: Feed) -> None:
    """Clear away what a kill left of reports that are settled by now."""
    left = parts.store.write_levels(lambda desk: desk.runs(feed.partner))
    with parts.store.read() as tx:
        over = [name for name in left if name != feed.feed and not _under_way(tx, name)]
    for name in over:
        parts.store.write_levels(partial(_close, name))


def _under_way(tx: Transaction, name: str) -> bool:
    try:
        return tx.exchange.document(name).state in _UNDER_WAY
    except KeyError:  # levels of a store that was put back as it was before
        return False


def _close(feed: str, desk: Restocking) -> None:
    desk.close(feed)


_UNDER_WAY = (DocumentState.RECEIVED, DocumentState.ACCEPTED, DocumentState.PARKED)


def _listing(parts: Parts, partner: str) -> Listing:
    """The partner's articles by id; read piece by piece, so that no snapshot stays open long."""
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


def _put_by(intake: _Intake, rows: list[Counted], *, least: int) -> list[Counted]:
    """Stage the rows when there are enough of them; return those that still wait."""
    if len(rows) < least:
        return rows
    feed = _fed(intake)
    intake.parts.store.write_levels(lambda desk: desk.stage(feed, rows))
    time.sleep(PAUSE)
    return []


# --- guard -------------------------------------------------------------------------------------


def _too_much(intake: _Intake, feed: Feed) -> Weighed | None:
    """What a full report would take to none, when that is more than the page lets pass."""
    report, store = intake.report, intake.parts.store
    if report is None or report.kind is not ReportKind.FULL:
        return None
    accepted, weighed = store.write_levels(
        lambda desk: (desk.accepted(feed.feed), desk.weigh(feed))
    )
    guard = intake.parts.partners.get(feed.partner).stock.guard
    over = too_many_dropped(had=weighed.had, dropping=weighed.dropping, guard=guard)
    return weighed if over and not accepted else None


def _guarded(row: DocumentRow, weighed: Weighed) -> Stuck:
    text = (
        f"{row.set_id} {row.number} from {row.partner} would leave {weighed.dropping} of the "
        f"{weighed.had} articles that have stock with none; it waits, the levels stay as they are."
    )
    return Stuck(
        hold=guard_hold(row.partner),
        kind="feed-guard",
        partner=row.partner,
        text=text,
        next_step=f"If the partner confirms it: `hub stock accept {row.id}`. Else ask for a new "
        "report; the next whole one takes its place.",
        problems=(Problem(code="feed-guard", text=text),),
    )


def _park(intake: _Intake, stuck: Stuck) -> DocumentState:
    """Let a report wait for a person; the levels stay as they are."""
    feed = _fed(intake)
    problems = (*foremost(stuck.problems), *intake.noted.every())
    _settle(intake, DocumentState.PARKED, problems=problems, stuck=stuck)
    intake.parts.store.write_levels(lambda desk: desk.close(feed.feed))
    return DocumentState.PARKED


def guard_hold(partner: str) -> str:
    """Return the hold of a partner's report that waits for a person."""
    return f"feed-guard:{partner}"


# --- merge -------------------------------------------------------------------------------------


def _merge(parts: Parts, feed: Feed) -> set[str]:
    """Put the levels in place, those not listed last; return the articles that changed."""
    store, skus = parts.store, set[str]()
    for merged in _in_chunks(
        lambda after: store.write_levels(lambda desk: desk.merge(feed, after=after, limit=CHUNK))
    ):
        skus.update(merged.skus)
    if feed.full:
        for merged in _in_chunks(
            lambda after: store.write_levels(lambda desk: desk.zero(feed, after=after, limit=CHUNK))
        ):
            skus.update(merged.skus)
    store.write_levels(lambda desk: desk.raised(feed))
    return skus


def _in_chunks(step: Callable[[str], Merged]) -> Iterator[Merged]:
    after: str | None = ""
    while after is not None:
        merged = step(after)
        after = merged.last
        yield merged
        time.sleep(PAUSE)


# --- the end, among the orders -----------------------------------------------------------------


def _end(intake: _Intake, state: DocumentState | None) -> DocumentState:
    """Settle the paper; with levels merged also its fact and what is awaited next."""
    then = state or DocumentState.APPLIED
    errors = intake.noted.errors
    stuck = _wrong(intake.row, then, errors) if errors else None
    _settle(intake, then, problems=intake.noted.every(), stuck=stuck)
    return then


def _settle(
    intake: _Intake, then: DocumentState, *, problems: tuple[Problem, ...], stuck: Stuck | None
) -> None:
    """Commit what became of a paper, once."""
    parts, report, merged = intake.parts, intake.report, None
    if intake.feed is not None and then is not DocumentState.PARKED:
        feed = intake.feed
        merged = parts.store.write_levels(lambda desk: (desk.staged(feed), desk.touched(feed)))

    def work(tx: Transaction) -> None:
        row = tx.exchange.document(intake.row.id)
        if row.state is not DocumentState.ACCEPTED:
            return
        names, now = Names(f"{row.id}/{row.attempts}"), parts.now()
        tx.exchange.count_document_attempt(row.id)
        tx.exchange.move_document(
            row.id,
            then=then,
            at=now,
            problems=(*row.problems, *problems),
            business_key=_key(row, report) if report else None,
            purpose=str(report.purpose) if report else None,
            hashes=parts.hashes(intake.channel, row.set_id),
        )
        tx.exceptions.clear(f"document:{row.id}", at=now, by=row.id)
        if merged is not None:
            _remember(tx, intake, merged, names=names, now=now)
        if stuck is not None:
            tx.exceptions.open(stuck, at=now, document_id=row.id, names=names)

    parts.store.write(work)


def _remember(
    tx: Transaction, intake: _Intake, merged: tuple[int, int], *, names: Names, now: datetime
) -> None:
    """One fact for the whole report, and until when the next one is awaited."""
    row, feed = intake.row, _fed(intake)
    body = {
        "partner": row.partner,
        "document": row.id,
        "kind": str(ReportKind.FULL if feed.full else ReportKind.DELTA),
        "as_of": feed.as_of.isoformat(),
        "rows": merged[0],
        "changed": merged[1],
    }
    tx.facts.record(
        (Fact(kind=FactKind.STOCK_REPORTED, body=body),),
        at=now,
        brand="",
        order=None,
        input_id=input_of(row.transmission_id),
        document_id=row.id,
        names=names,
    )
    balances.book(tx, intake.balance, feed, row=row, now=now)
    if feed.full:
        tx.reservations.reported(partner=row.partner, as_of=feed.as_of)
        tx.exceptions.clear(guard_hold(row.partner), at=now, by=row.id)
    _await_next(tx, intake.parts, row.partner, by=row.id, now=now)


def _await_next(tx: Transaction, parts: Parts, partner: str, *, by: str, now: datetime) -> None:
    """Await the next report; who once sent full ones owes full ones."""
    rules, source = parts.partners.get(partner).stock, tx.stock.source(partner)
    if rules.level != "reports" or source is None:
        return
    hold = feed_hold(partner)
    due_at = (source.full_as_of or source.as_of) + rules.trust
    if due_at > now:
        tx.exceptions.clear(hold, at=now, by=by)
    tx.watches.set(
        Watch(hold=hold, kind=WatchKind.FEED, partner=partner, subject=partner, due_at=due_at)
    )


def feed_hold(partner: str) -> str:
    """Return the hold under which a partner's next report is awaited."""
    return f"feed:{partner}"


def _wrong(row: DocumentRow, state: DocumentState, errors: list[Problem]) -> Stuck:
    how = "was not used" if state is DocumentState.REFUSED else "was used only in part"
    return Stuck(
        hold=f"document:{row.id}",
        kind=str(state),
        partner=row.partner,
        text=f"{row.set_id} {row.number} from {row.partner} {how}: "
        + told([problem.text for problem in errors]),
        next_step=f"See `hub doc why {row.id}`; put the cause right and re-run it.",
        problems=tuple(errors),
    )
