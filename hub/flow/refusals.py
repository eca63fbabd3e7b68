"""What came to a door and was not taken: its bytes are kept and one exception tells a person.

An order that a storefront posts wrong must not vanish with the answer; when it comes right under
the same number, its exception clears itself.
"""

import hashlib
from collections.abc import Sequence
from concurrent.futures import Future

from hub.domain.exchange import Direction, Problem, TransmissionState
from hub.domain.facts import Stuck
from hub.domain.names import at_moment, stable
from hub.flow.parts import Parts
from hub.flow.receiving import IN_ROW
from hub.store import Transaction, TransmissionRow


def hold_of(*, brand: str, number: str, body: bytes) -> str:
    """Return the name under which a refused order waits: its number, or its bytes without one."""
    return f"order-refused:{brand}:{number or hashlib.sha256(body).hexdigest()[:16]}"


def keep_refused(
    parts: Parts, *, brand: str, number: str, body: bytes, problems: Sequence[Problem]
) -> "Future[None]":
    """Keep a posted order that was refused, and tell what is wrong with it.

    The same bytes are kept once. `number` is empty where the body could not be read so far. A
    body too large for a row is not kept: it was refused by its size before anybody read it.
    """
    now = parts.now()
    digest = hashlib.sha256(body).digest()
    transmission_id = stable("tra", "door", brand, digest.hex())
    names = at_moment(transmission_id, now)
    stuck = Stuck(
        hold=hold_of(brand=brand, number=number, body=body),
        kind="order-refused",
        partner="",
        text=f"{brand} posted {'order ' + number if number else 'something'} that was refused: "
        + "; ".join(_placed(problem) for problem in problems),
        next_step="The storefront was told the same; it posts the order again when it is put "
        f"right. See the bytes with `hub doc show {transmission_id}`.",
        problems=tuple(problems),
    )

    def work(tx: Transaction) -> None:
        if len(body) <= IN_ROW:
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
                problems=tuple(problems),
            )
            tx.exchange.add_transmission(row, body=body)
        tx.exceptions.open(stuck, at=now, transmission_id=_kept(transmission_id, body), names=names)

    return parts.store.submit(work)


def _kept(transmission_id: str, body: bytes) -> str | None:
    return transmission_id if len(body) <= IN_ROW else None


def _placed(problem: Problem) -> str:
    return f"{problem.where.path}: {problem.text}" if problem.where.path else problem.text
