"""The address is called changed when everybody who still sends some of it has agreed."""

from hub.domain.wishes import Quantity
from tests.cast import MAYA
from tests.rigs.changes import answer_change, ask, changes_received
from tests.web.portal import rig
from tests.web.portal.rig import Street
from tests.web.portal.test_changes import fields_of

NEW = "We asked the warehouse to send it to the new address."


def test_the_address_is_not_called_changed_before_a_later_part_agreed(lane: Street) -> None:
    house = lane.house
    rig.confirmed(house)
    rig.sent(house, "1001")
    browser = lane.prove("1001", MAYA.email)
    fields = fields_of(browser.get("/address").text) | {"line1": "5 Oak Road"}
    page = browser.post("/address", fields).headers["location"]
    house.turn()
    ask(house, Quantity(line="1", quantity=4))
    house.turn()
    acme = rig.acme(house)
    (first,) = changes_received(acme)
    acme.send("865", answer_change(first))
    house.turn()
    asked = browser.get(page).text
    assert NEW in asked
    assert "is changed" not in asked
    assert "A change was asked for. The answer comes by" in browser.get("/order").text
    house.turn()
    second = changes_received(acme)[-1]
    assert "5 Oak Road" in str(second)
    acme.send("865", answer_change(second))
    house.turn()
    assert "What is still to leave goes to the new address." in browser.get(page).text
    assert "5 Oak Road" in browser.get("/order").text
