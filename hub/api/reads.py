"""What storefronts read: an order, its status, what changed, what happened. Nothing here writes.

Every look-up carries the brand of the key, so that another brand's order is as good as missing.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from hub.access import Action
from hub.api import asking
from hub.api.answers import REVALIDATED, Declined, answer, dumped
from hub.api.asking import Page
from hub.api.keyring import Keyring
from hub.api.views import fact_view, order_view
from hub.domain.status import as_of
from hub.flow.parts import Parts
from hub.store import StatusRow


class Reads:
    """The reading routes of one brand's key."""

    def __init__(self, parts: Parts, keyring: Keyring) -> None:
        self._parts = parts
        self._keyring = keyring

    async def order(self, request: Request) -> Response:
        """Answer with the order: quantities, partners asked and weighed, parcels."""
        caller = await self._keyring.caller(request, Action.READ_ORDER)
        asking.no_query(request)
        number = asking.number_in_path(request)
        body = await run_in_threadpool(self._order, caller.brand, number) if number else None
        if body is None:
            raise _missing(request)
        return answer(body)

    def _order(self, brand: str, number: str) -> bytes | None:
        with self._parts.store.read() as tx:
            order = tx.orders.find(brand=brand, number=number)
            if order is None:
                return None
            candidates = tx.orders.candidates(order.id)
        return dumped(order_view(order, now=self._parts.now(), candidates=candidates))

    async def status(self, request: Request) -> Response:
        """Answer with the stored status document, its word as of now; 304 when it is known."""
        caller = await self._keyring.caller(request, Action.READ_STATUS)
        asking.no_query(request)
        number = asking.number_in_path(request)
        found = self.found(caller.brand, number) if number else None
        if found is None:
            raise _missing(request)
        tag, body = found
        headers = {"ETag": tag}
        if has_tag(request, tag):
            return answer(b"", status=HTTPStatus.NOT_MODIFIED, cache=REVALIDATED, headers=headers)
        return answer(body.encode(), cache=REVALIDATED, headers=headers)

    def found(self, brand: str, number: str) -> tuple[str, str] | None:
        """Return the tag and the status document of a brand's order as of now, if it is there."""
        row = self._parts.store.status(brand=brand, number=number)
        if row is None:
            return None
        word, body = _as_of(row, self._parts.now())
        return _tag(row.version, word), body

    def anything_after(self, brand: str, cursor: int) -> bool:
        """Return whether any status of the brand changed after the cursor."""
        return self._parts.store.status_after(brand=brand, cursor=cursor)

    async def statuses(self, request: Request) -> Response:
        """Answer with the brand's status documents that changed after the cursor, oldest first."""
        caller = await self._keyring.caller(request, Action.READ_STATUS)
        return answer(await run_in_threadpool(self._statuses, caller.brand, asking.page(request)))

    def _statuses(self, brand: str, page: Page) -> bytes:
        with self._parts.store.read() as tx:
            rows = tx.orders.statuses(brand=brand, after=page.after, limit=page.limit)
        now = self._parts.now()
        documents = ",".join(_as_of(row, now)[1] for row in rows)
        head = _cursor([row.position for row in rows], page)
        return f'{{{head},"statuses":[{documents}]}}'.encode()

    async def facts(self, request: Request) -> Response:
        """Answer with the brand's facts after the cursor, in the order of the ledger."""
        caller = await self._keyring.caller(request, Action.READ_FACTS)
        return answer(await run_in_threadpool(self._facts, caller.brand, asking.page(request)))

    def _facts(self, brand: str, page: Page) -> bytes:
        with self._parts.store.read() as tx:
            facts = tx.facts.page(brand=brand, after=page.after, limit=page.limit)
        head = _cursor([fact.position for fact in facts], page)
        rows = dumped([fact_view(fact) for fact in facts]).decode()
        return f'{{{head},"facts":{rows}}}'.encode()


def no_news(cursor: int) -> bytes:
    """Return the page of statuses when none changed after the cursor."""
    return f'{{{_cursor([], Page(after=cursor))},"statuses":[]}}'.encode()


def _cursor(positions: Sequence[int | None], page: Page) -> str:
    """The cursor to go on with, and whether a full page promises more."""
    last = max((position or 0 for position in positions), default=page.after)
    more = "true" if len(positions) == page.limit else "false"
    return f'"next":"{last}","more":{more}'


def _as_of(row: StatusRow, now: datetime) -> tuple[str, str]:
    """The word at this moment and the document that says it; mostly as stored."""
    if row.next_change_at is None or now < row.next_change_at:
        return row.word, row.body
    document = as_of(json.loads(row.body), now)
    return document["status"], json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _tag(version: int, word: str) -> str:
    """A strong ETag (RFC 9110 §8.8.3): the document differs when version or word does."""
    return f'"{version}-{word.lower().replace(" ", "-").replace("/", "-")}"'


def has_tag(request: Request, tag: str) -> bool:
    """Return whether If-None-Match names this document; compared weakly (RFC 9110 §13.1.2)."""
    named = request.headers.get("if-none-match")
    return named is not None and same_tag(named, tag)


def same_tag(named: str, tag: str) -> bool:
    """Return whether the words of an If-None-Match name this document."""
    if named == tag:
        return True
    tags = [one.strip().removeprefix("W/") for one in named.split(",")]
    return "*" in tags or tag in tags


def _missing(request: Request) -> Declined:
    number = request.path_params["number"]
    return Declined(
        HTTPStatus.NOT_FOUND,
        "no-order",
        f"your brand has no order {number[:60]!r}; check the number",
    )
