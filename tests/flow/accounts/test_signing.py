"""Coming in by password, staying in, and being put out: by whom, and by time."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import extract_parameters

from hub.access import House, Role
from hub.flow import accounts, accounts_passwords
from hub.flow.accounts import Step
from tests.flow.accounts.conftest import GOOD, OTHER, Door


def test_a_person_comes_in_by_password_and_is_in_their_own_house_alone(door: Door) -> None:
    account = door.user()
    entered = door.sign_in()
    assert entered.step is Step.IN
    found = door.session(entered.cookie)
    assert (found.account.id, found.account.email) == (account.id, "kim@example.com")
    assert found.needs_totp
    assert not door.within(entered.cookie, house=House.PORTAL)
    assert door.sign_in(house=House.PORTAL).step is Step.NO
    assert not door.within("")
    assert not door.within("a" * 32)


def test_whoever_signs_in_gets_a_cookie_of_their_own_each_time(door: Door) -> None:
    door.user()
    first, then = door.sign_in(), door.sign_in()
    assert first.cookie != then.cookie
    assert len(first.cookie) * 5 >= 160
    seals = {door.session(one.cookie).seal for one in (first, then)}
    assert len(seals) == 2
    assert not seals & {first.cookie, then.cookie}


def test_all_that_is_no_is_answered_alike(door: Door) -> None:
    account = door.user()
    door.invited("new@example.com")
    nos = [
        door.sign_in("wrong", address="192.0.2.1"),
        door.sign_in(email="nobody@example.com", address="192.0.2.2"),
        door.sign_in("", email="new@example.com", address="192.0.2.3"),
        door.sign_in(house=House.PORTAL, address="192.0.2.4"),
    ]
    accounts.disable(door.parts, account_id=account.id, who="test")
    nos.append(door.sign_in(address="192.0.2.5"))
    assert set(nos) == {accounts.SignedIn(step=Step.NO)}


def test_an_unknown_address_costs_a_comparison_and_a_row_like_a_known_one(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = []
    hasher = accounts_passwords._hasher()

    def counting(kept: str, password: str) -> bool:
        compared.append(extract_parameters(kept))
        return hasher.verify(kept, password)

    monkeypatch.setattr(accounts_passwords, "_hasher", lambda: _Counting(hasher, counting))
    door.user()
    with door.parts.store.read() as tx:
        before = len(_refusals(tx))
    door.sign_in("wrong", address="192.0.2.1")
    door.sign_in("wrong", email="nobody@example.com", address="192.0.2.2")
    assert len(compared) == 2
    assert compared[0] == compared[1]
    with door.parts.store.read() as tx:
        assert len(_refusals(tx)) == before + 2


class _Counting:
    """The real hasher with its comparisons counted."""

    def __init__(self, hasher, verify) -> None:
        self.hash, self.verify = hasher.hash, verify
        self.check_needs_rehash = hasher.check_needs_rehash


def _refusals(tx) -> list[object]:
    cursor = tx.accounts._connection._cursor
    cursor.execute("SELECT body FROM input WHERE body LIKE '%refused%'")
    return list(cursor.fetchall())


def test_five_tries_are_free_and_then_each_waits_longer_than_the_one_before(door: Door) -> None:
    door.user()
    for n in range(5):
        assert door.sign_in("wrong", address=f"192.0.2.{n}").step is Step.NO
    assert door.sign_in(address="192.0.2.9").step is Step.NO, "even the right one waits"
    door.clock.on(seconds=31)
    assert door.sign_in("wrong", address="192.0.2.9").step is Step.NO
    door.clock.on(seconds=31)
    assert door.sign_in(address="192.0.2.9").step is Step.NO
    door.clock.on(seconds=30)
    assert door.sign_in(address="192.0.2.9").step is Step.IN
    for n in range(4):
        door.sign_in("wrong", address=f"192.0.2.{n + 20}")
    assert door.sign_in(address="192.0.2.30").step is Step.IN, "a good one made all free again"


def test_one_address_cannot_try_many_accounts(door: Door) -> None:
    door.user()
    for n in range(5):
        door.sign_in("wrong", email=f"u{n}@example.com", address="2001:db8::1")
    assert door.sign_in(address="2001:db8::2").step is Step.NO, "a neighbour in the same /64"
    assert door.sign_in(address="::ffff:192.0.2.7").step is Step.IN
    assert door.sign_in(address="192.0.2.7").step is Step.IN
    for n in range(4):
        door.sign_in("wrong", email=f"v{n}@example.com", address="192.0.2.7")
    door.sign_in(address="192.0.2.7")  # an account of one's own makes the others no freer
    door.sign_in("wrong", email="v5@example.com", address="192.0.2.7")
    assert door.sign_in(address="192.0.2.7").step is Step.NO


def test_many_who_try_at_once_are_no_more_than_five(door: Door) -> None:
    account = door.user()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: door.sign_in("wrong", address=f"192.0.2.{n}"), range(12)))
    with door.parts.store.read() as tx:
        mine = _refusals_of(tx, account.id)
    assert len(mine) == 5


def _refusals_of(tx, account_id: str) -> list[object]:
    cursor = tx.accounts._connection._cursor
    cursor.execute(f"SELECT id FROM input WHERE subject = '{account_id}' AND body LIKE '%refused%'")
    return list(cursor.fetchall())


def test_half_an_hour_without_a_look_ends_a_session_and_so_do_twelve_hours(door: Door) -> None:
    door.user()
    cookie = door.sign_in().cookie
    door.clock.on(minutes=29)
    assert door.within(cookie)
    door.clock.on(minutes=29)
    assert door.within(cookie), "the look before counted"
    door.clock.on(minutes=30)
    assert not door.within(cookie)
    cookie = door.sign_in().cookie
    for _ in range(35):
        door.clock.on(minutes=20)
        assert door.within(cookie)
    door.clock.on(minutes=20)
    assert not door.within(cookie)


def test_a_suppliers_session_lasts_eight_hours_at_most(door: Door) -> None:
    door.supplier()
    cookie = door.sign_in(email="ana@example.com", house=House.PORTAL).cookie
    for _ in range(23):
        door.clock.on(minutes=20)
        assert door.within(cookie, house=House.PORTAL)
    door.clock.on(minutes=20)
    assert not door.within(cookie, house=House.PORTAL)


def test_a_look_is_written_once_a_minute_at_most(door: Door) -> None:
    door.user()
    cookie = door.sign_in().cookie
    began = door.session(cookie).seen_at
    door.clock.on(seconds=59)
    assert door.session(cookie).seen_at == began
    assert door.session(cookie).seen_at == began
    door.clock.on(seconds=1)
    door.session(cookie)
    assert door.session(cookie).seen_at == door.clock.time


def test_signing_out_ends_this_session_alone_for_good(door: Door) -> None:
    door.user()
    here, there = door.sign_in().cookie, door.sign_in().cookie
    accounts.sign_out(door.parts, cookie=here)
    accounts.sign_out(door.parts, cookie=here)
    assert not door.within(here)
    assert door.within(there)


@pytest.mark.parametrize("how", ["disable", "end_sessions", "change_role", "reset_totp"])
def test_what_is_done_to_an_account_ends_all_of_its_sessions(door: Door, how: str) -> None:
    account, other = door.user(), door.user("lee@example.com")
    cookies = [door.sign_in().cookie for _ in range(2)]
    lees = door.sign_in(email="lee@example.com").cookie
    if how == "change_role":
        accounts.change_role(door.parts, account_id=account.id, role=Role.VIEWER, who="test")
    else:
        getattr(accounts, how)(door.parts, account_id=account.id, who="test")
    assert [door.within(cookie) for cookie in cookies] == [False, False]
    assert door.session(lees).account.id == other.id


def test_a_disabled_person_comes_in_again_when_enabled_and_the_old_cookie_does_not(
    door: Door,
) -> None:
    account = door.user()
    cookie = door.sign_in().cookie
    door.invited("keeper@example.com")  # one who keeps the hub must stay
    accounts.disable(door.parts, account_id=account.id, who="test")
    accounts.enable(door.parts, account_id=account.id, who="test")
    assert not door.within(cookie)
    assert door.sign_in().step is Step.IN


def test_another_password_ends_the_other_sessions_and_keeps_this_one(door: Door) -> None:
    door.user()
    here, there = door.sign_in().cookie, door.sign_in().cookie
    held = door.session(here)
    assert accounts.set_password(door.parts, session=held, old="wrong", new=OTHER)
    assert accounts.set_password(door.parts, session=held, old=GOOD, new="short")
    assert door.within(there)
    assert accounts.set_password(door.parts, session=held, old=GOOD, new=OTHER) == []
    assert door.session(here).seal == held.seal
    assert not door.within(there)
    assert door.sign_in(GOOD).step is Step.NO
    assert door.sign_in(OTHER).step is Step.IN


def test_a_session_that_was_ended_sets_no_password_any_more(door: Door) -> None:
    account = door.user()
    held = door.session(door.sign_in().cookie)
    accounts.end_sessions(door.parts, account_id=account.id, who="test")
    assert accounts.set_password(door.parts, session=held, old=GOOD, new=OTHER)
    assert door.sign_in(GOOD).step is Step.IN


def test_whoever_changes_a_password_guesses_the_old_one_five_times_only(door: Door) -> None:
    door.user()
    held = door.session(door.sign_in().cookie)
    for _ in range(5):
        accounts.set_password(door.parts, session=held, old="wrong", new=OTHER)
    assert accounts.set_password(door.parts, session=held, old=GOOD, new=OTHER) == [
        accounts_passwords.TOO_OFTEN
    ]


def test_a_sign_in_that_meets_a_change_of_the_password_does_not_come_in(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = door.user()
    compare = accounts_passwords.fits

    def slow(kept: str, password: str) -> bool:
        good = compare(kept, password)
        accounts.end_sessions(door.parts, account_id=account.id, who="test")
        return good

    monkeypatch.setattr(accounts_passwords, "fits", slow)
    assert door.sign_in().step is Step.NO


def test_a_session_that_ends_while_it_is_used_is_over(door: Door) -> None:
    door.user()
    cookie = door.sign_in().cookie
    held = door.session(cookie)
    assert door.parts.store.write(lambda tx: tx.sessions.end(held.id))
    assert not door.parts.store.write(lambda tx: tx.sessions.see(held.id, at=door.clock.time))
    assert not door.parts.store.write(lambda tx: tx.sessions.stands(held.id))
    assert not door.within(cookie)


def test_a_hash_of_lower_cost_is_made_anew_at_the_next_sign_in(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = door.user()
    cheap = accounts_passwords._hasher()
    monkeypatch.setattr(
        accounts_passwords, "_hasher", lambda: type(cheap)(2, memory_cost=16, parallelism=1)
    )
    assert door.sign_in().step is Step.IN
    with door.parts.store.read() as tx:
        row = tx.accounts.get(account.id)
    assert extract_parameters(row.password_hash).time_cost == 2
    assert door.sign_in().step is Step.IN


def test_nothing_that_is_kept_shows_who_it_is_or_what_they_hold(door: Door) -> None:
    account, token = door.invited()
    cookie = door.use(token, GOOD).cookie
    accounts.keep_draft(
        door.parts, account_id=account.id, form="note", fields={"text": "call Kimberley"}
    )
    secret = accounts.begin_totp(door.parts, account_id=account.id)[0]
    door.sign_in("a wrong guess")
    with door.parts.store.read() as tx:
        kept = repr(_everything(tx)).lower()
    for word in ("kim@example.com", "kimberley", token, cookie, GOOD, secret.lower(), "guess"):
        assert word not in kept


def _everything(tx) -> list[object]:
    cursor = tx.accounts._connection._cursor
    rows: list[object] = []
    tables = "account account_session account_link account_try account_draft input fact duty"
    for table in tables.split():
        cursor.execute(f"SELECT * FROM {table}")
        rows += cursor.fetchall()
    return rows
