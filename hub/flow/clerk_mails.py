"""A mail that a clerk sends a customer by hand: a prepared text, looked at first, sent once.

It goes the way of every other mail of the brand (`hub.flow.mailing`): owed, written from the order
as it is when it goes, put, and noted as told.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial

from hub.domain.facts import Duty, DutyKind
from hub.domain.names import Names
from hub.domain.orders import Order
from hub.domain.placing import address_of
from hub.flow.noting import note_command
from hub.flow.owed_mails import mail_lane
from hub.flow.parts import Parts
from hub.partners import Brand
from hub.render import BY_HAND, Occasion, said, spoken
from hub.store import Erased, Transaction

KINDS: Sequence[str] = tuple(BY_HAND)
PAUSE = timedelta(minutes=10)
"""So long nobody asks for the same mail of the same order again."""
UNMADE = "{link}"
"""Stands where the mail will have a link: one is made when it goes."""


class Hindrance(StrEnum):
    """Why a customer cannot be written to."""

    NO_SERVER = "no_server"
    NO_ADDRESS = "no_address"
    NO_WAY = "no_way"
    NOTHING_TO_SAY = "nothing_to_say"


class Sending(StrEnum):
    """What became of a mail that was asked for."""

    OWED = "owed"
    SENT_BEFORE = "sent_before"
    HINDERED = "hindered"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedBefore:
    """Somebody asked for that mail of that order less than `PAUSE` ago: who, by account; when."""

    who: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail as it would go now; `was` and `now` are the days it speaks of, if any."""

    to: str
    subject: str
    text: str
    language: str
    was: str
    now: str


def letter(parts: Parts, *, brand: str, number: str, kind: str) -> Letter | Hindrance:
    """Return the mail that a customer would get now, or why there is none; nothing is written.

    Raises KeyError when the brand has no such order, or for a kind that is not sent by hand.
    """
    with parts.store.read() as tx:
        order = tx.orders.find(brand=brand, number=number)
        if order is None:
            raise KeyError(number)
        return _letter(tx, parts, order, kind)


def _letter(tx: Transaction, parts: Parts, order: Order, kind: str) -> Letter | Hindrance:
    write = BY_HAND[kind]
    if parts.mail is None:
        return Hindrance.NO_SERVER
    to = _recipient(tx, order)
    if not to:
        return Hindrance.NO_ADDRESS if _can_be_called(tx, order) else Hindrance.NO_WAY
    brand = parts.brands[order.brand]
    news = write(_occasion(tx, order, brand))
    if news is None:
        return Hindrance.NOTHING_TO_SAY
    heard = spoken(news, kind, partial(parts.heard, brand.language))
    filling = {"order": order.number, "link": UNMADE, **heard.words}
    subject, text = said(brand, heard.text or kind, filling)
    return Letter(
        to=to,
        subject=subject,
        text=text,
        language=brand.language,
        was=news.words.get("was", ""),
        now=news.words.get("now", ""),
    )


def _occasion(tx: Transaction, order: Order, brand: Brand) -> Occasion:
    row = tx.orders.status(brand=order.brand, number=order.number)
    return Occasion(
        order=order, document=json.loads(row.body) if row else {}, brand=brand, owed=[{}]
    )


def _recipient(tx: Transaction, order: Order) -> str:
    buyer = tx.visits.buyer(order.id)
    try:
        return address_of(tx.people.get(buyer)).email if buyer else ""
    except Erased:
        return ""


def _can_be_called(tx: Transaction, order: Order) -> bool:
    """Whether a telephone number is known of who bought or of who gets a part of it."""
    people = {tx.visits.buyer(order.id), *(group.person_id for group in order.groups)} - {None}
    try:
        return any(address_of(tx.people.get(one)).phone.strip() for one in people if one)
    except Erased:
        return False


def send(
    parts: Parts, *, brand: str, number: str, kind: str, note: str, key: str, who: str
) -> Sending | AskedBefore:
    """Owe the customer that mail, once for each `key`, and keep a note of it on the order.

    Raises KeyError as `letter` does. `note` says in the clerk's words what was asked for: whether
    it went is known later.
    """
    seed, now = parts.fresh(), parts.now()
    scope, asked = f"clerk-mail/{brand}/{number}", hashlib.sha256(kind.encode()).digest()

    def work(tx: Transaction) -> Sending | AskedBefore:
        order = tx.orders.find(brand=brand, number=number)
        if order is None:
            raise KeyError(number)
        if tx.facts.reply(scope=scope, key=key) is not None:
            return Sending.SENT_BEFORE
        if isinstance(_letter(tx, parts, order, kind), Hindrance):
            return Sending.HINDERED
        if asked_before := _asked_before(tx, order, kind, since=now - PAUSE):
            return asked_before
        names = Names(seed)
        _owe(tx, parts, order, kind, names=names, who=who)
        tx.notes.add(
            note_id=names.new("note"),
            order_id=order.id,
            customer_id=order.customer_id,
            who=who,
            text=note,
            at=now,
        )
        tx.facts.keep_reply(scope=scope, key=key, body_hash=asked, status=200, body=b"", at=now)
        return Sending.OWED

    return parts.store.write(work)


def _asked_before(
    tx: Transaction, order: Order, kind: str, *, since: datetime
) -> AskedBefore | None:
    """Whoever asks: two clerks with one order open would write to its customer twice."""
    for one in reversed(tx.facts.commands(order.id)):
        if one.at > since and one.body.get("mail") == kind:
            return AskedBefore(who=one.who, at=one.at)
    return None


def _owe(tx: Transaction, parts: Parts, order: Order, kind: str, *, names: Names, who: str) -> None:
    now = parts.now()
    note_command(
        tx,
        parts,
        {"mail": kind, "order": order.number, "brand": order.brand},
        subject=order.id,
        who=who,
        input_id=names.new("inp"),
        at=now,
    )
    owed = Duty(
        id=names.new("dut"),
        lane=mail_lane(order.brand),
        kind=DutyKind.MAIL,
        set_id=kind,
        subject=order.id,
        order_id=order.id,
        due_at=now,
        body={},
    )
    tx.duties.want(owed)
