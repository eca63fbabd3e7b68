"""One transaction: a shelf per subject over one connection."""

from hub.store.archive import Archive
from hub.store.catalog import Catalog
from hub.store.duties import Duties
from hub.store.exceptions import Exceptions
from hub.store.exchange import Exchange
from hub.store.facts import Facts
from hub.store.keys import Keys
from hub.store.orders import Orders
from hub.store.people import People
from hub.store.seals import Vault
from hub.store.statements import Connection


class Transaction:
    """Everything that is kept, as one work sees and changes it; over when the work returns."""

    __slots__ = (
        "catalog",
        "duties",
        "exceptions",
        "exchange",
        "facts",
        "keys",
        "orders",
        "people",
    )

    def __init__(self, connection: Connection, *, vault: Vault, archive: Archive) -> None:
        self.orders = Orders(connection)
        self.catalog = Catalog(connection)
        self.people = People(connection, vault)
        self.exchange = Exchange(connection, vault, archive)
        self.duties = Duties(connection)
        self.facts = Facts(connection, vault)
        self.keys = Keys(connection)
        self.exceptions = Exceptions(connection)
