"""004010 and 005010 beside each other: what we write, and that both are always read."""

import pytest

from hub.domain.exchange import Problem, Segments, Severity, SplitInterchange
from hub.formats import x12
from tests.unit.formats.deliveries import (
    ACKNOWLEDGMENT,
    codes,
    delivery,
    documents,
    page,
    split,
    their_page,
)

OLDER = delivery(ACKNOWLEDGMENT)
NEWER = delivery(ACKNOWLEDGMENT, seen_by=their_page(version="005010"))
MARKED = {"element": "*", "component": ">", "segment": "~", "repetition": "!"}


def errors(found: list[SplitInterchange]) -> list[Problem]:
    papers = [problem for paper in documents(found) for problem in paper.problems]
    return [problem for problem in papers if problem.severity is Severity.ERROR]


def answered(paper: Segments, version: str) -> list[SplitInterchange]:
    """Split an 855 of one version with a page of that version."""
    return split(delivery(paper, seen_by=their_page(version=version)), version=version)


def test_a_newer_envelope_tells_its_version_and_its_repetition_separator() -> None:
    body = delivery(seen_by=their_page(version="005010VICS", delimiters=MARKED))
    header = body[:106].split(b"*")
    assert (header[11], header[12]) == (b"!", b"00501")
    assert len(body[:106]) == 106 and body[105:106] == b"~"
    assert b"*X*005010VICS~" in body
    found = split(body, version="005010VICS")
    assert codes(found) == []
    assert found[0].interchange.version == "00501"
    assert '"repetition": "!"' in documents(found)[0].syntax


def test_an_older_envelope_stays_as_it_was() -> None:
    header = OLDER[:106].split(b"*")
    assert (header[11], header[12]) == (b"U", b"00401")
    assert '"repetition": ""' in documents(split(OLDER))[0].syntax


@pytest.mark.parametrize("version", ["003010", "005020", "005011", "5010", "005010-VICS", "006010"])
def test_a_page_cannot_name_another_version(version: str) -> None:
    with pytest.raises(ValueError, match="version"):
        page(version=version)


@pytest.mark.parametrize(
    ("body", "version", "agreed"), [(NEWER, "005010", "004010"), (OLDER, "004010", "005010")]
)
def test_the_other_version_is_read_and_only_told(body: bytes, version: str, agreed: str) -> None:
    (found,) = split(body, version=agreed)
    (problem,) = found.groups[0].group.problems
    assert problem.code == "x12-group-version" and problem.severity is Severity.WARNING
    assert f"'{version}' (GS08), agreed is {agreed}" in problem.text
    assert problem.text.endswith(f"read by the tables of {version}.")
    (paper,) = documents([found])
    assert not paper.rejected and paper.version == version
    assert x12.read(body[paper.offset :][: paper.length], document=paper) == ACKNOWLEDGMENT
    assert x12.acknowledge(found, profile=page(version=agreed))[0][-1] == ("AK9", "A", *"111")


def test_an_industrys_own_version_is_the_pages_version() -> None:
    body = delivery(seen_by=their_page(version="005010VICS"))
    assert codes(split(body, version="005010")) == []


@pytest.mark.parametrize("version", [b"003040", b"006020", b"", b"VICS"])
def test_a_version_that_cannot_be_read_refuses_the_group(version: bytes) -> None:
    found = split(NEWER.replace(b"*X*005010~", b"*X*" + version + b"~"), version="005010")
    assert codes(found) == ["x12-ak905-2", "x12-group-refused"]


def test_groups_of_both_versions_in_one_interchange_are_each_checked_by_their_own() -> None:
    paper = (*ACKNOWLEDGMENT[:1], ("REF", "IA", "1" * 40), *ACKNOWLEDGMENT[1:])
    older, newer = (delivery(paper, seen_by=their_page(version=v)) for v in ("004010", "005010"))
    group = older[106 : older.index(b"IEA*")].replace(b"*7*X*", b"*8*X*")
    group = group.replace(b"GE*1*7~", b"GE*1*8~")
    both = newer.replace(b"IEA*1*", group + b"IEA*2*")
    (found,) = split(both, version="005010")
    assert [paper.rejected for paper in documents([found])] == [False, True]
    assert [problem.where.element for problem in errors([found])] == [2]


@pytest.mark.parametrize(
    ("rows", "older", "newer"),
    [
        ([("REF", "IA", "1" * 31)], ["x12-ak403-5"], []),
        ([("REF", "IA", "1" * 51)], ["x12-ak403-5"], ["x12-ak403-5"]),
        ([("N1", "ST", "Ada"), ("N4", "Bern", "BE", "3000", "CH", "", "", "CH1")],
         ["x12-ak403-3"], []),
        ([("PER", "DC", "", "EM", "a" * 90 + "@example.com")], ["x12-ak403-5"], []),
        ([("N9", "L1", "gift"), ("MTX", "", "a" * 4096)], [], []),
        ([("N9", "L1", "gift"), ("MTX", "", "a" * 4097)], ["x12-ak403-5"], ["x12-ak403-5"]),
        ([("N9", "L1", "gift"), ("MSG", "Happy birthday")], [], []),
        ([("N1", "ST", "Ada"), ("IN2", "02", "Ada")], ["x12-ak304-1"], []),
    ],
)  # fmt: skip
def test_elements_and_segments_follow_the_version(
    rows: list[tuple[str, ...]], older: list[str], newer: list[str]
) -> None:
    paper = (ACKNOWLEDGMENT[0], *rows, *ACKNOWLEDGMENT[1:])
    assert [problem.code for problem in errors(answered(paper, "004010"))] == older
    assert [problem.code for problem in errors(answered(paper, "005010"))] == newer


def test_the_name_of_an_implementation_may_follow_the_set_number() -> None:
    body = NEWER.replace(b"ST*855*0001~", b"ST*855*0001*005010GUIDE~")
    (paper,) = documents(split(body, version="005010"))
    assert paper.number == "0001" and paper.problems == ()


def test_a_repeated_element_is_judged_one_by_one() -> None:
    def found(value: str) -> list[str]:
        body = NEWER.replace(b"*068*20260306~", f"*068*{value}~".encode())
        return [problem.code for problem in errors(split(body, version="005010"))]

    assert found("20260306^20260307") == []
    assert found("20260306^20260399") == ["x12-ak403-8"]
    assert found("20260306^202603070") == ["x12-ak403-5"]


def test_a_repeated_element_comes_out_as_it_stands() -> None:
    body = NEWER.replace(b"*068*20260306~", b"*068*20260306^20260307~")
    (paper,) = documents(split(body, version="005010"))
    rows = x12.read(body[paper.offset :][: paper.length], document=paper)
    assert rows[2][-1] == "20260306^20260307"


def test_nothing_repeats_in_an_older_envelope() -> None:
    body = OLDER.replace(b"*068*20260306~", b"*068*20260306^20260307~")
    assert [problem.code for problem in errors(split(body))] == ["x12-ak403-5"]


@pytest.mark.parametrize("mark", [b"U", b">", b"~", b"5"])
def test_a_letter_that_cannot_separate_is_told_and_nothing_repeats(mark: bytes) -> None:
    body = NEWER[:82] + mark + NEWER[83:]
    found = split(body, version="005010")
    (problem,) = found[0].interchange.problems
    assert problem.code == "x12-ta105-002" and problem.severity is Severity.WARNING
    assert not documents(found)[0].rejected
    assert '"repetition": ""' in documents(found)[0].syntax


def test_our_own_words_never_hold_the_repetition_separator() -> None:
    paper = (*ACKNOWLEDGMENT[:1], ("N9", "L1", "gift"), ("MTX", "", "2^3"), *ACKNOWLEDGMENT[1:])
    cleaned, problems = x12.clean(paper, set_id="855", profile=their_page(version="005010"))
    assert cleaned[2] == ("MTX", "", "2 3")
    assert [problem.code for problem in problems] == ["delimiter-in-data"]


def test_a_receipt_says_the_version_it_answers_only_where_receipts_can() -> None:
    newer, older = split(NEWER, version="005010"), split(OLDER)
    told = x12.acknowledge(newer[0], profile=page(version="005010"))[0][0]
    assert told == ("AK1", "PR", "7", "005010")
    assert x12.acknowledge(older[0], profile=page())[0][0] == ("AK1", "PR", "7")
    mixed = x12.acknowledge(split(NEWER)[0], profile=page())[0][0]
    assert mixed == ("AK1", "PR", "7")


@pytest.mark.parametrize("version", ["004010", "005010"])
def test_a_receipt_points_at_the_segment_and_element_in_either_version(version: str) -> None:
    paper = (*ACKNOWLEDGMENT[:2], ("ACK", "IA", "x", "EA"), ("REF", "IA", "1" * 60))
    (found,) = answered(paper, version)
    (answer,) = x12.acknowledge(found, profile=page(version=version))
    assert answer[1:] == (
        ("AK2", "855", "0001"),
        ("AK3", "ACK", "4", "", "8"),
        ("AK4", "2", "380", "6", "x"),
        ("AK3", "REF", "5", "", "8"),
        ("AK4", "2", "127", "5", "1" * 60),
        ("AK5", "R", "5"),
        ("AK9", "R", "1", "1", "0"),
    )
    cleaned, problems = x12.clean(answer, set_id="997", profile=page(version=version))
    assert problems == () and cleaned == answer
    body = delivery(answer, set_id="997", seen_by=page(version=version))
    assert f"*X*{version}~".encode() in body
    assert x12.receipt(cleaned).lines[0].number == "0001"
