"""What a set says about itself: line counts, hash totals, child flags, receipts that add up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation

from tests.oracle.finding import Finding
from tests.oracle.splitting import Segment

Set = tuple[Segment, ...]


def totals(paper: Set) -> Iterator[Finding]:
    """Yield what does not add up in one set (ST to SE). Sets without a rule yield nothing."""
    rule = RULES.get(_at(paper[0], 1))
    if rule is not None:
        yield from rule(paper)


def _order(paper: Set) -> Iterator[Finding]:
    yield from _lines(paper, counted="PO1", quantity=("PO1", 2))


def _change(paper: Set) -> Iterator[Finding]:
    yield from _lines(paper, counted="POC", quantity=("POC", 3))


def _stock_report(paper: Set) -> Iterator[Finding]:
    yield from _lines(paper, counted="LIN", quantity=("QTY", 2))


def _invoice(paper: Set) -> Iterator[Finding]:
    yield from _lines(paper, counted="IT1", quantity=("IT1", 2))


def _ship_notice(paper: Set) -> Iterator[Finding]:
    yield from _lines(paper, counted="HL", quantity=("SN1", 2))
    yield from _children(paper)


def _lines(paper: Set, *, counted: str, quantity: tuple[str, int]) -> Iterator[Finding]:
    """Check CTT01 against the lines (856: the HL) and CTT02 against the sum of quantities."""
    tag, place = quantity
    lines = sum(1 for segment in paper if segment[0] == counted)
    units = sum((_number(_at(s, place)) for s in paper if s[0] == tag), Decimal())
    for ordinal, segment in enumerate(paper, 1):
        if segment[0] != "CTT":
            continue
        if _at(segment, 1) != str(lines):
            text = f"CTT01 says {_at(segment, 1)!r}, there are {lines} {counted}"
            yield _finding("CTT", ordinal, "CTT01", "total-lines", text)
        if _at(segment, 2) and _number(_at(segment, 2)) != units:
            text = f"CTT02 says {_at(segment, 2)!r}, the quantities sum to {units}"
            yield _finding("CTT", ordinal, "CTT02", "total-hash", text)


def _children(paper: Set) -> Iterator[Finding]:
    """Check HL04 (1 = has children, 0 = has none) where it is used."""
    parents = {_at(segment, 2) for segment in paper if segment[0] == "HL"}
    for ordinal, segment in enumerate(paper, 1):
        if segment[0] == "HL" and _at(segment, 4):
            truth = "1" if _at(segment, 1) in parents else "0"
            if _at(segment, 4) != truth:
                text = f"HL04 says {_at(segment, 4)!r}, the levels below say {truth!r}"
                yield _finding("HL", ordinal, "HL04", "total-children", text)


def _receipt(paper: Set) -> Iterator[Finding]:
    """Check AK9 against the AK2 … AK5 above it and against its own verdict."""
    verdicts = [_at(segment, 1) for segment in paper if segment[0] == "AK5"]
    named = sum(1 for segment in paper if segment[0] == "AK2")
    for ordinal, segment in enumerate(paper, 1):
        if segment[0] != "AK9":
            continue
        received, accepted = _number(_at(segment, 3)), _number(_at(segment, 4))
        if named > received:
            text = f"AK903 says {received} received, {named} are answered"
            yield _finding("AK9", ordinal, "AK903", "total-received", text)
        refused = sum(1 for verdict in verdicts if verdict not in ("A", "E"))
        if accepted > received - refused:
            text = f"AK904 says {accepted} accepted of {received}, {refused} were rejected"
            yield _finding("AK9", ordinal, "AK904", "total-accepted", text)
        if not _verdict_fits(_at(segment, 1), received, accepted):
            text = f"AK901 says {_at(segment, 1)!r} with {accepted} of {received} accepted"
            yield _finding("AK9", ordinal, "AK901", "total-verdict", text)


def _verdict_fits(verdict: str, received: Decimal, accepted: Decimal) -> bool:
    if verdict in ("A", "E"):
        return accepted == received
    if verdict == "P":
        return 0 < accepted < received
    return accepted == 0


def _number(text: str) -> Decimal:
    """Read a number; what is none counts as 0, because the element check names it."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal()


def _at(segment: Segment, place: int) -> str:
    return segment[place] if place < len(segment) else ""


def _finding(tag: str, ordinal: int, element: str, code: str, text: str) -> Finding:
    return Finding(segment=tag, ordinal=ordinal, element=element, code=code, text=text)


RULES: dict[str, Callable[[Set], Iterator[Finding]]] = {
    "850": _order,
    "855": _order,
    "856": _ship_notice,
    "860": _change,
    "865": _change,
    "846": _stock_report,
    "810": _invoice,
    "997": _receipt,
}
