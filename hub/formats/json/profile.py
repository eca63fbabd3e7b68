"""The typed `profile:` of a JSON channel: which member says what a document is, and the limits."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

MOST_DEEP = 32
MB = 1024 * 1024
Word = Annotated[str, Field(min_length=1, max_length=200)]


class Limits(BaseModel):
    """How large a paper may be; sizes are in bytes, `max_row` is that of one row of a feed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_bytes: Annotated[int, Field(ge=1024, le=256 * MB)] = 50 * MB
    max_feed_bytes: Annotated[int, Field(ge=1024, le=8192 * MB)] = 2048 * MB
    max_row: Annotated[int, Field(ge=1024, le=64 * MB)] = 1 * MB
    max_depth: Annotated[int, Field(ge=1, le=MOST_DEEP)] = MOST_DEEP
    max_values: Annotated[int, Field(ge=1, le=5_000_000)] = 200_000


class Config(BaseModel):
    """All that two partners agree on about JSON.

    `type` is the member of a document that says which set it is, `sets` what its values are called
    on this channel; `set` is that of documents that say nothing. `documents` is the member of the
    file that holds several in an array. `feeds` are the sets that tell of a whole stock: such a
    file is one document, which only `max_feed_bytes` caps, and its set is `set`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    set: str = ""
    type: str = "type"
    sets: dict[Word, Word] = {}
    documents: str = "documents"
    feeds: tuple[Word, ...] = ()
    indent: Annotated[int, Field(ge=0, le=8)] = 2
    receipts: Literal[False] = False
    limits: Limits = Limits()

    @property
    def dialect(self) -> str:
        """What papers of this format are, for maps to fit."""
        return "trees"

    @property
    def ending(self) -> str:
        """How names of files of ours end where a page does not say."""
        return ".json"

    @property
    def is_feed(self) -> bool:
        """Whether a file of this channel is read in pieces."""
        return bool(self.set) and self.set in self.feeds
