"""What may be posted as an order, field by field; nothing else is taken.

The lengths are those that the standards behind can print (X12 N1, N2, N3, N4, PER, PID, REF), so
that what is taken in here never fails on its way to a partner. Money is integer minor units.
"""

import re
from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from hub.api.codes import CODED_REGIONS, COUNTRIES, CURRENCIES
from hub.domain.orders import OrderChannel

# C0 and C1 control characters have no place on a label; texts may break lines.
ONE_LINE = "^[^\\u0000-\\u001f\\u007f-\\u009f]*$"
TEXT = "^[^\\u0000-\\u0009\\u000b-\\u001f\\u007f-\\u009f]*$"
ORDER_NUMBER = "^[A-Za-z0-9][A-Za-z0-9._#-]{0,29}$"
WORD = "^[A-Za-z0-9][A-Za-z0-9._-]{0,19}$"
METHOD = "^[a-z][a-z0-9_]{0,29}$"
_PRINTABLE = "[^\\u0000-\\u001f\\u007f-\\u009f]*"
NOT_BLANK = f"^{_PRINTABLE}[^\\u0000-\\u0020\\u007f-\\u00a0]{_PRINTABLE}$"
E_MAIL = "^[!-?A-~]+@[!-?A-~]+\\.[!-?A-~]+$"

MOST_MINOR = 10**12
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_REGION = re.compile(r"[A-Z]{2}")
_YEARS = range(2000, 2101)


def _currency(code: str) -> str:
    if code not in CURRENCIES:
        raise PydanticCustomError(
            "unknown-currency", "no ISO 4217 currency; use its three capital letters, such as USD"
        )
    return code


def _country(code: str) -> str:
    if code not in COUNTRIES:
        raise PydanticCustomError(
            "unknown-country", "no ISO 3166-1 country; use its two capital letters, such as US"
        )
    return code


def _moment(text: str) -> str:
    try:
        good = _MOMENT.fullmatch(text) and datetime.fromisoformat(text).year in _YEARS
    except ValueError:
        good = False
    if not good:
        raise PydanticCustomError(
            "no-moment", "no moment of this century; write it as 2026-03-01T09:30:00Z (RFC 3339)"
        )
    return text


def _day(text: str) -> str:
    try:
        good = _DAY.fullmatch(text) and date.fromisoformat(text).year in _YEARS
    except ValueError:
        good = False
    if not good:
        raise PydanticCustomError("no-day", "no day of this century; write it as 2026-03-01")
    return text


Name = Annotated[str, Field(min_length=1, max_length=60, pattern=NOT_BLANK)]
Line60 = Annotated[str, Field(max_length=60, pattern=ONE_LINE)]
Phone = Annotated[str, Field(max_length=40, pattern=ONE_LINE, examples=["555-0134"])]
EMail = Annotated[str, Field(max_length=254, pattern=E_MAIL, examples=["maya@example.com"])]
StreetLine = Annotated[str, Field(min_length=1, max_length=55, pattern=NOT_BLANK)]
Words = Annotated[str, Field(max_length=500, pattern=TEXT)]
Minor = Annotated[int, Field(ge=0, le=MOST_MINOR)]
Country = Annotated[
    str, AfterValidator(_country), Field(json_schema_extra={"pattern": "^[A-Z]{2}$"})
]
Currency = Annotated[
    str, AfterValidator(_currency), Field(json_schema_extra={"pattern": "^[A-Z]{3}$"})
]
Moment = Annotated[str, AfterValidator(_moment), Field(json_schema_extra={"format": "date-time"})]
Day = Annotated[str, AfterValidator(_day), Field(json_schema_extra={"format": "date"})]


class Strict(BaseModel):
    """Nothing unknown, nothing converted."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class PostedCustomer(Strict):
    """Who pays; the address is optional, the parcels' addresses stand in the ship groups."""

    name: Name
    name2: Line60 = ""
    email: EMail | None = None
    phone: Phone = ""
    lines: Annotated[list[StreetLine], Field(max_length=4)] = []
    city: Annotated[str, Field(max_length=30, pattern=ONE_LINE)] = ""
    region: Annotated[str, Field(max_length=30, pattern=ONE_LINE)] = ""
    postal_code: Annotated[str, Field(max_length=15, pattern=ONE_LINE)] = ""
    country: Country | None = None


class PostedAddress(Strict):
    """Where a parcel goes, as printed on its label; `lines` are the street lines in order."""

    name: Name
    name2: Line60 = ""
    lines: Annotated[list[StreetLine], Field(min_length=1, max_length=4)]
    city: Annotated[str, Field(min_length=1, max_length=30, pattern=NOT_BLANK)]
    region: Annotated[
        str,
        Field(
            max_length=30, pattern=ONE_LINE, description="State or province; US, CA: two letters."
        ),
    ] = ""
    postal_code: Annotated[str, Field(max_length=15, pattern=ONE_LINE)] = ""
    country: Country
    phone: Phone = ""
    email: EMail | None = None

    @model_validator(mode="after")
    def _deliverable(self) -> "PostedAddress":
        if self.country in CODED_REGIONS:
            if not _REGION.fullmatch(self.region):
                raise PydanticCustomError(
                    "region-missing",
                    "in {country} a label needs `region` as the two capital letters of the state "
                    "or province",
                    {"country": self.country},
                )
            if not self.postal_code.strip():
                raise PydanticCustomError(
                    "postal-code-missing",
                    "in {country} a label needs `postal_code`",
                    {"country": self.country},
                )
        return self


class PostedGift(Strict):
    """What makes a parcel a present."""

    sender: Line60 = ""
    recipient: Line60 = ""
    message: Words = ""
    wrap: bool = False
    hide_prices: bool = True


class PostedLine(Strict):
    """One article; `discount` and `tax` are for the whole line."""

    number: Annotated[
        str | None,
        Field(pattern=WORD, description="The storefront's own; else its ordinal in the order."),
    ] = None
    sku: Annotated[str, Field(min_length=1, max_length=48, pattern=NOT_BLANK)]
    quantity: Annotated[int, Field(ge=1, le=100_000)]
    unit_price: Minor
    description: Annotated[str, Field(max_length=80, pattern=ONE_LINE)] = ""
    discount: Minor = 0
    tax: Minor = 0
    personalization: Annotated[
        str, Field(max_length=500, pattern=TEXT, description="Travels unchanged to the maker.")
    ] = ""
    partner: Annotated[
        str | None,
        Field(pattern=WORD, description="The only partner that may fill it; else the best does."),
    ] = None


class PostedGroup(Strict):
    """Lines that go to one address by one method."""

    number: Annotated[
        str | None, Field(pattern=WORD, description="The storefront's own; else its ordinal.")
    ] = None
    ship_to: PostedAddress
    method: Annotated[str, Field(pattern=METHOD, examples=["ground", "second_day"])]
    lines: Annotated[list[PostedLine], Field(min_length=1, max_length=500)]
    instructions: Words = ""
    signature: bool = False
    deliver_by: Day | None = None
    gift: PostedGift | None = None


class PostedOrder(Strict):
    """One order of one customer.

    `total` is what the customer was told; it must be the sum of the lines (quantity × unit_price −
    discount + tax) + shipping − discount + tax.
    """

    number: Annotated[
        str, Field(pattern=ORDER_NUMBER, description="The brand's order number, unique per brand.")
    ]
    channel: OrderChannel
    currency: Currency
    placed_at: Moment | None = None
    customer: PostedCustomer
    ship_groups: Annotated[list[PostedGroup], Field(min_length=1, max_length=100)]
    shipping: Minor = 0
    discount: Minor = 0
    tax: Minor = 0
    total: Minor
