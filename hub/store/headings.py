"""What partners call the columns of their tables: said once by a person, kept until taken back."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, select

from hub.store.statements import Connection, Row, Statement, micros, moment
from hub.store.tables_headings import heading
from hub.store.upserts import upsert

_COLUMNS = [
    heading.c.partner,
    heading.c.heading,
    heading.c.means,
    heading.c.said_at,
    heading.c.who,
]
_PUT = upsert(heading, on=["partner", "heading"], setting=["means", "said_at", "who"])
_OF = Statement(
    select(*_COLUMNS)
    .where(heading.c.partner == bindparam("of_partner"))
    .order_by(heading.c.said_at, heading.c.heading)
)
_FORGET = Statement(
    delete(heading).where(
        heading.c.partner == bindparam("of_partner"), heading.c.heading == bindparam("words")
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadingRow:
    """One heading of a partner's and the column it means."""

    partner: str
    heading: str
    means: str
    said_at: datetime
    who: str


class Headings:
    """What each partner's columns are called."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, row: HeadingRow) -> None:
        """Keep what a heading means; what it meant before is replaced."""
        self._connection.change(
            _PUT,
            {
                "partner": row.partner,
                "heading": row.heading,
                "means": row.means,
                "said_at": micros(row.said_at),
                "who": row.who,
            },
        )

    def of(self, partner: str) -> list[HeadingRow]:
        """Return a partner's headings, those said first first."""
        return [_row(row) for row in self._connection.rows(_OF, {"of_partner": partner})]

    def forget(self, *, partner: str, heading: str) -> bool:
        """Forget what a heading means; False when nobody ever said it."""
        return bool(self._connection.change(_FORGET, {"of_partner": partner, "words": heading}))


def _row(row: Row) -> HeadingRow:
    partner, words, means, said_at, who = row
    return HeadingRow(partner=partner, heading=words, means=means, said_at=moment(said_at), who=who)
