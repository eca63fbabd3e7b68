"""What pages of trees write: read again it is the same, and whoever owns the schema accepts it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from hub.domain.exchange import Node
from hub.formats import json, xml
from tests.golden.maps.papers import CXML, PLAIN, papers_of
from tests.unit.mapping import MAPPINGS, ROOT, library

SCHEMAS = ROOT.parent / "shared" / "samples" / "_schemas"
"""Where the public schemas lie for those who have them; they are not ours to hand on."""
AT = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)
TREES = sorted(
    path.relative_to(MAPPINGS).as_posix()
    for kind in ("xml", "json")
    for path in MAPPINGS.rglob(f"samples/*.{kind}")
)
WRITTEN = {"Order", "OrderChange", "OrderCancellation", "OrderRequest"}
"""What we send; the rest is written in tests alone."""


def written(sample: str) -> list[tuple[str, Node]]:
    """Return what the pages write of all that a sample says."""
    found = []
    for set_id, paper in papers_of(sample):
        page = library().page(f"{sample.partition('/samples/')[0]}/{set_id}")
        reading = page.read(paper)
        assert (reading.problems, len(reading.messages)) == ((), 1)
        for message in reading.messages:
            writing = page.write(message)
            assert writing.problems == ()
            assert page.read(writing.paper).messages == (message,)
            found.append((set_id, writing.paper))
    return found


def sent(sample: str, set_id: str, paper: Node) -> bytes:
    """Return the bytes that would go out."""
    fmt = json if sample.endswith(".json") else xml
    profile = _profile(sample)
    cleaned, problems = fmt.clean(paper, set_id=set_id, profile=profile)
    assert problems == ()
    return fmt.join(
        [cleaned], set_id=set_id, profile=profile, interchange_number=1, group_number=1, at=AT
    ).body


def _profile(sample: str) -> object:
    if sample.endswith(".json"):
        return json.Config()
    return xml.armed(CXML, secret=lambda _: "") if sample.startswith("cxml/") else PLAIN


@pytest.mark.parametrize("sample", TREES)
def test_what_a_page_read_it_writes_and_reads_again(sample: str) -> None:
    again = [sent(sample, set_id, paper) for set_id, paper in written(sample)]
    assert len(again) == 1
    assert again[0].strip()


@pytest.mark.parametrize("sample", [one for one in TREES if one.startswith("nordic/")])
def test_a_house_standard_is_written_as_its_own_schema_wants_it(sample: str) -> None:
    schema = etree.XMLSchema(etree.parse(str(MAPPINGS / "nordic" / "trade.xsd")))
    for set_id, paper in written(sample):
        schema.assertValid(etree.fromstring(sent(sample, set_id, paper)))


@pytest.mark.parametrize("version", ["2.1", "2.3"])
@pytest.mark.parametrize("sample", [one for one in TREES if one.startswith("ubl/")])
def test_ubl_is_valid_by_the_public_schemas_where_they_are_at_hand(
    sample: str, version: str
) -> None:
    for set_id, paper in written(sample):
        tree = etree.fromstring(sent(sample, set_id, paper))
        assert etree.QName(tree).localname == set_id
        file = SCHEMAS / f"ubl-{version}" / "maindoc" / f"UBL-{set_id}-{version}.xsd"
        if file.exists():
            _schema(file).assertValid(tree)
        else:
            print(f"{file.name} is not at hand: {sample} was held against no public schema")


_KNOWN: dict[Path, etree.XMLSchema] = {}


def _schema(file: Path) -> etree.XMLSchema:
    if file not in _KNOWN:
        _KNOWN[file] = etree.XMLSchema(etree.parse(str(file)))
    return _KNOWN[file]


@pytest.mark.parametrize("sample", [one for one in TREES if one.startswith("cxml/")])
def test_cxml_is_valid_by_its_dtd_where_it_is_at_hand(sample: str) -> None:
    names = {"OrderRequest": "cXML.dtd", "InvoiceDetailRequest": "InvoiceDetail.dtd"}
    for set_id, paper in written(sample):
        tree = etree.fromstring(sent(sample, set_id, paper))
        assert tree.tag == "cXML"
        file = SCHEMAS / "cxml-1.2.063" / names.get(set_id, "Fulfill.dtd")
        if file.exists():
            with file.open("rb") as opened:
                dtd = etree.DTD(opened)
            assert dtd.validate(tree), dtd.error_log.filter_from_errors()
        else:
            print(f"{file.name} is not at hand: {sample} was held against no DTD")
