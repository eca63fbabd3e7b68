"""XML out: the tree as it stands, namespaces once, and nothing that a parser would refuse."""

from datetime import UTC, datetime

import pytest
from lxml import etree

from hub.domain.exchange import Document, Joined, Node, Severity
from hub.formats import xml
from tests.unit.formats.xmls import ORDER, SPACE, profile, tree

AT = datetime(2026, 11, 26, 14, 30, 5, tzinfo=UTC)
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"


def _joined(paper: Node, page: xml.Config | None = None) -> Joined:
    return xml.join(
        [paper],
        set_id="Order",
        profile=page or profile(),
        interchange_number=7,
        group_number=3,
        at=AT,
    )


def _read_again(joined: Joined) -> Node:
    [place] = joined.documents
    found = Document(
        set_id="Order",
        version="",
        number=place.number,
        offset=place.offset,
        length=place.length,
        syntax=joined.syntax,
    )
    return xml.read(joined.body[place.offset : place.offset + place.length], document=found)


def test_what_was_read_is_written_as_it_was():
    joined = _joined(tree(ORDER))
    assert joined.body.decode().splitlines()[:3] == [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<Order xmlns="{SPACE}" version="1.0">',
        "  <Number>PO-1</Number>",
    ]
    assert _read_again(joined) == tree(ORDER)
    assert joined == _joined(tree(ORDER))
    assert [place.number for place in joined.documents] == ["7"]


def test_prefixes_of_the_page_are_kept_and_others_are_made_up():
    paper = Node(
        name="{urn:a}Root",
        attributes=((f"{XSI}type", "b:Kind"), ("{urn:d}at", "1"), ("plain", "2")),
        children=(
            Node(name="{urn:b}One", text="1"),
            Node(name="{urn:c}Two", text="2"),
        ),
    )
    joined = _joined(paper, profile(prefixes={"b": "urn:b", "unused": "urn:z"}, indent=False))
    assert joined.body.decode().splitlines()[1] == (
        '<Root xmlns:b="urn:b" xmlns="urn:a" xmlns:ns1="urn:c"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:ns2="urn:d"'
        ' xsi:type="b:Kind" ns2:at="1" plain="2"><b:One>1</b:One><ns1:Two>2</ns1:Two></Root>'
    )
    assert _read_again(joined) == paper


def test_an_element_without_namespace_never_falls_into_the_default_one():
    paper = Node(name="{urn:a}Root", children=(Node(name="bare"),))
    for page in (profile(), profile(prefixes={"": "urn:a"})):
        assert _read_again(_joined(paper, page)) == paper


@pytest.mark.parametrize(
    "text", ["<&>\"'", "]]>", "a\r\nb\tc", " padded ", "Łódź 😀", "\u0085\u2028"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "us-ascii"])
def test_any_text_comes_back_from_text_and_attribute(text, encoding):
    paper = Node(name="a", attributes=(("b", text),), children=(Node(name="c", text=text),))
    joined = _joined(paper, profile(encoding=encoding))
    assert _read_again(joined) == paper
    assert etree.fromstring(joined.body).get("b") == text  # another parser agrees


def test_what_xml_cannot_carry_becomes_a_blank_with_a_warning():
    paper = Node(name="a", attributes=(("b", "x\0y"),), children=(Node(name="c", text="p\x1bq"),))
    cleaned, problems = xml.clean(paper, set_id="Order", profile=profile())
    assert cleaned == Node(
        name="a", attributes=(("b", "x y"),), children=(Node(name="c", text="p q"),)
    )
    assert [(one.where.path, one.severity) for one in problems] == [
        ("/a/c", Severity.WARNING), ("/a/@b", Severity.WARNING),
    ]  # fmt: skip
    with pytest.raises(ValueError, match="clean it first"):
        _joined(paper)


def test_a_name_that_is_none_is_an_error_of_the_map():
    _, problems = xml.clean(Node(name="my order"), set_id="Order", profile=profile())
    assert [one.code for one in problems] == ["xml-name"]


def test_our_own_paper_is_held_against_the_schema_before_it_leaves():
    page = profile(schemas={"Order": "nordic/trade.xsd"})
    good, problems = xml.clean(tree(ORDER), set_id="Order", profile=page)
    assert (good, problems) == (tree(ORDER), ())
    bad = tree(ORDER.replace(b"<Number>PO-1</Number>", b""))
    _, problems = xml.clean(bad, set_id="Order", profile=page)
    assert [(one.where.path, one.severity) for one in problems] == [("/Order/Date", Severity.ERROR)]


def test_one_file_holds_one_paper():
    assert xml.AT_MOST == 1
    with pytest.raises(ValueError, match="2 papers"):
        xml.join(
            [Node(name="a"), Node(name="b")],
            set_id="Order",
            profile=profile(),
            interchange_number=1,
            group_number=1,
            at=AT,
        )


def test_segments_are_the_map_of_another_format():
    with pytest.raises(TypeError, match="elements"):
        xml.clean((("BEG", "00"),), set_id="850", profile=profile())


def test_nothing_answers_xml():
    from tests.unit.formats.xmls import split

    assert xml.acknowledge(split(ORDER), profile=profile()) == ()
    assert not xml.is_receipt("Order")
    assert not xml.is_receipt("Response")
