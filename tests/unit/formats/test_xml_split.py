"""XML in: what a file is, where everything in it stands, and how it breaks its schema."""

import io

import pytest
from pydantic import ValidationError

from hub.domain.exchange import Node, Problem, Where
from hub.errors import Malformed
from hub.formats import xml
from tests.unit.formats.xmls import ORDER, SCHEMA, SPACE, TEXTS, document, profile, split, tree


def test_a_file_is_one_document_of_its_roots_name():
    found = split(ORDER)
    [only] = found.groups[0].documents
    assert (only.set_id, only.offset, only.length, only.problems) == ("Order", 0, len(ORDER), ())
    assert (found.interchange.standard, found.interchange.number) == ("xml", "")


def test_the_page_may_call_a_root_otherwise_by_its_name_or_with_its_namespace():
    assert document(ORDER, profile(sets={"Order": "PurchaseOrder"})).set_id == "PurchaseOrder"
    assert document(ORDER, profile(sets={f"{{{SPACE}}}Order": "Mine"})).set_id == "Mine"
    assert document(ORDER, profile(sets={"{urn:other}Order": "Other"})).set_id == "Order"


def test_a_tree_keeps_order_attributes_and_namespaces_and_leaves_indentation_out():
    found = tree(ORDER)
    assert found.name == f"{{{SPACE}}}Order"
    assert found.attributes == (("version", "1.0"),)
    assert found.text == ""
    assert [child.name.rpartition("}")[2] for child in found.children] == [
        "Number", "Date", "Line", "Line",
    ]  # fmt: skip
    assert found.children[3].children[0].text == "Ä-2"


def test_text_around_children_and_in_cdata_is_kept_and_comments_are_not():
    found = tree(b"<a>one<!-- no --><b/> two <c><![CDATA[<3 & more]]></c></a>")
    assert found == Node(
        name="a",
        text="one two ",
        children=(Node(name="b"), Node(name="c", text="<3 & more")),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "windows-1252", "us-ascii"])
def test_every_encoding_that_holds_ascii_is_read(encoding):
    sign = "e" if encoding == "us-ascii" else "é"
    text = f'<?xml version="1.0" encoding="{encoding}"?><a b="{sign}">{sign}</a>'
    assert tree(text.encode(encoding)) == Node(name="a", text=sign, attributes=(("b", sign),))
    assert tree(b"\xef\xbb\xbf<a/>") == Node(name="a")


def test_a_problem_with_a_path_gets_its_byte_and_line():
    found = document(ORDER)

    def located(path: str) -> Where:
        problem = Problem(code="x", text="y", where=Where(path=path, value="1"))
        return xml.locate(ORDER, document=found, problem=problem).where

    quantity = located("/Order/Line[2]/Quantity")
    assert ORDER[quantity.offset :].startswith(b"<Quantity>1</Quantity></Line>\n</Order>")
    assert quantity.path == "/Order/Line[2]/Quantity, line 6"
    attribute = located("/p:Order/p:Line[2]/@no")
    assert ORDER[attribute.offset :].startswith(b'<Line no="2">')
    missing = located("/Order/Line[2]/Unit")
    assert missing.offset == attribute.offset
    assert located("/Other/Line").offset is None
    once = xml.locate(ORDER, document=found, problem=Problem(code="x", text="y", where=quantity))
    assert once.where == quantity


def test_what_breaks_the_schema_is_told_all_at_once_with_line_path_and_a_sentence():
    page = profile(schemas={"Order": "nordic/trade.xsd"})
    assert document(ORDER, page).problems == ()
    bad = (
        ORDER.replace(b'version="1.0">', b'version="2.0" colour="x">')
        .replace(b"2026-11-26", b"26.11.2026")
        .replace(b"<Sku>A-1</Sku>", b"")
        .replace(b"<Quantity>1<", b"<Quantity>-1<")
        .replace(b' no="2"', b"")
    )
    told = [(one.where.path, one.text, one.where.value) for one in document(bad, page).problems]
    assert told == [
        ("/Order/@version, line 2", "/Order/@version: the value is none of {'1.0', '1.1'}", "2.0"),
        ("/Order/@colour, line 2", "/Order/@colour: the attribute colour is not allowed here", ""),
        ("/Order/Date, line 4", "/Order/Date: the value is not of the type xs:date", "26.11.2026"),
        (
            "/Order/Line[1]/Quantity, line 5",
            "/Order/Line[1]/Quantity: this element is not expected here; the schema expects Sku",
            "",
        ),
        ("/Order/Line[2], line 6", "/Order/Line[2]: the attribute no is missing", ""),
        (
            "/Order/Line[2]/Quantity, line 6",
            "/Order/Line[2]/Quantity: the value is not of the type xs:positiveInteger",
            "-1",
        ),
    ]
    assert document(bad, page).rejected


def test_no_more_problems_are_told_than_the_page_says():
    page = profile(schemas={"Order": "nordic/trade.xsd"}, max_problems=2)
    bad = ORDER.replace(b"<Quantity>", b"<Amount>").replace(b"</Quantity>", b"</Amount>")
    assert len(document(bad.replace(b"2026-11-26", b"x"), page).problems) == 2


def test_a_schema_that_is_missing_or_no_schema_is_a_mistake_of_the_page():
    with pytest.raises(ValidationError, match=r"no schema 'nordic/none.xsd' below"):
        profile(schemas={"Order": "nordic/none.xsd"})
    broken = xml.configured({"a.xsd": "<xs:schema xmlns:xs='urn:x'/>"})
    with pytest.raises(ValidationError, match=r"a\.xsd is no schema"):
        broken.model_validate({"schemas": {"Order": "a.xsd"}})
    alone = xml.configured({"nordic/trade.xsd": SCHEMA})
    with pytest.raises(ValidationError, match=r"includes nordic/parts/words\.xsd, which is not"):
        alone.model_validate({"schemas": {"Order": "nordic/trade.xsd"}})


@pytest.mark.parametrize(
    "place", ["http://127.0.0.1:9/words.xsd", "file:///etc/passwd", "../../words.xsd", "/words.xsd"]
)
def test_a_schema_includes_nothing_from_outside_the_folder(place):
    texts = {**TEXTS, "nordic/trade.xsd": SCHEMA.replace("parts/words.xsd", place)}
    with pytest.raises(ValidationError, match="which is not below the maps' folder"):
        xml.configured(texts).model_validate({"schemas": {"Order": "nordic/trade.xsd"}})


@pytest.mark.parametrize(
    ("body", "is_whole"),
    [
        (ORDER, True),
        (ORDER[:-4], False),
        (ORDER[: len(ORDER) // 2], False),
        (ORDER + b"<!-- end -->\n", True),
        (b"<a/>", True),
        (b'<?xml version="1.0"?>\n<!-- <x> --><a b="1"', False),
        (b"<p:a xmlns:p='urn:x'></p:a >", True),
        (b"no xml at all", True),
        (b"", True),
    ],
)
def test_a_file_is_whole_when_its_root_has_ended(body, is_whole):
    assert xml.whole(io.BytesIO(body)) is is_whole


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        (b"", "xml-empty", "no bytes"),
        (b'{"a": 1}', "xml-none", "JSON"),
        (b"ISA*00*", "xml-none", "EDI"),
        (b"PK\x03\x04rest", "xml-none", "Excel"),
        (b"<a><b>", "xml-not-well-formed", "ends before it is complete"),
        (b"<a>\n<b></a>", "xml-not-well-formed", "was not opened last"),
        (b"<a/><b/>", "xml-not-well-formed", "a file holds one root"),
        (b"<a>Q&A</a>", "xml-not-well-formed", "&amp;"),
        (b"<p:a/>", "xml-not-well-formed", "declare it with xmlns"),
        (b"<a>\x07</a>", "xml-not-well-formed", "does not allow"),
    ],
)
def test_what_is_no_xml_is_told_with_its_place(body, code, words):
    with pytest.raises(Malformed) as caught:
        document(body)
    [problem] = caught.value.problems
    assert (problem.code, words in problem.text) == (code, True)
    if code == "xml-not-well-formed":
        assert problem.where.offset is not None
        assert problem.where.path.startswith("line ")


def test_people_are_left_out_of_what_is_kept_of_a_problem():
    page = profile(schemas={"Order": "nordic/trade.xsd"})
    name = "Margarethe von der Hinteren Gasse"
    bad = ORDER.replace(
        b"</Date>", f"</Date><ShipTo><Name>{name}</Name></ShipTo>".encode()
    ).replace(b"<Quantity>1<", b"<Quantity>0<")
    found = [xml.discreet(problem) for problem in document(bad, page).problems]
    assert [problem.where.value for problem in found] == ["", "0"]
    assert all(name not in problem.text for problem in found)
