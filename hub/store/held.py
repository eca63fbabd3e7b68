"""Texts in which a word stands, whatever its letter case, as each engine finds them fastest."""

import re
from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Boolean

_ESCAPED = re.compile("[!%_]")


class held(FunctionElement[bool]):  # noqa: N801  # it is a function in SQL
    """Whether a column holds a word that `pattern` made."""

    type = Boolean()
    inherit_cache = True


@compiles(held, "sqlite")
def _sqlite(element: held, compiler: SQLCompiler, **_kw: Any) -> str:
    # LIKE knows ASCII's letters in both cases by itself: three times as fast as `lower` first.
    column, pattern = (compiler.process(one) for one in element.clauses)
    return f"{column} LIKE {pattern} ESCAPE '!'"


@compiles(held, "postgresql")
def _postgresql(element: held, compiler: SQLCompiler, **_kw: Any) -> str:
    column, pattern = (compiler.process(one) for one in element.clauses)
    return f"lower({column}) LIKE lower({pattern}) ESCAPE '!'"


class held_in_id(FunctionElement[bool]):  # noqa: N801  # it is a function in SQL
    """Whether the value of one of the ids in a column of products holds a word.

    The column is JSON of pairs, `[[kind, value], …]`: kinds and JSON's own signs do not count.
    """

    type = Boolean()
    inherit_cache = True


@compiles(held_in_id, "sqlite")
def _sqlite_id(element: held_in_id, compiler: SQLCompiler, **_kw: Any) -> str:
    column, pattern = (compiler.process(one) for one in element.clauses)
    pairs, value = f"json_each({column}) AS pair", "json_extract(pair.value, '$[1]')"
    return f"EXISTS (SELECT 1 FROM {pairs} WHERE {value} LIKE {pattern} ESCAPE '!')"  # noqa: S608


@compiles(held_in_id, "postgresql")
def _postgresql_id(element: held_in_id, compiler: SQLCompiler, **_kw: Any) -> str:
    column, pattern = (compiler.process(one) for one in element.clauses)
    pairs = f"json_array_elements(CAST({column} AS json)) AS pair(value)"
    like = f"lower(pair.value ->> 1) LIKE lower({pattern}) ESCAPE '!'"
    return f"EXISTS (SELECT 1 FROM {pairs} WHERE {like})"  # noqa: S608


def whole(word: str) -> str:
    """Return what `held` and `held_in_id` are given for texts that are this word, and no more."""
    return _ESCAPED.sub(_WHOLE, word)


def pattern(word: str) -> str:
    """Return what `held` and `held_in_id` are given for a word, in its own letters.

    SQLite knows ASCII's letters in both cases; others are found as they are stored.
    """
    return f"%{whole(word)}%"


_WHOLE = r"!\g<0>"
