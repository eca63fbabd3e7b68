"""A transmission that will not leave as it is: put aside with an exception; the lane goes on."""

import io
from hashlib import sha256

from hub.domain.exchange import Direction, TransmissionState
from hub.domain.facts import Stuck
from hub.domain.names import at_moment, stable
from hub.errors import Refused
from hub.flow.parts import Parts
from hub.flow.receiving import IN_ROW, NEVER
from hub.partners import Channel
from hub.store import Transaction, TransmissionRow
from hub.transports import RefusedPaper, Reply

ANSWER = "answer/"
"""Begins the key of what a partner answered that is no paper."""


def lost(tx: Transaction, parts: Parts, row: TransmissionRow, trouble: str) -> None:
    """Put aside what was composed and cannot be read back."""
    text = f"{row.name} to {row.partner} was composed and cannot be read back: {trouble}"
    step = f"Restore it from a backup; see `hub doc show {row.id}`. Other papers go on."
    _aside(tx, parts, row, kind="cannot-be-read", text=text, step=step)


def declined(
    tx: Transaction, parts: Parts, channel: Channel, row: TransmissionRow, no: Refused
) -> None:
    """Put aside what the partner's system says that it will never take as it is.

    What it answered is kept for people who may read papers; the exception tells its codes.
    """
    text = f"{row.name} was not taken by {row.partner}: {no}"
    seen = ""
    if isinstance(no, RefusedPaper) and no.reply.body:
        sha = sha256(no.reply.body).hexdigest()
        name = f"answer to {row.name}"
        kept = keep_answer(tx, parts, channel, no.reply, name=name, key=f"{row.id}/{sha}")
        seen = f"`hub doc show {kept}` shows what it answered. "
    step = (
        f"{seen}Settle it with the partner, then `hub doc retry {row.id}` sends the same bytes "
        "again, or cancel what it asks for. Other papers go on."
    )
    _aside(tx, parts, row, kind="not-taken", text=text, step=step)


def keep_answer(
    tx: Transaction, parts: Parts, channel: Channel, reply: Reply, *, name: str, key: str
) -> str:
    """Keep what a partner answered instead of a yes, sealed like any delivery; return its name.

    It is no paper: nothing reads it but people. One of the same key is left as it is.
    """
    transmission_id = stable("tra", channel.lane, "in", f"{ANSWER}{key}")
    body = reply.body
    kept = None if len(body) <= IN_ROW else parts.store.archive.keep(io.BytesIO(body))
    row = TransmissionRow(
        id=transmission_id,
        partner=channel.partner,
        channel=channel.name,
        direction=Direction.IN,
        name=name,
        size=len(body),
        sha256=sha256(body).digest(),
        delivery_key=f"{ANSWER}{key}",
        state=TransmissionState.SPLIT,
        at=parts.now(),
        object_name=kept.name if kept else None,
        seq=tx.duties.next_number(f"{channel.lane}/received", ceiling=NEVER),
    )
    tx.exchange.add_transmission(row, body=body if kept is None else None)
    return transmission_id


def hold(transmission_id: str) -> str:
    """Return under which hold the exception of a delivery stands."""
    return f"transmission:{transmission_id}"


def _aside(
    tx: Transaction, parts: Parts, row: TransmissionRow, *, kind: str, text: str, step: str
) -> None:
    tx.exchange.move_transmission(row.id, then=TransmissionState.PARKED)
    stuck = Stuck(hold=hold(row.id), kind=kind, partner=row.partner, text=text, next_step=step)
    now = parts.now()
    tx.exceptions.open(stuck, at=now, transmission_id=row.id, names=at_moment(row.id, now))
