"""Laws of JSON: whatever is written is read again, and no bytes make a split fall over."""

import io
import json as plain_json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.exchange import Node
from hub.errors import Malformed
from hub.formats import json

AT = datetime(2026, 11, 26, tzinfo=UTC)
PAGE = json.Config(set="x")
FEED = json.Config(set="x", feeds=("x",))
TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=10
)  # what no text may hold is refused
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(allow_nan=False, allow_infinity=False),
    TEXTS,
)


def _lists(inner: st.SearchStrategy) -> st.SearchStrategy:
    """Lists that a tree can tell apart, empty ones too: `[null]` is written as `[]`."""
    several = st.lists(st.one_of(SCALARS, inner), max_size=3)
    return several.filter(lambda values: values != [None])


OBJECTS = st.recursive(
    st.dictionaries(TEXTS, SCALARS, max_size=4),
    lambda inner: st.dictionaries(
        TEXTS,
        st.one_of(SCALARS, inner, _lists(inner)),
        max_size=4,
    ),
    max_leaves=8,
)


def _read(body: bytes) -> Node:
    [found] = json.split(io.BytesIO(body), profile=PAGE)
    [document] = found.groups[0].documents
    assert document.problems == ()
    return json.read(body[document.offset :][: document.length], document=document)


@given(value=OBJECTS, indent=st.sampled_from([0, 2]))
def test_what_pythons_own_library_writes_is_read_and_written_to_the_same_value(value, indent):
    body = plain_json.dumps(value).encode()
    paper = _read(body)
    cleaned, problems = json.clean(paper, set_id="x", profile=PAGE)
    assert (cleaned, problems) == (paper, ())
    joined = json.join(
        [cleaned],
        set_id="x",
        profile=json.Config(indent=indent),
        interchange_number=1,
        group_number=1,
        at=AT,
    )
    assert plain_json.loads(joined.body) == value
    assert _read(joined.body) == paper


@given(values=st.lists(OBJECTS, min_size=1, max_size=4), gap=st.sampled_from(["", " ", "\r\n\t"]))
def test_every_document_of_an_array_is_the_slice_that_was_written(values, gap):
    pieces = [plain_json.dumps(value, ensure_ascii=False).encode() for value in values]
    body = b"[" + (gap.encode() + b"," + gap.encode()).join(pieces) + b"]" + gap.encode()
    [found] = json.split(io.BytesIO(body), profile=PAGE)
    documents = found.groups[0].documents
    assert [body[one.offset :][: one.length] for one in documents] == pieces


@given(rows=st.lists(st.one_of(SCALARS, OBJECTS), max_size=5), before=OBJECTS, after=SCALARS)
def test_a_walk_gives_the_rows_of_a_read(rows, before, after):
    body = plain_json.dumps({"b": before, "in": {"rows": rows}, "z": after}).encode()
    [found] = json.split(io.BytesIO(body), profile=FEED)
    [document] = found.groups[0].documents
    head, *walked, tail = json.walk(io.BytesIO(body), document=document, rows="in/rows")
    whole = json.read(body, document=document)
    inner = next(child for child in whole.children if child.name == "in")
    assert walked == (list(inner.children) if rows else [])
    assert tail.children[-1] == whole.children[-1]
    known = (whole.children[0], Node(name="in", kind="object"))
    assert head.children == (known if rows else tail.children)


@given(body=st.binary(max_size=48))
def test_any_bytes_at_all_are_split_or_malformed(body):
    for page in (PAGE, FEED):
        try:
            [found] = json.split(io.BytesIO(body), profile=page)
        except Malformed:
            continue
        assert found.groups[0].documents


@given(
    value=OBJECTS,
    place=st.integers(0, 200),
    put=st.sampled_from([b"{", b"]", b",", b'"', b"\\", b"1", b"\xff", b"NaN", b":", b"\0"]),
)
def test_a_feed_and_a_paper_are_judged_alike(value, place, put):
    body = plain_json.dumps(value).encode()
    damaged = body[:place] + put + body[place:]

    def codes(page: json.Config) -> bool:
        try:
            [found] = json.split(io.BytesIO(damaged), profile=page)
        except Malformed:
            return False
        return not any(document.problems for document in found.groups[0].documents)

    if not damaged.lstrip().startswith(b"["):
        assert codes(PAGE) == codes(FEED)
