"""Papers of ours: cleaned for the wire, joined with right counts; and the page that says how."""

from dataclasses import replace
from io import BytesIO

import pytest
from pydantic import ValidationError

from hub.domain.exchange import Document, Problem, Segments, Severity, Where
from hub.formats import x12
from tests.unit.formats.deliveries import AT, delivery, documents, page, split, their_page

ORDER: Segments = (
    ("BEG", "00", "DS", "PO-1", "", "20260304"),
    ("N1", "ST", "Ada Example"),
    ("PO1", "1", "2", "EA", "3.5", "", "VN", "AC-1"),
)


def named(name: str, **changes: object) -> tuple[str, tuple[Problem, ...]]:
    paper = (ORDER[0], ("N1", "ST", name), ORDER[2])
    cleaned, problems = x12.clean(paper, set_id="850", profile=page(**changes))
    return cleaned[1][2], problems


def test_a_paper_that_fits_is_left_alone() -> None:
    assert x12.clean(ORDER, set_id="850", profile=page()) == (ORDER, ())


@pytest.mark.parametrize(
    ("name", "carried"),
    [
        ("Zoë Ångström", "Zoe Angstrom"),
        ("Weiß & Søn", "Weiss & Son"),
        ("“quoted” – it’s…", '"quoted" - it\'s...'),
        ("two\r\nlines\tand\xa0space", "two lines and space"),
        ("trailing  ", "trailing"),
        ("e\u0301", "e"),
    ],
)
def test_accents_and_typography_become_ascii_silently(name: str, carried: str) -> None:
    assert named(name) == (carried, ())


def test_delimiters_in_data_are_replaced_and_told() -> None:
    name, problems = named("a*b>c~d", replacement="-")
    assert name == "a-b-c-d"
    assert [(each.code, each.severity) for each in problems] == [
        ("delimiter-in-data", Severity.WARNING)
    ] * 3
    assert problems[0].where == Where(segment="N1", ordinal=3, element=2, value="a*b>c~d")


def test_delimiters_in_data_are_refused_when_the_page_says_so() -> None:
    _, problems = named("a*b", in_data="refuse")
    assert [(each.code, each.severity) for each in problems] == [
        ("delimiter-in-data", Severity.ERROR)
    ]
    assert "N102 has '*'" in problems[0].text


def test_a_letter_that_cannot_be_carried_is_an_error_and_a_symbol_is_not() -> None:
    _, problems = named("山田 Ada")
    assert {(each.code, each.severity) for each in problems} == {
        ("cannot-be-carried", Severity.ERROR)
    }
    name, problems = named("gift ❤")
    assert name == "gift"
    assert [each.severity for each in problems] == [Severity.WARNING]


def test_utf_8_channels_carry_everything_printable() -> None:
    assert named("山田 Zoë", charset="utf-8") == ("山田 Zoë", ())
    assert named("a\x00b", charset="utf-8")[1][0].code == "cannot-be-carried"


def test_the_basic_set_and_upper_case_pages_write_capitals() -> None:
    assert named("Zoë_x", charset="basic")[0] == "ZOE X"
    assert named("Zoë_x", upper_case=True) == ("ZOE_X", ())


def test_our_own_paper_is_checked_like_theirs() -> None:
    paper = (("BEG", "00", "DS", "9" * 23, "", "20260230"), ("N1", "ST", "x" * 61))
    _, problems = x12.clean(paper, set_id="850", profile=page())
    assert [(each.code, each.where.segment, each.where.element) for each in problems] == [
        ("x12-ak403-5", "BEG", 3),
        ("x12-ak403-8", "BEG", 5),
        ("x12-ak403-5", "N1", 2),
        ("x12-ak304-3", "PO1", None),
    ]
    assert problems[0].where.offset is None


def test_join_builds_the_whole_frame() -> None:
    joined = x12.join(
        [ORDER, ORDER],
        set_id="850",
        profile=page(newline=True, wants_receipt=True),
        interchange_number=42,
        group_number=9,
        at=AT,
    )
    lines = joined.body.decode().splitlines()
    assert lines[0] == (
        "ISA*00*          *00*          *ZZ*JUNIPERHUB     *01*555012345      "
        "*260304*1506*U*00401*000000042*1*P*>~"
    )
    assert len(lines[0]) == 106
    assert lines[1] == "GS*PO*JUNIPERHUB*ACMEGS*20260304*1506*9*X*004010~"
    assert lines[2::5] == ["ST*850*0001~", "ST*850*0002~", "GE*2*9~"]
    assert lines[-1] == "IEA*1*000000042~"
    first, second = joined.documents
    piece = joined.body[second.offset : second.offset + second.length].decode()
    assert piece.startswith("ST*850*0002~\nBEG") and piece.endswith("SE*5*0002~")
    assert (first.number, second.number) == ("0001", "0002")
    assert (joined.function, joined.group_number) == ("PO", "9")
    assert joined.interchange_number == "000000042"


def test_join_gives_the_same_bytes_every_time() -> None:
    assert delivery(number=5) == delivery(number=5)


@pytest.mark.parametrize("number", [0, -1, 1_000_000_000])
def test_join_refuses_numbers_that_do_not_fit(number: int) -> None:
    with pytest.raises(ValueError, match="control number"):
        delivery(number=number)


def test_join_refuses_a_set_it_does_not_know_and_a_paper_that_was_not_cleaned() -> None:
    with pytest.raises(ValueError, match="216"):
        delivery(set_id="216")
    with pytest.raises(ValueError, match="clean it first"):
        delivery((("BAK", "a~b"),))


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"delimiters": {"element": "A"}}, "cannot separate"),
        ({"delimiters": {"element": "~"}}, "must differ"),
        ({"delimiters": {"element": "\n"}}, "line end"),
        ({"delimiters": {"element": "**"}}, "cannot separate"),
        ({"replacement": "*"}, "no delimiter"),
        ({"replacement": "xx"}, "one printable"),
        ({"version": "003010"}, "pattern"),
        ({"ours": {"qualifier": "ZZ", "id": "x" * 16}}, "15"),
        ({"ours": {"qualifier": "Z", "id": "HUB"}}, "pattern"),
        ({"ours": {"qualifier": "ZZ", "id": "Zoë"}}, "ASCII"),
        ({"deliminators": "x"}, "Extra"),
    ],
)
def test_a_page_that_cannot_work_is_refused(changes: dict[str, object], word: str) -> None:
    with pytest.raises(ValidationError, match=word):
        page(**changes)


def test_locate_finds_the_byte_of_segment_and_element() -> None:
    body = delivery(seen_by=their_page(newline="crlf"))
    (document,) = documents(split(body))
    assert isinstance(document, Document)
    piece = body[document.offset : document.offset + document.length]
    problem = Problem(code="x", text="x", where=Where(segment="ACK", ordinal=4, element=5))
    found = x12.locate(piece, document=document, problem=problem)
    assert found.where.offset is not None
    assert body[found.where.offset :].startswith(b"20260306~")
    nowhere = Problem(code="x", text="x", where=Where(ordinal=99))
    assert x12.locate(piece, document=document, problem=nowhere) == nowhere
    assert x12.locate(piece, document=document, problem=found) is found
    several = [replace(problem, where=Where(ordinal=n, element=1)) for n in (4, 1, 99, 2, 4)]
    one_by_one = [x12.locate(piece, document=document, problem=one) for one in several]
    assert list(x12.located(piece, document=document, problems=several)) == one_by_one
    assert len({one.where.offset for one in one_by_one}) == 4


def test_a_delivery_is_whole_when_its_iea_is_there() -> None:
    body = delivery()
    assert x12.whole(BytesIO(body)) and x12.whole(BytesIO(b"\xef\xbb\xbf\r\n" + body + b"\r\n\x1a"))
    assert x12.whole(BytesIO(body[:-1]))
    assert not any(x12.whole(BytesIO(body[:size])) for size in range(len(body) - 1))
    marks = {"element": "*", "component": ">", "segment": "\n", "repetition": "^"}
    assert x12.whole(BytesIO(delivery(seen_by=their_page(delimiters=marks))))
    assert x12.whole(BytesIO(b"this is not X12"))
