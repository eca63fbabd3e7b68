"""What the tests of maps share: the project's pages, papers out of files, small pages."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from hub.domain.exchange import Segments
from hub.errors import ConfigError
from hub.mapping import Library, Page, load

ROOT = Path(__file__).parents[3]
MAPPINGS = ROOT / "mappings"


def texts() -> dict[str, str]:
    """Return the text of every page of the project by name."""
    return {
        path.relative_to(MAPPINGS).with_suffix("").as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(MAPPINGS.rglob("*.yaml"))
    }


@cache
def library() -> Library:
    """Return the project's pages, compiled once."""
    return load(texts())


def papers(body: bytes) -> list[tuple[str, Segments]]:
    """Split an interchange into (set, paper), as plainly as it can be done."""
    text = body.decode()
    element, end = text[3], text[105]
    segments = [tuple(one.strip("\r\n").split(element)) for one in text.split(end)]
    found: list[tuple[str, Segments]] = []
    start = 0
    for index, segment in enumerate(segments):
        if segment[0] == "ST":
            start = index
        elif segment[0] == "SE":
            found.append((segments[start][1], tuple(segments[start + 1 : index])))
    return found


def paper(text: str) -> Segments:
    """Turn `BEG*00~CUR*BY` or lines of segments into a paper."""
    rows = text.replace("~", "\n").split("\n")
    return tuple(tuple(row.strip(" ").split("*")) for row in rows if row.strip())


def spoken(segments: Segments) -> list[str]:
    """Return the segments as they would stand on the wire."""
    return ["*".join(segment) for segment in segments]


CODES = """
codes:
  EA: each
  CA: case
"""


def page(segments: str, *, message: str = "OrderResponse", more: Iterable[str] = ()) -> Page:
    """Compile a page of one test: only the rows are given."""
    text = f"set: 855\nmessage: {message}\nsegments:\n{segments}\n"
    return load(
        {"one": text, "codes/units": CODES, **dict(zip(*[iter(more)] * 2, strict=True))}
    ).page("one")


def mistakes(segments: str, *, message: str = "OrderResponse") -> tuple[str, ...]:
    """Return what is wrong with such a page."""
    try:
        page(segments, message=message)
    except ConfigError as error:
        return error.mistakes
    return ()
