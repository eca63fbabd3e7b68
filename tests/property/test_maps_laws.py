"""The two laws of maps: what a page writes it reads back, what it reads it can write again.

Of segments; those of trees are `test_tree_laws`.

A page or a sample dropped into its folder is a test here; nothing is listed by hand.
"""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.exchange import Severity
from hub.mapping.plan import Plan
from tests.property.maps import messages
from tests.unit.mapping import MAPPINGS, library, papers

PAGES = sorted(name for name, page in library().pages.items() if isinstance(page.plan, Plan))
MESSAGES = {name: messages(library().page(name)) for name in PAGES}
SAMPLES = sorted(path.relative_to(MAPPINGS).as_posix() for path in MAPPINGS.rglob("samples/*.edi"))


@pytest.mark.parametrize("name", PAGES)
@given(st.data())
def test_a_page_reads_back_every_message_it_writes(name: str, data: st.DataObject) -> None:
    page = library().page(name)
    message = data.draw(MESSAGES[name])
    written = page.write(message)
    assert written.problems == ()
    read = page.read(written.paper)
    assert read.messages == (message,)
    # A notice without a line is read, and told about.
    assert {one.code for one in read.problems} <= {"map-segment-missing"}
    assert not [one for one in read.problems if one.severity is Severity.ERROR]


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_sample_is_read_and_written_again_without_losing_a_word(sample: str) -> None:
    found = papers((MAPPINGS / sample).read_bytes())
    assert found
    for set_id, paper in found:
        page = library().page((Path(sample).parents[1] / set_id).as_posix())
        reading = page.read(paper)
        assert reading.messages
        assert not [one for one in reading.problems if one.severity is Severity.ERROR]
        for message in reading.messages:
            written = page.write(message)
            assert written.problems == ()
            assert page.read(written.paper).messages == (message,)


@pytest.mark.parametrize("name", PAGES)
@given(
    st.lists(
        st.lists(
            st.sampled_from(
                "BEG BAK BSN HL S O T P I N1 ST N9 MSG PO1 ACK REF CTT CO DTM LIN SN1 1 2".split()
            )
            | st.text(max_size=4),
            max_size=6,
        ).map(tuple),
        max_size=30,
    ).map(tuple)
)
def test_a_page_never_raises_on_a_paper_and_says_why_it_reads_nothing(
    name: str, paper: tuple[tuple[str, ...], ...]
) -> None:
    reading = library().page(name).read(paper)
    errors = [one for one in reading.problems if one.severity is Severity.ERROR]
    assert reading.messages or errors


@pytest.mark.parametrize("sample", SAMPLES)
@given(st.data())
def test_a_damaged_sample_is_read_or_told_about_but_never_raises(
    sample: str, data: st.DataObject
) -> None:
    set_id, paper = data.draw(st.sampled_from(papers((MAPPINGS / sample).read_bytes())))
    page = library().page((Path(sample).parents[1] / set_id).as_posix())
    segments = [list(segment) for segment in paper]
    for _ in range(data.draw(st.integers(1, 4))):
        segment = data.draw(st.sampled_from(segments))
        place = data.draw(st.integers(0, len(segment) - 1))
        segment[place] = data.draw(st.text(max_size=5) | st.sampled_from(["-1", "1e9", "٣", "2.5"]))
    reading = page.read(tuple(tuple(segment) for segment in segments))
    errors = [one for one in reading.problems if one.severity is Severity.ERROR]
    assert reading.messages or errors
    assert all(problem.where.path or problem.where.segment for problem in errors)
