"""The screens' code: customers, suppliers, and the entrance that the houses behind it share.

What lives here: turning read models into pages and forms into commands of the rivers. What does
not: decisions about orders (`hub.domain`), SQL (`hub.store`), rules beside those of `hub.access`.
Who may come in: `hub.main`, which mounts it.
"""

from portal.web.customer.site import Site, sites
from portal.web.houses import Houses

__all__ = ["Houses", "Site", "sites"]
