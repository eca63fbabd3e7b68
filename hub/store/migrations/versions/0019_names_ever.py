"""Remember what names were ever said to mean, also those said anew since."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_SAID = """
    SELECT body FROM input
    WHERE kind = 'command' AND (CAST(body AS TEXT) LIKE :said OR CAST(body AS TEXT) LIKE :forgot)
"""


def upgrade() -> None:
    """Make the table of what names ever meant, with all that people said so far."""
    made = op.create_table(
        "partner_name_ever",
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("partner", "name", "sku"),
    )
    if op.get_bind().dialect.name == "postgresql":
        # Nobody says a name between its being copied and the end.
        op.execute("LOCK TABLE partner_name IN SHARE ROW EXCLUSIVE MODE")
    now = op.get_bind().execute(sa.text("SELECT partner, name, sku FROM partner_name"))
    found = {(row.partner, row.name, row.sku) for row in now} | _said()
    rows = [dict(zip(("partner", "name", "sku"), one, strict=True)) for one in sorted(found)]
    op.bulk_insert(made, rows)


def _said() -> set[tuple[str, str, str]]:
    """What names were said to mean, and what they meant before, by the commands that were kept."""
    found: set[tuple[str, str, str]] = set()
    kept = op.get_bind().execute(
        sa.text(_SAID), {"said": '%"say_name"%', "forgot": '%"forget_name"%'}
    )
    for (body,) in kept:
        told = json.loads(body) if isinstance(body, str) else body
        said = told.get("say_name") or told.get("forget_name") or {}
        skus = {said[key] for key in ("sku", "instead_of") if said.get(key)}
        found |= {(said["partner"], said["name"], sku) for sku in skus}
    return found
