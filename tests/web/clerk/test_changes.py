"""A clerk cancels and changes an order while its customer waits: shown first, then done."""

import re

from hub.domain.orders import ChangeState
from hub.flow.clerk_room import articles_said
from tests.rigs.houses import post, shopping
from tests.web.clerk.rig import Office, fields_of

ONE = "/orders/juniper/1001"


def test_everything_is_cancelled_at_once_before_the_partner_was_asked(office: Office) -> None:
    post(office.house, shopping("1001", 2, 1))
    browser = office.browser()
    fields = fields_of(browser.get(f"{ONE}/cancel"))
    assert fields["units-1"] == "2"
    answer = browser.post(f"{ONE}/cancel", {**fields, "do": "all"})
    assert answer.status_code == 303
    told = browser.get(answer.headers["location"]).text
    assert "Cancel 2 × Thing 1" in told
    assert "Done" in told
    assert all(line.buckets.open == 0 for line in office.house.order().lines)


def test_a_cancelled_unit_is_one_change_however_often_the_form_is_sent(office: Office) -> None:
    post(office.house, shopping("1001", 3))
    browser = office.browser()
    fields = {**fields_of(browser.get(f"{ONE}/cancel")), "units-1": "1", "do": "lines"}
    answers = [browser.post(f"{ONE}/cancel", fields) for _ in range(2)]
    assert len({answer.headers["location"] for answer in answers}) == 1
    order = office.house.order()
    assert order.lines[0].buckets.cancelled == 1
    assert len(order.changes) == 1
    assert order.changes[0].requested_by.startswith("acc_")


def test_a_partner_that_has_the_order_is_asked_and_named_with_the_time_of_its_answer(
    office: Office,
) -> None:
    post(office.house, shopping("1001", 2))
    office.house.turn()
    browser = office.browser()
    fields = {**fields_of(browser.get(f"{ONE}/cancel")), "do": "all"}
    told = browser.get(browser.post(f"{ONE}/cancel", fields).headers["location"]).text
    assert "Acme is asked, answer by" in told
    [change] = office.house.order().changes
    assert change.state is ChangeState.REQUESTED
    assert "Nothing of this order can be cancelled any more" in browser.get(f"{ONE}/cancel").text


def test_numbers_that_cannot_be_are_told_at_their_fields_and_kept(office: Office) -> None:
    post(office.house, shopping("1001", 2, 1))
    browser = office.browser()
    fields = fields_of(browser.get(f"{ONE}/cancel"))
    wrong = {**fields, "units-1": "5", "units-2": "x", "do": "lines"}
    answer = browser.post(f"{ONE}/cancel", wrong)
    assert answer.status_code == 422
    assert 'href="#units-1"' in answer.text
    assert 'href="#units-2">Thing 2: Enter a number from 0 to 1.' in answer.text
    assert fields_of(answer)["units-1"] == "5"
    assert not office.house.order().changes


def test_a_swap_and_a_discounted_article_are_shown_first_and_saved_as_shown(
    each_office: Office,
) -> None:
    post(each_office.house, shopping("1001", 1))
    browser = each_office.browser()
    form = browser.get(f"{ONE}/change")
    typed = {
        "swap-1": "SKU-2",
        "add-1": "SKU-3",
        "add-1-units": "1",
        "add-1-price": "20.00",
        "add-1-off": "10 %",
    }
    look = browser.post(f"{ONE}/change", {**fields_of(form), **typed, "do": "look"})
    assert look.status_code == 200, look.text
    assert "Exchange 1 × Thing 1" in look.text
    assert "Acme is sent an order for 1 × Article 2, 1 × Article 3" in look.text
    assert "$28.00" in look.text
    assert not each_office.house.order().changes  # nothing is done by looking
    saved = browser.post(f"{ONE}/change", {**fields_of(look), "do": "save"})
    assert saved.status_code == 303, saved.text
    order = each_office.house.order()
    assert order.total == 2800
    assert {line.sku for line in order.lines if line.buckets.open} == {"SKU-2", "SKU-3"}
    assert "$28.00" in browser.get(saved.headers["location"]).text


def test_a_swap_that_a_partner_must_agree_to_is_only_asked_and_says_until_when(
    office: Office,
) -> None:
    post(office.house, shopping("1001", 1))
    office.house.turn()
    before = office.house.order()
    browser = office.browser()
    fields = {**fields_of(browser.get(f"{ONE}/change")), "swap-1": "sku-2", "do": "look"}
    look = browser.post(f"{ONE}/change", fields)
    assert "Acme is asked, answer by" in look.text
    assert office.house.order() == before
    with office.house.parts.store.read() as tx:
        assert not tx.duties.of_order(before.id)
    saved = browser.post(f"{ONE}/change", {**fields_of(look), "do": "save"})
    assert "Acme is asked, answer by" in browser.get(saved.headers["location"]).text
    [change] = office.house.order().changes
    assert change.state is ChangeState.REQUESTED


def test_signs_that_a_search_knows_are_only_signs(office: Office) -> None:
    for said in ("%", "_", "sku!", "100%", "  "):
        assert articles_said(office.house.parts, said) == ()
    assert [one.sku for one in articles_said(office.house.parts, "ARTICLE 2")] == ["SKU-2"]


def test_words_of_several_articles_are_a_choice(each_office: Office) -> None:
    post(each_office.house, shopping("1001", 1))
    browser = each_office.browser()
    fields = {**fields_of(browser.get(f"{ONE}/change")), "swap-1": "article", "do": "look"}
    answer = browser.post(f"{ONE}/change", fields)
    assert answer.status_code == 422
    picks = re.findall(r'name="swap-1-pick" value="([^"]+)"', answer.text)
    assert picks == ["SKU-1", "SKU-2", "SKU-3"]
    picked = {**fields_of(answer), "swap-1-pick": "SKU-3", "do": "look"}
    look = browser.post(f"{ONE}/change", picked)
    assert look.status_code == 200
    assert browser.post(f"{ONE}/change", {**fields_of(look), "do": "save"}).status_code == 303
    assert each_office.house.order().lines[-1].sku == "SKU-3"


def test_what_was_not_shown_is_not_saved(office: Office) -> None:
    post(office.house, shopping("1001", 1))
    browser = office.browser()
    fields = fields_of(browser.get(f"{ONE}/change"))
    look = browser.post(f"{ONE}/change", {**fields, "units-1": "2", "do": "look"})
    other = {**fields_of(look), "units-1": "3", "do": "save"}
    answer = browser.post(f"{ONE}/change", other)
    assert answer.status_code == 200
    assert "$30.00" in answer.text
    assert office.house.order().lines[0].kept == 1


def test_an_order_that_changed_meanwhile_is_shown_beside_what_was_seen(each_office: Office) -> None:
    post(each_office.house, shopping("1001", 3))
    kim, lee = each_office.browser(), each_office.browser(name="lee")
    seen = fields_of(kim.get(f"{ONE}/change"))
    theirs = {**fields_of(lee.get(f"{ONE}/cancel")), "units-1": "1", "do": "lines"}
    lee.post(f"{ONE}/cancel", theirs)
    answer = kim.post(f"{ONE}/change", {**seen, "units-1": "2", "do": "save"})
    assert answer.status_code == 422
    assert "The order changed while you had it open" in answer.text
    assert "You saw" in answer.text
    again = fields_of(answer)
    assert again["version"] == str(each_office.house.order().version)
    assert len(each_office.house.order().changes) == 1


def test_address_method_and_card_change_for_one_parcel(office: Office) -> None:
    post(office.house, shopping("1001", 1))
    browser = office.browser()
    fields = fields_of(browser.get(f"{ONE}/change"))
    typed = {
        "g1-line1": "7 Elm Street",
        "g1-method": "second_day",
        "g1-gift": "1",
        "g1-gift-message": "For you",
    }
    look = browser.post(f"{ONE}/change", {**fields, **typed, "do": "look"})
    assert "Another address" in look.text
    assert browser.post(f"{ONE}/change", {**fields_of(look), "do": "save"}).status_code == 303
    order = office.house.order()
    assert order.groups[0].method_final == "second_day"
    assert order.groups[0].gift
    with office.house.parts.store.read() as tx:
        words = tx.people.get(order.groups[0].person_id)
    assert words["lines"] == ["7 Elm Street"]
    assert office.house.order().lines[0].buckets.open == 1


def test_what_has_left_can_no_longer_be_changed(office: Office) -> None:
    post(office.house, shopping("1001", 1))
    browser = office.browser()
    fields = {**fields_of(browser.get(f"{ONE}/cancel")), "do": "all"}
    browser.post(f"{ONE}/cancel", fields)
    assert "Nothing of this order can be changed any more" in browser.get(f"{ONE}/change").text
