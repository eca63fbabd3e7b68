"""Keep of what each exception was opened, and its code: figures count each thing once by cause."""

import json
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_AT_ONCE = 1000

# What a closed one was opened for is not known any more; what it was about is near. A duty is named
# by an open one of the same order, if there is any.
_COUNTED = """
    UPDATE exception SET counted_as = CASE
        WHEN hold LIKE 'document:%' OR hold LIKE 'transmission:%' OR hold LIKE 'interchange:%'
            OR hold LIKE 'duty:%' THEN hold
        WHEN hold IS NOT NULL THEN id
        WHEN document_id IS NOT NULL THEN
            'document:' || document_id || coalesce('/' || order_id, '')
        WHEN transmission_id IS NOT NULL THEN 'transmission:' || transmission_id
        WHEN kind = 'cannot-be-written' AND order_id IS NOT NULL THEN coalesce((
            SELECT min(o.hold) FROM exception o
            WHERE o.order_id = exception.order_id AND o.partner = exception.partner
                AND o.kind = exception.kind AND o.hold LIKE 'duty:%'), 'duty:' || order_id)
        ELSE id END
"""
_PAGE = sa.text("""
    SELECT id, problems FROM exception
    WHERE id > :after AND CAST(problems AS TEXT) <> '[]' ORDER BY id LIMIT :limit
""")
_SET = sa.text("UPDATE exception SET code = :code WHERE id = :id")


def upgrade() -> None:
    """Make the columns and fill them from what is kept of the exceptions there are."""
    for name in ("code", "counted_as"):
        column = sa.Column(name, sa.Text(), nullable=False, server_default="")
        op.add_column("exception", column)
    op.execute(_COUNTED)
    for rows in _pages():
        op.get_bind().execute(_SET, [{"id": key, "code": _code(text)} for key, text in rows])


def _pages() -> Iterator[list[tuple[str, object]]]:
    """Yield a thousand of those with problems, by their ids, so that no more are in hand."""
    after = ""
    while rows := op.get_bind().execute(_PAGE, {"after": after, "limit": _AT_ONCE}).all():
        yield [(row.id, row.problems) for row in rows]
        after = rows[-1].id


def _code(kept: object) -> str:
    """The code of the first error."""
    problems = json.loads(kept) if isinstance(kept, str) else kept
    assert isinstance(problems, list)  # noqa: S101  # no other was ever written
    return next((str(one["code"]) for one in problems if one["severity"] == "error"), "")
