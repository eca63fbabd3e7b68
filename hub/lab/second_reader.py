"""A reading of X12 by somebody else's engine: pyx12's where it is installed, else the lab's own.

pyx12 counts segments, sets and groups as it reads; an interchange in which it finds a fault cannot
be the hub's, which says so by an error of its own.
"""

import io
from importlib.util import find_spec
from typing import Any

from hub.lab.x12 import Interchange, Segment, folded, read


def read_again(text: str) -> Interchange:
    """Return the interchange of a whole file.

    Raises ValueError when the envelopes do not nest or pyx12 finds a fault in them.
    """
    if find_spec("pyx12") is None:
        return read(text)
    from pyx12.x12file import X12Reader

    reader = X12Reader(io.StringIO(text))
    rows = [_row(segment) for segment in reader]
    faults = reader.pop_errors()
    if faults:
        raise ValueError(f"the interchange cannot be read: {faults}")
    return folded(rows)


def _row(segment: Any) -> Segment:
    text: str = segment.format("\n", "\t", "\x1f")
    return tuple(text.removesuffix("\n").split("\t"))
