"""How pieces lie in the packs that a partner sells them in. Pure."""


def split(quantity: int, units_per_pack: int) -> str:
    """Return pieces as packs and what is over: `2 × 6 + 1`; empty where packs say nothing of them.

    That is for an article sold singly, and for less than one pack.
    """
    if units_per_pack < 2 or quantity < units_per_pack:
        return ""
    packs, over = divmod(quantity, units_per_pack)
    return f"{packs} × {units_per_pack}" + (f" + {over}" if over else "")
