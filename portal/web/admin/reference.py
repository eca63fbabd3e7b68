"""The API's reference at the desk, for everybody who works there."""

from collections.abc import Mapping
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hub.access import Action, may
from hub.flow import accounts
from hub.ops.codes import catalogue
from portal.web.ground.answers import answer
from portal.web.ground.porch import Porch, Visit
from portal.web.reference.pages import Document, Pages

FRAME = "staff/base.html"


class Reference:
    """An index by group, a page for each operation and error code, one for webhooks; no script."""

    def __init__(self, porch: Porch, document: Document) -> None:
        self._porch = porch
        self._pages = Pages(document, catalogue(porch.parts.formats))

    def index(self, visit: Visit) -> Response:
        """Show what can be asked."""
        return self._page(visit, "admin/reference.html", self._pages.index(visit.words))

    def one(self, visit: Visit) -> Response:
        """Show one operation with its fields and examples."""
        try:
            words = self._pages.one(visit.path("operation"))
        except KeyError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        return self._page(visit, "admin/operation.html", words)

    def webhooks(self, visit: Visit) -> Response:
        """Show what is sent to those who want to be told."""
        return self._page(visit, "reference/webhooks.html", self._pages.webhooks())

    def errors(self, visit: Visit) -> Response:
        """Show every error code."""
        return self._page(visit, "reference/errors.html", self._pages.errors())

    def error(self, visit: Visit) -> Response:
        """Show what one error code means and what to do."""
        try:
            words = self._pages.error(visit.path("code"))
        except KeyError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        return self._page(visit, "reference/error.html", words)

    def download(self, visit: Visit) -> Response:
        """Send the document as a file."""
        sent = answer(visit.request, self._pages.download(), media_type="application/json")
        sent.headers["content-disposition"] = 'attachment; filename="openapi.json"'
        return sent

    def _page(self, visit: Visit, template: str, words: Mapping[str, object]) -> Response:
        keeps = may(accounts.caller(visit.account), Action.KEEP_USERS)
        return self._porch.page(visit, template, {"frame": FRAME, "settings": keeps, **words})
