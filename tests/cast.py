"""Who appears in the tests and the demo; all invented, and always in the same parts.

Acme, Nordic and Mill are suppliers, Corner is a small one that only uses the portal, Depot is a
warehouse, and Stranger must never see anything. Juniper and Harbor are the retailer's brands.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """A company of the cast; `isa` is its X12 name (ISA05/06), empty where it speaks no X12."""

    key: str
    name: str
    isa: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shopper:
    """A consumer who orders from a brand; the address is nobody's."""

    name: str
    street: str
    city: str
    state: str
    postcode: str
    phone: str
    email: str


ACME = Player(key="acme", name="Acme Home Goods", isa=("01", "123456789"))
NORDIC = Player(key="nordic", name="Nordic Home Oy")
MILL = Player(key="mill", name="Mill Street Goods")
CORNER = Player(key="corner", name="Corner Workshop")
DEPOT = Player(key="depot", name="Depot Logistics", isa=("ZZ", "DEPOT3PL"))
STRANGER = Player(key="stranger", name="Stranger Trading", isa=("ZZ", "STRANGER"))
PARTNERS = (ACME, NORDIC, MILL, CORNER, DEPOT, STRANGER)

# How the retailer names itself in every interchange.
US = Player(key="us", name="Juniper and Harbor", isa=("12", "5550100200"))

JUNIPER, HARBOR = "juniper", "harbor"
BRANDS = (JUNIPER, HARBOR)

MAYA = Shopper(
    name="Maya Lindqvist",
    street="12 Alder Lane",
    city="Springfield",
    state="IL",
    postcode="62701",
    phone="217-555-0134",
    email="maya@example.com",
)
TOM = Shopper(
    name="Tom Okafor",
    street="480 Harbour View Apt 3",
    city="Portland",
    state="ME",
    postcode="04101",
    phone="207-555-0178",
    email="tom@example.com",
)
