"""The simulated partners of the demo, each in its language, and the retailer as they know it."""

from hub.lab.catalog import goods
from hub.lab.desk import Firm
from hub.lab.terms import Terms
from hub.lab.x12 import Company

RETAILER = Company(qualifier="12", id="5550100200", group="5550100200")

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
    articles=goods("acme"),
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
    articles=goods("delta"),
)
REED = Firm(
    key="reed",
    name="Reed Baskets",
    company=Company(qualifier="ZZ", id="REEDBASKETS", group="REED"),
    terms=Terms(slow=frozenset({"JUN-BASKET-REED"}), silent=frozenset({"JUN-BASKET-REED"})),
    articles=goods("reed"),
    change_limit="6s",  # it leaves a change unanswered, and the demo does not wait for hours
)
WICK = Firm(
    key="wick",
    name="Wick Candle Works",
    company=Company(qualifier="ZZ", id="WICKCANDLES", group="WICK"),
    terms=Terms(),
    articles=goods("wick"),
    collects=True,
)
MILL = Firm(
    key="mill",
    name="Mill Textiles",
    company=Company(qualifier="ZZ", id="MILLTEXTILES", group="MILL"),
    terms=Terms(),
    speaks="rest",
    articles=goods("mill"),
)

NORDIC = Firm(
    key="nordic",
    name="Nordic Living",
    company=Company(qualifier="ZZ", id="NORDICLIVING", group="NORDIC"),
    terms=Terms(),
    speaks="nordic",
    articles=goods("nordic"),
)
FJORD = Firm(
    key="fjord",
    name="Fjord Keramik",
    company=Company(qualifier="ZZ", id="FJORDKERAMIK", group="FJORD"),
    terms=Terms(),
    speaks="ubl",
    articles=goods("fjord"),
    counts=False,
)
KILN = Firm(
    key="kiln",
    name="Kiln Studio",
    company=Company(qualifier="NetworkId", id="AN-KILN", group="kiln.example"),
    terms=Terms(),
    speaks="cxml",
    articles=goods("kiln"),
    counts=False,
)
CORNER = Firm(
    key="corner",
    name="Corner Cutlers",
    company=Company(qualifier="ZZ", id="CORNER", group="CORNER"),
    terms=Terms(),
    speaks="portal",
    articles=goods("corner"),
    counts=False,
)
DEPOT = Firm(
    key="depot",
    name="Depot Logistics",
    company=Company(qualifier="ZZ", id="DEPOT3PL", group="DEPOT3PL"),
    terms=Terms(),
    kind="warehouse",
    speaks="depot",
    articles=goods("depot"),
    silence="confirm",
)
FIRMS = (ACME, DELTA, REED, WICK, MILL, NORDIC, FJORD, KILN, CORNER, DEPOT)
CAST = {firm.key: firm for firm in FIRMS}
"""Every simulated partner by its key."""
