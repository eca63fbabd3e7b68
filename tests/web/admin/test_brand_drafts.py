"""A brand's draft: a logo that is judged, dark colours, mails as they would go, and publishing."""

import base64
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from hub import api, settings
from hub.access import Role
from hub.main import doors, read_settings
from hub.partners import load_brands
from tests.rigs.houses import furnish, stock_up
from tests.web.admin.conftest import Office, come_in
from tests.web.admin.test_brands import ONE, _fields
from tests.web.portal.rig import seal_of

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'
LIVELY = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Office]:
    """An operator of a hub that has the folder of its brands for itself."""
    yield from _studio(tmp_path, "")


@pytest.fixture
def each_studio(hub_database: str, tmp_path: Path) -> Iterator[Office]:
    """The same on each store."""
    yield from _studio(tmp_path, hub_database)


def _studio(tmp_path: Path, database: str) -> Iterator[Office]:
    folder = tmp_path / "brands"
    shutil.copytree(settings.brands_beside(settings.share_folder()), folder)
    house = furnish(tmp_path, database=database, partners=("acme",))
    chosen = {"HUB_DATA_DIR": str(tmp_path / "data"), "HUB_BRANDS": str(folder)}
    app = doors(read_settings(chosen), house.parts, api.build(house.parts))
    yield Office(house=house, app=app, olu=come_in(house, app, Role.OPERATOR, "olu@example.com"))
    house.close()


def _send(office: Office, then: str, **changed: str) -> httpx.Response:
    fields = _fields(office.olu.get(ONE).text) | {"then": then} | changed
    return office.olu.post(ONE, fields)


def _choose(office: Office, body: bytes, name: str = "new.svg") -> httpx.Response:
    fields = {"seal": seal_of(office.olu.get(ONE).text)}
    files = {"file": (name, body)}
    return office.olu.ask("POST", f"{ONE}/logo", data=fields, files=files)


def test_a_brand_is_set_up_in_five_clicks_and_counts_from_the_next_start(
    each_studio: Office, tmp_path: Path
) -> None:
    studio = each_studio
    assert _choose(studio, SVG).status_code == 303  # choose the file, choose it
    changed = {"name": "Juniper Garden", "c-accent": "#7a1f45"}  # type the rest
    assert "Juniper Garden" in _send(studio, "preview", **changed).text
    answer = _send(studio, "publish", **changed)
    assert answer.headers["location"] == f"{ONE}?done=published"
    folder = tmp_path / "brands"
    made = load_brands(settings.read_pages(folder))["juniper"]
    assert (made.name, made.colours.accent, made.logo) == ("Juniper Garden", "#7a1f45", "logo.svg")
    assert (folder / "juniper" / "logo.svg").read_bytes() == SVG
    assert "Juniper Home" in (folder / "juniper" / "brand.yaml.before").read_text()
    assert "another page is published" in studio.olu.get("/settings/brands").text
    [(who, body)] = studio.recorded("brand/juniper")
    assert who == studio.person("olu@example.com").id and set(body) == {"published", "logo"}
    assert "The logo is chosen" not in studio.olu.get(ONE).text


def test_what_the_hub_would_not_start_with_is_never_published(
    studio: Office, tmp_path: Path
) -> None:
    page = tmp_path / "brands" / "juniper" / "brand.yaml"
    before = page.read_bytes()
    assert _send(studio, "publish", **{"c-muted": "#dddddd"}).status_code == 422
    (tmp_path / "brands" / "harbor" / "brand.yaml").write_text("name: [")
    answer = _send(studio, "publish", name="Juniper Garden")
    assert answer.status_code == 422 and "brands/harbor/brand.yaml" in answer.text
    assert page.read_bytes() == before


def test_a_hub_with_the_brands_that_came_with_it_hands_the_file_over_instead(
    office: Office,
) -> None:
    shipped = settings.brands_beside(settings.share_folder()) / "juniper" / "brand.yaml"
    before = shipped.read_bytes()
    assert 'value="publish"' not in office.olu.get(ONE).text
    assert _send(office, "publish", name="Juniper Garden").status_code == 200
    assert shipped.read_bytes() == before


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (LIVELY, "only shapes may stand in a logo"),
        (b"GIF89a", "is no SVG"),
        (SVG.replace(b"<path", b'<path onload="x()"'), "may act or reach elsewhere"),
        (SVG + b" " * 66_000, "make it smaller"),
        (b"", "Choose a file."),
    ],
)
def test_a_file_that_is_no_harmless_picture_is_no_logo(
    still_office: Office, body: bytes, why: str
) -> None:
    answer = _choose(still_office, body)
    assert answer.status_code == 422 and why in answer.text
    assert 'href="#file"' in answer.text
    assert still_office.olu.get(f"{ONE}/logo").content != body


def test_a_logo_that_was_chosen_is_shown_to_its_chooser_alone(each_office: Office) -> None:
    office = each_office
    before = office.olu.get(f"{ONE}/logo").content
    assert _choose(office, PNG, "new.png").status_code == 303
    shown = office.olu.get(f"{ONE}/logo")
    assert (shown.content, shown.headers["content-type"]) == (PNG, "image/png")
    assert "sandbox" in shown.headers["content-security-policy"]
    assert 'name="logo" type="text"' in office.olu.get(ONE).text
    assert 'value="logo.png"' in office.olu.get(ONE).text
    ida = come_in(office.house, office.app, Role.OPERATOR, "ida@example.com")
    assert ida.get(f"{ONE}/logo").content == before


def test_dark_colours_of_its_own_are_checked_and_the_nearest_taken(office: Office) -> None:
    own = {"own-dark": "1", "d-muted": "#222222"}
    refused = _send(office, "check", **own)
    assert refused.status_code == 422 and 'href="#d-muted"' in refused.text
    taken = re.search(r'value="(take-dark:muted:(#[0-9a-f]{6}))"', refused.text)
    assert taken
    answer = _send(office, taken[1], **own)
    assert f'id="d-muted" name="d-muted" type="color" value="{taken[2]}"' in answer.text
    made = _send(office, "download", **(own | {"d-muted": "#ffffff"})).text
    assert load_brands({"juniper/brand.yaml": made})["juniper"].dark.muted == "#ffffff"
    assert "dark_colours" not in _send(office, "download").text


def test_every_mail_is_shown_in_what_was_typed_and_can_do_nothing(office: Office) -> None:
    page = office.olu.get(ONE).text
    kinds = set(re.findall(r'name="then" value="mail:(\w+)"', page))
    assert {"confirmed", "moved", "late", "looking"} <= kinds
    for kind in kinds:
        answer = _send(office, f"mail:{kind}", **{f"t-{kind}": "Hello <b> from {brand}"})
        assert answer.status_code == 200
        assert "Hello &lt;b&gt; from Juniper Home" in answer.text
        assert "sandbox" in answer.headers["content-security-policy"]
        assert "script-src" not in answer.headers["content-security-policy"]


def test_a_page_with_a_logo_that_is_not_there_or_a_host_of_the_house_is_not_published(
    studio: Office, tmp_path: Path
) -> None:
    page = tmp_path / "brands" / "juniper" / "brand.yaml"
    before = page.read_bytes()
    house = studio.house.parts.desk_hosts[0]
    for then in ("check", "publish"):
        answer = _send(studio, then, logo="nosuch.svg")
        assert answer.status_code == 422 and 'href="#logo"' in answer.text
        answer = _send(studio, then, hosts=house)
        assert answer.status_code == 422 and 'href="#hosts"' in answer.text
    (page.parent / "lively.svg").write_bytes(LIVELY)
    assert "only shapes may stand" in _send(studio, "publish", logo="lively.svg").text
    assert page.read_bytes() == before


def test_a_second_page_keeps_what_the_first_said_and_one_of_an_old_form_is_refused(
    studio: Office, tmp_path: Path
) -> None:
    opened = _fields(studio.olu.get(ONE).text)
    assert _send(studio, "publish", name="Juniper Garden").status_code == 303
    again = studio.olu.get(ONE).text
    assert "You see the page that is published" in again and 'value="Juniper Garden"' in again
    assert _send(studio, "publish", phone="+1 312 555 0155").status_code == 303
    made = load_brands(settings.read_pages(tmp_path / "brands"))["juniper"]
    assert (made.name, made.phone) == ("Juniper Garden", "+1 312 555 0155")
    stale = studio.olu.post(ONE, opened | {"then": "publish", "radius": "1"})
    assert stale.status_code == 422 and "somebody published another page" in stale.text
    assert load_brands(settings.read_pages(tmp_path / "brands"))["juniper"] == made
    there = {one.name for one in (tmp_path / "brands" / "juniper").iterdir()}
    assert not any("fresh" in name or name.startswith(".") for name in there)


def test_an_order_s_page_is_shown_with_the_brand_s_own_pictures(
    studio: Office, tmp_path: Path
) -> None:
    stock_up(studio.house)
    folder = tmp_path / "brands" / "juniper" / "pictures"
    mug = (folder / "JUN-MUG-BLUE.png").read_bytes()
    shutil.rmtree(folder)
    page = _send(studio, "preview").text
    assert "Stoneware mug, blue" in page and "/pictures/" not in page
    folder.mkdir()
    (folder / "SKU-1.png").write_bytes(mug)
    page = _send(studio, "preview").text
    assert "2 × Article 1" in page and "Stoneware mug" not in page and "1 × Reading lamp" in page
    (folder / "NEW%2F7.png").write_bytes(mug)
    (folder / "A.png").write_bytes(b"<html>")
    page = _send(studio, "preview").text
    sources = re.findall(r'<img src="([^"]*/pictures/[^"]*)"', page)
    assert len(sources) == 2 and "2 × NEW/7" in page and "1 × Article 1" in page
    for source in sources:
        sent = studio.olu.get(source)
        assert (sent.status_code, sent.content) == (200, mug)
        assert sent.headers["content-type"] == "image/png"
        assert "sandbox" in sent.headers["content-security-policy"]
        assert studio.olu.get(source.replace("/juniper/", "/harbor/")).status_code == 404
        assert studio.olu.get(source.replace("/juniper/", "/nobody/")).status_code == 404
    assert studio.olu.get(f"{ONE}/pictures/{'0' * 20}/SKU-1.png").status_code == 404
    studio.olu.cookies.clear()
    assert studio.olu.get(sources[0]).status_code == 303


def test_pictures_are_shown_where_brands_came_with_the_code_as_well(still_office: Office) -> None:
    page = _send(still_office, "preview").text
    sources = re.findall(r'<img src="([^"]*/pictures/[^"]*)"', page)
    assert len(sources) == 2
    assert all(still_office.olu.get(source).status_code == 200 for source in sources)
