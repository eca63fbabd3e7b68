"""Links to status pages and customers' visits: found by the hash of what the customer holds.

Neither tokens nor cookies nor codes can be read back. Of a code of eight digits a keyed hash is
kept: from the database alone nobody can try them out.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Integer,
    LargeBinary,
    Text,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from hub.domain import finding
from hub.store.seals import Damaged, Erased, Vault
from hub.store.statements import (
    Connection,
    Row,
    Statement,
    micros,
    micros_or_none,
    moment,
    moment_or_none,
    parsed,
)
from hub.store.tables import customer, order, person, ship_group
from hub.store.tables_visits import asked, status_link, visit
from hub.store.terms import email_values, has_email

MOST_LOOKED_AT = 50  # people of the orders that are meant

_ADD_LINK = Statement(insert(status_link))
_LINK = Statement(
    select(status_link.c.order_id, order.c.number)
    .select_from(status_link.join(order))
    .where(
        status_link.c.token_hash == bindparam("token_hash", type_=LargeBinary),
        status_link.c.brand == bindparam("brand"),
        status_link.c.revoked_at.is_(None),
        status_link.c.expires_at > bindparam("now", type_=BigInteger),
    )
)
_REVOKE = Statement(
    update(status_link)
    .where(
        status_link.c.order_id == bindparam("of_order", type_=Text),
        status_link.c.revoked_at.is_(None),
    )
    .values(revoked_at=bindparam("at"))
)
# Several orders may be meant: the one written exactly so comes first, then the newest.
_MEANT = and_(order.c.brand == bindparam("brand"), order.c.number_plain == bindparam("plain"))
_EXACT_FIRST = case((order.c.number == bindparam("number", type_=Text), 0), else_=1)
_MATCH = Statement(
    select(order.c.id)
    .select_from(order.join(customer, customer.c.id == order.c.customer_id))
    .where(_MEANT, has_email())
    .order_by(_EXACT_FIRST, order.c.placed_at.desc(), order.c.id.desc())
    .limit(1)
)
_NAMED = Statement(
    select(order.c.id, customer.c.id, customer.c.wrapped_key, person.c.id, person.c.sealed)
    .select_from(
        order.join(customer, customer.c.id == order.c.customer_id).join(
            person, person.c.customer_id == customer.c.id
        )
    )
    .where(
        _MEANT,
        or_(
            person.c.role == "buyer",
            person.c.id.in_(
                select(ship_group.c.person_id).where(ship_group.c.order_id == order.c.id)
            ),
        ),
    )
    .order_by(_EXACT_FIRST, order.c.placed_at.desc(), person.c.id.desc())
    .limit(MOST_LOOKED_AT)
)
_BUYER = Statement(
    select(person.c.id)
    .select_from(person.join(order, order.c.customer_id == person.c.customer_id))
    .where(order.c.id == bindparam("order_id"), person.c.role == "buyer")
    .order_by(person.c.id.desc())
    .limit(1)
)

_VISIT_COLUMNS = [
    visit.c.id,
    visit.c.brand,
    visit.c.order_id,
    order.c.number,
    visit.c.asked_at,
    visit.c.code_hash,
    visit.c.code_until,
    visit.c.tries,
    visit.c.proven_at,
    visit.c.seen_at,
]
_VISITS = select(*_VISIT_COLUMNS).select_from(visit.outerjoin(order))
_BY_COOKIE = Statement(
    _VISITS.where(
        visit.c.cookie_hash == bindparam("cookie_hash", type_=LargeBinary),
        visit.c.brand == bindparam("brand"),
    )
)
_BY_ID = Statement(_VISITS.where(visit.c.id == bindparam("visit_id", type_=Text)))
_ADD_VISIT = Statement(insert(visit))
_THIS = visit.c.id == bindparam("visit_id", type_=Text)
_CODE = Statement(
    update(visit)
    .where(_THIS, visit.c.proven_at.is_(None))
    .values(code_hash=bindparam("code"), code_until=bindparam("until"), tries=0)
)
# The row is looked at again after waiting for others: many tries at once are no more than most.
_TRY = Statement(
    update(visit)
    .where(_THIS, visit.c.tries < bindparam("most", type_=Integer))
    .values(tries=visit.c.tries + 1)
)
_PROVE = Statement(
    update(visit)
    .where(_THIS, visit.c.proven_at.is_(None))
    .values(
        cookie_hash=bindparam("fresh"),
        code_hash=None,
        code_until=None,
        proven_at=bindparam("at"),
        seen_at=bindparam("at"),
    )
)
_SEEN = Statement(update(visit).where(_THIS).values(seen_at=bindparam("at")))
_END = Statement(delete(visit).where(_THIS))
_FORGET_VISITS = Statement(
    delete(visit).where(visit.c.asked_at < bindparam("before", type_=BigInteger))
)
_COUNT = Statement(
    select(func.count())
    .select_from(asked)
    .where(
        asked.c.bucket == bindparam("counted", type_=LargeBinary),
        asked.c.at >= bindparam("since", type_=BigInteger),
    )
)
_ADD_ASKED = Statement(insert(asked))
_FORGET_ASKED = Statement(delete(asked).where(asked.c.at < bindparam("before", type_=BigInteger)))


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRow:
    """One browser's visit; `order_id` is None when nothing belonged to what was asked for."""

    id: str
    brand: str
    order_id: str | None
    number: str | None
    asked_at: datetime
    code_hash: bytes | None
    code_until: datetime | None
    tries: int
    proven_at: datetime | None
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """The order that a link leads to."""

    order_id: str
    number: str


class Visits:
    """Links, visits, and how often was asked."""

    __slots__ = ("_connection", "_vault")

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    # --- links ----------------------------------------------------------------------------------

    def add_link(
        self,
        *,
        link_id: str,
        token: str,
        brand: str,
        order_id: str,
        at: datetime,
        expires_at: datetime,
    ) -> None:
        """Keep that this token opens the order's page until then."""
        values = {
            "id": link_id,
            "token_hash": _hashed(token),
            "brand": brand,
            "order_id": order_id,
            "made_at": micros(at),
            "expires_at": micros(expires_at),
            "revoked_at": None,
        }
        self._connection.change(_ADD_LINK, values)

    def linked(self, *, token: str, brand: str, now: datetime) -> Linked | None:
        """Return where the token leads; None when it is unknown, another brand's, or over."""
        values = {"token_hash": _hashed(token), "brand": brand, "now": micros(now)}
        row = self._connection.row(_LINK, values)
        return None if row is None else Linked(order_id=row[0], number=row[1])

    def revoke_links(self, order_id: str, *, at: datetime) -> int:
        """End every link of an order and return how many there were."""
        return self._connection.change(_REVOKE, {"of_order": order_id, "at": micros(at)})

    # --- who asks -------------------------------------------------------------------------------

    def matching(self, *, brand: str, number: str, email: str) -> str | None:
        """Return the id of the brand's order of that number and customer's e-mail, or None.

        However both are written: of several orders that are meant the one written exactly so, else
        the newest, of those that are the customer's. One statement for a hit and for a miss.
        """
        hashes = email_values(self._vault, brand=brand, email=email)
        values = {**_numbered(brand, number), **hashes}
        row = self._connection.row(_MATCH, values)
        return None if row is None else str(row[0])

    def living_at(self, *, brand: str, number: str, postcode: str) -> str | None:
        """Return the id of the brand's order of that number if it is of that postcode, or None.

        The buyer's counts, and those to which it goes. One statement for a hit and for a miss;
        what it finds is opened in memory. Of the number and of the postcode letter case, spaces and
        hyphens do not count, nor do the last four digits of a nine-digit postcode; of several
        orders that fit the one written exactly so comes first, then the newest.
        """
        rows = self._connection.rows(_NAMED, _numbered(brand, number))
        asked = finding.postcode(postcode)
        found = None
        for order_id, customer_id, wrapped, person_id, sealed in rows:
            try:
                sealer = self._vault.unwrap(wrapped, context=customer_id)
                words = parsed(sealer.open(sealed, context=person_id).decode())
            except (Erased, Damaged):
                continue
            fits = finding.postcode(str(words.get("postal_code", ""))) == asked
            if asked and fits and found is None:  # it goes on: a miss opens as many
                found = str(order_id)
        return found

    def buyer(self, order_id: str) -> str | None:
        """Return the id of the person who bought, as the customer last named themselves."""
        row = self._connection.row(_BUYER, {"order_id": order_id})
        return None if row is None else str(row[0])

    def count_asked(self, what: str, *, at: datetime, since: datetime) -> int:
        """Count one more time that was asked for this, and return how often before, since then."""
        bucket = self._vault.index(f"asked\x1f{what}")
        values: dict[str, Any] = {"counted": bucket, "since": micros(since)}
        before = int(self._connection.returned(_COUNT, values)[0])
        self._connection.change(_FORGET_ASKED, {"before": micros(since)})
        row = {"bucket": bucket, "at": micros(at), "ordinal": before}
        self._connection.change(_ADD_ASKED, row)
        return before

    # --- visits ---------------------------------------------------------------------------------

    def begin(
        self, *, visit_id: str, cookie: str, brand: str, order_id: str | None, at: datetime
    ) -> None:
        """Keep that this browser asked for an order's code."""
        values = {
            "id": visit_id,
            "cookie_hash": _hashed(cookie),
            "brand": brand,
            "order_id": order_id,
            "asked_at": micros(at),
            "code_hash": None,
            "code_until": None,
            "tries": 0,
            "proven_at": None,
            "seen_at": micros(at),
        }
        self._connection.change(_ADD_VISIT, values)

    def forget(self, *, before: datetime) -> int:
        """Remove the visits that began before then and return how many there were."""
        return self._connection.change(_FORGET_VISITS, {"before": micros(before)})

    def by_cookie(self, *, cookie: str, brand: str) -> VisitRow | None:
        """Return the visit of the browser that holds this cookie of the brand."""
        values = {"cookie_hash": _hashed(cookie), "brand": brand}
        row = self._connection.row(_BY_COOKIE, values)
        return None if row is None else _read(row)

    def get(self, visit_id: str) -> VisitRow | None:
        """Return the visit of that id, None when it is over."""
        row = self._connection.row(_BY_ID, {"visit_id": visit_id})
        return None if row is None else _read(row)

    def give_code(self, visit_id: str, *, code: str, until: datetime) -> bool:
        """Take this code for the visit's until then; an earlier one counts no longer."""
        values = {
            "visit_id": visit_id,
            "code": self._code_hash(visit_id, code),
            "until": micros_or_none(until),
        }
        return self._connection.change(_CODE, values) == 1

    def is_code(self, row: VisitRow, code: str) -> bool:
        """Say whether this is the code given to the visit, whatever else holds for it."""
        return row.code_hash is not None and row.code_hash == self._code_hash(row.id, code)

    def count_try(self, visit_id: str, *, most: int) -> bool:
        """Count that a code was tried; False when it was tried `most` times before."""
        return self._connection.change(_TRY, {"visit_id": visit_id, "most": most}) == 1

    def prove(self, visit_id: str, *, cookie: str, at: datetime) -> bool:
        """Take the visit for proven under a new cookie; False when somebody was faster."""
        values = {"visit_id": visit_id, "fresh": _hashed(cookie), "at": micros(at)}
        return self._connection.change(_PROVE, values) == 1

    def see(self, visit_id: str, *, at: datetime) -> None:
        """Note that the visit goes on."""
        self._connection.change(_SEEN, {"visit_id": visit_id, "at": micros(at)})

    def end(self, visit_id: str) -> None:
        """End a visit; its cookie opens nothing any more."""
        self._connection.change(_END, {"visit_id": visit_id})

    def _code_hash(self, visit_id: str, code: str) -> bytes:
        return self._vault.index(f"code\x1f{visit_id}\x1f{code}")


def _numbered(brand: str, number: str) -> dict[str, Any]:
    """What tells the orders that a number may mean, and which of them is written exactly so."""
    return {"brand": brand, "plain": finding.plain_number(number), "number": number.strip()}


def _hashed(held: str) -> bytes:
    """SHA-256 is enough: what customers hold has 160 random bits."""
    return hashlib.sha256(held.encode()).digest()


def _read(row: Row) -> VisitRow:
    return VisitRow(
        id=row[0],
        brand=row[1],
        order_id=row[2],
        number=row[3],
        asked_at=moment(row[4]),
        code_hash=None if row[5] is None else bytes(row[5]),
        code_until=moment_or_none(row[6]),
        tries=row[7],
        proven_at=moment_or_none(row[8]),
        seen_at=moment(row[9]),
    )
