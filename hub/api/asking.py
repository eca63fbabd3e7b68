"""What a request says outside its body, and its body up to a limit: strictly, each thing once."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import Request

from hub.api.answers import Declined, Mistake
from hub.api.posted import ORDER_NUMBER

MOST_BYTES = 1_000_000
MOST_ROWS = 500
MOST_KEY = 255
LONGEST_SKU = 48
BODY_SECONDS = 15
"""The time a whole body may take; shorter than the grace of a server that is asked to end."""

_KEY = re.compile(r"[ -~]{1,255}")
_CURSOR = re.compile(r"[0-9]{1,18}")
_NUMBER = re.compile(ORDER_NUMBER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which rows are wanted: at most `limit` after the cursor."""

    after: int = 0
    limit: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SkuPage:
    """Which articles are wanted: at most `limit` after that SKU."""

    after: str = ""
    limit: int = 100


def no_query(request: Request) -> None:
    """Refuse every query parameter; raises Declined with 422."""
    if request.scope["query_string"]:
        refuse([_unknown(name) for name in dict(request.query_params)])


def page(request: Request) -> Page:
    """Return what `after` and `limit` ask for; raises Declined with 422 naming all mistakes."""
    words, wrong = paged(request)
    after = words.get("after", "0")
    if not possible_cursor(after):
        wrong.append(mistake("after", "form", "send the `next` of an earlier answer, or 0", after))
    refuse(wrong)
    return Page(after=int(after), limit=int(words.get("limit", "100")))


def sku_page(request: Request) -> SkuPage:
    """Return what `after` (a SKU) and `limit` ask for; raises Declined as `page` does."""
    words, wrong = paged(request)
    after = words.get("after", "")
    if after and not possible_sku(after):
        wrong.append(mistake("after", "form", "send the `next` of an earlier answer", after))
    refuse(wrong)
    return SkuPage(after=after, limit=int(words.get("limit", "100")))


def possible_cursor(text: str) -> bool:
    """Return whether this can be the `next` of an answer."""
    return _CURSOR.fullmatch(text) is not None


def possible_sku(text: str) -> bool:
    """Return whether an article can have this SKU; others are not looked up."""
    return 0 < len(text) <= LONGEST_SKU and text.isprintable()


def paged(
    request: Request, *, also: Sequence[str] = (), most: int = MOST_ROWS
) -> tuple[dict[str, str], list[Mistake]]:
    """Return the parameters of a page, each once, and what is wrong but for the cursor.

    `also` are other parameters the path takes; `limit` is at most `most`.
    """
    words: dict[str, str] = {}
    wrong: list[Mistake] = []
    for name, value in request.query_params.multi_items():
        if name not in ("after", "limit", *also):
            wrong.append(_unknown(name))
        elif name in words:
            wrong.append(mistake(name, "twice", "send this parameter once", value))
        words[name] = value
    limit = words.get("limit", "100")
    if not _CURSOR.fullmatch(limit) or not 1 <= int(limit) <= most:
        wrong.append(mistake("limit", "form", f"send a number from 1 to {most}", limit))
    return words, wrong


def _unknown(name: str) -> Mistake:
    return mistake(name, "unknown-parameter", "no such parameter is known here; take it out", "")


def mistake(name: str, code: str, detail: str, value: str) -> Mistake:
    """Return what is wrong with a parameter."""
    named = {"parameter": name[:99], "code": code, "detail": detail}
    return named | {"value": value[:99]} if value else named


def refuse(wrong: list[Mistake]) -> None:
    """Raise Declined with 422 when anything is wrong."""
    if wrong:
        raise Declined(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "query",
            "the query has parameters that cannot be used; each is named below",
            errors=wrong[:MOST_ROWS],
        )


def number_in_path(request: Request) -> str | None:
    """Return the order number of the path, None when no order can have it."""
    number: str = request.path_params["number"]
    return number if possible_number(number) else None


def possible_number(text: str) -> bool:
    """Return whether an order can have this number; others are not looked up."""
    return _NUMBER.fullmatch(text) is not None


def idempotency_key(request: Request) -> str:
    """Return the Idempotency-Key, empty when there is none; raises Declined with 400."""
    shown = request.headers.getlist("idempotency-key")
    if not shown:
        return ""
    if len(shown) > 1 or not _KEY.fullmatch(shown[0]):
        detail = f"send one Idempotency-Key of 1 to {MOST_KEY} printable ASCII characters"
        raise Declined(
            HTTPStatus.BAD_REQUEST,
            "idempotency-key",
            detail,
            errors=[{"header": "Idempotency-Key", "code": "form", "detail": detail}],
        )
    return shown[0]


async def json_body(request: Request, *, most: int = MOST_BYTES) -> bytes:
    """Return the body, at most `most` bytes.

    Raises Declined with 415 for other media, 413 as soon as it is too long, 408 when it is not
    there within BODY_SECONDS.
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/json" or request.headers.get("content-encoding", "identity") != (
        "identity"
    ):
        raise Declined(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "media-type",
            "send the body as `Content-Type: application/json`, not compressed",
        )
    length = request.headers.get("content-length", "0")
    if not _CURSOR.fullmatch(length) or int(length) > most:
        raise _too_long(most)
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _whole(request, most)
    except TimeoutError:
        raise Declined(
            HTTPStatus.REQUEST_TIMEOUT,
            "too-slow",
            f"the body did not come within {BODY_SECONDS} seconds; nothing was done, send it again",
            headers={"Connection": "close"},
        ) from None


async def _whole(request: Request, most: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise _too_long(most)
        parts.append(part)
    return b"".join(parts)


def _too_long(most: int) -> Declined:
    return Declined(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "too-long",
        f"a body has at most {most:,} bytes; split it",
        headers={"Connection": "close"},
    )
