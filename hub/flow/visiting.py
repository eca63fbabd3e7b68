"""Customers at their order's page: by a link, or by number and e-mail or postcode; codes prove.

Whoever holds a link sees the order without names, streets and addresses. The rest is opened by a
code that is mailed to the customer. What is asked for is always answered alike, and costs alike,
whether such an order exists or not: a miss makes a visit and a duty too, and nothing comes of them.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.domain import finding
from hub.domain.facts import Duty, DutyKind
from hub.domain.names import Names
from hub.flow.noting import note_command
from hub.flow.owed_mails import mail_lane
from hub.flow.parts import Parts
from hub.store import Linked, Transaction, VisitRow

TOKEN_BYTES = 20  # 160 random bits
LINK_DAYS = 180
CODE_TRIES = 5
ASKED_AT_MOST = 5  # in ASKED_WITHIN, for an order and from an address each
ASKED_WITHIN = timedelta(minutes=15)
VISIT_FOR = timedelta(minutes=30)  # without a look at any page
VISIT_AT_MOST = timedelta(hours=8)
FORGOTTEN_AFTER = timedelta(days=1)

Finding = Callable[[Transaction], str | None]
"""Finds the id of the order that somebody asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link to an order's page, shown once; only its hash is kept."""

    url: str
    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Somebody who asks for an order by its number, from an address of the net.

    `known` is the e-mail address of the customer, or a postcode of the order.
    """

    brand: str
    number: str
    known: str
    address: str


def make_link(parts: Parts, *, brand: str, number: str, who: str) -> Link:
    """Make a new link to an order's page; links made before go on working.

    Raises KeyError when the brand has no such order, ValueError when it has no pages.
    """
    if not parts.brands[brand].hosts:
        raise ValueError(f"brand {brand} has no hosts on its page: nowhere to link to")
    seed, now, token = parts.fresh(), parts.now(), new_token(parts)

    def work(tx: Transaction) -> Link:
        order = tx.orders.find(brand=brand, number=number)
        if order is None:
            raise KeyError(number)
        names = Names(seed)
        _command(tx, parts, names, order.id, {"link": number, "brand": brand}, who=who, now=now)
        return link(tx, parts, brand, order.id, names=names, token=token, now=now)

    return parts.store.write(work)


def link(
    tx: Transaction,
    parts: Parts,
    brand: str,
    order_id: str,
    *,
    names: Names,
    token: str,
    now: datetime,
) -> Link:
    """Keep a link within a transaction and return it."""
    expires_at = now + timedelta(days=LINK_DAYS)
    tx.visits.add_link(
        link_id=names.new("lnk"),
        token=token,
        brand=brand,
        order_id=order_id,
        at=now,
        expires_at=expires_at,
    )
    url = parts.address(brand, f"/s/{token}")
    return Link(url=url, token=token, expires_at=expires_at)


def revoke_links(parts: Parts, *, brand: str, number: str, who: str) -> int:
    """End every link to an order and return how many there were; KeyError for no such order."""
    seed, now = parts.fresh(), parts.now()

    def work(tx: Transaction) -> int:
        order = tx.orders.find(brand=brand, number=number)
        if order is None:
            raise KeyError(number)
        names = Names(seed)
        _command(tx, parts, names, order.id, {"unlink": number, "brand": brand}, who=who, now=now)
        return tx.visits.revoke_links(order.id, at=now)

    return parts.store.write(work)


def linked(parts: Parts, *, brand: str, token: str) -> Linked | None:
    """Return where a link of this brand leads, None when nowhere (any more)."""
    with parts.store.read() as tx:
        return tx.visits.linked(token=token, brand=brand, now=parts.now())


def ask_by_number(parts: Parts, asking: Asking) -> str:
    """Ask for a code by order number and e-mail or postcode; return the visit's cookie.

    For a miss as well. The code goes to the customer's e-mail, whatever they were known by. A
    number is asked for by every way of writing it, and counted as one.
    """

    def work(tx: Transaction) -> str | None:
        brand, number, known = asking.brand, asking.number, asking.known
        if "@" in finding.email(known):
            return tx.visits.matching(brand=brand, number=number, email=known)
        return tx.visits.living_at(brand=brand, number=number, postcode=known)

    plain = finding.plain_number(asking.number)
    counted = (f"{asking.brand}\x1forder\x1f{plain}", f"address\x1f{asking.address}")
    return _ask(parts, asking.brand, work, counted)


def ask_by_link(parts: Parts, *, brand: str, token: str, address: str) -> str:
    """Ask for a code by a link; return the visit's cookie, also when the link is over."""
    now = parts.now()

    def work(tx: Transaction) -> str | None:
        found = tx.visits.linked(token=token, brand=brand, now=now)
        return None if found is None else found.order_id

    return _ask(parts, brand, work, (f"{brand}\x1flink\x1f{token}", f"address\x1f{address}"))


def _ask(parts: Parts, brand: str, find: Finding, counted: tuple[str, str]) -> str:
    seed, now, cookie = parts.fresh(), parts.now(), new_token(parts)

    def work(tx: Transaction) -> str:
        names = Names(seed)
        since = now - ASKED_WITHIN
        tx.duties.next_number("asked")  # one after the other: else all who ask at once count none
        of_order, of_address = (
            tx.visits.count_asked(what, at=now, since=since) for what in counted
        )
        order_id = find(tx)
        if max(of_order, of_address) >= ASKED_AT_MOST:
            order_id = None  # asked too often: answered as ever, and nothing is sent
        visit_id = names.new("vis")
        tx.visits.forget(before=now - FORGOTTEN_AFTER)
        tx.visits.begin(visit_id=visit_id, cookie=cookie, brand=brand, order_id=order_id, at=now)
        if of_address < ASKED_AT_MOST:  # a flood from one address owes nothing and delays nobody
            tx.duties.want(_code_duty(brand, visit_id, names, now))
        return cookie

    return parts.store.write(work)


def _code_duty(brand: str, visit_id: str, names: Names, now: datetime) -> Duty:
    """The order is found by the visit: a parked mail holds back no other of the same order."""
    return Duty(
        id=names.new("dut"),
        lane=mail_lane(brand),
        kind=DutyKind.MAIL,
        set_id="code",
        subject=visit_id,
        order_id=None,
        due_at=now,
        body={},
    )


def prove(parts: Parts, *, brand: str, cookie: str, code: str) -> str | None:
    """Return the cookie of the proven visit, None when the code does not open it.

    A code counts once, until its time is over, and among the first five tried; the cookie held
    before opens nothing any more.
    """
    now, fresh = parts.now(), new_token(parts)

    def work(tx: Transaction) -> str | None:
        row = tx.visits.by_cookie(cookie=cookie, brand=brand)
        if row is None or row.proven_at is not None:
            return None
        good = (
            tx.visits.count_try(row.id, most=CODE_TRIES)
            and tx.visits.is_code(row, code)
            and row.code_until is not None
            and now < row.code_until
        )
        return fresh if good and tx.visits.prove(row.id, cookie=fresh, at=now) else None

    return parts.store.write(work)


def visitor(parts: Parts, *, brand: str, cookie: str) -> VisitRow | None:
    """Return the proven visit of a cookie that still lasts, None when there is none."""
    now = parts.now()
    with parts.store.read() as tx:
        row = tx.visits.by_cookie(cookie=cookie, brand=brand) if cookie else None
    if row is None or row.order_id is None or row.proven_at is None:
        return None
    if now >= min(row.seen_at + VISIT_FOR, row.proven_at + VISIT_AT_MOST):
        parts.store.write(lambda tx: tx.visits.end(row.id))
        return None
    if now - row.seen_at >= timedelta(minutes=1):  # not every look is worth a write
        parts.store.write(lambda tx: tx.visits.see(row.id, at=now))
    return row


def waits_for_code(parts: Parts, *, brand: str, cookie: str) -> bool:
    """Say whether this browser asked for a code and has not proven it."""
    with parts.store.read() as tx:
        row = tx.visits.by_cookie(cookie=cookie, brand=brand) if cookie else None
    return row is not None and row.proven_at is None


def leave(parts: Parts, *, brand: str, cookie: str) -> None:
    """End the visit of a cookie."""

    def work(tx: Transaction) -> None:
        row = tx.visits.by_cookie(cookie=cookie, brand=brand)
        if row is not None:
            tx.visits.end(row.id)

    parts.store.write(work)


def new_token(parts: Parts) -> str:
    """Return what a customer is to hold: 160 random bits as text for an address or a cookie."""
    return base64.b32encode(parts.random(TOKEN_BYTES)).decode().lower()


def _command(
    tx: Transaction,
    parts: Parts,
    names: Names,
    order_id: str,
    body: dict[str, str],
    *,
    who: str,
    now: datetime,
) -> None:
    note_command(tx, parts, body, subject=order_id, who=who, input_id=names.new("inp"), at=now)
