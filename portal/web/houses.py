"""All rooms of people as one app: the Host decides whose house is asked, nothing else does."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from hub.flow.parts import Parts
from portal.web.customer import app as customers
from portal.web.customer.rooms import host_of
from portal.web.customer.site import Site
from portal.web.desk import house as desks
from portal.web.entrance import opening
from portal.web.ground.answers import nobody_here
from portal.web.ground.porch import Door, Porch, is_near
from portal.web.reference import app as reference
from portal.web.reference.pages import Document
from portal.web.supplier import house as suppliers
from portal.web.supplier import onetime


class Houses:
    """The customers' pages of every brand, and the houses behind a sign-in, by host."""

    def __init__(
        self,
        parts: Parts,
        sites: Mapping[str, Site],
        desk_from: tuple[str, ...],
        document: Document = dict,
        brand_folder: Path | None = None,
    ) -> None:
        self._customers = customers.build(parts, sites)
        self._reference = reference.build(parts, document)
        self._sites = sites
        logos = {one.brand.id: (one.logo, one.logo_type) for one in sites.values() if one.logo}
        pictures = {one.brand.id: one.pictures for one in sites.values()}
        supplier = suppliers.porch(parts, parts.portal_hosts)
        desk = desks.porch(parts, parts.desk_hosts, desk_from)
        self._behind: dict[str, tuple[Porch, ASGIApp]] = {}
        every: tuple[tuple[Porch, list[Door], list[Route]], ...] = (
            (supplier, suppliers.doors(supplier, logos), onetime.doors(supplier)),
            (desk, desks.doors(desk, document, logos, brand_folder, pictures), []),
        )
        for porch, doors, by_links in every:
            app = porch.app(doors, [*opening.doors(porch), *by_links])
            self._behind |= dict.fromkeys(porch.hosts, (porch, app))

    def are_asked(self, scope: Scope) -> bool:
        """Say whether a request is for people's pages, or for nobody: the pages answer that.

        The REST door has its own paths under every name that is no house's; its reference is a
        page for people, under the same names.
        """
        named = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        if any(host_of(name) in self._sites or host_of(name) in self._behind for name in named):
            return True
        path: str = scope["path"]
        return not path.startswith("/v1/") and path != "/healthz"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for people's pages; U+0000 in its address is none."""
        path, query = scope["path"].replace("\0", ""), _typed(scope["query_string"])
        scope = {**scope, "path": path, "query_string": query}
        request = Request(scope)
        hosts = request.headers.getlist("host")
        here = host_of(hosts[0]) if len(hosts) == 1 else ""
        found = self._behind.get(here)
        if found is None:
            is_ours = here and here not in self._sites and reference.is_here(path)
            await (self._reference if is_ours else self._customers)(scope, receive, send)
            return
        porch, app = found
        if not is_near(request, porch.networks):
            await nobody_here()(scope, receive, send)
            return
        await app(scope, receive, send)


def _typed(query: bytes) -> bytes:
    """Drop U+0000 from what a query says, as forms drop it; any other query stays as it came."""
    if b"%00" not in query:
        return query
    said = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    kept = [(name.replace("\0", ""), value.replace("\0", "")) for name, value in said]
    return urlencode(kept).encode("ascii")
