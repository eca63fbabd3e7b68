"""JSON (RFC 8259): split, check, read, walk, locate, clean and join; the module is one `Format`.

What lives here: strictness about what JSON leaves open (doubled members, depth, numbers), slices of
several documents in one file, JSON pointers (RFC 6901). What does not: what a member means (maps).
Who may come in: hub.main, flow and ops; never another format.

A file is one interchange. It holds one document, or several in an array: the file itself, or the
member that the page names. A document is an object. A Node of JSON has the member's name; what
stands in an array is several Nodes of that name with `many`. An empty array is read as none at all,
and written where the only Node with `many` is nothing.
"""

from collections.abc import Sequence
from typing import Any

from hub.domain.exchange import Paper, Receipt, Segments, SplitInterchange
from hub.formats.json.meanings import MEANINGS
from hub.formats.json.ours import clean, join
from hub.formats.json.profile import Config
from hub.formats.json.reading import locate, located, read, walk
from hub.formats.json.splitting import split, whole
from hub.formats.json.wording import discreet

__all__ = [
    "AT_MOST", "MEANINGS", "Config", "acknowledge", "clean", "discreet", "is_receipt", "join",
    "locate", "located", "read", "receipt", "split", "walk", "whole",
]  # fmt: skip

AT_MOST = 1
"""How many papers one file of ours holds."""


def is_receipt(set_id: str) -> bool:
    """Say that no JSON document is a receipt."""
    del set_id
    return False


def receipt(paper: Paper) -> Receipt:
    """Raise ValueError: there is none."""
    raise ValueError("a JSON document is no receipt")


def acknowledge(interchange: SplitInterchange, *, profile: Any) -> Sequence[Segments]:
    """Return nothing: JSON has no receipts."""
    del interchange, profile
    return ()
