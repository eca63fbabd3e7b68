"""Views of the list of orders that somebody named: filters kept with the account, until forgotten.

What a filter means is the page's; here it is the query of an address.
"""

from hub.flow.parts import Parts
from hub.store import Transaction

MOST = 12
LONGEST_NAME = 40
LONGEST_QUERY = 300


def views(parts: Parts, account_id: str) -> dict[str, str]:
    """Return an account's views: the query of each by its name, as they were named."""
    with parts.store.read() as tx:
        return dict(tx.accounts.get(account_id).views)


def keep_view(parts: Parts, account_id: str, *, name: str, query: str) -> str:
    """Keep filters under a name; one of the same name is replaced.

    Returns a sentence that says why not, empty when it is kept.
    """
    plain = " ".join(name.split())
    if not 0 < len(plain) <= LONGEST_NAME or not plain.isprintable():
        return "Give the view a name of up to 40 signs."
    if len(query) > LONGEST_QUERY:
        return "These filters are too long to be kept."

    def work(tx: Transaction) -> str:
        row = tx.accounts.locked(account_id)
        if plain not in row.views and len(row.views) >= MOST:
            return "Twelve views are kept already; remove one first."
        tx.accounts.set_views(row, {**row.views, plain: query})
        return ""

    return parts.store.write(work)


def drop_view(parts: Parts, account_id: str, *, name: str) -> None:
    """Forget a view; one that is not there stays so."""

    def work(tx: Transaction) -> None:
        row = tx.accounts.locked(account_id)
        kept = {one: query for one, query in row.views.items() if one != name}
        tx.accounts.set_views(row, kept)

    parts.store.write(work)
