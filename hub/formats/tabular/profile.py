"""What is agreed on about a partner's tables: the `profile:` of a tabular channel."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from hub.formats.tabular.tables import COLUMNS, FEED

MEGABYTE = 1024 * 1024
FEED_BYTES, OTHER_BYTES = 2048 * MEGABYTE, 50 * MEGABYTE
FEED_ROWS, OTHER_ROWS = 10_000_000, 100_000

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}


def _known(value: dict[str, object]) -> dict[str, object]:
    for name in value:
        if name not in COLUMNS:
            raise ValueError(f"{name[:40]!r} is no column; there are {', '.join(COLUMNS)}")
    return value


Names = Annotated[dict[str, tuple[str, ...]], AfterValidator(_known)]
Titles = Annotated[
    dict[str, Annotated[str, Field(min_length=1, max_length=80)]], AfterValidator(_known)
]


class Config(BaseModel):
    """All that is agreed on about a partner's tables, how we read them and how we write ours."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    table: Literal["detect", "stock", "response", "shipment"] = Field(
        default="detect", description="what the partner's tables say; found by their headings"
    )
    kind: Literal["full", "delta"] = Field(
        default="full", description="whether a stock table lists everything or only what changed"
    )
    separator: Literal["detect", "comma", "semicolon", "tab", "bar"] = Field(
        default="detect", description="what stands between cells; we write commas unless it is said"
    )
    columns: Names = Field(
        default={}, description="what the partner calls a column, beside the usual names"
    )
    dates: Literal["iso", "day_first", "month_first"] = Field(
        default="iso", description="how 03/04/2026 is meant; iso: it is not taken"
    )
    rows: Literal["detect", "all_or_nothing", "good_ones"] = Field(
        default="detect",
        description="what counts when a row is wrong; detect: of stock the good ones, else nothing",
    )
    max_bytes: int | None = Field(
        default=None, ge=1024, le=FEED_BYTES, description="none: 2 GB of stock, else 50 MB"
    )
    max_rows: int | None = Field(
        default=None, ge=1, le=FEED_ROWS, description="none: 10 million of stock, else 100,000"
    )
    file: Literal["csv", "xlsx", "text"] = Field(
        default="csv", description="what we write: a table, a workbook, or lines for people to read"
    )
    read_by: Literal["spreadsheet", "machine"] = Field(
        default="spreadsheet",
        alias="for",
        description="who opens what we write; a spreadsheet is kept from reading formulas into it",
    )
    headings: Titles = Field(
        default={}, description="which columns we write, in this order, and what they are called"
    )

    @property
    def dialect(self) -> str:
        """What papers of this format are, for maps to fit."""
        return "segments"

    @property
    def ending(self) -> str:
        """How names of files of ours end where a page does not say."""
        if self.file == "csv":
            return ".tsv" if self.separator == "tab" else ".csv"
        return ".xlsx" if self.file == "xlsx" else ".txt"

    def all_or_nothing(self, set_id: str) -> bool:
        """Say whether one wrong row keeps all others of its file from counting."""
        return self.rows == "all_or_nothing" or (self.rows == "detect" and set_id != FEED)

    def most_bytes(self, set_id: str) -> int:
        """Return how long a table of a set may be."""
        return self.max_bytes or (FEED_BYTES if set_id == FEED else OTHER_BYTES)

    def most_rows(self, set_id: str) -> int:
        """Return how many rows a table of a set may have."""
        return self.max_rows or (FEED_ROWS if set_id == FEED else OTHER_ROWS)
