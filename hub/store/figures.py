"""How much of everything there is: counts for those who watch the hub, never anybody's words."""

from dataclasses import dataclass

from sqlalchemy import Text, bindparam, false, func, or_, select

from hub.domain.exchange import TransmissionState
from hub.store.statements import Connection, Statement
from hub.store.tables import document, exception, fact, ledger, order, transmission
from hub.store.tables_promises import watch
from hub.store.tables_webhooks import webhook, webhook_message

_UNDER_WAY = (
    TransmissionState.RECEIVED,
    TransmissionState.READY,
    TransmissionState.PARKED,
)
_DOCUMENTS = Statement(
    select(document.c.direction, document.c.set_id, document.c.state, func.count()).group_by(
        document.c.direction, document.c.set_id, document.c.state
    )
)
_TRANSMISSIONS = Statement(
    select(transmission.c.direction, transmission.c.state, func.count())
    .where(or_(*(transmission.c.state == state.value for state in _UNDER_WAY)))
    .group_by(transmission.c.direction, transmission.c.state)
)
_EXCEPTIONS = Statement(
    select(exception.c.kind, func.count())
    .where(exception.c.hold.is_not(None))
    .group_by(exception.c.kind)
)
_WATCHES = Statement(
    select(watch.c.kind, func.count()).where(watch.c.rung_at.is_not(None)).group_by(watch.c.kind)
)
_IS_OPEN = Statement(
    select(exception.c.id).where(exception.c.hold == bindparam("hold", type_=Text))
)
_ORDERS = Statement(select(func.count()).select_from(order))
_POSITION = Statement(select(func.max(ledger.c.position)))
_MESSAGES = Statement(select(webhook_message.c.dead, func.count()).group_by(webhook_message.c.dead))
_ENDED = Statement(select(func.count()).select_from(webhook).where(webhook.c.ended != ""))
_UNSEALED = Statement(select(func.count()).select_from(fact).where(fact.c.sealed == false()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Everything that is counted in one snapshot.

    `documents` are by (direction, set, state), `transmissions` by (direction, state) and only those
    not done with, `exceptions` the open ones by kind, `overdue` what is awaited and late by kind,
    `webhooks` messages by whether they wait or are dead, and endpoints that are called no more.
    """

    documents: dict[tuple[str, str, str], int]
    transmissions: dict[tuple[str, str], int]
    exceptions: dict[str, int]
    overdue: dict[str, int]
    orders: int
    position: int
    unsealed: int
    webhooks: dict[str, int]


class Figures:
    """Counts over whole tables: for a look every few seconds, never on the way of an order."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def counts(self) -> Counts:
        """Count everything. Sets are as partners wrote them: the caller shows only known ones."""
        rows = self._connection.rows
        return Counts(
            documents={(way, name, state): n for way, name, state, n in rows(_DOCUMENTS)},
            transmissions={(way, state): n for way, state, n in rows(_TRANSMISSIONS)},
            exceptions=dict(rows(_EXCEPTIONS)),
            overdue=dict(rows(_WATCHES)),
            orders=self._one(_ORDERS),
            position=self._one(_POSITION),
            unsealed=self._one(_UNSEALED),
            webhooks=self._webhooks(),
        )

    def _webhooks(self) -> dict[str, int]:
        messages = {bool(dead): n for dead, n in self._connection.rows(_MESSAGES)}
        return {
            "waiting": messages.get(False, 0),
            "dead": messages.get(True, 0),
            "ended": self._one(_ENDED),
        }

    def is_open(self, hold: str) -> bool:
        """Whether an exception of that hold waits for a person."""
        return self._connection.row(_IS_OPEN, {"hold": hold}) is not None

    def _one(self, statement: Statement) -> int:
        row = self._connection.row(statement)
        return 0 if row is None or row[0] is None else int(row[0])
