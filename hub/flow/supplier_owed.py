"""Which mails a supplier's people are owed: of new orders and of changes that wait for an answer.

One duty for each paper and person, in the users' lane; what is said is decided when it comes due.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from hub.domain.facts import Duty, DutyKind
from hub.domain.names import stable
from hub.flow.accounts_common import USERS_LANE
from hub.flow.parts import DESK, Parts
from hub.flow.supplier_notices import UNSAID, Notice
from hub.flow.supplier_untold import look_whom_to_tell
from hub.partners import Channel
from hub.store import AccountRow, DocumentRow, Transaction

WORK, CHANGE, DIGEST = "work", "change", "digest"
DIGEST_AT = time(7)  # in the reader's zone
QUIET_FROM = time(20)  # until DIGEST_AT, for those who want to be left alone at night


def want_supplier_mails(
    tx: Transaction,
    parts: Parts,
    channel: Channel,
    document: DocumentRow,
    *,
    changes: bool,
    now: datetime,
) -> None:
    """Owe a mail to each of the partner's people about a paper that now lies at its desk.

    `changes` says that it asks for a change: nobody waits for a digest then. Nothing is owed by a
    hub that sends no mails, nor for a partner that has no desk; of one that has no people the
    operator is told.
    """
    if channel.transport != DESK:
        return
    look_whom_to_tell(tx, parts, channel.partner, now=now)
    if parts.mail is None:
        return
    for row in tx.accounts.page(partner=channel.partner):
        notice = tx.supplying.notice(row.id) or UNSAID
        if row.disabled_at is None and notice != Notice.NONE:
            later = notice == Notice.DIGEST and not changes
            if later:
                tx.duties.want(_digest(parts, row, now=now))
            else:
                due = _awake(parts, row, now) if notice == Notice.DAYTIME else now
                tx.duties.want(_alone(row, document, changes=changes, due=due))


def _awake(parts: Parts, row: AccountRow, now: datetime) -> datetime:
    """Now by day; at night the next morning."""
    zone = zone_of(parts, row)
    here = now.astimezone(zone).time()
    return now if DIGEST_AT <= here < QUIET_FROM else next_digest(zone, now)


def _alone(row: AccountRow, document: DocumentRow, *, changes: bool, due: datetime) -> Duty:
    """One for each paper and person."""
    return Duty(
        id=stable("dut", "supplier", document.id, row.id),
        lane=USERS_LANE,
        kind=DutyKind.MAIL,
        set_id=CHANGE if changes else WORK,
        subject=row.id,
        order_id=None,  # a mailbox that is full holds back no other mail
        due_at=due,
        body={"number": document.order_number},
    )


def _digest(parts: Parts, row: AccountRow, *, now: datetime) -> Duty:
    """One for each person and morning, however many papers come before it."""
    due = next_digest(zone_of(parts, row), now)
    return Duty(
        id=stable("dut", "digest", row.id, due.isoformat()),
        lane=USERS_LANE,
        kind=DutyKind.MAIL,
        set_id=DIGEST,
        subject=row.id,
        order_id=None,
        due_at=due,
        body={},
    )


def next_digest(zone: ZoneInfo, now: datetime) -> datetime:
    """Return the next seven o'clock in that zone, as a moment in the zone of `now`."""
    return next(_mornings(zone, now)).astimezone(now.tzinfo)


def _mornings(zone: ZoneInfo, now: datetime) -> Iterator[datetime]:
    day = now.astimezone(zone).date()
    for ahead in range(3):
        morning = datetime.combine(day + timedelta(days=ahead), DIGEST_AT, tzinfo=zone)
        if morning > now:
            yield morning


def zone_of(parts: Parts, row: AccountRow) -> ZoneInfo:
    """Return the zone that a person reads in: their own, else their partner's."""
    return ZoneInfo(row.zone or parts.partners.get(row.partner).calendar.zone)
