"""A German brand's customers read no English sentence of ours: pages, forms, outcomes, mails."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hub.partners.brand_texts import BY_HAND, MAILS, BrandTexts
from portal.web.admin.brand_mail import sample_mail
from tests.cast import MAYA
from tests.rigs.houses import House, post, shopping
from tests.web.portal import rig
from tests.web.portal.conftest import furnished
from tests.web.portal.rig import Browser, Mailbox, Street
from tests.web.portal.test_changes import fields_of
from tests.web.test_german import english_in

DAY = "2026-11-2{day}T18:00:00+00:00"


@pytest.fixture
def german(house: House, tmp_path: Path, mailbox: Mailbox) -> Iterator[Street]:
    """Juniper for Germans, with no words of its own, and every mail."""
    juniper = replace(
        house.parts.brands["juniper"],
        language="de",
        texts=BrandTexts(language="de"),
        returns="",
        contact="",
    )
    house.parts = replace(house.parts, brands={**house.parts.brands, "juniper": juniper})
    yield furnished(house, tmp_path, mailbox, mails=MAILS)


def _read(browser: Browser, *paths: str) -> list[str]:
    """The English that stands on these pages."""
    told = []
    for path in paths:
        page = browser.get(path).text
        assert '<html lang="de"' in page, path
        told += [f"{path}: {one}" for one in english_in(page)]
    return told


def _mailed(street: Street) -> list[str]:
    """Let everything be mailed that is due within an hour, and return the subjects."""
    before = len(street.mailbox.raw)
    for _ in range(6):
        while street.mail():
            pass
        street.house.clock.on(minutes=10)
    told = []
    for page in street.mailbox.pages()[before:]:
        assert '<html lang="de">' in page
        told += english_in(page)
    for text in street.mailbox.texts()[before:]:
        told += [line for line in text.splitlines() if english_in(f"<p>{line}</p>")]
    assert told == []
    return [str(message["Subject"]) for message in street.mailbox.messages[before:]]


def test_an_order_is_told_in_german_from_placing_to_the_door(german: Street) -> None:
    rig.confirmed(german.house)
    stranger = german.browser()
    assert _read(stranger, "/", "/nothing", "/s/none", german.link()) == []
    wrong = stranger.find("", "")
    assert english_in(wrong.text) == [] and "Bestellnummer" in wrong.text
    order = rig.sent(german.house, "1001")
    acme = rig.acme(german.house)
    acme.send("855", acme.answer(order, word="IB"))
    german.house.turn()
    assert _read(stranger, german.link()) == []
    acme.send("856", acme.notice(order, tracking=rig.TRACKING, quantities={"1": 1}))
    german.house.turn()
    page = stranger.get(german.link()).text
    assert english_in(page) == [] and "UPS verfolgen" in page
    subjects = _mailed(german)
    rig.event(german.house, "OF", DAY.format(day=1))
    assert _read(stranger, german.link()) == []
    rig.event(german.house, "D1", DAY.format(day=2))
    assert _read(stranger, german.link()) == []
    subjects += _mailed(german)
    german.house.clock.on(days=9)
    german.house.turn()
    assert _read(stranger, german.link()) == []
    assert len(subjects) >= 3 and all("1001" in one for one in subjects)


def test_what_a_customer_asks_for_is_answered_in_german(german: Street) -> None:
    rig.confirmed(german.house)
    rig.sent(german.house, "1001")
    maya = german.prove("1001", MAYA.email)
    assert _read(maya, "/order", "/cancel", "/quantities", "/address") == []
    for path in ("/cancel", "/quantities", "/address"):
        fields = fields_of(maya.get(path).text)
        wrong = maya.post(
            path,
            {**dict.fromkeys(fields, ""), "seal": fields["seal"]}
            | {name: value for name, value in fields.items() if name in ("nonce", "group", "was")},
        )
        assert english_in(wrong.text) == [], path
    fields = fields_of(maya.get("/cancel").text) | {"units-1": "1", "units-2": "1"}
    outcome = maya.post("/cancel", fields).headers["location"]
    assert _read(maya, outcome, "/order") == []
    assert "2 × " not in maya.get(outcome).text and " und 1 × Thing 2" in maya.get(outcome).text
    _mailed(german)


def test_goods_keep_their_names_however_they_are_called(german: Street) -> None:
    names = ("Stoneware mug, blue", "Book", "Note: by Sat 28 Nov")
    new = shopping("1001", 2, 2, 2)
    goods = [
        replace(line, sku=f"SKU-{at}", description=name)
        for at, (line, name) in enumerate(zip(new.groups[0].lines, names, strict=True), start=1)
    ]
    groups = (replace(new.groups[0], lines=tuple(goods)),)
    total = sum(one.quantity * one.unit_price for one in goods)
    post(german.house, replace(new, groups=groups, total=total))
    acme = rig.acme(german.house)
    acme.send("855", acme.answer(rig.sent(german.house, "1001")))
    german.house.turn()
    told = "2 × Stoneware mug, blue, 2 × Book und 2 × Note: by Sat 28 Nov"
    assert f"In Vorbereitung: {told}." in german.browser().get(german.link()).text
    maya = german.prove("1001", MAYA.email)
    fields = fields_of(maya.get("/cancel").text)
    wrong = maya.post("/cancel", fields | {"units-2": "9"}).text
    assert "Book: Geben Sie eine Zahl von 0 bis 2 ein." in wrong
    outcome = maya.post("/cancel", fields).headers["location"]
    page = maya.get(outcome).text
    assert f"nicht zu senden: {told}. " in page and "Die Antwort wird auf dieser Seite" in page
    assert not set("\u2068\u2069") & set(page + wrong)


def test_what_is_too_late_or_done_at_once_is_said_in_german(german: Street) -> None:
    rig.confirmed(german.house)
    maya = german.prove("1001", MAYA.email)
    fields = fields_of(maya.get("/cancel").text) | {"units-1": "1", "units-2": "0"}
    outcome = maya.post("/cancel", fields).headers["location"]
    assert _read(maya, outcome, "/order") == []
    form = fields_of(maya.get("/address").text) | {"line1": "9 Pier Street"}
    outcome = maya.post("/address", form).headers["location"]
    assert _read(maya, outcome, "/order") == []
    late = fields_of(maya.get("/cancel").text)
    order = rig.sent(german.house, "1001")
    rig.acme(german.house).send("856", rig.acme(german.house).notice(order, tracking=rig.TRACKING))
    german.house.turn()
    answer = maya.post("/cancel", late)
    assert english_in(answer.text) == []
    if answer.status_code == 303:
        assert _read(maya, answer.headers["location"]) == []
    subjects = _mailed(german)
    assert any("storniert" in one.lower() for one in subjects), subjects


@pytest.mark.parametrize("kind", [*MAILS, *BY_HAND])
def test_a_mail_that_is_looked_at_beforehand_is_german_too(kind: str, german: Street) -> None:
    brand = german.house.parts.brands["juniper"]
    page = sample_mail(brand, kind).decode()
    assert english_in(page) == [] and "Juniper Home" in page
