"""What a supplier is asked names exactly what it is about; answers that cannot be true are not."""

import re
from pathlib import Path

import pytest

from hub.domain.orders import ChangeKind, ChangeState
from hub.domain.posted import PostedSet
from hub.domain.wishes import Fewer
from hub.flow.watching import ring
from tests.rigs.changes import cancel
from tests.web.portal.rig import Browser, Mailbox, seal_of
from tests.web.supplier.rig import TRACKING, Counter, once_of
from tests.web.supplier.test_onetime import MailedCounter, box, form, mailing

__all__ = ["box"]
WANTED = "customer wants"
OTHERS = "May others send this?"
LATER = "2026-12-05"


@pytest.fixture
def mailed(quick_counter: Counter, tmp_path: Path, box: Mailbox) -> MailedCounter:
    """Corner at its desk, Ana invited, a mail server beside."""
    return mailing(quick_counter, tmp_path, box)


def _forms(page: str) -> dict[str, str]:
    return {"seal": seal_of(page), "once": once_of(page)}


def _asked(counter: Counter, quantity: int, *less: int) -> str:
    """An order of which its customer wants so much less, in as many changes."""
    number = counter.order(quantity=quantity)
    for units in less:
        cancel(counter.house, Fewer(line="1", quantity=units))
    counter.house.turn("corner")
    return number


def _change(
    browser: Browser, number: str, change: str = "1", answer: str = "stopped"
) -> dict[str, str]:
    page = browser.get(f"/orders/{number}").text
    return {**_forms(page), "change": change, "answer": answer}


def _ship(browser: Browser, number: str, quantity: str = "2") -> None:
    path = f"/orders/{number}/ship"
    page = browser.get(path).text
    seen = re.search(r'name="anyway" value="([^"]*)"', page)
    fields = {**_forms(page), "parcels": "1", "tracking-1": TRACKING, "quantity-1-1": quantity}
    answer = browser.post(path, {**fields, "anyway": seen[1] if seen else ""})
    assert answer.status_code == 303, answer.text


def _answer(browser: Browser, number: str, **said: str) -> None:
    path = f"/orders/{number}/answer"
    page = browser.get(path).text
    named = {name.replace("_", "-"): text for name, text in said.items()}
    answer = browser.post(path, {**_forms(page), **named})
    assert answer.status_code == 303, answer.text


def _put_off(browser: Browser, number: str) -> None:
    """Two of five leave, three later than was promised; Stranger has them."""
    _answer(browser, number, accept_1="2", backorder_1="3", date_1=LATER)


def _turn(counter: Counter, minutes: int = 0) -> None:
    counter.house.clock.on(minutes=minutes)
    ring(counter.house.parts)
    for partner in counter.house.turns:
        counter.house.turn(partner)


# --- an answer that cannot be true beside a shipment ---------------------------------------------


def test_stopped_after_a_colleague_shipped_is_refused_with_the_way_out(counter: Counter) -> None:
    number, browser = _asked(counter, 2, 2), counter.browser()
    path = f"/orders/{number}"
    stale = _change(browser, number)
    _ship(browser, number)
    refused = browser.post(f"{path}/change", {**stale, "sure": "1"})
    assert refused.status_code == 409
    assert "It did not leave on the order" in refused.text
    assert counter.house.exceptions() == ["change-agreed-late"]
    assert "told as shipped before" in browser.get("/").text
    undone = {**_forms(browser.get(path).text), "shipment": TRACKING}
    assert browser.post(f"{path}/undo-shipment", undone).status_code == 303
    assert counter.house.exceptions() == []
    counter.house.clock.on(minutes=1)
    again = {**_change(browser, number), "sure": "1"}
    assert browser.post(f"{path}/change", again).status_code == 303
    assert counter.house.word() == "Cancelled"
    assert "told as shipped before" not in browser.get("/").text


def test_too_late_after_a_colleague_shipped_is_no_contradiction(quick_counter: Counter) -> None:
    number, browser = _asked(quick_counter, 2, 2), quick_counter.browser()
    stale = _change(browser, number, answer="shipped")
    _ship(browser, number)
    assert browser.post(f"/orders/{number}/change", stale).status_code == 303
    assert quick_counter.house.exceptions() == []


def test_a_link_refuses_a_yes_to_what_was_shipped(mailed: MailedCounter) -> None:
    number = _asked(mailed.counter, 2, 2)
    path, browser = mailed.link(), mailed.browser()
    page = browser.get(path).text
    _ship(mailed.counter.browser(), number)
    answer = browser.post(path, form(page, "change", change="1", answer="stopped"))
    assert answer.status_code == 422
    assert "take the shipment back first" in answer.text
    assert "the customer hears of it" not in answer.text
    assert mailed.counter.house.exceptions() == ["change-agreed-late"]
    assert browser.get(path).status_code == 200  # it still opens the order


def test_another_word_from_an_older_page_is_told_without_codes_of_papers(
    quick_counter: Counter,
) -> None:
    number, browser = _asked(quick_counter, 2, 2), quick_counter.browser()
    stale = _change(browser, number)
    late = {**stale, "answer": "shipped"}
    assert browser.post(f"/orders/{number}/change", late).status_code == 303
    refused = browser.post(f"/orders/{number}/change", {**stale, "once": "0" * 32, "sure": "1"})
    assert refused.status_code == 409
    assert "have it asked once more" in refused.text and "purpose 05" not in refused.text


# --- several questions ---------------------------------------------------------------------------


def test_each_of_two_questions_names_its_own_pieces(mailed: MailedCounter) -> None:
    counter = mailed.counter
    number, browser = _asked(counter, 5, 2, 3), counter.browser()
    mailed.mailed()
    page, mail = browser.get(f"/orders/{number}").text, mailed.box.texts()[-1]
    for asked in ("2 of 5 not wanted any more", "3 of 5 not wanted any more"):
        assert asked in page and asked in mail
    assert "wants to cancel" not in page
    sure = browser.post(f"/orders/{number}/change", _change(browser, number, "2")).text
    assert "3 of 5" in sure and "2 of 5" not in sure and "cancelled" not in sure
    yes = {**_change(browser, number, "2"), "sure": "1"}
    assert browser.post(f"/orders/{number}/change", yes).status_code == 303
    left = browser.get(f"/orders/{number}").text
    assert "2 of 2 not wanted any more" in left and "The customer wants to cancel" in left
    sure = browser.post(f"/orders/{number}/change", _change(browser, number, "1")).text
    assert "all that has not left" in sure and ">2 ×" in sure
    assert counter.house.order().lines[0].buckets.cancelled == 3


# --- questions of our own ------------------------------------------------------------------------


def test_what_is_late_waits_for_the_undo_and_is_then_no_wish_of_the_customer(
    mailed: MailedCounter,
) -> None:
    counter = mailed.counter
    number, browser = counter.order(quantity=5), counter.browser()
    mailed.mailed()
    _put_off(browser, number)
    _turn(counter, minutes=9)
    page = browser.get(f"/orders/{number}").text
    assert "Undo the answer" in page and OTHERS not in page
    _turn(counter, minutes=2)
    link = mailed.link()
    told = [
        browser.get(f"/orders/{number}").text,
        browser.get("/").text,
        browser.get(f"/orders/{number}/ship").text,
        browser.get(f"/print/slips?order={number}").text,
        browser.post(f"/orders/{number}/change", _change(browser, number)).text,
        mailed.browser().get(link).text,
        mailed.box.texts()[-1],
        mailed.box.messages[-1]["Subject"],
    ]
    assert not [text for text in told if WANTED in text or "customer asked" in text]
    assert OTHERS in told[0] and "3 of 5 could come from others" in told[0]
    assert "We asked whether others may send" in told[2]
    assert "the customer is told" not in told[4]
    page = mailed.browser().get(link).text
    yes = form(page, "change", change="1", answer="stopped")
    after = mailed.browser().post(link, yes)
    assert "others are asked to send it" in mailed.browser().get(after.headers["location"]).text
    moved = counter.house.order().fulfillments
    assert [(part.partner, part.lines[0].buckets.open) for part in moved] == [
        ("corner", 2),
        ("stranger", 3),
    ]


@pytest.mark.parametrize("way", ["undone", "confirmed"])
def test_nothing_is_asked_of_what_is_not_late_when_the_time_is_over(
    counter: Counter, way: str
) -> None:
    number, browser = counter.order(quantity=5), counter.browser()
    _put_off(browser, number)
    _turn(counter, minutes=5)
    if way == "undone":
        page = browser.get(f"/orders/{number}").text
        document = page.partition('name="document" value="')[2].partition('"')[0]
        undone = {**_forms(page), "document": document}
        assert browser.post(f"/orders/{number}/undo-answer", undone).status_code == 303
    else:
        _answer(browser, number, accept_1="5", backorder_1="", date_1="")
    for _ in range(2):
        _turn(counter, minutes=11)
    assert counter.house.order().changes == ()


def test_a_later_day_within_the_time_counts_from_what_was_promised_at_first(
    quick_counter: Counter,
) -> None:
    number, browser = quick_counter.order(quantity=5), quick_counter.browser()
    _put_off(browser, number)
    _turn(quick_counter, minutes=5)
    _answer(browser, number, accept_1="2", backorder_1="3", date_1="2026-12-04")
    _turn(quick_counter, minutes=6)
    assert quick_counter.house.order().changes == ()
    _turn(quick_counter, minutes=5)
    (change,) = quick_counter.house.order().changes
    assert change.kind is ChangeKind.RESOURCING


def test_who_confirms_what_was_late_is_asked_no_more_and_an_older_yes_takes_nothing(
    counter: Counter,
) -> None:
    number, browser = counter.order(quantity=5), counter.browser()
    _put_off(browser, number)
    _turn(counter, minutes=11)
    stale = _change(browser, number)
    _answer(browser, number, accept_1="5", backorder_1="", date_1="")
    assert OTHERS not in browser.get(f"/orders/{number}").text
    (change,) = counter.house.order().changes
    assert change.state is ChangeState.DECLINED
    refused = browser.post(f"/orders/{number}/change", {**stale, "sure": "1"})
    assert refused.status_code == 409 and "not asked any more" in refused.text
    (part,) = counter.house.order().fulfillments
    assert (part.lines[0].buckets.open, part.lines[0].buckets.accepted) == (5, 5)


def test_an_answer_that_ended_the_question_is_not_undone_but_given_anew(counter: Counter) -> None:
    number, browser = counter.order(quantity=5), counter.browser()
    _put_off(browser, number)
    _turn(counter, minutes=11)
    older = browser.get(f"/orders/{number}").text
    _answer(browser, number, accept_1="5", backorder_1="", date_1="")
    counter.house.clock.on(minutes=1)
    page = browser.get(f"/orders/{number}").text
    assert "Undo the answer" not in page
    with counter.house.parts.store.read() as tx:
        papers = tx.exchange.documents_of_order(counter.house.order().id)
    newest = max(
        (one for one in papers if one.set_id == PostedSet.ORDER_RESPONSE), key=lambda one: one.at
    )
    undone = {**_forms(older), "document": newest.id}
    refused = browser.post(f"/orders/{number}/undo-answer", undone)
    assert refused.status_code == 409 and "Answer the order anew" in refused.text
    (part,) = counter.house.order().fulfillments
    assert part.lines[0].buckets.backordered == 0
    _answer(browser, number, accept_1="2", backorder_1="3", date_1="2026-12-12")
    _turn(counter, minutes=11)
    assert OTHERS in browser.get(f"/orders/{number}").text


def test_what_its_customer_cancels_of_the_late_pieces_is_not_asked_of_others(
    quick_counter: Counter,
) -> None:
    number, browser = quick_counter.order(quantity=5), quick_counter.browser()
    _put_off(browser, number)
    _turn(quick_counter, minutes=11)
    cancel(quick_counter.house, Fewer(line="1", quantity=2))
    _turn(quick_counter)
    sure = browser.post(f"/orders/{number}/change", _change(browser, number, "2")).text
    assert "2 of 5 not wanted any more" in sure and "cancelled at once" not in sure
    yes = {**_change(browser, number, "2"), "sure": "1"}
    assert browser.post(f"/orders/{number}/change", yes).status_code == 303
    assert "1 of 3 could come from others" in browser.get(f"/orders/{number}").text
