"""Why it is late and what to do is said first; the customer is written to in two clicks, once."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from hub import api
from hub.flow.lanes import LaneTurn
from hub.flow.mailing import MailTurn
from hub.main import doors, read_settings
from hub.transports.mail import Server
from tests.rigs import free_port
from tests.rigs.houses import post, shopping
from tests.web.clerk.rig import Office, fields_of
from tests.web.portal import rig
from tests.web.portal.rig import Mailbox, seal_of

ONE = "/orders/juniper/1001"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server on a free port of this machine."""
    box = Mailbox()
    box.port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


@pytest.fixture
def writing(office: Office, mailbox: Mailbox, tmp_path: Path) -> Office:
    """The desk of a hub that sends mails; the brand's page asks for none of news."""
    house = office.house
    config = Server(host="127.0.0.1", port=mailbox.port, tls="none")
    brands = {
        name: replace(brand, mails=("code", "confirmed"))
        for name, brand in house.parts.brands.items()
    }
    house.parts = replace(house.parts, mail=config, brands=brands)
    house.turns = {
        partner: LaneTurn(house.parts, turn.channel, owner="test")
        for partner, turn in house.turns.items()
    }
    settings = read_settings({"HUB_DATA_DIR": str(tmp_path / "data")})
    return Office(house=house, app=doors(settings, house.parts, api.build(house.parts)))


def _mail_all(office: Office) -> None:
    turn = MailTurn(office.house.parts, office.house.parts.brands["juniper"], owner="test")
    while turn.take(poll=False):
        pass
    turn.release()


def _button(page: str) -> str:
    found = re.search(r'<a class="button" href="([^"]+/mail/[a-z]+)">', page)
    assert found, page
    return found[1]


def test_a_late_order_names_cause_and_step_and_its_customer_is_told_once_by_two_clicks(
    writing: Office, mailbox: Mailbox
) -> None:
    rig.delayed(writing.house)
    _mail_all(writing)
    before = len(mailbox.raw)
    clerk = writing.browser()
    page = clerk.get(ONE).text
    assert "Acme" in page and "waits for new stock." in page
    assert "Tell the customer: nobody has yet." in page
    path = _button(page)
    assert path == f"{ONE}/mail/late"
    preview = clerk.get(path)
    assert "Your order 1001 comes later" in preview.text
    assert "it is waiting for new stock" in preview.text
    fields = fields_of(preview)
    answers = [clerk.post(path, fields) for _ in range(2)]
    assert {answer.headers["location"] for answer in answers} == {f"{ONE}?done=mailed"}
    _mail_all(writing)
    _mail_all(writing)
    assert len(mailbox.raw) == before + 1
    said = mailbox.texts()[-1]
    days = re.search(r"was to arrive by (\w+ \d+ \w+). It now arrives by (\w+ \d+ \w+):", said)
    assert days and days[1] != days[2]
    assert f"({days[1]} → {days[2]})" in clerk.get(ONE).text
    after = clerk.get(ONE).text
    assert "Mail to the customer: it comes later" in after
    assert "Nothing: the customer was told" in after
    assert after.count("Mail asked for: It comes later") == 2  # the note, and the timeline


def test_two_clicks_on_two_pages_ask_for_one_mail_until_ten_minutes_are_over(
    writing: Office, mailbox: Mailbox
) -> None:
    post(writing.house, shopping("1001", 1))
    _mail_all(writing)
    before = len(mailbox.raw)
    path = f"{ONE}/mail/looking"
    clerk = writing.browser()
    pages = [fields_of(clerk.get(path)) for _ in range(2)]
    assert clerk.post(path, pages[0]).status_code == 303
    refused = clerk.post(path, pages[1])
    assert refused.status_code == 422
    assert "asked for this mail already: " in refused.text
    assert "Somebody asked" not in refused.text
    _mail_all(writing)
    writing.house.clock.time += timedelta(minutes=11)
    assert clerk.post(path, fields_of(clerk.get(path))).status_code == 303
    _mail_all(writing)
    assert len(mailbox.raw) == before + 2


def test_what_cannot_be_said_is_told_instead_of_a_button(writing: Office, mailbox: Mailbox) -> None:
    post(writing.house, shopping("1001", 1))
    clerk = writing.browser()
    answer = clerk.get(f"{ONE}/mail/late")
    assert answer.status_code == 200
    assert "There is nothing of that kind to say" in answer.text
    assert "Send it" not in answer.text
    fields = fields_of(clerk.get(f"{ONE}/mail/looking"))
    assert clerk.post(f"{ONE}/mail/late", fields).status_code == 422
    _mail_all(writing)
    assert not any("comes later" in text for text in mailbox.texts())
    assert clerk.get(f"{ONE}/mail/spam").status_code == 404


def test_without_a_mail_server_the_clerk_is_told_to_call(office: Office) -> None:
    post(office.house, shopping("1001", 1))
    answer = office.browser().get(f"{ONE}/mail/looking")
    assert "This hub sends no mails; call the customer." in answer.text


def test_a_clerk_of_another_brand_writes_to_nobody(writing: Office) -> None:
    post(writing.house, shopping("1001", 1))
    other = writing.browser("harbor")
    assert other.get(f"{ONE}/mail/looking").status_code == 404
    seal = seal_of(other.get("/orders").text) if "seal" in other.get("/orders").text else ""
    fields = {"seal": seal, "once": "0" * 32}
    assert other.post(f"{ONE}/mail/looking", fields).status_code == 404


@pytest.mark.parametrize(("phone", "advice"), [("555 0100", "call them"), ("", "write to the")])
def test_who_has_no_e_mail_is_called_only_where_a_number_is_known(
    writing: Office, phone: str, advice: str
) -> None:
    new = shopping("1001", 1)
    said = replace(new.customer, email="", phone=phone)
    post(writing.house, replace(new, customer=said, groups=(replace(new.groups[0], ship_to=said),)))
    page = writing.browser().get(f"{ONE}/mail/looking").text
    assert advice in page and ("call them" in page) is bool(phone)
