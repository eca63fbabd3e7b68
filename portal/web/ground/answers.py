"""What goes back: pages with the headers that every one of them carries, written once."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

HTML = "text/html; charset=utf-8"
# Nothing runs, nothing is loaded from elsewhere, nobody frames it, forms post to us alone.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)
# Staff's pages swap fragments by a script of ours; without it they are as whole.
STAFF_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "object-src 'none'"
)
LOGO_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
KEPT = "public, max-age=3600"
KEPT_FOR_GOOD = "public, max-age=31536000, immutable"  # the address names the bytes
_GUARDS = {
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow, noarchive",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "vary": "Host, Cookie",
}
_IN_ADDRESSES = "!#$%&'()*+,/:;=?@[]~"
_LONGEST_NAME = 100
_ONE_YEAR = "max-age=31536000"


def answer(
    request: Request,
    body: bytes,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    media_type: str = HTML,
    cache: str = "no-store",
    policy: str = POLICY,
) -> Response:
    """Return a response with every guarding header; nobody keeps it unless `cache` says so."""
    response = Response(body, status_code=status, media_type=media_type, headers=_GUARDS)
    response.headers["cache-control"] = cache
    response.headers["content-security-policy"] = policy
    if request.url.scheme == "https":
        response.headers["strict-transport-security"] = _ONE_YEAR
    return response


def handed_over(request: Request, passing: Iterator[bytes], *, name: str) -> Response:
    """Return a stranger's bytes block by block, to be kept under a name and never shown.

    Of the name plain letters, digits and a few signs stay (RFC 6266 §4.3).
    """
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name.rpartition("/")[2])[-_LONGEST_NAME:].lstrip(".")
    guards = {**answer(request, b"", policy=LOGO_POLICY).headers}
    del guards["content-length"]
    sent = StreamingResponse(passing, media_type="application/octet-stream", headers=guards)
    sent.headers["content-type"] = "application/octet-stream"
    sent.headers["content-disposition"] = f'attachment; filename="{plain or "paper"}"'
    return sent


def see_other(request: Request, path: str) -> Response:
    """Send the browser on with GET after a POST (RFC 9110 §15.4.4).

    What an address cannot hold as it is (RFC 3986 §2) goes percent-encoded.
    """
    response = answer(request, b"", status=HTTPStatus.SEE_OTHER)
    response.headers["location"] = quote(path, safe=_IN_ADDRESSES)
    return response


def own_path(path: str) -> str:
    """Return a path of this house to go on to, whatever somebody wrote into an address or form."""
    ours = path.startswith("/") and not path.startswith(("//", "/\\")) and len(path) <= 500
    return path if ours and path.isprintable() else "/"


def nobody_here() -> Response:
    """Return the answer under no house's name, or to those who may not ask (RFC 9110 §15.5.20)."""
    return PlainTextResponse(
        "There is nothing under this name.\n",
        status_code=HTTPStatus.MISDIRECTED_REQUEST,
        headers={"cache-control": "no-store", "x-content-type-options": "nosniff"},
    )
