"""The screens' code: `pages` answer GET, `actions` answer POST, `login` knows who is there.

What lives here: turning read models into pages and forms into commands of the rivers. What does
not: decisions about orders (`hub.domain`), SQL (`hub.store`), rules beside those of `hub.access`.
Who may come in: `hub.main`, which mounts it.
"""

from portal.web.customer.app import build
from portal.web.customer.rooms import is_asked
from portal.web.customer.site import Site, sites

__all__ = ["Site", "build", "is_asked", "sites"]
