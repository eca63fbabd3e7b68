"""Small X12 deliveries for tests: Acme writes, the hub reads; everybody in them is invented."""

from datetime import datetime
from io import BytesIO
from typing import Any

from hub.domain.exchange import Document, Segments, SplitInterchange
from hub.formats import x12

AT = datetime(2026, 3, 4, 15, 6)
HUB = {"qualifier": "ZZ", "id": "JUNIPERHUB"}
ACME = {"qualifier": "01", "id": "555012345", "group": "ACMEGS"}

ACKNOWLEDGMENT: Segments = (
    ("BAK", "00", "AC", "PO-1001", "20260304"),
    ("PO1", "1", "2", "EA", "3.5", "", "VN", "AC-1", "UP", "036000291452"),
    ("ACK", "IA", "2", "EA", "068", "20260306"),
    ("CTT", "1"),
)
NOTICE: Segments = (
    ("BSN", "00", "SHIP-1", "20260304", "1506", "0001"),
    ("HL", "1", "", "S"),
    ("TD5", "", "2", "UPSN", "", "GROUND"),
    ("HL", "2", "1", "O"),
    ("PRF", "PO-1001"),
    ("HL", "3", "2", "P"),
    ("MAN", "CP", "1Z999AA10123456784"),
    ("HL", "4", "3", "I"),
    ("LIN", "1", "VN", "AC-1"),
    ("SN1", "1", "2", "EA"),
)


def page(**changes: Any) -> x12.Config:
    """Return the hub's page of Acme, with some keys changed."""
    return x12.Config.model_validate({"ours": HUB, "theirs": ACME} | changes)


def their_page(**changes: Any) -> x12.Config:
    """Return the same agreement seen from Acme's side."""
    return x12.Config.model_validate({"ours": ACME, "theirs": HUB} | changes)


def delivery(
    *papers: Segments, set_id: str = "855", number: int = 7, seen_by: x12.Config | None = None
) -> bytes:
    """Return what Acme would send for these papers."""
    return x12.join(
        papers or (ACKNOWLEDGMENT,),
        set_id=set_id,
        profile=seen_by or their_page(),
        interchange_number=number,
        group_number=number,
        at=AT,
    ).body


def split(body: bytes, **changes: Any) -> list[SplitInterchange]:
    """Split a delivery with the hub's page of Acme."""
    return list(x12.split(BytesIO(body), profile=page(**changes)))


def documents(found: list[SplitInterchange]) -> list[Document]:
    """Return all documents of a delivery in order."""
    return [paper for each in found for group in each.groups for paper in group.documents]


def codes(found: list[SplitInterchange]) -> list[str]:
    """Return every problem's code: interchange, then groups, then papers."""
    told = []
    for each in found:
        told += [problem.code for problem in each.interchange.problems]
        for group in each.groups:
            told += [problem.code for problem in group.group.problems]
            for paper in group.documents:
                told += [problem.code for problem in paper.problems]
    return told
