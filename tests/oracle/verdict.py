"""The judge: every check over one body, findings in the order of the bytes' rooms."""

from __future__ import annotations

from collections.abc import Iterator

from tests.oracle.envelope import counted, nested, sets
from tests.oracle.finding import Finding
from tests.oracle.splitting import Interchange, split
from tests.oracle.totals import totals
from tests.oracle.walking import walk


def judge(body: bytes) -> tuple[Finding, ...]:
    """Judge a whole file of X12 interchanges; an empty answer means nothing is wrong.

    Knows envelopes of 00401 and 00501, and the groups that `maps/maps.xml` lists. Reports
    everything it can still trust: an interchange whose envelope is out of order is not looked into.
    Never raises on any bytes.
    """
    interchanges, findings = split(body)
    return (*findings, *(found for one in interchanges for found in _judged(one)))


def _judged(interchange: Interchange) -> Iterator[Finding]:
    disorder = nested(interchange)
    if disorder:
        yield from disorder
        return
    yield from counted(interchange)
    for paper in sets(interchange):
        yield from totals(paper)
    yield from walk(interchange)
