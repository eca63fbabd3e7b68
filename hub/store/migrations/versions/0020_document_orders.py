"""Keep every order that a paper speaks of, not only the last of them."""

import json
from collections.abc import Iterator, Mapping

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_AT_ONCE = 1000
_LONGEST = 255  # signs of a number that is kept; an index takes only so much

# What stands in the paper's own row. Its number and its order need not belong together: each was
# the last that it spoke of, and a number that nobody knows has no order.
_OWN = (
    """
    INSERT INTO document_order (document_id, order_id, number)
    SELECT d.id, coalesce(f.order_id, ''), d.order_number
    FROM document d LEFT JOIN fulfillment f ON f.partner = d.partner AND f.number = d.order_number
    WHERE d.order_number <> '' AND length(d.order_number) <= :longest
    """,
    """
    INSERT INTO document_order (document_id, order_id, number)
    SELECT d.id, d.order_id, coalesce(f.number, '')
    FROM document d
    LEFT JOIN fulfillment f ON f.id = d.fulfillment_id AND length(f.number) <= :longest
    WHERE d.order_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM document_order o WHERE o.document_id = d.id AND o.order_id = d.order_id
    )
    """,
)
_PAGE = sa.text("SELECT id FROM document WHERE id > :after ORDER BY id LIMIT :limit")
_KNOWN = sa.text("""
    SELECT document_id, number FROM document_order
    WHERE document_id > :after AND document_id <= :last AND order_id <> ''
""")
# What it did to orders, and what waited for a person because of it.
_DONE = sa.text("""
    SELECT DISTINCT e.document_id, e.order_id, e.business_key AS told, d.partner
    FROM effect e JOIN document d ON d.id = e.document_id
    WHERE e.document_id > :after AND e.document_id <= :last
        AND e.order_id IS NOT NULL AND e.business_key <> d.business_key
    UNION
    SELECT x.document_id, x.order_id, x.text AS told, d.partner
    FROM exception x JOIN document d ON d.id = x.document_id
    WHERE x.document_id > :after AND x.document_id <= :last
        AND x.order_id IS NOT NULL AND (d.order_id IS NULL OR d.order_id <> x.order_id)
""")
_PARTS = sa.text("SELECT number FROM fulfillment WHERE order_id = :order_id AND partner = :partner")
_UNKNOWN = sa.text("""
    SELECT id, problems FROM document
    WHERE id > :after AND id <= :last
        AND direction = 'in' AND CAST(problems AS TEXT) LIKE '%"unknown-order"%'
""")
_QUOTED = 99  # signs of a number that a problem quotes
# One of them may stand there already: the paper's own.
_ADD = sa.text("""
    INSERT INTO document_order (document_id, order_id, number)
    VALUES (:document_id, :order_id, :number) ON CONFLICT DO NOTHING
""")


def upgrade() -> None:
    """Make the table, and fill it with what is known of the papers there are."""
    op.create_table(
        "document_order",
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"]),
        sa.PrimaryKeyConstraint("document_id", "order_id", "number"),
    )
    if op.get_bind().dialect.name == "postgresql":
        # Nobody writes a paper between its being looked at and the end: its orders would be lost.
        op.execute("LOCK TABLE document, effect, exception IN SHARE ROW EXCLUSIVE MODE")
    for one in _OWN:
        op.get_bind().execute(sa.text(one), {"longest": _LONGEST})
    for page in _pages():
        _fill(page)
    for name in ("order_id", "number"):
        columns = [name, "document_id"]
        op.create_index(f"document_order_by_{name}", "document_order", columns, unique=False)


def _pages() -> Iterator[Mapping[str, str]]:
    """Yield spans of a thousand papers by their ids, so that no more are in hand at once."""
    after = ""
    while rows := op.get_bind().execute(_PAGE, {"after": after, "limit": _AT_ONCE}).all():
        yield {"after": after, "last": rows[-1][0]}
        after = rows[-1][0]


def _fill(page: Mapping[str, str]) -> None:
    """Add what the papers' own rows do not tell; no number that nobody knew beside one known."""
    named = {(row.document_id, row.number) for row in op.get_bind().execute(_KNOWN, page)}
    found = {*_others(page), *_unknown(page)}
    rows = [
        {"document_id": document, "order_id": order, "number": number}
        for document, order, number in sorted(found)
        if order or (document, number) not in named
    ]
    if rows:
        op.get_bind().execute(_ADD, rows)


def _others(page: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield the other orders of papers, with the purchase order where it can be told."""
    for row in op.get_bind().execute(_DONE, page).all():
        parts = {"order_id": row.order_id, "partner": row.partner}
        numbers = [one for (one,) in op.get_bind().execute(_PARTS, parts) if one]
        named = [one for one in numbers if one in row.told] or numbers
        only = named[0] if len(named) == 1 and len(named[0]) <= _LONGEST else ""
        yield row.document_id, row.order_id, only


def _unknown(page: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield the purchase orders that nobody knew; what was wrong quotes them."""
    for row in op.get_bind().execute(_UNKNOWN, page):
        problems = json.loads(row.problems) if isinstance(row.problems, str) else row.problems
        for one in problems:
            number = (one.get("where") or {}).get("value") or ""
            if one.get("code") == "unknown-order" and 0 < len(number) < _QUOTED:
                yield row.id, "", number
