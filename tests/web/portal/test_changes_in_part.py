"""A change that is done only in part: the page and one mail say which part, and why not the rest.

Maya's first article comes from Acme and her second from Mill, on each store.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from hub.api import build as build_door
from hub.domain.change_requests import NewArticle, Request, SwapArticle
from hub.domain.wishes import Fewer, Quantity
from hub.flow.lanes import LaneTurn
from hub.flow.watching import ring
from hub.partners.brand_texts import MAILS, BrandTexts
from hub.render import NEWS, Occasion
from hub.store import SealedFact
from tests.cast import MAYA
from tests.rigs.changes import answer_change, ask, cancel, changes_received, outcomes
from tests.rigs.desk_papers import BOX, given
from tests.rigs.desks import Mill, furnish_desks, partner_key
from tests.rigs.houses import furnish, post, shopping
from tests.rigs.shelves import list_article
from tests.web.portal import rig
from tests.web.portal.conftest import furnished
from tests.web.portal.rig import Browser, Street
from tests.web.portal.test_changes import fields_of

PACKED = "it is being packed, and nothing can be changed there any more"


@pytest.fixture
def parted(hub_database: str, tmp_path: Path, mailbox: rig.Mailbox) -> Iterator[Street]:
    """Juniper's pages, every mail on, before a house with Acme and Mill, who sell other goods."""
    house = furnish(tmp_path, database=hub_database, partners=("acme", "mill"))
    list_article(house.parts, "SKU-1", "acme")
    list_article(house.parts, "SKU-2", "mill")
    list_article(house.parts, "SKU-3", "acme", "mill")
    yield furnished(house, tmp_path, mailbox, mails=MAILS)
    house.close()


def _turn(street: Street) -> None:
    for partner in street.house.suppliers:
        street.house.turn(partner)


def _ordered(street: Street, *quantities: int) -> None:
    post(street.house, shopping("1001", *quantities))
    _turn(street)
    _news(street)


def _says(street: Street, partner: str, verdict: str) -> None:
    """A partner answers the last change that it got, two minutes later."""
    street.house.clock.on(minutes=2)
    _turn(street)
    supplier = street.house.suppliers[partner]
    supplier.send("865", answer_change(changes_received(supplier)[-1], verdict=verdict))
    street.house.turn(partner)


def _texts(street: Street) -> list[str]:
    return [text.replace("\r\n", "\n") for text in street.mailbox.texts()]


def _news(street: Street) -> list[tuple[str, str]]:
    """The mails of the next minutes, codes left out: their subjects and what they tell."""
    before = len(street.mailbox.raw)
    for _ in range(3):
        while street.mail():
            pass
        street.house.clock.on(minutes=1)
    told = list(zip(street.mailbox.messages, _texts(street), strict=True))[before:]
    return [
        (str(message["Subject"]), text.partition(":\n\n")[2].partition("\n\nSee ")[0])
        for message, text in told
        if "code" not in str(message["Subject"])
    ]


def _sent(street: Street, path: str, **typed: str) -> tuple[Browser, str]:
    """Send a form of the customer's; return the browser and the address of what came of it."""
    browser = street.prove("1001", MAYA.email)
    answer = browser.post(path, fields_of(browser.get(path).text) | typed)
    assert answer.status_code == 303, answer.text
    return browser, answer.headers["location"]


def _moves(street: Street, *, to: str = "5 Oak Road") -> tuple[Browser, str]:
    typed = {"line1": to, "postal_code": "62702"}
    return _sent(street, "/address", **typed)


@pytest.mark.parametrize("first", ["acme", "mill"])
def test_a_cancellation_agreed_by_one_and_refused_by_another_is_one_mail_at_its_end(
    parted: Street, first: str
) -> None:
    _ordered(parted, 2, 3)
    browser, where = _sent(parted, "/cancel")
    answers = {"acme": "AT", "mill": "RJ"}
    _says(parted, first, answers.pop(first))
    assert _news(parted) == []
    half = browser.get(where).text
    assert "We asked the warehouse to stop" in half and "and we write to you" in half
    for partner, verdict in answers.items():
        _says(parted, partner, verdict)
    page = browser.get(where).text
    assert "<h1>A part of it is done</h1>" in page
    assert "Cancelled: 2 × Thing 1. We do not send it." in page
    assert f"It is too late for 3 × Thing 2: {PACKED}." in page
    assert _news(parted) == [
        (
            "Cancelled: a part of your order 1001",
            (
                "2 × Thing 1\n\n"
                f"It is too late for 3 × Thing 2: {PACKED}.\nThe rest of your order goes on."
            ),
        )
    ]
    story = browser.get("/order").text
    assert "A part of the cancellation was made." in story
    assert "It was too late for 3 × Thing 2." in story and "the order goes on" not in story


@pytest.mark.parametrize("first", ["acme", "mill"])
def test_an_address_agreed_by_one_of_two_is_told_as_what_it_is(parted: Street, first: str) -> None:
    _ordered(parted, 2, 3)
    browser, where = _moves(parted)
    answers = {"acme": "AT", "mill": "RJ"}
    _says(parted, first, answers.pop(first))
    assert "The answer comes" in browser.get(where).text and _news(parted) == []
    for partner, verdict in answers.items():
        _says(parted, partner, verdict)
    page = browser.get(where).text
    assert "<h1>A part of it is done</h1>" in page
    assert "The new address holds for 2 × Thing 1." in page
    assert f"The former address holds for 3 × Thing 2: {PACKED}." in page
    assert _news(parted) == [
        (
            "Your order 1001 was changed",
            (
                "The delivery address, only for 2 × Thing 1.\n\n"
                f"The delivery address stays as it was for 3 × Thing 2: {PACKED}."
            ),
        )
    ]
    story = browser.get("/order").text
    assert "A part of the change was made." in story and "nothing was changed" not in story


def test_an_address_that_all_agree_to_is_changed_and_one_that_none_does_is_not(
    parted: Street,
) -> None:
    _ordered(parted, 2, 3)
    browser, where = _moves(parted)
    for partner in ("acme", "mill"):
        _says(parted, partner, "AT")
    assert "<h1>The address is changed</h1>" in browser.get(where).text
    assert _news(parted) == [("Your order 1001 was changed", "The delivery address.")]
    browser, where = _moves(parted, to="6 Oak Road")
    for partner in ("acme", "mill"):
        _says(parted, partner, "RJ")
    page = browser.get(where).text
    assert "<h1>It is too late for another address</h1>" in page
    assert [subject for subject, _ in _news(parted)] == [
        "Your order 1001: it was too late for the change"
    ]


def test_what_left_while_it_was_asked_for_is_not_called_cancelled(parted: Street) -> None:
    _ordered(parted, 3)
    browser, where = _sent(parted, "/cancel")
    _turn(parted)
    acme, order = rig.acme(parted.house), rig.sent(parted.house, "1001")
    acme.send("856", acme.notice(order, tracking=rig.TRACKING, quantities={"1": 2}))
    parted.house.turn()
    _says(parted, "acme", "AT")
    page = browser.get(where).text
    assert "Cancelled: 1 × Thing 1. We do not send it." in page
    assert "It is too late for 2 × Thing 1: it has left already." in page
    assert "comes back within 30 days" in page
    mails = dict(_news(parted))
    assert (
        "1 × Thing 1\n\nIt is too late for 2 × Thing 1: it has left already."
        in (mails["Cancelled: a part of your order 1001"])
    )
    assert len(mails) == 2  # that, and that something is on its way


def test_what_did_not_leave_is_not_said_to_have_left_because_another_line_did(
    parted: Street,
) -> None:
    _ordered(parted, 1, 1)
    browser, where = _sent(parted, "/cancel", **{"units-1": "0", "units-2": "1"})
    acme, order = rig.acme(parted.house), rig.sent(parted.house, "1001")
    acme.send("856", acme.notice(order, tracking=rig.TRACKING))
    parted.house.turn()
    _says(parted, "mill", "RJ")
    assert f"It is too late for 1 × Thing 2: {PACKED}." in browser.get(where).text
    assert "has left already" not in browser.get(where).text
    subjects = [subject for subject, _ in _news(parted)]
    assert "Your order 1001: it was too late for the cancellation" in subjects
    assert any(PACKED in text for text in _texts(parted))
    assert not any("it has left already" in text for text in _texts(parted))


def test_a_later_yes_is_told_after_the_no_and_each_once(parted: Street) -> None:
    _ordered(parted, 2, 1)
    _, where = _sent(parted, "/cancel", **{"units-1": "2", "units-2": "0"})
    _turn(parted)
    change = parted.house.order().changes[0]
    assert change.asks[0].until is not None
    parted.house.clock.time = change.asks[0].until
    ring(parted.house.parts)
    assert [subject for subject, _ in _news(parted)] == [
        "Your order 1001: it was too late for the cancellation"
    ]
    _says(parted, "acme", "AT")
    assert [subject for subject, _ in _news(parted)] == ["Cancelled: a part of your order 1001"]
    assert "<h1>Cancelled</h1>" in parted.prove("1001", MAYA.email).get(where).text
    assert _news(parted) == []


def _asked(street: Street, *requests: Request) -> None:
    assert ask(street.house, *requests).decided is not None
    _turn(street)


def test_an_end_that_another_answer_overtook_is_not_mailed_beside_the_last(
    parted: Street,
) -> None:
    """Mail that waits while a change is asked again says nothing: the new end has its own."""
    _ordered(parted, 2, 3)
    cancel(parted.house)
    _says(parted, "acme", "AT")
    _turn(parted)
    (change,) = parted.house.order().changes
    until = max(ask.until for ask in change.asks if ask.until)
    parted.house.clock.time = until
    ring(parted.house.parts)  # Mill is silent, and its late yes comes before any mail is written
    _says(parted, "mill", "AT")
    with parted.house.parts.store.read() as tx:
        duties = tx.duties.of_order(parted.house.order().id)
        facts = tx.facts.of_order(parted.house.order().id)
    bodies = [duty.body for duty in duties if duty.set_id == "cancelled"]
    assert len(bodies) == 2
    former, last = (_occasion(parted, [body], facts) for body in bodies)
    assert NEWS["cancelled"](former) is None
    assert NEWS["cancelled"](last) is not None
    assert _news(parted) == [
        (
            "Cancelled: all of your order 1001",
            "2 × Thing 1\n3 × Thing 2\n\nNothing is left of the order.",
        )
    ]


def _occasion(
    street: Street, owed: Sequence[Mapping[str, object]], facts: Sequence[SealedFact]
) -> Occasion:
    brand = street.house.parts.brands["juniper"]
    return Occasion(order=street.house.order(), document={}, brand=brand, owed=owed, facts=facts)


def test_what_was_done_at_once_is_told_with_the_rest_when_that_is_answered(
    parted: Street,
) -> None:
    post(parted.house, shopping("1001", 2, 3))
    parted.house.turn("acme")
    _news(parted)
    browser, where = _sent(parted, "/cancel")
    half = browser.get(where).text
    assert "Cancelled: 3 × Thing 2." in half and "stop 2 × Thing 1" in half
    assert _news(parted) == []
    _says(parted, "acme", "RJ")
    ((subject, text),) = _news(parted)
    assert subject == "Cancelled: a part of your order 1001"
    assert text.startswith(f"3 × Thing 2\n\nIt is too late for 2 × Thing 1: {PACKED}.")


def _branded(street: Street, **said: object) -> None:
    house = street.house
    brands = {name: replace(one, **said) for name, one in house.parts.brands.items()}  # type: ignore[arg-type]
    house.parts = replace(house.parts, brands=brands)
    house.turns = {
        partner: LaneTurn(house.parts, turn.channel, owner="test")
        for partner, turn in house.turns.items()
    }


def _for(sku: str) -> NewArticle:
    return NewArticle(sku=sku, unit_price=1200)


def test_an_agreed_swap_names_the_new_article_and_more_units_are_told_as_added(
    parted: Street,
) -> None:
    _ordered(parted, 2, 1)
    _asked(parted, SwapArticle(line="1", new=_for("SKU-3")), Quantity(line="2", quantity=3))
    assert _news(parted) == []
    _says(parted, "acme", "AT")
    assert _news(parted) == [
        (
            "Your order 1001 was changed",
            "Exchanged, now: 2 × SKU-3.\nAdded: 2 × Thing 2.",
        )
    ]


def test_a_refused_swap_is_told_beside_what_was_added(parted: Street) -> None:
    _ordered(parted, 2, 1)
    _asked(parted, SwapArticle(line="1", new=_for("SKU-3")), Quantity(line="2", quantity=3))
    _says(parted, "acme", "RJ")
    assert _news(parted) == [
        (
            "Your order 1001 was changed",
            f"Added: 2 × Thing 2.\n\nIt is too late to exchange 2 × Thing 1: {PACKED}.",
        )
    ]


def test_more_units_alone_are_mailed(parted: Street) -> None:
    _ordered(parted, 2)
    _asked(parted, Quantity(line="1", quantity=4))
    assert _news(parted) == [("Your order 1001 was changed", "Added: 2 × Thing 1.")]
    _asked(parted, Quantity(line="1", quantity=4))
    assert _news(parted) == []


def test_a_brand_that_mails_only_what_was_too_late_tells_it_of_a_part_as_well(
    parted: Street,
) -> None:
    house = parted.house
    _ordered(parted, 2, 3)
    _branded(parted, mails=("code", "declined"))
    cancel(house)
    _says(parted, "acme", "AT")
    _says(parted, "mill", "RJ")
    ((subject, _),) = _news(parted)
    assert "too late for the cancellation" in subject
    text = _texts(parted)[-1]
    assert f"It is too late for 3 × Thing 2: {PACKED}.\nCancelled: 2 × Thing 1." in text
    assert "goes on as it was" not in text


def test_it_is_all_said_in_german(parted: Street) -> None:
    _branded(parted, language="de", texts=BrandTexts(language="de"))
    _ordered(parted, 2, 3)
    _asked(
        parted,
        SwapArticle(line="1", new=_for("SKU-3")),
        SwapArticle(line="2", quantity=1, new=_for("SKU-3")),
    )
    _says(parted, "acme", "AT")
    _says(parted, "mill", "RJ")
    _news(parted)
    text = _texts(parted)[-1]
    assert "Getauscht, jetzt: 2 × SKU-3." in text
    assert "Zum Tauschen ist es zu spät für 1 × Thing 2: Die Ware wird gerade gepackt" in text
    assert not re.search(r"\b(the|was|late|for)\b", text.partition("http")[0]), text


def test_a_change_that_a_shipment_ended_is_mailed_when_that_cannot_be_taken_back(
    tmp_path: Path, mailbox: rig.Mailbox
) -> None:
    house = furnish_desks(tmp_path)
    street = furnished(house, tmp_path, mailbox, mails=("changed", "cancelled", "declined"))
    key, _ = partner_key(house, "mill")
    mill = Mill(app=build_door(house.parts), house=house, key=key)
    order = given(house, 2)
    asked = ask(house, Quantity(line="1", quantity=3), Fewer(line="1", quantity=2))
    assert [row[:2] for row in outcomes(asked)] == [("done", 1), ("done", 1), ("asked", 1)]
    for undone in (True, False):
        body = {"shipment": f"S-{undone}", "packages": [BOX]}
        assert mill.post(f"/orders/{order}/shipments", body).status_code == 200
        house.clock.on(minutes=9)
        street.mail()
        assert mailbox.raw == []
        if undone:
            void = mill.post(f"/orders/{order}/shipments/S-{undone}/void", {})
            assert void.status_code == 200
    house.clock.on(minutes=1)
    while street.mail():
        pass
    (text,) = _texts(street)
    assert "Added: 1 × Thing 1." in text and "it has left already" in text
    house.close()
