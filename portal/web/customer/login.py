"""Who is there: the cookie of a customer's visit."""

import re

from starlette.requests import Request
from starlette.responses import Response

COOKIE = "__Host-visit"
_HELD = re.compile(r"[a-z2-7]{32}")


def held_cookie(request: Request) -> str:
    """Return the visit's cookie, empty when there is none that could be ours."""
    value = request.cookies.get(COOKIE, "")
    return value if _HELD.fullmatch(value) else ""


def give_cookie(response: Response, value: str) -> Response:
    """Have the browser hold the visit until it is closed; this host alone gets it, over TLS."""
    response.set_cookie(COOKIE, value, path="/", secure=True, httponly=True, samesite="lax")
    return response


def take_cookie(response: Response) -> Response:
    """Have the browser drop the visit."""
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")
    return response
