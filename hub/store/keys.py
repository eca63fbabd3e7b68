"""API keys: only the SHA-256 of a secret is kept; the secret itself is shown once, elsewhere."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Text, bindparam, insert, select, update

from hub.store.statements import Connection, Row, Statement, micros, moment, moment_or_none
from hub.store.tables import api_key
from hub.store.tables_keys import key_partner

_COLUMNS = [
    api_key.c.id,
    api_key.c.brand,
    api_key.c.label,
    api_key.c.created_at,
    api_key.c.revoked_at,
    key_partner.c.partner,
]
_ADD = Statement(insert(api_key))
_ADD_PARTNER = Statement(insert(key_partner))
_KEYS = select(*_COLUMNS).select_from(api_key.outerjoin(key_partner))
_FIND = Statement(
    _KEYS.where(api_key.c.secret_hash == bindparam("secret_hash"), api_key.c.revoked_at.is_(None))
)
_REVOKE = Statement(
    update(api_key)
    .where(api_key.c.id == bindparam("key_id", type_=Text), api_key.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("revoked_at"))
)
_PAGE = Statement(_KEYS.order_by(api_key.c.created_at, api_key.c.id))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRow:
    """One API key of one brand or of one partner, without its secret; the other is empty."""

    id: str
    brand: str
    label: str
    created_at: datetime
    revoked_at: datetime | None
    partner: str = ""


class Keys:
    """Who may ask over the API, and for which brand or partner."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(
        self,
        *,
        key_id: str,
        brand: str,
        label: str,
        secret_hash: bytes,
        at: datetime,
        partner: str = "",
    ) -> None:
        """Store a key; Conflict when its id or secret is there already.

        A key that names a partner speaks for that partner alone; `brand` is empty then.
        """
        values = {
            "id": key_id,
            "brand": brand,
            "label": label,
            "secret_hash": secret_hash,
            "created_at": micros(at),
            "revoked_at": None,
        }
        self._connection.change(_ADD, values)
        if partner:
            self._connection.change(_ADD_PARTNER, {"key_id": key_id, "partner": partner})

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
        partner=row[5] or "",
    )
