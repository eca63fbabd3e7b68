"""JSON: strict where the standard leaves things open, several papers in a file, feeds by row."""

import io
import json as plain_json
import resource
from datetime import UTC, datetime

import pytest

from hub.domain.exchange import Document, Node, Problem, Severity, Where
from hub.errors import Malformed
from hub.formats import json

AT = datetime(2026, 11, 26, tzinfo=UTC)


def _documents(body: bytes | str, **profile: object) -> tuple[Document, ...]:
    raw = body if isinstance(body, bytes) else body.encode()
    [found] = json.split(io.BytesIO(raw), profile=json.Config.model_validate(profile))
    assert (found.interchange.offset, found.interchange.length) == (0, len(raw))
    return found.groups[0].documents


def _tree(body: bytes | str, **profile: object) -> Node:
    raw = body if isinstance(body, bytes) else body.encode()
    [only] = _documents(raw, **{"set": "order", **profile})
    assert only.problems == ()
    return json.read(raw[only.offset : only.offset + only.length], document=only)


def _codes(body: bytes | str, **profile: object) -> list[str]:
    try:
        found = _documents(body, **{"set": "order", **profile})
    except Malformed as fault:
        return [problem.code for problem in fault.problems]
    return [problem.code for document in found for problem in document.problems]


# --- what a file is ----------------------------------------------------------------------------


def test_an_object_is_a_document_of_the_set_that_its_member_names():
    body = ' {"type": "po", "number": "1"} '
    [only] = _documents(body, sets={"po": "order"})
    assert (only.set_id, only.offset, only.length) == ("order", 1, len(body) - 2)
    [other] = _documents('{"kind": "po"}', type="kind")
    assert other.set_id == "po"
    [fixed] = _documents("{}", set="stock")
    assert fixed.set_id == "stock"


@pytest.mark.parametrize(
    "body",
    [
        '[{"type": "a", "x": "ä"}, {"type": "b"}]',
        '{"sent": "today", "documents": [{"type": "a", "x": "ä"}, {"type": "b"}], "count": 2}',
        '{"more": [{"documents": [1]}], "documents":[{"type": "a", "x": "ä"},{"type": "b"}]}',
    ],
)
def test_an_array_holds_several_documents_each_with_its_bytes(body):
    raw = body.encode()
    found = _documents(raw)
    assert [document.set_id for document in found] == ["a", "b"]
    pieces = [raw[one.offset : one.offset + one.length].decode() for one in found]
    assert pieces == ['{"type": "a", "x": "ä"}', '{"type": "b"}']


def test_one_bad_document_does_not_hold_the_others():
    found = _documents('[{"type": "a"}, {"type": "b", "x": 1, "x": 2}, {"type": "c"}, 7]')
    assert [(one.set_id, one.rejected) for one in found] == [
        ("a", False), ("b", True), ("c", False), ("?", True),
    ]  # fmt: skip


def test_a_tree_says_of_every_value_what_it_is():
    found = _tree('{"n":-1.50,"t":true,"f":false,"z":null,"s":"1","o":{"a":"b"},"l":[1,{"c":2}]}')
    assert found == Node(
        name="",
        kind="object",
        children=(
            Node(name="n", kind="number", text="-1.50"),
            Node(name="t", kind="truth", text="true"),
            Node(name="f", kind="truth", text="false"),
            Node(name="z", kind="nothing"),
            Node(name="s", text="1"),
            Node(name="o", kind="object", children=(Node(name="a", text="b"),)),
            Node(name="l", kind="number", text="1", many=True),
            Node(
                name="l",
                kind="object",
                many=True,
                children=(Node(name="c", kind="number", text="2"),),
            ),
        ),
    )
    empty = Node(name="none", kind="nothing", many=True)  # there, and no record
    assert _tree('{"none": []}') == Node(name="", kind="object", children=(empty,))
    assert _tree(b'\xef\xbb\xbf{"a": 1}').children[0].text == "1"


# --- what no file may be (F21) -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("[" * 100_000, "json-too-deep"),
        ('{"a":' * 100_000, "json-too-deep"),
        ('[{"a":' + "[" * 100_000 + "]" * 100_000 + "}]", "json-too-deep"),
        ('{"a":' * 33 + "1" + "}" * 33, "json-too-deep"),
        ('{"a": 1, "a": 2}', "json-twice"),
        ('{"a": {"b": 1, "b": 1}}', "json-twice"),
        ('{"a": 1e400}', "json-number"),
        ('{"a": -1e400}', "json-number"),
        ('{"a": NaN}', "json-number"),
        ('{"a": Infinity}', "json-number"),
        ('{"a": -Infinity}', "json-number"),
        ('{"a": ' + "9" * 5000 + "}", "json-number"),
        ('{"a": 0.' + "9" * 5000 + "}", "json-number"),
        ('{"a": [[1]]}', "json-arrays"),
        ('{"a": "\\ud800"}', "json-character"),
        ('{"a": "\\u0000"}', "json-character"),
        ('{"\\u0000": 1}', "json-character"),
        ("", "json-empty"),
        ("  ", "json-empty"),
        ("[]", "json-empty"),
        ('"text"', "json-not-well-formed"),
        ('{"a": 1', "json-not-well-formed"),
        ('{"a": 1} {}', "json-not-well-formed"),
        ('{"a": 1,}', "json-not-well-formed"),
        ("[{},]", "json-not-well-formed"),
        ("[{}] x", "json-not-well-formed"),
        ("[{} {}]", "json-not-well-formed"),
        ('{"a": 01}', "json-not-well-formed"),
        ('{"a": +1}', "json-not-well-formed"),
        ('{"a": .5}', "json-not-well-formed"),
        ('{"a": 1_000}', "json-not-well-formed"),
        ('{"a": ١}', "json-not-well-formed"),
        ("{'a': 1}", "json-not-well-formed"),
        ('{"a": "\t"}', "json-not-well-formed"),
        ("// no\n{}", "json-not-well-formed"),
        ('{"a": "\x00"}', "json-not-well-formed"),
    ],
    ids=range(36),
)
def test_what_is_no_strict_json_is_refused(body, code):
    assert _codes(body)[:1] == [code]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"a": "\xe9"}', "not UTF-8"),
        (b'{"a": "\xed\xa0\x80"}', "not UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "UTF-16"),
        ('{"a": 1}'.encode("utf-16-le"), "UTF-16"),
        ('{"a": 1}'.encode("utf-16-be"), "UTF-16"),
        ('{"a": 1}'.encode("utf-32-be"), "UTF-32"),
    ],
)
def test_other_encodings_are_refused_and_named(body, words):
    with pytest.raises(Malformed, match=words) as caught:
        _documents(body)
    assert caught.value.problems[0].code == "json-encoding"


def test_depth_up_to_the_cap_and_numbers_as_written_are_read():
    assert _codes('{"a":' * 32 + "{}" + "}" * 32) == ["json-too-deep"]
    assert _codes('{"a":' * 31 + "{}" + "}" * 31) == []
    assert _tree('{"a": 12345678901234567890.10}').children[0].text == "12345678901234567890.10"
    assert _tree('{"a": 1e3}').children[0].text == "1e3"


def test_a_paper_has_no_more_values_than_its_cap():
    body = '{"a": [' + "1," * 99 + "1]}"
    assert _codes(body, limits={"max_values": 101}) == ["json-values"]
    assert _codes(body, limits={"max_values": 102}) == []


def test_a_file_above_the_cap_is_not_read_on():
    assert _codes('{"a": "' + "x" * 5000 + '"}', limits={"max_bytes": 2048}) == ["json-too-large"]


def test_hostile_files_cost_little():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    for body in ("[" * 1_000_000, '{"a":' * 500_000, '{"a": ' + "9" * 1_000_000 + "}"):
        assert _codes(body)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_utime - before < 2.0


# --- places ------------------------------------------------------------------------------------


def test_a_pointer_becomes_a_byte():
    body = '[{"type":"a"},\n {"type":"b","nä":"ö","lines":[{"q":1},{"q":"x"}],"a/b":{"m~n":7}}]'
    raw = body.encode()
    document = _documents(raw)[1]
    piece = raw[document.offset : document.offset + document.length]

    def offset(path: str) -> int | None:
        problem = Problem(code="x", text="y", where=Where(path=path))
        return json.locate(piece, document=document, problem=problem).where.offset

    assert raw[offset("/lines/1/q") :].startswith(b'"x"}]')
    assert raw[offset("/a~1b/m~0n") :].startswith(b"7}}]")
    assert raw[offset("/lines/1/unit") :].startswith(b'{"q":"x"}')
    assert raw[offset("/lines/7/q") :].startswith(b'[{"q":1}')
    assert offset("/none") == document.offset
    assert offset("") is None


def test_people_are_left_out_of_what_is_kept_of_a_problem():
    said = Problem(code="x", text="'Ann Lee' is odd", where=Where(path="/ship_to/name", value="A"))
    kept = json.discreet(said)
    assert (kept.where.value, "Ann" in kept.text) == ("", False)
    plain = Problem(code="x", text="odd", where=Where(path="/lines/0/quantity", value="7"))
    assert json.discreet(plain) == plain


@pytest.mark.parametrize(
    ("body", "is_whole"),
    [(b'{"a":1}\n', True), (b'{"a":[1', False), (b"[{}", False), (b"[{}]", True), (b"x", True)],
)
def test_a_file_is_whole_when_its_bracket_closes(body, is_whole):
    assert json.whole(io.BytesIO(body)) is is_whole


ODD = r"""{"a": "x\u0000y", "l": [{"b": "😀 \ud83d\ude00"}, {"b~": "\uD800"}],
 "tail": ["\udfff\ud800", "\\u0000"]CUT}"""


def _places(body: str, **profile: object) -> list[tuple[str, str, bytes]]:
    """Where each problem points: the pointer, the value shown, what stands in the file there."""
    [document] = _documents(body, **profile)
    assert document.rejected
    assert {problem.code for problem in document.problems} == {"json-character"}
    assert all("send the paper again" in problem.text for problem in document.problems)
    wheres = [problem.where for problem in document.problems]
    return [(one.path, one.value, body.encode()[one.offset :][:4]) for one in wheres]


def test_every_sign_that_no_text_may_hold_is_told_at_its_place_at_once():
    values = [
        ("/a", "x\\u0000y", b'"x\\u'),
        ("/l/1/b~0", "\\ud800", b'"\\uD'),
        ("/tail/0", "\\udfff\\ud800", b'"\\ud'),
    ]
    paper = ODD.replace("CUT", r', "c\u0000": {"d": 1}')
    *found, named = _places(paper, set="order")
    assert found == values
    assert named[:2] == ("/c\\u0000", "c\\u0000")
    rows = _places(ODD.replace("CUT", ""), **FEED)
    assert [row[:2] for row in rows] == [value[:2] for value in values]
    assert rows[1][2] == b'{"b~'  # of a feed, the row
    lots = '{"a":[' + ",".join([r'"\u0000"'] * 5000) + "]}"
    assert len(_places(lots, set="order")) == len(_places(lots, **FEED)) == 100


def test_a_paper_too_deep_for_a_tree_is_no_fault_of_ours():
    body = '{"a":' * 900 + "1" + "}" * 900
    [document] = _documents(body, set="order")
    assert document.rejected
    with pytest.raises(ValueError, match="deep"):
        json.read(body.encode(), document=document)


# --- feeds -------------------------------------------------------------------------------------

FEED: dict[str, object] = {"set": "stock", "feeds": ["stock"]}


def _walk(body: str, rows: str) -> list[Node]:
    raw = io.BytesIO(body.encode())
    [document] = _documents(raw.getvalue(), **FEED)
    assert (document.set_id, document.problems) == ("stock", ())
    return list(json.walk(raw, document=document, rows=rows))


def _values(node: Node) -> list[tuple[str, str]]:
    return [(child.name, child.text) for child in node.children]


def test_a_feed_is_its_head_then_every_row_then_itself_without_rows():
    rows = ",".join(f'{{"sku":"S-ä{n}","qty":{n}}}' for n in range(5000))
    body = f'{{"at":"2026","in":{{"items":[{rows}],"count":5000}},"tags":["x"]}}'
    head, *found, tail = _walk(body, "in/items")
    assert _values(head) == [("at", "2026"), ("in", "")]
    assert len(found) == 5000
    assert found[4999] == Node(
        name="items",
        kind="object",
        many=True,
        children=(Node(name="sku", text="S-ä4999"), Node(name="qty", kind="number", text="4999")),
    )
    assert _values(tail) == [("at", "2026"), ("in", ""), ("tags", "x")]
    assert _values(tail.children[1]) == [("count", "5000")]


def test_a_feed_that_is_an_array_has_its_rows_under_a_name_of_ours():
    head, first, second, tail = _walk('[{"sku":"a"},{"sku":"b"}]', "rows")
    assert (_values(first), _values(second)) == ([("sku", "a")], [("sku", "b")])
    assert head == tail == Node(name="", kind="object")


def test_a_feed_without_rows_and_a_walk_without_rows():
    head, tail = _walk('{"items":[]}', "items")
    assert head == tail == Node(name="", kind="object")
    [alone] = _walk('{"at":"1","items":[{"sku":"a"}]}', "")
    assert [child.name for child in alone.children] == ["at", "items"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('{"a":[1,2', "json-not-well-formed"),
        ('{"a":[1 2]}', "json-not-well-formed"),
        ('{"a":[1,]}', "json-not-well-formed"),
        ('{"a" 1}', "json-not-well-formed"),
        ("{1:1}", "json-not-well-formed"),
        ('{"a":1}}', "json-not-well-formed"),
        ('{"a":[{"b":1,"b":2}]}', "json-twice"),
        ('{"a":1,"a":2}', "json-twice"),
        ('{"a":[NaN]}', "json-number"),
        ('{"a":[' + "[" * 100_000 + "]}", "json-too-deep"),
        ("[" * 100_000, "json-too-deep"),
        ('{"a":["' + "x" * 2_000_000 + '"]}', "json-row"),
        ('{"a":["' + "x" * 2_000_000, "json-row"),
        ("", "json-empty"),
        ('{"a":[{"b":"\\u0000"}]}', "json-character"),
        ('{"a":1,"\\udc00":[]}', "json-character"),
    ],
    ids=range(16),
)
def test_a_feed_that_is_no_strict_json_is_refused(body, code):
    assert _codes(body, **FEED) == [code]


def test_characters_and_values_may_lie_across_blocks():
    for pad in range(5):
        text = " " * (64 * 1024 - 12 - pad) + '{"a":[{"x":"😀ä"},-12.5e1,true,"\\ud83d\\ude00"]}'
        _, *rows, _ = _walk(text, "a")
        assert [row.text for row in rows] == ["", "-12.5e1", "true", "😀"]
        assert rows[0].children[0].text == "😀ä"


# --- ours --------------------------------------------------------------------------------------


def _joined(paper: Node, **profile: object) -> bytes:
    return json.join(
        [paper],
        set_id="order",
        profile=json.Config.model_validate(profile),
        interchange_number=1,
        group_number=1,
        at=AT,
    ).body


def test_what_was_read_is_written_as_it_was():
    body = '{"n":1.50,"t":true,"z":null,"s":"a\\"b\\u0001ä","o":{},"l":[{"c":2},{"c":"x"}]}'
    found = _tree(body)
    assert _joined(found, indent=0).decode().rstrip() == body
    assert plain_json.loads(_joined(found)) == plain_json.loads(body)
    assert _tree(_joined(found)) == found


def test_an_array_of_nothing_is_written_as_an_empty_one():
    paper = Node(
        name="",
        kind="object",
        children=(Node(name="a", kind="nothing", many=True), Node(name="b", kind="nothing")),
    )
    assert plain_json.loads(_joined(paper)) == {"a": [], "b": None}


def test_what_cannot_be_written_is_an_error_of_the_map():
    paper = Node(
        name="",
        kind="object",
        children=(
            Node(name="a", kind="number", text="1,5"),
            Node(name="b", kind="truth", text="yes"),
            Node(name="c", text="x"),
            Node(name="c", text="y"),
            Node(name="d", text="p\ud800q"),
        ),
    )
    cleaned, problems = json.clean(paper, set_id="order", profile=json.Config())
    assert [(one.code, one.where.path, one.severity) for one in problems] == [
        ("json-twice", "", Severity.ERROR),
        ("json-number", "/a", Severity.ERROR),
        ("json-truth", "/b", Severity.ERROR),
        ("cannot-be-carried", "/d", Severity.WARNING),
    ]
    assert isinstance(cleaned, Node)
    assert cleaned.children[4].text == "pq"
    for child in paper.children[:2]:
        with pytest.raises(ValueError, match="clean the paper first"):
            _joined(Node(name="", kind="object", children=(child,)))


def test_one_file_of_ours_holds_one_paper_and_nothing_answers_json():
    assert json.AT_MOST == 1
    with pytest.raises(ValueError, match="0 papers"):
        json.join(
            [], set_id="x", profile=json.Config(), interchange_number=1, group_number=1, at=AT
        )
    with pytest.raises(TypeError, match="elements"):
        json.clean((("BEG",),), set_id="850", profile=json.Config())
    assert not json.is_receipt("anything")
