"""INSERT … ON CONFLICT, written once for both engines.

SQLite and PostgreSQL spell it alike; SQLAlchemy has one construct per engine, so both are kept and
the one is chosen when the statement is compiled.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

from hub.store.statements import Ready, Statement


class PerEngine(Statement):
    """A statement that has another construct on each engine."""

    __slots__ = ("_by_engine",)

    def __init__(self, by_engine: Mapping[str, Statement]) -> None:
        self._by_engine = by_engine

    def ready(self, dialect: Dialect) -> Ready:
        """Return what the engine's own construct compiles to."""
        return self._by_engine[dialect.name].ready(dialect)


def insert_if_absent(table: Table) -> Statement:
    """Insert a row, and touch nothing if any of its unique keys is taken."""
    return PerEngine(
        {
            "sqlite": Statement(sqlite.insert(table).on_conflict_do_nothing()),
            "postgresql": Statement(postgresql.insert(table).on_conflict_do_nothing()),
        }
    )


def upsert(table: Table, *, on: Sequence[str], setting: Sequence[str]) -> Statement:
    """Insert a row, or set the named columns of the row with the same key."""
    lite = sqlite.insert(table)
    great = postgresql.insert(table)
    return PerEngine(
        {
            "sqlite": Statement(
                lite.on_conflict_do_update(
                    index_elements=on, set_={name: lite.excluded[name] for name in setting}
                )
            ),
            "postgresql": Statement(
                great.on_conflict_do_update(
                    index_elements=on, set_={name: great.excluded[name] for name in setting}
                )
            ),
        }
    )


def upsert_returning(
    table: Table,
    *,
    on: Sequence[str],
    setting: Mapping[str, ColumnElement[Any]],
    returning: str,
) -> Statement:
    """Insert a row or change the one there, and give back one of its columns."""
    lite = sqlite.insert(table).on_conflict_do_update(index_elements=on, set_=setting)
    great = postgresql.insert(table).on_conflict_do_update(index_elements=on, set_=setting)
    return PerEngine(
        {
            "sqlite": Statement(lite.returning(table.c[returning])),
            "postgresql": Statement(great.returning(table.c[returning])),
        }
    )
