"""Which duties are one mail: news of one order and kind that is due together goes together.

What was tried before stays what it was: the mail may have arrived, and another one with the same
name must not say more.
"""

from collections.abc import Sequence
from datetime import datetime

from hub.flow.owed_mails import TOGETHER
from hub.render import NEWS
from hub.store import Transaction, WaitingDuty

_OF_DAYS = "moved"
_CODE = "code"
_PAGES = 10


def together(due: Sequence[WaitingDuty]) -> list[Sequence[WaitingDuty]]:
    """Return the duties mail by mail: news of one order and kind that was tried as often."""
    mails: dict[tuple[str, str, int], list[WaitingDuty]] = {}
    for duty in due:
        about = duty.order_id or duty.id
        mails.setdefault((about, duty.set_id, duty.attempts), []).append(duty)
    return list(mails.values())


def ready(tx: Transaction, lane: str, *, now: datetime, most: int) -> list[WaitingDuty]:
    """Return a lane's due duties without those whose mail waits a moment for more it can say.

    Codes come first, `most` of them: somebody sits and waits for them. Of news there are about
    `most`; so many pages of it at most are looked through for what does not wait, and the rest
    comes later. A mail that was tried waits for nothing, no other longer than `TOGETHER` after its
    first news was due.
    """
    codes = tx.duties.due_of_set(_CODE, lane=lane, now=now, limit=most)
    found, after = list(codes), -1
    for _ in range(_PAGES):
        page = tx.duties.due(lane=lane, now=now, limit=most, after=after)
        news = [duty for duty in page if duty.set_id != _CODE]
        found += [one for mail in together(news) if not _waits(tx, mail, now) for one in mail]
        if len(page) < most or len(found) >= len(codes) + most:
            break
        after = page[-1].seq
    return found


def _waits(tx: Transaction, mail: Sequence[WaitingDuty], now: datetime) -> bool:
    first = mail[0]
    if first.attempts or first.set_id not in NEWS:
        return False
    alike = _alike(tx, first)  # of which another page may hold some
    until = min(one.due_at for one in (*mail, *alike)) + TOGETHER
    return until > now and any(now < one.due_at <= until for one in alike)


def joined(
    tx: Transaction, duties: Sequence[WaitingDuty], *, now: datetime
) -> Sequence[WaitingDuty]:
    """Return the duties of a mail with what came due since they were looked up, oldest first."""
    if duties[0].set_id not in NEWS:
        return duties
    return [one for one in _alike(tx, duties[0]) if one.due_at <= now] or duties


def _alike(tx: Transaction, duty: WaitingDuty) -> list[WaitingDuty]:
    """What is owed of the same order and kind and was tried as often; parked ones hold back."""
    lane = [one for one in tx.duties.of_order(duty.order_id or "") if one.lane == duty.lane]
    parked = [one.seq for one in lane if one.parked]
    return [
        one
        for one in lane
        if (one.set_id, one.attempts) == (duty.set_id, duty.attempts)
        and not one.parked
        and (not parked or one.seq < parked[0])
    ]


def told_later(tx: Transaction, duties: Sequence[WaitingDuty]) -> list[WaitingDuty]:
    """Return the duties whose mails tell of days of arrival after the mail of these, if it does."""
    first, last = duties[0], duties[-1]
    if first.set_id not in NEWS:
        return []
    return [
        one
        for one in tx.duties.of_order(first.order_id or "")
        if (one.lane, one.set_id) == (first.lane, _OF_DAYS) and one.seq > last.seq
    ]
