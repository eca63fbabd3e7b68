"""`hub edi check`: X12 files judged as they lie there, with and without a second opinion."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

import hub.formats
from hub.cli.desk import Desk
from hub.cli.root import commands
from hub.formats import x12
from hub.main import registry
from hub.ops import second_opinion
from hub.ops.edi_check import check
from hub.ops.edi_shown import shown
from tests.house import ROOT

GOLDEN = ROOT / "tests" / "golden" / "x12"
ORACLE = ROOT / "tests" / "golden" / "oracle"
GOOD, COUNTED = GOLDEN / "good" / "855-accept.edi", GOLDEN / "broken" / "se-count.edi"


def edi(tmp_path: Path, *words: str | Path, verb: str = "check") -> Result:
    desk = Desk({"HUB_DATA_DIR": str(tmp_path / "data")})
    return CliRunner().invoke(commands, ["edi", verb, *map(str, words)], obj=desk)


def test_a_right_file_ends_with_0_and_no_store_is_touched(tmp_path: Path) -> None:
    answer = edi(tmp_path, *sorted(ORACLE.glob("*.edi")))
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert answer.stdout.count("nothing wrong") == 4
    assert "850 0001 (PO 004010) fine" in answer.stdout
    assert not (tmp_path / "data").exists()


def test_every_problem_comes_at_once_with_its_place_and_segment(tmp_path: Path) -> None:
    answer = edi(tmp_path, GOOD, GOLDEN / "broken" / "many-bad-elements.edi")
    assert answer.exit_code == 1
    assert "855 0001 (PR 004010) would be rejected" in answer.stdout
    assert "BAK (segment 2), element 2, at byte 176: BAK02 'ACC' is too long" in answer.stdout
    assert "in: PO1*1*two*EA*12.5**VN*LAMP-01*SK*JU-LAMP" in answer.stdout
    assert answer.stdout.count("problem x12-ak403-") == 4


def test_places_in_a_later_interchange_count_from_the_beginning_of_the_file(
    tmp_path: Path,
) -> None:
    first = (ORACLE / "850.edi").read_bytes()  # of other parties, on purpose
    file = tmp_path / "two.edi"
    file.write_bytes(first + COUNTED.read_bytes())
    answer = edi(tmp_path, file, "--json")
    told = json.loads(answer.stdout)
    assert (answer.exit_code, told["right"]) == (1, False)
    ours, theirs = told["files"][0]["interchanges"]
    assert [paper["rejected"] for paper in ours["papers"]] == [False, False]
    assert [paper["rejected"] for paper in theirs["papers"]] == [False, True]
    (problem,) = theirs["papers"][1]["problems"]
    at = problem["flaw"]["offset"]
    assert file.read_bytes()[at : at + 2] in (b"SE", b"4*")
    assert problem["segment"] == "SE*4*0002"


@pytest.mark.parametrize("body", [b"", b"hello", b"ISA*00*", b"\xff\xfeI\0S\0A\0"])
def test_what_is_no_x12_is_told_and_ends_with_1(tmp_path: Path, body: bytes) -> None:
    file = tmp_path / "odd.edi"
    file.write_bytes(body)
    answer = edi(tmp_path, file)
    assert (answer.exit_code, answer.stderr) == (1, "")
    assert "problem x12-" in answer.stdout


def test_a_file_is_shown_a_segment_a_line_with_what_each_is_for(tmp_path: Path) -> None:
    answer = edi(tmp_path, ORACLE / "856.edi", verb="show")
    assert answer.exit_code == 0
    rows = answer.stdout.splitlines()
    assert "856 0001 (SH 004010)" in rows
    (notice,) = {row.split()[0:3] == ["BSN", "ship", "notice"] for row in rows if " BSN " in row}
    assert notice
    levels = [row for row in rows if row.lstrip().startswith("HL ")]
    depths = [len(row) - len(row.lstrip()) for row in levels]
    assert depths[:2] == [4, 6], "an order stands deeper than its shipment"
    told = json.loads(edi(tmp_path, ORACLE / "856.edi", "--json", verb="show").stdout)
    named = [one for each in told["interchanges"][0]["sets"] for one in each["segments"]]
    assert {one["tag"] for one in named if not one["name"]} == set()


def test_what_cannot_be_shown_is_told_with_the_command_that_says_why(tmp_path: Path) -> None:
    file = tmp_path / "odd.edi"
    file.write_text("hello")
    answer = edi(tmp_path, file, verb="show")
    assert answer.exit_code == 1
    assert f"next: hub edi check {file}" in answer.stderr


def test_wrong_usage_ends_with_2(tmp_path: Path) -> None:
    assert edi(tmp_path).exit_code == 2
    assert edi(tmp_path, tmp_path / "missing.edi").exit_code == 2


def test_a_second_opinion_stands_beside_ours_and_says_what_it_cannot_judge(
    tmp_path: Path,
) -> None:
    answer = edi(tmp_path, COUNTED, GOLDEN / "good" / "997-partly.edi", "--second-opinion")
    assert answer.exit_code == 1
    assert "SE01 says '4' segments, ST to SE are 3" in answer.stdout
    assert "SE count of 4 for SE02=0002 is wrong. I count 3" in answer.stdout
    assert "no verdict on what stands in 855 (PR 004010): pyx12 has no map for it" in answer.stdout
    assert "no verdict on what stands in 997 (FA 004010): pyx12's map of it" in answer.stdout
    told = json.loads(edi(tmp_path, COUNTED, "--second-opinion", "--json").stdout)
    (file,) = told["files"]
    assert [one["segment"] for one in file["second_opinion"]["findings"]] == ["SE"]
    assert file["second_opinion"]["unjudged"][0]["why"] == "no map"


def test_without_pyx12_a_second_opinion_is_wrong_usage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(second_opinion, "ENGINE", "an_engine_nobody_has")
    answer = edi(tmp_path, GOOD, "--second-opinion")
    assert answer.exit_code == 2
    assert "pip install 'supplier-hub[second-opinion]'" in answer.stderr
    assert edi(tmp_path, GOOD).exit_code == 0


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*/*.edi")), ids=lambda path: path.stem)
def test_our_verdict_on_every_golden_sample_is_told(path: Path) -> None:
    checked = check(registry(hub.formats)["x12"], path.read_bytes())
    if path.parent.name == "good":
        assert checked.errors == 0


WHOLE = GOOD.read_bytes()


@settings(max_examples=60)
@given(
    at=st.integers(min_value=0, max_value=len(WHOLE) - 1), sign=st.binary(min_size=0, max_size=3)
)
def test_no_bytes_make_either_of_them_raise(at: int, sign: bytes) -> None:
    spoiled = WHOLE[:at] + sign + WHOLE[at + 1 :]
    found = check(x12, spoiled)
    assert found.interchanges or found.errors
    assert second_opinion.opinion(spoiled).release
    if found.interchanges:
        assert len(list(shown(x12, spoiled))) == len(found.interchanges)
