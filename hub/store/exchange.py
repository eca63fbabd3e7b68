"""Custody in one place: deliveries and the papers in them."""

from hub.store.archive import Archive
from hub.store.deliveries import Deliveries
from hub.store.documents import Documents
from hub.store.seals import Vault
from hub.store.statements import Connection


class Exchange(Deliveries, Documents):
    """What crossed the wire, as rows; nothing here reads what a paper says."""

    __slots__ = ("_archive", "_connection", "_vault")

    def __init__(self, connection: Connection, vault: Vault, archive: Archive) -> None:
        self._connection = connection
        self._vault = vault
        self._archive = archive
