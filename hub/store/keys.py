"""API keys: only the SHA-256 of a secret is kept; the secret itself is shown once, elsewhere."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Text, bindparam, insert, select, update

from hub.store.statements import Connection, Row, Statement, micros, moment, moment_or_none
from hub.store.tables import api_key
from hub.store.tables_keys import key_expiry, key_partner, key_use
from hub.store.upserts import upsert

_COLUMNS = [
    api_key.c.id,
    api_key.c.brand,
    api_key.c.label,
    api_key.c.created_at,
    api_key.c.revoked_at,
    key_partner.c.partner,
    key_expiry.c.expires_at,
    key_use.c.used_at,
]
_ADD = Statement(insert(api_key))
_ADD_PARTNER = Statement(insert(key_partner))
_ADD_EXPIRY = Statement(insert(key_expiry))
_KEYS = select(*_COLUMNS).select_from(
    api_key.outerjoin(key_partner).outerjoin(key_expiry).outerjoin(key_use)
)
_FIND = Statement(
    _KEYS.where(api_key.c.secret_hash == bindparam("secret_hash"), api_key.c.revoked_at.is_(None))
)
_REVOKE = Statement(
    update(api_key)
    .where(api_key.c.id == bindparam("key_id", type_=Text), api_key.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("revoked_at"))
)
_END = upsert(key_expiry, on=["key_id"], setting=["expires_at"])
_USED = upsert(key_use, on=["key_id"], setting=["used_at"])
_PAGE = Statement(_KEYS.order_by(api_key.c.created_at, api_key.c.id))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRow:
    """One API key of one brand or of one partner, without its secret; the other is empty.

    `expires_at` is None for one that is good until it is revoked. `used_at` may be a minute behind.
    """

    id: str
    brand: str
    label: str
    created_at: datetime
    revoked_at: datetime | None
    partner: str = ""
    expires_at: datetime | None = None
    used_at: datetime | None = None

    def is_good(self, now: datetime) -> bool:
        """Say whether the key is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


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
        expires_at: datetime | None = None,
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
        if expires_at is not None:
            values = {"key_id": key_id, "expires_at": micros(expires_at)}
            self._connection.change(_ADD_EXPIRY, values)

    def find(self, secret_hash: bytes) -> KeyRow | None:
        """Return the key of that secret unless it was revoked; one that expired too."""
        row = self._connection.row(_FIND, {"secret_hash": secret_hash})
        return None if row is None else _read(row)

    def revoke(self, key_id: str, *, at: datetime) -> bool:
        """Revoke a key; False when there is none or it was revoked before."""
        values = {"key_id": key_id, "revoked_at": micros(at)}
        return self._connection.change(_REVOKE, values) == 1

    def end(self, key_id: str, *, at: datetime) -> None:
        """Let a key be good until then and no longer."""
        self._connection.change(_END, {"key_id": key_id, "expires_at": micros(at)})

    def used(self, key_id: str, *, at: datetime) -> None:
        """Note that a key was used then."""
        self._connection.change(_USED, {"key_id": key_id, "used_at": micros(at)})

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
        expires_at=moment_or_none(row[6]),
        used_at=moment_or_none(row[7]),
    )
