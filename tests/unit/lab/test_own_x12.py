from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.lab.firms import ACME, RETAILER
from hub.lab.x12 import Paper, is_whole, read, write

WORD = st.text("ABCDEFGHIJ 0123456789.-", min_size=1, max_size=8).filter(str.strip)
SEGMENT = st.lists(WORD, min_size=1, max_size=5).map(lambda words: ("REF", *words))
PAPERS = st.lists(
    st.builds(
        Paper,
        set_id=st.just("850"),
        number=st.integers(1, 9999).map(lambda n: f"{n:04d}"),
        segments=st.lists(SEGMENT, min_size=1, max_size=4).map(tuple),
    ),
    min_size=1,
    max_size=4,
)


def written(papers: list[Paper]) -> str:
    return write(
        papers,
        function="PO",
        sender=RETAILER,
        receiver=ACME.company,
        number=7,
        at=datetime(2026, 3, 2, 9, 5, tzinfo=UTC),
    )


@given(papers=PAPERS)
def test_what_is_written_reads_as_it_was(papers: list[Paper]) -> None:
    found = read(written(papers))
    assert (found.sender, found.number) == (RETAILER.id, "000000007")
    [group] = found.groups
    assert group.papers == tuple(papers)


@given(papers=PAPERS, ends=st.sampled_from([("|", "!"), ("\x1d", "\x1c"), ("+", "'")]))
def test_other_delimiters_are_found_in_the_isa(papers: list[Paper], ends: tuple[str, str]) -> None:
    star, end = ends
    text = written(papers).replace("*", star).replace("~\n", end)
    assert read(text).groups[0].papers == tuple(papers)


@given(papers=PAPERS, part=st.floats(0, 0.99))
def test_a_beginning_is_not_whole(papers: list[Paper], part: float) -> None:
    text = written(papers)
    assert is_whole(text)
    assert not is_whole(text[: int(text.rindex("IEA") * part)])


def test_a_group_that_does_not_end_is_an_error() -> None:
    text = written([Paper(set_id="850", number="0001", segments=(("REF", "A"),))])
    with pytest.raises(ValueError, match="does not end"):
        read(text.replace("GE*1*7~\n", "").replace("SE*3*0001~\n", ""))
