"""What a clerk types into a new order is a draft with an address: nothing is sent twice by going
back, nothing is lost with a session, and nobody else sees it."""

import httpx
import pytest

from tests.web.clerk.rig import Office, action_of, fields_of, new_order, pressed
from tests.web.clerk.test_new import CALL
from tests.web.portal.rig import Browser

STEPS = ("find", "where", "group", "line-1", "drop-1", "look", "place")


def _begun(browser: Browser) -> str:
    """The address of a draft that was begun by sending the empty form."""
    page = new_order(browser)
    answer = browser.post(action_of(page), fields_of(page))
    return str(answer.headers["location"])


def test_looking_at_the_empty_form_keeps_nothing(each_office: Office) -> None:
    browser = each_office.browser()
    pages = [new_order(browser) for _ in range(2)]
    assert browser.ask("HEAD", "/new").status_code == 200
    paths = [action_of(page) for page in pages]
    assert paths[0] != paths[1]
    for path in paths:
        assert browser.get(path).status_code == 404


def test_the_first_post_begins_the_draft_and_two_tabs_do_not_mix(each_office: Office) -> None:
    browser = each_office.browser()
    one, other = new_order(browser), new_order(browser)
    for page, name in ((one, "Tom Okafor"), (other, "Ines Vogel")):
        said = {**fields_of(page), **CALL, "buyer-name": name, "do": "look"}
        answer = browser.post(action_of(page), said)
        assert (answer.status_code, answer.headers["location"]) == (303, action_of(page))
    for page, name in ((one, "Tom Okafor"), (other, "Ines Vogel")):
        for _ in range(2):  # a reload, and Back
            assert fields_of(browser.get(action_of(page)))["buyer-name"] == name


@pytest.mark.parametrize("once", ["none", "A" * 32, "0" * 31, "0" * 33])
def test_no_draft_begins_at_an_address_that_no_form_has(office: Office, once: str) -> None:
    browser = office.browser()
    fields = {**fields_of(new_order(browser)), **CALL, "do": "look"}
    assert browser.post(f"/new/{once}", fields).status_code == 404


def _sent(browser: Browser, path: str, **said: str) -> httpx.Response:
    return browser.post(path, {**fields_of(browser.get(path)), **said})


@pytest.mark.parametrize("step", STEPS)
def test_every_step_leads_to_a_page_that_can_be_gone_back_to(office: Office, step: str) -> None:
    browser = office.browser()
    path = _begun(browser)
    answer = _sent(browser, path, **CALL, do=step)
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    for _ in range(2):  # a reload, and Back
        page = browser.get(path)
        assert page.status_code == 200
        assert fields_of(page)["buyer-phone"] == CALL["buyer-phone"]


def test_what_was_wrong_is_a_page_of_its_own_too(office: Office) -> None:
    browser = office.browser()
    path = _begun(browser)
    answer = _sent(browser, path, **{**CALL, "g1-country": "XX"}, do="look")
    assert answer.status_code == 303
    assert 'id="g1-country-wrong"' in browser.get(path).text
    assert fields_of(browser.get(path))["g1-country"] == "XX"


def test_two_tabs_do_not_mix_and_back_after_placing_leads_to_the_order(
    each_office: Office,
) -> None:
    browser = each_office.browser()
    one, other = _begun(browser), _begun(browser)
    assert one != other
    _sent(browser, one, **CALL, do="look")
    _sent(browser, other, **{**CALL, "buyer-name": "Ines Vogel"}, do="look")
    assert fields_of(browser.get(one))["buyer-name"] == "Tom Okafor"
    placed = _sent(browser, one, do="place").headers["location"]
    assert placed == "/orders/juniper/C-00001?done=placed"
    assert browser.get(one).headers["location"] == placed
    page = browser.get(other)
    assert fields_of(page)["buyer-name"] == "Ines Vogel"
    again = pressed(browser, page, {"do": "place"})
    assert "Done: the order is placed." in again.text


def test_another_order_of_a_form_that_was_sent_is_asked_about_first(each_office: Office) -> None:
    browser = each_office.browser()
    path = _begun(browser)
    _sent(browser, path, **CALL, do="look")
    shown = fields_of(browser.get(path))
    browser.post(path, {**shown, "do": "place"})
    more = browser.post(path, {**shown, "g1-1-units": "3", "do": "look"})
    assert more.headers["location"] != path
    page = browser.get(more.headers["location"])
    assert "This form was sent before with something else in it" in page.text
    assert fields_of(page)["g1-1-units"] == "3"
    look = pressed(browser, page, {"do": "look"})
    assert "This form was sent before" not in look.text and "$42.50" in look.text


def test_a_number_that_is_taken_is_said_on_the_page(each_office: Office) -> None:
    browser = each_office.browser()
    typed = {**CALL, "number": "A-1"}
    for _ in range(2):
        look = pressed(browser, new_order(browser), {**typed, "do": "look"})
        page = pressed(browser, look, {"do": "place"})
    assert "The brand has an order of this number" in page.text
    assert 'id="number-wrong"' in page.text


def test_what_was_typed_outlives_the_session_at_the_same_address(each_office: Office) -> None:
    browser = each_office.browser()
    page = new_order(browser)
    path = action_of(page)
    fields = {**fields_of(page), **CALL, "do": "look"}
    each_office.house.clock.on(minutes=45)
    answer = browser.post(path, fields)
    assert answer.headers["location"] == f"/sign-in?next={path.replace('/', '%2F')}&kept=1"
    again = each_office.again()
    page = again.get(path)
    assert "$30.00" in page.text
    placed = pressed(again, page, {"do": "place"})
    assert "Done: the order is placed." in placed.text


def test_a_draft_is_its_writers_own_and_ends(each_office: Office) -> None:
    kim, ben = each_office.browser(), each_office.browser("juniper", name="ben")
    path = _begun(kim)
    _sent(kim, path, **CALL, do="look")
    assert ben.get(path).status_code == 404
    assert ben.get("/new/" + "0" * 32).status_code == 404
    assert ben.get("/new/none").status_code == 404
    assert kim.get(path).status_code == 200
    each_office.house.clock.on(days=7, minutes=1)
    assert each_office.again().get(path).status_code == 404


def test_an_empty_address_counts_for_nothing_and_can_be_taken_out(office: Office) -> None:
    browser = office.browser()
    wide = pressed(browser, new_order(browser), {**CALL, "do": "group"})
    assert fields_of(wide)["groups"] == "2"
    look = pressed(browser, wide, {"do": "look"})
    assert "$30.00" in look.text
    narrow = pressed(browser, look, {"do": "drop-2"})
    assert (fields_of(narrow)["groups"], "drop-1" in narrow.text) == ("1", False)
    assert fields_of(narrow)["g1-name"] == "Tom Okafor"
    pressed(browser, look, {"do": "look"})
    placed = pressed(browser, look, {"do": "place"})
    assert "Done: the order is placed." in placed.text
    [group] = office.house.order("C-00001").groups
    assert group.number == "1"


def test_what_stands_behind_an_address_that_is_taken_out_moves_up(office: Office) -> None:
    browser = office.browser()
    wide = pressed(browser, new_order(browser), {**CALL, "do": "group"})
    second = {name.replace("g1", "g2"): said for name, said in CALL.items() if name[:2] == "g1"}
    long = pressed(browser, wide, {**second, "g2-name": "Ines Vogel", "do": "line-2"})
    fields = fields_of(pressed(browser, long, {"do": "drop-1"}))
    assert (fields["groups"], fields["g1-lines"], fields["g1-name"]) == ("1", "3", "Ines Vogel")
    assert fields["g1-1"] == "SKU-1" and not any(name.startswith("g2") for name in fields)


def test_an_address_with_a_word_in_it_is_asked_for_the_rest(office: Office) -> None:
    browser = office.browser()
    wide = pressed(browser, new_order(browser), {**CALL, "do": "group"})
    page = pressed(browser, wide, {"g2-city": "Bath", "do": "look"})
    assert 'id="g2-name-wrong"' in page.text and 'id="g2-1-wrong"' in page.text
