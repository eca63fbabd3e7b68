"""What the judge says about one place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong.

    `ordinal` counts segments from 1: inside a set from its ST, outside from the ISA; 0 means the
    body as a whole. `element` is a reference like `PO102`, or empty. `code` begins with the room
    the rule lives in: `body-`, `envelope-`, `total-`, `segment-N` and `element-N` (N as in X12
    997 AK304 and AK403), `level-`.
    """

    segment: str
    ordinal: int
    element: str
    code: str
    text: str
