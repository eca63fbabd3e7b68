"""Feeds in XML: row by row, whatever their size, in one block of memory."""

import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.domain.exchange import Node
from hub.errors import Malformed
from hub.formats import xml
from tests.unit.formats.xmls import SPACE, document, profile

NAME = f"{{{SPACE}}}"
ROWS = f"{NAME}Stock/{NAME}Items/{NAME}Item"
PAGE = profile(feeds=["Stock"])


def feed(count: int, remark: str = "as counted") -> Iterator[bytes]:
    """Yield a stock report with so many rows."""
    yield f'<Stock xmlns="{SPACE}" kind="full"><At>2026-11-26</At><Items place="East">\n'.encode()
    for number in range(count):
        what = f'<Sku>S-{number}</Sku><Qty unit="EA">5</Qty><Remark>{remark}</Remark>'
        yield f'<Item no="{number}">{what}</Item>\n'.encode()
    yield b"</Items><Count>"
    yield f"{count}</Count></Stock>".encode()


def _walk(body: bytes, rows: str = ROWS) -> list[Node]:
    found = document(body, PAGE)
    assert (found.set_id, found.problems) == ("Stock", ())
    return list(xml.walk(io.BytesIO(body), document=found, rows=rows))


def _items(*, done: bool) -> tuple[Node, ...]:
    at = Node(name=f"{NAME}At", text="2026-11-26")
    items = Node(name=f"{NAME}Items", attributes=(("place", "East"),))
    count = Node(name=f"{NAME}Count", text="3")
    return (at, items, count) if done else (at, items)


def test_a_feed_is_its_head_then_every_row_then_itself_without_rows():
    head, *rows, tail = _walk(b"".join(feed(3)))
    assert head == Node(
        name=f"{NAME}Stock", attributes=(("kind", "full"),), children=_items(done=False)
    )
    assert tail == Node(
        name=f"{NAME}Stock", attributes=(("kind", "full"),), children=_items(done=True)
    )
    assert [row.attributes for row in rows] == [(("no", "0"),), (("no", "1"),), (("no", "2"),)]
    assert rows[2].children == (
        Node(name=f"{NAME}Sku", text="S-2"),
        Node(name=f"{NAME}Qty", text="5", attributes=(("unit", "EA"),)),
        Node(name=f"{NAME}Remark", text="as counted"),
    )


def test_without_rows_head_and_tail_are_the_same():
    head, tail = _walk(b"".join(feed(0)))
    assert head == tail
    assert head.children[2] == Node(name=f"{NAME}Count", text="0")


def test_rows_at_other_places_are_no_rows():
    body = b"".join(feed(2)).replace(b"<Count>2", b"<Item/><Count>2")
    head, first, second, tail = _walk(body)
    assert [child.name.removeprefix(NAME) for child in tail.children] == [
        "At", "Items", "Item", "Count",
    ]  # fmt: skip
    assert (first.name, second.name) == (f"{NAME}Item", f"{NAME}Item")
    assert head.children == _items(done=False)


def test_a_walk_without_rows_is_a_read():
    body = b"".join(feed(2))
    found = document(body, PAGE)
    assert _walk(body, "") == [xml.read(body, document=found)]


def test_only_a_feed_may_be_longer_than_a_paper():
    limits = {"max_bytes": 1024, "max_feed_bytes": 4096, "max_elements": 10}
    page = profile(feeds=["Stock"], limits=limits)
    assert document(b"".join(feed(30)), page).problems == ()
    with pytest.raises(Malformed, match="max_feed_bytes"):
        document(b"".join(feed(100)), page)
    with pytest.raises(Malformed, match=r"max_bytes|max_elements"):
        document(b"<Order>" + b"<a/>" * 400 + b"</Order>", page)


def test_others_may_move_the_stream_between_two_rows():
    body = io.BytesIO(b"".join(feed(5000)))
    found = document(body.getvalue(), PAGE)
    count = 0
    for _ in xml.walk(body, document=found, rows=ROWS):
        body.seek(17 * count % 1000)
        count += 1
    assert count == 5002


_CHILD = """
import resource, sys
from hub.formats import xml
from tests.unit.formats.test_xml_feeds import PAGE, ROWS
with open(sys.argv[1], "rb") as stream:
    small = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    [found] = xml.split(stream, profile=PAGE)
    [document] = found.groups[0].documents
    count = sum(1 for _ in xml.walk(stream, document=document, rows=ROWS))
    print(count - 2, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - small)
"""


def test_forty_megabytes_are_read_in_a_few(tmp_path: Path):
    path = tmp_path / "feed.xml"
    with path.open("wb") as file:
        file.writelines(feed(60_000, "as counted " * 60))
    assert path.stat().st_size > 40 * 1024 * 1024
    words = [sys.executable, "-c", _CHILD, str(path)]
    done = subprocess.run(
        words, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[3]
    )
    count, grown = (int(word) for word in done.stdout.split())
    assert count == 60_000
    assert grown < 8 * 1024  # kB
