"""The REST door: a retailer's storefront places orders here and asks what became of them.

What lives here: the routes, the strict schema of what may be posted, the problem documents that say
what is wrong with it, the API-key look-up, the OpenAPI document. What does not: any decision about
an order (`hub.domain`, `hub.flow`), SQL (`hub.store`), starting a server (`hub.cli`).
Who may come in: `hub.main` and `hub.cli`; `read_order` also serves orders that come in files.
"""

from hub.api.app import build
from hub.api.reading import Reading, read_order

__all__ = ["Reading", "build", "read_order"]
