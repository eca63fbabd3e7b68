"""Segments a second of `hub.formats.x12.split`, beside the floor: two `bytes.split` alone.

Run `python bench/x12_split.py [--quick] [megabytes]`; prints one line a corpus, best of five.
"""

import io
import sys
import time
from datetime import datetime

import _rig as rig

from hub.formats import x12

ACME = {"qualifier": "01", "id": "555012345"}
HUB = {"qualifier": "ZZ", "id": "HUB"}
AT = datetime(2026, 1, 2, 3, 4)


def corpus(megabytes: float) -> tuple[bytes, x12.Config]:
    """Return ship notices of about that size and the page that reads them."""
    sending = x12.Config.model_validate({"ours": ACME, "theirs": HUB, "max_levels": 100_000})
    papers = []
    size = 0
    while size < megabytes * 1e6:
        paper = [("BSN", "00", f"S{len(papers):08d}", "20260102", "0304", "0001")]
        paper += [("HL", "1", "", "S"), ("TD5", "", "2", "UPSN", "", "GROUND")]
        paper += [("DTM", "011", "20260102"), ("N1", "ST", "Ada Example", "92", "000123")]
        paper += [("HL", "2", "1", "O"), ("PRF", f"PO{len(papers):07d}", "", "", "20260101")]
        for line in range(20):
            pack = str(3 + 2 * line)
            paper += [("HL", pack, "2", "P"), ("MAN", "CP", f"1Z999AA1{len(papers):05d}{line:05d}")]
            paper += [("HL", str(4 + 2 * line), pack, "I")]
            paper += [("LIN", str(line + 1), "VN", f"AC-{line:05d}", "UP", "036000291452")]
            paper += [("SN1", str(line + 1), str(line % 7 + 1), "EA")]
        paper += [("CTT", "42")]
        papers.append(tuple(paper))
        size += sum(len("*".join(row)) + 1 for row in paper)
    joined = x12.join(
        papers, set_id="856", profile=sending, interchange_number=1, group_number=1, at=AT
    )
    page = {"ours": HUB, "theirs": ACME, "max_levels": 100_000}
    return joined.body, x12.Config.model_validate(page)


def best(run: object, times: int = 5) -> float:
    """Return the least seconds of several calls."""
    assert callable(run)
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return min(taken)


def floor(body: bytes) -> int:
    """Split blocks into segments and elements, keep none, and count."""
    count = 0
    rest = b""
    for at in range(0, len(body), 65536):
        pieces = (rest + body[at : at + 65536]).split(b"~")
        rest = pieces.pop()
        for piece in pieces:
            piece.split(b"*")
        count += len(pieces)
    return count


def main() -> None:
    """Measure and print."""
    sizes = [float(word) for word in sys.argv[1:] if word != "--quick"]
    body, page = corpus(sizes[0] if sizes else 2 if rig.quick() else 10)

    def ours() -> None:
        for interchange in x12.split(io.BytesIO(body), profile=page):
            assert not any(d.problems for g in interchange.groups for d in g.documents)

    segments = floor(body)
    base, spent = best(lambda: floor(body)), best(ours)
    print(
        f"856, {len(body) / 1e6:.1f} MB, {segments} segments:"
        f" floor {segments / base / 1e6:.2f} M/s,"
        f" split with checks {segments / spent / 1e6:.2f} M/s, {len(body) / spent / 1e6:.1f} MB/s,"
        f" ratio {base / spent:.3f}"
    )


if __name__ == "__main__":
    main()
