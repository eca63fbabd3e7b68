"""Keep the numbers of orders and purchase orders also as people type them."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_AT_ONCE = 1000


def upgrade() -> None:
    """Make the columns, fill them from the numbers there are, and make their indexes."""
    for table, columns in _COLUMNS.items():
        for name in columns:
            column = sa.Column(name, sa.Text(), nullable=False, server_default="")
            op.add_column(table, column)
        _fill(table)
    op.create_index("customer_order_by_plain", "customer_order", ["brand", "number_plain"])
    op.create_index("customer_order_by_digits", "customer_order", ["brand", "number_digits"])
    op.create_index("fulfillment_by_plain", "fulfillment", ["number_plain"])


def plain(number: str) -> str:
    """Return the number's letters and digits; numbers were always of ASCII."""
    return re.sub(r"[^A-Z0-9]", "", number.upper()) or number.strip()


def digits(number: str) -> str:
    """Return the longest row of digits, the last of equal ones, without zeros before it."""
    longest = max(reversed(re.findall(r"[0-9]+", number)), key=len, default="")
    return longest.lstrip("0") or longest[:1]


_COLUMNS = {
    "customer_order": {"number_plain": plain, "number_digits": digits},
    "fulfillment": {"number_plain": plain},
}


def _fill(table: str) -> None:
    """A thousand rows at a time, by their ids; nobody else writes the table meanwhile."""
    columns = _COLUMNS[table]
    named = sa.table(table, sa.column("id"), sa.column("number"), *map(sa.column, columns))
    page = sa.select(named.c.id, named.c.number).order_by(named.c.id).limit(_AT_ONCE)
    change = sa.update(named).where(named.c.id == sa.bindparam("row"))
    change = change.values({name: sa.bindparam(name) for name in columns})
    last = ""
    while rows := op.get_bind().execute(page.where(named.c.id > last)).all():
        found = [
            {"row": key, **{name: made(number) for name, made in columns.items()}}
            for key, number in rows
        ]
        op.get_bind().execute(change, found)
        last = rows[-1][0]
