"""Mails to users, through a real mail server: one link each, none to nobody."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from aiosmtpd.controller import Controller

from hub.access import House, Role
from hub.flow import accounts
from hub.flow.accounts import Step
from hub.flow.accounts_mails import UserMailTurn
from hub.transports.mail import Server
from tests.flow.accounts.conftest import GOOD, HOME, Door, token_of
from tests.rigs import free_port
from tests.web.portal.rig import Mailbox


@pytest.fixture
def post(door: Door) -> Iterator[Mailbox]:
    """A mail server; the door mails by it."""
    box = Mailbox(port=free_port())
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    server = Server(host="127.0.0.1", port=box.port, tls="none")
    door.parts = replace(door.parts, mail=server, mail_from="hub@example.com")
    yield box
    controller.stop()


def turned(door: Door) -> int:
    """Let the users' lane take its turn."""
    turn = UserMailTurn(door.parts, owner="test")
    done = turn.take(poll=False)
    turn.release()
    return done


def invited(door: Door, email: str = "kim@example.com", name: str = "Kim") -> accounts.Account:
    """Somebody who was mailed an invitation."""
    return accounts.invite(door.parts, email=email, name=name, role=Role.CLERK, who="test")


def test_an_invitation_comes_by_mail_with_one_link_as_text_and_as_html(
    door: Door, post: Mailbox
) -> None:
    invited(door, name="<Kim & Co>")
    assert turned(door) == 1
    assert turned(door) == 0
    (message,) = post.messages
    assert (message["To"], message["From"]) == (
        "kim@example.com",
        "Supplier hub <hub@example.com>",
    )
    (text,), (page,) = post.texts(), post.pages()
    token = token_of(text)
    assert page.count(f"https://desk.localhost/l/{token}") == 1
    assert "&lt;Kim &amp; Co&gt;" in page
    assert "<Kim" not in page
    assert door.use(token, GOOD).step is Step.IN


def test_each_is_written_to_in_their_own_language(door: Door, post: Mailbox) -> None:
    kim = invited(door)
    accounts.settings(door.parts, account_id=kim.id, zone="UTC", language="de", name="Kim")
    turned(door)
    assert "Guten Tag Kim," in post.texts()[0]
    assert post.messages[0]["Subject"] == "Sie sind in das Lieferantenportal eingeladen"


def test_who_asks_is_mailed_what_their_house_gives_and_nobody_is_mailed_nothing(
    door: Door, post: Mailbox
) -> None:
    door.supplier()
    door.user()
    asked = [
        (House.PORTAL, "ana@example.com"),
        (House.DESK, "kim@example.com"),
        (House.DESK, "nobody@example.com"),
    ]
    for house, email in asked:
        accounts.ask_link(door.parts, house=house, email=email, address=HOME)
    assert turned(door) == 3
    first, then = post.texts()
    assert "https://portal.localhost/l/" in first
    assert "https://desk.localhost/l/" in then
    assert [one["Subject"] for one in post.messages] == [
        "Your link to sign in",
        "Set a new password",
    ]
    assert door.use(token_of(first), house=House.PORTAL).step is Step.IN


def test_whoever_was_disabled_since_is_not_written_to(door: Door, post: Mailbox) -> None:
    kim = invited(door)
    accounts.disable(door.parts, account_id=kim.id, who="test")
    assert turned(door) == 1
    assert post.messages == []


def test_a_mail_that_is_refused_is_told_and_holds_back_no_other(door: Door, post: Mailbox) -> None:
    invited(door)
    post.refusing = "550 no such mailbox"
    assert turned(door) == 1
    post.refusing = ""
    with door.parts.store.read() as tx:
        (row,) = tx.exceptions.page(open_only=True, limit=10)
    assert row.kind == "mail-refused"
    assert "kim" not in row.text
    invited(door, "lee@example.com", "Lee")
    assert turned(door) == 1
    assert post.recipients == [["lee@example.com"]]


def test_a_mailbox_that_is_full_is_tried_again_later_with_another_link(
    door: Door, post: Mailbox
) -> None:
    invited(door)
    post.refusing = "452 mailbox full"
    assert turned(door) == 0
    assert turned(door) == 0
    post.refusing = ""
    door.clock.on(minutes=1)
    assert turned(door) == 1
    assert len(post.messages) == 1


def test_a_server_that_is_away_holds_back_the_lane_and_loses_nothing(
    door: Door, post: Mailbox
) -> None:
    invited(door)
    away = door.parts.mail
    door.parts = replace(door.parts, mail=Server(host="127.0.0.1", port=free_port(), tls="none"))
    assert turned(door) == 0
    door.parts = replace(door.parts, mail=away)
    assert turned(door) == 0, "it is paused"
    door.clock.on(minutes=1)
    assert turned(door) == 1
    assert len(post.messages) == 1


def test_what_changes_who_may_come_in_is_told_by_mail(door: Door, post: Mailbox) -> None:
    kim = door.user()
    assert turned(door) == 0  # an invitation's own password is no news
    here = door.session(door.sign_in().cookie)
    assert not accounts.set_password(door.parts, session=here, old=GOOD, new=f"{GOOD} again")
    secret, _ = door.enrolled(kim)
    accounts.end_totp(door.parts, account_id=kim.id, code=door.code(secret))
    assert turned(door) == 3
    assert [one["Subject"] for one in post.messages] == [
        "Your password was changed",
        "Your second factor was changed",
        "Your second factor was changed",
    ]
    assert all("https://desk.localhost/account" in text for text in post.texts())
    assert all("/l/" not in text for text in post.texts())


def test_a_sign_in_from_elsewhere_is_told_once_and_never_the_first(
    door: Door, post: Mailbox
) -> None:
    door.user()
    for address in (HOME, "198.51.100.7", "198.51.100.9", HOME, "2001:db8:1:2::/64"):
        assert door.sign_in(address=address).step is Step.IN
        door.clock.on(minutes=20)
    assert turned(door) == 2
    assert {one["Subject"] for one in post.messages} == {"A new sign-in to your account"}
    door.clock.on(days=89)
    accounts.forget(door.parts)
    assert door.sign_in(address="198.51.100.7").step is Step.IN
    assert turned(door) == 0


def test_somebody_sees_where_they_are_signed_in_and_ends_all_but_here(door: Door) -> None:
    door.user()
    cookies = [door.sign_in().cookie for _ in range(3)]
    here = door.session(cookies[1])
    found = accounts.open_sessions(door.parts, session=here)
    assert [one.is_here for one in found] == [True, False, False]
    assert accounts.end_others(door.parts, session=here) == 2
    assert [door.within(cookie) for cookie in cookies] == [False, True, False]
    assert len(accounts.open_sessions(door.parts, session=here)) == 1
