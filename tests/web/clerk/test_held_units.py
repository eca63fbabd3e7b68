"""What is being asked back already, at the clerk's forms: it is shown, and the last wish holds."""

from tests.rigs.changes import answer_change, changes_received
from tests.rigs.houses import post, shopping
from tests.web.clerk.rig import Office, fields_of
from tests.web.portal.rig import Browser

ONE = "/orders/juniper/1001"


def _sent(office: Office, units: int) -> Browser:
    post(office.house, shopping("1001", units))
    office.house.turn()
    return office.browser()


def _saved(browser: Browser, **typed: str) -> str:
    """Fill the change form in, look, save, and return the page that it leads to."""
    fields = {**fields_of(browser.get(f"{ONE}/change")), **typed, "do": "look"}
    look = browser.post(f"{ONE}/change", fields)
    saved = browser.post(f"{ONE}/change", {**fields_of(look), "do": "save"})
    assert saved.status_code == 303, saved.text
    return saved.headers["location"]


def _cancelled(browser: Browser, **typed: str) -> str:
    """Fill the cancel form in, send it, and return the page that it leads to."""
    fields = {**fields_of(browser.get(f"{ONE}/cancel")), **typed}
    answer = browser.post(f"{ONE}/cancel", fields)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def _answered(office: Office, verdict: str) -> None:
    acme = office.house.suppliers["acme"]
    office.house.turn()
    acme.send("865", answer_change(changes_received(acme)[0], verdict=verdict))
    office.house.turn()
    office.house.turn()


def test_what_is_being_exchanged_can_be_cancelled_and_both_pages_say_so(
    each_office: Office,
) -> None:
    browser = _sent(each_office, 2)
    exchanged = _saved(browser, **{"swap-1": "SKU-2"})
    form = browser.get(f"{ONE}/change").text
    assert "Nothing of this order can be changed any more" in form
    page = browser.get(f"{ONE}/cancel")
    assert "2 can be cancelled" in page.text
    outcome = _cancelled(browser, do="all")
    told = browser.get(outcome).text
    assert "Cancel 2 × Thing 1" in told
    assert "Acme is asked, answer by" in told
    former = browser.get(exchanged).text
    assert "Exchange 2 × Thing 1" in former
    assert "Given up: it was to be cancelled instead" in former
    assert "The exchange was given up: its goods are to be cancelled" in browser.get(ONE).text
    _answered(each_office, "AT")
    assert [line.sku for line in each_office.house.order().lines] == ["SKU-1"]
    assert "Done" in browser.get(outcome).text
    assert len(each_office.house.suppliers["acme"].purchase_orders()) == 1


def test_the_form_shows_what_is_being_exchanged_beside_what_is_free(office: Office) -> None:
    browser = _sent(office, 4)
    _saved(browser, **{"swap-1": "SKU-2", "swap-1-units": "2"})
    form = browser.get(f"{ONE}/change")
    assert "2 of 4 are being exchanged. Answer by" in form.text
    assert fields_of(form)["units-1"] == "2"
    fields = {**fields_of(form), "units-1": "5", "do": "look"}
    look = browser.post(f"{ONE}/change", fields).text
    assert "Too late: another change of the same waits for its answer" in look
    assert "Thing 1: 2 are left if what is asked back is given back, 4 if not." in look


def test_the_form_shows_what_is_asked_back_and_five_typed_are_five(each_office: Office) -> None:
    browser = _sent(each_office, 4)
    asked = _cancelled(browser, **{"units-1": "2", "do": "lines"})
    form = browser.get(f"{ONE}/change")
    assert "2 of 4 are being asked back. Answer by" in form.text
    fields = {**fields_of(form), "units-1": "3", "do": "look"}
    look = browser.post(f"{ONE}/change", fields).text
    assert "Keep 1 × Thing 1, which was to be cancelled" in look
    assert "Thing 1: 3 are left if what is asked back is given back, 4 if not." in look
    told = browser.get(_saved(browser, **{"units-1": "5"})).text
    assert "Keep 2 × Thing 1, which was to be cancelled" in told
    assert "1 × Thing 1 more" in told
    assert "are being asked back" not in browser.get(f"{ONE}/change").text
    assert "It stays: it is wanted after all" in browser.get(asked).text
    _answered(each_office, "RJ")
    assert each_office.house.order().lines[0].kept == 5


def test_a_line_of_which_all_is_asked_back_can_be_wanted_after_all(office: Office) -> None:
    browser = _sent(office, 2)
    _cancelled(browser, do="all")
    form = browser.get(f"{ONE}/change")
    assert fields_of(form)["units-1"] == "0"
    assert "swap-1" not in fields_of(form)
    told = browser.get(_saved(browser, **{"units-1": "2"})).text
    assert "Keep 2 × Thing 1, which was to be cancelled" in told
    _answered(office, "AT")
    assert office.house.order().lines[0].kept == 2
    assert [one.lines[0][1] for one in office.house.suppliers["acme"].purchase_orders()] == [2, 2]
