"""The judge passes what is right and finds what is wrong; both are shown here."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.oracle.defects import DEFECTS, Defect
from tests.oracle.verdict import judge

GOLDEN = Path(__file__).parent.parent / "golden" / "oracle"
SAMPLES = {path.stem: path.read_bytes() for path in sorted(GOLDEN.glob("*.edi"))}
NAMES = sorted(SAMPLES)
PAGES = ElementTree.parse(Path(__file__).parent / "maps" / "maps.xml").getroot()
JUDGED = sorted({(page.get("fic", ""), page.get("abbr", "")) for page in PAGES.iter("map")})


@pytest.mark.parametrize("name", NAMES)
def test_a_good_sample_is_judged_clean(name: str) -> None:
    assert judge(SAMPLES[name]) == ()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("newline", [b"", b"\r\n"])
def test_line_ends_after_terminators_change_nothing(name: str, newline: bytes) -> None:
    assert judge(SAMPLES[name].replace(b"\n", newline)) == ()


@pytest.mark.parametrize("name", NAMES)
def test_other_delimiters_change_nothing(name: str) -> None:
    other = SAMPLES[name].translate(bytes.maketrans(b"*>~", b"|^\x1d")).replace(b"\n", b"")
    assert judge(other) == ()


def test_several_interchanges_in_one_body_are_judged_one_by_one() -> None:
    broken = SAMPLES["855"].replace(b"ACK*IR", b"ACK*OK")
    findings = judge(SAMPLES["850"] + broken + SAMPLES["997"])
    assert [(found.element, found.ordinal) for found in findings] == [("ACK01", 11)]


def test_an_interchange_of_receipts_alone_is_clean() -> None:
    head = SAMPLES["997"].split(b"\n")
    body = b"\n".join([head[0], head[1], b"IEA*0*000000009~", b""])
    assert judge(body) == ()


def test_a_newer_envelope_is_judged_by_its_own_header() -> None:
    head = SAMPLES["997"].split(b"\n")
    newer = head[0].replace(b"*U*00401*", b"*^*00501*")
    body = b"\n".join([newer, head[1], b"IEA*0*000000009~", b""])
    assert newer != head[0] and judge(body) == ()
    same = body.replace(b"*^*", b"*>*")
    assert [found.code for found in judge(same)] == ["body-delimiters"]


@pytest.mark.parametrize(("group", "set_id"), JUDGED)
def test_a_receipt_for_every_set_there_is_a_page_for_is_clean(group: str, set_id: str) -> None:
    body = SAMPLES["997"].replace(b"AK1*PO", f"AK1*{group}".encode())
    assert judge(body.replace(b"AK2*850", f"AK2*{set_id}".encode())) == ()


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_seeded_defect_is_found_where_it_is_and_nothing_else(defect: Defect) -> None:
    findings = judge(defect.broken(SAMPLES[defect.sample]))
    found = {(one.element or one.segment or "-", one.code) for one in findings}
    assert found == defect.expected, "\n".join(map(str, findings))


def test_a_finding_counts_segments_from_the_set_header() -> None:
    body = SAMPLES["850"].replace(b"N4*Ely*MN", b"N4*Ely*M")
    (found,) = judge(body)
    assert (found.segment, found.ordinal, found.element) == ("N4", 6, "N402")
    assert "too short" in found.text


def test_what_is_no_interchange_is_said_so() -> None:
    for body in (b"", b"\n", b"UNA:+.? 'UNB+", b"ISA*00"):
        assert [found.code for found in judge(body)] in (["body-not-isa"], ["body-isa-length"])


@given(name=st.sampled_from(NAMES), cut=st.floats(min_value=0, max_value=1, exclude_max=True))
def test_a_truncated_body_is_never_clean(name: str, cut: float) -> None:
    whole = SAMPLES[name].rstrip()
    assert judge(whole[: int(len(whole) * cut)])


@given(name=st.sampled_from(NAMES), place=st.integers(min_value=0), byte=st.binary(max_size=2))
def test_mangled_bytes_are_judged_and_never_raise(name: str, place: int, byte: bytes) -> None:
    good = SAMPLES[name]
    at = place % len(good)
    mangled = good[:at] + byte + good[at + 1 :]
    for found in judge(mangled):
        assert found.code and found.text
