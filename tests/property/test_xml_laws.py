"""Laws of XML: whatever tree is written is read again, and no bytes make a split fall over."""

import io
from datetime import UTC, datetime

from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from hub.domain.exchange import Document, Node, Severity
from hub.errors import Malformed
from hub.formats import xml
from tests.unit.formats.xmls import ORDER

AT = datetime(2026, 11, 26, tzinfo=UTC)
CHARACTERS = st.characters(blacklist_categories=["Cs"])
TEXTS = st.text(CHARACTERS, max_size=12)
SPACES = st.sampled_from(["", "{urn:a}", "{urn:b}", "{http://example.com/x}"])
LOCALS = st.sampled_from(["a", "b", "Line", "ä", "x-1", "_y.z"])
NAMES = st.builds("".join, st.tuples(SPACES, LOCALS))
ATTRIBUTES = st.dictionaries(NAMES, TEXTS, max_size=3).map(lambda found: tuple(found.items()))


def _nodes(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(children, min_size=1, max_size=4).map(tuple)
    return st.builds(Node, name=NAMES, attributes=ATTRIBUTES, children=several)


TREES = st.recursive(
    st.builds(Node, name=NAMES, text=TEXTS, attributes=ATTRIBUTES), _nodes, max_leaves=6
)
PAGES = st.builds(
    xml.Config,
    prefixes=st.sampled_from([{}, {"": "urn:a"}, {"p": "urn:b"}, {"": "urn:b", "q": "urn:a"}]),
    encoding=st.sampled_from(["utf-8", "iso-8859-1", "us-ascii"]),
    indent=st.booleans(),
)


@given(paper=TREES, page=PAGES)
def test_what_is_written_is_read_again_and_another_parser_agrees(paper, page):
    cleaned, problems = xml.clean(paper, set_id="x", profile=page)
    if any(problem.severity is Severity.ERROR for problem in problems):
        assert page.encoding == "us-ascii"  # one of the names has a letter that it lacks
        return
    joined = xml.join(
        [cleaned], set_id="x", profile=page, interchange_number=1, group_number=1, at=AT
    )
    [found] = xml.split(io.BytesIO(joined.body), profile=page)
    [document] = found.groups[0].documents
    assert document.problems == ()
    assert (document.syntax, document.length) == (joined.syntax, len(joined.body))
    again = xml.read(joined.body, document=document)
    assert again == cleaned
    assert again.name == etree.fromstring(joined.body).tag
    assert xml.whole(io.BytesIO(joined.body))


@given(paper=TREES, page=PAGES)
def test_cleaning_twice_changes_nothing_more(paper, page):
    once, told = xml.clean(paper, set_id="x", profile=page)
    names = tuple(problem for problem in told if problem.severity is Severity.ERROR)
    assert xml.clean(once, set_id="x", profile=page) == (once, names)


@given(
    place=st.integers(0, len(ORDER)),
    removed=st.integers(0, 20),
    put=st.one_of(
        st.binary(max_size=12),
        st.sampled_from([b"<!DOCTYPE a>", b"&x;", b"<?p?>", b"<a>", b"]]>", b"<![CDATA[", b"\0"]),
    ),
)
@example(place=ORDER.index(b"urn:"), removed=0, put=b"$")  # no URI
def test_a_damaged_file_is_split_or_malformed_and_nothing_else(place, removed, put):
    body = ORDER[:place] + put + ORDER[place + removed :]
    try:
        [found] = xml.split(io.BytesIO(body), profile=xml.Config())
    except Malformed as fault:
        assert all(problem.text for problem in fault.problems)
        return
    [document] = found.groups[0].documents
    # What we let pass, a second parser lets pass too, and it has the same root.
    assert xml.read(body, document=document).name == etree.fromstring(body).tag


@given(body=st.binary(max_size=64))
def test_any_bytes_at_all_are_split_or_malformed(body):
    try:
        found = list(xml.split(io.BytesIO(body), profile=xml.Config()))
    except Malformed:
        return
    assert len(found) == 1


@given(paper=TREES)
def test_a_walk_gives_the_rows_of_a_read(paper):
    rows = [child for child in paper.children if child.name == "{urn:a}Line"]
    body = xml.join(
        [paper_clean := xml.clean(paper, set_id="x", profile=xml.Config())[0]],
        set_id="x",
        profile=xml.Config(),
        interchange_number=1,
        group_number=1,
        at=AT,
    )
    document = Document(
        set_id="x", version="", number="", offset=0, length=len(body.body), syntax=body.syntax
    )
    walked = list(
        xml.walk(io.BytesIO(body.body), document=document, rows=f"{paper.name}/{{urn:a}}Line")
    )
    assert isinstance(paper_clean, Node)
    assert walked[1:-1] == [each for each in paper_clean.children if each.name == "{urn:a}Line"]
    assert len(walked) == len(rows) + 2
