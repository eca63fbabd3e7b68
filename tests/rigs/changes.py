"""Changes of an order as the tests ask for them, and what a supplier says of its 860s."""

from pathlib import Path

from hub.api.change_views import rendered
from hub.domain.change_requests import Request
from hub.domain.orders import ChangeKind
from hub.flow.changing import ChangePosting, ChangeVerdict, change
from tests.fakes import Supplier
from tests.rigs.houses import House


def ask(
    house: House,
    *requests: Request,
    number: str = "1001",
    key: str = "",
    body: bytes = b"{}",
    brand: str = "juniper",
) -> ChangeVerdict:
    """Ask for changes at the door."""
    return change(house.parts, _posting(requests, ChangeKind.CHANGE, number, key, body, brand))


def cancel(
    house: House,
    *requests: Request,
    number: str = "1001",
    key: str = "",
    body: bytes = b"{}",
    brand: str = "juniper",
) -> ChangeVerdict:
    """Cancel lines at the door, or everything that is open."""
    kind = ChangeKind.CANCELLATION
    return change(house.parts, _posting(requests or None, kind, number, key, body, brand))


def _posting(
    requests: tuple[Request, ...] | None,
    kind: ChangeKind,
    number: str,
    key: str,
    body: bytes,
    brand: str,
) -> ChangePosting:
    return ChangePosting(
        number=number,
        brand=brand,
        who="test",
        kind=kind,
        requests=requests,
        reason="",
        place="/actions" if kind is ChangeKind.CHANGE else "/lines",
        body=body,
        key=key,
        render=rendered,
    )


def outcomes(verdict: ChangeVerdict) -> list[tuple[str, object, object]]:
    """What became of it, row by row: (outcome, quantity or None, why or None)."""
    assert verdict.decided is not None, verdict
    rows = verdict.decided.rows
    return [(str(row["outcome"]), row.get("quantity"), row.get("why")) for row in rows]


def changes_received(supplier: Supplier) -> list[list[list[str]]]:
    """Every 860 in the supplier's inbox as rows of elements, in order."""
    found = []
    for path in sorted((supplier.home / "in").iterdir()):
        found += _papers(path)
    return found


def _papers(path: Path) -> list[list[list[str]]]:
    rows = [row.split("*") for row in path.read_text().replace("\n", "").split("~") if row]
    starts = [n for n, row in enumerate(rows) if row[:2] == ["ST", "860"]]
    ends = [n for n, row in enumerate(rows) if row[0] == "SE"]
    return [rows[start : min(end for end in ends if end > start)] for start in starts]


def segment(paper: list[list[str]], name: str) -> list[str]:
    """The first segment of that name."""
    return next(row for row in paper if row[0] == name)


def answer_change(
    paper: list[list[str]], *, verdict: str = "AT", words: dict[str, str] | None = None
) -> list[str]:
    """An 865: a verdict on all (AT yes, RJ no), or words by line (IA yes, IR no)."""
    beginning = segment(paper, "BCH")
    rows = [f"BCA*00*{verdict}*{beginning[3]}**{beginning[5]}*20261120"]
    for line in (row for row in paper if row[0] == "POC"):
        if words and line[1] in words:
            rows.append(f"POC*{line[1]}*CA*{line[3]}*{line[4]}*EA*4**VN*{line[9]}")
            rows.append(f"ACK*{words[line[1]]}*{line[3]}*EA")
    return rows
