"""Mails as a real mail server gets them: codes and news, retried, parked, never lost."""

from dataclasses import replace

from hub.flow.mailing import MailTurn
from hub.flow.orders import Posting, place
from hub.flow.visiting import Asking, ask_by_number
from hub.transports.mail import Server
from tests.cast import MAYA
from tests.rigs import free_port
from tests.rigs.houses import House, shopping
from tests.web.portal import rig
from tests.web.portal.rig import Street


def test_a_code_comes_in_the_brand_s_words(lane: Street) -> None:
    rig.confirmed(lane.house)
    lane.browser().find("1001", MAYA.email)
    assert lane.mail() == 1
    (message,) = lane.mailbox.messages
    assert message["From"] == "Juniper Home <care@juniper.example.com>"
    assert message["To"] == MAYA.email
    assert message["Auto-Submitted"] == "auto-generated"
    assert lane.mailbox.code() in message["Subject"]
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_a_moved_day_is_mailed_before_the_old_one(lane: Street) -> None:
    rig.delayed(lane.house)
    assert lane.mail() == 1
    (text,) = lane.mailbox.texts()
    assert "was to arrive by" in text and "waiting for new stock" in text
    link = text[text.index("https://juniper.localhost/") :].split()[0]
    page = lane.browser().get(link.removeprefix("https://juniper.localhost"))
    assert page.status_code == 200 and "Delayed" in page.text
    assert "We e-mailed you about the new day of arrival." in page.text
    assert lane.mail() == 0


def test_what_the_brand_does_not_mail_is_not_owed(lane: Street) -> None:
    rig.shipped(lane.house)
    with lane.house.parts.store.read() as tx:
        assert tx.duties.due(lane="mail/juniper", now=lane.house.clock.time, limit=9) == []


def test_a_hub_without_a_mail_server_owes_no_news_and_says_why_codes_wait(house: House) -> None:
    rig.delayed(house)
    with house.parts.store.read() as tx:
        assert tx.duties.lanes_due(now=house.clock.time) == []
    asking = Asking(brand="juniper", number="1001", known=MAYA.email, address="192.0.2.1")
    ask_by_number(house.parts, asking)
    MailTurn(house.parts, house.parts.brands["juniper"], owner="test").take(poll=False)
    with house.parts.store.read() as tx:
        rows = tx.exceptions.page(open_only=True, limit=9)
    assert ["HUB_SMTP_URL" in row.text for row in rows if row.kind == "wire"] == [True]


def test_a_server_that_is_away_holds_the_lane_and_loses_nothing(lane: Street) -> None:
    rig.confirmed(lane.house)
    parts = lane.house.parts
    lane.house.parts = replace(parts, mail=Server(host="127.0.0.1", port=free_port(), tls="none"))
    lane.browser().find("1001", MAYA.email)
    for _ in range(3):
        assert lane.mail() == 0
        lane.house.clock.on(minutes=11)
    assert lane.house.exceptions() == ["wire"]
    lane.house.parts = parts
    assert lane.mail() == 1
    assert len(lane.mailbox.raw) == 1
    assert lane.house.exceptions() == []


def test_a_refused_recipient_is_parked_and_holds_back_nobody(lane: Street) -> None:
    rig.confirmed(lane.house)
    rig.confirmed(lane.house, "1002")
    lane.browser().find("1001", MAYA.email)
    lane.mailbox.refusing = "550 no such box"
    assert lane.mail() == 1
    assert lane.house.exceptions() == ["mail-refused"]
    lane.mailbox.refusing = ""
    lane.browser().find("1002", MAYA.email)
    assert lane.mail() == 1
    assert len(lane.mailbox.raw) == 1


def test_a_recipient_refused_for_now_is_tried_again(lane: Street) -> None:
    rig.confirmed(lane.house)
    lane.browser().find("1001", MAYA.email)
    lane.mailbox.refusing = "451 later please"
    assert lane.mail() == 0
    lane.mailbox.refusing = ""
    lane.house.clock.on(minutes=1)
    assert lane.mail() == 1
    assert len(lane.mailbox.raw) == 1


def test_an_address_that_is_two_is_parked_and_nothing_leaves(lane: Street) -> None:
    two = "maya@example.com,tom@example.com"
    new = shopping("1001", 1)
    new = replace(new, customer=replace(new.customer, email=two))
    place(
        lane.house.parts,
        Posting(
            new=new, brand="juniper", who="test", body=b"-", key="", render=lambda o: (201, b"")
        ),
    )
    asking = Asking(brand="juniper", number="1001", known=two, address="192.0.2.1")
    ask_by_number(lane.house.parts, asking)
    lane.mail()
    assert lane.mailbox.raw == []
    assert lane.house.exceptions() == ["mail-refused"]
