"""What a person is told of their own account by mail: who may come in, and who did from elsewhere.

A place is a net of addresses, kept as a keyed hash for ninety days since it was last used. The
first place of an account is nothing new.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address, ip_network

from hub.domain.facts import Duty, DutyKind
from hub.domain.names import Names
from hub.flow.accounts_common import USERS_LANE
from hub.flow.parts import Parts
from hub.store import Transaction, Tries

PLACE_FOR = timedelta(days=90)
_NET = {4: 24, 6: 48}
"""So many bits of an address are a place; the rest changes with the hour."""


class Notice(StrEnum):
    """What happened to an account that its person should know of."""

    PASSWORD = "password_changed"  # noqa: S105  # a kind of mail
    FACTOR = "factor_changed"
    PLACE = "new_place"


def owe_notice(
    tx: Transaction, parts: Parts, notice: Notice, *, account_id: str, names: Names, now: datetime
) -> None:
    """Owe a mail that tells of it; a hub that sends no mails owes none."""
    if parts.mail is None:
        return
    owed = Duty(
        id=names.new("dut"),
        lane=USERS_LANE,
        kind=DutyKind.MAIL,
        set_id=notice.value,
        subject=account_id,
        order_id=None,
        due_at=now,
        body={},
    )
    tx.duties.want(owed)


def came_from(
    tx: Transaction, parts: Parts, address: str, *, account_id: str, names: Names, now: datetime
) -> None:
    """Note from where a person came in, and tell them when it is a new place."""
    place = _place(address)
    if not place:
        return
    anywhere, there = f"place\x1f{account_id}", f"place\x1f{account_id}\x1f{place}"
    is_new = tx.sessions.tried(there) is None and tx.sessions.tried(anywhere) is not None
    for bucket in (anywhere, there):
        tx.sessions.count(bucket, Tries(count=1, last=now, free_at=now + PLACE_FOR))
    if is_new:
        owe_notice(tx, parts, Notice.PLACE, account_id=account_id, names=names, now=now)


def _place(address: str) -> str:
    try:
        found = ip_address(address.partition("/")[0])
    except ValueError:
        return ""
    return str(ip_network((found, _NET[found.version]), strict=False))
