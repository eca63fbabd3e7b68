"""Forty orders of two brands: what is wanted of each later, how its parcels travel, how it ends."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from hub.domain.messages import CarrierMoment
from hub.domain.orders import OrderChannel
from hub.domain.placing import Gift, NewOrder
from hub.domain.status import Word
from hub.lab.orders import (
    ASA,
    DANA,
    GUS,
    INES,
    JUNE,
    MAYA,
    NOOR,
    RAFAEL,
    TOM,
    WEN,
    group,
    order,
)

OPENED = "J-1011"
"""The order whose page the browser opens."""

BRANDS = {"J": "juniper", "H": "harbor"}  # by the first letter of an order's number

_TRAVELS = (CarrierMoment.IN_TRANSIT,)
_NEARS = (*_TRAVELS, CarrierMoment.OUT_FOR_DELIVERY)
_ARRIVES = (*_NEARS, CarrierMoment.DELIVERED)
_STUMBLES = (*_TRAVELS, CarrierMoment.EXCEPTION)
_JOURNEYS = {
    Word.ON_ITS_WAY: _TRAVELS,
    Word.OUT_FOR_DELIVERY: _NEARS,
    Word.DELIVERED: _ARRIVES,
    Word.PART_SHIPPED: _ARRIVES,
    Word.DELAYED: _ARRIVES,
    Word.RETURNED: (*_NEARS, CarrierMoment.ATTEMPTED, CarrierMoment.RETURNED),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What the storefront asks of an order once it is `placed`, `answered` or `shipped`.

    `path` and `body` are a request to the REST door, `outcome` is the one that its answer has.
    """

    when: str
    path: str
    body: Mapping[str, object]
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """An order of the demo and the word its status ends with.

    `journey` is what carriers tell of each of its parcels in turn. It was placed `ago` before the
    demo began. `shown` says why its page is worth a look; empty for most.
    """

    order: NewOrder
    ends: Word
    journey: tuple[CarrierMoment, ...]
    act: Act | None = None
    ago: timedelta = timedelta()
    shown: str = ""

    @property
    def brand(self) -> str:
        """Whose customer placed it."""
        return BRANDS[self.order.number[0]]


def plays() -> tuple[Play, ...]:
    """Return the demo's orders, in the order in which they are placed.

    What was placed before the demo began comes first, then what takes longest.
    """
    every = [*_juniper_changes(), *_harbor_changes(), *_juniper(), *_harbor()]
    return tuple(sorted(every, key=lambda play: -play.ago))


def _play(
    placed: NewOrder,
    ends: Word,
    *,
    act: Act | None = None,
    journey: tuple[CarrierMoment, ...] | None = None,
    shown: str = "",
    ago: timedelta = timedelta(),
) -> Play:
    by_carrier = _JOURNEYS.get(ends, ()) if journey is None else journey
    return Play(order=placed, ends=ends, journey=by_carrier, act=act, ago=ago, shown=shown)


def _cancels(when: str, outcome: str) -> Act:
    body = {"reason": "changed_mind"}
    return Act(when=when, path="cancellations", body=body, outcome=outcome)


def _changes(when: str, action: Mapping[str, object], outcome: str) -> Act:
    return Act(when=when, path="changes", body={"actions": [action]}, outcome=outcome)


def _juniper() -> list[Play]:
    birthday = Gift(
        sender="Maya", recipient="Noor", message="Happy birthday!\nWith love from all of us."
    )
    evenings = Gift(sender="Wen", recipient="Rafael", message="For the cold evenings.", wrap=True)
    named = group(TOM, ("JUN-MUG-SAND", 4), personalization="T. O.", instructions="Ring twice.")
    waiting = group(JUNE, ("JUN-THROW-GREY", 1), ("JUN-CUSHION-MOSS", 2))
    split = group(INES, ("JUN-PLANTER-TERRA", 9), ("JUN-THROW-GREY", 1))
    rust = group(RAFAEL, ("JUN-SCARF-RUST", 1), number="2", first=2, gift=evenings)
    candles = group(GUS, ("JUN-CANDLE-PINE", 8), method="second_day")
    both = group(ASA, ("JUN-LANTERN-BRASS", 1), ("JUN-TRUG-WILLOW", 1))
    four = group(
        DANA,
        ("JUN-VASE-LOW", 1),
        ("JUN-GLOVES-M", 2),
        ("JUN-TRUG-WILLOW", 1),
        ("JUN-CUSHION-MOSS", 2),
    )
    return [
        _play(
            order("J-1015", GUS, group(GUS, ("JUN-STOOL-ASH", 1))),
            Word.ON_ITS_WAY,
            ago=timedelta(days=3),
            shown="left later than promised",
        ),
        _play(
            order("J-1001", MAYA, group(MAYA, ("JUN-MUG-BLUE", 2), ("JUN-CANDLE-PINE", 1))),
            Word.DELIVERED,
        ),
        _play(
            order("J-1002", MAYA, group(NOOR, ("JUN-SCARF-NAVY", 1), gift=birthday)),
            Word.DELIVERED,
        ),
        _play(order("J-1003", TOM, named), Word.DELIVERED),
        _play(order("J-1004", JUNE, waiting, channel=OrderChannel.PHONE), Word.DELAYED),
        _play(order("J-1005", INES, group(INES, ("JUN-VASE-TALL", 1))), Word.OUT_FOR_DELIVERY),
        _play(order("J-1006", ASA, both), Word.ON_ITS_WAY),
        _play(order("J-1007", GUS, candles, discount=1000), Word.SHIPPED),
        _play(order("J-1008", WEN, group(WEN, ("JUN-THROW-CREAM", 1)), rust), Word.SHIPPED),
        _play(order("J-1009", DANA, four), Word.DELIVERED, shown="from four partners, one story"),
        _play(
            order("J-1010", NOOR, group(NOOR, ("JUN-FERN-POT", 1), ("JUN-VASE-LOW", 1))),
            Word.PART_SHIPPED,
        ),
        _play(
            order("J-1011", INES, split),
            Word.DELAYED,
            shown="from two places, one article later than promised",
        ),
        _play(order("J-1016", ASA, group(ASA, ("JUN-RUG-JUTE", 1))), Word.DELAYED),
        _play(order("J-1017", WEN, group(WEN, ("JUN-QUILT-INDIGO", 1))), Word.BEING_PREPARED),
        _play(order("J-1018", TOM, group(TOM, ("JUN-MIRROR-ROUND", 1))), Word.RETURNED),
        _play(order("J-1019", JUNE, group(JUNE, ("JUN-CHAIR-WICKER", 2))), Word.SHIPPED),
    ]


def _juniper_changes() -> list[Play]:
    home = {
        "name": "Dana O'Neill",
        "lines": ["5 Chapel Row"],
        "city": "Beaufort",
        "region": "SC",
        "postal_code": "29902",
        "country": "US",
    }
    moves = {"action": "address", "ship_to": home}
    return [
        _play(
            order("J-1012", MAYA, group(MAYA, ("JUN-TAPER-BEESWAX", 2))),
            Word.CANCELLED,
            act=_cancels("placed", "done"),
        ),
        _play(
            order("J-1013", RAFAEL, group(RAFAEL, ("JUN-CLOCK-WALL", 1))),
            Word.DELIVERED,
            act=_cancels("answered", "asked"),
        ),
        _play(
            order("J-1014", NOOR, group(NOOR, ("JUN-BASKET-REED", 1))),
            Word.SHIPPED,
            act=_cancels("answered", "asked"),
        ),
        _play(
            order("J-1020", DANA, group(DANA, ("JUN-BENCH-OAK", 1))),
            Word.DELIVERED,
            act=_changes("answered", moves, "asked"),
        ),
    ]


def _harbor() -> list[Play]:
    wedding = Gift(sender="The Sotos", recipient="Ines and Gus", message="To a long table.")
    present = group(
        GUS,
        ("HAR-BOARD-OAK", 1),
        ("HAR-NAPKIN-LINEN", 8),
        gift=wedding,
        personalization="Ines & Gus 2026",
    )
    apron = group(JUNE, ("HAR-APRON-STRIPE", 2), ("HAR-BOWL-SERVING", 1))
    jug = group(MAYA, ("HAR-JUG-GLASS", 2), number="2", first=2)
    stand = group(WEN, ("HAR-CAKE-STAND", 1))
    pot = group(DANA, ("HAR-POT-IRON", 1), method="next_day")
    knives = group(INES, ("HAR-KNIFE-CHEF", 1), ("HAR-KNIFE-PARING", 2))
    table = group(TOM, ("HAR-TABLE-BISTRO", 1), ("HAR-JUG-GLASS", 1))
    bowls = group(GUS, ("HAR-BOWL-SERVING", 2), ("HAR-KNIFE-CHEF", 1))
    bar = group(NOOR, ("HAR-STOOL-BAR", 2), ("HAR-MILL-PEPPER", 1))
    return [
        _play(order("H-2001", RAFAEL, group(RAFAEL, ("HAR-LAMP-OAK", 1))), Word.DELIVERED),
        _play(order("H-2002", INES, knives), Word.DELIVERED),
        _play(order("H-2003", RAFAEL, present), Word.DELIVERED, shown="a present, delivered"),
        _play(order("H-2004", TOM, table), Word.SHIPPED),
        _play(order("H-2005", WEN, stand, channel=OrderChannel.PHONE), Word.SHIPPED),
        _play(order("H-2006", DANA, pot), Word.OUT_FOR_DELIVERY),
        _play(order("H-2007", JUNE, apron, channel=OrderChannel.MAIL), Word.SHIPPED),
        _play(order("H-2008", ASA, group(ASA, ("HAR-NAPKIN-LINEN", 4)), jug), Word.ON_ITS_WAY),
        _play(order("H-2009", GUS, bowls), Word.DELIVERED),
        _play(order("H-2010", NOOR, group(NOOR, ("HAR-BOARD-OAK", 2)), discount=500), Word.SHIPPED),
        _play(order("H-2011", TOM, group(TOM, ("HAR-GLASS-WINE", 9))), Word.ON_ITS_WAY),
        _play(order("H-2012", RAFAEL, group(RAFAEL, ("HAR-KETTLE-STEEL", 1))), Word.SHIPPED),
        _play(order("H-2016", MAYA, group(MAYA, ("HAR-CARAFE-CORK", 2))), Word.SHIPPED),
        _play(order("H-2017", ASA, group(ASA, ("HAR-CRATE-WINE", 3))), Word.DELIVERED, journey=()),
        _play(order("H-2018", NOOR, bar), Word.PART_SHIPPED),
        _play(
            order("H-2019", WEN, group(WEN, ("HAR-BOARD-OAK", 1))),
            Word.ON_ITS_WAY,
            journey=_STUMBLES,
        ),
        _play(
            order("H-2020", JUNE, group(JUNE, ("HAR-JUG-GLASS", 1), ("HAR-POT-IRON", 1))),
            Word.DELIVERED,
        ),
    ]


def _harbor_changes() -> list[Play]:
    fewer = {"action": "quantity", "line": "1", "quantity": 4}
    return [
        _play(
            order("H-2013", DANA, group(DANA, ("HAR-TRAY-ASH", 1))),
            Word.CANCELLED,
            act=_cancels("answered", "asked"),
            shown="cancelled after it was ordered",
        ),
        _play(
            order("H-2014", GUS, group(GUS, ("HAR-MILL-PEPPER", 1))),
            Word.DELIVERED,
            act=_cancels("shipped", "too_late"),
        ),
        _play(
            order("H-2015", INES, group(INES, ("HAR-PLATE-DINNER", 6))),
            Word.SHIPPED,
            act=_changes("answered", fewer, "asked"),
        ),
    ]
