"""Columns that several tables share, and the kinds of columns that SQL has no word for.

Values arrive as the driver stores them (`hub.store.statements`): an `Instant` is whole microseconds
since 1970 UTC, `Json` is canonical JSON text.
"""

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, Integer, Text

Instant = BigInteger
Json = Text


def identity() -> Column[str]:
    """Return the key column of rows that have a name of their own."""
    return Column("id", Text, primary_key=True)


def typed(*forms: str) -> list[Column[str]]:
    """Return the column of a number that people type, and columns of forms that it is found by.

    The forms are functions of the number (`hub.domain.finding`), written with it.
    """
    return [Column("number", Text, nullable=False), *texts(*forms)]


def texts(*names: str) -> list[Column[str]]:
    """Return columns of text that a process of before they were there leaves empty."""
    return [Column(name, Text, nullable=False, server_default="") for name in names]


def instants(*names: str) -> list[Column[int]]:
    """Return columns of moments that may not have come yet."""
    return [Column(name, Instant) for name in names]


def buckets() -> list[Any]:
    """Return the quantity columns of a line and what must hold between them."""
    names = (
        "ordered open cancelled shipped accepted backordered rejected delivered returned unexpected"
    )
    return [
        *(Column(name, Integer, nullable=False) for name in names.split()),
        CheckConstraint("ordered = open + cancelled + shipped"),
        CheckConstraint("open >= 0 AND cancelled >= 0 AND shipped >= 0 AND unexpected >= 0"),
    ]
