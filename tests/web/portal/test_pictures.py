"""An order's articles beside their pictures, where the brand's folder has some."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from hub import api
from hub.domain.catalog import Item, PartnerItem
from hub.domain.messages import ProductId
from hub.main import doors, read_settings
from hub.ops.brand_logos import PNG
from hub.ops.brand_pictures import LARGEST_PICTURE
from tests.rigs.houses import post, shopping
from tests.web.portal.rig import HARBOR_HOST, Street
from tests.web.portal.rig import Browser as Visitor

BRANDS = Path(__file__).resolve().parents[3] / "portal" / "brands"
MUG = BRANDS / "juniper" / "pictures" / "JUN-MUG-BLUE.png"


def furnished(lane: Street, folder: Path) -> Path:
    """Put pages of brands in a folder of their own before the house; return Juniper's pictures."""
    brands = folder / "brands"
    shutil.copytree(BRANDS, brands)
    settings = read_settings({"HUB_DATA_DIR": str(folder / "data"), "HUB_BRANDS": str(brands)})
    lane.app = doors(settings, lane.house.parts, api.build(lane.house.parts))
    return brands / "juniper" / "pictures"


@pytest.fixture
def pictures(lane: Street, tmp_path: Path) -> Path:
    """Juniper's folder of pictures, none of which is of an article that is ordered here."""
    return furnished(lane, tmp_path)


def _sources(page: str) -> list[str]:
    return re.findall(r'<img src="(/pictures/[^"]*)"', page)


def _only(visitor: Visitor, link: str) -> str:
    [source] = _sources(visitor.get(link).text)
    return source


def test_an_article_is_shown_with_its_picture_and_others_without(
    lane: Street, pictures: Path
) -> None:
    post(lane.house, shopping("1001", 2, 1))
    link, visitor = lane.link(), lane.browser()
    without = visitor.get(link).text
    assert "<img" not in without.partition("<main")[2]
    shutil.copy(MUG, pictures / "SKU-2.png")
    page = visitor.get(link).text
    [first, second] = re.findall(r"<li[^>]*>.*?</li>", page.partition('"lines"')[2])[:2]
    assert "Thing 1" in first and first.startswith("<li><span")
    assert "Thing 2" in second and 'class="pictured"' in second
    assert 'width="56" height="56" loading="lazy" alt=""' in second
    [source] = _sources(page)
    served = visitor.get(source)
    assert (served.status_code, served.content) == (200, MUG.read_bytes())
    heads = served.headers
    assert heads["content-type"] == "image/png"
    assert heads["x-content-type-options"] == "nosniff"
    assert heads["cache-control"] == "public, max-age=31536000, immutable"
    assert "sandbox" in heads["content-security-policy"]
    assert "img-src 'self'" in visitor.get(link).headers["content-security-policy"]


def test_a_sku_of_any_signs_has_its_picture_by_its_name_as_in_an_address(
    lane: Street, pictures: Path
) -> None:
    item = Item(sku="SKU/1 é", title="Cup")
    offer = PartnerItem(
        partner="acme",
        sku=item.sku,
        products=(ProductId(kind="vendor", value="CUP"),),
        unit="EA",
        units_per_pack=1,
        cost=400,
        currency="USD",
        priority=0,
    )
    lane.house.parts.store.write(lambda tx: tx.catalog.put([item], [offer]))
    new = shopping("1001", 1)
    line = replace(new.groups[0].lines[0], sku=item.sku)
    shutil.copy(MUG, pictures / "SKU%2F1%20%C3%A9.png")
    post(lane.house, replace(new, groups=(replace(new.groups[0], lines=(line,)),)))
    visitor = lane.browser()
    assert visitor.get(_only(visitor, lane.link())).content == MUG.read_bytes()


def test_a_picture_is_its_brand_s_alone_and_nobody_s_without_its_digest(
    lane: Street, pictures: Path
) -> None:
    shutil.copy(MUG, pictures / "SKU-1.png")
    post(lane.house, shopping("1001", 1))
    post(lane.house, shopping("2001", 1), brand="harbor")
    visitor, other = lane.browser(), lane.browser(HARBOR_HOST)
    source = _only(visitor, lane.link())
    assert visitor.get(source).status_code == 200
    assert not _sources(other.get(lane.link("2001", brand="harbor")).text)
    assert other.get(source).status_code == 404
    digest, name = source.removeprefix("/pictures/").split("/")
    (pictures.parent / "secret.png").write_bytes(MUG.read_bytes())
    for path in (
        f"/pictures/{'0' * len(digest)}/{name}",
        f"/pictures/{digest}/SKU-2.png",
        f"/pictures/{digest}/../secret.png",
        f"/pictures/{digest}/%2e%2e%2fsecret.png",
        f"/pictures/{digest}/..%252fsecret.png",
        f"/pictures/{digest}/%2e%2e",
        f"/pictures/{digest}/",
        f"/pictures/{name}",
    ):
        answer = visitor.get(path)
        assert answer.status_code == 404, path
        assert "There is nothing here" in answer.text
    assert lane.browser("portal.localhost").get(source).status_code == 404
    assert lane.browser("nobody.example").get(source).status_code == 421


@pytest.mark.parametrize("body", [b"<svg onload='alert(1)'/>", PNG + bytes(LARGEST_PICTURE)])
def test_what_is_no_picture_or_too_large_is_neither_shown_nor_served(
    lane: Street, pictures: Path, body: bytes
) -> None:
    shutil.copy(MUG, pictures / "SKU-1.png")
    post(lane.house, shopping("1001", 1))
    visitor, link = lane.browser(), lane.link()
    source = _only(visitor, link)
    (pictures / "SKU-1.png").write_bytes(body)
    assert not _sources(visitor.get(link).text)
    assert visitor.get(source).status_code == 404
