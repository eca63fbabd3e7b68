"""Envelopes: what a split finds, where, and what it refuses."""

import tracemalloc
from collections.abc import Iterator
from io import BytesIO, RawIOBase
from typing import BinaryIO, cast

import pytest

from hub.domain.exchange import Severity
from hub.errors import Malformed
from hub.formats import x12
from tests.unit.formats.deliveries import (
    ACKNOWLEDGMENT,
    NOTICE,
    codes,
    delivery,
    documents,
    page,
    split,
    their_page,
)

GOOD = delivery(ACKNOWLEDGMENT, ACKNOWLEDGMENT)


def changed(old: bytes, new: bytes, body: bytes = GOOD) -> bytes:
    assert old in body
    return body.replace(old, new, 1)


def test_a_good_delivery_is_split_into_slices_that_read_back() -> None:
    (interchange,) = split(GOOD)
    assert interchange.interchange.sender == "01:555012345"
    assert interchange.interchange.number == "000000007"
    assert interchange.interchange.usage == "production"
    assert interchange.interchange.length == len(GOOD)
    for paper in interchange.groups[0].documents:
        body = GOOD[paper.offset : paper.offset + paper.length]
        assert body.startswith(b"ST*855*") and body.endswith(paper.number.encode() + b"~")
        assert x12.read(body, document=paper) == ACKNOWLEDGMENT
    assert codes([interchange]) == []


@pytest.mark.parametrize(
    ("old", "new", "code", "survivors"),
    [
        (b"IEA*1*000000007~", b"", "x12-ta105-023", 0),
        (b"IEA*1*", b"IEA*2*", "x12-ta105-021", 0),
        (b"IEA*1*000000007", b"IEA*1*000000008", "x12-ta105-001", 0),
        (b"GE*2*7~", b"", "x12-ak905-3", 0),
        (b"GE*2*7", b"GE*3*7", "x12-ak905-5", 0),
        (b"GE*2*7", b"GE*2*8", "x12-ak905-4", 0),
        (b"SE*6*0001~", b"", "x12-ak502-2", 1),
        (b"SE*6*0001", b"SE*7*0001", "x12-ak502-4", 1),
        (b"SE*6*0001", b"SE*6*0009", "x12-ak502-3", 1),
        (b"ST*855*0002", b"ST*855*0001", "x12-ak502-23", 1),
        (b"ST*855*0001", b"ST*216*0001", "x12-ak502-1", 1),
        (b"ST*855*0001", b"ST*850*0001", "x12-ak502-6", 1),
        (b"ST*855*0001", b"ST*855*1", "x12-ak502-7", 1),
        (b"ST*855*0001", "ST*855*Zoë1".encode(), "x12-ak502-7", 1),
        (b"*01*555012345      *", b"*02*555012345      *", "x12-ta105-005", 0),
        (b"*01*555012345      *", b"*01*555099999      *", "x12-ta105-006", 0),
        (b"*ZZ*JUNIPERHUB     *", b"*01*JUNIPERHUB     *", "x12-ta105-007", 0),
        (b"*ZZ*JUNIPERHUB     *", b"*ZZ*SOMEBODYELSE   *", "x12-ta105-008", 0),
        (b"*0*P*>", b"*0*T*>", "x12-ta105-020", 0),
        (b"*00401*", b"*ABCDE*", "x12-ta105-017", 0),
        (b"*000000007*0", b"*00000000A*0", "x12-ta105-018", 0),
        (b"555012345      *", b"555012345*", "x12-ta105-022", 0),
        (b"*P*>~", b"*P*A~", "x12-ta105-027", 0),
        (b"*P*>~", b"*P*~~", "x12-ta105-027", 0),
        (b"*P*>~", b"*P*>*", "x12-ta105-004", 0),
        (b"GS*PR*ACMEGS*", b"GS*PR*OTHERS*", "x12-group-sender", 0),
        (b"*JUNIPERHUB*2026", b"*ANOTHERHUB*2026", "x12-group-receiver", 0),
        (b"GS*PR*", b"GS*ZZ*", "x12-ak905-1", 0),
        (b"*X*004010", b"*X*003040", "x12-ak905-2", 0),
        (b"GE*2*7~", b"GE*2*7~REF*IA*1~", "x12-ta105-022", 0),
        (b"BAK*00", b"FOO*00", "x12-ak304-1", 1),
        (b"BAK*00", b"BEG*00", "x12-ak304-6", 1),
        (b"BAK*00*AC*PO-1001*20260304~", b"", "x12-ak304-3", 1),
        (b"*PO-1001*20260304~", b"**20260304~", "x12-ak403-1", 1),
        (b"ACK*IA*2*EA", b"ACK*IA*2*", "x12-ak403-2", 1),
        (b"CTT*1~", b"CTT*1*2*3*LB*5*CF*7*8~", "x12-ak403-3", 1),
        (b"BAK*00", b"BAK*0", "x12-ak403-4", 1),
        (b"*PO-1001*", b"*" + b"9" * 23 + b"*", "x12-ak403-5", 1),
        (b"ACK*IA*2*EA", b"ACK*IA*1E9*EA", "x12-ak403-6", 1),
        (b"ACK*IA*2*EA", b"ACK*IA*1234567890123456*EA", "x12-ak403-5", 1),
        (b"PO-1001", b"PO-\x0001", "x12-ak403-6", 1),
        (b"PO-1001", b"PO-\n01", "x12-ak403-6", 1),
        (b"*20260306~", b"*20260230~", "x12-ak403-8", 1),
    ],
)
def test_each_breach_has_its_code_and_leaves_good_neighbours(
    old: bytes, new: bytes, code: str, survivors: int
) -> None:
    found = split(changed(old, new))
    assert code in codes(found)
    assert sum(not paper.rejected for paper in documents(found)) == survivors


def test_a_problem_points_at_the_byte_of_the_value() -> None:
    body = changed(b"*20260306~", b"*20260230~")
    (problem,) = documents(split(body))[0].problems
    assert body[problem.where.offset or 0 :].startswith(b"20260230~")
    assert (problem.where.segment, problem.where.ordinal, problem.where.element) == ("ACK", 4, 5)
    assert problem.where.value == "20260230"
    assert "ACK05 '20260230' is not a date" in problem.text


def test_every_problem_is_reported_at_once() -> None:
    body = changed(b"BAK*00", b"BAK*0").replace(b"ACK*IA*2", b"ACK*IA*x", 1)
    assert [problem.code for problem in documents(split(body))[0].problems] == [
        "x12-ak403-4",
        "x12-ak403-6",
    ]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"HL*4*3*I", b"HL*3*3*I", "x12-ak403-7"),
        (b"HL*4*3*I", b"HL*4*9*I", "x12-ak403-7"),
        (b"HL*4*3*I", b"HL*4*4*I", "x12-ak403-7"),
    ],
)
def test_levels_must_be_new_and_stand_under_one_that_came_before(
    old: bytes, new: bytes, code: str
) -> None:
    good = delivery(NOTICE, set_id="856")
    assert codes(split(good)) == []
    assert codes(split(changed(old, new, good))) == [code]


def test_levels_are_at_most_fifty_deep_and_capped_in_number() -> None:
    deep = (NOTICE[0], *(("HL", str(n), str(n - 1) if n > 1 else "", "S") for n in range(1, 60)))
    assert codes(split(delivery(deep, set_id="856"))) == ["x12-ak403-7"] * 9
    wide = (NOTICE[0], *(("HL", str(n), "", "S") for n in range(1, 60)))
    assert codes(split(delivery(wide, set_id="856"), max_levels=50)) == ["x12-ak304-4"]


@pytest.mark.parametrize(
    "delimiters",
    [
        {"element": "|", "component": "^", "segment": "'", "repetition": "!"},
        {"element": "\x1d", "component": "\x1f", "segment": "\x1c", "repetition": "\x1e"},
        {"element": "~", "component": "<", "segment": "\n", "repetition": "^"},
        {"element": "*", "component": ">", "segment": "\r", "repetition": "^"},
    ],
)
@pytest.mark.parametrize("newline", [False, "lf", "crlf"])
def test_odd_delimiters_and_line_ends_are_read(
    delimiters: dict[str, str], newline: bool | str
) -> None:
    paper = (*ACKNOWLEDGMENT[:-1], ("N9", "L1", "x"), ("MSG", "plain text"), ("CTT", "1"))
    theirs = their_page(delimiters=delimiters, newline=newline)
    body = b"\r\n\r\n" + delivery(paper, seen_by=theirs) + b"\r\n\x1a"
    found = split(body)
    assert codes(found) == []
    (document,) = documents(found)
    slice_ = body[document.offset : document.offset + document.length]
    assert x12.read(slice_, document=document) == paper


def test_line_feed_terminators_with_a_carriage_return_before_them_are_read() -> None:
    marks = {"element": "*", "component": ">", "segment": "\n", "repetition": "^"}
    body = delivery(seen_by=their_page(delimiters=marks))
    mixed = body[:106] + body[106:].replace(b"\n", b"\r\n")
    assert codes(split(mixed)) == []


def test_a_byte_order_mark_and_padding_are_no_problem() -> None:
    assert codes(split(b"\xef\xbb\xbf" + GOOD + b"\0\0\x1a")) == []


def test_interchanges_with_different_delimiters_stand_side_by_side() -> None:
    marks = {"element": "|", "component": ">", "segment": "'", "repetition": "^"}
    other = delivery(NOTICE, set_id="856", number=8, seen_by=their_page(delimiters=marks))
    found = split(GOOD + b"\r\n" + other + GOOD)
    assert [each.interchange.number for each in found] == ["000000007", "000000008", "000000007"]
    assert found[1].interchange.offset == len(GOOD) + 2
    assert codes(found) == []


@pytest.mark.parametrize("cut", [b"IEA*1*000000007~", b"000000007~", b"SE*6*0002", b"*20260306~"])
def test_a_truncated_interchange_does_not_take_the_next_one_with_it(cut: bytes) -> None:
    marks = {"element": "|", "component": ">", "segment": "'", "repetition": "^"}
    other = delivery(NOTICE, set_id="856", number=8, seen_by=their_page(delimiters=marks))
    at = GOOD.rindex(cut)
    broken, whole = split(GOOD[:at] + other)
    assert "x12-ta105-023" in codes([broken])
    assert all(paper.rejected for paper in documents([broken]))
    assert codes([whole]) == [] and len(documents([whole])) == 1


def test_an_end_that_lacks_only_its_terminator_is_whole_with_a_warning() -> None:
    found = split(GOOD[:-1])
    assert codes(found) == ["x12-unterminated"]
    assert not any(paper.rejected for paper in documents(found))


def test_an_end_without_terminator_after_a_number_that_is_none_is_refused_not_a_crash() -> None:
    body = GOOD[:-1].replace(b"000000007", b"\x0000000007")
    found = split(body)
    assert "x12-ta105-018" in codes(found)
    assert all(paper.rejected for paper in documents(found))


def test_bytes_between_interchanges_are_told_and_hurt_nobody() -> None:
    found = split(b"Dear hub,\n" + GOOD + b"-- sent by VISA-card\n" + GOOD + b"bye")
    assert codes(found) == ["x12-junk", "x12-junk", "x12-junk"]
    assert not any(paper.rejected for paper in documents(found))
    offsets = [each.interchange.problems[0].where.offset for each in found]
    assert offsets == [0, 10 + len(GOOD)]
    assert found[1].interchange.problems[1].where.value == "bye"


@pytest.mark.parametrize(
    ("body", "code", "word"),
    [
        (b"", "x12-empty", "no bytes"),
        (b"\r\n \x1a", "x12-empty", "no bytes"),
        (b"ST*850*0001~", "x12-no-isa", "no ISA"),
        (b"order,sku\n1,2\n" * 9000, "x12-no-isa", "no ISA"),
        (b"ISA*00*", "x12-ta105-022", "the bytes end"),
        (GOOD[:104], "x12-ta105-022", "the bytes end"),
        (GOOD.decode().encode("utf-16"), "x12-encoding", "UTF-16"),
        (GOOD.decode().encode("utf-16-le"), "x12-encoding", "UTF-16"),
        (GOOD.decode().encode("cp037"), "x12-encoding", "EBCDIC"),
    ],
)
def test_what_cannot_be_split_at_all_is_malformed(body: bytes, code: str, word: str) -> None:
    with pytest.raises(Malformed) as refusal:
        split(body)
    assert [problem.code for problem in refusal.value.problems] == [code]
    assert word in str(refusal.value)


def test_a_group_that_was_refused_refuses_its_papers_but_no_other_group() -> None:
    second = GOOD[GOOD.index(b"GS*") : GOOD.index(b"IEA")].replace(b"*7*X", b"*8*X")
    second = second.replace(b"GE*2*7", b"GE*2*8")
    body = changed(b"GE*2*7~", b"GE*9*7~" + second).replace(b"IEA*1", b"IEA*2")
    (found,) = split(body)
    first, other = found.groups
    assert [paper.problems[0].code for paper in first.documents] == ["x12-group-refused"] * 2
    assert not any(paper.rejected for paper in other.documents)


def test_an_unpadded_isa_is_taken_with_a_warning_when_the_page_says_so() -> None:
    body = changed(b"555012345      *", b"555012345*")
    found = split(body, short_isa="accept")
    assert [problem.severity for problem in found[0].interchange.problems] == [Severity.WARNING]
    assert not documents(found)[0].rejected


@pytest.mark.parametrize(
    ("value", "name"), [("Zoë", "UTF-8"), ("Zoë".encode("latin-1"), "ISO 8859-1")]
)
def test_characters_outside_ascii_are_read_and_told(value: str | bytes, name: str) -> None:
    raw = value.encode() if isinstance(value, str) else value
    body = changed(b"PO-1001", raw)
    paper = documents(split(body))[0]
    assert [problem.code for problem in paper.problems] == ["x12-charset"]
    assert name in paper.problems[0].text and not paper.rejected
    slice_ = body[paper.offset : paper.offset + paper.length]
    assert x12.read(slice_, document=paper)[0][3] == "Zoë"


def test_trailing_empty_elements_are_a_warning_told_once() -> None:
    body = GOOD.replace(b"CTT*1~", b"CTT*1***~").replace(
        b"BAK*00*AC*PO-1001*20260304~", b"BAK*00*AC*PO-1001*20260304**~"
    )
    paper = documents(split(body))[0]
    assert [problem.code for problem in paper.problems] == ["x12-trailing-empty"]
    assert not paper.rejected


def test_a_segment_without_end_stops_at_the_cap() -> None:
    at = GOOD.index(b"PO-1001")
    broken, whole = split(GOOD[:at] + b"x" * 300_000 + b"\n" + GOOD)
    assert "x12-ta105-023" in codes([broken]) and documents([broken])[0].rejected
    assert "longer than 65536 bytes" in broken.interchange.problems[0].text
    assert [code for code in codes([whole]) if code != "x12-junk"] == []


def test_problems_of_one_paper_are_capped() -> None:
    paper = (ACKNOWLEDGMENT[0], *[("FOO", "1")] * 500)
    found = documents(split(delivery(paper), max_problems=10))[0]
    assert [problem.code for problem in found.problems] == ["x12-ak304-1"] * 10 + ["x12-more"]


def test_a_paper_over_the_channels_cap_is_refused() -> None:
    paper = (*ACKNOWLEDGMENT, *[("REF", "IA", "12345")] * 500)
    assert codes(split(delivery(paper), max_document_bytes=4096)) == ["x12-too-large"]


def test_a_paper_over_a_megabyte_is_refused_unless_the_page_allows_it() -> None:
    paper = (*ACKNOWLEDGMENT, *[("REF", "IA", "1" * 30)] * 30_000)
    (problem,) = documents(split(delivery(paper)))[0].problems
    assert problem.code == "x12-too-large"
    assert "this channel allows 1048576" in problem.text
    assert "raise max_document_bytes" in problem.text
    assert documents(split(delivery(paper), max_document_bytes=2_000_000))[0].problems == ()


class _Generated(RawIOBase):
    """A stream whose bytes are made as they are read, so that only the reader's memory counts."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces = pieces
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        while len(self._rest) < size:
            piece = next(self._pieces, b"")
            if not piece:
                break
            self._rest += piece
        body, self._rest = self._rest[:size], self._rest[size:]
        return body


def _large(papers: int) -> Iterator[bytes]:
    lines = b"N9*L1*x~" + b"MSG*" + b"a line of text " * 17 + b"~"
    yield GOOD[: GOOD.index(b"ST*")]
    for number in range(1, papers + 1):
        body = b"BAK*00*AC*P%d*20260304~" % number + lines * 200
        yield b"ST*855*%04d~%sSE*%d*%04d~" % (number, body, 3 + 2 * 200, number)
    yield b"GE*%d*7~IEA*1*000000007~" % papers


def test_twenty_megabytes_are_split_in_little_memory() -> None:
    papers = 380
    stream = cast(BinaryIO, _Generated(_large(papers)))
    tracemalloc.start()
    (found,) = x12.split(stream, profile=page())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.interchange.length > 20_000_000
    assert codes([found]) == [] and len(documents([found])) == papers
    assert peak < 2_000_000


def test_an_empty_stream_object_is_malformed_not_a_crash() -> None:
    with pytest.raises(Malformed):
        list(x12.split(BytesIO(), profile=page()))
