"""The door for a partner's papers that are posted: keep, apply, remember, answer; one transaction.

The same steps as the inbound river takes with a file: the body is a delivery with its bytes, a
document and what comes of it, so that it is listed, explained and settled again like any other.
Only a stock report takes several commits; its answer is the last.
"""

import hashlib
import io
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.domain.exchange import Direction, DocumentState, Problem, TransmissionState
from hub.domain.names import stable
from hub.domain.posted import PostedSet
from hub.errors import Conflict
from hub.flow.feeds import settle_feed
from hub.flow.partner_work import Work, find
from hub.flow.parts import DESK, POSTED, Parts
from hub.flow.receiving import IN_ROW, NEVER, input_of
from hub.flow.settling import settle_posted
from hub.mapping import Reading
from hub.partners import Channel
from hub.store import DocumentRow, InterchangeRow, Transaction, TransmissionRow


class Outcome(StrEnum):
    """What became of a posted paper."""

    TAKEN = "taken"
    REPLAYED = "replayed"  # same idempotency key, same body: the answer given before
    KEY_REUSED = "key_reused"  # same idempotency key, other body or path
    IN_WORK = "in_work"  # the same request is being worked on
    UNKNOWN = "unknown"  # no such purchase order lies with the partner


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a paper came to; `work` is the part it speaks of as it is afterwards."""

    transmission: str
    document: str
    state: DocumentState
    problems: tuple[Problem, ...]
    work: Work | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedPaper:
    """A paper as it was posted, read already, with what proves who sent it.

    `number` is the purchase order of its path, empty where the path names none. `path` and `body`
    together are what a repeated `key` is compared by. `render` makes the door's answer; it is kept
    with the key.
    """

    channel: Channel
    set_id: PostedSet
    number: str
    reading: Reading
    path: str
    body: bytes
    key: str
    who: str
    render: Callable[[Taken], tuple[int, bytes]]

    @property
    def fingerprint(self) -> bytes:
        """What makes two requests the same."""
        return hashlib.sha256(self.path.encode() + b"\n" + self.body).digest()

    @property
    def delivery(self) -> str:
        """The name of its delivery: the same key is the same delivery."""
        return stable("tra", self.channel.lane, "in", f"posted/{self.key}")

    @property
    def document(self) -> str:
        """The name of the one document in it."""
        return stable("doc", self.delivery, "0")

    @property
    def scope(self) -> str:
        """Under which its key counts."""
        return f"partner/{self.channel.partner}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedVerdict:
    """The answer at the door."""

    outcome: Outcome
    status: int = 0
    reply: bytes = b""


def desk_of(parts: Parts, partner: str) -> Channel | None:
    """Return the channel by which a partner posts; None when its page has none."""
    page = next((one for one in parts.partners.all if one.id == partner), None)
    channels = page.channels if page else ()
    return next((channel for channel in channels if channel.transport == DESK), None)


def submit_posted(parts: Parts, paper: PostedPaper) -> "Future[PostedVerdict]":
    """Take a paper in durably; the Future ends after the commit.

    Does not raise for anything the sender did wrong: that is in the answer.
    """
    now, kept = parts.now(), _archived(parts, paper.body)
    return parts.store.submit(lambda tx: _take(tx, parts, paper, kept, now))


def _archived(parts: Parts, body: bytes) -> str | None:
    """Larger bodies are archive objects, written before any row points at them."""
    return None if len(body) <= IN_ROW else parts.store.archive.keep(io.BytesIO(body)).name


def _take(
    tx: Transaction, parts: Parts, paper: PostedPaper, kept: str | None, now: datetime
) -> PostedVerdict:
    # The order first, for its lock: who holds it sees every paper and reply committed before.
    known = _work(tx, parts, paper, now) is not None if paper.number else True
    if not known:
        return PostedVerdict(outcome=Outcome.UNKNOWN)
    earlier = _earlier(tx, paper)
    if earlier is not None:
        return earlier
    if not _keep(tx, parts, paper, kept, now):
        return PostedVerdict(outcome=Outcome.IN_WORK)
    settled = settle_posted(tx, parts, paper.channel, paper.document, paper.reading)
    taken = Taken(
        transmission=paper.delivery,
        document=paper.document,
        state=settled.state,
        problems=settled.problems,
        work=_work(tx, parts, paper, now) if paper.number else None,
    )
    return _answered(tx, paper, taken, now)


def _work(tx: Transaction, parts: Parts, paper: PostedPaper, now: datetime) -> Work | None:
    return find(tx, parts, partner=paper.channel.partner, number=paper.number, now=now)


def _earlier(tx: Transaction, paper: PostedPaper) -> PostedVerdict | None:
    reply = tx.facts.reply(scope=paper.scope, key=paper.key)
    if reply is None:
        return None
    if reply.body_hash != paper.fingerprint:
        return PostedVerdict(outcome=Outcome.KEY_REUSED)
    return PostedVerdict(outcome=Outcome.REPLAYED, status=reply.status, reply=reply.body)


def _answered(tx: Transaction, paper: PostedPaper, taken: Taken, now: datetime) -> PostedVerdict:
    status, reply = paper.render(taken)
    tx.facts.keep_reply(
        scope=paper.scope,
        key=paper.key,
        body_hash=paper.fingerprint,
        status=status,
        body=reply,
        at=now,
    )
    return PostedVerdict(outcome=Outcome.TAKEN, status=status, reply=reply)


# --- custody -----------------------------------------------------------------------------------


def _keep(
    tx: Transaction, parts: Parts, paper: PostedPaper, kept: str | None, now: datetime
) -> bool:
    """Write the delivery and its one document; False when the same delivery is there already."""
    channel = paper.channel
    row = TransmissionRow(
        id=paper.delivery,
        partner=channel.partner,
        channel=channel.name,
        direction=Direction.IN,
        name=f"{paper.set_id}.json",
        size=len(paper.body),
        sha256=hashlib.sha256(paper.body).digest(),
        delivery_key=f"posted/{paper.key}",
        state=TransmissionState.SPLIT,
        at=now,
        object_name=kept,
        seq=tx.duties.next_number(f"{channel.lane}/received", ceiling=NEVER),
    )
    if not tx.exchange.add_transmission(row, body=paper.body if kept is None else None):
        return False
    tx.facts.record_input(
        input_id=input_of(row.id),
        kind="delivery",
        at=now,
        who=paper.who,
        subject=row.id,
        body={"name": row.name, "size": row.size},
        sealed=None,
        hashes={"page": parts.partners.get(channel.partner).digest, "code": parts.code},
    )
    tx.exchange.add_interchange(_interchange(row))
    tx.exchange.add_documents([_document(paper, now)])
    return True


def _interchange(row: TransmissionRow) -> InterchangeRow:
    return InterchangeRow(
        id=stable("int", row.id, "0"),
        transmission_id=row.id,
        partner=row.partner,
        direction=Direction.IN,
        sender=row.partner,
        receiver="",
        number=row.id,  # what has no number of its own is told apart by its delivery
        usage="",
        sha256=row.sha256,
        offset=0,
        length=row.size,
    )


def _document(paper: PostedPaper, now: datetime) -> DocumentRow:
    return DocumentRow(
        id=paper.document,
        transmission_id=paper.delivery,
        interchange_id=stable("int", paper.delivery, "0"),
        ordinal=0,
        partner=paper.channel.partner,
        channel=paper.channel.name,
        direction=Direction.IN,
        set_id=paper.set_id,
        version="",
        function="",
        group_number="",
        number="1",
        offset=0,
        length=len(paper.body),
        syntax=POSTED,
        state=DocumentState.ACCEPTED,
        order_number=paper.number,
        at=now,
    )


# --- stock reports ------------------------------------------------------------------------------


def take_stock(parts: Parts, paper: PostedPaper) -> PostedVerdict:
    """Take a stock report in and wait until its levels are in place.

    Kept first; a worker goes on with it if this process ends before the answer. Who asks with the
    same key meanwhile is told to wait.
    """
    now, kept = parts.now(), _archived(parts, paper.body)
    verdict = parts.store.write(lambda tx: _keep_report(tx, parts, paper, kept, now))
    if verdict is not None:
        return verdict
    with parts.store.read() as tx:
        row = tx.exchange.document(paper.document)
    try:
        settle_feed(parts, paper.channel, row)
    except Conflict:  # a worker took it over: it brings it to its end
        return PostedVerdict(outcome=Outcome.IN_WORK)
    return parts.store.write(lambda tx: _told(tx, paper, parts.now()))


def _keep_report(
    tx: Transaction, parts: Parts, paper: PostedPaper, kept: str | None, now: datetime
) -> PostedVerdict | None:
    earlier = _earlier(tx, paper)
    if earlier is not None or _keep(tx, parts, paper, kept, now):
        return earlier
    former = tx.exchange.transmission(paper.delivery)
    if former.sha256 != hashlib.sha256(paper.body).digest():
        return PostedVerdict(outcome=Outcome.KEY_REUSED)
    return _told(tx, paper, now)


def _told(tx: Transaction, paper: PostedPaper, now: datetime) -> PostedVerdict:
    """Answer by what the paper has come to, whoever brought it there."""
    row = tx.exchange.document(paper.document)
    if row.state is DocumentState.ACCEPTED:
        return PostedVerdict(outcome=Outcome.IN_WORK)
    earlier = _earlier(tx, paper)
    taken = Taken(
        transmission=paper.delivery, document=row.id, state=row.state, problems=row.problems
    )
    return earlier or _answered(tx, paper, taken, now)
