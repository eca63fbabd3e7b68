"""Links that were mailed: what they do, once, and for how long."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from hub.access import House, Role
from hub.domain.names import Names
from hub.flow import accounts
from hub.flow.accounts import LinkKind, Step
from hub.flow.accounts_common import USERS_LANE, add_link
from tests.flow.accounts.conftest import GOOD, HOME, OTHER, Door


def made(door: Door, account_id: str, kind: LinkKind) -> str:
    """The token of a link as the mail lane makes it."""
    parts, seed = door.parts, door.parts.fresh()

    def work(tx):
        row = tx.accounts.get(account_id)
        return add_link(tx, parts, kind, row, names=Names(seed), now=parts.now())

    return str(parts.store.write(work)).rpartition("/")[2]


def owed(door: Door) -> list[tuple[str, str]]:
    """The kinds and recipients of mails that are owed to users."""
    with door.parts.store.read() as tx:
        due = tx.duties.due(lane=USERS_LANE, now=door.clock.time, limit=100)
    return [(duty.set_id, duty.subject) for duty in due]


def test_an_invitation_tells_what_it_does_and_works_once(door: Door) -> None:
    account, token = door.invited()
    for _ in range(2):
        seen = accounts.peek(door.parts, house=House.DESK, token=token)
        assert seen is not None
        assert (seen.kind, seen.email) == (LinkKind.INVITE, "k…@example.com")
        assert seen.needs_password
    assert accounts.peek(door.parts, house=House.PORTAL, token=token) is None
    entered = door.use(token, GOOD)
    assert entered.step is Step.IN
    assert door.session(entered.cookie).account.id == account.id
    assert accounts.peek(door.parts, house=House.DESK, token=token) is None
    assert door.use(token, OTHER).step is Step.NO
    assert door.sign_in().step is Step.IN


def test_our_own_people_must_set_a_password_and_a_poor_one_leaves_the_link(door: Door) -> None:
    _, token = door.invited()
    for poor in ("", "short", "password", "kim@example.com"):
        answer = door.use(token, poor)
        assert answer.step is Step.NO
        assert answer.problems
    assert door.use(token, GOOD).step is Step.IN


def test_a_supplier_comes_in_without_a_password_and_may_set_one(door: Door) -> None:
    account, token = door.invited("ana@example.com", role=Role.SUPPLIER_USER, partner="acme")
    entered = door.use(token, house=House.PORTAL)
    assert entered.step is Step.IN
    held = door.session(entered.cookie, house=House.PORTAL)
    assert (held.account.partner, held.account.has_password) == ("acme", False)
    assert not held.needs_totp
    assert door.sign_in("", email="ana@example.com", house=House.PORTAL).step is Step.NO
    assert accounts.set_password(door.parts, session=held, old="", new=GOOD) == []
    assert door.sign_in(email="ana@example.com", house=House.PORTAL).step is Step.IN
    assert account.house is House.PORTAL


@pytest.mark.parametrize(("kind", "works"), [("invite", 7 * 24 * 60), ("link", 15), ("reset", 15)])
def test_a_link_ends_with_its_time(door: Door, kind: str, works: int) -> None:
    account = door.supplier()
    token = made(door, account.id, LinkKind(kind))
    door.clock.on(minutes=works - 1)
    assert accounts.peek(door.parts, house=House.PORTAL, token=token) is not None
    door.clock.on(minutes=1)
    assert accounts.peek(door.parts, house=House.PORTAL, token=token) is None
    assert door.use(token, house=House.PORTAL).step is Step.NO


def test_of_many_who_bring_one_link_at_once_one_comes_in(door: Door) -> None:
    account = door.supplier()
    token = made(door, account.id, LinkKind.LINK)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: door.use(token, house=House.PORTAL), range(4)))
    assert sorted(answer.step for answer in answers) == [Step.IN, Step.NO, Step.NO, Step.NO]


def test_a_reset_sets_the_password_and_ends_what_was_open(door: Door) -> None:
    account = door.user()
    before = door.sign_in().cookie
    tokens = [made(door, account.id, LinkKind.RESET) for _ in range(2)]
    assert door.use(tokens[0], OTHER).step is Step.IN
    assert not door.within(before)
    assert door.use(tokens[1], GOOD).step is Step.NO, "links made before are over as well"
    assert door.sign_in(GOOD).step is Step.NO
    assert door.sign_in(OTHER).step is Step.IN


def test_a_reset_frees_who_was_shut_out_by_somebody_elses_guesses(door: Door) -> None:
    account = door.user()
    for n in range(6):
        door.sign_in("wrong", address=f"192.0.2.{n}")
    assert door.sign_in(address="192.0.2.99").step is Step.NO
    door.use(made(door, account.id, LinkKind.RESET), OTHER)
    assert door.sign_in(OTHER, address="192.0.2.99").step is Step.IN


def test_a_link_of_somebody_with_a_second_factor_is_half_the_way(door: Door) -> None:
    account = door.user()
    secret, _ = door.enrolled(account)
    entered = door.use(made(door, account.id, LinkKind.RESET), OTHER)
    assert entered.step is Step.SECOND
    assert not door.within(entered.cookie)
    assert door.second(entered.cookie, door.code(secret)).step is Step.IN


def test_what_ends_an_account_ends_its_links(door: Door) -> None:
    account, token = door.invited()
    door.invited("keeper@example.com")  # one who keeps the hub must stay
    accounts.disable(door.parts, account_id=account.id, who="test")
    assert accounts.peek(door.parts, house=House.DESK, token=token) is None
    accounts.enable(door.parts, account_id=account.id, who="test")
    assert door.use(token, GOOD).step is Step.NO
    assert door.use(door.invited()[1], GOOD).step is Step.IN


def test_asking_for_a_link_is_the_same_for_everybody_and_mails_the_known(door: Door) -> None:
    ana, kim = door.supplier(), door.user()
    gone = door.supplier("gone@example.com")
    accounts.disable(door.parts, account_id=gone.id, who="test")
    asked = [
        (House.PORTAL, "Ana@Example.com "),
        (House.PORTAL, "nobody@example.com"),
        (House.PORTAL, "gone@example.com"),
        (House.PORTAL, "kim@example.com"),
        (House.DESK, "kim@example.com"),
    ]
    for n, (house, email) in enumerate(asked):
        accounts.ask_link(door.parts, house=house, email=email, address=f"192.0.2.{n}")
    assert owed(door) == [
        ("link", ana.id),
        ("link", "nobody"),
        ("link", "nobody"),
        ("link", "nobody"),
        ("reset", kim.id),
    ]


def test_whoever_asks_too_often_is_mailed_nothing_more(door: Door) -> None:
    door.supplier()
    for n in range(8):
        accounts.ask_link(
            door.parts, house=House.PORTAL, email="ana@example.com", address=f"192.0.2.{n}"
        )
    assert len(owed(door)) == 5
    for n in range(8):
        accounts.ask_link(door.parts, house=House.PORTAL, email=f"u{n}@example.com", address=HOME)
    assert len(owed(door)) == 10


def test_guessing_links_from_one_address_is_soon_over(door: Door) -> None:
    account = door.supplier()
    token = made(door, account.id, LinkKind.LINK)
    for n in range(5):
        assert door.use(f"{n}" * 32, house=House.PORTAL).step is Step.NO
    assert door.use(token, house=House.PORTAL).step is Step.NO
    door.clock.on(seconds=31)
    assert door.use(token, house=House.PORTAL).step is Step.IN
