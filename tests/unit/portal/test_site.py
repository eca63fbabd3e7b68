from dataclasses import replace
from pathlib import Path

import pytest

from hub.errors import ConfigError
from hub.partners import load_brands
from hub.settings import read_pages
from portal.web.customer.site import sites

BRANDS = Path(__file__).resolve().parents[3] / "portal" / "brands"


def test_each_brand_has_its_logo_and_colours_under_its_hosts():
    brands = load_brands(read_pages(BRANDS))
    found = sites(brands.values(), BRANDS)
    assert set(found) == {"juniper.localhost", "harbor.localhost"}
    assert b"--accent: #1f6b45;" in found["juniper.localhost"].css
    assert found["harbor.localhost"].logo_type == "image/svg+xml"


@pytest.mark.parametrize(
    "body",
    [
        "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        "<svg xmlns='http://www.w3.org/2000/svg'><rect style='fill:red'/></svg>",
        "<svg xmlns='http://www.w3.org/2000/svg'><rect fill='url(https://evil.example/x)'/></svg>",
        "<svg xmlns='http://www.w3.org/2000/svg'><image href='x'/></svg>",
        "<!DOCTYPE svg [<!ENTITY a 'a'>]><svg xmlns='http://www.w3.org/2000/svg'/>",
        "no svg",
    ],
)
def test_a_logo_that_could_do_more_than_be_seen_is_refused(tmp_path: Path, body: str):
    brand = replace(load_brands(read_pages(BRANDS))["juniper"], logo="logo.svg")
    (tmp_path / "juniper").mkdir()
    (tmp_path / "juniper" / "logo.svg").write_text(body)
    with pytest.raises(ConfigError) as caught:
        sites([brand], tmp_path)
    assert caught.value.mistakes[0].startswith("brands/juniper/logo.svg: ")
