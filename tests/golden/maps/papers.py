"""The papers in a sample, taken out of it as its standard has it."""

import io
from pathlib import Path

from hub.domain.exchange import Paper
from hub.formats import json, tabular, xml
from tests.unit.mapping import MAPPINGS, papers

CXML = xml.Config(
    envelope="cxml",
    cxml={
        "host": "hub.example",
        "deployment": "test",
        "ours": {"domain": "NetworkId", "identity": "AN-JUNIPER"},
        "theirs": {"domain": "NetworkId", "identity": "AN-KILN"},
    },
)
PLAIN = xml.Config()


def papers_of(sample: str) -> list[tuple[str, Paper]]:
    """Return (set, paper) for each paper in a sample; syntax problems fail here."""
    body = (MAPPINGS / sample).read_bytes()
    match Path(sample).suffix:
        case ".edi":
            return list(papers(body))
        case ".xml":
            return _split(xml, body, CXML if sample.startswith("cxml/") else PLAIN)
        case ".json":
            return _split(json, body, json.Config())
        case ".csv" | ".tsv":
            return _split(tabular, body, tabular.Config())
    raise AssertionError(f"no standard is known for {sample}")


def _split(fmt: object, body: bytes, profile: object) -> list[tuple[str, Paper]]:
    found = []
    for one in fmt.split(io.BytesIO(body), profile=profile):
        for document in (document for group in one.groups for document in group.documents):
            # Ours and theirs name each other the other way round; that is the envelope's matter.
            told = [problem.text for problem in document.problems if "envelope" not in problem.code]
            assert told == []
            slice_ = body[document.offset : document.offset + document.length]
            found.append((document.set_id, fmt.read(slice_, document=document)))
    return found
