"""What partners set for themselves: said by a person, kept until taken back, and that as well."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select, update

from hub.store.statements import Connection, Row, Statement, micros, moment
from hub.store.tables_own import partner_setting
from hub.store.upserts import insert_if_absent

_COLUMNS = [
    partner_setting.c.partner,
    partner_setting.c.setting,
    partner_setting.c.subject,
    partner_setting.c.value,
    partner_setting.c.said_at,
    partner_setting.c.who,
]
_ORDER = [partner_setting.c.partner, partner_setting.c.setting, partner_setting.c.subject]
_ADD = insert_if_absent(partner_setting)
_AGAIN = Statement(
    update(partner_setting)
    .where(
        partner_setting.c.partner == bindparam("of_partner"),
        partner_setting.c.setting == bindparam("which"),
        partner_setting.c.subject == bindparam("about"),
    )
    .values(
        value=bindparam("value"),
        turn=partner_setting.c.turn + 1,
        said_at=bindparam("said_at"),
        who=bindparam("who"),
    )
)
_OF = Statement(
    select(*_COLUMNS).where(partner_setting.c.partner == bindparam("of_partner")).order_by(*_ORDER)
)
_ALL = Statement(select(*_COLUMNS).where(partner_setting.c.value != "").order_by(*_ORDER))
# No row ever goes and every saying adds one: who sees the same sum sees the same settings, in
# whatever order two of them were committed.
TURNS = Statement(select(func.coalesce(func.sum(partner_setting.c.turn), 0)))


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingRow:
    """One thing that a partner set: `zone`, `carriers`, or one `day`, which is the subject then.

    An empty `value` is a setting that was taken back.
    """

    partner: str
    setting: str
    subject: str
    value: str
    said_at: datetime
    who: str


class OwnSettings:
    """What partners set for themselves beside their pages."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, row: SettingRow) -> None:
        """Keep a setting; what was set before is replaced."""
        said = {"value": row.value, "said_at": micros(row.said_at), "who": row.who}
        new = {"partner": row.partner, "setting": row.setting, "subject": row.subject, "turn": 1}
        if not self._connection.change(_ADD, said | new):
            named = {"of_partner": row.partner, "which": row.setting, "about": row.subject}
            self._connection.change(_AGAIN, said | named)

    def of(self, partner: str) -> list[SettingRow]:
        """Return what a partner ever set, also what was taken back since."""
        return [_row(row) for row in self._connection.rows(_OF, {"of_partner": partner})]

    def all(self) -> list[SettingRow]:
        """Return what every partner has set now."""
        return [_row(row) for row in self._connection.rows(_ALL, {})]


def _row(row: Row) -> SettingRow:
    partner, setting, subject, value, said_at, who = row
    return SettingRow(
        partner=partner,
        setting=setting,
        subject=subject,
        value=value,
        said_at=moment(said_at),
        who=who,
    )
