"""Forms that are posted: who may post them, how long they may be, what they say."""

import asyncio
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request

LONGEST_FORM = 8 * 1024  # bytes
MOST_FIELDS = 10
FORM_SECONDS = 15
"""The time a whole form may take; a slow one must not hold a connection."""


class WrongForm(Exception):
    """A form that no page of ours sends; whoever sent it is asked to start again."""


def form_seal(held: str) -> str:
    """Return what a form of this browser carries, so that no other page can post in its name."""
    return hashlib.sha256(f"form\x1f{held}".encode()).hexdigest()[:32]


async def form(request: Request, *, sealed_by: str = "") -> Mapping[str, str]:
    """Return the fields of a posted form; raises WrongForm for what no page of ours sends.

    With `sealed_by` the form must carry the seal of that cookie or token.
    """
    _refuse_strangers(request)
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/x-www-form-urlencoded":
        raise WrongForm("not a form")
    fields = _fields(await _body(request))
    if sealed_by and not hmac.compare_digest(
        fields.get("seal", "").encode(), form_seal(sealed_by).encode()
    ):
        raise WrongForm("not sealed by this browser")
    return fields


def _refuse_strangers(request: Request) -> None:
    """Refuse forms that another site posts; browsers say where a form comes from.

    With our `no-referrer` policy they write `Origin: null`, and the truth in Sec-Fetch-Site.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise WrongForm("posted by another site")
    origin = request.headers.get("origin", "null")
    if origin != "null" and origin.partition("://")[2] != request.headers.get("host", ""):
        raise WrongForm("posted by another site")


async def _body(request: Request) -> bytes:
    body = b""
    try:
        async with asyncio.timeout(FORM_SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > LONGEST_FORM:
                    raise WrongForm("too long")
    except TimeoutError:
        raise WrongForm("too slow") from None
    return body


def _fields(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            body.decode(),
            keep_blank_values=True,
            max_num_fields=MOST_FIELDS,
            encoding="utf-8",
            errors="strict",
        )
    except ValueError:
        raise WrongForm("cannot be read") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise WrongForm("a field stands twice")
    return fields
