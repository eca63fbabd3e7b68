"""Second factors: set up, shown, lost; each code once."""

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest

from hub.access import House
from hub.flow import accounts
from hub.flow.accounts import Step
from tests.flow.accounts.conftest import Door


def test_who_works_here_is_in_but_needs_a_second_factor_first(door: Door) -> None:
    account = door.user()
    cookie = door.sign_in().cookie
    other = door.sign_in().cookie
    assert door.session(cookie).needs_totp
    mine = door.session(cookie).id
    secret, uri = accounts.begin_totp(door.parts, account_id=account.id, session_id=mine)
    parts = urlsplit(uri)
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert parse_qs(parts.query)["secret"] == [secret]
    with door.parts.store.read() as tx:
        raw = tx.accounts.begun_totp(account.id, session_id=mine)
        assert tx.accounts.totp(account.id) is None
    assert raw is not None
    assert (
        accounts.confirm_totp(
            door.parts,
            account_id=account.id,
            code=f"{(int(door.code(raw)) + 1) % 10**6:06d}",
            session_id=door.session(cookie).id,
        )
        == ()
    )
    codes = accounts.confirm_totp(
        door.parts,
        account_id=account.id,
        code=door.code(raw),
        session_id=door.session(cookie).id,
    )
    assert len(set(codes)) == 10
    assert not door.session(cookie).needs_totp
    assert not door.within(other), "it was begun without a second factor"


def test_a_mistyped_code_leaves_the_key_that_was_scanned(door: Door) -> None:
    account = door.user()
    here, elsewhere = (door.session(door.sign_in().cookie).id for _ in range(2))
    first = accounts.begin_totp(door.parts, account_id=account.id, session_id=here)
    with door.parts.store.read() as tx:
        scanned = tx.accounts.begun_totp(account.id, session_id=here)
        assert tx.accounts.begun_totp(account.id, session_id=elsewhere) is None
    assert scanned is not None
    wrong = f"{(int(door.code(scanned)) + 1) % 10**6:06d}"
    assert not accounts.confirm_totp(door.parts, account_id=account.id, code=wrong, session_id=here)
    assert accounts.begin_totp(door.parts, account_id=account.id, session_id=here) == first
    right = door.code(scanned)
    assert not accounts.confirm_totp(
        door.parts, account_id=account.id, code=right, session_id=elsewhere
    ), "who sees another session's screen cannot make its key count"
    assert accounts.confirm_totp(door.parts, account_id=account.id, code=right, session_id=here)


def test_a_key_begun_elsewhere_is_not_shown_again(door: Door) -> None:
    account = door.user()
    here, elsewhere = (door.session(door.sign_in().cookie).id for _ in range(2))
    first = accounts.begin_totp(door.parts, account_id=account.id, session_id=here)
    other = accounts.begin_totp(door.parts, account_id=account.id, session_id=elsewhere)
    assert other[0] != first[0]


def test_a_password_is_half_the_way_and_the_code_gives_another_cookie(door: Door) -> None:
    account = door.user()
    secret, _ = door.enrolled(account)
    half = door.sign_in()
    assert half.step is Step.SECOND
    assert not door.within(half.cookie)
    entered = door.second(half.cookie, f" {door.code(secret)[:3]} {door.code(secret)[3:]} ")
    assert entered.step is Step.IN
    assert entered.cookie != half.cookie
    assert door.within(entered.cookie)
    assert not door.within(half.cookie)
    assert door.second(half.cookie, door.code(secret, steps=1)).step is Step.NO
    assert door.second(entered.cookie, door.code(secret, steps=1)).step is Step.NO


@pytest.mark.parametrize(
    ("steps", "step"), [(-2, "no"), (-1, "in"), (0, "in"), (1, "in"), (2, "no")]
)
def test_a_clock_may_be_half_a_minute_off(door: Door, steps: int, step: str) -> None:
    secret, _ = door.enrolled(door.user())
    assert door.second(door.sign_in().cookie, door.code(secret, steps=steps)).step == step


def test_no_code_counts_twice_and_none_from_before_the_newest(door: Door) -> None:
    secret, _ = door.enrolled(door.user())
    assert door.second(door.sign_in().cookie, door.code(secret)).step is Step.IN
    again = door.sign_in().cookie
    assert door.second(again, door.code(secret)).step is Step.NO
    assert door.second(again, door.code(secret, steps=-1)).step is Step.NO
    assert door.second(again, door.code(secret, steps=1)).step is Step.IN


def test_of_many_who_bring_one_code_at_once_one_comes_in(door: Door) -> None:
    secret, _ = door.enrolled(door.user())
    halves = [door.sign_in().cookie for _ in range(3)]
    code = door.code(secret)
    with ThreadPoolExecutor(3) as pool:
        steps = [answer.step for answer in pool.map(lambda half: door.second(half, code), halves)]
    assert sorted(steps) == [Step.IN, Step.NO, Step.NO]


def test_of_one_half_session_used_twice_at_once_one_comes_of_it(door: Door) -> None:
    _, codes = door.enrolled(door.user())
    half = door.sign_in().cookie
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda code: door.second(half, code), codes[:2]))
    assert sorted(answer.step for answer in answers) == [Step.IN, Step.NO]


def test_five_codes_may_be_tried_and_then_the_password_again(door: Door) -> None:
    secret, _ = door.enrolled(door.user())
    half = door.sign_in().cookie
    for _ in range(5):
        assert door.second(half, "000000x").step is Step.NO
    assert door.second(half, door.code(secret)).step is Step.NO
    assert door.second(door.sign_in().cookie, door.code(secret)).step is Step.NO, (
        "the account waits"
    )
    door.clock.on(seconds=31)
    assert door.second(half, door.code(secret)).step is Step.NO
    assert door.second(door.sign_in().cookie, door.code(secret)).step is Step.IN


def test_half_the_way_is_over_after_ten_minutes(door: Door) -> None:
    secret, _ = door.enrolled(door.user())
    half = door.sign_in().cookie
    door.clock.on(minutes=10)
    assert door.second(half, door.code(secret)).step is Step.NO


def test_half_the_way_is_over_when_the_account_is_closed(door: Door) -> None:
    account = door.user()
    secret, _ = door.enrolled(account)
    half = door.sign_in().cookie
    door.invited("keeper@example.com")  # one who keeps the hub must stay
    accounts.disable(door.parts, account_id=account.id, who="test")
    accounts.enable(door.parts, account_id=account.id, who="test")
    assert door.second(half, door.code(secret)).step is Step.NO


def test_a_recovery_code_counts_once_however_it_is_typed(door: Door) -> None:
    _, codes = door.enrolled(door.user())
    assert door.second(door.sign_in().cookie, codes[0].upper().replace("-", " ")).step is Step.IN
    again = door.sign_in().cookie
    assert door.second(again, codes[0]).step is Step.NO
    assert door.second(again, codes[1]).step is Step.IN


@pytest.mark.parametrize("odd", ["", " ", "١٢٣٤٥٦", "1" * 10_000, "\x00", "é" * 6])
def test_odd_codes_are_wrong_codes(door: Door, odd: str) -> None:
    door.enrolled(door.user())
    assert door.second(door.sign_in().cookie, odd).step is Step.NO


def test_a_second_factor_cannot_be_put_over_another(door: Door) -> None:
    account = door.user()
    secret, codes = door.enrolled(account)
    with pytest.raises(ValueError, match="second factor"):
        accounts.begin_totp(door.parts, account_id=account.id)
    assert not accounts.end_totp(door.parts, account_id=account.id, code="000000")
    assert accounts.end_totp(door.parts, account_id=account.id, code=door.code(secret))
    assert door.sign_in().step is Step.IN
    door.enrolled(account)
    assert door.second(door.sign_in().cookie, codes[1]).step is Step.NO, "codes of the old one"


def test_whoever_lost_it_is_let_in_by_an_operator_and_sets_up_another(door: Door) -> None:
    account = door.user()
    door.enrolled(account)
    accounts.reset_totp(door.parts, account_id=account.id, who="operator")
    entered = door.sign_in()
    assert entered.step is Step.IN
    assert door.session(entered.cookie).needs_totp


def test_a_suppliers_second_factor_is_their_own_choice(door: Door) -> None:
    account = door.supplier()
    secret, _ = door.enrolled(account)
    half = door.sign_in(email="ana@example.com", house=House.PORTAL)
    assert half.step is Step.SECOND
    entered = accounts.second(
        door.parts, house=House.PORTAL, cookie=half.cookie, code=door.code(secret)
    )
    assert not door.session(entered.cookie, house=House.PORTAL).needs_totp
