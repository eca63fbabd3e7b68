"""What the maps make us write, judged by somebody else's engine."""

from datetime import datetime

import pytest

from hub.domain.exchange import Segments
from hub.formats import x12
from tests.oracle import judge
from tests.unit.mapping import MAPPINGS, library, papers

OURS = x12.Identity(qualifier="ZZ", id="RETAILHUB", group="RETAILHUB")
THEIRS = x12.Identity(qualifier="ZZ", id="SUPPLYACME", group="SUPPLYACME")
PAGES = set("850 855 860 865 846 810 870 824 940 943 944 945 947".split())
SAMPLES = sorted(
    path.relative_to(MAPPINGS).as_posix()
    for path in MAPPINGS.rglob("x12/*/samples/*")
    if path.name[:3] in PAGES
)


@pytest.mark.parametrize("sample", [*SAMPLES, "acme/samples/850-gift.edi"])
def test_a_paper_read_and_written_again_passes_the_wire_and_the_judge(sample: str) -> None:
    set_id = sample.rpartition("/")[2][:3]
    page = library().page(f"{sample.partition('/samples/')[0]}/{set_id}")
    read = [page.read(paper) for _, paper in papers((MAPPINGS / sample).read_bytes())]
    for message in (message for one in read for message in one.messages):
        written = page.write(message)
        assert written.problems == ()
        cleaned, body = _sent(written.paper, set_id=set_id, version=_version(sample))
        assert [str(one) for one in judge(body)] == []
        assert page.read(cleaned).messages == (message,)


def _version(sample: str) -> str:
    return sample.split("/")[1] if sample.startswith("x12/") else "004010"


def _sent(paper: Segments, *, set_id: str, version: str) -> tuple[Segments, bytes]:
    profile = x12.Config(ours=OURS, theirs=THEIRS, version=version)
    cleaned, problems = x12.clean(paper, set_id=set_id, profile=profile)
    assert problems == ()
    joined = x12.join(
        [cleaned],
        set_id=set_id,
        profile=profile,
        interchange_number=1,
        group_number=1,
        at=datetime(2026, 3, 3, 9, 15),
    )
    return cleaned, joined.body
