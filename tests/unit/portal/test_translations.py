"""Every sentence of the people's rooms is said in German too, with the same words filled in."""

import ast
import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from hub.access import Role
from hub.flow import accounts, accounts_own, accounts_passwords
from portal.web.ground.templating import FOLDER as PORTAL
from portal.web.ground.templating import environment
from portal.web.ground.words import FOLDER, Words, languages, preferred
from portal.web.supplier import house
from tests.web.portal.rig import Browser, seal_of
from tests.web.supplier.rig import HOST, Counter, open_counter

ROOMS = ("ground", "entrance", "supplier", "desk", "clerk", "admin", "reference")
CUSTOMERS = "customer"
"""Its pages speak the brand's language, by the brand's own texts."""
SAYS = {"say": 0, "said": 0, "_": 0, "wrong": 1, "_need": 3}
"""Calls that say a sentence, and at which place it stands."""
NAMED: Mapping[str, tuple[str, ...]] = {
    "admin/brands.py": ("NAMES",),
    "admin/keys.py": ("LIVES", "OVERLAPS"),
    "admin/people.py": ("ROLES", "DONE"),
    "admin/webhooks.py": ("OVERLAPS", "DONE", "TAKINGS"),
    "clerk/changes.py": ("REASONS", "_MOVED"),
    "clerk/entered.py": ("text",),
    "clerk/ordering.py": ("CHANNELS", "_UNKNOWN"),
    "clerk/mails.py": ("TITLES", "HINDERED"),
    "clerk/orders_new.py": (),
    "clerk/seen.py": ("FLAGS",),
    "clerk/told.py": ("_WHYS", "sentences"),
    "clerk/wanted.py": ("text", "_UNKNOWN"),
    "clerk/why.py": ("_BECAUSE", "_UNSAID", "_ASK", "_TELL", "_WAIT"),
    "desk/cases.py": ("SHARES",),
    "desk/papers.py": ("TABS", "DELIVERY_TABS", "LIGHTS"),
    "desk/watching.py": ("LEADS", "QUEUES", "REMEDIES"),
    "entrance/account.py": (),
    "entrance/opening.py": (),
    "ground/porch.py": (),
    "reference/described.py": ("GROUPS",),
    "reference/pages.py": (),
    "supplier/acts.py": (),
    "supplier/columns.py": ("LABELS",),
    "supplier/correcting.py": (),  # LABELS of columns.py
    "supplier/endings.py": (
        "_YES",
        "_NO",
        "_CONFIRMED",
        "_DECLINED",
        "_OURS_YES",
        "_OURS_NO",
        "_OURS_CONFIRMED",
        "_OURS_DECLINED",
    ),
    "supplier/firm.py": ("WAYS", "WEEK"),
    "supplier/lists.py": (),
    "supplier/reading.py": ("REASONS",),
    "supplier/room.py": ("SHELVES",),
    "supplier/scorecard.py": ("TITLES", "MARKS"),
    "supplier/settings.py": ("ROLES", "NOTICES"),
    "supplier/story.py": ("SENTENCES", "OF_OTHERS", "_PROGRAM"),
    "supplier/upload.py": ("TABS",),
    "supplier/view.py": ("_STATES", "told"),
}
"""Files that say what a name holds, and the names that hold sentences there."""
TONES = {"warn", "plain", "good", "bad"}
FROM_BELOW = {
    accounts_own.ENDED,
    accounts_passwords.TOO_COMMON,
    accounts_passwords.TOO_LONG,
    accounts_passwords.TOO_NEAR,
    accounts_passwords.TOO_OFTEN,
    accounts_passwords.TOO_SHORT,
    accounts_passwords.WRONG,
}
"""What the flow says of passwords, said on by the entrance."""

Sentence = str | tuple[str, str]


def _of_templates() -> Iterator[Sentence]:
    options = {"trim_blocks": "true", "lstrip_blocks": "true", "newstyle_gettext": "true"}
    for path in sorted((PORTAL / "templates").glob("*/*.html")):
        with path.open("rb") as file:
            for _, kind, said, _ in babel_extract(
                file, ("gettext", "ngettext"), (), {**options, "silent": "false"}
            ):
                literals = [said] if isinstance(said, str) else [one for one in said or () if one]
                assert literals, f"{path.name} asks {kind} for what is no literal"
                yield literals[0] if kind == "gettext" else (literals[0], literals[1])


def _strings(node: ast.expr) -> Iterator[str]:
    """The sentences that a value holds: of a dictionary its values, of a choice both."""
    match node:
        case ast.Constant(value=str(text)):
            if text and text not in TONES and not text.startswith("/"):
                yield text
        case ast.Dict(values=values):
            for value in values:
                yield from _strings(value)
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            for part in parts:
                yield from _strings(part)
        case ast.IfExp(body=one, orelse=other):
            yield from (*_strings(one), *_strings(other))
        case ast.Call(func=ast.Attribute(attr="get"), args=[_, default]):
            yield from _strings(default)


def _of_code(path: Path, names: tuple[str, ...]) -> Iterator[Sentence]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in names:
                yield from _strings(value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield from _strings(value) if name in names else ()
            case ast.Call(func=ast.Name(id="Place" | "Porch"), keywords=given):
                for one in given:
                    yield from _strings(one.value) if one.arg in ("label", "title") else ()
            case ast.Call(func=ast.Attribute(attr="several"), args=[one, many, _]):
                yield from zip(_strings(one), _strings(many), strict=True)
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args):
                if name in SAYS and len(args) > SAYS[name]:
                    yield from _strings(args[SAYS[name]])


def _sources() -> dict[str, Path]:
    web = PORTAL / "web"
    return {f"{room}/{path.name}": path for room in ROOMS for path in (web / room).glob("*.py")}


@pytest.fixture(scope="module")
def sentences() -> set[Sentence]:
    """Every sentence that templates and code ask for."""
    found = set(_of_templates())
    for name, path in _sources().items():
        found |= set(_of_code(path, NAMED.get(name, ())))
    return found | FROM_BELOW


@pytest.fixture(scope="module")
def german() -> Catalog:
    """The German sentences."""
    with (FOLDER / "de.po").open("rb") as file:
        return read_po(file, locale="de", abort_invalid=True)


def _key(found: object) -> Sentence:
    return found if isinstance(found, str) else tuple(found)  # type: ignore[arg-type,return-value]


def test_every_sentence_is_said_in_german_and_german_says_no_other(
    sentences: set[Sentence], german: Catalog
) -> None:
    said = {_key(one.id) for one in german if one.id}
    assert sentences - said == set()
    assert said - sentences == set()


def test_every_german_sentence_is_whole(german: Catalog) -> None:
    for one in german:
        if not one.id:
            continue
        asked = [one.id] if isinstance(one.id, str) else list(one.id)
        told = [one.string] if isinstance(one.string, str) else list(one.string or ())
        assert len(told) == len(asked) and all(told), one.id
        assert not one.fuzzy, one.id
        for number, text in enumerate(told):
            assert _filled_in(text) == _filled_in(asked[number]), one.id
            assert text[-1:].isspace() == asked[number][-1:].isspace(), one.id
            # Templates take sentences as markup, within attributes too.
            assert not set(text) & set('<>&"'), one.id


def _filled_in(text: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)s|%%|%(?!\()", text))


def test_no_file_says_what_a_name_holds_without_being_listed() -> None:
    for name, path in _sources().items():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="supplier_room"))):
                    pass  # says something to the hub, not to a person
                case ast.Call(func=ast.Attribute(attr="say"), args=[first, *_]):
                    known = any(_strings(first)) or name in NAMED
                    assert known, f"{name}:{node.lineno} says what this test cannot see"
    assert NAMED.keys() <= _sources().keys()


def test_words_speak_german_with_its_plurals() -> None:
    now = datetime(2026, 11, 25, 13, tzinfo=UTC)
    words = Words(language="de", zone=ZoneInfo("Europe/Berlin"), now=now)
    assert "de" in languages()
    assert words.say("Parcel %(num)s: say what is in it.", {"num": 2}).startswith("Paket 2: ")
    assert words.several("%(num)s order", "%(num)s orders", 1) == "1 Bestellung"
    assert words.several("%(num)s order", "%(num)s orders", 3) == "3 Bestellungen"
    assert words.distance(now) == "jetzt"


# --- pages ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Room:
    """The suppliers' house with one order, seen by somebody who reads German."""

    counter: Counter
    browser: Browser
    number: str


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """A house whose visitor keeps its people, so that every page may be seen."""
    counter = open_counter(tmp_path_factory.mktemp("german"))
    number = counter.order()
    browser = counter.browser(role=Role.SUPPLIER_ADMIN)
    [person] = accounts.listed(counter.house.parts, partner="corner")
    accounts.settings(
        counter.house.parts,
        account_id=person.id,
        zone="Europe/Berlin",
        language="de",
        name=person.name,
    )
    yield Room(counter=counter, browser=browser, number=number)
    counter.house.close()


def _english_left(page: str, sentences: set[Sentence]) -> list[str]:
    """The English sentences of three words and more that a page still says."""
    text = html.unescape(page)
    whole = [one for one in sentences if isinstance(one, str) and one.count(" ") > 1]
    return [one for one in whole if "%" not in one and one in text]


def test_a_browser_that_asks_for_german_signs_in_in_german(
    room: Room, sentences: set[Sentence]
) -> None:
    browser = Browser(app=room.counter.app, host=HOST)
    page = browser.get("/sign-in", accept_language="de-DE,de;q=0.9,en;q=0.5").text
    assert '<html lang="de"' in page
    assert "Anmelden" in page and "vergessen?" in page
    assert _english_left(page, sentences) == []
    assert _english_left(browser.get("/sign-in").text, sentences) != []
    fields = {"email": "nobody@corner.example.com", "password": "no password at all"}
    refused = browser.post("/sign-in", fields, accept_language="de").text
    assert "E-Mail und Passwort gehören nicht zusammen" in refused


def test_every_page_of_the_suppliers_house_is_said_in_german(
    room: Room, sentences: set[Sentence]
) -> None:
    fillings = {
        "number": room.number,
        "measure": "ship",
        "ending": "csv",
        "upload": _uploaded(room),
        "name": "print.css",
        "brand": "juniper",
    }
    doors = house.doors(house.porch(room.counter.house.parts, [HOST]), {})
    paths = [door.path for door in doors if door.method == "GET" and "/logo/" not in door.path]
    assert "/orders/{number}" in paths and "/settings" in paths
    shown = 0
    for path in paths:
        query = f"?order={room.number}" if path.startswith("/print/") else ""
        answer = room.browser.get(path.format(**fillings) + query)
        if path.endswith("/correct"):  # of a shipment, and there is none yet
            assert answer.status_code == 404
            continue
        assert answer.status_code == 200, path
        # Slips and cards are read by the brand's customers, in the brand's language.
        if "text/html" in answer.headers["content-type"] and path not in _FOR_CUSTOMERS:
            shown += 1
            assert '<html lang="de"' in answer.text, path
            assert _english_left(answer.text, sentences) == [], path
    assert shown > 12


_FOR_CUSTOMERS = ("/print/slips", "/print/gifts")


def _uploaded(room: Room) -> str:
    browser, table = room.browser, b"purchase order,sku,quantity,tracking\n1,2,3,4\n"
    form = browser.get("/upload").text
    once = re.search(r'name="once" value="([0-9a-f]+)"', form)
    fields = {"seal": seal_of(form), "once": once[1] if once else ""}
    answer = browser.ask("POST", "/upload", data=fields, files={"file": ("rows.csv", table)})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).removeprefix("/upload/").partition("?")[0]


def test_what_is_wrong_with_a_form_is_said_in_german(room: Room, sentences: set[Sentence]) -> None:
    path = f"/orders/{room.number}"
    seal = seal_of(room.browser.get(f"{path}/ship").text)
    mistakes = {
        "answer": {"accept-1": "many"},
        "ship": {"parcels": "1", "quantity-1-1": "99", "tracking-1": "1E+15"},
    }
    for what, fields in mistakes.items():
        answer = room.browser.post(f"{path}/{what}", {"seal": seal, "once": "ab", **fields})
        assert answer.status_code == 422
        assert "Es gibt ein Problem" in answer.text
        assert _english_left(answer.text, sentences) == [], what


def test_a_browser_is_spoken_to_in_the_language_that_it_likes_best() -> None:
    assert preferred("") == preferred("fr, it;q=0.5") == "en"
    assert preferred("de-AT,de;q=0.9,en;q=0.5") == "de"
    assert preferred("en;q=0.2, fr, de;q=0.8") == "de"
    assert preferred("en, de") == "en"
    assert preferred("de;q=0, en;q=0.1") == "en"
    assert preferred("de;q=nan, de;q=7, de;level=1, en;q=0.1") == "en"


def test_a_paper_is_another_word_where_it_is_printed_on(room: Room) -> None:
    templates = environment("de")
    assert templates.from_string('{{ pgettext("document", "Paper") }}').render() == "Beleg"
    assert templates.from_string("{% trans %}Paper{% endtrans %}").render() == "Papier"
    assert "<legend>Papier</legend>" in room.browser.get("/print").text
