"""`GET /v1/stock`: what may be sold of each article, without a word of who has it."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b
from http import HTTPStatus
from typing import Annotated, Any

from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from hub.access import Action
from hub.api import asking
from hub.api.answers import REVALIDATED, Declined, answer, dumped
from hub.api.asking import SkuPage
from hub.api.keyring import Keyring
from hub.api.reads import has_tag
from hub.api.shown import Shown
from hub.flow.parts import Parts
from hub.flow.shelves import Shelf, of_offers, shelves

STOCK = "/v1/stock"


class ShownNext(Shown):
    """What partners announce; no promise. `quantity` may be 0 where only the day is known."""

    on: Annotated[str, Field(description="A day, ISO 8601.")]
    quantity: int


class ShownStock(Shown):
    """What may be sold of one article now, over all partners that fill it.

    `available` is null when `unlimited`: somebody who fills it does not count. `as_of` is the
    oldest moment that the number rests on, null when it rests on no report.
    """

    sku: str
    available: int | None
    unlimited: bool
    as_of: str | None
    age_seconds: int | None
    stale: Annotated[bool, Field(description="A report is older than its partner's are trusted.")]
    next: ShownNext | None


class ShownStocks(Shown):
    """Every article of the catalogue in order of SKU; `next` is where to go on."""

    next: str
    more: bool
    stock: list[ShownStock]


class StockReads:
    """The reading routes of stock."""

    def __init__(self, parts: Parts, keyring: Keyring) -> None:
        self._parts = parts
        self._keyring = keyring

    async def one(self, request: Request) -> Response:
        """Answer with one article's stock; 304 when nothing but its age changed."""
        await self._keyring.caller(request, Action.READ_STOCK)
        asking.no_query(request)
        sku: str = request.path_params["sku"]
        shelf = await run_in_threadpool(self._shelf, sku) if asking.possible_sku(sku) else None
        if shelf is None:
            raise Declined(
                HTTPStatus.NOT_FOUND,
                "no-article",
                f"the catalogue has no article {sku[:60]!r}; check the SKU",
            )
        told = _told(shelf)
        headers = {"ETag": f'"{blake2b(dumped(told), digest_size=12).hexdigest()}"'}
        if has_tag(request, headers["ETag"]):
            return answer(b"", status=HTTPStatus.NOT_MODIFIED, cache=REVALIDATED, headers=headers)
        body = dumped(_aged(told, shelf, self._parts.now()))
        return answer(body, cache=REVALIDATED, headers=headers)

    def _shelf(self, sku: str) -> Shelf | None:
        with self._parts.store.read() as tx:
            return shelves(tx, self._parts, [sku]).get(sku)

    async def page(self, request: Request) -> Response:
        """Answer with the stock of the articles after the cursor."""
        await self._keyring.caller(request, Action.READ_STOCK)
        return answer(await run_in_threadpool(self._page, asking.sku_page(request)))

    def _page(self, page: SkuPage) -> bytes:
        with self._parts.store.read() as tx:
            rows = tx.catalog.page(after=page.after, limit=page.limit)
            found = of_offers(tx, self._parts, {article.sku: offers for article, offers in rows})
        now = self._parts.now()
        document = {
            "next": rows[-1][0].sku if rows else page.after,
            "more": len(rows) == page.limit,
            "stock": [_aged(_told(shelf), shelf, now) for shelf in found.values()],
        }
        return dumped(document)


def _told(shelf: Shelf) -> dict[str, Any]:
    """What is said of a shelf but its age, which grows by itself."""
    announced = None
    if shelf.next_on is not None:
        announced = {"on": shelf.next_on.isoformat(), "quantity": shelf.next_quantity}
    return {
        "sku": shelf.sku,
        "available": shelf.available,
        "unlimited": shelf.available is None,
        "as_of": shelf.as_of.isoformat() if shelf.as_of else None,
        "stale": shelf.stale,
        "next": announced,
    }


def _aged(told: Mapping[str, Any], shelf: Shelf, now: datetime) -> dict[str, Any]:
    age = None if shelf.as_of is None else max(0, int((now - shelf.as_of).total_seconds()))
    return {**told, "age_seconds": age}
