"""The demo's articles of two brands and which simulated supplier offers them at what cost."""

from dataclasses import dataclass

from hub.domain.catalog import Item, PartnerItem
from hub.domain.messages import ProductId
from hub.lab.tracking import check_digit

GTIN_PREFIX = "61414100"  # invented; with three digits for the article and the check digit


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One row of the table below; `price` and `cost` are US cents, `cost` for a pack."""

    sku: str
    title: str
    price: int
    cost: int
    partners: tuple[str, ...]
    unit: str = "each"
    units_per_pack: int = 1


def _row(text: str) -> Article:
    sku, title, price, cost, partners, *pack = (cell.strip() for cell in text.split("|"))
    unit, units = pack[0].split() if pack else ("each", "1")
    return Article(
        sku=sku,
        title=title,
        price=int(price),
        cost=int(cost),
        partners=tuple(partners.split()),
        unit=unit,
        units_per_pack=int(units),
    )


_TABLE = """\
JUN-MUG-BLUE      | Stoneware mug, blue               |  1800 |   840 | acme delta
JUN-MUG-SAND      | Stoneware mug, sand               |  1800 |   840 | acme delta
JUN-SCARF-NAVY    | Lambswool scarf, navy             |  5400 |  2600 | delta
JUN-SCARF-RUST    | Lambswool scarf, rust             |  5400 |  2600 | delta
JUN-THROW-GREY    | Woven throw, grey                 |  8900 |  4150 | acme
JUN-THROW-CREAM   | Woven throw, cream                |  8900 |  4150 | acme delta
JUN-VASE-TALL     | Tall glass vase                   |  4200 |  1975 | acme delta
JUN-VASE-LOW      | Low glass vase                    |  3200 |  1450 | acme
JUN-FERN-POT      | Glazed fern pot                   |  2900 |  1310 | acme
JUN-LANTERN-BRASS | Brass garden lantern              |  6400 |  3000 | acme
JUN-CANDLE-PINE   | Pine candle                       |  2100 |   900 | acme delta
JUN-TRUG-WILLOW   | Willow garden trug                |  4600 |  2240 | delta
JUN-GLOVES-M      | Garden gloves, medium             |  1900 |   810 | delta | pair 1
JUN-CUSHION-MOSS  | Velvet cushion, moss              |  3900 |  1780 | acme delta
HAR-LAMP-OAK      | Oak table lamp                    | 12900 |  6400 | acme
HAR-BOARD-OAK     | Oak chopping board                |  4800 |  2200 | acme delta
HAR-KNIFE-CHEF    | Chef's knife, 20 cm               |  7900 |  3900 | acme
HAR-KNIFE-PARING  | Paring knife, 9 cm                |  3400 |  1600 | acme
HAR-POT-IRON      | Cast-iron pot, 4 l                | 15900 |  8100 | delta
HAR-APRON-STRIPE  | Striped linen apron               |  3600 |  1550 | delta
HAR-TABLE-BISTRO  | Folding bistro table              | 18900 |  9900 | acme
HAR-CAKE-STAND    | Footed cake stand                 |  5200 |  2450 | acme delta
HAR-NAPKIN-LINEN  | Linen napkin                      |  1100 |  1900 | acme delta | pack 4
HAR-BOWL-SERVING  | Serving bowl, large               |  4400 |  2050 | acme delta
HAR-JUG-GLASS     | Glass water jug                   |  2700 |  1190 | delta
"""

ARTICLES = {row.sku: row for row in map(_row, _TABLE.splitlines())}


def items() -> list[Item]:
    """Return every article as the storefronts know it."""
    return [
        Item(sku=article.sku, gtin=_gtin(ordinal), title=article.title)
        for ordinal, article in enumerate(ARTICLES.values(), start=1)
    ]


def offers() -> list[PartnerItem]:
    """Return every supplier's offer, with its own number for the article."""
    return [
        PartnerItem(
            partner=partner,
            sku=article.sku,
            products=(
                ProductId(kind="vendor", value=f"{partner[0].upper()}-{4000 + 10 * ordinal}"),
                ProductId(kind="gtin", value=_gtin(ordinal)),
            ),
            unit=article.unit,
            units_per_pack=article.units_per_pack,
            cost=article.cost,
            currency="USD",
            priority=10 * place,
        )
        for ordinal, article in enumerate(ARTICLES.values(), start=1)
        for place, partner in enumerate(article.partners)
    ]


def _gtin(ordinal: int) -> str:
    body = f"{GTIN_PREFIX}{ordinal:03d}"
    return body + check_digit(body)
