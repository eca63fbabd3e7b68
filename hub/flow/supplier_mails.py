"""A mail to one of a supplier's people, as of when it is written, with a link to each order.

Each link opens one purchase order without signing in, and lets its holder act on it once.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from hub.domain.change_settling import find_ask, still_asked
from hub.domain.hearing import line_of
from hub.domain.names import Names, stable
from hub.domain.orders import ChangeKind
from hub.domain.packs import split
from hub.domain.placing import address_of
from hub.flow.accounts_acts import act_link
from hub.flow.partner_work import Asked, Work, find, works_of
from hub.flow.parts import Parts
from hub.flow.supplier_links import ACT_FOR
from hub.flow.supplier_owed import CHANGE, DIGEST, WORK, zone_of
from hub.render.supplier_mails import (
    MailedLine,
    MailedOrder,
    MailedWish,
    SupplierLetter,
    supplier_mail,
)
from hub.store import AccountRow, Shelf, Transaction, WaitingDuty

MOST_IN_DIGEST = 25
ELSEWHERE = "elsewhere"
"""What a mail about changes is when no customer asked for any: others could send it sooner."""
KINDS = frozenset({WORK, CHANGE, DIGEST})
"""The mails of the users' lane that are written here."""


def write_supplier_mail(
    tx: Transaction, parts: Parts, duty: WaitingDuty, account: AccountRow
) -> bytes:
    """Write what a duty owes one of a supplier's people; empty when nothing is left to say.

    An order that was shipped whole, cancelled or taken away meanwhile is not mailed any more. Tried
    again, the mail has the same Message-ID and fresh links.
    """
    now = parts.now()
    works, more = _told(tx, parts, duty, account, now)
    if not works:
        return b""
    names = Names(f"{duty.id}/{duty.attempts}")
    orders = [_mailed(tx, parts, duty, work, names, now) for work in works]
    letter = SupplierLetter(
        to=account.email,
        name=account.name,
        language=account.language,
        zone=zone_of(parts, account),
        orders=orders,
        more=more,
        at=now,
        message_id=stable("mail", duty.id),
    )
    kind = duty.set_id
    if kind == CHANGE and all(_is_ours(work, asked) for work in works for asked in work.asked):
        kind = ELSEWHERE
    return supplier_mail(kind, letter, sender=parts.mail_from)


def _told(
    tx: Transaction, parts: Parts, duty: WaitingDuty, account: AccountRow, now: datetime
) -> tuple[Sequence[Work], int]:
    """The works that a mail is about, and how many more there are."""
    if duty.set_id == DIGEST:
        return _to_confirm(tx, parts, account.partner, now)
    number = str(duty.body["number"])
    work = find(tx, parts, partner=account.partner, number=number, now=now)
    if work is None:
        return (), 0
    waits = bool(work.asked) if duty.set_id == CHANGE else _is_open(work)
    return ((work,), 0) if waits else ((), 0)


def _to_confirm(
    tx: Transaction, parts: Parts, partner: str, now: datetime
) -> tuple[Sequence[Work], int]:
    given = tx.shelves.listed(
        partner=partner, shelf=Shelf.CONFIRM, after=None, limit=MOST_IN_DIGEST, now=now
    )
    orders = tx.orders.several([one.order for one in given])
    wanted = {one.part for one in given}
    works = [
        work
        for order in orders.values()
        if order.brand in parts.brands
        for work in works_of(tx, parts, order, partner=partner, now=now)
        if work.part.id in wanted and _is_open(work)
    ]
    every = tx.shelves.counts(partner=partner, now=now).confirm
    return works, max(0, every - len(works)) if len(given) == MOST_IN_DIGEST else 0


def _is_open(work: Work) -> bool:
    return any(line.buckets.open for line in work.part.lines)


def _mailed(
    tx: Transaction, parts: Parts, duty: WaitingDuty, work: Work, names: Names, now: datetime
) -> MailedOrder:
    asks = duty.set_id == CHANGE
    link = act_link(
        tx,
        parts,
        partner=work.part.partner,
        purpose=CHANGE if asks else WORK,
        subject=work.part.number,
        until=now + ACT_FOR,
        names=names,
        holder=duty.subject,
    )
    return MailedOrder(
        number=work.part.number,
        city=address_of(work.words).city if work.words is not None else "",
        lines=[
            MailedLine(
                quantity=line.buckets.open,
                name=work.order.line(line.line_id).description or line.sku,
                packs=split(line.buckets.open, line.units_per_pack),
            )
            for line in work.part.lines
            if line.buckets.open
        ],
        by=_answer_by(work) if asks else work.part.due,
        link=link.url,
        wishes=tuple(_wishes(work)) if asks else (),
    )


def _answer_by(work: Work) -> datetime | None:
    return min((asked.ask.until for asked in work.asked if asked.ask.until), default=None)


def _is_ours(work: Work, asked: Asked) -> bool:
    return find_ask(work.order, asked.ask.id)[0].kind is ChangeKind.RESOURCING


def _wishes(work: Work) -> Iterator[MailedWish]:
    """What is asked of units, each question by itself; addresses are on the page only."""
    for asked in work.asked:
        for one in still_asked(work.order, asked.ask):
            line = line_of(work.order, work.part.id, one.fulfillment_line_id)
            yield MailedWish(
                name=work.order.line(line.line_id).description or line.sku,
                quantity=one.quantity,
                open=line.buckets.open,
                ours=_is_ours(work, asked),
            )
