"""Brands by page: checked as the hub would at its start, previewed, handed over; never written."""

import html
import re

import pytest

from hub.ops.brand_text import as_yaml, written
from hub.partners import load_brands
from portal.web.admin.brand_pages import checked
from tests.web.admin.conftest import Office
from tests.web.portal.rig import Browser

LIST = "/settings/brands"
ONE = f"{LIST}/juniper"


@pytest.fixture
def office(still_office: Office) -> Office:
    """Nothing is written here, whatever is asked."""
    return still_office


def _fields(page: str) -> dict[str, str]:
    """What a browser would post of the form as it stands."""
    main = page.partition("<main")[2].replace("\r", "")
    found = dict(re.findall(r'<textarea id="([^"]+)"[^>]*>([^<]*)</textarea>', main))
    for tag in re.findall(r"<input[^>]+>", main):
        name, value = (re.search(rf'{key}="([^"]*)"', tag) for key in ("name", "value"))
        if name and value and ("checkbox" not in tag or "checked" in tag):
            found[name[1]] = value[1]
    return {name: html.unescape(value) for name, value in found.items()}


def _check(office: Office, then: str = "check", **changed: str) -> int:
    fields = _fields(office.olu.get(ONE).text) | {"then": then} | changed
    answer = office.olu.post(ONE, fields)
    office.said = answer.text
    return answer.status_code


@pytest.mark.parametrize("brand", ["juniper", "harbor"])
def test_a_page_that_is_written_anew_makes_the_same_brand(office: Office, brand: str) -> None:
    brands = office.house.parts.brands
    text = as_yaml(written(brands[brand]))
    assert load_brands({f"{brand}/brand.yaml": text})[brand] == brands[brand]
    assert checked(brands, brand, text) == (brands[brand], [])


def test_the_form_as_it_stands_is_the_page_as_it_is(office: Office) -> None:
    assert "Juniper Home" in office.olu.get(LIST).text
    assert _check(office, "download") == 200
    made = load_brands({"juniper/brand.yaml": office.said})["juniper"]
    assert made == office.house.parts.brands["juniper"]


def test_a_good_change_is_checked_shown_and_handed_over_and_nothing_is_written(
    office: Office,
) -> None:
    before = dict(office.house.parts.brands)
    changed = {"name": "Juniper Garden", "c-accent": "#7a1f45", "t-welcome": "Come in to {brand}"}
    assert _check(office, **changed) == 200
    assert "The hub would start with this page" in office.said
    assert _check(office, "download", **changed) == 200
    made = load_brands({"juniper/brand.yaml": office.said})["juniper"]
    assert (made.name, made.colours.accent) == ("Juniper Garden", "#7a1f45")
    assert made.texts.text("welcome") == "Come in to {brand}"
    assert dict(office.house.parts.brands) == before
    assert "Juniper Home" in office.olu.get(ONE).text


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"c-muted": "#dddddd"}, "c-muted"),
        ({"c-accent": "red"}, "c-accent"),
        ({"t-welcome": "Hello {customer}"}, "t-welcome"),
        ({"hosts": "harbor.localhost"}, "hosts"),
        ({"reply_email": "nobody"}, "reply_email"),
        ({"zone": "Mars/Base"}, "zone"),
        ({"name": ""}, "name"),
        ({"radius": "99"}, "radius"),
        ({"logo": "../../secret.svg"}, "logo"),
    ],
)
def test_what_the_hub_would_not_start_with_is_told_at_its_field(
    office: Office, changed: dict[str, str], field: str
) -> None:
    assert _check(office, **changed) == 422
    assert f'href="#{field}"' in office.said
    assert f'id="{field}"' in office.said
    assert _check(office, "download", **changed) == 422


def test_the_nearest_colour_that_can_be_read_is_offered_and_taken(office: Office) -> None:
    assert _check(office, **{"c-muted": "#c0c0c0"}) == 422
    taken = re.search(r'value="(take:muted:(#[0-9a-f]{6}))"', office.said)
    assert taken
    assert _check(office, taken[1], **{"c-muted": "#c0c0c0"}) == 200
    assert f'id="c-muted" name="c-muted" type="color" value="{taken[2]}"' in office.said


def test_customers_pages_are_shown_in_what_was_typed(office: Office) -> None:
    changed = {"name": "Juniper <Garden>", "c-accent": "#7a1f45", "radius": "3"}
    for then in ("preview", "preview-find"):
        assert _check(office, then, **changed) == 200
        assert "Juniper &lt;Garden&gt;" in office.said and "<Garden>" not in office.said
        assert "<main inert" in office.said and "<script" not in office.said
        sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"', office.said)
        css = [office.olu.get(sheet.replace("&amp;", "&")) for sheet in sheets]
        assert [one.status_code for one in css] == [200, 200]
        assert "#7a1f45" in css[0].text and "--radius: 3px" in css[0].text
    assert office.olu.get(f"{ONE}/logo").headers["content-type"].startswith("image/")


@pytest.mark.parametrize(
    "query",
    ["", "light=x&dark=y&radius=1", "radius=99", "light=111111&dark=111111&radius=2", "radius=}"],
)
def test_no_style_comes_of_an_odd_address(office: Office, query: str) -> None:
    assert office.olu.get(f"{ONE}/preview.css?{query}").status_code == 404


def test_there_is_no_page_of_a_brand_that_is_not_there(office: Office) -> None:
    seal = _fields(office.olu.get(ONE).text)["seal"]
    for path in (f"{LIST}/nothing", f"{LIST}/nothing/logo", f"{LIST}/nothing/preview.css"):
        assert office.olu.get(path).status_code == 404
    assert office.olu.post(f"{LIST}/nothing", {"seal": seal}).status_code == 404
    stranger = Browser(app=office.app, host="desk.localhost", address="127.0.0.1")
    assert stranger.get(ONE).status_code == 303


def test_a_language_that_is_chosen_shows_in_the_check_and_in_the_preview(office: Office) -> None:
    assert _check(office, language="de") == 200
    assert "Guten Tag" in office.said and "Without: Hello" not in office.said
    assert _check(office, "preview", language="de") == 200
    assert '<html lang="de"' in office.said and "In Vorbereitung" in office.said
    for english in ("Shipped", "On its way", "on its way", "prepared", "Arriving", "placed"):
        assert english not in office.said
    assert _check(office, "mail:declined", language="de") == 200
    assert '<html lang="de">' in office.said
    assert _check(office, language="fr") == 422
