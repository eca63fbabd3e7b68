from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import ConfigError
from hub.partners import load_brands
from hub.partners.colours import (
    LEAST_CONTRAST,
    Colours,
    contrast,
    in_the_dark,
    nearest_readable,
    unreadable,
)
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
            " buyer_code, colours, currency, dark_colours, hosts, language, logo, mail_from, mails,"
            " name, phone, po_prefix, policies, radius, reply_email, slip_message, texts, zone"
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


def _wrong(*pages: tuple[str, str]) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        load_brands({f"{name}/brand": text for name, text in pages})
    return caught.value.mistakes


def test_a_colour_that_cannot_be_read_is_refused_with_the_nearest_that_can():
    (told,) = _wrong(("juniper", JUNIPER + 'colours:\n  muted: "#8a8a8a"\n  panel: "#ffffff"\n'))[
        :1
    ]
    assert told.startswith("brands/juniper/brand.yaml:9 colours.muted: #8a8a8a on page #ffffff")
    nearest = told.rpartition(" ")[2]
    assert contrast(nearest, "#ffffff") >= LEAST_CONTRAST
    assert contrast("#787878", "#ffffff") < LEAST_CONTRAST <= contrast("#767676", "#ffffff")


@given(st.integers(0, 0xFFFFFF), st.integers(0, 0xFFFFFF))
def test_there_is_always_a_nearest_colour_that_can_be_read(words: int, behind: int):
    found = nearest_readable(f"#{words:06x}", f"#{behind:06x}")
    assert contrast(found, f"#{behind:06x}") >= LEAST_CONTRAST


COLOUR = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(COLOUR, COLOUR, COLOUR)
def test_what_can_be_read_by_day_can_be_read_in_the_dark(text: str, page: str, accent: str):
    light = Colours(
        text=nearest_readable(text, page),
        muted=nearest_readable(text, page),
        page=page,
        panel=page,
        accent=nearest_readable(accent, page),
        on_accent=nearest_readable(page, nearest_readable(accent, page)),
    )
    assert unreadable(light) == []
    assert unreadable(in_the_dark(light)) == []


def test_dark_colours_are_derived_or_named_and_judged():
    brand = load_brands({"juniper/brand": JUNIPER})["juniper"]
    assert contrast(brand.dark.page, "#000000") < 2
    named = JUNIPER + 'dark_colours: {page: "#000000", text: "#EEEEEE"}\n'
    dark = load_brands({"juniper/brand": named})["juniper"].dark
    assert (dark.page, dark.text, dark.accent) == ("#000000", "#eeeeee", brand.dark.accent)
    (told, *_) = _wrong(("juniper", JUNIPER + 'dark_colours: {text: "#222222"}\n'))
    assert told.startswith("brands/juniper/brand.yaml:8 dark_colours.text: #222222 on page")


def test_contrast_is_as_wcag_defines_it():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_a_text_with_a_hole_that_nobody_fills_is_refused():
    (told,) = _wrong(("juniper", JUNIPER + "texts:\n  code: 'Hi {name.__class__}'\n"))
    assert "texts.code: nobody fills {name.__class__}; there are: {brand}, {code}" in told


def test_an_unknown_text_zone_or_mail_is_named():
    more = "texts: {welcom: x}\nzone: Mars/Olympus\nmails: [code, spam]\n"
    assert [one.split()[1] for one in _wrong(("juniper", JUNIPER + more))] == ["zone:", "mails[1]:"]
    (told,) = _wrong(("juniper", JUNIPER + "texts: {welcom: x}\n"))
    assert "texts.welcom: no such text; there are: welcome" in told


def test_a_host_belongs_to_one_brand():
    other = JUNIPER.replace("JUN", "HAR").replace("IPER", "BOR")
    told = _wrong(
        ("harbor", other + "hosts: [a.example]\n"), ("juniper", JUNIPER + "hosts: [a.example]\n")
    )
    assert [one.partition(": ")[2] for one in told] == [
        "'a.example' belongs to harbor; choose another"
    ]
