"""The door for orders: place, source, release, in one transaction; the answer leaves after it.

The same two functions, `source` and `remember`, serve a partner's refusal later on.
"""

import hashlib
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from json import dumps

from hub.domain import asking, placing, status
from hub.domain.asking import Asked
from hub.domain.exchange import Problem
from hub.domain.facts import Change, Fact, FactKind
from hub.domain.names import Names
from hub.domain.orders import Order
from hub.domain.placing import NewOrder
from hub.domain.sourcing import choose
from hub.errors import Conflict
from hub.flow.parts import Parts, Route
from hub.flow.refusals import hold_of
from hub.store import Transaction


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
    wrong = placing.problems(posting.new, known_skus=tx.catalog.items(skus))
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
    change = first.then(source(tx, parts, placed.order, names=names, now=now))
    tx.orders.insert(change.order, content_hash=digest)
    note(tx, change, at=now, input_id=input_id, document_id=None, names=names)
    return change.order


def _placed_fact(order: Order) -> Fact:
    lines = [{"line": line.id, "quantity": line.buckets.ordered} for line in order.lines]
    return Fact(kind=FactKind.ORDER_PLACED, body={"lines": lines, "channel": str(order.channel)})


def source(tx: Transaction, parts: Parts, order: Order, *, names: Names, now: datetime) -> Change:
    """Ask partners for every unit that nobody has been asked for.

    What finds nobody becomes one exception a line. Reads the catalogue; writes nothing.
    """
    change = Change(order=order)
    declined = asking.declined_by(order)
    for group in order.groups:
        wanted = asking.wanted(change.order, group.id)
        if not wanted:
            continue
        sourced = choose(
            wanted,
            offers=tx.catalog.offers({line.sku for line in wanted}),
            priorities={name: route.partner.priority for name, route in parts.routes.items()},
            without=declined,
            today=now.date(),
        )
        partners = {offer.partner for offer in sourced.chosen.values()}
        later = asking.release(
            change.order,
            group_id=group.id,
            sourced=sourced,
            asked={name: _asked(parts.routes[name], now) for name in partners},
            prefix=parts.brands[order.brand].po_prefix,
            names=names,
            now=now,
        )
        change = change.then(later)
    return change


def _asked(route: Route, now: datetime) -> Asked:
    calendar, limit = route.partner.calendar, route.partner.limits.ship
    return Asked(
        lane=route.channel.lane,
        set_id=route.set_id,
        due_at=route.channel.next_cutoff(now, calendar) or now,
        ship_by=calendar.add(calendar.begins(now), limit),
    )


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
        tx.facts.record_input(
            input_id=input_id,
            kind="command",
            at=now,
            who=who,
            subject=order.id,
            body={"source": number, "brand": brand},
            sealed=None,
            hashes={"code": parts.code},
        )
        change = source(tx, parts, order, names=names, now=now)
        return remember(tx, order, change, at=now, input_id=input_id, document_id=None, names=names)

    return parts.store.write(work)


def remember(
    tx: Transaction,
    before: Order,
    change: Change,
    *,
    at: datetime,
    input_id: str,
    document_id: str | None,
    names: Names,
) -> Order:
    """Write a Change of a known order: state, facts, read model, duties, exceptions."""
    after = change.order
    if after != before:
        after = tx.orders.save(before, after)
    settled = Change(
        order=after,
        facts=change.facts,
        duties=change.duties,
        stuck=change.stuck,
        cleared=change.cleared,
        effects=change.effects,
        candidates=change.candidates,
    )
    note(tx, settled, at=at, input_id=input_id, document_id=document_id, names=names)
    return after


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
        if document_id is None:
            raise Conflict("effects need the document that made them")
        tx.exchange.add_effects(change.effects, document_id=document_id, order_id=order.id)
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
        body=dumps(document, ensure_ascii=False, separators=(",", ":")),
        word=document["status"],
        next_change_at=datetime.fromisoformat(later) if later else None,
    )
