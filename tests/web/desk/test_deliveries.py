"""A file that could not be split has a page: why, its bytes, a corrected copy, put aside, found."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.access import Role
from hub.ops.desk.causes import parked
from tests.rigs.houses import post, shopping, stock_up
from tests.web.desk.test_desk import ENVELOPE, Desk, _opened
from tests.web.portal.rig import Browser, seal_of


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    opened = _opened(tmp_path)
    stock_up(opened.house)
    post(opened.house, shopping("1001", 2))
    opened.house.turn()
    yield opened
    opened.house.close()


def _dropped(desk: Desk, name: str, text: str) -> None:
    """Acme drops a file, and it is taken in."""
    (desk.house.suppliers["acme"].home / "out" / name).write_text(text)
    for _ in range(2):
        desk.house.turn()
        desk.house.clock.on(seconds=61)
    desk.house.turn()


def _notice(desk: Desk, number: int = 81) -> str:
    order = desk.house.order().fulfillments[0].number
    return ENVELOPE.format(number=number, notice=f"S{number}", order=order, sku="SKU-1", count=12)


def _links(page: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r'href="(/documents/(?:tra|doc)_[^"?]+)"', page)))


def _of_cause(desk: Desk, browser: Browser) -> str:
    """The page of the delivery that the only cause gives as its example."""
    [cause] = parked(desk.house.parts)
    [link] = _links(browser.get(f"/parked/{cause.id}").text)
    assert link.startswith("/documents/tra_")
    return link


@pytest.mark.parametrize(
    ("name", "was", "then"),
    [
        ("iea.edi", "IEA*1*000000081", "IEA*1*000000099"),
        ("sender.edi", "123456789      ", "999999999      "),
        ("test.edi", "*0*P*>", "*0*T*>"),
        ("ge.edi", "GE*1*81", "GE*2*81"),
        ("group.edi", "GS*SH", "GS*SM"),
        ("cut.edi", "~IEA*1*000000081~", "~"),
        ("junk.edi", "ISA*00", "garbage between\nISA*00"),
        ("garbage.edi", "ISA*00", "hello*00"),
    ],
)
def test_every_link_of_a_wrong_envelope_leads_to_why(
    desk: Desk, name: str, was: str, then: str
) -> None:
    text = _notice(desk)
    assert was in text
    _dropped(desk, name, text.replace(was, then))
    browser = desk.browser()
    link = _of_cause(desk, browser)
    answer = browser.get(link)
    assert answer.status_code == 200
    assert name in answer.text and '<ul class="flaws">' in answer.text
    assert "Nothing is wrong with it." not in answer.text
    for tab in ("segments", "raw", "related", "audit"):
        assert browser.get(f"{link}?tab={tab}").status_code == 200
    assert "S81" in browser.get(f"{link}?tab=raw").text
    assert f"received as {name}" in browser.get(f"{link}?tab=audit").text
    assert link in browser.get("/exceptions").text
    [card] = set(re.findall(r'href="(/exceptions/exc_[^"]+)"', browser.get("/exceptions").text))
    assert link in browser.get(card).text
    for one in _links(browser.get(f"{link}?tab=related").text):
        assert link in browser.get(one).text, "the paper says in which file it came"
    seal = seal_of(browser.get(link).text)
    answer = browser.post(f"{link}/ignore", {"seal": seal, "reason": "they called"})
    assert answer.headers["location"] == f"{link}?done=ignored"
    assert desk.house.exceptions() == []
    page = browser.get(f"{link}?tab=audit").text
    assert "put it aside: they called" in page
    seal = seal_of(browser.get("/account").text)
    again = browser.post(f"{link}/ignore", {"seal": seal, "reason": "they called"})
    assert again.status_code == 422


def test_a_file_that_cannot_be_split_is_corrected_whole(desk: Desk) -> None:
    text = _notice(desk)
    _dropped(desk, "torn.edi", text.replace("ISA*00*", "IXA*00*"))
    browser = desk.browser()
    link = _of_cause(desk, browser)
    page = browser.get(link).text
    assert f'href="{link}/edit"' in page and f'action="{link}/rerun"' in page
    form = browser.get(f"{link}/edit").text
    answer = browser.post(f"{link}/edit", {"seal": seal_of(form), "body": text})
    copy = answer.headers["location"].partition("?")[0]
    assert copy != link and copy.startswith("/documents/tra_")
    assert "this is the corrected copy" in browser.get(answer.headers["location"]).text
    assert copy in browser.get(link).text, "also while nobody took the copy up"
    assert link in browser.get(copy).text
    desk.house.turn()
    assert desk.house.order().lines[0].buckets.shipped == 2
    [paper] = _links(browser.get(f"{copy}?tab=related").text)[-1:]
    assert paper in browser.get(link).text


def test_a_file_is_run_again_once_it_can_be(desk: Desk) -> None:
    _dropped(desk, "torn.edi", _notice(desk).replace("ISA*00*", "IXA*00*"))
    browser = desk.browser()
    link = _of_cause(desk, browser)
    seal = seal_of(browser.get(link).text)
    answer = browser.post(f"{link}/rerun", {"seal": seal})
    assert answer.headers["location"] == f"{link}?done=rerun"
    again = browser.post(f"{link}/rerun", {"seal": seal})
    assert again.status_code == 422, "it waits to be split already"
    desk.house.turn()
    assert desk.house.exceptions() == ["unreadable"]


def test_the_box_finds_what_has_no_paper_in_it(desk: Desk) -> None:
    _dropped(desk, "zz_garbage.edi", "hello, this is no EDI at all\n")
    browser = desk.browser()
    link = _of_cause(desk, browser)
    for query in ("zz_garbage.edi", "garbage", link.rpartition("/")[2]):
        page = browser.get(f"/documents?q={query}").text
        assert _links(page) == [link], query
        assert "No paper fits" not in page
    assert _links(browser.get("/documents?q=garbage&light=yes").text) == []
    assert _links(browser.get("/documents?q=garbage&direction=out").text) == []
    assert _links(browser.get("/documents?q=garbage&light=no&partner=acme").text) == [link]
    [sent] = desk.house.suppliers["acme"].received()
    file = next(path.name for path in (desk.house.suppliers["acme"].home / "in").iterdir())
    assert sent and all("/doc_" in one for one in _links(browser.get(f"/documents?q={file}").text))


def test_a_file_s_bytes_are_for_operators(desk: Desk) -> None:
    _dropped(desk, "zz.edi", "hello, Anna\n")
    link = _of_cause(desk, desk.browser())
    viewer = desk.browser(Role.VIEWER)
    for tab in ("segments", "raw"):
        page = viewer.get(f"{link}?tab={tab}")
        assert page.status_code == 200
        assert "hello, Anna" not in page.text
    assert "/ignore" not in viewer.get(link).text
    assert desk.browser(Role.CLERK).get(link).status_code == 404
    assert viewer.get("/documents/tra_nothing").status_code == 404


def test_why_is_said_beside_a_red_light(desk: Desk) -> None:
    acme = desk.house.suppliers["acme"]
    (sent,) = acme.received()
    lines = [f"AK1*PO*{sent.group}", f"AK2*850*{sent.orders[0].control}", "AK5*R*5", "AK9*R*1*1*0"]
    acme.send("997", lines)
    desk.house.turn()
    browser = desk.browser()
    [paper] = _links(browser.get("/documents?light=no").text)
    page = browser.get(paper).text
    assert "Nothing is wrong with it." not in page
    assert "One or more segments of the set are wrong" in page
    browser.post(f"{paper}/ignore", {"seal": seal_of(page), "reason": "phoned"})
    page = browser.get(paper).text
    assert "One or more segments of the set are wrong" in page


def test_a_wire_that_fails_is_named_and_resumed_on_the_paper(desk: Desk) -> None:
    browser = desk.browser()
    [paper] = _links(browser.get("/documents").text)
    inbox = desk.house.suppliers["acme"].home / "in"
    gone = inbox.rename(inbox.with_name("gone"))
    inbox.write_text("in the way")
    answer = browser.post(f"{paper}/send", {"seal": seal_of(browser.get(paper).text)})
    assert "on their way again" in browser.get(answer.headers["location"]).text
    desk.house.turn()
    page = browser.get(answer.headers["location"]).text
    assert "as soon as the wire works" in page and "on their way again" not in page
    assert "The wire to acme/edi fails" in page
    assert "Nothing is wrong with it." not in page and f'action="{paper}/send"' not in page
    again = browser.post(f"{paper}/send", {"seal": seal_of(page)})
    assert again.status_code == 422 and "waits to leave already" in again.text
    inbox.unlink()
    gone.rename(inbox)
    assert browser.post("/lanes", {"seal": seal_of(page), "lane": "acme/edi"}).status_code == 303
    desk.house.turn()
    assert "Nothing is wrong with it." in browser.get(paper).text


def test_the_history_names_people(desk: Desk) -> None:
    paper = f"/documents/{desk.notice(sku='SKU-99')}"
    browser = desk.browser()
    [card] = set(re.findall(r'href="(/exceptions/exc_[^"]+)"', browser.get("/exceptions").text))
    seal = seal_of(browser.get(paper).text)
    assert browser.post(f"{paper}/rerun", {"seal": seal}).status_code == 303
    desk.house.turn()
    browser.post(f"{paper}/ignore", {"seal": seal, "reason": "they called"})
    for tab in ("attempts", "audit"):
        page = browser.get(f"{paper}?tab={tab}").text
        assert "<bdi>Olu Peters</bdi>" in page
        assert "acc_" not in page, tab
    assert "put it aside: they called" in page
    page = browser.get(card).text
    assert "Olu Peters" in page and "acc_" not in page


def test_the_history_is_read_in_german(desk: Desk) -> None:
    paper = f"/documents/{desk.notice(sku='SKU-99')}"
    browser = desk.browser(language="de")
    seal = seal_of(browser.get(paper).text)
    browser.post(f"{paper}/ignore", {"seal": seal, "reason": "Anruf"})
    page = browser.get(f"{paper}?tab=audit").text
    assert "legte ihn beiseite: Anruf" in page
    [ours, *_] = _links(browser.get("/documents?set_id=850").text)
    page = browser.get(f"{ours}?tab=audit").text
    assert "gesendet als acme_850" in page


@pytest.mark.parametrize("width", ["utf-8", "utf-16", "utf-16-be", "utf-32"])
def test_a_secret_in_the_wrong_folder_is_neither_shown_nor_given(desk: Desk, width: str) -> None:
    text = "<cXML><Header><SharedSecret>let-me-in</SharedSecret></Header></cXML>"
    (desk.house.suppliers["acme"].home / "out" / "odd.edi").write_bytes(text.encode(width))
    for _ in range(2):
        desk.house.turn()
        desk.house.clock.on(seconds=61)
    browser = desk.browser()
    link = _of_cause(desk, browser)
    given = browser.get(f"{link}/bytes").content
    assert given.decode(width) == text.replace("let-me-in", "*" * 9)
    for tab in ("raw", "segments"):
        seen = re.sub(r"[^a-z*-]", "", html.unescape(browser.get(f"{link}?tab={tab}").text))
        assert "let-me-in" not in seen and "*" * 9 in seen
