"""A transmission that will not leave as it is: put aside with an exception; the lane goes on."""

from hub.domain.exchange import TransmissionState
from hub.domain.facts import Stuck
from hub.domain.names import at_moment
from hub.flow.parts import Parts
from hub.store import Transaction, TransmissionRow


def lost(tx: Transaction, parts: Parts, row: TransmissionRow, trouble: str) -> None:
    """Put aside what was composed and cannot be read back."""
    text = f"{row.name} to {row.partner} was composed and cannot be read back: {trouble}"
    step = f"Restore it from a backup; see `hub doc show {row.id}`. Other papers go on."
    _aside(tx, parts, row, kind="cannot-be-read", text=text, step=step)


def declined(tx: Transaction, parts: Parts, row: TransmissionRow, said: str) -> None:
    """Put aside what the partner's system says that it will never take as it is."""
    text = f"{row.name} was not taken by {row.partner}: {said}"
    step = (
        f"Settle it with the partner, then `hub doc retry {row.id}` sends the same bytes again, "
        "or cancel what it asks for. Other papers go on."
    )
    _aside(tx, parts, row, kind="not-taken", text=text, step=step)


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
