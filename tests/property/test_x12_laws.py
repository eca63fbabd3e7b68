"""X12 laws: what goes out comes back, half a file applies nothing, no bytes make it stumble."""

import json
from io import BytesIO
from itertools import chain

from hypothesis import example, given
from hypothesis import strategies as st

from hub.domain.exchange import Document, Segments, Severity, SplitInterchange
from hub.errors import Malformed
from hub.formats import x12
from tests.unit.formats.deliveries import (
    ACKNOWLEDGMENT,
    AT,
    NOTICE,
    delivery,
    documents,
    page,
    their_page,
)

SYNTAX = '{"element": "*", "component": ">", "segment": "~", "repetition": ""}'
MARKS = "*|~^!'+:>\x07\x15\x1c\x1d\x1e\x1f\x7f\\}"

texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=40)
versions = st.sampled_from(["004010", "005010", "004010VICS", "005010VICS"])
words = st.text("ABCXYZ0189 .,-&()", min_size=1, max_size=20).map(str.strip).filter(bool)
separators = st.permutations(list(MARKS)).map(
    lambda marks: dict(zip(("element", "component", "segment", "repetition"), marks, strict=False))
)


@st.composite
def orders(draw: st.DrawFn, values: st.SearchStrategy[str] = words) -> Segments:
    """Draw an 850 with free text in many of its places."""
    lines = draw(st.integers(min_value=1, max_value=4))
    rows: list[tuple[str, ...]] = [("BEG", "00", "DS", "PO-1", "", "20260304")]
    rows += [("N9", "L1", "gift"), *(("MSG", draw(values)) for _ in range(draw(st.integers(0, 3))))]
    rows += [("N1", "ST", draw(values)), ("N3", draw(values))]
    for line in range(1, lines + 1):
        quantity = str(draw(st.integers(min_value=1, max_value=999)))
        rows.append(("PO1", str(line), quantity, "EA", "3.5", "", "VN", draw(words)))
    return tuple(rows)


def joined(papers: list[Segments], profile: x12.Config) -> bytes:
    return x12.join(
        papers, set_id="850", profile=profile, interchange_number=7, group_number=7, at=AT
    ).body


def split(body: bytes, version: str = "004010") -> list[SplitInterchange]:
    return list(x12.split(BytesIO(body), profile=page(version=version)))


def read(body: bytes, paper: Document) -> Segments:
    return x12.read(body[paper.offset : paper.offset + paper.length], document=paper)


class Trickle(BytesIO):
    """A stream that gives at most so many bytes at once, so that blocks end anywhere."""

    def __init__(self, body: bytes, most: int) -> None:
        super().__init__(body)
        self._most = most

    def read(self, size: int | None = -1) -> bytes:
        wanted = self._most if size is None or size < 0 else min(size, self._most)
        return super().read(wanted)


def walked(body: bytes, paper: Document, most: int = 65536) -> Segments:
    return tuple(x12.walk(Trickle(body, most), document=paper))


@given(
    papers=st.lists(orders(texts), min_size=1, max_size=4),
    marks=separators,
    newline=st.sampled_from([False, "lf", "crlf"]),
    charset=st.sampled_from(["basic", "extended", "utf-8"]),
    version=versions,
    most=st.integers(min_value=1, max_value=400),
)
def test_cleaned_papers_come_back_as_they_were_joined(
    papers: list[Segments],
    marks: dict[str, str],
    newline: bool | str,
    charset: str,
    version: str,
    most: int,
) -> None:
    replacement = next(each for each in " _." if each not in marks.values())
    profile = their_page(
        delimiters=marks,
        newline=newline,
        charset=charset,
        replacement=replacement,
        version=version,
    )
    cleaned = [x12.clean(paper, set_id="850", profile=profile)[0] for paper in papers]
    body = joined(cleaned, profile)
    found = split(body, version)
    assert [read(body, paper) for paper in documents(found)] == cleaned
    assert [walked(body, paper, most) for paper in documents(found)] == cleaned
    assert found[0].interchange.problems == () and found[0].groups[0].group.problems == ()


@given(orders(texts), st.sampled_from(["basic", "extended", "utf-8"]))
def test_cleaning_what_is_clean_changes_nothing(paper: Segments, charset: str) -> None:
    profile = page(charset=charset)
    once, _ = x12.clean(paper, set_id="850", profile=profile)
    again, problems = x12.clean(once, set_id="850", profile=profile)
    assert again == once
    assert not any(each.code in ("delimiter-in-data", "cannot-be-carried") for each in problems)


@given(orders(), versions, versions)
def test_a_paper_without_problems_at_cleaning_is_accepted_when_read(
    paper: Segments, version: str, agreed: str
) -> None:
    profile = their_page(version=version)
    cleaned, problems = x12.clean(paper, set_id="850", profile=profile)
    found = split(joined([cleaned], profile), agreed)
    refused = any(each.severity is Severity.ERROR for each in problems)
    assert documents(found)[0].rejected == refused
    (answer,) = x12.acknowledge(found[0], profile=page(version=agreed))
    lines = x12.receipt(answer).lines
    assert [(each.number, each.accepted) for each in lines] == [("0001", not refused)]


@st.composite
def pieces(draw: st.DrawFn) -> tuple[bytes, str]:
    """Draw any bytes as a paper's slice, and how its delimiters are kept."""
    marks = draw(st.sampled_from(["*~", "|\n", "*\r", "+…", "*À", "\x1d\x1c", "é~", "**"]))
    kept = [mark.encode(draw(st.sampled_from(["utf-8", "latin-1"])), "replace") for mark in marks]
    some = st.sampled_from(
        [*kept, b"ST", b"SE", b"\r\n", b"\n", b"LIN", "Zoë".encode(), b"\xe9", b"\xc3", b"\xa9"]
    )
    body = b"".join(draw(st.lists(st.one_of(some, st.binary(max_size=3)), max_size=60)))
    syntax = {"element": kept[0], "component": b">", "segment": kept[1], "repetition": b""}
    return body, json.dumps({name: mark.decode("latin-1") for name, mark in syntax.items()})


@given(pieces(), st.integers(min_value=1, max_value=40), st.integers(min_value=0, max_value=9))
@example(("LIN*é~QTY*".encode() + b"\xe9~", SYNTAX), 3, 0)
def test_walking_a_slice_gives_what_reading_it_gives(
    piece: tuple[bytes, str], most: int, before: int
) -> None:
    body, syntax = piece
    paper = Document(
        set_id="846",
        version="005010",
        number="0001",
        offset=before,
        length=len(body),
        syntax=syntax,
    )
    around = b"~" * before + body + b"SE*9~\xff"
    assert walked(around, paper, most) == x12.read(body, document=paper)


WHOLE = delivery(ACKNOWLEDGMENT, ACKNOWLEDGMENT)
BOTH = WHOLE + b"\r\n" + delivery(NOTICE, set_id="856", number=8)
NEWER = delivery(ACKNOWLEDGMENT, seen_by=their_page(version="005010")) + delivery(
    NOTICE, set_id="856", number=8, seen_by=their_page(version="005010")
)


def test_no_prefix_of_a_delivery_lets_a_paper_through_whose_interchange_is_not_whole() -> None:
    first = len(WHOLE) - 1  # the terminator of the last IEA may be missing
    for size in range(len(BOTH)):
        body = BOTH[:size]
        try:
            found = split(body)
        except Malformed:
            assert size < 106
            continue
        good = [paper for paper in documents(found) if not paper.rejected]
        assert len(good) == (0 if size < first else 2 if size < len(BOTH) - 1 else 3)


def check_no_surprise(body: bytes, version: str) -> None:
    """Split, read, walk and answer any bytes; only Malformed may come out of it."""
    try:
        found = split(body, version)
    except Malformed as refusal:
        assert refusal.problems
        return
    for paper in documents(found):
        assert 0 <= paper.offset <= paper.offset + paper.length <= len(body)
        assert walked(body, paper, 50) == read(body, paper)
    for each in found:
        for answer in x12.acknowledge(each, profile=page(version=version)):
            refusing = page(in_data="refuse", version=version)
            cleaned, problems = x12.clean(answer, set_id="997", profile=refusing)
            assert [problem.text for problem in problems] == []
            functions = {group.group.function for group in each.groups}
            assert x12.receipt(cleaned).function in functions
    places = chain.from_iterable(paper.problems for paper in documents(found))
    assert all(-1 < (problem.where.offset or 0) <= len(body) for problem in places)


mutations = st.lists(
    st.tuples(
        st.integers(min_value=0, max_value=len(BOTH)),
        st.integers(min_value=0, max_value=8),
        st.one_of(st.binary(max_size=6), st.sampled_from([b"*", b"~", b"ISA*", b"~SE*", b"\n"])),
    ),
    min_size=1,
    max_size=6,
)


@given(mutations, versions, versions)
def test_no_mutation_of_a_delivery_raises_anything_but_malformed(
    changes: list[tuple[int, int, bytes]], version: str, agreed: str
) -> None:
    body = BOTH if version.startswith("004010") else NEWER
    for at, removed, added in changes:
        body = body[:at] + added + body[at + removed :]
    check_no_surprise(body, agreed)


@given(st.binary(max_size=400), versions)
def test_no_bytes_at_all_raise_anything_but_malformed(body: bytes, version: str) -> None:
    check_no_surprise(body, version)
    check_no_surprise(WHOLE[:106] + body, version)
    head, tail = WHOLE[: WHOLE.index(b"BAK")], WHOLE[WHOLE.index(b"SE*") :]
    check_no_surprise(head + body + tail, version)


@given(st.binary(max_size=200))
def test_whole_never_raises(body: bytes) -> None:
    assert x12.whole(BytesIO(WHOLE + body.strip() + WHOLE)) is True
    assert x12.whole(BytesIO(body)) in (True, False)


@given(st.integers(min_value=0, max_value=200_000), st.integers(min_value=1, max_value=3))
def test_blocks_cut_anywhere_without_a_difference(padding: int, copies: int) -> None:
    filler = b"\r\n" * (padding // 2)
    body = filler + WHOLE * copies
    found = split(body)
    assert [each.interchange.offset for each in found] == [
        len(filler) + number * len(WHOLE) for number in range(copies)
    ]
    assert all(read(body, paper) == ACKNOWLEDGMENT for paper in documents(found))
