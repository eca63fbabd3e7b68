"""Walking: one paper's segments one at a time, whatever it weighs."""

import tracemalloc
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import pytest

from hub.domain.exchange import Document
from hub.formats import x12
from hub.formats.x12.scanning import BLOCK
from tests.unit.formats.deliveries import (
    ACKNOWLEDGMENT,
    delivery,
    documents,
    page,
    split,
    their_page,
)

TWO = delivery(ACKNOWLEDGMENT, (*ACKNOWLEDGMENT[:-1], ("CTT", "2")))


def test_the_segments_of_one_paper_come_in_order_without_its_frame() -> None:
    first, second = documents(split(TWO))
    stream = BytesIO(TWO)
    assert tuple(x12.walk(stream, document=second))[-1] == ("CTT", "2")
    assert tuple(x12.walk(stream, document=first)) == ACKNOWLEDGMENT


def test_two_walks_over_one_stream_do_not_disturb_each_other() -> None:
    long = (ACKNOWLEDGMENT[0], *[("REF", "IA", f"{n:020d}") for n in range(5000)])
    body = delivery(long, long)
    stream = BytesIO(body)
    first, second = (x12.walk(stream, document=each) for each in documents(split(body)))
    assert all(one == other for one, other in zip(first, second, strict=True))


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
@pytest.mark.parametrize("at", [0, 1, 2500, 4999])
def test_letters_outside_ascii_are_read_as_the_whole_paper_is(encoding: str, at: int) -> None:
    rows = [("REF", "IA", f"{n:020d}") for n in range(5000)]
    rows[at] = ("REF", "IA", "Café Zoë")
    plain = delivery((ACKNOWLEDGMENT[0], *rows), seen_by=their_page(charset="utf-8"))
    body = plain.decode().encode(encoding)
    (paper,) = documents(split(body))
    assert paper.length > BLOCK
    walked = tuple(x12.walk(BytesIO(body), document=paper))
    assert walked == x12.read(body[paper.offset :][: paper.length], document=paper)
    assert walked[at + 1] == ("REF", "IA", "Café Zoë")


def test_a_terminator_of_several_bytes_is_never_cut_between_blocks() -> None:
    long = (ACKNOWLEDGMENT[0], *[("REF", "IA", f"{n % 7:0{n % 23 + 1}d}") for n in range(9000)])
    body = delivery(long).replace(b"~", "…".encode())
    (paper,) = documents(split(body))
    assert tuple(x12.walk(BytesIO(body), document=paper)) == long


@pytest.mark.parametrize("terminator", ["…".encode(), b"\xc0"])
def test_a_terminator_outside_ascii_still_cuts_a_paper_that_is_not_utf_8(
    terminator: bytes,
) -> None:
    body = delivery().replace(b"~", terminator).replace(b"PO-1001", "Zoë".encode("latin-1"))
    (paper,) = documents(split(body))
    assert x12.read(body[paper.offset :][: paper.length], document=paper)[0][3] == "Zoë"
    assert len(tuple(x12.walk(BytesIO(body), document=paper))) == len(ACKNOWLEDGMENT)


def test_a_stream_that_ends_too_early_is_said_so() -> None:
    (_, second) = documents(split(TWO))
    with pytest.raises(ValueError, match="ends at byte"):
        tuple(x12.walk(BytesIO(TWO[: second.offset + 9]), document=second))


def _lines(count: int) -> Iterator[bytes]:
    for line in range(1, count + 1):
        yield b"LIN*%d*VN*AC-%06d*SK*JU-%06d~QTY*33*%d*EA~" % (line, line, line, line % 90)


def stock_feed(path: Path, skus: int) -> int:
    """Write an 846 with a line for every SKU and return its size."""
    head = delivery(seen_by=their_page(version="005010"))
    frame = head[: head.index(b"ST*")].replace(b"GS*PR*", b"GS*IB*")
    with path.open("wb") as file:
        file.write(frame + b"ST*846*0001~BIA*00*DD*FEED-1*20260304~")
        file.writelines(_lines(skus))
        file.write(b"CTT*%d~SE*%d*0001~GE*1*7~IEA*1*000000007~" % (skus, 2 * skus + 4))
    return path.stat().st_size


def _one(stream: BinaryIO) -> Document:
    (found,) = x12.split(stream, profile=page(version="005010"))
    (paper,) = documents([found])
    return paper


def test_a_feed_of_a_hundred_thousand_articles_is_split_and_walked_in_little_memory(
    tmp_path: Path,
) -> None:
    size = stock_feed(tmp_path / "feed.edi", 100_000)
    with (tmp_path / "feed.edi").open("rb") as stream:
        paper = _one(stream)
        tracemalloc.start()
        rows = sum(row[0] == "LIN" for row in x12.walk(stream, document=paper))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert paper.problems == () and paper.length > 4_000_000 and size > paper.length
    assert rows == 100_000
    assert peak < 2_000_000
