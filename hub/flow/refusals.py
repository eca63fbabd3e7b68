"""What came to a door and was not taken: its bytes are kept and one exception tells a person.

An order that a storefront posts wrong must not vanish with the answer; when it comes right under
the same number, its exception clears itself.
"""

import hashlib
import io
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace

from hub.domain.exchange import Direction, Problem, TransmissionState, told
from hub.domain.facts import Stuck
from hub.domain.names import at_moment, stable
from hub.flow.parts import Parts
from hub.flow.receiving import IN_ROW
from hub.store import Transaction, TransmissionRow

PEOPLE = ("/customer", "/ship_to", "/gift", "/instructions", "/personalization")
"""Where a posted order holds a person's words; exceptions say what is wrong there without them."""


def hold_of(*, brand: str, number: str) -> str:
    """Return the name under which a refused order waits; a brand's unreadable ones share one."""
    return f"order-refused:{brand}:{number or '(unreadable)'}"


def keep_refused(
    parts: Parts, *, brand: str, number: str, body: bytes, problems: Sequence[Problem]
) -> "Future[None]":
    """Keep a posted order that was refused, and tell what is wrong with it.

    The same bytes are kept once. `number` is empty where the body could not be read so far.
    """
    now = parts.now()
    digest = hashlib.sha256(body).digest()
    transmission_id = stable("tra", "door", brand, digest.hex())
    names = at_moment(transmission_id, now)
    discreet = tuple(_discreet(problem) for problem in problems)
    kept = None if len(body) <= IN_ROW else parts.store.archive.keep(io.BytesIO(body))
    row = TransmissionRow(
        id=transmission_id,
        partner=brand,
        channel="orders",
        direction=Direction.IN,
        name=f"order {number}".strip(),
        size=len(body),
        sha256=digest,
        delivery_key=digest.hex(),
        state=TransmissionState.PARKED,
        at=now,
        object_name=kept.name if kept else None,
        problems=discreet,
    )
    stuck = Stuck(
        hold=hold_of(brand=brand, number=number),
        kind="order-refused",
        partner="",
        text=f"{brand} posted {'order ' + number if number else 'something'} that was refused: "
        + told([_placed(problem) for problem in discreet]),
        next_step="The storefront was told the same; it posts the order again when it is put "
        f"right. See the bytes with `hub doc show {transmission_id}`.",
        problems=discreet,
    )

    def work(tx: Transaction) -> None:
        tx.exchange.add_transmission(row, body=body if kept is None else None)
        tx.exceptions.open(stuck, at=now, transmission_id=transmission_id, names=names)

    return parts.store.submit(work)


def _discreet(problem: Problem) -> Problem:
    """Values stay in the kept bytes: a storefront may put a person's words at any place."""
    where = replace(problem.where, value="")
    if not any(place in where.path for place in PEOPLE):
        return replace(problem, where=where)
    text = f"{problem.code}; what was sent stands in the kept bytes"
    return replace(problem, text=text, where=where)


def _placed(problem: Problem) -> str:
    return f"{problem.where.path}: {problem.text}" if problem.where.path else problem.text
