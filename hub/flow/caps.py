"""How much a partner may send at once: a paper is read whole, a stock report row by row."""

from hub.domain.exchange import Problem, Where
from hub.domain.messages import StockReport
from hub.flow.parts import Parts
from hub.partners import Channel

MEBIBYTE = 1 << 20
LARGEST_PAPER = 50 * MEBIBYTE  # bytes; orders, answers, ship notices, invoices are far below
LARGEST_FEED = 2048 * MEBIBYTE


def largest(parts: Parts, channel: Channel) -> int:
    """Return the most bytes of one delivery: more where the channel's page receives stock."""
    names = [channel.maps[set_id] for set_id in channel.receives if set_id in channel.maps]
    feeds = any(parts.maps.page(name).message is StockReport for name in names)
    return LARGEST_FEED if feeds else LARGEST_PAPER


def too_long(set_id: str, length: int) -> tuple[Problem, ...]:
    """Return what is wrong with the length of a paper that is no stock report; mostly nothing."""
    if length <= LARGEST_PAPER:
        return ()
    text = (
        f"the {set_id[:20]} has {length} bytes; other papers than stock reports have at most "
        f"{LARGEST_PAPER}. Ask the partner to split it"
    )
    return (Problem(code="too-long", text=text, where=Where(value=str(length))),)
