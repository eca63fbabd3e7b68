"""A customer cancels what is being exchanged, and sees what became of it; on each store."""

import pytest

from hub.domain.change_requests import NewArticle, SwapArticle
from hub.domain.orders import ChangeKind
from hub.domain.wishes import Quantity
from tests.cast import MAYA
from tests.rigs.changes import answer_change, ask, changes_received
from tests.web.portal import rig
from tests.web.portal.rig import Browser, Street
from tests.web.portal.test_changes import fields_of


def _sent(street: Street) -> None:
    rig.confirmed(street.house)
    rig.sent(street.house, "1001")


def _cancelled(browser: Browser, **changed: str) -> str:
    assert 'href="/cancel"' in browser.get("/order").text
    fields = fields_of(browser.get("/cancel").text) | changed
    answer = browser.post("/cancel", fields)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def _answered(street: Street, verdict: str) -> None:
    street.house.turn()
    (paper,) = changes_received(rig.acme(street.house))
    rig.acme(street.house).send("865", answer_change(paper, verdict=verdict))
    street.house.turn()
    street.house.turn()


@pytest.mark.parametrize("verdict", ["AT", "RJ"])
def test_what_is_being_exchanged_can_be_cancelled_by_its_customer(
    talking: Street, verdict: str
) -> None:
    _sent(talking)
    ask(talking.house, SwapArticle(line="1", new=NewArticle(sku="SKU-3", unit_price=900)))
    talking.house.turn()
    talking.mail()
    talking.mailbox.messages.clear()
    browser = talking.prove("1001", MAYA.email)
    where = _cancelled(browser, **{"units-2": "0"})
    assert "We asked the warehouse to stop 2 × Thing 1." in browser.get(where).text
    made = talking.house.order().changes[-1]
    assert made.kind is ChangeKind.CANCELLATION
    assert made.requested_by.startswith("visit:")
    _answered(talking, verdict)
    page = browser.get(where).text
    assert ("<h1>Cancelled</h1>" in page) is (verdict == "AT")
    assert ("It is too late to cancel" in page) is (verdict == "RJ")
    order = talking.house.order()
    assert [line.sku for line in order.lines] == ["SKU-1", "SKU-2"]
    status = browser.get("/order").text
    assert ("Cancelled: 2 × Thing 1." in status) is (verdict == "AT")
    assert "too late for the change" not in status
    talking.mailbox.messages.clear()
    talking.mail()
    told = [text for text in talking.mailbox.texts() if "cancel" in text.lower()]
    assert len(told) == 1
    assert "exchange" not in told[0].lower()


def test_what_is_wanted_after_all_is_not_told_as_too_late(lane: Street) -> None:
    _sent(lane)
    browser = lane.prove("1001", MAYA.email)
    where = _cancelled(browser, **{"units-2": "0"})
    ask(lane.house, Quantity(line="1", quantity=2))
    _answered(lane, "AT")
    page = browser.get(where).text
    assert "<h1>Not cancelled after all</h1>" in page
    assert "Not cancelled after all: 2 × Thing 1." in page
    assert lane.house.order().lines[0].kept == 2
    assert "The cancellation was made" not in browser.get("/order").text
