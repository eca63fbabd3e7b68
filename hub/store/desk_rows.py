"""Lists of papers as statements: what stands beside each, a page of them, and how far one looks.

Pages go by (moment, id), newest first. What a list is narrowed to is said here as far as rows can
tell it, so that the many that do not belong into it are not read at all.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Text,
    bindparam,
    false,
    func,
    or_,
    select,
    tuple_,
)

from hub.domain.exchange import DocumentState, TransmissionState
from hub.store.exchange_rows import DOCUMENT
from hub.store.statements import ByKeys, Statement
from hub.store.tables import document, interchange, transmission
from hub.store.tables_desk import document_order
from hub.store.tables_promises import watch
from hub.store.upserts import PerEngine

LIMIT = bindparam("limit", type_=Integer)
NEWEST_FIRST = (document.c.at.desc(), document.c.id.desc())

_receipt, _response = watch.alias("receipt"), watch.alias("response")
_BESIDE = (
    transmission.c.state,
    transmission.c.name,
    transmission.c.attempts,
    interchange.c.number,
    _receipt.c.due_at,
    _receipt.c.rung_at,
    _response.c.due_at,
    _response.c.rung_at,
)
_ENVELOPED = document.join(transmission, transmission.c.id == document.c.transmission_id).join(
    interchange, interchange.c.id == document.c.interchange_id
)
ROWS: Select[Any] = select(*(document.c[name] for name in DOCUMENT), *_BESIDE).select_from(
    _ENVELOPED.outerjoin(
        _receipt, _receipt.c.hold == bindparam("receipt_hold", type_=Text) + document.c.id
    ).outerjoin(
        _response,
        _response.c.hold == bindparam("response_hold", type_=Text) + document.c.fulfillment_id,
    )
)
SEVERAL: Mapping[str, ByKeys] = {
    "id": ByKeys(lambda keys: ROWS.where(document.c.id.in_(keys))),
    "business_key": ByKeys(lambda keys: ROWS.where(document.c.business_key.in_(keys))),
    "delivery": ByKeys(lambda keys: ROWS.where(document.c.transmission_id.in_(keys))),
}
"""Papers by many keys at once, by what the keys are."""

_FAILED = (DocumentState.REJECTED, DocumentState.REFUSED, DocumentState.PARKED)
# What a row must have for its worst light to be this one; the light itself needs more than that.
_LIGHTS: Mapping[str, ColumnElement[bool]] = {
    "no": or_(
        *(document.c.state == state.value for state in _FAILED),
        document.c.valid == false(),
        transmission.c.state == TransmissionState.PARKED.value,
    ),
    "overdue": or_(_receipt.c.rung_at.is_not(None), _response.c.rung_at.is_not(None)),
    "warning": or_(
        document.c.state == DocumentState.PARTLY_APPLIED.value,
        transmission.c.attempts > 1,
        document.c.problems != "[]",
    ),
}


@cache
def page(filters: frozenset[str], light: str) -> Statement:
    """Return a page by the filters that are bound: `partner`, `set_id`, `direction`, places."""
    found = _between(ROWS, filters).order_by(*NEWEST_FIRST)
    for name in filters & {"set_id", "direction"}:
        found = found.where(document.c[name] == bindparam(name, type_=Text))
    if light in _LIGHTS:
        found = found.where(_LIGHTS[light])
    return Statement(found.limit(LIMIT))


@cache
def place(filters: frozenset[str]) -> Statement:
    """Return the place of the paper that comes after so many; none where there are no more."""
    found = _between(select(document.c.at, document.c.id), filters).order_by(*NEWEST_FIRST)
    return Statement(found.offset(bindparam("passed", type_=Integer)).limit(1))


@cache
def words(filters: frozenset[str]) -> Statement:
    """Return ids of papers, newest first, with what a part of a number is looked for in."""
    return PerEngine(
        {
            "sqlite": Statement(_words(filters, func.group_concat)),
            "postgresql": Statement(_words(filters, func.string_agg)),
        }
    )


def _words(filters: frozenset[str], put_together: Callable[..., Any]) -> Select[Any]:
    # One lookup for each paper; joined, a whole table of numbers would be read.
    numbers = (
        select(put_together(document_order.c.number, "\n"))
        .where(document_order.c.document_id == document.c.id)
        .correlate(document)
        .scalar_subquery()
    )
    columns = (
        document.c.id,
        func.coalesce(numbers, ""),
        document.c.number,
        document.c.business_key,
        transmission.c.name,
        interchange.c.number,
        document.c.transmission_id,
    )
    found = _between(select(*columns).select_from(_ENVELOPED), filters)
    return found.order_by(*NEWEST_FIRST).limit(LIMIT)


def _between(found: Select[Any], filters: frozenset[str]) -> Select[Any]:
    if "partner" in filters:
        found = found.where(document.c.partner == bindparam("partner"))
    here = tuple_(document.c.at, document.c.id)
    if "before_at" in filters:
        found = found.where(here < _bound("before"))
    if "until_at" in filters:
        found = found.where(here >= _bound("until"))
    return found


def _bound(name: str) -> Any:
    return tuple_(bindparam(f"{name}_at", type_=BigInteger), bindparam(f"{name}_id", type_=Text))
