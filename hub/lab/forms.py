"""Pages and their forms as a person without scripts sees them: one visitor with its cookies."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from lxml import html
from lxml.html import FormElement, HtmlElement

from hub.lab.doors import Door

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What was answered: `leads_to` is where a redirect goes, `tree` is the page's HTML."""

    status: int
    leads_to: str
    tree: HtmlElement

    @property
    def there(self) -> bool:
        """Whether it is a page to look at."""
        return self.status == 200

    @property
    def gone_on(self) -> bool:
        """Whether what was posted was taken, and another page is to be looked at."""
        return self.status == 303

    def form(
        self, *, action: str = "", having: Mapping[str, str] | None = None
    ) -> dict[str, str] | None:
        """Return the fields, as they are preset, of the first form to that action.

        It has all of `having` among them; buttons are not. None when there is no such form.
        """
        for form in self.tree.forms:
            found = _fields(form)
            fits = not action or form.get("action") == action
            if fits and all(found.get(name) == value for name, value in (having or {}).items()):
                return found
        return None


def _fields(form: FormElement) -> dict[str, str]:
    return {name: str(value or "") for name, value in form.form_values()}


class Visitor:
    """Somebody with a browser at one host of the hub; keeps the cookies that it is given."""

    def __init__(self, door: Door, *, host: str) -> None:
        self._door = door
        self._host = host
        self._cookies: dict[str, str] = {}

    def get(self, path: str) -> Page:
        """Look at a page; a redirect is not followed."""
        return self._ask("GET", path, b"", "")

    def post(self, path: str, fields: Mapping[str, str]) -> Page:
        """Send a form."""
        return self._ask("POST", path, urlencode(fields).encode(), FORM)

    def _ask(self, method: str, path: str, body: bytes, kind: str) -> Page:
        head = {"Host": self._host}
        if self._cookies:
            head["Cookie"] = "; ".join(f"{name}={word}" for name, word in self._cookies.items())
        said = self._door.ask(method, path, body=body, kind=kind, head=head)
        self._keep(said.head.get("set-cookie", ""))
        text = said.body.decode(errors="replace").strip() or "<html></html>"
        return Page(
            status=said.status,
            leads_to=said.head.get("location", ""),
            tree=html.document_fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8")),
        )

    def _keep(self, cookie: str) -> None:
        name, equals, rest = cookie.partition("=")
        word = rest.partition(";")[0].strip('"')
        if equals and word:
            self._cookies[name] = word
        elif equals:
            self._cookies.pop(name, None)
