"""A store that tells what it did: what an operator should hear of, once it is committed.

It looks over the shoulder of a few changes and says ids, states and sizes, nothing that a partner
or a customer wrote: no file name, no reason, no number of theirs.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Text, bindparam, select

from hub.domain.exchange import Direction, DocumentState, Problem, TransmissionState
from hub.domain.facts import Stuck
from hub.domain.names import Names
from hub.store.archive import Archive
from hub.store.duties import Duties
from hub.store.exceptions import Exceptions
from hub.store.exchange import Exchange
from hub.store.exchange_rows import DocumentRow, TransmissionRow
from hub.store.seals import Vault
from hub.store.statements import Connection, Statement
from hub.store.store import Store, Work
from hub.store.tables import exception
from hub.store.transaction import Transaction

T = TypeVar("T")

_NOT_SETTLED = (DocumentState.RECEIVED, DocumentState.ACCEPTED)
_OPEN = Statement(
    select(exception.c.id, exception.c.kind, exception.c.partner).where(
        exception.c.hold == bindparam("hold", type_=Text)
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that was committed: what, and the ids of whom it concerns."""

    what: str
    about: dict[str, str | int] = field(default_factory=dict)


class WitnessedStore(Store):
    """The same store as another one; `tell` hears of each event after its commit.

    `tell` may be called from any thread and must neither raise nor use the store.
    """

    def __init__(self, over: Store, *, tell: Callable[[Event], None]) -> None:
        engine, vault = over._engine, over._vault  # noqa: SLF001  # it is the same store
        super().__init__(engine, vault=vault, archive=over.archive)
        self._tell = tell

    def write(self, work: Work[T]) -> T:
        """Do as Store, then tell."""
        seen: list[Event] = []
        outcome = self._engine.write(self._watched(work, seen))
        self._tell_all(seen)
        return outcome

    def submit(self, work: Work[T]) -> "Future[T]":
        """Do as Store; what was committed is told as soon as the future is resolved."""
        seen: list[Event] = []
        future = self._engine.submit(self._watched(work, seen))
        future.add_done_callback(lambda done: self._tell_done(done, seen))
        return future

    def _watched(self, work: Work[T], seen: list[Event]) -> Callable[[Connection], T]:
        def run(connection: Connection) -> T:
            seen.clear()  # a work that lost a race runs again
            return work(_Watched(connection, vault=self._vault, archive=self.archive, seen=seen))

        return run

    def _tell_done(self, done: "Future[T]", seen: Sequence[Event]) -> None:
        if not done.cancelled() and done.exception() is None:
            self._tell_all(seen)

    def _tell_all(self, seen: Sequence[Event]) -> None:
        for event in seen:
            self._tell(event)


class _Watched(Transaction):
    __slots__ = ()

    def __init__(
        self, connection: Connection, *, vault: Vault, archive: Archive, seen: list[Event]
    ) -> None:
        super().__init__(connection, vault=vault, archive=archive)
        self.exchange = _Exchange(connection, vault, archive, seen)
        self.duties = _Duties(connection, seen)
        self.exceptions = _Exceptions(connection, seen)


class _Exchange(Exchange):
    __slots__ = ("_seen",)

    def __init__(
        self, connection: Connection, vault: Vault, archive: Archive, seen: list[Event]
    ) -> None:
        super().__init__(connection, vault, archive)
        self._seen = seen

    def add_transmission(self, row: TransmissionRow, *, body: bytes | None) -> bool:
        added = super().add_transmission(row, body=body)
        if added and row.direction is Direction.IN:
            self._seen.append(Event(what="delivery received", about=_of_delivery(row)))
        return added

    def move_transmission(
        self,
        transmission_id: str,
        *,
        then: TransmissionState,
        problems: Sequence[Problem] = (),
        duplicate_of: str | None = None,
    ) -> None:
        super().move_transmission(
            transmission_id, then=then, problems=problems, duplicate_of=duplicate_of
        )
        if then is TransmissionState.DELIVERED:
            row = self.transmission(transmission_id)
            self._seen.append(Event(what="transmission delivered", about=_of_delivery(row)))

    def add_documents(self, rows: Sequence[DocumentRow]) -> None:
        super().add_documents(rows)
        for row in rows:
            if row.direction is Direction.IN and row.state not in _NOT_SETTLED:
                self._seen.append(Event(what="document settled", about=_of_paper(row)))

    def move_document(
        self,
        document_id: str,
        *,
        then: DocumentState,
        at: datetime,
        problems: Sequence[Problem] | None = None,
        business_key: str | None = None,
        purpose: str | None = None,
        order_number: str | None = None,
        order_id: str | None = None,
        fulfillment_id: str | None = None,
        hashes: Mapping[str, str] | None = None,
    ) -> None:
        super().move_document(
            document_id,
            then=then,
            at=at,
            problems=problems,
            business_key=business_key,
            purpose=purpose,
            order_number=order_number,
            order_id=order_id,
            fulfillment_id=fulfillment_id,
            hashes=hashes,
        )
        if then not in _NOT_SETTLED:
            row = self.document(document_id)
            self._seen.append(Event(what="document settled", about=_of_paper(row)))


class _Duties(Duties):
    __slots__ = ("_seen",)

    def __init__(self, connection: Connection, seen: list[Event]) -> None:
        super().__init__(connection)
        self._seen = seen

    def pause(self, *, lane: str, until: datetime, reason: str) -> int:
        failures = super().pause(lane=lane, until=until, reason=reason)
        about: dict[str, str | int] = {"lane": lane, "failures": failures}
        self._seen.append(Event(what="lane failing", about=about | {"until": until.isoformat()}))
        return failures

    def resume(self, *, lane: str) -> bool:
        resumed = super().resume(lane=lane)
        if resumed:
            self._seen.append(Event(what="lane recovered", about={"lane": lane}))
        return resumed


class _Exceptions(Exceptions):
    __slots__ = ("_seen",)

    def __init__(self, connection: Connection, seen: list[Event]) -> None:
        super().__init__(connection)
        self._seen = seen

    def open(
        self,
        stuck: Stuck,
        *,
        at: datetime,
        order_id: str | None = None,
        document_id: str | None = None,
        transmission_id: str | None = None,
        names: Names,
    ) -> None:
        known = self._about(stuck.hold)
        super().open(
            stuck,
            at=at,
            order_id=order_id,
            document_id=document_id,
            transmission_id=transmission_id,
            names=names,
        )
        if known:
            return  # told when it was opened
        ids = {"order": order_id, "document": document_id, "transmission": transmission_id}
        about = self._about(stuck.hold) | {name: of for name, of in ids.items() if of is not None}
        self._seen.append(Event(what="exception opened", about=about))

    def clear(self, hold: str, *, at: datetime, by: str) -> bool:
        known = self._about(hold)
        cleared = super().clear(hold, at=at, by=by)
        if cleared:
            self._seen.append(Event(what="exception cleared", about=known))
        return cleared

    def _about(self, hold: str) -> dict[str, str | int]:
        row = self._connection.row(_OPEN, {"hold": hold})
        return {} if row is None else {"exception": row[0], "kind": row[1], "partner": row[2]}


def _of_delivery(row: TransmissionRow) -> dict[str, str | int]:
    return {
        "transmission": row.id,
        "lane": f"{row.partner}/{row.channel}",
        "size": row.size,
        "state": row.state.value,
    }


def _of_paper(row: DocumentRow) -> dict[str, str | int]:
    about: dict[str, str | int] = {
        "document": row.id,
        "lane": f"{row.partner}/{row.channel}",
        "set": row.set_id,
        "state": row.state.value,
    }
    return about if row.order_id is None else about | {"order": row.order_id}
