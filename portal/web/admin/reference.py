"""The API's reference, from the document that the API itself serves."""

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from portal.web.admin.described import described, grouped
from portal.web.ground.answers import answer
from portal.web.ground.porch import Porch, Visit

Document = Callable[[], Mapping[str, Any]]
"""The API's own description, an OpenAPI document; empty where there is none."""


class Reference:
    """An index by group, and a page for each operation; works without any script."""

    def __init__(self, porch: Porch, document: Document) -> None:
        self._porch = porch
        self._document = document

    def index(self, visit: Visit) -> Response:
        """Show what can be asked."""
        document = self._document()
        words = {
            "about": document.get("info", {}),
            "groups": [(visit.words.say(name), rows) for name, rows in grouped(document)],
        }
        return self._porch.page(visit, "admin/reference.html", words)

    def one(self, visit: Visit) -> Response:
        """Show one operation with its fields and examples."""
        try:
            found = described(self._document(), visit.path("operation"))
        except KeyError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        return self._porch.page(visit, "admin/operation.html", {"found": found})

    def download(self, visit: Visit) -> Response:
        """Send the document as a file."""
        body = json.dumps(self._document(), ensure_ascii=False).encode()
        sent = answer(visit.request, body, media_type="application/json")
        sent.headers["content-disposition"] = 'attachment; filename="openapi.json"'
        return sent
