"""What pages of tables read they write again, and what we send as a table is read as it was."""

import io
from datetime import datetime
from pathlib import Path

import pytest

from hub.domain.exchange import Segments
from hub.formats import tabular
from tests.golden.maps.papers import papers_of
from tests.unit.mapping import MAPPINGS, library

SAMPLES = sorted(
    path.relative_to(MAPPINGS).as_posix()
    for path in MAPPINGS.rglob("samples/*")
    if path.suffix in (".csv", ".tsv")
)


@pytest.mark.parametrize("sample", SAMPLES)
def test_what_a_page_of_tables_read_it_writes_and_reads_again(sample: str) -> None:
    ((set_id, paper),) = papers_of(sample)
    page = library().page((Path(sample).parents[1] / set_id).as_posix())
    reading = page.read(paper)
    assert (reading.messages != (), reading.problems) == (True, ())
    for message in reading.messages:
        written = page.write(message)
        assert written.problems == ()
        assert page.read(written.paper).messages == (message,)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("sample", [one for one in SAMPLES if "order-" in one or "change-" in one])
def test_what_we_send_as_a_table_is_read_as_it_was(sample: str, kind: str) -> None:
    ((set_id, paper),) = papers_of(sample)
    page = library().page((Path(sample).parents[1] / set_id).as_posix())
    messages = page.read(paper).messages
    again = page.read(_sent([page.write(one).paper for one in messages], set_id, kind))
    assert (again.messages, again.problems) == (messages, ())


def _sent(papers: list[Segments], set_id: str, kind: str) -> Segments:
    profile = tabular.Config(file=kind)
    cleaned = []
    for paper in papers:
        fit, problems = tabular.clean(paper, set_id=set_id, profile=profile)
        assert problems == ()
        cleaned.append(fit)
    body = tabular.join(
        cleaned,
        set_id=set_id,
        profile=profile,
        interchange_number=1,
        group_number=1,
        at=datetime(2026, 3, 9),
    ).body
    [one] = tabular.split(io.BytesIO(body), profile=profile)
    [document] = one.groups[0].documents
    assert document.set_id == set_id
    return tabular.read(body, document=document)
