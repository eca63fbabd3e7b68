"""Make what the desks' searches and notes need."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_INDEXES = (
    ("document_by_number", "document", ["number", "at", "id"]),
    ("document_by_order_number", "document", ["order_number"]),
    ("document_by_partner_at", "document", ["partner", "at", "id"]),
    ("interchange_by_number", "interchange", ["number"]),
    ("transmission_by_name", "transmission", ["name"]),
    ("transmission_by_at", "transmission", ["partner", "channel", "direction", "at"]),
    ("fulfillment_by_number", "fulfillment", ["number"]),
    ("input_by_subject", "input", ["subject"]),
    ("exception_by_document", "exception", ["document_id"]),
    ("watch_by_kind", "watch", ["kind", "due_at", "hold"]),
)


def upgrade() -> None:
    """Make what the desks' searches and notes need."""
    _terms()
    _notes()
    _copies()
    for name, table, columns in _INDEXES:
        op.create_index(name, table, columns, unique=False)
    open_only = sa.text("hold IS NOT NULL")
    op.create_index(
        "exception_open",
        "exception",
        ["opened_at", "id"],
        unique=False,
        sqlite_where=open_only,
        postgresql_where=open_only,
    )


def _terms() -> None:
    op.create_table(
        "person_term",
        sa.Column("term", sa.LargeBinary(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"]),
        sa.PrimaryKeyConstraint("term", "customer_id"),
    )
    op.create_index("person_term_by_customer", "person_term", ["customer_id"], unique=False)


def _notes() -> None:
    op.create_table(
        "order_note",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["customer_order.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_order_note_order_id"), "order_note", ["order_id"], unique=False)


def _copies() -> None:
    op.create_table(
        "edited_copy",
        sa.Column("transmission_id", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["transmission_id"], ["transmission.id"]),
        sa.PrimaryKeyConstraint("transmission_id"),
    )
    op.create_index(op.f("ix_edited_copy_origin"), "edited_copy", ["origin"], unique=False)
