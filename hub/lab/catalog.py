"""The demo's articles of two brands, and which simulated supplier has how many at what cost."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from hub.domain.catalog import Item, PartnerItem
from hub.domain.messages import ProductId
from hub.lab.tracking import check_digit
from hub.lab.voice import Shelved

_QUALIFIERS = {"vendor": "VN", "gtin": "UP"}  # X12 235
_UNITS = {"each": "EA", "pair": "PR", "pack": "PK"}  # X12 355
GTIN_PREFIX = "61414100"  # invented; with three digits for the article and the check digit


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One row of the table below; `price` and `cost` are US cents, `cost` for a pack.

    `shelves` says how many packs each supplier has when the demo begins, the first asked first.
    """

    sku: str
    title: str
    price: int
    cost: int
    shelves: Mapping[str, int]
    unit: str = "each"
    units_per_pack: int = 1


def _row(text: str) -> Article:
    sku, title, price, cost, shelves, *pack = (cell.strip() for cell in text.split("|"))
    unit, units = pack[0].split() if pack else ("each", "1")
    return Article(
        sku=sku,
        title=title,
        price=int(price),
        cost=int(cost),
        shelves={name: int(count) for name, _, count in map(_counted, shelves.split())},
        unit=unit,
        units_per_pack=int(units),
    )


def _counted(text: str) -> tuple[str, str, str]:
    return text.partition(":")


_TABLE = """\
JUN-MUG-BLUE      | Stoneware mug, blue         |  1800 |   840 | acme:40 delta:40
JUN-MUG-SAND      | Stoneware mug, sand         |  1800 |   840 | acme:40 delta:40
JUN-SCARF-NAVY    | Lambswool scarf, navy       |  5400 |  2600 | delta:40
JUN-SCARF-RUST    | Lambswool scarf, rust       |  5400 |  2600 | delta:40
JUN-THROW-GREY    | Woven throw, grey           |  8900 |  4150 | acme:40
JUN-THROW-CREAM   | Woven throw, cream          |  8900 |  4150 | acme:40 delta:40
JUN-VASE-TALL     | Tall glass vase             |  4200 |  1975 | acme:40 delta:40
JUN-VASE-LOW      | Low glass vase              |  3200 |  1450 | acme:40
JUN-FERN-POT      | Glazed fern pot             |  2900 |  1310 | acme:40
JUN-LANTERN-BRASS | Brass garden lantern        |  6400 |  3000 | acme:40
JUN-CANDLE-PINE   | Pine candle                 |  2100 |   900 | acme:40 delta:40
JUN-TRUG-WILLOW   | Willow garden trug          |  4600 |  2240 | nordic:40
JUN-GLOVES-M      | Garden gloves, medium       |  1900 |   810 | fjord:40         | pair 1
JUN-CUSHION-MOSS  | Velvet cushion, moss        |  3900 |  1780 | mill:40
JUN-PLANTER-TERRA | Terracotta planter          |  2600 |  1120 | acme:5 delta:6
JUN-QUILT-INDIGO  | Indigo quilt, made to order | 16900 |  8200 | acme:9
JUN-STOOL-ASH     | Ash footstool               |  7400 |  3500 | delta:12
JUN-RUG-JUTE      | Jute rug, 2 m               | 11900 |  5600 | acme:8
JUN-BASKET-REED   | Reed log basket             |  5800 |  2700 | reed:15
JUN-TAPER-BEESWAX | Beeswax tapers, pair        |  2400 |  1050 | wick:30
JUN-CLOCK-WALL    | Wall clock, slate           |  4900 |  2300 | acme:11
JUN-MIRROR-ROUND  | Round mirror                |  9900 |  4800 | acme:7
JUN-CHAIR-WICKER  | Wicker armchair             | 13900 |  6900 | delta:0
JUN-BENCH-OAK     | Oak hall bench              | 15900 |  7800 | acme:6
HAR-LAMP-OAK      | Oak table lamp              | 12900 |  6400 | acme:40
HAR-BOARD-OAK     | Oak chopping board          |  4800 |  2200 | acme:40 delta:40
HAR-KNIFE-CHEF    | Chef's knife, 20 cm         |  7900 |  3900 | depot:40
HAR-KNIFE-PARING  | Paring knife, 9 cm          |  3400 |  1600 | corner:40
HAR-POT-IRON      | Cast-iron pot, 4 l          | 15900 |  8100 | delta:40
HAR-APRON-STRIPE  | Striped linen apron         |  3600 |  1550 | delta:40
HAR-TABLE-BISTRO  | Folding bistro table        | 18900 |  9900 | acme:40
HAR-CAKE-STAND    | Footed cake stand           |  5200 |  2450 | acme:40 delta:40
HAR-NAPKIN-LINEN  | Linen napkin                |  1100 |  1900 | acme:40 delta:40 | pack 4
HAR-BOWL-SERVING  | Serving bowl, large         |  4400 |  2050 | acme:40 delta:40
HAR-JUG-GLASS     | Glass water jug             |  2700 |  1190 | kiln:40
HAR-GLASS-WINE    | Wine glass                  |  1400 |   610 | acme:5 delta:6
HAR-KETTLE-STEEL  | Steel kettle                |  6900 |  3300 | acme:14
HAR-TRAY-ASH      | Ash serving tray            |  3900 |  1800 | delta:13
HAR-MILL-PEPPER   | Pepper mill                 |  2900 |  1300 | acme:25 delta:20
HAR-PLATE-DINNER  | Dinner plate                |  1600 |   720 | delta:36
HAR-CARAFE-CORK   | Carafe with a cork          |  3100 |  1400 | acme:18
HAR-CRATE-WINE    | Wine crate                  |  2700 |  1250 | delta:9
HAR-STOOL-BAR     | Bar stool                   | 12400 |  6100 | delta:10
"""

ARTICLES = {row.sku: row for row in map(_row, _TABLE.splitlines())}


def items() -> list[Item]:
    """Return every article as the storefronts know it."""
    return [
        Item(sku=article.sku, gtin=_gtin(ordinal), title=article.title)
        for ordinal, article in enumerate(ARTICLES.values(), start=1)
    ]


def offers(
    sellers: Mapping[str, Collection[str]] | None = None,
) -> list[PartnerItem]:
    """Return every supplier's offer, with its own number for the article.

    `sellers` are the SKUs of each partner, the one asked first first; without, the table's.
    """
    return [
        PartnerItem(
            partner=partner,
            sku=article.sku,
            products=_products(partner, ordinal),
            unit=article.unit,
            units_per_pack=article.units_per_pack,
            cost=article.cost,
            currency="USD",
            priority=10 * place,
        )
        for ordinal, article in enumerate(ARTICLES.values(), start=1)
        for place, partner in enumerate(_sellers(article, sellers))
    ]


def _sellers(article: Article, sellers: Mapping[str, Collection[str]] | None) -> Collection[str]:
    if sellers is None:
        return list(article.shelves)
    return [partner for partner, skus in sellers.items() if article.sku in skus]


def _products(partner: str, ordinal: int) -> tuple[ProductId, ...]:
    return (
        ProductId(kind="vendor", value=f"{partner[0].upper()}-{4000 + 10 * ordinal}"),
        ProductId(kind="gtin", value=_gtin(ordinal)),
    )


def goods(partner: str, skus: Collection[str] | None = None) -> tuple[Shelved, ...]:
    """Return what a supplier counts: these SKUs, or without them all that the table gives it."""
    return tuple(
        Shelved(
            sku=article.sku,
            unit=_UNITS[article.unit],
            products=tuple(
                word
                for one in _products(partner, ordinal)
                for word in (_QUALIFIERS[one.kind], one.value)
            ),
        )
        for ordinal, article in enumerate(ARTICLES.values(), start=1)
        if article.sku in (skus if skus is not None else shelf(partner))
    )


def shelf(partner: str) -> dict[str, int]:
    """Return how many packs of each article a supplier has when the demo begins, by SKU."""
    return {sku: one.shelves[partner] for sku, one in ARTICLES.items() if partner in one.shelves}


def _gtin(ordinal: int) -> str:
    body = f"{GTIN_PREFIX}{ordinal:03d}"
    return body + check_digit(body)
