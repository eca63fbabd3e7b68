"""Every file beside this one is a test: what a split finds in it stands in the .json of its name.

`good/` has no problem at all; `broken/` has exactly the problems, and only the papers, that are
listed. `page` are the keys of the hub's page that are not as in the other samples. A bug report
becomes a file here.
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
MAPPINGS = HERE.parents[2] / "mappings"
SHARED = HERE.parents[3] / "shared" / "samples"


def seen(body: bytes, keys: dict[str, str]) -> dict[str, list[str]]:
    """Tell what was found: problem codes, and papers with their fate."""
    try:
        found = split(body, **keys)
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
    assert seen(path.read_bytes(), expected.pop("page", {})) == expected
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
    """List collected files of other projects, where they are at hand."""
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


def test_files_of_the_newer_sets_that_are_whole_have_no_error() -> None:
    for path, verdict in _foreign():
        if path.parent.name not in _NEWER or not verdict.startswith("envelope-ok"):
            continue
        body = path.read_bytes()
        found = list(x12.split(BytesIO(body), profile=_agreed(body)))
        papers = documents(found)
        assert papers, path
        if path.name not in _FOREIGN_GROUP:
            assert [paper.problems for paper in papers if paper.rejected] == [], path
        for paper in papers:
            walked = tuple(x12.walk(BytesIO(body), document=paper))
            assert walked == x12.read(body[paper.offset :][: paper.length], document=paper)


def test_the_samples_of_the_maps_are_clean_on_the_wire() -> None:
    samples = sorted(MAPPINGS.rglob("*.edi"))
    assert samples
    for path in samples:
        body = path.read_bytes()
        found = list(x12.split(BytesIO(body), profile=_agreed(body)))
        assert documents(found), path
        assert codes(found) == [], path


def _agreed(body: bytes) -> x12.Config:
    """Return the page that somebody would write who awaits this file."""
    start = body.index(b"ISA")
    fields = body[start:].decode("latin-1").split(chr(body[start + 3]))
    parties = [{"qualifier": fields[at], "id": fields[at + 1].strip()} for at in (5, 7)]
    receiver = fields[fields.index(next(each for each in fields if each.endswith("GS"))) + 3]
    return page(
        version="005010" if fields[12] == "00501" else "004010",
        theirs=parties[0],
        ours={**parties[1], "group": receiver.strip()},
        usage="test" if fields[15] == "T" else "production",
    )


_NEWER = {"214", "810", "824", "846", "860", "865", "870"}

_FOREIGN_GROUP = {"kputnam__basic-invoice.edi"}
"""Has an invoice in a group of catalogs (GS01 SC); refused with AK502 6."""

_FRAME = {
    *(f"x12-ta105-{number:03d}" for number in (1, 4, 21, 22, 23, 26, 27)),
    *(f"x12-ak905-{number}" for number in (3, 4, 5, 6)),
    *(f"x12-ak502-{number}" for number in (2, 3, 4, 7, 23)),
    "x12-junk",
}

_SERVICE_SEGMENTS = {"xlate__optionalInterchangeServices.edi"}
"""Has segments between ISA and GS that were withdrawn long ago; refused with TA1 022."""
