"""Bytes ⇄ documents, pure: one file or folder is one standard, and its name is the registry.

What lives here: splitting a delivery into interchanges, groups and documents; joining ours; syntax
checks; receipts. What does not: what a document means (maps, rules), where bytes come from (wire).
Who may come in: flow and ops. Formats never see one another, the wire or the store.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, BinaryIO, Protocol

from pydantic import BaseModel

from hub.domain.exchange import (
    Document,
    Joined,
    Node,
    Paper,
    Problem,
    Receipt,
    Segments,
    SplitInterchange,
)


class Format(Protocol):
    """What a module of this room offers; `Config` is the typed `profile:` of a channel.

    One with error codes of its own has `MEANINGS` as well: what each means and what to do.
    """

    Config: type[BaseModel]

    def whole(self, stream: BinaryIO) -> bool:
        """Say whether the delivery has arrived to its last byte (X12: its IEA)."""

    def split(self, stream: BinaryIO, *, profile: Any) -> Iterator[SplitInterchange]:
        """Yield each interchange with slices of its documents, memory flat.

        Problems are values on the interchange, group or document; raises only `Malformed`.
        """

    def read(self, body: bytes, *, document: Document) -> Paper:
        """Return the values of one document's slice, without its frame: segments, or a tree."""

    def walk(
        self, stream: BinaryIO, *, document: Document, rows: str = ""
    ) -> Iterator[tuple[str, ...] | Node]:
        """Yield what `read` returns, one row at a time, memory flat.

        The stream is the whole archived object and can be sought in; the walk seeks by itself.
        Where papers are trees, `rows` is the way to the row elements, in Clark notation from the
        root on (`{urn:x}Stock/{urn:x}Item`; in JSON, whose root has no name, `stock/items`). Given
        are the root as known when the first row begins, then each row, last the root as known at
        the end; neither root has rows in it.
        """

    def locate(self, body: bytes, *, document: Document, problem: Problem) -> Problem:
        """Add the byte offset to a problem that names segment and element.

        A format that reads a whole paper for it has a `located` as well, for all at once.
        """

    def discreet(self, problem: Problem) -> Problem:
        """Return a problem fit to be kept and shown: where people's words stand, without them."""

    def is_receipt(self, set_id: str) -> bool:
        """Say whether a document of this set is a receipt (never receipted itself)."""

    def receipt(self, paper: Paper) -> Receipt:
        """Read the receipt out of a paper for which `is_receipt` holds."""

    def acknowledge(self, interchange: SplitInterchange, *, profile: Any) -> Sequence[Segments]:
        """Return one receipt paper for each group that deserves one."""

    def clean(
        self, paper: Paper, *, set_id: str, profile: Any
    ) -> tuple[Paper, tuple[Problem, ...]]:
        """Make a paper of ours fit the wire, or say with Problems why it cannot be."""

    def join(
        self,
        papers: Sequence[Paper],
        *,
        set_id: str,
        profile: Any,
        interchange_number: int,
        group_number: int,
        at: datetime,
    ) -> Joined:
        """Put papers of one set into one interchange; counts are right by construction."""
