from pathlib import Path

import pytest

from hub.errors import ConfigError
from hub.partners import load_brands
from hub.settings import read_pages

ROOT = Path(__file__).resolve().parents[3]
JUNIPER = """\
name: Juniper Home
buyer_code: JUNIPER
po_prefix: JUN
reply_email: care@juniper.example.com
slip_message: |
  Thank you.
  Come again.
"""


def test_the_shipped_brands_are_juniper_and_harbor():
    brands = load_brands(read_pages(ROOT / "portal" / "brands"))
    assert list(brands) == ["harbor", "juniper"]
    assert brands["juniper"].po_prefix == "JUN"
    assert len(brands["harbor"].slip_message.splitlines()) == 2


def test_a_brand_keeps_the_lines_of_its_message():
    brand = load_brands({"juniper/brand.yaml": JUNIPER})["juniper"]
    assert brand.slip_message == "Thank you.\nCome again."
    assert brand.currency == "USD"
    assert brand.id == "juniper"


def test_other_pages_of_a_brand_are_left_alone():
    assert load_brands({"juniper/brand": JUNIPER, "juniper/mails": "[x"}).keys() == {"juniper"}


def test_all_mistakes_come_at_once_with_file_line_and_key():
    bad = JUNIPER.replace("JUN\n", "juniper\n").replace("name:", "nmae:")
    with pytest.raises(ConfigError) as caught:
        load_brands({"juniper/brand": bad})
    assert caught.value.mistakes == (
        "brands/juniper/brand.yaml:1 name: missing; add `name: ...`",
        (
            "brands/juniper/brand.yaml:1 nmae: unknown key; did you mean name? there are:"
            " buyer_code, currency, name, phone, po_prefix, reply_email, slip_message"
        ),
        "brands/juniper/brand.yaml:3 po_prefix: 'juniper' does not have the form ^[A-Z]{1,4}$",
    )


def test_two_brands_may_not_share_prefix_or_buyer_code():
    with pytest.raises(ConfigError) as caught:
        load_brands({"juniper/brand": JUNIPER, "harbor/brand": JUNIPER})
    assert caught.value.mistakes == (
        "brands/juniper/brand.yaml:2 buyer_code: 'JUNIPER' belongs to harbor; choose another",
        "brands/juniper/brand.yaml:3 po_prefix: 'JUN' belongs to harbor; choose another",
    )
