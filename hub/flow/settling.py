"""Steps 5 to 7 for one document: translate, apply, remember and route; or match a receipt.

One transaction for each document. Running it again writes only what is missing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from hub.domain.bounds import numbers_too_long
from hub.domain.exchange import (
    Document,
    DocumentState,
    Paper,
    Problem,
    Receipt,
    ReceiptLine,
    Severity,
    told,
)
from hub.domain.facts import Change, Fact, FactKind, Stuck
from hub.domain.messages import Message, StockReport
from hub.domain.names import Names
from hub.domain.posted import PostedSet, as_posted
from hub.domain.telling import MORE, MOST_PROBLEMS, foremost
from hub.errors import Malformed
from hub.flow.applied import Applied
from hub.flow.caps import too_long
from hub.flow.changing import refuse_change
from hub.flow.corrected import corrects
from hub.flow.feeds import settle_feed
from hub.flow.following import receipt_hold
from hub.flow.headings import all_or_nothing
from hub.flow.orders import note
from hub.flow.parts import POSTED, Parts
from hub.flow.pointing import all_pointed, all_traced, located
from hub.flow.receiving import REPLY, input_of
from hub.flow.speaking import (
    Case,
    Share,
    cases_of,
    errors_of,
    number_of,
    remember_spoken,
    share_of,
    tell,
    unread_share,
)
from hub.flow.taking import joined, take
from hub.flow.waiting import source_waiting
from hub.flow.warehouse_stock import shelved
from hub.formats import Format
from hub.mapping import Origins, Reading, Unread
from hub.partners import Channel
from hub.store import DocumentRow, Transaction

Told = tuple[Problem, ...]
MOST_PLACED = 3 * MOST_PROBLEMS  # of one paper: its own, then a few of each order's
FIRST_OF_CASE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Translated:
    """A document's messages in the hub's words, or the receipt it is, and every problem found.

    `unread` are messages that could not be read, or may not be used because others could not.
    `origins` knows where in the paper the map read the messages' records.
    """

    paper: Paper
    messages: tuple[Message, ...] = ()
    receipt: Receipt | None = None
    problems: tuple[Problem, ...] = ()
    unread: tuple[Unread, ...] = ()
    converted: bool = False
    origins: Origins = field(default_factory=Origins, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What one document came to: its end state and what it spoke of, the last of it first.

    `shares` is what it spoke of message by message, `loose` what is wrong with no message.
    """

    state: DocumentState
    problems: tuple[Problem, ...]
    key: str = ""
    purpose: str = ""
    number: str = ""
    order_id: str | None = None
    fulfillment_id: str | None = None
    shares: tuple[Share, ...] = ()
    loose: tuple[Problem, ...] = ()


def translate(parts: Parts, channel: Channel, document: Document, body: bytes) -> Translated:
    """Read one document's slice into messages or a receipt; pure but for `parts`.

    Problems come back with the byte they point at.
    """
    fmt = parts.formats[channel.format]
    sheet = _stylesheet(fmt, channel, document)
    if sheet:
        return _bounded(_through(sheet, parts, channel, document, body))
    paper = fmt.read(body, document=document)
    if fmt.is_receipt(document.set_id):
        return Translated(paper=paper, receipt=_discreet(fmt, fmt.receipt(paper)))
    mapped = _mapped(parts, channel, document, paper)
    found = located(fmt, body, document=document, problems=mapped.problems)
    places = dict(zip(mapped.problems, found, strict=True))
    return _bounded(_replaced(mapped, places))


def _replaced(translated: Translated, by: Mapping[Problem, Problem]) -> Translated:
    """The same with other problems in the place of those found, where there is another."""
    unread = [
        replace(one, problems=tuple(by.get(problem, problem) for problem in one.problems))
        for one in translated.unread
    ]
    problems = tuple(by[problem] for problem in translated.problems)
    return replace(translated, problems=problems, unread=tuple(unread))


def _bounded(translated: Translated) -> Translated:
    """Leave out messages with numbers that are too long to be kept."""
    wrong = [numbers_too_long(message) for message in translated.messages]
    if not any(wrong):
        return translated
    kept = [one for one, bad in zip(translated.messages, wrong, strict=True) if not bad]
    problems = (*translated.problems, *(problem for bad in wrong for problem in bad))
    unread = (
        *translated.unread,
        *(
            Unread(number=number_of(one), problems=tuple(bad))
            for one, bad in zip(translated.messages, wrong, strict=True)
            if bad
        ),
    )
    return replace(translated, messages=tuple(kept), problems=problems, unread=unread)


def _mapped(parts: Parts, channel: Channel, document: Document, paper: Paper) -> Translated:
    """Read a paper by its map; problems have the places that the map gives them."""
    name = channel.maps.get(document.set_id)
    if name is None:
        listed = ", ".join(sorted(channel.maps)) or "none"
        problem = Problem(
            code="no-map",
            text=f"the page of {channel.partner} has no map for {document.set_id}; it maps "
            f"{listed}. Add `{document.set_id}:` under maps of channel {channel.name} and re-run",
        )
        return Translated(paper=paper, problems=(problem,))
    reading = parts.maps.page(name).read(paper)
    wrong = any(problem.severity is Severity.ERROR for problem in reading.problems)
    kept, unread = reading.messages, reading.unread
    if wrong and all_or_nothing(channel, document.set_id):
        unread += tuple(Unread(number=number_of(one)) for one in kept)
        kept = ()
    return Translated(
        paper=paper,
        messages=kept,
        problems=reading.problems,
        unread=unread,
        origins=reading.origins,
    )


def _stylesheet(fmt: Format, channel: Channel, document: Document) -> str:
    """The stylesheet that the page names for this set; most formats know of none."""
    find = getattr(fmt, "stylesheet", None)
    return str(find(channel.profile, document.set_id)) if find is not None else ""


def _through(
    sheet: str, parts: Parts, channel: Channel, document: Document, body: bytes
) -> Translated:
    """Read what a stylesheet makes of the paper; places are those in it, no byte of theirs."""
    fmt = parts.formats[channel.format]
    convert = getattr(fmt, "converted")  # noqa: B009  # only formats with stylesheets have it
    try:
        made = parts.transform(sheet, body)
        made_of = convert(made, document=document, profile=channel.profile)
    except Malformed as fault:
        return Translated(paper=(), problems=fault.problems, converted=True)
    paper = fmt.read(made, document=made_of)
    return replace(_mapped(parts, channel, document, paper), converted=True)


def _discreet(fmt: Format, receipt: Receipt) -> Receipt:
    """A receipt without the words of people that it copies from our papers (X12 997 AK404)."""
    lines = tuple(
        replace(line, problems=tuple(fmt.discreet(problem) for problem in line.problems))
        for line in receipt.lines
    )
    return replace(receipt, lines=lines)


def settle_document(parts: Parts, channel: Channel, row: DocumentRow) -> DocumentState:
    """Translate, apply and remember one accepted document.

    Raises Conflict when the store lost the race too often, or whatever our own fault raises.
    """
    if is_feed(parts, channel, row):
        return settle_feed(parts, channel, row)
    if long := too_long(row.set_id, row.length):
        refused = Translated(paper=(), problems=long)
        return parts.store.write(
            lambda tx: _settle(tx, parts, channel, row.id, refused, lambda problems: problems)
        ).state
    with parts.store.read() as tx:
        stream = tx.exchange.body(row.transmission_id)
        stream.seek(row.offset)
        body = stream.read(row.length)
    if row.syntax == POSTED:
        reading = parts.posted(row.set_id, row.order_number, body)
        return parts.store.write(
            lambda tx: settle_posted(tx, parts, channel, row.id, reading)
        ).state
    translated = translate(parts, channel, split_of(row), body)

    def placed(problems: Told) -> Told:
        fmt = parts.formats[channel.format]
        found = all_pointed(translated.paper, problems[:MOST_PLACED])
        if not translated.converted:
            found = located(fmt, body, document=split_of(row), problems=found)
        return tuple(fmt.discreet(problem) for problem in (*found, *problems[MOST_PLACED:]))

    moved = shelved(parts, row, translated.messages)
    settled = parts.store.write(lambda tx: _settle(tx, parts, channel, row.id, translated, placed))
    if moved:
        source_waiting(parts, moved)
    return settled.state


def settle_posted(
    tx: Transaction, parts: Parts, channel: Channel, document_id: str, reading: Reading
) -> Settled:
    """Apply and remember a paper that was posted at the API; places are JSON pointers into it.

    Only the store's reader looks for their bytes: `hub.ops.explain`.
    """
    set_id = tx.exchange.document(document_id).set_id
    translated = Translated(
        paper=(),
        messages=reading.messages,
        problems=reading.problems,
        unread=reading.unread,
    )
    return _settle(tx, parts, channel, document_id, translated, partial(_pointers, set_id))


def _pointers(set_id: str, problems: Told) -> Told:
    return tuple(as_posted(set_id, problem) for problem in problems)


def is_feed(parts: Parts, channel: Channel, row: DocumentRow) -> bool:
    """Whether a paper is a stock report, which is read in pieces and never held whole."""
    if row.syntax == POSTED:
        return row.set_id == PostedSet.STOCK_REPORT
    name = channel.maps.get(row.set_id)
    return name is not None and parts.maps.page(name).message is StockReport


def split_of(row: DocumentRow) -> Document:
    """Return a stored paper as its split told it."""
    return Document(
        set_id=row.set_id,
        version=row.version,
        number=row.number,
        offset=row.offset,
        length=row.length,
        syntax=row.syntax,
        problems=row.problems,
    )


def _settle(
    tx: Transaction,
    parts: Parts,
    channel: Channel,
    document_id: str,
    translated: Translated,
    placed: Callable[[Told], Told],
) -> Settled:
    row = tx.exchange.document(document_id)
    if row.state is not DocumentState.ACCEPTED:
        return Settled(state=row.state, problems=row.problems)
    now = parts.now()
    names = Names(f"{row.id}/{row.attempts}")
    tx.exchange.count_document_attempt(row.id)
    cases: tuple[Case, ...] = ()
    if translated.receipt is not None:
        settled = _receipted(tx, parts, row, translated.receipt, now=now, names=names)
    else:
        settled = _applied(tx, parts, row, translated, now=now, names=names)
        settled, cases = _placed(settled, placed)
    tx.exchange.move_document(
        row.id,
        then=settled.state,
        at=now,
        problems=settled.problems,
        business_key=settled.key,
        purpose=settled.purpose,
        order_number=settled.number,
        order_id=settled.order_id,
        fulfillment_id=settled.fulfillment_id,
        hashes=parts.hashes(channel, row.set_id),
    )
    remember_spoken(tx, row, settled.shares)
    tell(tx, row, cases, now=now, names=names)
    return settled


def _placed(settled: Settled, placed: Callable[[Told], Told]) -> tuple[Settled, tuple[Case, ...]]:
    """The same with the places of its problems, and the cases with those of the first of each.

    Each is looked for once, and of very many only the first: every look costs one at the paper.
    """
    cases = tuple(cases_of(settled.shares, settled.loose, settled.state))
    firsts = (problem for one in cases for problem in one.errors[:FIRST_OF_CASE])
    others = (problem for one in cases for problem in one.errors)
    every = tuple(dict.fromkeys((*settled.problems, *firsts, *others)))
    by = dict(zip(every, placed(every), strict=True))
    return (
        replace(settled, problems=tuple(by[problem] for problem in settled.problems)),
        tuple(replace(one, errors=tuple(by[problem] for problem in one.errors)) for one in cases),
    )


def _applied(
    tx: Transaction,
    parts: Parts,
    row: DocumentRow,
    translated: Translated,
    *,
    now: datetime,
    names: Names,
) -> Settled:
    problems = list(translated.problems)
    shares: list[Share] = []
    settled = Settled(state=DocumentState.REFUSED, problems=())
    for message in joined(translated.messages):
        done = take(tx, parts, row, message, now=now, names=names)
        if len(problems) < MOST_PROBLEMS:  # of more, few are told
            found = all_traced(translated.origins, message, translated.paper, done.problems)
            done = replace(done, problems=found)
        settled = _last(settled, done)
        problems.extend(done.problems)
        shares.append(share_of(tx, row, done))
        if done.used:
            corrects(tx, row, message, at=now)
    used = any(one.used for one in shares)
    shares += [unread_share(tx, row, one) for one in translated.unread]
    bad = bool(errors_of(problems))
    if used:
        state = DocumentState.PARTLY_APPLIED if bad else DocumentState.APPLIED
    else:
        state = DocumentState.REFUSED
    theirs = {problem for one in translated.unread for problem in one.problems}
    if theirs:  # what is left out is most likely theirs, and told with them
        theirs.update(problem for problem in translated.problems if problem.code == MORE)
    loose = (problem for problem in translated.problems if problem not in theirs)
    return replace(
        settled,
        state=state,
        problems=(*row.problems, *foremost(problems)),
        shares=tuple(shares),
        loose=(*row.problems, *foremost(tuple(loose))),
    )


def _last(settled: Settled, done: Applied) -> Settled:
    """What the paper's own row tells of it: the last message, the last about an order if any is.

    What it tells together belongs together: no order stands beside a number that nobody knows.
    """
    if settled.order_id and not done.order_id:
        return settled
    return replace(
        settled,
        key=done.key or settled.key,
        purpose=done.purpose or settled.purpose,
        number=done.number or settled.number,
        order_id=done.order_id or settled.order_id,
        fulfillment_id=done.fulfillment_id or settled.fulfillment_id,
    )


# --- receipts ----------------------------------------------------------------------------------


def _receipted(
    tx: Transaction,
    parts: Parts,
    row: DocumentRow,
    receipt: Receipt,
    *,
    now: datetime,
    names: Names,
) -> Settled:
    """A 997 matches on (partner, GS01, GS06, ST02); what it names gets its `valid` stamp."""
    sent = _answered(tx, row, receipt)
    if not sent:
        group = f"a group {receipt.function} {receipt.group_number}".rstrip()
        text = (
            f"{row.partner} was never sent {group if receipt.group_number else 'what it answers'}"
        )
        problem = Problem(code="unknown-group", text=text)
        return Settled(state=DocumentState.REFUSED, problems=(problem,))
    for document in sent:
        line = next((one for one in receipt.lines if _same(one.number, document.number)), None)
        _stamp(tx, parts, row, document, receipt, line, now=now, names=names)
    key = f"{row.partner}/receipt/{receipt.function}/{receipt.group_number}"
    return Settled(state=DocumentState.APPLIED, problems=(), key=key)


def _answered(tx: Transaction, row: DocumentRow, receipt: Receipt) -> list[DocumentRow]:
    """What a receipt speaks of; without a number, what was sent over the same connection."""
    if receipt.group_number:
        return tx.exchange.receipted(
            partner=row.partner, function=receipt.function, group_number=receipt.group_number
        )
    key = tx.exchange.transmission(row.transmission_id).delivery_key
    if not key.startswith(REPLY):
        return []
    return tx.exchange.documents(transmission_id=key.removeprefix(REPLY))


def _same(one: str, other: str) -> bool:
    return one.lstrip("0") == other.lstrip("0")


def _stamp(
    tx: Transaction,
    parts: Parts,
    row: DocumentRow,
    document: DocumentRow,
    receipt: Receipt,
    line: ReceiptLine | None,
    *,
    now: datetime,
    names: Names,
) -> None:
    accepted = line.accepted if line is not None else receipt.accepted or receipt.partly
    if document.valid is accepted:
        return  # told before
    tx.exchange.stamp(document.id, valid_at=now, valid=accepted)
    kind = FactKind.PURCHASE_ORDER_RECEIPTED if accepted else FactKind.DOCUMENT_REJECTED
    stuck = () if accepted else (_refused_by_partner(document, receipt, line),)
    cleared = (f"rejected-by-partner:{document.fulfillment_id or document.id}",) if accepted else ()
    if document.order_id is None:
        for one in stuck:
            tx.exceptions.open(one, at=now, document_id=document.id, names=names)
        return
    body = {"document": document.id, "accepted": accepted}
    change = Change(
        order=tx.orders.load(document.order_id),
        facts=(Fact(kind=kind, body=body),),
        stuck=stuck,
        cleared=cleared,
        ended=(receipt_hold(document.id),),
    )
    note(
        tx,
        change,
        at=now,
        input_id=input_of(row.transmission_id),
        document_id=document.id,
        names=names,
    )
    if not accepted:
        refuse_change(tx, parts, document, by=input_of(row.transmission_id))


def _refused_by_partner(document: DocumentRow, receipt: Receipt, line: ReceiptLine | None) -> Stuck:
    problems = line.problems if line is not None else receipt.problems
    why = told([problem.text for problem in problems]) or "no reason given"
    return Stuck(
        hold=f"rejected-by-partner:{document.fulfillment_id or document.id}",
        kind="rejected-by-partner",
        partner=document.partner,
        text=f"{document.partner} rejected our {document.set_id} {document.order_number}: {why}.",
        next_step=f"See `hub doc why {document.id}`; correct the cause and send it again.",
        problems=problems,
    )
