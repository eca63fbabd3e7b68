"""Deliveries with their bytes, the envelopes in them, and the remote files they came from."""

from collections.abc import Collection, Sequence
from io import BytesIO
from typing import BinaryIO

from sqlalchemy import Integer, Text, bindparam, func, insert, null, select, true, union, update
from sqlalchemy.dialects import postgresql, sqlite

from hub.domain.exchange import (
    Direction,
    DocumentState,
    Problem,
    TransmissionState,
    moved_transmission,
)
from hub.store.archive import Archive
from hub.store.exchange_rows import (
    INTERCHANGE,
    SIGHTING,
    TRANSMISSION,
    InterchangeRow,
    Sighting,
    TransmissionRow,
    interchange_read,
    interchange_values,
    sighting_read,
    sighting_values,
    transmission_read,
    transmission_values,
)
from hub.store.problems import problems_text
from hub.store.seals import Erased, Vault
from hub.store.statements import ByKeys, Connection, Statement
from hub.store.tables import archive_object, document, interchange, sighting, transmission
from hub.store.upserts import PerEngine, insert_if_absent, upsert

LARGEST_BODY = 65_536
"""The most bytes that are kept in the transmission's row; larger ones are archive objects."""

_COLUMNS = [transmission.c[name] for name in TRANSMISSION]
_ADD = insert_if_absent(transmission)
_PLACES = ByKeys(
    lambda keys: select(transmission.c.id, transmission.c.seq).where(transmission.c.id.in_(keys))
)
_ONE = Statement(select(*_COLUMNS).where(transmission.c.id == bindparam("id")))
_BODY = Statement(
    select(
        transmission.c.body,
        transmission.c.wrapped_key,
        transmission.c.object_name,
        archive_object.c.wrapped_key,
    )
    .select_from(transmission.outerjoin(archive_object))
    .where(transmission.c.id == bindparam("id"))
)
_STATE = Statement(
    select(transmission.c.state)
    .where(transmission.c.id == bindparam("id"))
    .with_for_update(key_share=True)
)
_MOVE = Statement(
    update(transmission)
    .where(transmission.c.id == bindparam("row_id", type_=Text))
    .values(
        state=bindparam("state"),
        problems=func.coalesce(bindparam("problems", type_=Text), transmission.c.problems),
        duplicate_of=func.coalesce(
            bindparam("duplicate_of", type_=Text), transmission.c.duplicate_of
        ),
    )
)
_WAITING = Statement(
    select(*_COLUMNS)
    .where(
        transmission.c.direction == bindparam("direction"),
        transmission.c.state == bindparam("state"),
        transmission.c.partner == bindparam("partner"),
        transmission.c.channel == bindparam("channel"),
    )
    .order_by(transmission.c.seq, transmission.c.id)
    .limit(bindparam("limit", type_=Integer))
)
_ANSWERS = Statement(
    select(*_COLUMNS)
    .where(
        transmission.c.id.in_(
            select(document.c.transmission_id).where(
                document.c.business_key == bindparam("business_key"),
                document.c.direction == Direction.OUT.value,
            )
        )
    )
    .order_by(transmission.c.at, transmission.c.id)
)
_COUNT_INTERCHANGE = Statement(
    update(interchange)
    .where(interchange.c.id == bindparam("row_id", type_=Text))
    .values(counts=true())
)
_LANES_WAITING = Statement(
    union(
        select(transmission.c.partner, transmission.c.channel).where(
            transmission.c.direction == Direction.OUT.value,
            transmission.c.state == TransmissionState.READY.value,
        ),
        select(transmission.c.partner, transmission.c.channel).where(
            transmission.c.direction == Direction.IN.value,
            transmission.c.state == TransmissionState.RECEIVED.value,
        ),
        select(document.c.partner, document.c.channel).where(
            document.c.direction == Direction.IN.value,
            document.c.state == DocumentState.ACCEPTED.value,
        ),
    )
)
_ATTEMPT = Statement(
    update(transmission)
    .where(transmission.c.id == bindparam("row_id", type_=Text))
    .values(attempts=transmission.c.attempts + 1)
)
_DESTROY_BODY = Statement(
    update(transmission)
    .where(transmission.c.id == bindparam("row_id", type_=Text))
    .values(wrapped_key=null())
)
_DESTROY_OBJECT = Statement(
    update(archive_object)
    .where(archive_object.c.name == bindparam("object_name", type_=Text))
    .values(wrapped_key=null())
)


def _keep_object() -> Statement:
    # The bytes of an erased object may come again, under a new key; a living key is never replaced.
    lite, great = sqlite.insert(archive_object), postgresql.insert(archive_object)
    gone = archive_object.c.wrapped_key.is_(None)
    return PerEngine(
        {
            "sqlite": Statement(
                lite.on_conflict_do_update(
                    index_elements=["name"],
                    set_={"wrapped_key": lite.excluded.wrapped_key},
                    where=gone,
                )
            ),
            "postgresql": Statement(
                great.on_conflict_do_update(
                    index_elements=["name"],
                    set_={"wrapped_key": great.excluded.wrapped_key},
                    where=gone,
                )
            ),
        }
    )


_KEEP_OBJECT = _keep_object()

_SEEN = [sighting.c[name] for name in SIGHTING]
_SIGHTING = Statement(
    select(*_SEEN).where(
        sighting.c.partner == bindparam("partner"),
        sighting.c.channel == bindparam("channel"),
        sighting.c.path == bindparam("path"),
    )
)
_PUT_SIGHTING = upsert(
    sighting,
    on=["partner", "channel", "path"],
    setting=["size", "mtime", "sha256", "generation", "present"],
)
_PRESENT = Statement(
    select(sighting.c.path).where(
        sighting.c.partner == bindparam("partner"),
        sighting.c.channel == bindparam("channel"),
        sighting.c.present,
    )
)
_GONE = Statement(
    update(sighting)
    .where(
        sighting.c.partner == bindparam("of_partner", type_=Text),
        sighting.c.channel == bindparam("of_channel", type_=Text),
        sighting.c.path == bindparam("at_path", type_=Text),
    )
    .values(present=False)
)

_ADD_INTERCHANGE = Statement(insert(interchange))
_KNOWN = Statement(
    select(*(interchange.c[name] for name in INTERCHANGE))
    .select_from(interchange.join(transmission))
    .where(
        interchange.c.partner == bindparam("partner"),
        interchange.c.direction == bindparam("direction"),
        interchange.c.sender == bindparam("sender"),
        interchange.c.receiver == bindparam("receiver"),
        interchange.c.number == bindparam("number"),
        interchange.c.counts == true(),
    )
    .order_by(transmission.c.seq.desc(), interchange.c.offset.desc())
    .limit(50)
)


class Deliveries:
    """Custody of bytes: what came or goes, where it lies, how far it got."""

    __slots__ = ()

    _connection: Connection
    _vault: Vault
    _archive: Archive

    def add_transmission(self, row: TransmissionRow, *, body: bytes | None) -> bool:
        """Store a delivery; False, and nothing stored, when it is there already.

        A body of at most `LARGEST_BODY` bytes is sealed into the row under a key of its own.
        Without one, `row.object_name` names an object that the archive keeps. Else ValueError.
        """
        values = transmission_values(row) | {"body": None, "wrapped_key": None}
        if body is not None:
            if len(body) > LARGEST_BODY or row.object_name is not None:
                raise ValueError(f"the body of {row.id} belongs into the archive or into the row")
            sealer, wrapped = self._vault.new_key(context=row.id)
            values |= {"body": sealer.seal(body, context=row.id), "wrapped_key": wrapped}
        elif row.object_name is None:
            raise ValueError(f"the delivery {row.id} has neither a body nor an archive object")
        else:
            self._keep_object(row.object_name)
        return self._connection.change(_ADD, values) == 1

    def _keep_object(self, name: str) -> None:
        kept = self._archive.kept(name)
        values = {"name": kept.name, "wrapped_key": kept.wrapped_key, "size": kept.size}
        self._connection.change(_KEEP_OBJECT, values)

    def transmission(self, transmission_id: str) -> TransmissionRow:
        """Return a delivery; KeyError when there is none."""
        row = self._connection.row(_ONE, {"id": transmission_id})
        if row is None:
            raise KeyError(transmission_id)
        return transmission_read(row)

    def places(self, transmission_ids: Collection[str]) -> dict[str, int]:
        """Return the place of each of these deliveries in its lane: what came later has a higher.

        Places of two lanes, or of the two directions of one, say nothing of each other.
        """
        rows = self._connection.keyed(_PLACES, transmission_ids)
        return {str(row[0]): int(row[1]) for row in rows}

    def body(self, transmission_id: str) -> BinaryIO:
        """Return the plain bytes as a seekable stream that the caller closes.

        KeyError for an unknown delivery, Erased for a destroyed key, Damaged for changed bytes.
        """
        row = self._connection.row(_BODY, {"id": transmission_id})
        if row is None:
            raise KeyError(transmission_id)
        sealed, wrapped, object_name, object_key = row
        if object_name is None:
            sealer = self._vault.unwrap(wrapped, context=transmission_id)
            return BytesIO(sealer.open(bytes(sealed), context=transmission_id))
        if object_key is None:
            raise Erased(f"the key of archive object {object_name} was destroyed")
        return self._archive.open(object_name, wrapped_key=bytes(object_key))

    def destroy_body(self, transmission_id: str) -> None:
        """Destroy the key of a delivery's bytes; the rows about it stay.

        Other deliveries of the very same bytes lose them too, for they share the archive object.
        """
        row = self.transmission(transmission_id)
        self._connection.change(_DESTROY_BODY, {"row_id": transmission_id})
        if row.object_name is not None:
            self._connection.change(_DESTROY_OBJECT, {"object_name": row.object_name})

    def move_transmission(
        self,
        transmission_id: str,
        *,
        then: TransmissionState,
        problems: Sequence[Problem] = (),
        duplicate_of: str | None = None,
    ) -> None:
        """Move a delivery to another state; Conflict when it may not go there.

        Problems and the earlier delivery are replaced only where given.
        """
        row = self._connection.row(_STATE, {"id": transmission_id})
        if row is None:
            raise KeyError(transmission_id)
        moved_transmission(now=TransmissionState(row[0]), then=then)
        values = {
            "row_id": transmission_id,
            "state": then.value,
            "problems": problems_text(problems) if problems else None,
            "duplicate_of": duplicate_of,
        }
        self._connection.change(_MOVE, values)

    def waiting(
        self,
        *,
        partner: str,
        channel: str,
        direction: Direction,
        state: TransmissionState,
        limit: int,
    ) -> list[TransmissionRow]:
        """Return a channel's deliveries in that state, oldest first."""
        values = {
            "partner": partner,
            "channel": channel,
            "direction": direction.value,
            "state": state.value,
            "limit": limit,
        }
        return [transmission_read(row) for row in self._connection.rows(_WAITING, values)]

    def lanes_waiting(self) -> list[tuple[str, str]]:
        """Return (partner, channel) where a delivery or a paper waits for its next step."""
        return [(row[0], row[1]) for row in self._connection.rows(_LANES_WAITING)]

    def count_attempt(self, transmission_id: str) -> None:
        """Count one more attempt at a delivery; to be committed before it."""
        self._connection.change(_ATTEMPT, {"row_id": transmission_id})

    def sighting(self, *, partner: str, channel: str, path: str) -> Sighting | None:
        """Return what is known of a remote file, or None."""
        values = {"partner": partner, "channel": channel, "path": path}
        row = self._connection.row(_SIGHTING, values)
        return None if row is None else sighting_read(row)

    def put_sighting(self, row: Sighting) -> None:
        """Store what is known of a remote file in place of what was."""
        self._connection.change(_PUT_SIGHTING, sighting_values(row))

    def absent(self, *, partner: str, channel: str, present_paths: Collection[str]) -> None:
        """Mark a channel's other remote files as gone."""
        there = frozenset(present_paths)
        rows = self._connection.rows(_PRESENT, {"partner": partner, "channel": channel})
        gone = [
            {"of_partner": partner, "of_channel": channel, "at_path": path}
            for (path,) in rows
            if path not in there
        ]
        self._connection.change_all(_GONE, gone)

    def present(self, *, partner: str, channel: str) -> frozenset[str]:
        """Return the paths of a channel's remote files that were there when last looked."""
        rows = self._connection.rows(_PRESENT, {"partner": partner, "channel": channel})
        return frozenset(path for (path,) in rows)

    def count_interchange(self, interchange_id: str) -> None:
        """Let an envelope count that was put aside because its number had been used before."""
        self._connection.change(_COUNT_INTERCHANGE, {"row_id": interchange_id})

    def answers_to(self, interchange_id: str) -> list[TransmissionRow]:
        """Return the deliveries of ours that carry the receipts for an interchange we received."""
        rows = self._connection.rows(_ANSWERS, {"business_key": f"receipt/{interchange_id}"})
        return [transmission_read(row) for row in rows]

    def add_interchange(self, row: InterchangeRow) -> None:
        """Store an envelope of a stored delivery."""
        self._connection.change(_ADD_INTERCHANGE, interchange_values(row))

    def known_interchanges(
        self, *, partner: str, direction: Direction, sender: str, receiver: str, number: str
    ) -> list[InterchangeRow]:
        """Return the envelopes of that identity that count, newest first, at most fifty."""
        values = {
            "partner": partner,
            "direction": direction.value,
            "sender": sender,
            "receiver": receiver,
            "number": number,
        }
        return [interchange_read(row) for row in self._connection.rows(_KNOWN, values)]
