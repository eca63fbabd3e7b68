"""The simulated suppliers of the demo, and the retailer as they know it."""

from hub.lab.accounts import Shelved
from hub.lab.catalog import offers
from hub.lab.desk import Firm
from hub.lab.terms import Terms
from hub.lab.x12 import Company

RETAILER = Company(qualifier="12", id="5550100200", group="5550100200")

_QUALIFIERS = {"vendor": "VN", "gtin": "UP"}  # X12 235
_UNITS = {"each": "EA", "pair": "PR", "pack": "PK"}  # X12 355


def _goods(partner: str) -> tuple[Shelved, ...]:
    return tuple(
        Shelved(
            sku=offer.sku,
            unit=_UNITS[offer.unit],
            products=tuple(
                word for one in offer.products for word in (_QUALIFIERS[one.kind], one.value)
            ),
        )
        for offer in offers()
        if offer.partner == partner
    )


ACME = Firm(
    key="acme",
    name="Acme Home Goods",
    company=Company(qualifier="01", id="123456789", group="ACMEHOME"),
    terms=Terms(
        refused=frozenset({"JUN-VASE-TALL", "JUN-FERN-POT", "HAR-CAKE-STAND"}),
        waited_for={"JUN-THROW-GREY": 9},
        elsewhere=frozenset({"HAR-TABLE-BISTRO"}),
        slow=frozenset({"JUN-BENCH-OAK", "JUN-CLOCK-WALL"}),
        held=frozenset({"JUN-QUILT-INDIGO", "JUN-THROW-GREY"}),
        put_off={"JUN-RUG-JUTE": 6},
        packed=frozenset({"JUN-CLOCK-WALL"}),
        misprinted=frozenset({"HAR-LAMP-OAK"}),
        overcharged=frozenset({"HAR-KETTLE-STEEL"}),
        advised=frozenset({"HAR-CARAFE-CORK"}),
    ),
    articles=_goods("acme"),
)
DELTA = Firm(
    key="delta",
    name="Delta Outfitters",
    company=Company(qualifier="ZZ", id="DELTAOUTFIT", group="DELTA"),
    terms=Terms(
        waited_for={"JUN-SCARF-RUST": 5},
        elsewhere=frozenset({"HAR-APRON-STRIPE"}),
        late=frozenset({"JUN-STOOL-ASH"}),
        slow=frozenset({"HAR-TRAY-ASH", "HAR-PLATE-DINNER"}),
        held=frozenset({"HAR-STOOL-BAR"}),
        carried=frozenset({"HAR-CRATE-WINE"}),
        arriving={"JUN-CHAIR-WICKER": 6},
    ),
    articles=_goods("delta"),
)
CORNER = Firm(
    key="corner",
    name="Corner Baskets",
    company=Company(qualifier="ZZ", id="CORNERBASKETS", group="CORNER"),
    terms=Terms(slow=frozenset({"JUN-BASKET-REED"}), silent=frozenset({"JUN-BASKET-REED"})),
    articles=_goods("corner"),
    change_limit="6s",  # it leaves a change unanswered, and the demo does not wait for hours
)
MILL = Firm(
    key="mill",
    name="Mill Candle Works",
    company=Company(qualifier="ZZ", id="MILLCANDLES", group="MILL"),
    terms=Terms(),
    articles=_goods("mill"),
    collects=True,
)
FIRMS = (ACME, DELTA, CORNER, MILL)
