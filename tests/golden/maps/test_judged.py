"""What the maps make us write, judged by somebody else's engine."""

from datetime import datetime

import pytest

from hub.formats import x12
from tests.oracle import judge
from tests.unit.mapping import MAPPINGS, library, papers

OURS = x12.Identity(qualifier="ZZ", id="RETAILHUB", group="RETAILHUB")
THEIRS = x12.Identity(qualifier="ZZ", id="SUPPLYACME", group="SUPPLYACME")
PROFILE = x12.Config(ours=OURS, theirs=THEIRS)
ORDERS = sorted(path.relative_to(MAPPINGS).as_posix() for path in MAPPINGS.rglob("samples/850*"))


@pytest.mark.parametrize("sample", ORDERS)
def test_an_order_read_and_written_again_passes_the_wire_and_the_judge(sample: str) -> None:
    ((_, paper),) = papers((MAPPINGS / sample).read_bytes())
    page = library().page(f"{sample.partition('/samples/')[0]}/850")
    (message,) = page.read(paper).messages
    cleaned, problems = x12.clean(page.write(message).paper, set_id="850", profile=PROFILE)
    joined = x12.join(
        [cleaned],
        set_id="850",
        profile=PROFILE,
        interchange_number=1,
        group_number=1,
        at=datetime(2026, 3, 3, 9, 15),
    )
    assert problems == ()
    assert judge(joined.body) == ()
    assert page.read(cleaned).messages == (message,)
