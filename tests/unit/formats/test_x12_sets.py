"""The sets beside 850, 855 and 856, each as suppliers and carriers write it, in both versions."""

import pytest

from hub.domain.exchange import Segments
from hub.formats import x12
from hub.formats.x12.dictionary import dictionary
from tests.unit.formats.deliveries import codes, delivery, documents, page, split, their_page

BOTH = ("004010", "005010", "004010VICS", "005010VICS")

STOCK: Segments = (
    ("BIA", "00", "DD", "FEED-7", "20260304", "0600"),
    ("DTM", "007", "20260304", "0600"),
    ("REF", "IA", "4417"),
    ("N1", "SU", "Acme", "92", "ACME"),
    ("LIN", "1", "VN", "AC-1", "SK", "LAMP-01", "UP", "036000291452"),
    ("PID", "F", "", "", "", "Lamp, brass"),
    ("DTM", "018", "20260401"),
    ("CTP", "", "WHL", "3.5"),
    ("QTY", "33", "120", "EA"),
    ("QTY", "29", "40", "EA"),
    ("SDQ", "EA", "92", "EAST", "70", "WEST", "50"),
    ("SCH", "40", "EA", "", "", "018", "20260401"),
    ("CTT", "1"),
)
INVOICE: Segments = (
    ("BIG", "20260306", "INV-9", "20260303", "PO-1001", "", "", "DI"),
    ("CUR", "SE", "USD"),
    ("REF", "CO", "J-1000017"),
    ("N1", "RI", "Acme", "92", "ACME"),
    ("N3", "1 Mill Street"),
    ("N4", "Portland", "OR", "97201", "US"),
    ("ITD", "01", "3", "2", "", "10", "", "30"),
    ("DTM", "011", "20260305"),
    ("IT1", "1", "2", "EA", "12.5", "", "VN", "LAMP-01", "SK", "JU-LAMP"),
    ("CTP", "", "RES", "25"),
    ("PID", "F", "", "", "", "Lamp, brass"),
    ("SAC", "C", "D240", "", "", "495", "", "", "", "", "", "", "", "06", "", "Freight"),
    ("TDS", "2995"),
    ("TXI", "ST", "0.00"),
    ("CAD", "U", "", "", "", "UPSN", "", "CN", "1Z999AA10123456784"),
    ("AMT", "GW", "29.95"),
    ("SAC", "A", "C310", "", "", "100"),
    ("ISS", "1", "CT", "4", "LB"),
    ("CTT", "1", "2"),
)
CHANGE: Segments = (
    ("BCH", "04", "DS", "PO-1001", "", "2", "20260303", "", "", "", "", "20260305"),
    ("REF", "CO", "J-1000017"),
    ("DTM", "010", "20260306"),
    ("N9", "L1", "gift"),
    ("MSG", "Happy birthday"),
    ("N1", "ST", "Ada Example"),
    ("N3", "1 Sample Street"),
    ("N4", "Portland", "OR", "97201", "US"),
    ("POC", "1", "DI", "1", "2", "EA", "12.5", "", "VN", "LAMP-01"),
    ("POC", "2", "QD", "1", "2", "EA", "40", "", "VN", "RUG-07"),
    ("CTT", "2"),
)
CHANGE_ANSWER: Segments = (
    ("BCA", "06", "AC", "PO-1001", "", "2", "20260303", "", "", "", "20260305"),
    ("REF", "CO", "J-1000017"),
    ("POC", "1", "DI", "1", "0", "EA", "12.5", "", "VN", "LAMP-01"),
    ("ACK", "ID", "1", "EA"),
    ("POC", "2", "QD", "1", "1", "EA", "40", "", "VN", "RUG-07"),
    ("ACK", "IQ", "1", "EA", "068", "20260320"),
    ("CTT", "2"),
)
STATUS: Segments = (
    ("BSR", "3", "PA", "RPT-12", "20260307", "", "", "0830"),
    ("REF", "CO", "J-1000017"),
    ("N1", "SU", "Acme", "92", "ACME"),
    ("HL", "1", "", "O"),
    ("PRF", "PO-1001"),
    ("HL", "2", "1", "I"),
    ("PO1", "1", "2", "EA", "", "", "VN", "LAMP-01"),
    ("PID", "F", "", "", "", "Lamp, brass"),
    ("ISR", "BP", "20260320", "A13"),
    ("QTY", "12", "2", "EA"),
    ("DTM", "068", "20260320"),
    ("CTT", "2"),
)
ADVICE: Segments = (
    ("BGN", "00", "ADV-3", "20260305", "1015"),
    ("N1", "SU", "Acme", "92", "ACME"),
    ("OTI", "TR", "PO", "PO-1001", "", "", "20260305", "1015", "105", "0001", "850"),
    ("REF", "VN", "LAMP-01"),
    ("DTM", "004", "20260303"),
    ("TED", "007", "The item was discontinued"),
    ("NTE", "ERN", "Order LAMP-02 instead"),
    ("LM", "VI"),
    ("LQ", "0", "DISC"),
)
NEWS: Segments = (
    ("B10", "PRO-881", "SHIP-1", "UPSN"),
    ("L11", "PO-1001", "PO"),
    ("MAN", "CP", "1Z999AA10123456784"),
    ("K1", "Left at the porch"),
    ("N1", "CN", "Ada Example"),
    ("N3", "1 Sample Street"),
    ("N4", "Portland", "OR", "97201"),
    ("G62", "02", "20260307"),
    ("LX", "1"),
    ("AT7", "D1", "NS", "", "", "20260307", "1412", "PT"),
    ("MS1", "Portland", "OR", "US"),
    ("MS2", "UPSN", "TRUCK1"),
    ("L11", "1Z999AA10123456784", "2I"),
    ("Q7", "A", "", "1"),
    ("AT8", "G", "L", "4", "1"),
    ("CD3", "B", "4"),
)
PAPERS = {
    "846": STOCK,
    "810": INVOICE,
    "860": CHANGE,
    "865": CHANGE_ANSWER,
    "870": STATUS,
    "824": ADVICE,
    "214": NEWS,
}
GROUPS = {
    "846": "IB",
    "810": "IN",
    "860": "PC",
    "865": "CA",
    "870": "RS",
    "824": "AG",
    "214": "QM",
}


@pytest.mark.parametrize("version", BOTH)
@pytest.mark.parametrize("set_id", PAPERS)
def test_a_paper_of_every_set_is_clean_when_written_and_when_read(
    set_id: str, version: str
) -> None:
    profile = their_page(version=version)
    cleaned, problems = x12.clean(PAPERS[set_id], set_id=set_id, profile=profile)
    assert problems == () and cleaned == PAPERS[set_id]
    body = delivery(cleaned, set_id=set_id, seen_by=profile)
    found = split(body, version=version)
    assert codes(found) == []
    (paper,) = documents(found)
    assert (paper.set_id, paper.version) == (set_id, version)
    assert x12.read(body[paper.offset :][: paper.length], document=paper) == cleaned
    assert found[0].groups[0].group.function == GROUPS[set_id]


@pytest.mark.parametrize(
    ("set_id", "segment", "code"),
    [
        ("846", ("BIA", "00", "DD"), "x12-ak403-1"),
        ("846", ("QTY", "33", "many", "EA"), "x12-ak403-6"),
        ("810", ("TDS", "29.95"), "x12-ak403-6"),
        ("860", ("POC", "1", "DI", "1", "2"), "x12-ak403-2"),
        ("870", ("HL", "9", "8", "I"), "x12-ak403-7"),
        ("824", ("OTI", "TR", "PO"), "x12-ak403-1"),
        ("214", ("AT7", "D1"), "x12-ak403-2"),
        ("214", ("AT7", "D1", "NS", "", "", "20261307"), "x12-ak403-8"),
        ("214", ("BIG", "20260306", "INV-9"), "x12-ak304-6"),
    ],
)
def test_what_the_tables_forbid_in_the_new_sets_is_an_error(
    set_id: str, segment: tuple[str, ...], code: str
) -> None:
    for version in ("004010", "005010"):
        paper = (*PAPERS[set_id], segment)
        body = delivery(paper, set_id=set_id, seen_by=their_page(version=version))
        assert code in codes(split(body, version=version))


@pytest.mark.parametrize("set_id", PAPERS)
def test_each_set_wants_its_mandatory_segments(set_id: str) -> None:
    for name in dictionary("004010").sets[set_id].mandatory:
        paper = tuple(row for row in PAPERS[set_id] if row[0] != name)
        found = split(delivery(paper, set_id=set_id))
        assert "x12-ak304-3" in codes(found)


@pytest.mark.parametrize("version", ["004010", "005010"])
def test_every_note_of_the_tables_speaks_of_places_that_are_there(version: str) -> None:
    rules = dictionary(version)
    for rule in rules.segments.values():
        for note in rule.notes:
            assert 1 <= min(note.places) <= max(note.places) <= len(rule.elements), rule.tag
    for each in rules.sets.values():
        assert {name.encode() for name in each.mandatory} <= each.tags


def test_a_later_version_takes_nothing_away() -> None:
    older, newer = dictionary("004010"), dictionary("005010")
    assert set(older.segments) < set(newer.segments)
    assert older.functions == newer.functions
    for set_id, rule in older.sets.items():
        assert rule.tags <= newer.sets[set_id].tags
        assert rule.mandatory == newer.sets[set_id].mandatory


def feed(lines: int) -> Segments:
    rows = [*STOCK[:4]]
    for line in range(1, lines + 1):
        rows += [("LIN", str(line), "VN", f"AC-{line:06d}"), ("QTY", "33", "1", "EA")]
    return (*rows, ("CTT", str(lines)))


def test_a_stock_feed_may_be_larger_than_an_ordinary_paper() -> None:
    body = delivery(feed(300), set_id="846")
    assert codes(split(body, max_document_bytes=1024)) == []
    (problem,) = documents(split(body, max_feed_bytes=1024))[0].problems
    assert problem.code == "x12-too-large"
    assert "this channel allows 1024" in problem.text and "raise max_feed_bytes" in problem.text


def test_only_stock_feeds_have_the_larger_cap() -> None:
    assert page().largest("846") == ("max_feed_bytes", 256 * 1024 * 1024)
    assert page().largest("810") == ("max_document_bytes", 1024 * 1024)
