"""Every link of every house is followed as every role: nothing is missing and nothing ends dead."""

import re
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

import pytest

from hub.access import Role
from tests.web.portal.rig import Browser, Mailbox
from tests.web.states import much
from tests.web.visitors import Leaf, Visitors, leaf, visited

ALIKE = ("/live", "/search")  # a piece of a page; the desk's list under another name
MOST_ALIKE = 3  # pages of one kind that are looked at


@pytest.fixture(scope="module")
def visitors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitors]:
    with visited(tmp_path_factory.mktemp("crawl"), much) as found:
        yield found


@dataclass(slots=True)
class Walk:
    """One visitor on the way through all pages; `faults` is what was met."""

    browser: Browser
    begins: tuple[str, ...] = ("/",)
    seen: dict[str, Leaf | None] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def go(self) -> None:
        """Follow every link, a few of each kind."""
        waiting, kinds = deque((one, "") for one in self.begins), Counter[str]()
        while waiting:
            path, origin = waiting.popleft()
            path, _, anchor = path.partition("#")
            if path not in self.seen:
                if kinds[_kind(path)] >= MOST_ALIKE:
                    continue
                kinds[_kind(path)] += 1
                found = self.seen[path] = leaf(self.browser, path)
                if found is not None:
                    self._looked(path, found, origin)
                    waiting.extend((one, path) for one in dict.fromkeys(found.links))
            there = self.seen[path]
            if anchor and there is not None and not there.tree.xpath("//*[@id=$id]", id=anchor):
                self.faults.append(f"{path} has no #{anchor}, where {origin} leads")

    def _looked(self, path: str, found: Leaf, origin: str) -> None:
        if found.answer.status_code != 200:
            self.faults.append(f"{path} is {found.answer.status_code}, from {origin}")
            return
        whole = path != "/live"
        if whole and not found.tree.get("lang"):
            self.faults.append(f"{path} has no language")
        if whole and not found.title:
            self.faults.append(f"{path} has no title")
        steps = found.tree.xpath("//main//a[@href] | //main//form | //header[@class='screen']//a")
        if whole and not steps:
            self.faults.append(f"{path} ends dead")


def _kind(path: str) -> str:
    """What pages of one kind have in common: words of the path, names of the query."""
    parts = urlsplit(path)
    words = ["*" if re.search(r"[0-9]", one) else one for one in parts.path.split("/")]
    return (
        "/".join(words)
        + "?"
        + "&".join(
            f"{name}={value if value.isalpha() else ''}" for name, value in parse_qsl(parts.query)
        )
    )


STAFF = {
    "operator": (Role.OPERATOR, ()),
    "clerk": (Role.CLERK, ()),
    "clerk of one brand": (Role.CLERK, ("juniper",)),
    "clerk without orders": (Role.CLERK, ("harbor",)),
    "viewer": (Role.VIEWER, ()),
}
SUPPLIERS = {
    "supplier's admin": ("corner", Role.SUPPLIER_ADMIN),
    "supplier": ("corner", Role.SUPPLIER_USER),
    "stranger": ("stranger", Role.SUPPLIER_ADMIN),
}


def _walked(browser: Browser, *begins: str) -> Walk:
    walk = Walk(browser, begins=begins)
    walk.go()
    asked: dict[str, int] = {}
    for path, found in walk.seen.items():
        for action in found.actions if found else ():
            if _kind(action) not in asked:  # without a seal it does nothing, if it is there
                asked[_kind(action)] = browser.post(action, {}).status_code
            if asked[_kind(action)] in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
                walk.faults.append(f"{path} has a form that nobody takes: {action}")
    return walk


def _told_apart(walk: Walk) -> list[str]:
    """Titles that pages of different kinds share."""
    kinds = defaultdict(set)
    for found in walk.seen.values():
        if found is not None and found.path.partition("?")[0] not in ALIKE:
            kinds[found.title].add(_kind(found.path).partition("?")[0])
    return [f"{title}: {sorted(paths)}" for title, paths in kinds.items() if len(paths) > 1]


@pytest.mark.parametrize("who", STAFF)
def test_every_link_of_the_desk_leads_somewhere(visitors: Visitors, who: str) -> None:
    role, brands = STAFF[who]
    walk = _walked(visitors.desk(role, *brands), "/", "/account")
    assert walk.faults[:9] == []
    assert _told_apart(walk) == []
    assert len(walk.seen) > 10


@pytest.mark.parametrize("who", SUPPLIERS)
def test_every_link_of_the_portal_leads_somewhere(visitors: Visitors, who: str) -> None:
    partner, role = SUPPLIERS[who]
    walk = _walked(visitors.supplier(partner, role), "/", "/account")
    assert walk.faults[:9] == []
    assert _told_apart(walk) == []
    assert len(walk.seen) > 10


def test_every_link_of_a_customer_s_pages_leads_somewhere(visitors: Visitors) -> None:
    pages = visitors.pages(Mailbox())
    links = tuple(pages.link(number) for number in ("1001", "1008", "1013"))
    walk = _walked(pages.browser(), "/", *links)
    assert walk.faults[:9] == []
    assert set(links) < set(walk.seen)
