"""The door for orders: place, source, release, in one transaction; the answer leaves after it.

`remember` writes whatever changes a known order later on.
"""

import hashlib
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from pydantic_core import to_json

from hub.domain import placing, status
from hub.domain.exchange import Problem
from hub.domain.facts import Change, Fact, FactKind, Watch
from hub.domain.names import Names
from hub.domain.orders import Order
from hub.domain.placing import NewOrder
from hub.flow.following import followed
from hub.flow.noting import note_command
from hub.flow.owed_mails import with_mails
from hub.flow.parcels import caught_up
from hub.flow.parts import Parts
from hub.flow.refusals import hold_of
from hub.flow.reserving import reserve
from hub.flow.sourcing import Place, source
from hub.store import Transaction

UNITS = "codes/units"


class Outcome(StrEnum):
    """What became of a posted order."""

    PLACED = "placed"
    REPLAYED = "replayed"  # same idempotency key, same body: the answer given before
    KNOWN = "known"  # same order number, same content: the order as it is
    DIFFERS = "differs"  # same order number, other content
    KEY_REUSED = "key_reused"  # same idempotency key, other body
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer at a synchronous door: the order if any, what is wrong, the kept reply."""

    outcome: Outcome
    order: Order | None = None
    problems: tuple[Problem, ...] = ()
    status: int = 0
    reply: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """A posted order with what proves who sent it and that it was sent before.

    `render` makes the door's answer for a placed order; it is kept with the key, so that the same
    request gets the same bytes. `body` is what was posted, compared on the same key.
    """

    new: NewOrder
    brand: str
    who: str
    body: bytes
    key: str
    render: Callable[[Order], tuple[int, bytes]]


def submit(parts: Parts, posting: Posting) -> "Future[Verdict]":
    """Place an order durably; the Future ends after the commit.

    Does not raise for anything the sender did wrong: that is in the Verdict.
    """
    seed, now = parts.fresh(), parts.now()
    digest = placing.content_hash(posting.new)
    return parts.store.submit(lambda tx: _settle(tx, parts, posting, seed, now, digest))


def place(parts: Parts, posting: Posting) -> Verdict:
    """Do the same as `submit` and wait for it."""
    return submit(parts, posting).result()


def _settle(
    tx: Transaction, parts: Parts, posting: Posting, seed: str, now: datetime, digest: bytes
) -> Verdict:
    earlier = _earlier(tx, posting, digest)
    if earlier is not None:
        return earlier
    skus = {line.sku for line in posting.new.lines}
    wrong = placing.problems(
        posting.new,
        known_skus=tx.catalog.items(skus),
        known_partners={partner.id for partner in parts.partners.all},
    )
    if wrong:
        return Verdict(outcome=Outcome.WRONG, problems=wrong)
    names = Names(seed)
    order = _place(tx, parts, posting, names=names, now=now, digest=digest)
    http, reply = posting.render(order)
    if posting.key:
        tx.facts.keep_reply(
            scope=f"order/{posting.brand}",
            key=posting.key,
            body_hash=hashlib.sha256(posting.body).digest(),
            status=http,
            body=reply,
            at=now,
        )
    return Verdict(outcome=Outcome.PLACED, order=order, status=http, reply=reply)


def _earlier(tx: Transaction, posting: Posting, digest: bytes) -> Verdict | None:
    # The number first: who commits it commits the reply with it, so that a request that finds the
    # number of its twin finds the twin's reply as well.
    known = tx.orders.content_hash(brand=posting.brand, number=posting.new.number)
    if posting.key:
        kept = tx.facts.reply(scope=f"order/{posting.brand}", key=posting.key)
        if kept is not None:
            if kept.body_hash != hashlib.sha256(posting.body).digest():
                return Verdict(outcome=Outcome.KEY_REUSED)
            return Verdict(outcome=Outcome.REPLAYED, status=kept.status, reply=kept.body)
    if known is None:
        return None
    order = tx.orders.find(brand=posting.brand, number=posting.new.number)
    outcome = Outcome.KNOWN if known == digest else Outcome.DIFFERS
    return Verdict(outcome=outcome, order=order)


def _place(
    tx: Transaction, parts: Parts, posting: Posting, *, names: Names, now: datetime, digest: bytes
) -> Order:
    customer_id = tx.people.customer(
        brand=posting.brand, email=posting.new.customer.email, at=now, names=names
    )
    placed = placing.place(
        posting.new, brand=posting.brand, customer_id=customer_id, names=names, now=now
    )
    for words in placed.people:
        tx.people.add(
            customer_id=customer_id,
            person_id=words.person_id,
            role=words.role,
            words=words.words,
        )
    input_id = names.new("inp")
    tx.facts.record_input(
        input_id=input_id,
        kind="command",
        at=now,
        who=posting.who,
        subject=placed.order.id,
        body={"place": posting.new.number, "brand": posting.brand},
        sealed=tx.people.seal(customer_id=customer_id, context=input_id, body=posting.body),
        hashes={"code": parts.code},
    )
    first = Change(
        order=placed.order,
        facts=(_placed_fact(placed.order),),
        cleared=(hold_of(brand=posting.brand, number=posting.new.number),),
    )
    places = {
        group.id: Place(country=new.ship_to.country, region=new.ship_to.region)
        for group, new in zip(placed.order.groups, posting.new.groups, strict=True)
    }
    sourced = source(tx, parts, placed.order, names=names, now=now, places=places)
    change = first.then(sourced)
    change = followed(parts, None, change, names=names, now=now)
    change = with_mails(tx, parts, None, change, document_id=None, names=names, now=now)
    tx.orders.insert(change.order, content_hash=digest)
    reserve(tx, parts, None, change.order, now=now)
    note(tx, change, at=now, input_id=input_id, document_id=None, names=names)
    return change.order


def _placed_fact(order: Order) -> Fact:
    lines = [{"line": line.id, "quantity": line.buckets.ordered} for line in order.lines]
    return Fact(kind=FactKind.ORDER_PLACED, body={"lines": lines, "channel": str(order.channel)})


def source_again(parts: Parts, *, brand: str, number: str, who: str) -> Order:
    """Look again for partners for what has none, as after a new offer.

    Raises KeyError when there is no such order.
    """
    seed, now = parts.fresh(), parts.now()

    def work(tx: Transaction) -> Order:
        order = tx.orders.find(brand=brand, number=number)
        if order is None:
            raise KeyError(number)
        names = Names(seed)
        input_id = names.new("inp")
        note_command(
            tx,
            parts,
            {"source": number, "brand": brand},
            subject=order.id,
            who=who,
            input_id=input_id,
            at=now,
        )
        change = source(tx, parts, order, names=names, now=now)
        return remember(
            tx, parts, order, change, at=now, input_id=input_id, document_id=None, names=names
        )

    return parts.store.write(work)


def remember(
    tx: Transaction,
    parts: Parts,
    before: Order,
    change: Change,
    *,
    at: datetime,
    input_id: str,
    document_id: str | None,
    names: Names,
) -> Order:
    """Write a Change of a known order: state, facts, read model, duties, exceptions.

    What follows from it by itself (promises, watches, reservations) is written with it.
    """
    change = caught_up(tx, parts, before, change)
    change = followed(parts, before, change, names=names, now=at)
    change = with_mails(tx, parts, before, change, document_id=document_id, names=names, now=at)
    after = change.order
    if after != before:
        after = tx.orders.save(before, after)
        reserve(tx, parts, before, after, now=at)
    note(
        tx,
        replace(change, order=after),
        at=at,
        input_id=input_id,
        document_id=document_id,
        names=names,
    )
    return after


def remember_by_clock(
    tx: Transaction,
    parts: Parts,
    before: Order,
    change: Change,
    *,
    watch: Watch,
    why: Mapping[str, str],
    at: datetime,
    names: Names,
) -> Order:
    """Write a Change of a known order that came of a watch's moment, with that moment as its input.

    `why` is what the input says: what had been waited for. The watch itself is not ended here.
    """
    input_id = names.new("inp")
    tx.facts.record_input(
        input_id=input_id,
        kind="clock",
        at=at,
        who=watch.hold,
        subject=before.id,
        body=dict(why),
        sealed=None,
        hashes={"code": parts.code},
    )
    return remember(
        tx, parts, before, change, at=at, input_id=input_id, document_id=None, names=names
    )


def note(
    tx: Transaction,
    change: Change,
    *,
    at: datetime,
    input_id: str,
    document_id: str | None,
    names: Names,
) -> None:
    """Write everything of a Change but the order's own rows."""
    order = change.order
    if change.effects:
        maker = document_id or input_id
        tx.exchange.add_effects(change.effects, document_id=maker, order_id=order.id)
    tx.facts.record(
        change.facts,
        at=at,
        brand=order.brand,
        order=order,
        input_id=input_id,
        document_id=document_id,
        names=names,
    )
    for duty in change.duties:
        tx.duties.want(duty)
    for hold in change.ended:
        if tx.watches.end(hold):
            tx.exceptions.clear(hold, at=at, by=input_id)
    for watch in change.watches:
        tx.watches.set(watch)
    for hold in change.cleared:
        tx.exceptions.clear(hold, at=at, by=input_id)
    for stuck in change.stuck:
        tx.exceptions.open(stuck, at=at, order_id=order.id, document_id=document_id, names=names)
    if change.candidates:
        tx.orders.add_candidates(
            order_id=order.id, candidates=change.candidates, at=at, names=names
        )
    write_status(tx, order, now=at)


def write_status(tx: Transaction, order: Order, *, now: datetime) -> None:
    """Put the order's status document in place, as of its version and `now`."""
    document = status.document(order, version=order.version, now=now)
    later = document["next_change_at"]
    tx.orders.write_status(
        order=order,
        body=to_json(document).decode(),
        word=document["status"],
        next_change_at=datetime.fromisoformat(later) if later else None,
    )
