"""Whose case it is: of what waits for a person each may be taken by one, so that no two are at it.

What is taken stays open, and anybody else may still settle it: taking tells the others. A case that
was settled keeps whose it was; what opens anew after that is nobody's.
"""

from datetime import datetime

from hub.access import Action, may
from hub.domain.exchange import Problem
from hub.errors import Refused
from hub.flow.accounts_common import Account, caller
from hub.flow.noting import note_command
from hub.flow.parts import Parts
from hub.store import Transaction
from hub.store.queue import QueuedRow

Brands = frozenset[str] | None


def take(
    parts: Parts,
    exception_id: str,
    *,
    who: str,
    seen: datetime | None = None,
    brands: Brands = None,
) -> QueuedRow:
    """Make what waits somebody's case and return it as it is then: whose, since when.

    What a colleague has stays theirs, unless they still have it since `seen`, the moment that
    `who` was shown: then it is taken over. Taken twice by the same is taken once.

    Raises KeyError when there is none of that id for these brands, Refused when it was settled.
    """

    def work(tx: Transaction) -> QueuedRow:
        row = _seen(tx, exception_id, brands)
        if row.hold is None:
            text = "nothing waits for a person about it any more"
            raise Refused([Problem(code="no-use", text=text)])
        if row.taken_by != who and tx.exceptions.take(
            exception_id, who=who, seen=seen, at=parts.now()
        ):
            said = {"take": exception_id} | ({"from": row.taken_by} if row.taken_by else {})
            note_command(tx, parts, said, subject=row.hold, who=who)
        return tx.queue.one(exception_id)

    return parts.store.write(work)


def give_back(parts: Parts, exception_id: str, *, who: str, brands: Brands = None) -> QueuedRow:
    """Make somebody's own case nobody's and return it; one that is not theirs stays as it is.

    Raises KeyError when there is none of that id for these brands.
    """

    def work(tx: Transaction) -> QueuedRow:
        row = _seen(tx, exception_id, brands)
        if row.hold is not None and tx.exceptions.give_back(exception_id, who=who):
            note_command(tx, parts, {"give_back": exception_id}, subject=row.hold, who=who)
        return tx.queue.one(exception_id)

    return parts.store.write(work)


def let_go(tx: Transaction, account: Account) -> list[str]:
    """Make nobody's what a person took and may not settle any more; return which.

    That is all of it when the account is closed or has a role that settles nothing, else what is
    of no brand that they see.
    """
    brands = account.of_brands
    settles = may(caller(account), Action.SETTLE_EXCEPTION) and not account.disabled
    return [
        row.id
        for row in tx.queue.taken(account.id)
        if not (settles and (brands is None or row.brand in brands))
        and tx.exceptions.give_back(row.id, who=account.id)
    ]


def _seen(tx: Transaction, exception_id: str, brands: Brands) -> QueuedRow:
    row = tx.queue.one(exception_id)
    if brands is not None and row.brand not in brands:
        raise KeyError(exception_id)
    return row
