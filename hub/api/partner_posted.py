"""What a partner may post, field by field; nothing else is taken.

Quantities are single pieces unless a `unit` says otherwise: then they count in the unit that the
order line was asked in. Money is integer minor units.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from hub.api.posted import NOT_BLANK, ONE_LINE, ORDER_NUMBER, WORD, Currency, Day, Moment, Strict
from hub.domain.messages import ChargeKind, InvoiceKind, ReportKind

MOST_LEVELS = 10_000
MOST_UNITS = 1_000_000_000
MOST_MONEY = 10**12
TRACKING = "^[A-Za-z0-9][A-Za-z0-9 .-]{0,39}$"

LineNumber = Annotated[
    str, Field(pattern=WORD, description="The number of a line of the purchase order.")
]
Units = Annotated[int, Field(ge=1, le=100_000)]
Unit = Annotated[str, Field(max_length=20, pattern=ONE_LINE, description="Without: single pieces.")]
Reason = Annotated[
    str,
    Field(max_length=80, pattern=ONE_LINE, description="Why, in a word.", examples=["no_stock"]),
]
Money = Annotated[int, Field(ge=0, le=MOST_MONEY)]


class PostedAnswer(Strict):
    """What becomes of so many units of a line."""

    action: Literal["accept", "backorder", "reject"]
    quantity: Units
    ships_on: Day | None = None
    reason: Reason = ""


class PostedAnsweredLine(Strict):
    """A line and what becomes of its units: one action for each quantity."""

    line: LineNumber
    unit: Unit = ""
    actions: Annotated[list[PostedAnswer], Field(min_length=1, max_length=20)]


class PostedOrderResponse(Strict):
    """The answer to a purchase order: line by line, or one word for all of it.

    The newest answer to a line counts.
    """

    whole: Literal["accept", "reject"] | None = None
    lines: Annotated[list[PostedAnsweredLine] | None, Field(min_length=1, max_length=500)] = None
    partner_order: Annotated[str, Field(max_length=40, pattern=ONE_LINE)] = ""

    @model_validator(mode="after")
    def _one_of_both(self) -> "PostedOrderResponse":
        _either(self.whole, self.lines)
        return self


class PostedChangeAnswer(Strict):
    """Whether so many units of a line are given back."""

    action: Literal["accept", "reject"]
    quantity: Units | None = None
    reason: Reason = ""


class PostedChangedLine(Strict):
    """A line of a change and the answer to it."""

    line: LineNumber
    unit: Unit = ""
    actions: Annotated[list[PostedChangeAnswer], Field(min_length=1, max_length=20)]


class PostedChangeResponse(Strict):
    """The answer to a change or cancellation that was asked; `change` is its number."""

    change: Annotated[str, Field(pattern="^[0-9]{1,9}$", examples=["1"])]
    whole: Literal["accept", "reject"] | None = None
    lines: Annotated[list[PostedChangedLine] | None, Field(min_length=1, max_length=500)] = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "PostedChangeResponse":
        _either(self.whole, self.lines)
        return self


class PostedPacked(Strict):
    """Units of a line in a package; serial numbers are kept with the document."""

    line: LineNumber
    quantity: Units
    unit: Unit = ""
    serials: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=60, pattern=NOT_BLANK)]],
        Field(default_factory=list, max_length=1000),
    ]

    @model_validator(mode="after")
    def _one_each(self) -> "PostedPacked":
        if len(set(self.serials)) != len(self.serials):
            raise PydanticCustomError("serial-twice", "a serial number stands here twice")
        return self


class PostedPackage(Strict):
    """One box, as its label says."""

    tracking: Annotated[str | None, Field(pattern=TRACKING, examples=["1Z999AA10123456784"])] = None
    label: Annotated[
        str | None, Field(pattern=TRACKING, description="Its own number, such as an SSCC-18.")
    ] = None
    items: Annotated[list[PostedPacked], Field(min_length=1, max_length=500)]


class PostedShipment(Strict):
    """What left for the customer; told twice under one number it ships nothing twice."""

    shipment: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=40,
            pattern=NOT_BLANK,
            description="Your own number of it; needed when a package has no tracking number.",
        ),
    ] = None
    shipped_at: Annotated[Moment | None, Field(description="Without: now.")] = None
    carrier: Annotated[str, Field(max_length=20, pattern=ONE_LINE, examples=["ups"])] = ""
    service: Annotated[str, Field(max_length=30, pattern=ONE_LINE, examples=["ground"])] = ""
    delivery_on: Annotated[Day | None, Field(description="When the carrier expects it.")] = None
    packages: Annotated[list[PostedPackage], Field(min_length=1, max_length=200)]

    @model_validator(mode="after")
    def _has_a_name(self) -> "PostedShipment":
        if self.shipment is None and not all(package.tracking for package in self.packages):
            raise PydanticCustomError(
                "shipment-number",
                "give `shipment`, a number of your own, when a package has no tracking number",
            )
        return self


class PostedVoid(Strict):
    """A shipment that was told by mistake; it is named in the path and may be named here too."""

    shipment: Annotated[str | None, Field(min_length=1, max_length=40, pattern=NOT_BLANK)] = None


class PostedAnswerVoid(Strict):
    """An answer that was given by mistake: the `document` that you got for it."""

    document: Annotated[str, Field(pattern="^[a-z]{3}_[0-9a-z]{8,40}$")]


class PostedLevel(Strict):
    """What you have of one article, named by any of these ids."""

    sku: Annotated[str, Field(max_length=48, pattern=ONE_LINE, description="Our SKU.")] = ""
    vendor: Annotated[str, Field(max_length=48, pattern=ONE_LINE, description="Your own id.")] = ""
    gtin: Annotated[str, Field(pattern="^([0-9]{8,14})?$")] = ""
    quantity: Annotated[int, Field(ge=0, le=MOST_UNITS)]
    unit: Unit = ""
    next_on: Annotated[Day | None, Field(description="When more is expected.")] = None
    next_quantity: Annotated[int | None, Field(ge=0, le=MOST_UNITS)] = None

    @model_validator(mode="after")
    def _is_named(self) -> "PostedLevel":
        if not (self.sku.strip() or self.vendor.strip() or self.gtin):
            raise PydanticCustomError("no-article", "name the article: `sku`, `vendor` or `gtin`")
        return self


class PostedStock(Strict):
    """Stock levels: of everything you have (`full`) or of what changed (`delta`).

    What a full report does not list counts as none.
    """

    kind: ReportKind
    as_of: Annotated[Moment | None, Field(description="When that was so; without: now.")] = None
    report: Annotated[str, Field(max_length=40, pattern=ONE_LINE)] = ""
    levels: Annotated[list[PostedLevel], Field(min_length=1, max_length=MOST_LEVELS)]


class PostedCharge(Strict):
    """An amount beside the goods: freight, tax, an allowance."""

    kind: ChargeKind = ChargeKind.CHARGE
    amount: Money
    code: Annotated[str, Field(max_length=30, pattern=ONE_LINE, examples=["freight"])] = ""
    text: Annotated[str, Field(max_length=80, pattern=ONE_LINE)] = ""


class PostedInvoicedLine(Strict):
    """Units of a line and their price for each."""

    line: LineNumber
    quantity: Units
    unit: Unit = ""
    price: Money
    charges: Annotated[list[PostedCharge], Field(default_factory=list, max_length=50)]


class PostedInvoice(Strict):
    """What you ask to be paid for one purchase order, or give back (`credit`)."""

    invoice: Annotated[str, Field(min_length=1, max_length=22, pattern=NOT_BLANK)]
    purchase_order: Annotated[str, Field(pattern=ORDER_NUMBER)]
    invoiced_on: Day
    kind: InvoiceKind = InvoiceKind.INVOICE
    replaces: Annotated[bool, Field(description="Takes the place of the one of this number.")] = (
        False
    )
    currency: Currency
    total: Money
    lines: Annotated[list[PostedInvoicedLine], Field(default_factory=list, max_length=500)]
    charges: Annotated[list[PostedCharge], Field(default_factory=list, max_length=50)]


def _either(whole: object, lines: object) -> None:
    if (whole is None) == (lines is None):
        raise PydanticCustomError(
            "whole-or-lines", "send either `whole` or `lines`: one word for all, or line by line"
        )
