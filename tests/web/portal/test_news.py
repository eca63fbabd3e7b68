"""Every mail of news: once for what happened, together what came together, nothing that is over."""

import re
from pathlib import Path

import pytest

from hub.api import build as build_door
from hub.domain.facts import Fact, FactKind
from hub.domain.names import Names
from hub.errors import TransportError
from hub.flow.mail_batches import together
from hub.flow.mailing import MailTurn
from hub.flow.orders import remember
from hub.store import Transaction
from tests.cast import MAYA
from tests.rigs.desk_papers import BOX, given
from tests.rigs.desks import Mill, furnish_desks, partner_key
from tests.rigs.houses import House, post, shopping
from tests.web.portal import rig
from tests.web.portal.conftest import furnished
from tests.web.portal.rig import Street


def _subjects(street: Street) -> list[str]:
    return [str(message["Subject"]) for message in street.mailbox.messages]


def _mail_all(street: Street) -> list[str]:
    """Let everything that is due within an hour be mailed; return the subjects of the new mails."""
    before = len(street.mailbox.raw)
    for _ in range(6):
        while street.mail():
            pass
        street.house.clock.on(minutes=10)
    return _subjects(street)[before:]


def test_an_order_from_placing_to_the_door_is_three_mails(talking: Street) -> None:
    rig.shipped(talking.house)
    assert _mail_all(talking) == [
        "We received your order 1001",
        "Your order 1001 is on its way",
    ]
    confirmed, left = talking.mailbox.texts()
    assert "2 × Thing 1" in confirmed and re.search(r"It arrives by \w{3} \d+ Nov\.", confirmed)
    assert f"UPS {rig.TRACKING}" in left and "https://www.ups.com/" in left
    assert "The rest follows" not in left
    rig.event(talking.house, "D1", "2026-11-22T18:00:00+00:00")
    assert _mail_all(talking) == ["A parcel of your order 1001 was delivered"]
    assert "Your order is complete." in talking.mailbox.texts()[-1]
    assert talking.mail() == 0
    assert talking.house.exceptions() == []
    link = re.search(r"https://juniper\.localhost(/s/\S+)", talking.mailbox.texts()[-1])
    assert link
    page = talking.browser().get(link[1])
    assert "Delivered" in page.text and "We e-mailed you that something was delivered." in page.text


def test_a_mail_says_the_same_without_html_and_with_it(talking: Street) -> None:
    rig.shipped(talking.house)
    _mail_all(talking)
    for message, text, page in zip(
        talking.mailbox.messages, talking.mailbox.texts(), talking.mailbox.pages(), strict=True
    ):
        assert message.get_content_type() == "multipart/alternative"
        words = re.sub(r"<[^>]+>", " ", page.partition("<body")[2])
        for line in text.split():
            if not line.startswith("https://juniper"):
                assert line.rstrip(":") in words, line
        (link,) = re.findall(r"https://juniper\.localhost/s/\w+", text)
        assert f'href="{link}"' in page
        assert not re.search(r"<(script|img|link|iframe|form)|src=|url\(|@import", page)
        assert set(re.findall(r'href="(https://[^/"]+)', page)) <= {
            "https://juniper.localhost",
            "https://www.ups.com",
        }


def test_parcels_that_are_told_of_within_a_minute_are_one_mail(talking: Street) -> None:
    rig.two_parcels(talking.house)
    assert _mail_all(talking) == [
        "We received your order 1001",
        "Your order 1001 is on its way",
    ]
    text = talking.mailbox.texts()[-1]
    assert rig.TRACKING in text and "9400111899223197428490" in text
    assert "The rest follows" in text
    with talking.house.parts.store.read() as tx:
        facts = tx.facts.of_order(talking.house.order().id)
    told = [fact.body["mail"] for fact in facts if fact.kind == FactKind.CUSTOMER_TOLD]
    assert told == ["confirmed", "shipped"]


def test_parcels_that_leave_on_different_days_are_a_mail_each(talking: Street) -> None:
    rig.part_shipped(talking.house)
    _mail_all(talking)
    talking.house.clock.on(days=1)
    acme = rig.acme(talking.house)
    order = rig.sent(talking.house, "1001")
    paper = acme.notice(order, name="S2", tracking="9400111899223197428490", quantities={"2": 1})
    acme.send("856", paper)
    talking.house.turn()
    assert _mail_all(talking)[-1:] == ["Your order 1001 is on its way"]
    assert rig.TRACKING not in talking.mailbox.texts()[-1]
    assert "9400111899223197428490" in talking.mailbox.texts()[-1]


def test_a_shipment_taken_back_before_its_mail_is_not_mailed(talking: Street) -> None:
    rig.being_prepared(talking.house)
    acme = rig.acme(talking.house)
    paper = acme.notice(rig.sent(talking.house, "1001"), name="S1", tracking=rig.TRACKING)
    acme.send("856", paper)
    talking.house.turn()
    while talking.mail():
        pass
    # X12 856 BSN01 01: the same notice is taken back.
    acme.send("856", [row.replace("BSN*00*", "BSN*01*") for row in paper])
    talking.house.turn()
    order = talking.house.order()
    assert order.shipments == () and order.voided
    assert _mail_all(talking) == []
    assert _subjects(talking) == ["We received your order 1001"]
    with talking.house.parts.store.read() as tx:
        assert [duty.set_id for duty in tx.duties.of_order(order.id)] == []
    page = talking.browser().get(talking.link()).text
    assert rig.TRACKING not in page and "entered by mistake" in page


def test_what_is_entered_at_our_door_waits_until_it_cannot_be_taken_back(
    tmp_path: Path, mailbox: rig.Mailbox
) -> None:
    house = furnish_desks(tmp_path)
    street = furnished(house, tmp_path, mailbox, mails=("shipped",))
    key, _ = partner_key(house, "mill")
    mill = Mill(app=build_door(house.parts), house=house, key=key)
    orders = {number: given(house, 2, number=number) for number in ("1001", "1002")}
    for order in orders.values():
        body = {"shipment": "S-1", "packages": [BOX]}
        assert mill.post(f"/orders/{order}/shipments", body).status_code == 200
    house.clock.on(minutes=9)
    assert street.mail() == 0
    assert mill.post(f"/orders/{orders['1001']}/shipments/S-1/void", {}).status_code == 200
    house.clock.on(minutes=1)
    assert street.mail() == 3  # the shipments, and the undoing, of which there is nothing to say
    assert _subjects(street) == ["Your order 1002 is on its way"]
    house.close()


def test_a_day_that_moved_there_and_back_is_not_mailed(talking: Street) -> None:
    rig.confirmed(talking.house)
    _mail_all(talking)
    house, order = talking.house, talking.house.order()
    (part,) = order.fulfillments
    standing = next(one for one in order.promises if one.kind == "deliver_by")
    _tell(
        house,
        Fact(
            kind=FactKind.PROMISE_MOVED,
            body={
                "fulfillment": part.id,
                "kind": "deliver_by",
                "from": standing.day.isoformat(),
                "to": "2026-12-24",
                "reason": "rescheduled",
            },
        ),
    )
    assert _mail_all(talking) == []


def _tell(house: House, fact: Fact) -> None:
    """Write a fact of the order, and nothing else."""
    from hub.domain.facts import Change

    order = house.order()

    def work(tx: Transaction) -> None:
        names = Names("told")
        input_id = names.new("inp")
        tx.facts.record_input(
            input_id=input_id,
            kind="command",
            at=house.parts.now(),
            who="test",
            subject=order.id,
            body={},
            sealed=None,
            hashes={},
        )
        change = Change(order=order, facts=(fact,))
        remember(
            tx,
            house.parts,
            order,
            change,
            at=house.parts.now(),
            input_id=input_id,
            document_id=None,
            names=names,
        )

    house.parts.store.write(work)


def test_two_moves_before_the_mail_are_one_from_the_first_day_to_the_last(talking: Street) -> None:
    rig.delayed(talking.house)
    acme = rig.acme(talking.house)
    talking.house.clock.on(minutes=5)
    paper = acme.answer(rig.sent(talking.house, "1001"), word="IB")
    later = [f"{row}*068*20261218" if row.startswith("ACK*IB") else row for row in paper]
    acme.send("855", later)
    talking.house.turn()
    subjects = _mail_all(talking)
    assert subjects.count("Your order 1001 comes on another day") == 1
    text = next(text for text in talking.mailbox.texts() if "was to arrive" in text)
    assert "arrive by Fri 27 Nov" in text, text


def test_what_a_customer_cancels_is_mailed_and_what_was_too_late_as_well(talking: Street) -> None:
    post(talking.house, shopping("1001", 2, 1))
    browser = _proven(talking, "1001")
    page = browser.get("/cancel").text
    fields = {
        "seal": rig.seal_of(page),
        "nonce": _nonce(page),
        "units-1": "2",
    }
    assert browser.post("/cancel", fields).status_code == 303
    assert _mail_all(talking) == ["Cancelled: a part of your order 1001"]
    text = talking.mailbox.texts()[-1]
    assert "2 × Thing 1" in text and "The rest of your order goes on." in text
    order = rig.sent(talking.house, "1001")
    page = browser_page(talking, "1001")
    browser, form = page
    fields = {"seal": rig.seal_of(form), "nonce": _nonce(form), "units-2": "1"}
    assert browser.post("/cancel", fields).status_code == 303
    talking.house.turn()
    rig.acme(talking.house).send(
        "856",
        rig.acme(talking.house).notice(order, tracking=rig.TRACKING, quantities={"2": 1}),
    )
    talking.house.turn()
    subjects = _mail_all(talking)
    assert "Your order 1001: it was too late for the cancellation" in subjects
    late = next(text for text in talking.mailbox.texts() if "It was too late" in text)
    assert "it has left already" in late and "within 30 days" in late


def _proven(street: Street, number: str) -> rig.Browser:
    """Prove an order where other mails may be owed as well."""
    browser = street.browser(address=f"198.51.100.{len(street.mailbox.raw)}")
    browser.find(number, MAYA.email)
    while street.mail():
        pass
    codes = [text for text in street.mailbox.texts() if "Your code is" in text]
    code = re.search(r"\b([0-9]{8})\b", codes[-1])
    assert code and browser.enter(code[1]).status_code == 303
    return browser


def browser_page(street: Street, number: str) -> tuple[rig.Browser, str]:
    """A browser that has proven the order, and the form to cancel it."""
    browser = _proven(street, number)
    return browser, browser.get("/cancel").text


def _nonce(page: str) -> str:
    found = re.search(r'name="nonce" value="([0-9a-f]+)"', page)
    assert found
    return found[1]


def test_a_new_address_is_mailed_without_the_address(talking: Street) -> None:
    rig.confirmed(talking.house)
    browser = _proven(talking, "1001")
    page = browser.get("/address").text
    fields = {
        **dict.fromkeys(("name2", "line2", "phone"), ""),
        "seal": rig.seal_of(page),
        "nonce": _nonce(page),
        "group": "1",
        "name": MAYA.name,
        "line1": "5 Oak Road",
        "postal_code": "62702",
        "city": "Springfield",
        "region": "IL",
    }
    answer = browser.post("/address", fields)
    assert answer.status_code == 303, answer.text
    assert _mail_all(talking) == ["Your order 1001 was changed"]
    assert "The delivery address." in talking.mailbox.texts()[-1]
    assert "Oak Road" not in talking.mailbox.texts()[-1]


def test_a_worker_that_dies_before_its_note_sends_one_more_with_the_same_name(
    talking: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mail server has it, the store does not know: the mailbox can tell that it is the same."""
    rig.shipped(talking.house)
    talking.house.clock.on(minutes=2)
    from hub.flow import mailing

    noted, died = mailing._told, []

    def dies(*words: object) -> None:
        died.append(words)
        raise TransportError("the worker is gone")

    monkeypatch.setattr(mailing, "_told", dies)
    talking.mail()
    monkeypatch.setattr(mailing, "_told", noted)
    assert len(died) == 1
    talking.house.clock.on(minutes=1)
    # More of the same kind comes before the next try: it does not change what was sent.
    assert _mail_all(talking)[-1] == "Your order 1001 is on its way"
    names = [message["Message-ID"] for message in talking.mailbox.messages]
    assert len(names) == 3 and len(set(names)) == 2
    assert _mail_all(talking) == []


def test_news_tried_before_is_not_mixed_with_newer_news() -> None:
    from datetime import UTC, datetime

    from hub.domain.facts import DutyKind
    from hub.store import WaitingDuty

    def duty(name: str, order: str | None, kind: str, attempts: int) -> WaitingDuty:
        return WaitingDuty(
            id=name,
            lane="mail/juniper",
            kind=DutyKind.MAIL,
            set_id=kind,
            subject=name,
            order_id=order,
            due_at=datetime(2026, 11, 20, tzinfo=UTC),
            body={},
            seq=1,
            attempts=attempts,
        )

    due = [
        duty("a", "ord_1", "shipped", 1),
        duty("b", "ord_2", "shipped", 0),
        duty("c", "ord_1", "shipped", 0),
        duty("d", "ord_1", "moved", 0),
        duty("e", "ord_1", "shipped", 1),
        duty("f", None, "code", 0),
        duty("g", None, "code", 0),
    ]
    mails = [[one.id for one in mail] for mail in together(due)]
    assert mails == [["a", "e"], ["b"], ["c"], ["d"], ["f"], ["g"]]


def test_a_hub_without_mails_owes_no_news(house: House) -> None:
    rig.shipped(house)
    with house.parts.store.read() as tx:
        assert tx.duties.lanes_due(now=house.clock.time) == []


def test_a_turn_looks_again_at_what_is_due_once_the_lane_is_its_own(talking: Street) -> None:
    rig.confirmed(talking.house)
    brand = talking.house.parts.brands["juniper"]
    one, other = (MailTurn(talking.house.parts, brand, owner=owner) for owner in ("one", "other"))
    due = other._due()
    assert one.take(poll=False) == 1
    one.release()
    other._due = lambda: due if other._lease is None else MailTurn._due(other)  # type: ignore[method-assign]
    assert other.take(poll=False) == 0
    other.release()
    assert len(talking.mailbox.raw) == 1
