"""997: what we say of their groups, and what we understand of theirs."""

from io import BytesIO

import pytest

from hub.domain.exchange import Segments
from hub.formats import x12
from tests.unit.formats.deliveries import (
    ACKNOWLEDGMENT,
    AT,
    HUB,
    delivery,
    documents,
    page,
    split,
    their_page,
)

GOOD = delivery(ACKNOWLEDGMENT, ACKNOWLEDGMENT)


def answer(body: bytes) -> Segments:
    (interchange,) = split(body)
    (paper,) = x12.acknowledge(interchange, profile=page())
    return paper


def test_a_good_group_is_accepted_set_by_set() -> None:
    assert answer(GOOD) == (
        ("AK1", "PR", "7"),
        ("AK2", "855", "0001"),
        ("AK5", "A"),
        ("AK2", "855", "0002"),
        ("AK5", "A"),
        ("AK9", "A", "2", "2", "2"),
    )


def test_a_bad_set_is_refused_with_segment_and_element_and_its_neighbour_accepted() -> None:
    body = GOOD.replace(b"BAK*00*AC", b"BAK*0*", 1).replace(b"CTT*1", b"FOO*1", 1)
    assert answer(body) == (
        ("AK1", "PR", "7"),
        ("AK2", "855", "0001"),
        ("AK3", "BAK", "2", "", "8"),
        ("AK4", "1", "353", "4", "0"),
        ("AK4", "2", "587", "1"),
        ("AK3", "FOO", "5", "", "1"),
        ("AK5", "R", "5"),
        ("AK2", "855", "0002"),
        ("AK5", "A"),
        ("AK9", "P", "2", "2", "1"),
    )


def test_a_wrong_count_is_told_at_the_set() -> None:
    assert ("AK5", "R", "4") in answer(GOOD.replace(b"SE*6*0001", b"SE*9*0001"))


def test_a_refused_group_is_answered_with_its_codes_and_what_was_received() -> None:
    assert answer(GOOD.replace(b"GE*2*7", b"GE*5*7")) == (
        ("AK1", "PR", "7"),
        ("AK9", "R", "5", "2", "0", "5"),
    )


def test_every_group_gets_its_own_receipt_and_receipts_get_none() -> None:
    receipt = answer(GOOD)
    both = delivery(receipt, set_id="997", seen_by=their_page())
    (interchange,) = split(both)
    assert documents([interchange])[0].problems == ()
    assert x12.acknowledge(interchange, profile=page()) == ()


@pytest.mark.parametrize("changes", [{"receipts": False}, {"usage": "test"}])
def test_nothing_is_said_when_the_page_wants_none_or_the_interchange_was_refused(
    changes: dict[str, object],
) -> None:
    (interchange,) = split(GOOD, **changes)
    assert x12.acknowledge(interchange, profile=page(**changes)) == ()


def test_our_receipt_is_itself_clean_and_reads_back() -> None:
    body = GOOD.replace(b"BAK*00", b"BAK*~", 1)
    (interchange,) = split(body)
    (paper,) = x12.acknowledge(interchange, profile=page())
    cleaned, problems = x12.clean(paper, set_id="997", profile=page())
    assert problems == ()
    joined = x12.join(
        [cleaned], set_id="997", profile=page(), interchange_number=3, group_number=4, at=AT
    )
    (seen,) = x12.split(BytesIO(joined.body), profile=their_page())
    (document,) = documents([seen])
    assert document.problems == ()
    read = x12.read(
        joined.body[document.offset : document.offset + document.length], document=document
    )
    receipt = x12.receipt(read)
    assert (receipt.function, receipt.group_number) == ("PR", "7")
    assert receipt.partly and [line.accepted for line in receipt.lines] == [False, True]


@pytest.mark.parametrize(
    ("code", "accepted", "partly"),
    [("A", True, False), ("E", True, False), ("P", True, True), ("R", False, False)],
)
def test_the_groups_verdict_is_read(code: str, accepted: bool, partly: bool) -> None:
    receipt = x12.receipt((("AK1", "PO", "000000042"), ("AK9", code, "1", "1", "1")))
    assert (receipt.accepted, receipt.partly, receipt.lines) == (accepted, partly, ())
    assert receipt.group_number == "42"


def test_reasons_come_in_plain_words_with_their_place() -> None:
    receipt = x12.receipt(
        (
            ("AK1", "PO", "42"),
            ("AK2", "850", "0001"),
            ("AK3", "N4", "9", "", "8"),
            ("AK4", "3:2", "116", "5", "1234567890123456"),
            ("AK3", "CTT", "12", "", "3"),
            ("AK5", "R", "5"),
            ("AK9", "R", "1", "1", "0", "5"),
        )
    )
    (line,) = receipt.lines
    long, missing, sums = line.problems
    assert long.text == (
        "The value is too long (N403, segment 9). Their copy of the value: '1234567890123456'."
    )
    assert (long.code, long.where.component) == ("x12-ak403-5", 2)
    assert missing.text == "A mandatory segment is missing (CTT, segment 12)."
    assert sums.code == "x12-ak502-5"
    assert [problem.code for problem in receipt.problems] == ["x12-ak905-5"]


def test_the_999_of_later_versions_is_read_alike() -> None:
    receipt = x12.receipt(
        (
            ("AK1", "PO", "42", "005010"),
            ("AK2", "850", "0001"),
            ("IK3", "N4", "9", "", "8"),
            ("IK4", "3", "116", "I12"),
            ("IK5", "R", "I5"),
            ("AK9", "R", "1", "1", "0"),
        )
    )
    assert [problem.code for problem in receipt.lines[0].problems] == [
        "x12-ak403-I12",
        "x12-ak502-I5",
    ]
    assert "does not define" in receipt.lines[0].problems[0].text


def test_a_receipt_without_its_frame_accepts_nothing() -> None:
    receipt = x12.receipt((("AK2", "850", "0001"), ("AK5", "A")))
    assert not receipt.accepted
    assert [problem.code for problem in receipt.problems] == ["x12-receipt"]


def test_receipts_are_known_by_their_set() -> None:
    assert [x12.is_receipt(each) for each in ("997", "999", "850", "")] == [
        True,
        True,
        False,
        False,
    ]


def test_every_code_that_a_receipt_may_carry_has_a_sentence() -> None:
    families = {"x12-ak304-": range(1, 9), "x12-ak905-": range(1, 7), "x12-ak502-": range(1, 8)}
    for family, numbers in families.items():
        assert all(x12.describe(f"{family}{number}").endswith(".") for number in numbers)
    assert x12.describe("x12-ak403-10") and x12.describe("nonsense") == ""
    assert HUB["id"] not in x12.describe("x12-ta105-008")


def test_a_set_whose_name_cannot_be_written_is_counted_but_not_named() -> None:
    body = delivery(ACKNOWLEDGMENT, ACKNOWLEDGMENT).replace(b"ST*855*0001", b"ST*8\x005*0001")
    assert answer(body) == (
        ("AK1", "PR", "7"),
        ("AK2", "855", "0002"),
        ("AK5", "A"),
        ("AK9", "P", "2", "2", "1"),
    )
