"""Files that a page hands over to be kept."""

from starlette.responses import Response

from portal.web.ground.answers import answer
from portal.web.ground.porch import Visit

CSV = "text/csv; charset=utf-8"
BOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES = {"csv": CSV, "xlsx": BOOK}


def download(visit: Visit, body: bytes, *, name: str, media_type: str) -> Response:
    """Return bytes that the browser keeps under a name of ours and never shows (RFC 6266)."""
    response = answer(visit.request, body, media_type=media_type)
    response.headers["content-disposition"] = f'attachment; filename="{name}"'
    return response
