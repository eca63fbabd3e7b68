"""What a paper must not go without: words of the message for which its page has no place."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from hub.domain.exchange import Purpose
from hub.domain.messages import PurchaseOrder, PurchaseOrderChange, PurchaseOrderLine
from hub.domain.warehouse import WarehouseOrder, WarehouseOrderLine
from hub.mapping.saying import empty

_METHOD = ("service", "routing", "carrier")
# Of fields in one row any one is enough: partners that know the service need no routing.
MEANT: Mapping[type, tuple[tuple[str, ...], ...]] = {
    PurchaseOrder: (("gift_message",), ("instructions",), ("cancel_after",)),
    PurchaseOrderLine: (("personalization",),),
    PurchaseOrderChange: (
        ("lines",),
        ("ship_to",),
        _METHOD,
        ("ship_by",),
        ("gift_message",),
        ("reason",),
    ),
    WarehouseOrder: (("gift_message",), ("instructions",)),
    WarehouseOrderLine: (("personalization",),),
}
"""Fields without which a partner would do something else than it is asked. All others of a message
may have no place on a page: whoever wrote it chose what the partner is told."""


def losses(record: Any, said: Collection[str], *, without: Collection[str]) -> Iterator[str]:
    """Yield the fields that a record has, that matter and that no row has written.

    `without` are those of which the page says that the partner knows them otherwise.
    """
    for fields in MEANT.get(type(record), ()):
        wanted = [name for name in fields if not empty(getattr(record, name))]
        if not wanted or any(name in said or name in without for name in fields):
            continue
        # What takes back all that is open needs no lines.
        if wanted != ["lines"] or record.purpose is not Purpose.CANCEL:
            yield wanted[0]


def allowed() -> list[str]:
    """Return every field that a page may name as one that its papers go without."""
    return sorted({name for rows in MEANT.values() for fields in rows for name in fields})
