"""Stylesheets of the operator's: looked through at the page, run in a child that can do nothing."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from hub.errors import Malformed
from hub.formats import xml
from hub.ops.sandbox import Walls, transform
from tests.unit.formats.xmls import ORDER, TEXTS, document

SHEET = """<?xml version="1.0" encoding="ISO-8859-1"?>
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
                xmlns:exsl="http://exslt.org/common"{more}>
  {top}
  <xsl:template match="/">{body}</xsl:template>
</xsl:stylesheet>
"""


def sheet(body: str = "", *, top: str = "", more: str = "") -> str:
    """Return a stylesheet with something in it."""
    return SHEET.format(body=body, top=top, more=more)


def page(text: str) -> xml.Config:
    """Return a profile whose orders go through a stylesheet."""
    texts = {**TEXTS, "nordic/old.xsl": text}
    return xml.configured(texts).model_validate({"stylesheets": {"Order": "nordic/old.xsl"}})


def run(text: str, body: bytes = b"<a/>", **walls: float) -> bytes:
    """Run a stylesheet as it stands, whatever a page would say of it."""
    return transform(text.partition("?>")[2], body, walls=Walls(**walls))


GOOD = sheet('<New n="{count(//*)}"><xsl:value-of select="string(/*/*[1])"/></New>')


def test_a_stylesheet_turns_a_paper_into_another():
    profile = page(GOOD)
    made = transform(xml.stylesheet(profile, "Order"), ORDER)
    found = xml.converted(made, document=document(ORDER, profile), profile=profile)
    tree = xml.read(made, document=found)
    assert (tree.name, tree.attributes, tree.text) == ("New", (("n", "9"),), "PO-1")
    assert found.set_id == "Order"
    assert xml.stylesheet(profile, "Invoice") == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (sheet(top='<xsl:include href="file:///etc/passwd"/>'), "xsl:include"),
        (sheet(top='<xsl:import href="http://127.0.0.1:9/x.xsl"/>'), "xsl:import"),
        (sheet("<xsl:value-of select=\"document('file:///etc/passwd')\"/>"), "document()"),
        (sheet("<x y=\"{document ('/etc/passwd')}\"/>"), "document()"),
        (sheet(top='<xsl:key name="k" match="a" use="document(.)"/>'), "document()"),
        (sheet(more=' extension-element-prefixes="exsl"'), "extension elements"),
        (sheet('<x xsl:extension-element-prefixes="exsl"/>'), "extension elements"),
        (sheet('<xsl:value-of select="exsl:node-set(.)"/>'), "extension functions"),
        (sheet().replace("<xsl:s", "<!DOCTYPE x><xsl:s", 1), "document type"),
        ("<a/>", "is no stylesheet"),
        ("<a>", "is no XML"),
    ],
)
def test_a_page_refuses_a_stylesheet_that_names_anything_elsewhere(text, words):
    with pytest.raises(ValidationError) as caught:
        page(text)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        sheet("<x><xsl:value-of select=\"'a document(x) of exsl:it(x)'\"/></x>"),
        sheet('<x><xsl:for-each select="/*/child::node()"><y/></xsl:for-each></x>'),
    ],
)
def test_what_only_looks_like_it_is_let_pass(text):
    assert b"<x " in transform(xml.stylesheet(page(text), "Order"), ORDER)


def test_a_stylesheet_that_is_missing_is_a_mistake_of_the_page_and_feeds_have_none():
    with pytest.raises(ValidationError, match=r"no stylesheet 'x\.xsl' below"):
        xml.configured({}).model_validate({"stylesheets": {"Order": "x.xsl"}})
    with pytest.raises(ValidationError, match="cannot be converted"):
        xml.configured({"a.xsl": GOOD}).model_validate(
            {"stylesheets": {"Stock": "a.xsl"}, "feeds": ["Stock"]}
        )


# --- the second wall: what a page refuses does no harm even if it is run -----------------------


def test_the_child_reads_no_file_and_no_address(tmp_path: Path):
    secret = tmp_path / "secret.xml"
    secret.write_text("<secret>hidden</secret>")
    for place in (secret.as_uri(), str(secret), "http://127.0.0.1:9/x"):
        text = sheet(f"<x><xsl:copy-of select=\"document('{place}')\"/></x>")
        try:
            made = run(text)
        except Malformed:
            continue
        assert b"hidden" not in made


def test_the_child_includes_and_imports_nothing(tmp_path: Path):
    other = tmp_path / "other.xsl"
    other.write_text(sheet("<from-other/>").partition("?>")[2])
    for word in ("include", "import"):
        with pytest.raises(Malformed):
            run(sheet(top=f'<xsl:{word} href="{other.as_uri()}"/>').replace("match", "name", 1))


def test_the_child_writes_no_file(tmp_path: Path):
    target = tmp_path / "written"
    body = f'<exsl:document href="{target.as_uri()}" method="xml"><x/></exsl:document><y/>'
    try:
        run(sheet(body, more=' extension-element-prefixes="exsl"'))
    except Malformed as fault:
        assert fault.problems[0].code == "stylesheet"
    assert not target.exists()


LOOPS = '<xsl:for-each select="//*">' * 6 + "<x/>" + "</xsl:for-each>" * 6
WIDE = b"<a>" + b"<b/>" * 60 + b"</a>"


def test_nested_loops_end_at_the_processors_wall_or_the_clocks():
    with pytest.raises(Malformed, match="processor"):
        run(sheet(f"<y>{LOOPS}</y>".replace("<x/>", "")), WIDE, processor=1, clock=50)
    with pytest.raises(Malformed, match=r"more than 0\.5 seconds"):
        run(sheet(f"<y>{LOOPS}</y>".replace("<x/>", "")), WIDE, clock=0.5)


def test_endless_recursion_and_endless_output_end_too():
    endless = '<xsl:template name="t"><xsl:call-template name="t"/></xsl:template>'
    with pytest.raises(Malformed):
        run(sheet('<xsl:call-template name="t"/>', top=endless), processor=1)
    with pytest.raises(Malformed):
        run(sheet(f"<y>{LOOPS}</y>"), WIDE, memory=160 * 1024 * 1024, processor=1)


def test_a_paper_that_is_no_xml_makes_nothing():
    with pytest.raises(Malformed, match="made nothing of this paper"):
        run(GOOD, b"<a>")
