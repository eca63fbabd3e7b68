"""An operator at the desk: why a paper failed, running it again, correcting a copy, what waits."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyotp
import pytest
from starlette.types import ASGIApp

from hub import api
from hub.access import Role
from hub.domain.exchange import DocumentState
from hub.flow import accounts
from hub.main import doors, read_settings
from portal.web.ground.heard import heard
from tests.rigs import houses
from tests.rigs.houses import House, furnish, post, shopping, stock_up
from tests.web.portal.rig import Browser, seal_of

ENVELOPE = (
    "ISA*00*          *00*          *01*123456789      *12*5550100200     *261120*1800*U*00401*"
    "0000000{number}*0*P*>~GS*SH*ACME*HUB*20261120*1800*{number}*X*004010~ST*856*0001~"
    "BSN*00*{notice}*20261120*1800~HL*1**S~TD5**2*UPSN~REF*CN*1Z999AA10123456784~"
    "HL*2*1*O~PRF*{order}~HL*3*2*I~LIN*1*SK*{sku}~SN1*1*2*EA~CTT*3~SE*{count}*0001~"
    "GE*1*{number}~IEA*1*0000000{number}~\n"
)


@dataclass(slots=True, repr=False)
class Desk:
    """A house with Acme, and an operator's browser."""

    house: House
    app: ASGIApp

    def browser(self, role: Role = Role.OPERATOR, *, language: str = "en") -> Browser:
        """A browser of somebody signed in with a second factor, who then chose a language."""
        parts = self.house.parts
        invited = accounts.invite_by_link(
            parts, email=f"{role.value}@example.com", name="Olu Peters", role=role, who="test"
        )
        browser = Browser(app=self.app, host="desk.localhost", address="127.0.0.1")
        path = "/l/" + invited.url.rpartition("/")[2]
        fields = {"seal": seal_of(browser.get(path).text), "password": "a wide blue river"}
        assert browser.post(path, fields).status_code == 303
        page = browser.get("/second-factor").text
        key = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
        assert key
        code = pyotp.TOTP(key[1].replace(" ", "")).at(int(parts.now().timestamp()))
        answer = browser.post("/second-factor", {"seal": seal_of(page), "code": code})
        assert "Keep these codes" in answer.text
        [me] = [one for one in accounts.listed(parts) if one.email == f"{role.value}@example.com"]
        accounts.settings(parts, account_id=me.id, zone="UTC", language=language, name=me.name)
        return browser

    def notice(
        self,
        *,
        number: int = 77,
        sku: str = "SKU-1",
        count: int = 12,
        name: str = "",
        more: str = "",
        tracking: str = "1Z999AA10123456784",
    ) -> str:
        """Acme sends a ship notice on 1001, `more` behind its head; return its document's id."""
        order = self.house.order().fulfillments[0].number
        text = ENVELOPE.format(
            number=number, notice=name or f"S{number}", order=order, sku=sku, count=count
        ).replace("~HL*1**S~", f"~{more}HL*1**S~")
        text = text.replace("1Z999AA10123456784", tracking)
        home = self.house.suppliers["acme"].home / "out"
        (home / f"notice-{number}.edi").write_text(text)
        self.house.turn()
        self.house.clock.on(seconds=61)
        self.house.turn()
        with self.house.parts.store.read() as tx:
            rows = tx.exchange.documents_page(
                partner="acme", set_id="856", state=None, limit=1, before=None
            )
        return rows[0].id


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    opened = _opened(tmp_path)
    stock_up(opened.house)
    post(opened.house, shopping("1001", 2))
    opened.house.turn()
    yield opened
    opened.house.close()


def _opened(folder: Path) -> Desk:
    house = furnish(folder)
    settings = read_settings({"HUB_DATA_DIR": str(folder / "data")})
    return Desk(house=house, app=doors(settings, house.parts, api.build(house.parts)))


def test_why_a_paper_failed_is_said_in_words_with_its_place(desk: Desk) -> None:
    paper = desk.notice(count=9)
    browser = desk.browser()
    page = browser.get(f"/documents/{paper}").text
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    assert heading
    assert heading[1].startswith("856 from Acme, purchase order JUN-1001-1")
    assert "at byte" in heading[1]
    marked = browser.get(f"/documents/{paper}?tab=segments").text
    assert "<mark><code>SE*9*0001</code></mark>" in marked


def test_what_a_paper_says_stands_there_as_it_is_in_another_language_too(desk: Desk) -> None:
    words = "NTE*GEN*Anna to Ben: hi"
    assert heard("de", words) != words, "it looks like a sentence of the hub"
    strange, named = desk.notice(more=f"{words}~", count=13), desk.notice(number=78, name="yes")
    browser = desk.browser(language="de")
    assert f"<code>{words}</code>" in browser.get(f"/documents/{strange}?tab=segments").text
    page = browser.get(f"/documents/{named}?tab=business").text
    assert "<bdi>yes</bdi>" in page
    assert "<dt>Nummer</dt>" in page


def test_what_a_partners_page_sets_stands_there_as_it_is_in_another_language_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(houses, "PAGE", houses.PAGE.replace('group: "HUB"', 'group: "in"'))
    desk = _opened(tmp_path)
    page = desk.browser(language="de").get("/partners/acme").text
    desk.house.close()
    assert "<bdi>in</bdi>" in page
    assert "<dt>Neue Zeile nach jedem Segment</dt><dd><bdi>ja</bdi></dd>" in page
    assert "<dd>24 Stunden Arbeitszeit</dd>" in page


def test_a_corrected_copy_ships_the_order_and_the_original_stays(desk: Desk) -> None:
    paper = desk.notice(sku="SKU-99")
    browser = desk.browser()
    form = browser.get(f"/documents/{paper}/edit").text
    body = re.search(r"<textarea[^>]*>(.*?)</textarea>", form, re.DOTALL)
    assert body
    text = body[1].replace("&#39;", "'").replace("&gt;", ">").replace("SKU-99", "SKU-1")
    answer = browser.post(f"/documents/{paper}/edit", {"seal": seal_of(form), "body": text})
    assert answer.status_code == 303
    copy = answer.headers["location"].partition("?")[0]
    assert copy != f"/documents/{paper}"
    assert paper in browser.get(copy).text
    desk.house.turn()
    assert desk.house.order().lines[0].buckets.shipped == 2
    with desk.house.parts.store.read() as tx:
        assert tx.exchange.document(paper).state is not DocumentState.APPLIED


def test_what_cannot_be_told_apart_from_a_paper_is_refused_with_its_mistakes(desk: Desk) -> None:
    paper = desk.notice(sku="SKU-99")
    browser = desk.browser()
    seal = seal_of(browser.get(f"/documents/{paper}/edit").text)
    answer = browser.post(f"/documents/{paper}/edit", {"seal": seal, "body": "ST*856"})
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    desk.house.turn()
    assert desk.house.order().lines[0].buckets.shipped == 0


def test_what_is_parked_is_grouped_tried_and_run_again(desk: Desk) -> None:
    desk.notice(number=77, sku="SKU-99")
    desk.notice(number=78, sku="SKU-99")
    browser = desk.browser()
    page = browser.get("/parked").text
    assert "2 ×" in page
    found = re.search(r'href="(/parked/[^"]+)"', page)
    assert found
    tried = browser.get(found[1]).text
    assert "What that would come to" in tried
    done = browser.post(found[1], {"seal": seal_of(tried)})
    assert done.status_code == 200
    assert done.text.count("<tr class=") == 2


def test_a_paper_is_put_aside_only_with_a_reason(desk: Desk) -> None:
    paper = desk.notice(sku="SKU-99")
    browser = desk.browser()
    seal = seal_of(browser.get(f"/documents/{paper}").text)
    path = f"/documents/{paper}/ignore"
    assert browser.post(path, {"seal": seal, "reason": ""}).status_code == 422
    answer = browser.post(path, {"seal": seal, "reason": "test file of theirs"})
    assert answer.headers["location"] == f"/documents/{paper}?done=ignored"
    assert desk.house.exceptions() == []


def test_an_exception_is_settled_with_how(desk: Desk) -> None:
    desk.notice(sku="SKU-99")
    browser = desk.browser()
    found = re.search(r'href="(/exceptions/[^"]+)"', browser.get("/exceptions").text)
    assert found
    seal = seal_of(browser.get(found[1]).text)
    assert browser.post(found[1], {"seal": seal, "how": " "}).status_code == 422
    assert browser.post(found[1], {"seal": seal, "how": "they called"}).status_code == 303
    assert desk.house.exceptions() == []


def test_the_bench_says_what_a_file_would_do_and_does_nothing(desk: Desk) -> None:
    order = desk.house.order().fulfillments[0].number
    text = ENVELOPE.format(number=79, notice="S79", order=order, sku="SKU-1", count=12)
    browser = desk.browser()
    fields = {"seal": seal_of(browser.get("/partners/acme").text), "channel": "edi", "body": text}
    file = {"file": ("", b"")}
    answer = browser.ask("POST", "/partners/acme", data=fields, files=file)
    assert answer.status_code == 200
    assert "What the file would do" in answer.text
    assert "Usable" in answer.text
    assert desk.house.order().shipments == ()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.CLERK])
def test_people_s_words_in_papers_are_for_operators(desk: Desk, role: Role) -> None:
    with desk.house.parts.store.read() as tx:
        [paper] = tx.exchange.documents_page(
            partner="acme", set_id="850", state=None, limit=1, before=None
        )
    browser = desk.browser(role)
    for tab in ("business", "segments", "raw"):
        answer = browser.get(f"/documents/{paper.id}?tab={tab}")
        assert "12 Alder Lane" not in answer.text
        assert answer.status_code == (200 if role is Role.VIEWER else 404)


def test_figures_are_pictures_tables_and_files(desk: Desk) -> None:
    browser = desk.browser()
    page = browser.get("/reports").text
    assert "<svg" in page
    found = re.search(r'href="(/reports/[^"]+\.csv\?days=30)"', page)
    assert found
    sent = browser.get(found[1])
    assert sent.headers["content-type"].startswith("text/csv")
    assert sent.headers["content-disposition"].startswith("attachment")
    assert len(sent.text.splitlines()) >= 2


def test_a_note_is_kept_and_shown(desk: Desk) -> None:
    browser = desk.browser(Role.CLERK)
    path = "/orders/juniper/1001"
    seal = seal_of(browser.get(path).text)
    assert browser.post(f"{path}/notes", {"seal": seal, "text": " "}).status_code == 422
    words = "<b>call back</b> at five"
    assert browser.post(f"{path}/notes", {"seal": seal, "text": words}).status_code == 303
    page = browser.get(path).text
    assert "&lt;b&gt;call back&lt;/b&gt; at five" in page
    assert words not in page


def test_a_page_that_asks_by_itself_keeps_nobody_in(desk: Desk) -> None:
    browser = desk.browser()
    for _ in range(4):
        desk.house.clock.on(minutes=9)
        answer = browser.get("/live", hx_request="true")
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"].startswith("/sign-in")
    assert browser.get("/documents").status_code == 303


def test_the_bytes_are_handed_over_to_be_kept_and_never_shown(desk: Desk) -> None:
    paper = desk.notice()
    with desk.house.parts.store.read() as tx:
        row = tx.exchange.document(paper)
    browser = desk.browser()
    for one in (row.id, row.transmission_id):
        given = browser.get(f"/documents/{one}/bytes")
        assert given.status_code == 200
        assert given.headers["content-type"] == "application/octet-stream"
        assert given.headers["content-disposition"].startswith("attachment; filename=")
        assert "sandbox" in given.headers["content-security-policy"]
        assert "ST*856*0001~" in given.text
    assert browser.get("/documents/doc_nothing/bytes").status_code == 404
    tab = browser.get(f"/documents/{row.id}?tab=raw").text
    assert f'href="/documents/{row.id}/bytes"' in tab
