"""A clerk reads who is asked for another address as long as one of them is."""

from tests.rigs.changes import answer_change, changes_received
from tests.rigs.houses import post, shopping
from tests.web.clerk.rig import Office, fields_of

ONE = "/orders/juniper/1001"


def test_more_units_and_an_address_in_one_form_are_done_when_both_parts_agreed(
    office: Office,
) -> None:
    house = office.house
    post(house, shopping("1001", 2, 1))
    house.turn()
    browser = office.browser()
    wanted = {"units-2": "2", "g1-line1": "5 Oak Road"}
    fields = {**fields_of(browser.get(f"{ONE}/change")), **wanted, "do": "look"}
    fields = {**fields_of(browser.post(f"{ONE}/change", fields)), "do": "save"}
    page = browser.post(f"{ONE}/change", fields).headers["location"]
    house.turn()
    acme = house.suppliers["acme"]
    (first,) = changes_received(acme)
    acme.send("865", answer_change(first))
    house.turn()
    assert "Acme is asked, answer by" in browser.get(page).text
    assert "5 Oak Road" not in browser.get(ONE).text
    house.turn()
    acme.send("865", answer_change(changes_received(acme)[-1]))
    house.turn()
    assert "is asked" not in browser.get(page).text
    assert "5 Oak Road" in browser.get(ONE).text
