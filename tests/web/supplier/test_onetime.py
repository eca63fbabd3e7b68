"""A supplier that never signs in: a mail for each order, and a link in it that acts once."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from hub import api
from hub.access import Role
from hub.flow import accounts, supplier_notices
from hub.flow.accounts_mails import UserMailTurn
from hub.flow.lanes import LaneTurn
from hub.flow.supplier_notices import Notice
from hub.main import doors, read_settings
from hub.transports.mail import Server
from tests.cast import MAYA
from tests.rigs import free_port
from tests.rigs.changes import cancel
from tests.web.portal.rig import Browser, Mailbox, seal_of
from tests.web.supplier.rig import HOST, TRACKING, Counter, once_of

TOKEN = re.compile(r"https://portal\.localhost(/a/[a-z2-7]+)")


@dataclass(slots=True, repr=False)
class MailedCounter:
    """The suppliers' house with a mail server; `ana` is Corner's one user."""

    counter: Counter
    box: Mailbox
    ana: accounts.Account

    def mailed(self) -> int:
        """Let the users' lane take its turn."""
        turn = UserMailTurn(self.counter.house.parts, owner="test")
        done = turn.take(poll=False)
        turn.release()
        return done

    def links(self) -> list[str]:
        """The paths of all links to acts that were mailed so far."""
        return [path for text in self.box.texts() for path in TOKEN.findall(text)]

    def link(self) -> str:
        """The path of the newest one, after the mails that are due have left."""
        self.mailed()
        return self.links()[-1]

    def browser(self) -> Browser:
        """A browser without a cookie."""
        return Browser(app=self.counter.app, host=HOST)


@pytest.fixture
def box() -> Iterator[Mailbox]:
    """A real mail server."""
    found = Mailbox(port=free_port())
    controller = Controller(found, hostname="127.0.0.1", port=found.port)
    controller.start()
    yield found
    controller.stop()


def mailing(counter: Counter, folder: Path, box: Mailbox) -> MailedCounter:
    """Let a house send its mails there, and invite Ana."""
    house = counter.house
    server = Server(host="127.0.0.1", port=box.port, tls="none")
    house.parts = replace(house.parts, mail=server, mail_from="hub@example.com")
    house.turns = {
        channel.partner: LaneTurn(house.parts, channel, owner="test")
        for partner in house.parts.partners.all
        for channel in partner.channels
    }
    settings = read_settings({"HUB_DATA_DIR": str(folder / "data")})
    counter.app = doors(settings, house.parts, api.build(house.parts))
    return MailedCounter(counter=counter, box=box, ana=invite(counter, "ana@corner.example.com"))


def invite(counter: Counter, email: str) -> accounts.Account:
    """One more user of Corner's."""
    return accounts.invite_by_link(
        counter.house.parts,
        email=email,
        name="Ana",
        role=Role.SUPPLIER_USER,
        partner="corner",
        who="test",
    ).account


@pytest.fixture
def mailed(quick_counter: Counter, tmp_path: Path, box: Mailbox) -> MailedCounter:
    """Corner at its desk, Ana invited, a mail server beside."""
    return mailing(quick_counter, tmp_path, box)


def form(page: str, do: str, **more: str) -> dict[str, str]:
    """The fields of one of a page's forms."""
    return {"seal": seal_of(page), "once": once_of(page), "do": do, **more}


def test_an_order_is_mailed_once_without_anybodys_name_or_street(mailed: MailedCounter) -> None:
    number = mailed.counter.order()
    assert mailed.mailed() == 1
    assert mailed.mailed() == 0
    (message,) = mailed.box.messages
    assert message["To"] == "ana@corner.example.com"
    assert number in message["Subject"]
    (text,), (page,) = mailed.box.texts(), mailed.box.pages()
    assert text.count("/a/") == page.count("/a/") == 1
    for said in (text, page):
        assert "2 × " in said
        assert MAYA.city in said
        assert MAYA.name not in said
        assert MAYA.street not in said
    assert parsedate_to_datetime(message["Date"]) == mailed.counter.house.clock()


def test_looking_changes_nothing_and_one_entry_ships_all_of_it(mailed: MailedCounter) -> None:
    number = mailed.counter.order()
    path, browser = mailed.link(), mailed.browser()
    for _ in range(3):
        page = browser.get(path)
        assert page.status_code == 200
    assert MAYA.street in page.text  # it is packed by this page
    assert mailed.counter.house.order().shipments == ()
    fields = form(page.text, "ship", **{"tracking-1": TRACKING, "quantity-1-1": "2"})
    answer = browser.post(path, fields)
    assert answer.status_code == 303
    assert mailed.counter.house.word() == "Shipped"
    done = browser.get(answer.headers["location"])
    assert 'role="status"' in done.text
    assert TRACKING not in path
    assert number in done.text
    assert browser.get(path).status_code == 404
    again = browser.post(path, fields)
    assert again.status_code == 404
    assert len(mailed.counter.house.order().shipments) == 1


def test_a_shipment_by_link_can_be_undone_at_once(mailed: MailedCounter) -> None:
    mailed.counter.order()
    path, browser = mailed.link(), mailed.browser()
    page = browser.get(path).text
    fields = form(page, "ship", **{"tracking-1": TRACKING, "quantity-1-1": "2"})
    after = browser.post(path, fields).headers["location"].partition("?")[0]
    done = browser.get(after).text
    found = re.search(r'name="shipment" value="([^"]+)"', done)
    assert found
    answer = browser.post(after, form(done, "undo-shipment", shipment=found[1]))
    assert answer.status_code == 303, answer.text
    assert mailed.counter.house.word() != "Shipped"


def test_confirming_leads_on_to_shipping(mailed: MailedCounter) -> None:
    mailed.counter.order()
    path, browser = mailed.link(), mailed.browser()
    answer = browser.post(path, form(browser.get(path).text, "confirm"))
    [part] = mailed.counter.house.order().fulfillments
    assert part.lines[0].buckets.accepted == 2
    after = answer.headers["location"].partition("?")[0]
    page = browser.get(after).text
    assert "Confirm all of it" not in page
    ship = form(page, "ship", **{"tracking-1": TRACKING, "quantity-1-1": "2"})
    assert browser.post(after, ship).status_code == 303
    assert mailed.counter.house.word() == "Shipped"


def test_what_is_typed_wrong_does_not_use_the_link_up(mailed: MailedCounter) -> None:
    mailed.counter.order()
    path, browser = mailed.link(), mailed.browser()
    wrong = form(browser.get(path).text, "ship", **{"tracking-1": "", "quantity-1-1": "9"})
    answer = browser.post(path, wrong)
    assert answer.status_code == 422
    assert 'value="9"' in answer.text
    assert mailed.counter.house.order().shipments == ()
    right = form(answer.text, "ship", **{"tracking-1": TRACKING, "quantity-1-1": "2"})
    assert browser.post(path, right).status_code == 303


@pytest.mark.parametrize(("said", "word"), [("stopped", "Cancelled"), ("shipped", None)])
def test_a_cancel_request_is_answered_by_one_button(
    mailed: MailedCounter, said: str, word: str | None
) -> None:
    number = mailed.counter.order()
    mailed.mailed()
    before = mailed.counter.house.word()
    cancel(mailed.counter.house)
    mailed.counter.house.turn("corner")
    path, browser = mailed.link(), mailed.browser()
    assert number in mailed.box.messages[-1]["Subject"]
    page = browser.get(path).text
    change = re.search(r'name="change" value="([^"]+)"', page)
    assert change
    assert "tracking-1" not in page  # this link is for the answer alone
    smuggled = form(page, "ship", **{"tracking-1": TRACKING, "quantity-1-1": "2"})
    assert browser.post(path, smuggled).status_code == 404
    answer = browser.post(path, form(page, "change", change=change[1], answer=said))
    assert answer.status_code == 303, answer.text
    assert browser.get(answer.headers["location"]).status_code == 200
    assert mailed.counter.house.word() == (word or before)


def test_a_link_ends_after_seven_days_and_a_made_up_one_never_worked(
    mailed: MailedCounter,
) -> None:
    mailed.counter.order()
    path, browser = mailed.link(), mailed.browser()
    made_up = "/a/" + "a" * 32
    over = browser.get(made_up)
    assert over.status_code == 404
    mailed.counter.house.clock.time += timedelta(days=7)
    assert browser.get(path).text.replace(path, made_up) == over.text
    assert browser.post(path, {"seal": "0" * 32}).status_code == 403


def test_a_form_without_the_links_seal_is_refused(mailed: MailedCounter) -> None:
    mailed.counter.order()
    path, browser = mailed.link(), mailed.browser()
    fields = form(browser.get(path).text, "confirm")
    assert browser.post(path, {**fields, "seal": "0" * 32}).status_code == 403
    elsewhere = browser.post(path, fields, origin="https://evil.example")
    assert elsewhere.status_code == 403
    assert browser.get(path).status_code == 200


def test_each_hears_as_they_wish_and_those_of_others_nothing(mailed: MailedCounter) -> None:
    parts = mailed.counter.house.parts
    ben, kim = (invite(mailed.counter, f"{name}@corner.example.com") for name in ("ben", "kim"))
    supplier_notices.set_wish(parts, ben.id, Notice.DIGEST)
    supplier_notices.set_wish(parts, kim.id, Notice.NONE)
    accounts.invite_by_link(
        parts,
        email="st@stranger.example.com",
        name="St",
        role=Role.SUPPLIER_USER,
        partner="stranger",
        who="test",
    )
    numbers = [mailed.counter.order(number, 1) for number in ("1001", "1002")]
    assert mailed.mailed() == 2
    assert {one["To"] for one in mailed.box.messages} == {"ana@corner.example.com"}
    mailed.counter.house.clock.on(hours=24)
    assert mailed.mailed() == 1
    digest = mailed.box.messages[-1]
    assert digest["To"] == "ben@corner.example.com"
    text = mailed.box.texts()[-1]
    assert all(number in text for number in numbers)
    assert len(set(TOKEN.findall(text))) == 2


def test_an_order_that_was_dealt_with_meanwhile_is_not_mailed(mailed: MailedCounter) -> None:
    number = mailed.counter.order()
    browser = mailed.counter.browser()
    path = f"/orders/{number}/ship"
    page = browser.get(path).text
    fields = {"seal": seal_of(page), "once": once_of(page), "parcels": "1"}
    browser.post(path, {**fields, "tracking-1": TRACKING, "quantity-1-1": "2"})
    mailed.mailed()
    assert mailed.box.messages == []


def test_a_try_that_failed_is_the_same_mail_again(mailed: MailedCounter) -> None:
    mailed.counter.order()
    mailed.box.refusing = "452 mailbox full"
    assert mailed.mailed() == 0
    mailed.box.refusing = ""
    mailed.counter.house.clock.on(minutes=2)
    assert mailed.mailed() == 1
    assert len(mailed.box.messages) == 1
    assert mailed.browser().get(mailed.links()[-1]).status_code == 200


def test_mails_and_links_are_the_same_on_each_store(
    counter: Counter, tmp_path: Path, box: Mailbox
) -> None:
    mailed = mailing(counter, tmp_path, box)
    ben = invite(counter, "ben@corner.example.com")
    supplier_notices.set_wish(counter.house.parts, ben.id, Notice.DIGEST)
    counter.order()
    assert mailed.mailed() == 1
    path, browser = mailed.links()[0], mailed.browser()
    fields = form(browser.get(path).text, "ship", **{"tracking-1": TRACKING, "quantity-1-1": "2"})
    assert browser.post(path, fields).status_code == 303
    assert browser.post(path, fields).status_code == 404
    assert counter.house.word() == "Shipped"
    counter.house.clock.on(hours=24)
    mailed.mailed()
    assert len(box.messages) == 1, "nothing is left for the digest to say"


def test_closing_an_account_ends_its_links_for_good_and_nobody_elses(
    mailed: MailedCounter,
) -> None:
    parts = mailed.counter.house.parts
    ben = invite(mailed.counter, "ben@corner.example.com")
    mailed.counter.order()
    mailed.mailed()
    links = {
        to: TOKEN.findall(text)[0]
        for (to,), text in zip(mailed.box.recipients, mailed.box.texts(), strict=True)
    }
    browser = mailed.browser()
    accounts.disable(parts, account_id=mailed.ana.id, who="test")
    assert browser.get(links[mailed.ana.email]).status_code == 404
    page = browser.get(links[ben.email])
    assert page.status_code == 200
    accounts.enable(parts, account_id=mailed.ana.id, who="test")
    assert browser.get(links[mailed.ana.email]).status_code == 404
    after = browser.post(links[ben.email], form(page.text, "confirm")).headers["location"]
    assert browser.get(after).status_code == 200
    accounts.disable(parts, account_id=ben.id, who="test")  # what the link led to is over as well
    assert browser.get(after).status_code == 404


def test_a_second_click_invites_nobody_twice(mailed: MailedCounter) -> None:
    browser = mailed.counter.browser(role=Role.SUPPLIER_ADMIN)
    seal = seal_of(browser.get("/settings").text)
    guest = {"name": "Ben", "email": "ben@corner.example.com", "role": "supplier_user"}
    for _ in range(2):
        assert browser.post("/settings/people", {"seal": seal, **guest}).status_code == 303
    mailed.mailed()
    assert mailed.box.recipients.count(["ben@corner.example.com"]) == 1
    mailed.counter.house.clock.on(minutes=1)
    browser.post("/settings/people", {"seal": seal, **guest})
    mailed.mailed()
    assert mailed.box.recipients.count(["ben@corner.example.com"]) == 2
