"""What all that is done with accounts shares: the account itself, tokens, tries, the record.

Nothing here or in the modules beside it puts a name or an address into a fact, an input or a log:
accounts are told by their ids.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv6Address, ip_address, ip_network

from hub.access import HOUSES, Caller, House, Role
from hub.domain.facts import Duty, DutyKind
from hub.domain.names import Names
from hub.flow.noting import note_command
from hub.flow.parts import Parts
from hub.store import AccountRow, Transaction, Tries

TOKEN_BYTES = 20  # 160 random bits
USERS_LANE = "mail/_users"
"""The lane of mails to users; no brand's id begins with a sign like this one."""
NOBODY = "nobody"
FREE_TRIES = 5  # without a wait, when none is longer ago than TRIES_WITHIN
TRIES_WITHIN = timedelta(minutes=15)
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
LANGUAGES = ("en", "de")


class LinkKind(StrEnum):
    """What a link in a mail to a user does."""

    INVITE = "invite"
    LINK = "link"
    RESET = "reset"


LINK_FOR = {
    LinkKind.INVITE: timedelta(days=7),
    LinkKind.LINK: timedelta(minutes=15),
    LinkKind.RESET: timedelta(minutes=15),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person who works here or at a supplier; never their password or second factor.

    `partner` is a supplier's and empty for our own people; `brands` are ours to see, empty is all.
    """

    id: str
    email: str
    name: str
    role: Role
    partner: str
    brands: tuple[str, ...]
    zone: str
    language: str
    has_password: bool
    has_totp: bool
    disabled: bool
    invited_at: datetime
    seen_at: datetime | None

    @property
    def house(self) -> House:
        """Where the person is at home."""
        return HOUSES[self.role]

    @property
    def of_brands(self) -> frozenset[str] | None:
        """The brands whose orders the person sees, None for every one; a supplier's sees none."""
        if self.house is House.PORTAL:
            return frozenset()
        return frozenset(self.brands) or None


def account_of(row: AccountRow) -> Account:
    """Return the account of a row, without what proves it."""
    return Account(
        id=row.id,
        email=row.email,
        name=row.name,
        role=Role(row.role),
        partner=row.partner,
        brands=row.brands,
        zone=row.zone,
        language=row.language,
        has_password=row.password_hash != "",
        has_totp=row.has_totp,
        disabled=row.disabled_at is not None,
        invited_at=row.invited_at,
        seen_at=row.seen_at,
    )


def caller(account: Account) -> Caller:
    """Return who is asking when this person does; a disabled one is not looked at here."""
    return Caller(
        role=account.role,
        brand="",
        key_id=account.id,
        partner=account.partner,
        brands=account.of_brands,
    )


def new_token(parts: Parts) -> str:
    """Return what a person is to hold: 160 random bits as text for an address or a cookie."""
    return base64.b32encode(parts.random(TOKEN_BYTES)).decode().lower()


def address_bucket(what: str, address: str) -> str:
    """Return what is counted for an address of the net; of IPv6 everybody has 2^64 at least."""
    try:
        found = ip_address(address)
    except ValueError:
        return f"{what}\x1ffrom\x1f{address}"
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        else:
            return f"{what}\x1ffrom\x1f{ip_network((found, 64), strict=False)}"
    return f"{what}\x1ffrom\x1f{found}"


def email_bucket(what: str, house: House, email: str) -> str:
    """Return what is counted for an e-mail, whether an account has it or not."""
    return f"{what}\x1f{house}\x1f{email.strip().lower()}"


def may_try(tx: Transaction, counted: Sequence[str], *, now: datetime) -> bool:
    """Count one more try for each; False, and none counted, when it is too early for one.

    Five are free, then each has to wait ever longer after the one before, a quarter of an hour at
    most; a quarter of an hour without any makes five free again.
    """
    tx.duties.next_number("tried")  # one after the other: else all who try at once count none
    before = [tx.sessions.tried(what) for what in counted]
    if any(tries is not None and tries.free_at > now for tries in before):
        return False
    for what, tries in zip(counted, before, strict=True):
        tx.sessions.count(what, _one_more(tries, now))
    return True


def _one_more(tries: Tries | None, now: datetime) -> Tries:
    lately = tries is not None and now - max(tries.last, tries.free_at) < TRIES_WITHIN
    count = tries.count + 1 if tries is not None and lately else 1
    wait = timedelta(0)
    if count >= FREE_TRIES:
        wait = min(FIRST_WAIT * (1 << min(count - FREE_TRIES, 10)), LONGEST_WAIT)
    return Tries(count=count, last=now, free_at=now + wait)


def forgive(tx: Transaction, *, account: str, address: str, now: datetime) -> None:
    """Forget the tries of an account after a good one; of the address only that one.

    Who has one account must not be able to try others for ever.
    """
    tx.sessions.forgive(account)
    tries = tx.sessions.tried(address)
    if tries is not None:
        tx.sessions.count(address, Tries(count=max(tries.count - 1, 0), last=now, free_at=now))


def record(
    tx: Transaction,
    parts: Parts,
    names: Names,
    *,
    account_id: str,
    body: Mapping[str, object],
    who: str,
    now: datetime,
) -> None:
    """Keep what was done with an account, by whom; `body` names nobody and shows no secret."""
    note_command(tx, parts, body, subject=account_id, who=who, input_id=names.new("inp"), at=now)


def owe_mail(
    tx: Transaction,
    kind: LinkKind,
    *,
    account_id: str,
    next_page: str = "",
    names: Names,
    now: datetime,
) -> None:
    """Owe a mail with a link to an account, or to nobody: then nothing comes of it.

    `next_page` is the path that the link leads on to, empty for where everybody begins.
    """
    tx.duties.want(
        Duty(
            id=names.new("dut"),
            lane=USERS_LANE,
            kind=DutyKind.MAIL,
            set_id=kind.value,
            subject=account_id,
            order_id=None,
            due_at=now,
            body={"next": next_page} if next_page else {},
        )
    )


def add_link(
    tx: Transaction,
    parts: Parts,
    kind: LinkKind,
    account: AccountRow,
    *,
    names: Names,
    now: datetime,
) -> str:
    """Keep a link to an account within a transaction and return its address, shown once."""
    token = new_token(parts)
    tx.sessions.add_link(
        link_id=names.new("lnk"),
        token=token,
        account_id=account.id,
        epoch=account.epoch,
        kind=kind.value,
        expires_at=now + LINK_FOR[kind],
    )
    return parts.room(House(account.house), f"/l/{token}")
