"""Dark or light: as the viewer's system wishes, or as they chose here; a cookie keeps the choice.

The choice is the browser's, in every house of the same host, signed in or not.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal.web.ground.answers import own_path, see_other
from portal.web.ground.forms import form

PATH = "/theme"
COOKIE = "__Host-theme"
THEMES = ("light", "dark")
"""What can be chosen beside the system's own wish."""
_KEPT_FOR = 365 * 24 * 3600  # seconds


def theme_of(request: Request) -> str:
    """Return what was chosen in this browser, empty when the system decides."""
    found = request.cookies.get(COOKIE, "")
    return found if found in THEMES else ""


def here_of(request: Request) -> str:
    """Return where the browser is, to come back to; the first page after a form."""
    if request.method != "GET":
        return "/"
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def route() -> Route:
    """Return the door that keeps a choice; it asks for no session."""
    return Route(PATH, chosen, methods=["POST"])


async def chosen(request: Request) -> Response:
    """Keep what was chosen and go back to where the form stood."""
    fields = await form(request)
    response = see_other(request, own_path(fields.get("next", "")))
    theme = fields.get("theme", "")
    if theme in THEMES:
        response.set_cookie(
            COOKIE, theme, max_age=_KEPT_FOR, path="/", secure=True, httponly=True, samesite="lax"
        )
    else:
        response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")
    return response
