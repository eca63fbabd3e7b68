"""Those who try codes, ask too often, or send what no form of ours does; on both stores."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from hub.flow.visiting import CODE_TRIES, Asking, ask_by_number, prove
from portal.web.ground import forms
from tests.cast import MAYA
from tests.web.portal import rig
from tests.web.portal.rig import HARBOR_HOST, Street

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def _asking(address: str) -> Asking:
    return Asking(brand="juniper", number="1001", known=MAYA.email, address=address)


def _owed(lane: Street) -> int:
    with lane.house.parts.store.read() as tx:
        return len(tx.duties.due(lane="mail/juniper", now=lane.house.clock.time, limit=99))


def test_those_who_ask_at_once_are_counted_one_after_the_other(lane: Street) -> None:
    rig.confirmed(lane.house)
    with ThreadPoolExecutor(8) as crowd:
        list(
            crowd.map(lambda n: ask_by_number(lane.house.parts, _asking(f"192.0.2.{n}")), range(12))
        )
    while lane.mail():
        pass
    assert len(lane.mailbox.raw) == 5


def test_codes_tried_at_once_are_five_tries_and_no_more(
    lane: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hub.store.visits import Visits

    rig.confirmed(lane.house)
    cookie = ask_by_number(lane.house.parts, _asking("192.0.2.1"))
    lane.mail()
    code = lane.mailbox.code()
    guesses = [f"{(int(code) + n) % 10**8:08d}" for n in range(1, 17)]
    seen: list[str] = []
    judge = Visits.is_code

    def judging(self: Visits, row: Any, tried: str) -> bool:
        seen.append(tried)
        return judge(self, row, tried)

    monkeypatch.setattr(Visits, "is_code", judging)
    with ThreadPoolExecutor(8) as crowd:
        opened = crowd.map(
            lambda guess: prove(lane.house.parts, brand="juniper", cookie=cookie, code=guess),
            guesses,
        )
        assert list(opened) == [None] * len(guesses)
    assert len(seen) == CODE_TRIES
    assert prove(lane.house.parts, brand="juniper", cookie=cookie, code=code) is None


def test_a_code_entered_eight_times_at_once_opens_one_visit(lane: Street) -> None:
    rig.confirmed(lane.house)
    cookie = ask_by_number(lane.house.parts, _asking("192.0.2.1"))
    lane.mail()
    code = lane.mailbox.code()
    with ThreadPoolExecutor(8) as crowd:
        opened = list(
            crowd.map(
                lambda _: prove(lane.house.parts, brand="juniper", cookie=cookie, code=code),
                range(8),
            )
        )
    assert sum(one is not None for one in opened) == 1


def test_a_flood_from_one_address_owes_no_mails_beyond_its_five(lane: Street) -> None:
    rig.confirmed(lane.house)
    flood = lane.browser(address="203.0.113.9")
    answers = {flood.post("/", {"number": f"X-{n}", "known": "a@b.example"}) for n in range(30)}
    assert {answer.status_code for answer in answers} == {303}
    assert _owed(lane) == 5
    lane.browser(address="192.0.2.7").find("1001", MAYA.email)
    lane.mail()
    assert lane.mailbox.recipients == [[MAYA.email]]


@pytest.mark.parametrize(
    "addresses",
    [
        [f"2001:db8::{n}" for n in range(1, 8)],
        [f"2001:db8:0:0:{n}::1" for n in range(1, 8)],
        ["::ffff:192.0.2.1"] * 6 + ["192.0.2.1"],
    ],
    ids=["one network", "one network written long", "the same by both protocols"],
)
def test_one_network_of_ipv6_is_one_asker(lane: Street, addresses: list[str]) -> None:
    for n, address in enumerate(addresses):
        lane.browser(address=address).post("/", {"number": f"X-{n}", "known": "a@b.example"})
    assert _owed(lane) == 5


@pytest.mark.parametrize("number", ["10\x0001", "\x00", "1001\r\nX: 1", "\ud7ff1001", "\u202e1001"])
def test_a_number_that_nobody_types_is_answered_as_any_other(lane: Street, number: str) -> None:
    rig.confirmed(lane.house)
    answer = lane.browser().post("/", {"number": number + "x", "known": MAYA.email})
    assert answer.status_code == 303 and answer.headers["location"] == "/code"
    assert "x:" not in {name.lower() + ":" for name in answer.headers}


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (b"number=%ff%fe&known=a%40b.example", FORM["Content-Type"]),
        (b"\xff\xfe", FORM["Content-Type"]),
        (b'{"number": "1001"}', "application/json"),
        (b"number=1001", "multipart/form-data; boundary=x"),
        (b"number=1001", ""),
        (b"&".join(b"f%d=1" % n for n in range(11)), FORM["Content-Type"]),
        (b"number[]=1&email[$ne]=1&number=1&number=2", FORM["Content-Type"]),
        (b"a" * 9000, FORM["Content-Type"]),
    ],
)
def test_what_no_form_of_ours_sends_is_refused_and_the_line_closed(
    lane: Street, content: bytes, media: str
) -> None:
    answer = lane.browser().ask("POST", "/", content=content, headers={"Content-Type": media})
    assert answer.status_code == 403
    assert answer.headers["connection"] == "close"
    assert _owed(lane) == 0


def test_a_form_that_never_comes_is_not_waited_for(
    lane: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def endless() -> AsyncIterator[bytes]:
        await asyncio.Event().wait()
        yield b""

    monkeypatch.setattr(forms, "FORM_SECONDS", 0)
    answer = lane.browser().ask("POST", "/", content=endless(), headers=FORM)
    assert answer.status_code == 403
    assert answer.headers["connection"] == "close"


def test_a_mail_scanner_that_fetches_a_link_uses_nothing_up_and_learns_no_address(
    lane: Street,
) -> None:
    rig.shipped(lane.house)
    link, scanner = lane.link(), lane.browser(address="198.51.100.1")
    pages = [scanner.get(link), scanner.ask("HEAD", link), scanner.get(link)]
    assert [page.status_code for page in pages] == [200] * 3
    assert pages[0].content == pages[2].content
    assert MAYA.street not in pages[0].text and "set-cookie" not in pages[0].headers
    assert _owed(lane) == 0
    assert scanner.get(f"{link}/code").status_code == 404
    assert lane.browser().get(link).status_code == 200


def test_a_cookie_of_one_brand_opens_nothing_at_another(lane: Street) -> None:
    rig.confirmed(lane.house)
    proven = lane.prove("1001", MAYA.email)
    other = lane.browser(HARBOR_HOST)
    other.cookies.set("__Host-visit", proven.cookies["__Host-visit"])
    assert other.get("/order").headers["location"] == "/"
    assert other.get(lane.link()).status_code == 404
    forged = lane.browser()
    forged.cookies.set("__Host-visit", "a" * 32)
    assert forged.get("/order").headers["location"] == "/"


@pytest.mark.parametrize(
    "host",
    [
        "harbor.localhost, juniper.localhost",
        "juniper.localhost.",
        "juniper.localhost@evil.example",
        "evil.example#juniper.localhost",
        "juniper.localhost/../x",
        "[::1]",
        "",
        "xn--juniper-.localhost",
    ],
)
def test_a_host_that_is_nobody_s_shows_nobody_s_pages(lane: Street, host: str) -> None:
    rig.confirmed(lane.house)
    answer = lane.browser().get(lane.link(), host=host)
    assert answer.status_code == 421
    assert b"uniper" not in answer.content and b"arbor" not in answer.content


def test_forwarded_words_change_neither_brand_nor_link(lane: Street) -> None:
    rig.confirmed(lane.house)
    link = lane.link()
    page = lane.browser().get(link)
    words = {"X-Forwarded-Host": HARBOR_HOST, "Forwarded": f"host={HARBOR_HOST}", "X-Host": "e"}
    asked = lane.browser().ask("GET", link, headers={**words, "X-HTTP-Method-Override": "POST"})
    assert asked.content == page.content


def test_an_erased_customer_s_page_still_says_where_the_order_is(lane: Street) -> None:
    rig.shipped(lane.house)
    customer = lane.house.order().customer_id
    assert customer
    browser, link = lane.prove("1001", MAYA.email), lane.link()
    lane.house.parts.store.write(lambda tx: tx.people.erase(customer))
    for page in (lane.browser().get(link), browser.get("/order")):
        assert page.status_code == 200
        assert "no longer kept" in page.text and "whole address" not in page.text
        assert MAYA.street not in page.text and "M." not in page.text
