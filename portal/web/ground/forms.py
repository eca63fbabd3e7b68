"""Forms that are posted: who may post them, how long they may be, what they say."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from python_multipart.multipart import parse_options_header
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

LONGEST_FORM = 8 * 1024  # bytes
MOST_FIELDS = 10
LONGEST_NAME = 200  # characters of a file's name
FORM_SECONDS = 15
"""The time a whole form may take; a slow one must not hold a connection."""
LONGEST_WAIT = 64 * 1024 * 1024
"""Bytes of a file too large that are still taken, and dropped: a browser reads no answer before."""


_NUL = "\0"
"""A sign that nobody types: it is dropped, as browsers drop it, and no database need keep it."""


class WrongForm(Exception):
    """A form that no page of ours sends; whoever sent it is asked to start again."""


class TooLong(WrongForm):
    """A form or a file that is larger than its page takes."""


def form_seal(held: str) -> str:
    """Return what a form of this browser carries, so that no other page can post in its name."""
    return hashlib.sha256(f"form\x1f{held}".encode()).hexdigest()[:32]


async def form(
    request: Request,
    *,
    sealed_by: str = "",
    largest: int = LONGEST_FORM,
    most_fields: int = MOST_FIELDS,
) -> Mapping[str, str]:
    """Return the fields of a posted form; raises WrongForm for what no page of ours sends.

    With `sealed_by` the form must carry the seal of that cookie or token. `largest` is in bytes.
    """
    _refuse_strangers(request)
    if media_type(request) != "application/x-www-form-urlencoded":
        raise WrongForm("not a form")
    fields = _fields(await body_of(request, largest, waits_for=4 * largest), most_fields)
    refuse_unsealed(fields, sealed_by)
    return fields


async def form_with_file(
    request: Request, *, sealed_by: str, largest: int
) -> tuple[Mapping[str, str], "Upload | None"]:
    """Return the fields of a posted form and the one file in it; raises WrongForm.

    The whole body is at most `largest` bytes; it is read before anything in it is looked at.
    Raises TooLong for a longer one, which a person may have chosen by mistake.
    """
    _refuse_strangers(request)
    if media_type(request) != "multipart/form-data":
        raise WrongForm("not a form with a file")
    body = await body_of(request, largest, waits_for=LONGEST_WAIT)
    fields, upload = await _parted(request, body, largest)
    refuse_unsealed(fields, sealed_by)
    return fields, upload


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file as a browser sent it; its name is somebody's words and no path."""

    name: str
    body: bytes


async def _parted(
    request: Request, body: bytes, largest: int
) -> tuple[dict[str, str], Upload | None]:
    async def whole() -> AsyncGenerator[bytes, None]:
        yield body

    # Browsers never name one, and some of Python's take hours for what others read at once.
    if _options(request).get(b"charset", b"utf-8").lower() != b"utf-8":
        raise WrongForm("cannot be read")
    reader = MultiPartParser(
        request.headers, whole(), max_files=1, max_fields=MOST_FIELDS, max_part_size=largest
    )
    try:
        found = await reader.parse()
    except (MultiPartException, UnicodeError):
        raise WrongForm("cannot be read") from None
    fields: dict[str, str] = {}
    upload = None
    for said, value in found.multi_items():
        name = said.replace(_NUL, "")
        if name in fields:
            raise WrongForm("a field stands twice")
        if isinstance(value, str):
            fields[name] = value.replace(_NUL, "")
        else:
            called = (value.filename or "").replace(_NUL, "")[:LONGEST_NAME]
            upload = Upload(name=called, body=await value.read())
    await found.close()
    return fields, upload


def _options(request: Request) -> dict[bytes, bytes]:
    _, options = parse_options_header(request.headers.get("content-type", ""))
    return options


def media_type(request: Request) -> str:
    """Return what the body is said to be, without parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def refuse_unsealed(fields: Mapping[str, str], held: str) -> None:
    """Raise WrongForm for a form that does not carry the seal of the cookie or token, if any."""
    if held and not hmac.compare_digest(fields.get("seal", "").encode(), form_seal(held).encode()):
        raise WrongForm("not sealed by this browser")


def _refuse_strangers(request: Request) -> None:
    """Refuse forms that another site posts; browsers say where a form comes from.

    With our `no-referrer` policy they write `Origin: null`, and the truth in Sec-Fetch-Site.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise WrongForm("posted by another site")
    origin = request.headers.get("origin", "null")
    if origin != "null" and origin.partition("://")[2] != request.headers.get("host", ""):
        raise WrongForm("posted by another site")


async def body_of(request: Request, largest: int, *, waits_for: int = 0) -> bytes:
    """Return the body that a browser sends; raises TooLong, or WrongForm for one too slow.

    Of one too long up to `waits_for` bytes are taken before it is refused, and none is kept.
    """
    body, length = bytearray(), 0
    try:
        async with asyncio.timeout(FORM_SECONDS):
            async for part in request.stream():
                length += len(part)
                if length > max(largest, waits_for):
                    break
                if length <= largest:
                    body += part
    except TimeoutError:
        raise WrongForm("too slow") from None
    if length > largest:
        raise TooLong("too long")
    return bytes(body)


def _fields(body: bytes, most: int) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            body.decode(),
            keep_blank_values=True,
            max_num_fields=most,
            encoding="utf-8",
            errors="strict",
        )
    except ValueError:
        raise WrongForm("cannot be read") from None
    fields = {name.replace(_NUL, ""): value.replace(_NUL, "") for name, value in pairs}
    if len(fields) != len(pairs):
        raise WrongForm("a field stands twice")
    return fields
