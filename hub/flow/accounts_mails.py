"""The lane of mails to users: each is written anew at every try, for of a link only a hash is kept.

What befalls the lane is what befalls a brand's (`hub.flow.mailing`); only what is written, and what
is noted of it, is another.
"""

import io
from collections.abc import Callable, Sequence
from datetime import datetime
from urllib.parse import quote

from hub.access import House
from hub.domain.exchange import Problem
from hub.domain.facts import Stuck
from hub.domain.names import Names, at_moment, stable
from hub.errors import Refused
from hub.flow.accounts_common import USERS_LANE, LinkKind, add_link
from hub.flow.accounts_notices import Notice
from hub.flow.mailing import MOST_TRIES, MailTurn
from hub.flow.parts import Parts
from hub.flow.receiving import LEASE_SECONDS
from hub.flow.supplier_mails import KINDS, write_supplier_mail
from hub.flow.walls import pause_after
from hub.partners import Brand
from hub.render import UserLetter, user_mail
from hub.store import Lease, Transaction, WaitingDuty

# It has a brand's lane under a name that no brand can have.
_NO_BRAND = Brand(
    id=USERS_LANE.removeprefix("mail/"),
    name="the hub to its users",
    buyer_code="",
    po_prefix="",
    currency="",
    reply_email="",
    phone="",
    slip_message="",
)


class UserMailTurn(MailTurn):
    """The users' mail lane in one worker; `take` is called by one thread at a time."""

    def __init__(
        self, parts: Parts, *, owner: str, gone: Callable[[str], bool] = lambda owner: False
    ) -> None:
        super().__init__(parts, _NO_BRAND, owner=owner, gone=gone)

    def _send(self, due: Sequence[WaitingDuty], lease: Lease) -> int:
        done = sum(self._mail(duty, lease) for duty in due)
        self._works()
        return done

    def _mail(self, duty: WaitingDuty, lease: Lease) -> bool:
        """Send one mail; returns whether it is settled: for later it waits alone."""
        parts = self._parts
        body = parts.store.write(lambda tx: _written(tx, parts, duty, lease))
        try:
            if body:
                self._open().put(duty.id, io.BytesIO(body), size=len(body))
        except Refused as fault:
            problem = fault.problems[0]
            if problem.code == "later" and duty.attempts + 1 < MOST_TRIES:
                until = parts.now() + pause_after(duty.attempts)
                parts.store.write(lambda tx: _put_off(tx, duty, lease, until))
                return False
            parts.store.write(lambda tx: _parked(tx, parts, duty, lease, problem.text))
            return True
        parts.store.write(lambda tx: _told(tx, parts, duty, lease, mailed=bool(body)))
        return True


def _written(tx: Transaction, parts: Parts, duty: WaitingDuty, lease: Lease) -> bytes:
    """Nothing is written to nobody, nor to whose account was closed meanwhile."""
    tx.duties.hold(lease, seconds=LEASE_SECONDS)
    tx.duties.count_attempts([duty.id])
    try:
        account = tx.accounts.get(duty.subject)
    except KeyError:
        return b""
    if account.disabled_at is not None:
        return b""
    if duty.set_id in KINDS:
        return write_supplier_mail(tx, parts, duty, account)
    now = parts.now()
    if duty.set_id in set(Notice):
        link, name = parts.room(House(account.house), "/account"), stable("mail", duty.id)
    else:
        names = Names(f"{duty.id}/{duty.attempts}")
        link = add_link(tx, parts, LinkKind(duty.set_id), account, names=names, now=now)
        if next_page := str(duty.body.get("next", "")):
            link = f"{link}?next={quote(next_page, safe='')}"
        # Each try has another link: a mailbox must not take it for the one before.
        name = stable("mail", duty.id, str(duty.attempts))
    letter = UserLetter(
        to=account.email,
        name=account.name,
        language=account.language,
        link=link,
        at=now,
        message_id=name,
    )
    return user_mail(duty.set_id, letter, sender=parts.mail_from)


def _told(tx: Transaction, parts: Parts, duty: WaitingDuty, lease: Lease, *, mailed: bool) -> None:
    tx.duties.hold(lease, seconds=LEASE_SECONDS)
    tx.duties.done([duty.id])
    if not mailed:
        return
    tx.duties.note_mail(duty.lane, at=parts.now())
    tx.facts.record_input(
        input_id=Names(f"{duty.id}/told").new("inp"),
        kind="duty",
        at=parts.now(),
        who=duty.lane,
        subject=duty.subject,
        body={"mail": duty.set_id},
        sealed=None,
        hashes={"code": parts.code},
    )


def _put_off(tx: Transaction, duty: WaitingDuty, lease: Lease, until: datetime) -> None:
    tx.duties.hold(lease, seconds=LEASE_SECONDS)
    tx.duties.put_off(duty.id, until=until)


def _parked(tx: Transaction, parts: Parts, duty: WaitingDuty, lease: Lease, fault: str) -> None:
    tx.duties.hold(lease, seconds=LEASE_SECONDS)
    now = parts.now()
    tx.duties.park(duty.id)
    stuck = Stuck(
        hold=f"duty:{duty.id}",
        kind="mail-refused",
        text=f"A mail ({duty.set_id}) to the user {duty.subject} could not be sent: {fault}.",
        next_step="See that their e-mail is right, or give them a link: `hub users invite "
        f"--print-link`; `hub duty retry {duty.id}` tries again.",
        problems=(Problem(code="mail-refused", text=fault),),
    )
    tx.exceptions.open(stuck, at=now, names=at_moment(duty.id, now))
