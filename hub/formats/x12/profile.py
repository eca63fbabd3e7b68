"""The typed `profile:` of an X12 channel: who we are to each other and how the bytes look."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

_KB = 1024
FEEDS = frozenset({"846"})
"""Sets that tell of a whole stock; read segment by segment, so they may be large."""


class _Page(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _plain(value: str) -> str:
    """Return the value if it can stand in an envelope, else raise ValueError."""
    if not value.isascii() or not value.isprintable() or value != value.strip():
        raise ValueError("use printable ASCII without spaces at the ends")
    return value


class Identity(_Page):
    """One side: ISA qualifier and id, and the GS id (without: ours is the ISA id, theirs free)."""

    qualifier: Annotated[str, Field(pattern=r"^[A-Z0-9]{2}$")]
    id: Annotated[str, Field(min_length=1, max_length=15)]
    group: Annotated[str, Field(min_length=2, max_length=15)] | None = None

    _id = field_validator("id")(_plain)

    @field_validator("group")
    @classmethod
    def _group(cls, value: str | None) -> str | None:
        return None if value is None else _plain(value)


class Separators(_Page):
    """The delimiters we write with; reading takes them from each ISA."""

    element: str = "*"
    component: str = ">"
    segment: str = "~"
    repetition: str = "^"

    @model_validator(mode="after")
    def _usable(self) -> Self:
        marks = (self.element, self.component, self.segment, self.repetition)
        for mark in marks:
            if len(mark) != 1 or not mark.isascii() or mark.isalnum() or mark in " -.\0":
                raise ValueError(
                    f"{mark!r} cannot separate: use one ASCII character, not a letter, digit,"
                    " space, point or minus"
                )
        if any(mark in "\r\n" for mark in (self.element, self.component, self.repetition)):
            raise ValueError("only `segment` may be a line end")
        if len(set(marks)) != len(marks):
            raise ValueError(f"the four delimiters must differ, these are {' '.join(marks)!r}")
        return self


class Config(_Page):
    """All that two partners agree on about X12 bytes; sizes are in bytes.

    `version` is what we write (GS08); both versions are read, whichever it says. `max_feed_bytes`
    stands instead of `max_document_bytes` for stock feeds (846), which have a line for every SKU.
    """

    version: Annotated[str, Field(pattern=r"^00[45]010[A-Z0-9]{0,6}$")] = "004010"
    ours: Identity
    theirs: Identity
    usage: Literal["production", "test"] = "production"
    delimiters: Separators = Separators()
    newline: bool | Literal["lf", "crlf"] = False
    in_data: Literal["refuse", "replace"] = "replace"
    replacement: str = " "
    charset: Literal["basic", "extended", "utf-8"] = "extended"
    upper_case: bool = False
    wants_receipt: bool = False
    receipts: bool = True
    short_isa: Literal["refuse", "accept"] = "refuse"
    max_segment_bytes: Annotated[int, Field(ge=1 * _KB, le=1024 * _KB)] = 64 * _KB
    max_element_bytes: Annotated[int, Field(ge=256, le=1024 * _KB)] = 16 * _KB
    max_document_bytes: Annotated[int, Field(ge=1 * _KB)] = 1 * _KB * _KB
    max_feed_bytes: Annotated[int, Field(ge=1 * _KB)] = 256 * _KB * _KB
    max_problems: Annotated[int, Field(ge=1, le=10_000)] = 100
    max_levels: Annotated[int, Field(ge=1, le=100_000)] = 10_000

    @property
    def dialect(self) -> str:
        """What papers of this format are, for maps to fit."""
        return "segments"

    @property
    def ending(self) -> str:
        """How names of files of ours end where a page does not say."""
        return ".edi"

    def largest(self, set_id: str) -> tuple[str, int]:
        """Return the key of this page that caps a set, and the bytes it allows."""
        if set_id in FEEDS:
            return "max_feed_bytes", self.max_feed_bytes
        return "max_document_bytes", self.max_document_bytes

    @model_validator(mode="after")
    def _replacement_fits(self) -> Self:
        marks = self.delimiters
        taken = {marks.element, marks.component, marks.segment, marks.repetition}
        if len(self.replacement) > 1 or not (self.replacement or " ").isprintable():
            raise ValueError("replacement: give one printable character, or none")
        if not self.replacement.isascii() or self.replacement in taken:
            raise ValueError("replacement: must be ASCII and no delimiter itself")
        return self
