"""Every file beside this one is a test: what a split finds in it stands in the .json of its name.

`good/` has no problem at all; `broken/` has exactly the problems, and only the papers, that are
listed. A bug report becomes a file here.
"""

import json
from io import BytesIO
from pathlib import Path

import pytest

from hub.domain.exchange import Document
from hub.errors import Malformed
from hub.formats import x12
from tests.unit.formats.deliveries import codes, documents, page, split

HERE = Path(__file__).parent
SAMPLES = sorted(HERE.glob("*/*.edi"))
SHARED = HERE.parents[3] / "shared" / "samples"


def seen(body: bytes) -> dict[str, list[str]]:
    """This function will tell what was found: problem codes, and papers with their fate."""
    try:
        found = split(body)
    except Malformed as refusal:
        return {"malformed": [problem.code for problem in refusal.problems]}
    papers = [
        f"{paper.set_id} {paper.number} {'rejected' if paper.rejected else 'good'}"
        for paper in documents(found)
    ]
    return {"problems": codes(found), "papers": papers}


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_sample_shows_what_its_page_says(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert seen(path.read_bytes()) == expected
    assert (path.parent.name == "good") == (expected.get("problems") == [])


def test_both_folders_have_samples() -> None:
    assert {path.parent.name for path in SAMPLES} == {"good", "broken"}


@pytest.mark.parametrize("path", sorted(HERE.glob("good/*.edi")), ids=lambda path: path.stem)
def test_every_good_sample_is_whole_and_none_of_its_beginnings_is(path: Path) -> None:
    body = path.read_bytes()
    assert x12.whole(BytesIO(body))
    assert not x12.whole(BytesIO(body[: len(body) * 2 // 3]))


def test_problems_of_every_sample_point_into_it_and_have_sentences() -> None:
    for path in SAMPLES:
        body = path.read_bytes()
        for paper in _documents(body):
            for problem in paper.problems:
                assert 0 <= (problem.where.offset or 0) <= len(body)
                assert x12.describe(problem.code), problem.code


def _documents(body: bytes) -> list[Document]:
    try:
        return documents(split(body))
    except Malformed:
        return []


def _foreign() -> list[tuple[Path, str]]:
    """This function will list collected files of other projects, where they are at hand."""
    index = SHARED / "INDEX.tsv"
    rows = index.read_text(encoding="utf-8").splitlines()[1:] if index.exists() else []
    cells = [row.split("\t") for row in rows if row.startswith("x12/")]
    return [(SHARED / row[0], row[5]) for row in cells]


def test_files_of_other_projects_are_split_or_malformed_and_never_a_crash() -> None:
    for path, verdict in _foreign():
        body = path.read_bytes()
        try:
            found = list(x12.split(BytesIO(body), profile=page(short_isa="accept")))
        except Malformed:
            assert not verdict.startswith("envelope-ok"), path
            continue
        for paper in documents(found):
            x12.read(body[paper.offset : paper.offset + paper.length], document=paper)
        frame = [code for code in codes(found) if code in _FRAME]
        if verdict.startswith("envelope-ok") and path.name not in _SERVICE_SEGMENTS:
            assert frame == [], path


_FRAME = {
    *(f"x12-ta105-{number:03d}" for number in (1, 4, 21, 22, 23, 26, 27)),
    *(f"x12-ak905-{number}" for number in (3, 4, 5, 6)),
    *(f"x12-ak502-{number}" for number in (2, 3, 4, 7, 23)),
    "x12-junk",
}

_SERVICE_SEGMENTS = {"xlate__optionalInterchangeServices.edi"}
"""Has segments between ISA and GS that were withdrawn long ago; refused with TA1 022."""
