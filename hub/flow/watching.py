"""What did not come in time is told: each watch rings once, in a transaction of its own.

What it does to a promise follows from the fact that it writes (`hub.flow.following`); what comes
late ends the watch and clears what was told of it.
"""

from datetime import datetime

from hub.domain.exchange import Problem
from hub.domain.facts import Change, Fact, FactKind, Stuck, Watch, WatchKind
from hub.domain.names import Names, at_moment
from hub.domain.orders import Order
from hub.errors import Conflict
from hub.flow.changing import settle_silence
from hub.flow.faults import trace_of
from hub.flow.following import is_open
from hub.flow.orders import remember
from hub.flow.parts import Parts
from hub.flow.refused import source_refused
from hub.store import Transaction, is_away

AT_ONCE = 100  # watches looked up at a time; the rest ring at the next call

_FACTS = {
    WatchKind.RECEIPT: FactKind.RECEIPT_OVERDUE,
    WatchKind.RESPONSE: FactKind.RESPONSE_OVERDUE,
    WatchKind.SHIPMENT: FactKind.SHIPMENT_OVERDUE,
}


def ring(parts: Parts) -> int:
    """Ring what is due and was not rung; returns how many rang.

    Several workers may ring at once: each watch is rung by one of them.
    """
    with parts.store.read() as tx:
        due = tx.watches.due(now=parts.now(), limit=AT_ONCE)
    return sum(_rung(parts, watch) for watch in due)


def _rung(parts: Parts, watch: Watch) -> bool:
    try:
        return parts.store.write(lambda tx: _ring(tx, parts, watch))
    except Conflict:
        return False  # papers of the order keep coming; the next look finds what is left to ring
    except Exception as fault:  # the one boundary of the clock: the others must ring
        if is_away(fault):
            raise
        trace = trace_of(fault)
    parts.store.write(lambda tx: _failed(tx, parts, watch, trace))
    return True


def _failed(tx: Transaction, parts: Parts, watch: Watch, trace: str) -> None:
    """A watch that meets a fault of ours counts as rung, and says so."""
    now = parts.now()
    tx.watches.rung(watch.hold, at=now)
    stuck = Stuck(
        hold=watch.hold,
        kind="our-fault",
        partner=watch.partner,
        text=f"What is awaited as {watch.hold} did not come, and telling so met a fault of ours: "
        + trace.strip().rsplit("\n", 1)[-1],
        next_step="See that it comes, or close this when it did; report the fault with its text.",
        problems=(Problem(code="our-fault", text=trace),),
    )
    names = at_moment(watch.hold, now)
    tx.exceptions.open(stuck, at=now, order_id=watch.order_id, names=names)


def _ring(tx: Transaction, parts: Parts, seen: Watch) -> bool:
    """Ring one watch, unless it is over, was rung, or was set anew since it was seen."""
    now = parts.now()
    # The order first, as whoever ends its watches does: nobody waits for one another in a circle.
    order = tx.orders.load(seen.order_id) if seen.order_id else None
    watch = tx.watches.find(seen.hold)
    if watch is None or watch.due_at > now or not tx.watches.rung(seen.hold, at=now):
        return False
    if watch.kind is WatchKind.CHANGE:
        settle_silence(tx, parts, watch, now=now)
        return True
    if watch.kind is WatchKind.SOURCE:
        source_refused(tx, parts, watch, now=now)
        return True
    names = at_moment(watch.hold, now)
    input_id = names.new("inp")
    _record(tx, parts, watch, input_id, now)
    if order is None:
        tx.exceptions.open(_feed(watch), at=now, names=names)
        return True
    _overdue(tx, parts, order, watch, input_id, names, now)
    return True


def _record(tx: Transaction, parts: Parts, watch: Watch, input_id: str, now: datetime) -> None:
    tx.facts.record_input(
        input_id=input_id,
        kind="clock",
        at=now,
        who="clock",
        subject=watch.subject,
        body={"hold": watch.hold, "due_at": watch.due_at.isoformat()},
        sealed=None,
        hashes={"code": parts.code},
    )


def _overdue(
    tx: Transaction,
    parts: Parts,
    order: Order,
    watch: Watch,
    input_id: str,
    names: Names,
    now: datetime,
) -> None:
    """Tell a person, and write the fact that the promises of the order follow."""
    body: dict[str, object] = {"due_at": watch.due_at.isoformat()}
    if watch.kind is WatchKind.RECEIPT:
        body["document"] = watch.subject
        stuck = _receipt(tx, order, watch)
    else:
        part = order.fulfillment(watch.subject)
        if not is_open(part):
            tx.watches.end(watch.hold)
            return
        body["fulfillment"] = part.id
        stuck = _TELL[watch.kind](order, watch)
    change = Change(order=order, facts=(Fact(kind=_FACTS[watch.kind], body=body),), stuck=(stuck,))
    remember(tx, parts, order, change, at=now, input_id=input_id, document_id=None, names=names)


def _receipt(tx: Transaction, order: Order, watch: Watch) -> Stuck:
    document = tx.exchange.document(watch.subject)
    return Stuck(
        hold=watch.hold,
        kind="overdue-receipt",
        partner=watch.partner,
        text=f"{watch.partner} was sent {document.set_id} {document.order_number} of order "
        f"{order.number} and has sent no receipt for it; it was due {_when(watch)}.",
        next_step="Ask whether it arrived; if not, send it once more with "
        f"`hub doc retry {document.id}`. A receipt that comes late clears this.",
        due_at=watch.due_at,
    )


def _response(order: Order, watch: Watch) -> Stuck:
    number = order.fulfillment(watch.subject).number
    return Stuck(
        hold=watch.hold,
        kind="overdue-response",
        partner=watch.partner,
        text=f"{watch.partner} has not answered purchase order {number} of order {order.number}; "
        f"the answer was due {_when(watch)}.",
        next_step="Ask the partner whether it will ship; see "
        f"`hub orders show {order.number}`. An answer or a ship notice clears this.",
        due_at=watch.due_at,
    )


def _shipment(order: Order, watch: Watch) -> Stuck:
    part = order.fulfillment(watch.subject)
    units = sum(line.buckets.open for line in part.lines)
    return Stuck(
        hold=watch.hold,
        kind="overdue-shipment",
        partner=watch.partner,
        text=f"{watch.partner} has not told of shipping {units} of what purchase order "
        f"{part.number} of order {order.number} asks for; it was due {_when(watch)}.",
        next_step="Ask the partner when it ships; see "
        f"`hub orders show {order.number}`. A ship notice or a new date clears this.",
        due_at=watch.due_at,
    )


_TELL = {WatchKind.RESPONSE: _response, WatchKind.SHIPMENT: _shipment}


def _feed(watch: Watch) -> Stuck:
    return Stuck(
        hold=watch.hold,
        kind="overdue-feed",
        partner=watch.partner,
        text=f"{watch.partner} has sent no stock report that counts since its last one grew too "
        f"old at {_when(watch)}.",
        next_step="Ask the partner for a report, or set levels by hand; its page says whether old "
        "levels are sold from meanwhile. A new report clears this.",
        due_at=watch.due_at,
    )


def _when(watch: Watch) -> str:
    return f"{watch.due_at:%Y-%m-%d %H:%M} UTC"
