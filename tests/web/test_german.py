"""Who chose German reads no English sentence of ours, on whatever page their role may see."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

from hub import api
from hub.access import ALLOWED, HOUSES, House, Role
from hub.main import doors, read_settings
from tests.rigs.desks import furnish_desks
from tests.rigs.houses import House as Hub
from tests.rigs.houses import post, shopping
from tests.web.portal.rig import Browser, seal_of
from tests.web.rooms import WRONG_COUNT
from tests.web.visitors import Visitors

ENGLISH = re.compile(
    r"(?<![\w.@/-])(?:the|and|is|are|of|to|for|with|from|not|its|it|this|that|has|have|can|or|by|on"
    r"|be|your|you|our|orders?|lines?|yes|waits?|sent|received|customer|supplier|shipped|delivered"
    r"|accepted|rejected|tracking|written|paper|stock|due|days|hours|minutes|ago)(?![\w@/-]|\.\w)",
    re.IGNORECASE,
)
"""Words that English cannot do without and German does not have."""
DATA = (
    re.compile(r"Thank you for shopping with Juniper"),  # stands on the slips of that brand
    re.compile(r"Ohne Eingabe: "),  # what customers read, in the brand's language
)
"""What people and partners wrote, and not we."""
UNREAD = frozenset({"script", "style", "code", "pre", "textarea", "option"})
KEYS = {"/settings/brands/": re.compile(r"^[a-z]+(?: [a-z]+)?$")}
"""Pages that show what the keys of a file are called."""
EMPTY = frozenset({"meta", "link", "input", "br", "hr", "img", "path", "rect", "circle", "col"})
OTHERS_READ = ("/print/slips", "/print/gifts", "/docs/", "/brand/", "/sign-out")
"""Pages that customers or programmers read, in the brand's language and in English."""
LEAVING = ("/sign-out", "/account", "/account/look")
"""Forms that end the session, or change what language is read."""
OF_A_KIND = 2
"""So many pages that differ in an id alone are looked at."""
_IDS = re.compile(r"(?:doc|tra|exc|cause|key|acc|hook|whk)_\w+|\d[\w-]*|[A-Z]+-[\w-]+")


class Texts(HTMLParser):
    """What a reader sees or hears of a page, without code and what is marked as English."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Go into an element; what its attributes say counts too."""
        given = {name: value or "" for name, value in attrs}
        hidden = tag in UNREAD or given.get("lang") == "en" or "code" in given.get("class", "")
        if tag not in EMPTY:
            self.open.append((tag, hidden and tag != "html"))
        for name in ("placeholder", "aria-label", "alt"):
            if given.get(name):
                self.handle_data(given[name])

    def handle_endtag(self, tag: str) -> None:
        """Come out of it."""
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Note a text, unless nobody reads it as a sentence."""
        text = " ".join(data.split())
        if text and not any(hidden for _, hidden in self.open):
            self.found.append(text)


def english_in(page: str) -> list[str]:
    """The texts of a page that are English and ours."""
    texts = Texts()
    texts.feed(page)
    return [
        text
        for text in texts.found
        if ENGLISH.search(text) and not any(one.search(text) for one in DATA)
    ]


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitors]:
    folder = tmp_path_factory.mktemp("german")
    hub = furnish_desks(folder, desks=("corner", "stranger"), others=("acme",))
    for number in ("1001", "1002", "1003"):
        post(hub, shopping(number, 2))
        hub.turn("corner")
    _trouble(hub, folder)
    settings = read_settings({"HUB_DATA_DIR": str(folder / "data")})
    with hub.parts.store.read() as tx:
        [row] = tx.exchange.documents_page(
            partner="acme", set_id="856", state=None, limit=1, before=None
        )
    ids = {
        (House.PORTAL, "number"): hub.order("1003").fulfillments[0].number,
        (House.DESK, "number"): "1003",
        (House.DESK, "brand"): "juniper",
        (House.DESK, "id"): row.id,
    }
    yield Visitors(hub=hub, app=doors(settings, hub.parts, api.build(hub.parts)), ids=ids)
    hub.close()


@pytest.fixture(scope="module")
def reader(street: Visitors) -> Callable[[Role], Browser]:
    """A browser of somebody of a role who chose German."""

    @cache
    def found(role: Role) -> Browser:
        browser = street.anybody(role)
        street.choose("de")
        return browser

    return found


def _trouble(hub: Hub, folder: Path) -> None:
    """Acme sends what is wrong in several ways, and an answer is late."""
    inbox = folder / "acme" / "out"
    unknown = WRONG_COUNT.replace("SE*9*", "SE*4*").replace("000000077", "000000078")
    unknown = unknown.replace("~HL*1**S~", "~HL*1**S~PRF*NONE-1~").replace("SE*4*", "SE*5*")
    for name, body in (("notice", WRONG_COUNT), ("other", unknown), ("nothing", "no EDI at all")):
        (inbox / f"{name}.edi").write_text(body)
        hub.turn("acme")
        hub.clock.on(seconds=61)
        hub.turn("acme")
    hub.clock.on(days=3)
    hub.turn("acme")
    hub.turn("corner")


def _walked(browser: Browser) -> Iterator[tuple[str, str]]:
    """Yield every page that links lead to from the first one, each with its path."""
    todo, seen, kinds = ["/"], {"/"}, Counter[str]()
    while todo:
        path = todo.pop(0)
        answer = browser.get(path)
        if answer.status_code in (302, 303):
            links = [answer.headers["location"]]
        elif answer.status_code == 200 and "text/html" in answer.headers["content-type"]:
            yield path, answer.text
            links = re.findall(r'href="(/[^"#]*)"', answer.text)
        else:
            links = []
        for link in (one.replace("&amp;", "&") for one in links):
            kind = _IDS.sub("#", link)
            if link in seen or link.startswith(OTHERS_READ) or kinds[kind] >= OF_A_KIND:
                continue
            if not re.search(r"\.(?:css|js|csv|xlsx|json)\b", link):
                seen.add(link)
                kinds[kind] += 1
                todo.append(link)


def _ours(path: str, page: str) -> list[str]:
    keys = next((one for begin, one in KEYS.items() if path.startswith(begin)), None)
    return [text for text in english_in(page) if keys is None or not keys.match(text)]


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.CLERK, Role.VIEWER, Role.SUPPLIER_ADMIN])
def test_no_page_of_a_role_that_reads_german_says_an_english_sentence(
    reader: Callable[[Role], Browser], role: Role
) -> None:
    browser = reader(role)
    found: dict[str, str] = {}
    pages = 0
    for path, page in _walked(browser):
        pages += 1
        assert '<html lang="de"' in page, path
        found |= {text: path for text in _ours(path, page) if text not in found}
    assert found == {}
    assert pages > 8


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.SUPPLIER_ADMIN])
def test_what_is_refused_to_one_who_reads_german_is_said_in_german(
    street: Visitors, reader: Callable[[Role], Browser], role: Role
) -> None:
    browser = reader(role)
    found: dict[str, str] = {}
    refused = 0
    for door in street.doors(HOUSES[role]):
        path = street.path(HOUSES[role], door)
        if door.method != "POST" or door.needs not in ALLOWED[role] or path in LEAVING:
            continue
        fields = {"seal": seal_of(browser.get("/account").text), "once": "ab" * 16}
        files = {"file": ("none.csv", b"")} if door.takes_file else None
        answer = browser.ask("POST", path, data=fields, files=files)
        if answer.status_code in (409, 422):
            refused += 1
            found |= dict.fromkeys(_ours(path, answer.text), path)
    assert found == {}
    assert refused > 5


def test_what_is_not_there_is_said_in_the_language_that_its_seeker_chose(
    reader: Callable[[Role], Browser],
) -> None:
    browser = reader(Role.CLERK)
    for path in ("/nothing", "/orders/juniper/none", "/partners", "/documents/doc_none"):
        answer = browser.get(path, accept_language="en")
        assert answer.status_code == 404
        assert '<html lang="de"' in answer.text
        assert english_in(answer.text) == []
    refused = browser.post("/account/password", {"seal": "none"}, accept_language="en")
    assert refused.status_code == 403
    assert english_in(refused.text) == []


def test_an_english_page_is_seen_to_be_one(street: Visitors) -> None:
    browser = street.stranger(House.PORTAL)
    assert english_in(browser.get("/sign-in").text) != []
    assert english_in(browser.get("/sign-in", accept_language="de, en;q=0.5").text) == []
    assert english_in(browser.get("/nothing", accept_language="en;q=0.2, de-AT").text) == []
