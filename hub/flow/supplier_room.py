"""A supplier's own room: what it has to do, found by any number, and what it says of it.

Reads go by the partner of whoever is signed in. What is said takes the door of posted papers, as if
a program of the supplier's had sent it: kept, explained and settled again like any other.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from typing import Any

from hub.domain.exchange import DocumentState, Problem, Purpose, Severity
from hub.domain.orders import notice_name
from hub.domain.posted import PostedSet
from hub.flow.partner_work import Work, works_of_several
from hub.flow.parts import Parts
from hub.flow.posted import Outcome, PostedPaper, Taken, desk_of, submit_posted, take_stock
from hub.flow.unanswering import answer_taken_back
from hub.partners import Channel
from hub.store import Counts, Given, Shelf, Sieve, Transaction, Untaken

MOST_CHANGES = 50
MOST_UNTAKEN = 20
LONGEST_STEM = 30  # of a shipment's number, before what sets it apart
UNTAKEN_FOR = timedelta(days=7)
TAKEN_BACK = "taken-back-since"
_OK = 200
_ALL = Sieve()


class NoDesk(Exception):
    """The partner's page has no channel of transport `desk`: it is asked in another way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A page of work; `next` goes on after it, None at the end."""

    works: tuple[Work, ...]
    next: tuple[int, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """What there is to do: counts, what is most urgent, and changes that wait for an answer.

    `untaken` is what the partner said in the last days without effect, and did not say anew.
    """

    counts: Counts
    urgent: tuple[Work, ...]
    changes: tuple[Work, ...]
    untaken: tuple[Untaken, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a supplier says: one paper on one purchase order, or on none (a stock report).

    `key` is the same for the same click: said twice it counts once.
    """

    set_id: PostedSet
    number: str
    body: Mapping[str, Any]
    key: str
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What became of it. `kept` is False for a form that nobody could take, with its problems."""

    kept: bool
    document: str = ""
    state: DocumentState | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def went_through(self) -> bool:
        """Whether all of it counts."""
        return self.kept and self.state is DocumentState.APPLIED


def has_desk(parts: Parts, partner: str) -> bool:
    """Say whether the partner works at a desk of ours."""
    return desk_of(parts, partner) is not None


def today(parts: Parts, partner: str, *, most: int) -> Today:
    """Return what the partner has to do first; `most` is how many orders are shown."""
    now = parts.now()
    with parts.store.read() as tx:
        counts = tx.shelves.counts(partner=partner, now=now)
        urgent = tx.shelves.urgent(partner=partner, limit=most, now=now)
        waiting = tx.shelves.changing(partner=partner, limit=MOST_CHANGES)
        return Today(
            counts=counts,
            urgent=tuple(_composed(tx, parts, partner, urgent)),
            changes=tuple(work for work in _composed(tx, parts, partner, waiting) if work.asked),
            untaken=tuple(
                tx.sifted.untaken(partner=partner, since=now - UNTAKEN_FOR, limit=MOST_UNTAKEN)
            ),
        )


def urgent(parts: Parts, partner: str, *, limit: int) -> tuple[Work, ...]:
    """Return what still has to leave, confirmed or not, the longest due first."""
    now = parts.now()
    with parts.store.read() as tx:
        given = tx.shelves.urgent(partner=partner, limit=limit, now=now)
        return tuple(_composed(tx, parts, partner, given))


def listed(
    parts: Parts,
    partner: str,
    *,
    shelf: Shelf,
    after: tuple[int, str] | None,
    limit: int,
    sieve: Sieve = _ALL,
) -> Listing:
    """Return a page of a shelf, of what the sieve lets through."""
    now = parts.now()
    with parts.store.read() as tx:
        found = (
            tx.shelves.listed(partner=partner, shelf=shelf, after=after, limit=limit + 1, now=now)
            if sieve == _ALL
            else tx.sifted.listed(
                partner=partner, shelf=shelf, sieve=sieve, after=after, limit=limit + 1, now=now
            )
        )
        page = found[:limit]
        works = tuple(_composed(tx, parts, partner, page))
    return Listing(works=works, next=page[-1].place if len(found) > limit else None)


def searched(parts: Parts, partner: str, text: str) -> tuple[Work, ...]:
    """Return what a number names, written in any way: signs and letter case do not count.

    What is written exactly so comes alone; else all that is meant by it, of which there may be more
    than one.
    """
    plain = " ".join(text.split())
    if not plain:
        return ()
    with parts.store.read() as tx:
        found = tx.shelves.found(partner=partner, brands=parts.brands, text=plain)
        if not found:
            found = tx.shelves.found_typed(partner=partner, brands=parts.brands, text=plain)
            for tried in dict.fromkeys((plain.upper(), plain.replace(" ", "").upper())):
                found += tx.shelves.found(partner=partner, brands=parts.brands, text=tried)
        return tuple(_composed(tx, parts, partner, list(dict.fromkeys(found))))


def article(parts: Parts, partner: str, text: str) -> str:
    """Return what the orders with an article are listed by, of its SKU, own id or GTIN.

    Empty for what names none that the partner is asked for.
    """
    plain = " ".join(text.split())
    if not plain:
        return ""
    with parts.store.read() as tx:
        return tx.shelves.article(partner=partner, text=plain)


def numbered(parts: Parts, partner: str, numbers: Sequence[str]) -> dict[str, Work]:
    """Return the work of these purchase orders, as far as it lies with the partner."""
    with parts.store.read() as tx:
        named = tx.shelves.numbered(partner=partner, numbers=numbers)
        given = [Given(part=part, order=order, place=(0, part)) for part, order in named.values()]
        works = _composed(tx, parts, partner, given)
    return {work.part.number: work for work in works}


def _composed(tx: Transaction, parts: Parts, partner: str, given: Sequence[Given]) -> list[Work]:
    """Return the works in the order of what was given; of a brand that is no more, none."""
    now = parts.now()
    orders = tx.orders.several([one.order for one in given]).values()
    ours = [order for order in orders if order.brand in parts.brands]
    found = {
        work.part.id: work for work in works_of_several(tx, parts, ours, partner=partner, now=now)
    }
    return [found[one.part] for one in given if one.part in found]


def said_before(parts: Parts, partner: str, key: str) -> Came | None:
    """Return what became of what was said under a key; None while nothing was.

    What was taken back since counts no more: it is not kept, with a problem that tells so.
    """
    with parts.store.read() as tx:
        reply = tx.facts.reply(scope=f"partner/{partner}", key=key)
        return None if reply is None else _standing(tx, _read_answer(reply.body))


def _standing(tx: Transaction, came: Came) -> Came:
    """What came of it before, as long as it stands."""
    if not came.went_through or not _taken_back(tx, came.document):
        return came
    text = "This was taken back since. Open the page again and say it anew."
    return Came(kept=False, problems=(Problem(code=TAKEN_BACK, text=text),))


def _taken_back(tx: Transaction, document_id: str) -> bool:
    paper = tx.exchange.document(document_id)
    if paper.set_id == PostedSet.ORDER_RESPONSE:
        return answer_taken_back(tx, paper)
    if paper.set_id not in _TELL_OF_PARCELS or not paper.business_key:
        return False
    effects = tx.exchange.effects(business_key=paper.business_key)
    done = {place: what["turn"] for (about, place), what in effects.items() if "turn" in what}
    return bool(done) and done[max(done)] == Purpose.CANCEL


_TELL_OF_PARCELS = (PostedSet.SHIP_NOTICE, PostedSet.SHIPMENT_CORRECTION)
"""Papers that stand until their shipment is taken back."""


# --- what a supplier says -----------------------------------------------------------------------


def say(parts: Parts, partner: str, said: Said) -> Came:
    """Take a paper of the partner's in, as its own program could post it; returns after the commit.

    Raises NoDesk for a partner that has none. Never raises for what was typed: that is in the
    answer. An unknown purchase order is told like one of another partner: not kept, no problems.
    """
    channel = desk_of(parts, partner)
    if channel is None:
        raise NoDesk(partner)
    said = _named_anew(parts, partner, said)
    body = json.dumps(said.body, ensure_ascii=False).encode()
    reading = parts.posted(said.set_id, said.number, body)
    if any(problem.severity is Severity.ERROR for problem in reading.problems):
        return Came(kept=False, problems=tuple(reading.problems))
    paper = PostedPaper(
        channel=channel,
        set_id=said.set_id,
        number=said.number,
        reading=reading,
        path=f"room/{said.set_id}/{said.number}",
        body=body,
        key=said.key,
        who=said.who,
        render=_kept_answer,
    )
    return _came(parts, channel, paper)


def _named_anew(parts: Parts, partner: str, said: Said) -> Said:
    """A shipment taken back, told anew under its parcels' numbers, gets a number of its own.

    Its former name ships nothing any more: a late copy of what was taken back must not.
    """
    if said.set_id is not PostedSet.SHIP_NOTICE or "shipment" in said.body:
        return said
    with parts.store.read() as tx:
        found = tx.orders.for_purchase_order(partner=partner, number=said.number)
    if found is None:
        return said
    trackings = [str(package.get("tracking", "")) for package in said.body.get("packages", ())]
    gone = {one.name for one in found[0].voided if one.fulfillment_id == found[1]}
    gone -= {one.name for one in found[0].shipments if one.fulfillment_id == found[1]}
    if notice_name("", trackings) not in gone:
        return said
    tried = (f"{trackings[0][:LONGEST_STEM]}-{turn}" for turn in count(2))
    name = next(one for one in tried if one not in gone)
    return replace(said, body={**said.body, "shipment": name})


def _came(parts: Parts, channel: Channel, paper: PostedPaper) -> Came:
    if paper.set_id is PostedSet.STOCK_REPORT:
        verdict = take_stock(parts, paper)
    else:
        verdict = submit_posted(parts, paper).result()
    if verdict.outcome is Outcome.TAKEN:
        return _read_answer(verdict.reply)
    if verdict.outcome is Outcome.REPLAYED:
        with parts.store.read() as tx:
            return _standing(tx, _read_answer(verdict.reply))
    if verdict.outcome is Outcome.UNKNOWN:
        return Came(kept=False)
    code = "form-sent-before"
    text = "this form was sent before with other words in it; open the page again"
    if verdict.outcome is Outcome.IN_WORK:
        code, text = "in-work", "this is being worked on already; look again in a moment"
    return Came(kept=False, problems=(Problem(code=code, text=text),))


def _kept_answer(taken: Taken) -> tuple[int, bytes]:
    """The answer that is kept with the key; problems' sentences name no people."""
    told = [[problem.code, problem.text, str(problem.severity)] for problem in taken.problems]
    words = {"document": taken.document, "state": str(taken.state), "problems": told}
    return _OK, json.dumps(words, ensure_ascii=False).encode()


def _read_answer(reply: bytes) -> Came:
    words = json.loads(reply)
    return Came(
        kept=True,
        document=words["document"],
        state=DocumentState(words["state"]),
        problems=tuple(
            Problem(code=code, text=text, severity=Severity(severity))
            for code, text, severity in words["problems"]
        ),
    )
