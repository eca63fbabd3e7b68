"""API keys: only the SHA-256 of a secret is kept; the secret itself is shown once, elsewhere."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Text, bindparam, insert, select, update

from hub.store.statements import Connection, Row, Statement, micros, moment, moment_or_none
from hub.store.tables import api_key

_COLUMNS = [
    api_key.c.id,
    api_key.c.brand,
    api_key.c.label,
    api_key.c.created_at,
    api_key.c.revoked_at,
]
_ADD = Statement(insert(api_key))
_FIND = Statement(
    select(*_COLUMNS).where(
        api_key.c.secret_hash == bindparam("secret_hash"), api_key.c.revoked_at.is_(None)
    )
)
_REVOKE = Statement(
    update(api_key)
    .where(api_key.c.id == bindparam("key_id", type_=Text), api_key.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("revoked_at"))
)
_PAGE = Statement(select(*_COLUMNS).order_by(api_key.c.created_at, api_key.c.id))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRow:
    """One API key of one brand, without its secret."""

    id: str
    brand: str
    label: str
    created_at: datetime
    revoked_at: datetime | None


class Keys:
    """Who may ask over the API, and for which brand."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, *, key_id: str, brand: str, label: str, secret_hash: bytes, at: datetime) -> None:
        """Store a key; Conflict when its id or secret is there already."""
        values = {
            "id": key_id,
            "brand": brand,
            "label": label,
            "secret_hash": secret_hash,
            "created_at": micros(at),
            "revoked_at": None,
        }
        self._connection.change(_ADD, values)

    def find(self, secret_hash: bytes) -> KeyRow | None:
        """Return the key of that secret unless it was revoked."""
        row = self._connection.row(_FIND, {"secret_hash": secret_hash})
        return None if row is None else _read(row)

    def revoke(self, key_id: str, *, at: datetime) -> bool:
        """Revoke a key; False when there is none or it was revoked before."""
        values = {"key_id": key_id, "revoked_at": micros(at)}
        return self._connection.change(_REVOKE, values) == 1

    def page(self) -> list[KeyRow]:
        """Return every key, oldest first, revoked ones too."""
        return [_read(row) for row in self._connection.rows(_PAGE)]


def _read(row: Row) -> KeyRow:
    return KeyRow(
        id=row[0],
        brand=row[1],
        label=row[2],
        created_at=moment(row[3]),
        revoked_at=moment_or_none(row[4]),
    )
