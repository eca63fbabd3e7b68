"""What of a mail lane goes now: codes at once, news unless it waits a moment for more."""

from dataclasses import replace
from datetime import timedelta

from hub.domain.facts import Duty
from hub.flow.mail_batches import ready
from hub.flow.mailing import AT_ONCE
from hub.store import Store
from tests.flow.stored import NOON, SECOND, a_duty

LANE = "mail/juniper"


def _mail(name: str, set_id: str, order_id: str, *, wait: timedelta = timedelta(0)) -> Duty:
    duty = a_duty(name, order_id=order_id)
    return replace(duty, lane=LANE, set_id=set_id, due_at=NOON + wait)


def _waiting(count: int) -> list[Duty]:
    """News of so many orders, of each of which more comes within the minute."""
    return [
        _mail(f"{name}{n}", "shipped", f"order {n}", wait=wait)
        for n in range(count)
        for name, wait in (("now", timedelta(0)), ("soon", 30 * SECOND))
    ]


def _ready(store: Store, *, after: timedelta = timedelta(0)) -> list[str]:
    with store.read() as tx:
        return [one.id for one in ready(tx, LANE, now=NOON + after, most=AT_ONCE)]


def _want(store: Store, duties: list[Duty]) -> None:
    store.write(lambda tx: [tx.duties.want(duty) for duty in duties])


def test_a_code_and_news_of_others_do_not_wait_behind_what_waits(store: Store) -> None:
    waiting = _waiting(3 * AT_ONCE)
    _want(store, [*waiting, _mail("news", "shipped", "o"), _mail("code", "code", "order 0")])
    assert _ready(store) == ["code", "news"]
    # With its second news each is one mail; a turn takes about so many as it may.
    later = _ready(store, after=60 * SECOND)
    assert later[0] == "code"
    assert AT_ONCE <= len(later) <= 2 * AT_ONCE
    assert later[1:3] == ["now0", "soon0"]


def test_a_code_never_waits_however_much_does(store: Store) -> None:
    _want(store, [*_waiting(11 * AT_ONCE), _mail("code", "code", "o")])
    assert _ready(store) == ["code"]


def test_codes_do_not_hold_back_news(store: Store) -> None:
    codes = [_mail(f"code{n}", "code", f"order {n}") for n in range(3 * AT_ONCE)]
    _want(store, [*codes, _mail("news", "shipped", "o")])
    assert _ready(store) == [*(f"code{n}" for n in range(AT_ONCE)), "news"]


def test_a_parked_code_and_one_that_is_not_due_stay_where_they_are(store: Store) -> None:
    _want(store, [_mail("parked", "code", "o"), _mail("later", "code", "p", wait=SECOND)])
    store.write(lambda tx: tx.duties.park("parked"))
    assert _ready(store) == []
