"""A new brand by page: made of a name and a host, checked as at the start, looked at before it."""

from pathlib import Path

import pytest

from hub import settings
from hub.partners import load_brands
from tests.web.admin.conftest import Office
from tests.web.admin.test_brand_drafts import each_studio, studio

__all__ = ["each_studio", "studio"]

NEW = "/settings/new-brand"
MAPLE = {
    "id": "maple",
    "name": "Maple House",
    "hosts": "maple.localhost www.maple.localhost",
    "reply_email": "care@maple.example.com",
    "like": "harbor",
}


def make(office: Office, **changed: str) -> int:
    """Fill in the form of a new brand."""
    return office.post(NEW, at=NEW, **{**MAPLE, **changed})


def test_a_brand_is_made_looked_at_and_changed_before_the_hub_starts_with_it(
    each_studio: Office, tmp_path: Path
) -> None:
    studio = each_studio
    assert NEW in studio.olu.get("/settings/brands").text
    assert make(studio) == 303
    made = load_brands(settings.read_pages(tmp_path / "brands"))
    maple, harbor = made["maple"], made["harbor"]
    assert (maple.name, maple.po_prefix, maple.buyer_code) == ("Maple House", "MAP", "MAPLE")
    assert maple.hosts == ("maple.localhost", "www.maple.localhost")
    assert (maple.colours, maple.texts, maple.logo) == (harbor.colours, harbor.texts, "")
    [(who, body)] = studio.recorded("brand/maple")
    assert who == studio.person("olu@example.com").id and set(body) == {"published", "logo"}
    assert "new: start the hub again" in studio.olu.get("/settings/brands").text
    page = studio.olu.get("/settings/brands/maple?done=made").text
    assert "counts from the next start of the hub" in page and "care@maple.example.com" in page
    assert "maple" not in studio.house.parts.brands
    assert make(studio) == 422
    assert "there is a brand maple already" in studio.said


def test_a_brand_begins_with_the_hubs_own_looks_where_none_is_chosen(
    studio: Office, tmp_path: Path
) -> None:
    assert make(studio, like="", po_prefix="MPL", buyer_code="MAPLE2") == 303
    maple = load_brands(settings.read_pages(tmp_path / "brands"))["maple"]
    assert (maple.po_prefix, maple.buyer_code, maple.radius) == ("MPL", "MAPLE2", 6)
    assert "shipped" in maple.mails and maple.texts.own == {}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"id": ""}, "id"),
        ({"id": "../maple"}, "id"),
        ({"id": "examples"}, "id"),
        ({"id": "juniper"}, "id"),
        ({"name": ""}, "name"),
        ({"hosts": "harbor.localhost"}, "hosts"),
        ({"hosts": "desk.localhost"}, "hosts"),
        ({"reply_email": "nobody"}, "reply_email"),
        ({"po_prefix": "JUN"}, "po_prefix"),
        ({"buyer_code": "maple"}, "buyer_code"),
    ],
)
def test_what_the_hub_would_not_start_with_is_told_at_its_field_and_not_made(
    studio: Office, tmp_path: Path, changed: dict[str, str], field: str
) -> None:
    assert make(studio, **changed) == 422
    assert f'href="#{field}"' in studio.said and f'id="{field}"' in studio.said
    assert "Maple House" in studio.said or "name" in changed
    assert sorted(path.name for path in (tmp_path / "brands").iterdir()) == ["harbor", "juniper"]


def test_where_the_folder_is_not_ours_the_page_is_checked_and_shown(still_office: Office) -> None:
    assert "Set HUB_BRANDS" in still_office.olu.get(NEW).text
    assert make(still_office) == 200
    assert "maple/brand.yaml" in still_office.said and "po_prefix: MAP" in still_office.said
    for changed in ({"hosts": "desk.localhost"}, {"po_prefix": "JUN"}, {"id": "juniper"}):
        assert make(still_office, **changed) == 422
    assert still_office.olu.get("/settings/brands/maple").status_code == 404
