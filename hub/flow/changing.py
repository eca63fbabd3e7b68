"""The door for changes and cancellations: decide, ask partners, answer; in one transaction.

What partners are asked goes out as duties like everything else; what they answer comes back through
`hub.flow.taking`, and what they do not answer through the watch that is set here.
"""

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from hub.domain.change_later import asked_later, undecided
from hub.domain.change_papers import compose_change, person_of, wanted_day
from hub.domain.change_requests import AddArticle, Request, SwapArticle, prepared, problems, touched
from hub.domain.change_rows import needs_source
from hub.domain.change_settling import (
    all_said,
    declined_hold,
    find_ask,
    settle,
    silent,
    withdrawn,
)
from hub.domain.changes import decide, everything
from hub.domain.exchange import Problem
from hub.domain.facts import Change, DutyKind, Stuck, Watch
from hub.domain.messages import PurchaseOrderChange
from hub.domain.names import Names, at_moment
from hub.domain.orders import (
    Ask,
    ChangeKind,
    ChangeState,
    FulfillmentOrder,
    FulfillmentState,
    Order,
)
from hub.domain.wishes import Decided, Standing, Terms
from hub.flow.orders import remember, remember_by_clock
from hub.flow.parts import Parts
from hub.flow.sourcing import source
from hub.partners import Channel, Partner
from hub.store import DocumentRow, Erased, Transaction, WaitingDuty


class Answered(StrEnum):
    """What became of a request to change an order."""

    DECIDED = "decided"
    REPLAYED = "replayed"  # same idempotency key, same body: the answer given before
    KEY_REUSED = "key_reused"  # same idempotency key, other body
    UNKNOWN = "unknown"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeVerdict:
    """The answer at a synchronous door; `order` is it afterwards."""

    outcome: Answered
    order: Order | None = None
    decided: Decided | None = None
    problems: tuple[Problem, ...] = ()
    status: int = 0
    reply: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePosting:
    """A request to change an order, with what proves who sent it and that it was sent before.

    `requests` None means to cancel everything that is open. `place` is where its list stands in the
    body, as a JSON pointer. `render` makes the door's answer; it is kept with the key.
    """

    number: str
    brand: str
    who: str
    kind: ChangeKind
    requests: tuple[Request, ...] | None
    reason: str
    place: str
    body: bytes
    key: str
    render: Callable[[Order, Decided], tuple[int, bytes]]


def submit_change(parts: Parts, posting: ChangePosting) -> "Future[ChangeVerdict]":
    """Decide a change durably; the Future ends after the commit.

    Does not raise for anything the sender did wrong: that is in the verdict. Too late is no
    mistake but an outcome.
    """
    seed, now = parts.fresh(), parts.now()
    return parts.store.submit(lambda tx: settle_change(tx, parts, posting, Names(seed), now))


def change(parts: Parts, posting: ChangePosting) -> ChangeVerdict:
    """Do the same as `submit_change` and wait for it."""
    return submit_change(parts, posting).result()


def settle_change(
    tx: Transaction, parts: Parts, posting: ChangePosting, names: Names, now: datetime
) -> ChangeVerdict:
    """Decide a change within a transaction; who undoes it has seen what it would come to."""
    # The order first, for its lock: who holds it sees every paper and reply committed before.
    order = tx.orders.find(brand=posting.brand, number=posting.number)
    if order is None:
        return ChangeVerdict(outcome=Answered.UNKNOWN)
    earlier = _earlier(tx, posting)
    if earlier is not None:
        return earlier
    requests: Sequence[Request]
    requests = everything(order) if posting.requests is None else posting.requests
    articles = tx.catalog.items(_skus(requests))
    wrong = problems(order, requests, known_skus=articles, place=posting.place)
    if wrong:
        return ChangeVerdict(outcome=Answered.WRONG, problems=wrong)
    try:
        words = {group.id: tx.people.get(group.person_id) for group in touched(order, requests)}
    except Erased:
        text = "the customer's words were erased; nothing of the address can be changed any more"
        problem = Problem(code="erased", text=text)
        return ChangeVerdict(outcome=Answered.WRONG, problems=(problem,))
    titles = {sku: article.title for sku, article in articles.items()}
    ready = prepared(order, requests, words=words, titles=titles, names=names)
    decided = decide(
        order,
        ready.wishes,
        kind=posting.kind,
        standing=_standing(tx, parts, order, now),
        who=posting.who,
        reason=posting.reason,
        names=names,
        now=now,
    )
    for person in ready.people:
        tx.people.add(
            customer_id=order.customer_id,
            person_id=person.person_id,
            role=person.role,
            words=person.words,
        )
    after = _remembered(tx, parts, posting, order, decided, names=names, now=now)
    return _kept(tx, posting, after, decided, now)


def _skus(requests: Sequence[Request]) -> set[str]:
    return {one.new.sku for one in requests if isinstance(one, AddArticle | SwapArticle)}


def _scope(posting: ChangePosting) -> str:
    return f"{posting.kind}/{posting.brand}/{posting.number}"


def _earlier(tx: Transaction, posting: ChangePosting) -> ChangeVerdict | None:
    kept = tx.facts.reply(scope=_scope(posting), key=posting.key) if posting.key else None
    if kept is None:
        return None
    if kept.body_hash != hashlib.sha256(posting.body).digest():
        return ChangeVerdict(outcome=Answered.KEY_REUSED)
    return ChangeVerdict(outcome=Answered.REPLAYED, status=kept.status, reply=kept.body)


def _standing(tx: Transaction, parts: Parts, order: Order, now: datetime) -> Standing:
    """Read which purchase orders are not written yet, and how the partners of the others are."""
    owed = tx.duties.of_order(order.id)
    return Standing(
        unsent=frozenset(duty.subject for duty in owed if duty.kind is DutyKind.SEND),
        terms={
            part.id: terms
            for part in order.fulfillments
            if (terms := terms_of(parts, part, now)) is not None
        },
    )


def terms_of(parts: Parts, part: FulfillmentOrder, now: datetime) -> Terms | None:
    """Return how a partner is asked to change its part now; None when it takes none any more.

    A warehouse takes none once it picks: a paper that would leave later is too late.
    """
    partner = part.partner
    route = parts.routes.get(partner)
    if route is None or route.change_channel is None:
        return None
    calendar = route.partner.calendar
    due_at = route.change_channel.next_cutoff(now, calendar) or now
    picks_at = route.partner.picks_at(part.created_at)
    if picks_at is not None and due_at >= picks_at:
        return None
    return Terms(
        partner=partner,
        lane=route.change_channel.lane,
        set_id=route.change_set,
        due_at=due_at,
        until=calendar.add(due_at, route.partner.limits.change),
    )


def followed_up(
    tx: Transaction, parts: Parts, before: Order, change: Change, *, names: Names, now: datetime
) -> Change:
    """Return a Change with what it makes needed: others asked to agree, a source for its units.

    Nobody is asked any more for what is not late any more. Whoever lets a partner decide something
    of an order writes it with this.
    """
    change = change.then(withdrawn(change.order, now=now))
    if undecided(change.order):
        standing = _standing(tx, parts, change.order, now)
        change = change.then(asked_later(change.order, standing=standing, names=names, now=now))
    if needs_source(before, change.order):
        change = change.then(source(tx, parts, change.order, names=names, now=now))
    return change


def _remembered(
    tx: Transaction,
    parts: Parts,
    posting: ChangePosting,
    order: Order,
    decided: Decided,
    *,
    names: Names,
    now: datetime,
) -> Order:
    """Write what was decided, with a source for what it adds; unasked papers are dropped."""
    change = decided.change
    if change.order == order:
        return order
    input_id = names.new("inp")
    tx.facts.record_input(
        input_id=input_id,
        kind="command",
        at=now,
        who=posting.who,
        subject=order.id,
        body={str(posting.kind): posting.number, "brand": posting.brand},
        sealed=tx.people.seal(customer_id=order.customer_id, context=input_id, body=posting.body),
        hashes={"code": parts.code},
    )
    change = followed_up(tx, parts, order, change, names=names, now=now)
    dropped = _unneeded(tx, change.order)
    tx.duties.done(dropped)
    change = replace(change, cleared=(*change.cleared, *(f"duty:{duty}" for duty in dropped)))
    return remember(
        tx, parts, order, change, at=now, input_id=input_id, document_id=None, names=names
    )


def _unneeded(tx: Transaction, order: Order) -> list[str]:
    """Purchase orders that were never written and have nothing to ask for any more."""
    over = {part.id for part in order.fulfillments if part.state is FulfillmentState.CANCELLED}
    owed = tx.duties.of_order(order.id)
    return [duty.id for duty in owed if duty.kind is DutyKind.SEND and duty.subject in over]


def _kept(
    tx: Transaction, posting: ChangePosting, order: Order, decided: Decided, now: datetime
) -> ChangeVerdict:
    status, reply = posting.render(order, decided)
    if posting.key:
        tx.facts.keep_reply(
            scope=_scope(posting),
            key=posting.key,
            body_hash=hashlib.sha256(posting.body).digest(),
            status=status,
            body=reply,
            at=now,
        )
    return ChangeVerdict(
        outcome=Answered.DECIDED, order=order, decided=decided, status=status, reply=reply
    )


# --- what goes out --------------------------------------------------------------------------------


def change_paper(
    tx: Transaction, parts: Parts, channel: Channel, duty: WaitingDuty, now: datetime
) -> tuple[PurchaseOrderChange, str] | None:
    """Return what a duty asks a partner to change, and its part; None as in `asked_change`."""
    order = tx.orders.load(duty.order_id or "")
    return asked_change(tx, parts, channel.partner, order, duty.subject, now)


def asked_change(
    tx: Transaction, parts: Parts, partner_id: str, order: Order, ask_id: str, now: datetime
) -> tuple[PurchaseOrderChange, str] | None:
    """Return what an ask wants of its partner, and the part it is of.

    None when it was settled meanwhile and nothing is left to ask.
    """
    partner = parts.partners.get(partner_id)
    here = now.astimezone(ZoneInfo(partner.calendar.zone))
    person = person_of(order, ask_id)
    _, ask = find_ask(order, ask_id)
    part = order.fulfillment(ask.fulfillment_id)
    wanted = wanted_day(order, ask.id)
    method = order.group(part.group_id).method_final
    message = compose_change(
        order,
        ask_id=ask.id,
        words=tx.people.get(person) if person else {},
        voice=parts.voice(order.brand),
        kinds=partner.products,
        ship_by=_ship_by(partner, wanted, method, here.date()) if wanted else None,
        now=here,
    )
    return None if message is None else (message, part.id)


def _ship_by(partner: Partner, wanted: date, method: str, today: date) -> date:
    """The last working day on which goods must leave to be there in time; today at the latest."""
    day, left = wanted, partner.transit_days(method)
    while day > today and (left > 0 or not partner.calendar.works_on(day)):
        day -= timedelta(days=1)
        left -= partner.calendar.works_on(day)
    return max(day, today)


# --- what comes back, or does not -----------------------------------------------------------------


def settle_silence(tx: Transaction, parts: Parts, watch: Watch, *, now: datetime) -> None:
    """Take a partner's silence on a change for the answer that its page names.

    Does nothing for a change that was answered meanwhile. A paper that has not left yet cannot be
    answered: it is awaited for another while, and a person is told.
    """
    order = tx.orders.load(watch.order_id or "")
    _, ask = find_ask(order, watch.subject)
    if ask.state is not ChangeState.REQUESTED:
        tx.watches.end(watch.hold)
        return
    names = at_moment(watch.hold, now)
    route = parts.routes.get(watch.partner)
    if not _left(tx, order, ask):
        change = _waits_on(parts, order, ask, watch, now)
    else:
        confirms = route is not None and route.partner.silence == "confirm"
        change = silent(order, ask.id, confirms=confirms, partner=watch.partner, now=now)
        change = followed_up(tx, parts, order, change, names=names, now=now)
    remember_by_clock(
        tx, parts, order, change, watch=watch, why={"silence": ask.id}, at=now, names=names
    )


def paper_of(tx: Transaction, order: Order, ask: Ask) -> DocumentRow | None:
    """Return the paper by which a partner was asked, None while it is not written."""
    part = order.fulfillment(ask.fulfillment_id)
    last = f"/{part.number}/{ask.number}"
    papers = tx.exchange.sent_for(part.id)
    return next((row for row in papers if row.business_key.endswith(last)), None)


def _left(tx: Transaction, order: Order, ask: Ask) -> bool:
    paper = paper_of(tx, order, ask)
    return paper is not None and paper.delivered_at is not None


def _waits_on(parts: Parts, order: Order, ask: Ask, watch: Watch, now: datetime) -> Change:
    """Wait for as long again, told to a person: the wire is down, or the paper is parked."""
    part = order.fulfillment(ask.fulfillment_id)
    terms = terms_of(parts, part, now)
    until = terms.until if terms else now + timedelta(days=1)
    owner, _ = find_ask(order, ask.id)
    asks = tuple(replace(one, until=until) if one.id == ask.id else one for one in owner.asks)
    stuck = Stuck(
        hold=declined_hold(ask.id),
        kind="change-not-sent",
        partner=watch.partner,
        text=f"Change {ask.number} of purchase order {part.number} has not left for "
        f"{watch.partner} in all this time.",
        next_step="See `hub lane list` and `hub exceptions`; call the partner if it is urgent.",
    )
    return Change(
        order=order.with_change(replace(owner, asks=asks)),
        watches=(replace(watch, due_at=until),),
        stuck=(stuck,),
    )


def refuse_change(tx: Transaction, parts: Parts, document: DocumentRow, *, by: str) -> None:
    """Decline the change whose paper the partner rejected as unreadable (X12 997 AK501 R).

    `by` is the input that says so. Does nothing for other papers, or when it was settled.
    """
    if document.order_id is None or document.fulfillment_id is None:
        return
    order = tx.orders.load(document.order_id)
    for owner in order.changes:
        for ask in owner.asks:
            paper = paper_of(tx, order, ask) if ask.state is ChangeState.REQUESTED else None
            if paper is None or paper.id != document.id:
                continue
            now = parts.now()
            said = all_said(owner, ask, yes=False, by="rejected_paper")
            names = Names(f"{document.id}/rejected")
            settled = settle(order, ask.id, said, now=now)
            settled = followed_up(tx, parts, order, settled, names=names, now=now)
            remember(tx, parts, order, settled, at=now, input_id=by, document_id=None, names=names)
            return
