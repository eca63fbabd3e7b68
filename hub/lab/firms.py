"""The simulated suppliers of the demo, and the retailer as they know it."""

from hub.lab.supplier import Firm
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
        misprinted=frozenset({"HAR-LAMP-OAK"}),
    ),
)
DELTA = Firm(
    key="delta",
    name="Delta Outfitters",
    company=Company(qualifier="ZZ", id="DELTAOUTFIT", group="DELTA"),
    terms=Terms(waited_for={"JUN-SCARF-RUST": 5}, elsewhere=frozenset({"HAR-APRON-STRIPE"})),
)
FIRMS = (ACME, DELTA)
