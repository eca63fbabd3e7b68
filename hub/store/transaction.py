"""One transaction: a shelf per subject over one connection."""

from hub.store.accounts import Accounts
from hub.store.archive import Archive
from hub.store.brands import Brands
from hub.store.catalog import Catalog
from hub.store.depot import Depot
from hub.store.desk import Desk
from hub.store.duties import Duties
from hub.store.exceptions import Exceptions
from hub.store.exchange import Exchange
from hub.store.facts import Facts
from hub.store.figures import Figures
from hub.store.given import Shelves
from hub.store.headings import Headings
from hub.store.invoices import Invoices
from hub.store.keys import Keys
from hub.store.names import PartnerNames
from hub.store.notes import Notes
from hub.store.orders import Orders
from hub.store.own import OwnSettings
from hub.store.parcels import Parcels
from hub.store.people import People
from hub.store.queue import Queue
from hub.store.reports import Reports
from hub.store.reservations import Reservations
from hub.store.seals import Vault
from hub.store.sessions import Sessions
from hub.store.sifted import Sifted
from hub.store.statements import Connection
from hub.store.stock import Stock
from hub.store.supplying import Supplying
from hub.store.terms import Terms
from hub.store.visits import Visits
from hub.store.watches import Watches
from hub.store.webhooks import Webhooks
from hub.store.work import Work


class Transaction:
    """Everything that is kept, as one work sees and changes it; over when the work returns."""

    __slots__ = (
        "accounts",
        "brands",
        "catalog",
        "depot",
        "desk",
        "duties",
        "exceptions",
        "exchange",
        "facts",
        "figures",
        "headings",
        "invoices",
        "keys",
        "names",
        "notes",
        "orders",
        "own",
        "parcels",
        "people",
        "queue",
        "reports",
        "reservations",
        "sessions",
        "shelves",
        "sifted",
        "stock",
        "supplying",
        "terms",
        "visits",
        "watches",
        "webhooks",
        "work",
    )

    def __init__(self, connection: Connection, *, vault: Vault, archive: Archive) -> None:
        self.orders = Orders(connection)
        self.brands = Brands(connection)
        self.catalog = Catalog(connection)
        self.people = People(connection, vault)
        self.exchange = Exchange(connection, vault, archive)
        self.depot = Depot(connection)
        self.duties = Duties(connection)
        self.facts = Facts(connection, vault)
        self.keys = Keys(connection)
        self.exceptions = Exceptions(connection)
        self.figures = Figures(connection)
        self.headings = Headings(connection)
        self.names = PartnerNames(connection)
        self.own = OwnSettings(connection)
        self.watches = Watches(connection)
        self.stock = Stock(connection)
        self.reservations = Reservations(connection)
        self.visits = Visits(connection, vault)
        self.accounts = Accounts(connection, vault)
        self.sessions = Sessions(connection, vault)
        self.parcels = Parcels(connection)
        self.invoices = Invoices(connection)
        self.work = Work(connection)
        self.shelves = Shelves(connection)
        self.sifted = Sifted(connection)
        self.webhooks = Webhooks(connection, vault)
        self.desk = Desk(connection)
        self.queue = Queue(connection)
        self.notes = Notes(connection, self.people)
        self.reports = Reports(connection)
        self.terms = Terms(connection, vault)
        self.supplying = Supplying(connection)
