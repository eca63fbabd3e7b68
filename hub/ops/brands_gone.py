"""Brands whose page was taken away while their orders are still under way: nothing runs with one.

Their customers, partners and our own people would see nothing of these orders, and no mail could
leave. What is finished needs no page: staff can go on reading it.
"""

from pathlib import Path

from hub.errors import ConfigError
from hub.flow.owed_mails import mail_lane
from hub.flow.parts import Parts
from hub.ops.brand_files import PAGE
from hub.store import Unfinished


def refuse_brands_gone(parts: Parts, folder: Path) -> None:
    """Raise ConfigError when orders of a brand without a page still have to move.

    `folder` is where the brands' pages are looked for. Brands count from the next start of the hub,
    so that this is asked once.
    """
    with parts.store.read() as tx:
        gone = [brand for brand in tx.brands.with_orders() if brand not in parts.brands]
        left = {brand: tx.brands.unfinished(brand, lane=mail_lane(brand)) for brand in gone}
    mistakes = [
        f"HUB_BRANDS={folder} has no page of {brand}, but {_told(one)}: put {brand}/{PAGE} back, "
        f"or set HUB_BRANDS to the folder that has it; `hub orders list --brand {brand}` lists "
        "the orders, and once they are finished the page may go"
        for brand, one in left.items()
        if one.orders or one.mails
    ]
    if mistakes:
        raise ConfigError(mistakes)


def _told(one: Unfinished) -> str:
    several = f"{one.orders} of its orders are open ({one.example} is one of them)"
    orders = f"its order {one.example} is open" if one.orders == 1 else several
    mails = f"{one.mails} of its mails {'is' if one.mails == 1 else 'are'} still to be sent"
    return " and ".join([orders] * bool(one.orders) + [mails] * bool(one.mails))
