"""Whatever an editor does to a page: it loads, or every mistake says where it is."""

import re
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from hub.errors import ConfigError
from hub.formats.x12 import profile as x12
from hub.partners import Partners, load, load_brands
from hub.transports.folder import Config as Folder
from hub.transports.sftp import Config as Sftp

ROOT = Path(__file__).resolve().parents[2]
ACME = (ROOT / "partner_configs" / "acme.yaml").read_text()
JUNIPER = (ROOT / "portal" / "brands" / "juniper" / "brand.yaml").read_text()
MAPS = ("acme/850", "acme/855", "acme/856")
PLACE = re.compile(r"partner_configs/acme\.yaml:([1-9][0-9]*) \S.*: \S")

NASTY = """\
~ true -1 0 1e400 nan [] {} [[a],{b:c}] {a:{}} - -a *x &x !!x | > # --- ... %YAML << ' " {} ? :
24h 99999d 11:00 2026-02-30 America ../etc/passwd sftp folder x12 850 acme/850 {number}
{0.__class__} {} é "\\ud800" "\\U00110000" */0 env:X file: \u00ad \u202e
""".split(" ")
words = st.sampled_from(
    [*NASTY, "", "\t", "\x00", "\u2028", "\ud800", "9" * 5000, "a" * 300, "*/0 * * * *", "a: b"]
)
texts = st.one_of(words, st.text(max_size=20))


@st.composite
def edited_pages(draw, page):
    """Draw the page after a few edits at lines, values and characters."""
    for _ in range(draw(st.integers(1, 4))):
        lines = page.split("\n")
        at = draw(st.integers(0, len(lines) - 1))
        edit = draw(st.sampled_from(["value", "drop", "double", "insert", "indent", "cut", "key"]))
        line = lines[at]
        if edit == "value":
            lines[at] = f"{line.partition(':')[0]}: {draw(texts)}"
        elif edit == "key":
            lines[at] = f"{draw(texts)}:{line.partition(':')[2]}"
        elif edit == "drop":
            del lines[at]
        elif edit == "double":
            lines.insert(at, line)
        elif edit == "insert":
            lines.insert(at, draw(texts))
        elif edit == "indent":
            lines[at] = draw(st.sampled_from(["  ", "-", "- ", "\t", " "])) + line
        else:
            start = draw(st.integers(0, len(line)))
            lines[at] = line[:start] + draw(texts) + line[start + draw(st.integers(0, 5)) :]
        page = "\n".join(lines)
    return page


def load_acme(page):
    return load(
        {"acme": page},
        transports={"sftp": Sftp, "folder": Folder},
        formats={"x12": x12.Config},
        maps=MAPS,
    )


@given(page=edited_pages(ACME))
@example(page=ACME)
def test_an_edited_page_loads_or_names_file_line_and_key_of_every_mistake(page):
    lines = len(re.split("\r\n|[\r\n\x85\u2028\u2029]", page))
    try:
        partners = load_acme(page)
    except ConfigError as error:
        assert error.mistakes
        assert len(set(error.mistakes)) == len(error.mistakes)
        for mistake in error.mistakes:
            found = PLACE.match(mistake)
            assert found, mistake
            assert int(found[1]) <= lines
            assert "\n" not in mistake
            assert mistake.isprintable()
    else:
        assert isinstance(partners, Partners)
        assert partners.get("acme").channels == partners.all[0].channels


@given(page=st.text(alphabet=st.characters(), max_size=200))
def test_any_text_at_all_is_a_page_or_a_located_mistake(page):
    try:
        load_acme(page)
    except ConfigError as error:
        assert all(PLACE.match(mistake) for mistake in error.mistakes)


@given(page=edited_pages(JUNIPER))
def test_an_edited_brand_loads_or_names_every_mistake(page):
    try:
        brands = load_brands({"juniper/brand": page})
    except ConfigError as error:
        assert error.mistakes
        assert all(
            re.match(r"brands/juniper/brand\.yaml:[1-9][0-9]* \S.*: \S", mistake)
            for mistake in error.mistakes
        )
    else:
        assert brands["juniper"].po_prefix.isupper()
