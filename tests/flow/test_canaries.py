"""A person's words are sealed wherever they go, on the good road and on every bad one.

Each scene gives the hub a customer whose every word is a canary; afterwards no canary stands in the
clear in any table, in any file of the data directory (raw bytes: what was deleted counts too) or in
what the commands tell.
"""

import copy
import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from hub.api.examples import ORDER
from hub.api.reading import read_order
from hub.cli.desk import Desk
from hub.cli.root import commands
from hub.domain.exchange import DocumentState
from hub.domain.messages import Address
from hub.domain.placing import Gift, NewOrder
from hub.flow.refusals import keep_refused
from tests.fakes import Supplier
from tests.rigs import houses
from tests.rigs.houses import House, furnish, post, shopping, stock_up

NAME = "Quillfeather Vandersnoot"
STREET = "7 Wobblethorpe Crescent"
PHONE = "217-555-0187"
EMAIL = "quill.vandersnoot@example.com"
GIFT = "Snickerdoodle forever"
ENGRAVED = "Grubblewitz"
CANARIES = (
    *("quillfeather", "vandersnoot", "wobblethorpe", "555-0187", "2175550187"),
    *("quill.vander", "snickerdoodle", "grubblewitz"),
)


def _customer(**changes: Any) -> NewOrder:
    """An order of two for the canary; `changes` are to its address."""
    new = shopping("1001", 2)
    (group,) = new.groups
    address = replace(group.ship_to, name=NAME, lines=(STREET,), phone=PHONE, email=EMAIL)
    gift = Gift(sender=NAME, recipient=NAME, message=GIFT)
    (line,) = group.lines
    group = replace(
        group,
        ship_to=replace(address, **changes),
        lines=(replace(line, personalization=ENGRAVED),),
        instructions=f"Ring at {STREET}",
        gift=gift,
    )
    return replace(new, customer=address, groups=(group,))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where the house stands."""
    return tmp_path


@pytest.fixture
def house(place: Path) -> Iterator[House]:
    """A house on SQLite, whose files can be read to the last byte."""
    house = furnish(place)
    stock_up(house)
    yield house
    house.close()


def _told(text: str) -> list[str]:
    """The canaries that a text holds."""
    lowered = text.lower()
    return [canary for canary in CANARIES if canary in lowered]


def _in_tables(database: Path) -> list[str]:
    """Every column of every row that holds a canary."""
    raw = sqlite3.connect(database)
    try:
        tables = [
            row[0] for row in raw.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        return [
            f"{table}: {canary} in {row}"
            for table in tables
            for row in raw.execute(f"SELECT * FROM {table}")  # the names come from SQLite itself
            for canary in _told(" ".join(map(repr, row)))
        ]
    finally:
        raw.close()


def _in_files(folder: Path) -> list[str]:
    """Every file with a canary in its name or its bytes."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return [
        f"{path.name}: {canary}"
        for path in files
        for canary in _told(path.name + path.read_bytes().decode("latin-1"))
    ]


def _by_command(place: Path) -> str:
    """What the commands tell of everything that is stuck or was."""
    environment = {
        "HUB_DATA_DIR": str(place / "data"),
        "HUB_PARTNER_CONFIGS": str(place / "partners"),
    }
    told = ""
    for words in (["exceptions"], ["exceptions", "--all", "--json"]):
        answer = CliRunner().invoke(commands, words, obj=Desk(environment))
        assert answer.exit_code == 0, answer.output
        told += answer.output
    return told


def _nothing_stands_in_the_clear(house: House, place: Path) -> None:
    database = place / "data" / "hub.db"
    house.parts.store.write(lambda tx: tx.facts.seal(now=house.parts.now()))
    assert _told(_by_command(place)) == []
    assert _in_tables(database) == []
    assert _in_files(place / "data") == []
    raw = sqlite3.connect(database)
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    assert _in_files(place / "data") == []


def test_the_search_finds_what_stands_in_the_clear(house: House, place: Path) -> None:
    post(house, replace(shopping(), number=f"J-{ENGRAVED}"))
    assert _in_files(place / "data")
    assert _in_tables(place / "data" / "hub.db")


def test_an_order_on_the_good_road_leaves_no_word_in_the_clear(house: House, place: Path) -> None:
    post(house, _customer())
    house.turn()
    acme = house.suppliers["acme"]
    (one,) = acme.received()
    assert set(_told(one.path.read_text())) >= {"quillfeather", "wobblethorpe", "grubblewitz"}
    acme.send("997", acme.receipt(one))
    acme.send("855", acme.answer(one.orders[0]))
    acme.send("856", _notice(acme, [f"N1*ST*{NAME}", f"N3*{STREET}", f"PER*DC*{NAME}*TE*{PHONE}"]))
    house.turn()
    assert house.word() == "Shipped"
    assert house.exceptions() == []
    _nothing_stands_in_the_clear(house, place)


# --- orders that were refused at the door --------------------------------------------------------


def _posted() -> dict[str, Any]:
    order = copy.deepcopy(ORDER)
    group = order["ship_groups"][0]
    order["customer"].update(name=NAME, email=EMAIL, phone=PHONE)
    group["ship_to"].update(name=NAME, lines=[STREET], phone=PHONE)
    group["instructions"] = f"Ring at {STREET}"
    group["gift"] = {"sender": NAME, "message": GIFT}
    group["lines"][0]["personalization"] = ENGRAVED
    return order


def _in_the_wrong_form(order: dict[str, Any]) -> None:
    group = order["ship_groups"][0]
    order["customer"].update(email=f"{NAME} at home", name=f"{NAME}\x07", phone=[PHONE])
    group["ship_to"].update(name=NAME * 50, lines=[f"{STREET}\n", {"street": STREET}])
    group["instructions"] = {"say": STREET}
    group["gift"] = {"sender": f"{NAME}\x00", "message": GIFT * 500}
    group["lines"][0]["personalization"] = f"{ENGRAVED}\x1b"


def _at_the_wrong_place(order: dict[str, Any]) -> None:
    group = order["ship_groups"][0]
    order.update(currency=NAME, channel=EMAIL, placed_at=STREET, total=PHONE, comment=GIFT)
    group.update(method=STREET, deliver_by=NAME, signature=GIFT, number=NAME)
    group["lines"][0].update(quantity=ENGRAVED, unit_price=PHONE, engraving=ENGRAVED, number=NAME)


def _by_its_sums(order: dict[str, Any]) -> None:
    order["total"] = 1


@pytest.mark.parametrize("spoil", [_in_the_wrong_form, _at_the_wrong_place, _by_its_sums])
def test_an_order_that_was_refused_leaves_no_word_in_the_clear(
    house: House, place: Path, spoil: Callable[[dict[str, Any]], None]
) -> None:
    order = _posted()
    spoil(order)
    body = json.dumps(order).encode()
    reading = read_order(body)
    problems = reading.problems
    if reading.new is not None:
        problems = post(house, reading.new).problems
    assert problems
    keep_refused(house.parts, brand="juniper", number="", body=body, problems=problems).result()
    assert house.exceptions() == ["order-refused"]
    _nothing_stands_in_the_clear(house, place)


def test_a_body_that_is_no_json_leaves_no_word_in_the_clear(house: House, place: Path) -> None:
    body = json.dumps(_posted()).encode()[:-9]
    problems = read_order(body).problems
    keep_refused(house.parts, brand="juniper", number="", body=body, problems=problems).result()
    assert house.exceptions() == ["order-refused"]
    _nothing_stands_in_the_clear(house, place)


# --- purchase orders that cannot be written ------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"name": f"{NAME} {STREET} {NAME} {STREET}"},
        {"name": f"李小龍 {NAME}"},
        {"name": f'O\'{NAME} "{STREET}" {NAME} {STREET}'},
        {"lines": (f"{STREET} {NAME} {STREET} {NAME}",)},
        {"lines": (f"街 {STREET}",)},
        {"city": f"Q {NAME} {STREET} {NAME}"},
        {"postal_code": f"{NAME} {STREET}"},
        {"region": NAME},
        {"country": NAME},
        {"phone": f"☎ {PHONE} 電話 {NAME}"},
        {"email": f"電{EMAIL}"},
    ],
    ids="-".join,
)
def test_a_purchase_order_that_cannot_be_written_leaves_no_word_in_the_clear(
    house: House, place: Path, changes: dict[str, Any]
) -> None:
    post(house, _customer(**changes))
    house.turn()
    assert set(house.exceptions()) <= {"cannot-be-written"}
    _nothing_stands_in_the_clear(house, place)


def test_words_that_cannot_be_engraved_or_wished_are_told_without_them(
    house: House, place: Path
) -> None:
    new = _customer()
    (group,) = new.groups
    line = replace(group.lines[0], personalization=f"龍 {ENGRAVED}")
    gift = Gift(sender=NAME, recipient=NAME, message=f"龍 {GIFT}")
    post(house, replace(new, groups=(replace(group, lines=(line,), gift=gift),)))
    house.turn()
    assert house.exceptions() == ["cannot-be-written"]
    _nothing_stands_in_the_clear(house, place)


def test_a_separator_in_a_name_that_the_page_refuses_is_told_without_the_name(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = houses.PAGE.replace("newline: true", "newline: true\n      in_data: refuse")
    monkeypatch.setattr(houses, "PAGE", page)
    house = furnish(place)
    stock_up(house)
    post(house, _customer(name=f"{NAME}*{STREET}~"))
    house.turn()
    assert house.exceptions() == ["cannot-be-written"]
    _nothing_stands_in_the_clear(house, place)
    house.close()


def test_a_fault_of_ours_that_names_the_value_is_kept_without_it(
    house: House, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(words: dict[str, object]) -> Address:
        raise ValueError(f"cannot make an address of {words!r}")

    monkeypatch.setattr("hub.domain.asking.address_of", breaks)
    post(house, _customer())
    house.turn()
    assert house.exceptions() == ["cannot-be-written"]
    assert "ValueError" in _by_command(place)
    _nothing_stands_in_the_clear(house, place)


def test_a_receipt_that_copies_a_persons_words_is_told_without_them(
    house: House, place: Path
) -> None:
    post(house, _customer())
    house.turn()
    acme = house.suppliers["acme"]
    (one,) = acme.received()
    rows = acme.receipt(one, verdict="R")
    copied = ["AK3*N1*9**8", f"AK4*2*93*5*{NAME}", "AK3*N3*10**8", f"AK4*1*166*5*{STREET}"]
    acme.send("997", [*rows[:2], *copied, *rows[2:]])
    house.turn()
    assert house.exceptions() == ["rejected-by-partner"]
    assert "N102" in _by_command(place)
    _nothing_stands_in_the_clear(house, place)


# --- notices that hold them at wrong places ------------------------------------------------------


def _notice(acme: Supplier, rows: list[str]) -> list[str]:
    """A notice with these segments after its first level's carrier."""
    notice = acme.notice(acme.purchase_orders()[0])
    return [*notice[:3], *rows, *notice[3:]]


WRONG = {
    "a name that is too long": [f"N1*ST*{NAME} {STREET} {NAME} {STREET}"],
    "a name with both quotes": [f'N1*ST*O\'{NAME} "{STREET}" {NAME} {STREET}'],
    "a name with a control character": [f"N1*ST*{NAME}\x07"],
    "one element too many": [f"N1*ST*{NAME}*92*1*2*3*{STREET}*{PHONE}"],
    "a code that is a name": [f"N1*{NAME}*ST"],
    "an address without its name": [f"N3**{STREET}"],
    "an address that is too long": [f"N3*{STREET} {STREET} {STREET}"],
    "an address on three lines": [f"N3*{STREET}*{STREET}*{STREET}"],
    "a separator in the address": [f"N3*7~{STREET}", "N3*x"],
    "a contact of an unknown kind": [f"PER*{NAME}*{NAME}*{PHONE}*{EMAIL}"],
    "a contact that is too long": [f"PER*DC*{NAME} {NAME} {NAME}*TE*{PHONE}*EM*{EMAIL * 4}"],
    "a number without its kind": [f"PER*DC*{NAME}**{PHONE}"],
    "a name in an unknown segment": [f"NM9*{NAME}*{STREET}"],
    "a name as a segment": [NAME, STREET],
    "a separator in two lines of it": [f"N3*7~{STREET}*{NAME}*", f"{NAME}*{STREET}\x07"],
    "a name in a text": [f"MSG*{NAME}*{STREET}*{PHONE}", f"NTE*{NAME}*{STREET}\x07"],
}


@pytest.mark.parametrize("what", WRONG)
def test_a_notice_with_words_at_wrong_places_leaves_none_in_the_clear(
    house: House, place: Path, what: str
) -> None:
    post(house, _customer())
    house.turn()
    acme = house.suppliers["acme"]
    acme.send("856", _notice(acme, WRONG[what]))
    house.turn()
    house.turn()
    with house.parts.store.read() as tx:
        (row,) = tx.exchange.documents_page(
            partner="acme", set_id="856", state=None, limit=5, before=None
        )
    assert row.problems
    assert row.state in (DocumentState.REJECTED, DocumentState.APPLIED)
    _nothing_stands_in_the_clear(house, place)


ASTRAY = {
    "before the envelope": ("ISA*", f"N1*ST*{NAME}~\nN3*{STREET}~\nISA*"),
    "between envelope and group": ("GS*", f"N1*ST*{NAME}~\nGS*"),
    "between group and paper": ("ST*856", f"PER*DC*{NAME}*TE*{PHONE}~\nST*856"),
    "after the paper": ("GE*", f"N1*ST*{NAME}~\nN3*{STREET}~\nGE*"),
    "after the group": ("IEA*", f"N3*{STREET}~\nIEA*"),
    "broken off behind the paper": ("GE*", f"{STREET}*{NAME}~\nGE*"),
    "without any envelope": ("ISA*", f"{NAME} of {STREET}, {PHONE}: "),
}


@pytest.mark.parametrize("where", ASTRAY)
def test_words_that_went_astray_in_a_delivery_are_not_kept_in_the_clear(
    house: House, place: Path, where: str
) -> None:
    post(house, _customer())
    house.turn()
    acme = house.suppliers["acme"]
    old, new = ASTRAY[where]
    text = acme.interchange("856", [_notice(acme, [])])
    assert old in text
    acme.put("astray.edi", text.replace(old, new, 1))
    for _ in range(3):
        house.turn()
        house.clock.on(seconds=61)
    assert house.exceptions()
    _nothing_stands_in_the_clear(house, place)
