"""What cannot be taken back is asked once more; what can is, with what it had decided of others."""

import re
from pathlib import Path

import pytest

from hub.domain.orders import ChangeState
from hub.flow.mailing import MailTurn
from hub.flow.watching import ring
from tests.rigs.changes import cancel
from tests.web.portal.rig import Browser, Mailbox, seal_of
from tests.web.supplier.rig import TRACKING, Counter, once_of
from tests.web.supplier.test_onetime import MailedCounter, box, form, mailing

__all__ = ["box"]
NUMBER = re.compile(r'name="change" value="([^"]+)"')


@pytest.fixture
def mailed(quick_counter: Counter, tmp_path: Path, box: Mailbox) -> MailedCounter:
    """Corner at its desk, Ana invited, a mail server beside."""
    return mailing(quick_counter, tmp_path, box)


def _forms(page: str) -> dict[str, str]:
    return {"seal": seal_of(page), "once": once_of(page)}


def _asked(counter: Counter) -> str:
    """An order that its customer wants to cancel."""
    number = counter.order()
    cancel(counter.house)
    counter.house.turn("corner")
    return number


def _state(counter: Counter) -> ChangeState:
    (change,) = counter.house.order().changes
    return change.state


def _ship(browser: Browser, number: str) -> None:
    path = f"/orders/{number}/ship"
    page = browser.get(path).text
    fields = {**_forms(page), "parcels": "1", "tracking-1": TRACKING, "quantity-1-1": "2"}
    seen = re.search(r'name="anyway" value="([^"]*)"', page)
    answer = browser.post(path, {**fields, "anyway": seen[1] if seen else ""})
    assert answer.status_code == 303, answer.text


def _undo(browser: Browser, number: str) -> None:
    path = f"/orders/{number}"
    named = {**_forms(browser.get(path).text), "shipment": TRACKING}
    assert browser.post(f"{path}/undo-shipment", named).status_code == 303


def test_a_yes_to_a_cancellation_is_asked_once_more_and_says_that_it_is_final(
    counter: Counter,
) -> None:
    number = _asked(counter)
    browser, path = counter.browser(), f"/orders/{number}"
    page = browser.get(path).text
    assert "No answer by then counts as too late" in page
    said = {**_forms(page), "change": "1", "answer": "stopped"}
    sure = browser.post(f"{path}/change", said)
    assert sure.status_code == 200
    assert "cancelled at once" in sure.text and "final" in sure.text
    assert _state(counter) is ChangeState.REQUESTED
    again = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', sure.text))
    assert said.items() <= again.items()
    for _ in range(2):
        assert browser.post(f"{path}/change", {**again, "sure": "1"}).status_code == 303
    assert (_state(counter), counter.house.word()) == (ChangeState.CONFIRMED, "Cancelled")


def test_too_late_is_one_button_still(counter: Counter) -> None:
    number = _asked(counter)
    browser, path = counter.browser(), f"/orders/{number}"
    said = {**_forms(browser.get(path).text), "change": "1", "answer": "shipped"}
    assert browser.post(f"{path}/change", said).status_code == 303
    assert _state(counter) is ChangeState.DECLINED


def test_a_request_that_a_mistaken_shipment_declined_is_asked_again_and_nobody_hears(
    mailed: MailedCounter,
) -> None:
    counter = mailed.counter
    number = _asked(counter)
    browser = counter.browser()
    _ship(browser, number)
    assert _state(counter) is ChangeState.DECLINED
    counter.house.clock.on(minutes=2)
    assert _customers(mailed) == []
    _undo(browser, number)
    assert _state(counter) is ChangeState.REQUESTED
    assert "Stopped it" in browser.get("/").text
    counter.house.clock.on(minutes=15)
    assert _customers(mailed) == []
    _ship(browser, number)
    counter.house.clock.on(minutes=9)
    assert _customers(mailed) == []
    counter.house.clock.on(minutes=2)
    assert sum("too late" in text for text in _customers(mailed)) == 1


def _customers(mailed: MailedCounter) -> list[str]:
    """What the customer was mailed of this, after the mails that are due have left."""
    parts = mailed.counter.house.parts
    turn = MailTurn(parts, parts.brands["juniper"], owner="test")
    while turn.take(poll=False):
        pass
    turn.release()
    texts = zip(mailed.box.recipients, mailed.box.texts(), strict=True)
    own = [text for to, text in texts if to == ["maya@example.com"]]
    return [text for text in own if "too late" in text or TRACKING in text]


@pytest.mark.parametrize(
    ("end", "told"),
    [
        ("silence", "No answer came in time, and that counts as too late"),
        ("shipped", "It was shipped before there was an answer"),
        ("stopped", "It was answered with yes"),
        ("late", "It was answered with too late"),
    ],
)
def test_a_link_says_how_what_it_was_for_has_ended(
    mailed: MailedCounter, end: str, told: str
) -> None:
    counter = mailed.counter
    number = counter.order()
    mailed.mailed()
    cancel(counter.house)
    counter.house.turn("corner")
    path, browser = mailed.link(), mailed.browser()
    page = browser.get(path).text
    assert "No answer by then counts as too late" in page and told not in page
    if end == "silence":
        (ask,) = counter.house.order().changes[0].asks
        assert ask.until is not None
        counter.house.clock.time = ask.until
        ring(counter.house.parts)
    elif end == "shipped":
        _ship(counter.browser(), number)
    else:
        inside = counter.browser()
        answer = "stopped" if end == "stopped" else "shipped"
        said = {**_forms(inside.get("/").text), "change": "1", "answer": answer, "sure": "1"}
        assert inside.post(f"/orders/{number}/change", said).status_code == 303
    after = browser.get(path)
    assert after.status_code == 200
    assert told in after.text and f'href="/orders/{number}"' in after.text


def test_the_links_one_button_says_that_it_is_final(mailed: MailedCounter) -> None:
    _asked(mailed.counter)
    path, browser = mailed.link(), mailed.browser()
    page = browser.get(path).text
    assert "it cannot be taken back" in page
    change = NUMBER.search(page)
    assert change
    answer = browser.post(path, form(page, "change", change=change[1], answer="stopped"))
    assert answer.status_code == 303
    assert mailed.counter.house.word() == "Cancelled"
    assert "It was answered with yes" in browser.get(answer.headers["location"]).text


def test_a_refusal_is_undone_with_the_answer_and_nobody_else_was_asked(counter: Counter) -> None:
    number = counter.order()
    browser, path = counter.browser(), f"/orders/{number}"
    before = counter.house.order().fulfillments
    fields = _forms(browser.get(f"{path}/answer").text)
    fields |= {"open-1": "2", "accept-1": "1", "reject-1": "1", "reason-1": "no_stock"}
    assert browser.post(f"{path}/answer", fields).status_code == 303
    page = browser.get(path).text
    assert "Until then nobody else is asked for what you refused." in page
    document = page.partition('name="document" value="')[2].partition('"')[0]
    undone = browser.post(f"{path}/undo-answer", {**_forms(page), "document": document})
    assert undone.status_code == 303
    assert "as it was before" in browser.get(undone.headers["location"]).text
    assert counter.house.order().fulfillments == before
    counter.house.clock.on(minutes=11)
    ring(counter.house.parts)
    assert counter.house.order().fulfillments == before
