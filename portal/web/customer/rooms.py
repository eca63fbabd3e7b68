"""What every page needs: the parts of the hub, whose host was asked, and the templates."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from hub.flow.parts import Parts
from hub.partners import HOLE, Brand
from portal.web.customer.site import Site
from portal.web.ground.answers import answer
from portal.web.ground.templating import environment
from portal.web.ground.theme import here_of, theme_of

_MESSAGES: Mapping[HTTPStatus, tuple[str, str]] = {
    HTTPStatus.NOT_FOUND: (
        "There is nothing here",
        "The address may be mistyped, or the link is over. Your order number finds it.",
    ),
    HTTPStatus.FORBIDDEN: (
        "This form cannot be used any more",
        "Nothing was changed. Please start again.",
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: (
        "We cannot look into our books just now",
        "Nothing was changed. Please try again in a minute.",
    ),
}
_OURS = (
    "Something went wrong on our side",
    "Please try again in a minute. If you write to us, tell us the reference below.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """The hub's parts and the brands' sites by host; a brand's language is that of its pages."""

    parts: Parts
    sites: Mapping[str, Site]

    def found(self, request: Request) -> Site | None:
        """Return the site of the host that was asked for, None when it is no brand's."""
        hosts = request.headers.getlist("host")
        return self.sites.get(host_of(hosts[0])) if len(hosts) == 1 else None

    def site(self, request: Request) -> Site:
        """Do as `found`; raises HTTPException with 421 when it is no brand's."""
        found = self.found(request)
        if found is None:
            raise HTTPException(HTTPStatus.MISDIRECTED_REQUEST)
        return found

    def brand(self, request: Request) -> Brand:
        """Return the brand whose host was asked for."""
        return self.site(request).brand

    def page(
        self,
        request: Request,
        template: str,
        words: Mapping[str, object],
        *,
        status: HTTPStatus = HTTPStatus.OK,
    ) -> Response:
        """Return a page of the brand; `words` are what its template may use beside the brand."""
        site = self.site(request)
        given = {
            "brand": site.brand,
            "footer": said(site.brand, "footer"),
            "theme": theme_of(request),
            "here": here_of(request),
        }
        templates = environment(site.brand.language)
        text = templates.get_template(template).render({**given, **words})
        return answer(request, text.encode(), status=status)

    def message(self, request: Request, status: HTTPStatus, *, reference: str = "") -> Response:
        """Return a page that says in words what happened, and where to go on."""
        title, text = _MESSAGES.get(status, _OURS)
        # Alike for every address: what was asked for does not stand on it.
        words = {"title": title, "text": text, "reference": reference, "here": "/"}
        return self.page(request, "customer/message.html", words, status=status)


def host_of(header: str) -> str:
    """Return the name in a Host header, without port and in small letters (RFC 9110 §7.2)."""
    return header.rpartition(":")[0].lower() if ":" in header else header.lower()


def said(brand: Brand, name: str) -> str:
    """Return a text of the brand for its pages, its name filled in."""
    return HOLE.sub(lambda hole: brand.name, brand.texts.text(name))
