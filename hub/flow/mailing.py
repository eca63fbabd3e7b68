"""The mail lane: each of a brand's mails that are owed is written, put, and then noted as told.

A mail is written anew at every try: of a code and a link only hashes are kept, so that there is
nothing to send twice. News that is due of one order and kind is one mail; tried again it has the
same Message-ID, so that a mailbox that has it already can tell. What is refused for its recipient
is parked with an exception, or tried again alone, and holds back no other; a mail server that fails
holds back the lane.
"""

import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from hub.domain.exchange import Problem
from hub.domain.facts import Change, Fact, FactKind, Stuck
from hub.domain.names import Names, at_moment, stable
from hub.domain.placing import address_of
from hub.errors import ConfigError, Conflict, Refused, TransportError
from hub.flow.mail_batches import joined, ready, together, told_later
from hub.flow.orders import note
from hub.flow.outbound import FAILURES_TOLD
from hub.flow.owed_mails import mail_lane
from hub.flow.parts import Parts
from hub.flow.receiving import LEASE_SECONDS
from hub.flow.visiting import link, new_token
from hub.flow.walls import FIRST_PAUSE, LONGEST_PAUSE, close, fault_hold, is_told, lane_fell, walled
from hub.partners import Brand
from hub.render import BY_HAND, NEWS, Letterhead, Occasion, mail, spoken
from hub.store import Damaged, Erased, Lease, Transaction, WaitingDuty
from hub.transports import Transport

CODE_FOR = timedelta(minutes=15)
CODE_DIGITS = 8
AT_ONCE = 20  # mails in one turn
MOST_TRIES = 12  # of a mail that the server wants to take later
MAILING = "mailing"  # the one step of a mail lane's turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A mail that is ready to be put; without a body there was nobody to tell, or nothing.

    `told` is what is kept of what it says.
    """

    duties: Sequence[WaitingDuty]
    body: bytes = b""
    order_id: str = ""
    fault: str = ""
    told: Mapping[str, object] = field(default_factory=dict)

    @property
    def first(self) -> WaitingDuty:
        """The oldest of the duties that the mail fulfils; the mail has its name."""
        return self.duties[0]


class MailTurn:
    """A brand's mail lane in one worker; `take` is called by one thread at a time."""

    def __init__(
        self,
        parts: Parts,
        brand: Brand,
        *,
        owner: str,
        gone: Callable[[str], bool] = lambda owner: False,
    ) -> None:
        self._parts = parts
        self._brand = brand
        self._owner = owner
        self._gone = gone
        self._lane = mail_lane(brand.id)
        self._wire: Transport | None = None
        self._lease: Lease | None = None
        self._stands = False  # a turn worked, and what was told before it is closed

    def take(self, *, poll: bool) -> int:
        """Send what is due; returns how many duties were settled.

        Nothing when another worker holds the lane or it is paused. A failing server pauses the
        lane and is not raised, nor is a fault of ours. `poll` changes nothing: nobody sends mails
        to the hub.
        """
        if not self._due():
            return 0
        try:
            return walled(self._taken, where=self._lane, fell=self._fell) or 0
        except (TransportError, ConfigError) as fault:
            self.close()
            self._failed(fault)
        except Conflict:
            self._lease = None  # taken by somebody else; the next turn looks again
        return 0

    def _taken(self) -> int:
        self._lease = self._parts.store.write(self._claimed)
        # Looked at again: who held the lane before may have settled some of it.
        return self._send(self._due(), self._lease) if self._lease else 0

    def _fell(self, trace: str) -> None:
        self.close()
        self._stands = False
        lane_fell(self._parts, self._lane, step=MAILING, partner="", trace=trace)

    def close(self) -> None:
        """End the connection to the mail server; the next mail opens another."""
        wire, self._wire = self._wire, None
        if wire is not None:  # whatever ending it meets, it is not used any more
            walled(wire.close, where=self._lane, fell=lambda trace: None)

    def release(self) -> None:
        """Close the connection and give the lane back, so that nobody waits for it."""
        self.close()
        lease, self._lease = self._lease, None
        if lease is not None:
            self._parts.store.write(lambda tx: tx.duties.release(lease))

    def _due(self) -> list[WaitingDuty]:
        now = self._parts.now()
        with self._parts.store.read() as tx:
            until, _ = tx.duties.troubled().get(self._lane, (None, 0))
            if until is not None and until > now:
                return []
            return ready(tx, self._lane, now=now, most=AT_ONCE)

    def _claimed(self, tx: Transaction) -> Lease | None:
        lease = tx.duties.claim(lane=self._lane, owner=self._owner, seconds=LEASE_SECONDS)
        if lease is None:
            for row in tx.duties.lanes():
                if row.name == self._lane and self._gone(row.owner):
                    tx.duties.release(Lease(lane=self._lane, owner=row.owner, token=row.token))
                    return tx.duties.claim(
                        lane=self._lane, owner=self._owner, seconds=LEASE_SECONDS
                    )
        return lease

    def _send(self, due: Sequence[WaitingDuty], lease: Lease) -> int:
        done = sum(self._one(duties, lease) for duties in together(due))
        self._works()
        return done

    def _one(self, duties: Sequence[WaitingDuty], lease: Lease) -> int:
        """Send one mail; returns how many duties it settled: for later it waits alone."""
        parts = self._parts
        written = parts.store.write(lambda tx: write_mail(tx, parts, self._brand, duties, lease))
        duties = written.duties
        if written.fault:
            parts.store.write(lambda tx: _parked(tx, parts, duties, lease, written.fault))
            return len(duties)
        try:
            if written.body:
                name = written.first.id
                self._open().put(name, io.BytesIO(written.body), size=len(written.body))
        except Refused as fault:
            problem = fault.problems[0]
            if problem.code == "later" and written.first.attempts + 1 < MOST_TRIES:
                parts.store.write(lambda tx: _put_off(tx, parts, duties, lease))
                return 0
            parts.store.write(lambda tx: _parked(tx, parts, duties, lease, problem.text))
            return len(duties)
        parts.store.write(lambda tx: _told(tx, parts, written, lease))
        return len(duties)

    def _open(self) -> Transport:
        if self._parts.mail is None:
            raise TransportError("no mail server is set: set HUB_SMTP_URL", permanent=True)
        if self._wire is None:
            wire = self._parts.wires["mail"]
            self._wire = wire.connect(self._parts.mail, secrets=self._parts.secret)
        return self._wire

    def _works(self) -> None:
        with self._parts.store.read() as tx:
            troubled = self._lane in tx.duties.troubled()
        if troubled:
            self._parts.store.write(self._recovered)
        hold = fault_hold(self._lane, MAILING)
        if not self._stands and is_told(self._parts, hold, partner=""):
            close(self._parts, hold, by=self._lane)
        self._stands = True

    def _recovered(self, tx: Transaction) -> None:
        tx.duties.resume(lane=self._lane)
        tx.exceptions.clear(f"lane:{self._lane}", at=self._parts.now(), by=self._lane)

    def _failed(self, fault: TransportError | ConfigError) -> None:
        permanent = isinstance(fault, ConfigError) or fault.permanent

        def work(tx: Transaction) -> None:
            now = self._parts.now()
            _, before = tx.duties.troubled().get(self._lane, (None, 0))
            wait = min(FIRST_PAUSE * 2 ** min(before, 12), LONGEST_PAUSE)
            until = now + (LONGEST_PAUSE if permanent else wait)
            tx.duties.pause(lane=self._lane, until=until, reason=str(fault))
            if permanent or before + 1 >= FAILURES_TOLD:
                names = at_moment(self._lane, now)
                tx.exceptions.open(self._silent(str(fault)), at=now, names=names)

        self._parts.store.write(work)

    def _silent(self, fault: str) -> Stuck:
        return Stuck(
            hold=f"lane:{self._lane}",
            kind="wire",
            text=f"Mails of {self._brand.name} cannot be sent: {fault}",
            next_step="They wait and are tried again by themselves; when you have put it right: "
            f"`hub lane resume {self._lane}`.",
        )


def write_mail(
    tx: Transaction, parts: Parts, brand: Brand, duties: Sequence[WaitingDuty], lease: Lease
) -> Written:
    """Write the mail of duties within a transaction, with a fresh code or link where it has one.

    There is more than one duty only of news of one order and kind: with what came due meanwhile,
    so that a day that moved back is not told as another move.
    """
    tx.duties.hold(lease, seconds=LEASE_SECONDS)
    duties = joined(tx, duties, now=parts.now())
    tx.duties.count_attempts([duty.id for duty in duties])
    try:
        if duties[0].set_id == "code":
            return _code(tx, parts, brand, duties)
        return _news(tx, parts, brand, duties)
    except Erased:
        return Written(duties=duties)
    except (Damaged, KeyError, ValueError) as fault:
        return Written(
            duties=duties, fault=f"it cannot be written: {type(fault).__name__}: {fault}"
        )


def _code(tx: Transaction, parts: Parts, brand: Brand, duties: Sequence[WaitingDuty]) -> Written:
    """Nothing is written for a visit that is over, proven, or was asked for nobody's order."""
    duty = duties[0]
    visit = tx.visits.get(duty.subject)
    if visit is None or visit.order_id is None or visit.number is None:
        return Written(duties=duties)
    to = _recipient(tx, visit.order_id)
    now = parts.now()
    code = f"{int.from_bytes(parts.random(8)) % 10**CODE_DIGITS:0{CODE_DIGITS}d}"
    if not to or not tx.visits.give_code(visit.id, code=code, until=now + CODE_FOR):
        return Written(duties=duties)
    words = {
        "code": code,
        "order": visit.number,
        "minutes": str(int(CODE_FOR.total_seconds() // 60)),
    }
    # Each try has another code: a mailbox must not take it for the one before.
    name = stable("mail", duty.id, str(duty.attempts))
    body = mail(brand, "code", words, Letterhead(to=to, at=now, message_id=name))
    return Written(duties=duties, body=body, order_id=visit.order_id)


def _news(tx: Transaction, parts: Parts, brand: Brand, duties: Sequence[WaitingDuty]) -> Written:
    """What is said is as of now, not as of when the mail was owed."""
    now, duty = parts.now(), duties[0]
    order = tx.orders.load(duty.order_id or "")
    row = tx.orders.status(brand=brand.id, number=order.number)
    to = _recipient(tx, order.id)
    if not to or row is None:
        return Written(duties=duties)
    owed = [one.body for one in duties]
    occasion = Occasion(
        order=order,
        document=json.loads(row.body),
        brand=brand,
        owed=owed,
        facts=tx.facts.of_order(order.id),
        later=[one.body for one in told_later(tx, duties)],
    )
    news = (BY_HAND.get(duty.set_id) or NEWS[duty.set_id])(occasion)
    if news is None:
        return Written(duties=duties)
    names, token = Names(f"{duty.id}/{duty.attempts}"), new_token(parts)
    made = link(tx, parts, brand.id, order.id, names=names, token=token, now=now)
    head = Letterhead(to=to, at=now, message_id=stable("mail", duty.id))
    news = spoken(news, duty.set_id, partial(parts.heard, brand.language))
    words = {"order": order.number, "link": made.url, **news.words}
    text = news.text or duty.set_id
    body = mail(brand, text, words, head, links={made.url, *news.links})
    return Written(duties=duties, body=body, order_id=order.id, told=news.told)


def _recipient(tx: Transaction, order_id: str) -> str:
    buyer = tx.visits.buyer(order_id)
    return address_of(tx.people.get(buyer)).email if buyer else ""


def _told(tx: Transaction, parts: Parts, written: Written, lease: Lease) -> None:
    """The mail server has it: the duty is done, and that the customer was told is a fact."""
    tx.duties.hold(lease, seconds=LEASE_SECONDS)
    duty, now = written.first, parts.now()
    tx.duties.done([one.id for one in written.duties])
    if not written.body:
        return
    tx.duties.note_mail(duty.lane, at=now)
    names = Names(f"{duty.id}/told")
    input_id = names.new("inp")
    tx.facts.record_input(
        input_id=input_id,
        kind="duty",
        at=now,
        who=duty.lane,
        subject=written.order_id,
        body={"mail": duty.set_id},
        sealed=None,
        hashes={"code": parts.code},
    )
    told = {"mail": duty.set_id, "duty": duty.id, **written.told}
    change = Change(
        order=tx.orders.load(written.order_id),
        facts=(Fact(kind=FactKind.CUSTOMER_TOLD, body=told),),
    )
    note(tx, change, at=now, input_id=input_id, document_id=None, names=names)


def _put_off(tx: Transaction, parts: Parts, duties: Sequence[WaitingDuty], lease: Lease) -> None:
    """One full mailbox is not the server's trouble: the others' mails go on."""
    tx.duties.hold(lease, seconds=LEASE_SECONDS)
    wait = min(FIRST_PAUSE * 2 ** min(duties[0].attempts, 12), LONGEST_PAUSE)
    for duty in duties:
        tx.duties.put_off(duty.id, until=parts.now() + wait)


def _parked(
    tx: Transaction, parts: Parts, duties: Sequence[WaitingDuty], lease: Lease, fault: str
) -> None:
    tx.duties.hold(lease, seconds=LEASE_SECONDS)
    now = parts.now()
    for duty in duties:
        tx.duties.park(duty.id)
        stuck = Stuck(
            hold=f"duty:{duty.id}",
            kind="mail-refused",
            text=f"A mail ({duty.set_id}) could not be sent: {fault}.",
            next_step="See that the customer's e-mail is right and tell them another way; "
            f"`hub duty retry {duty.id}` tries again.",
            problems=(Problem(code="mail-refused", text=fault),),
        )
        names = at_moment(duty.id, now)
        tx.exceptions.open(stuck, at=now, order_id=duty.order_id, names=names)
