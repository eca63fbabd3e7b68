"""What a partner is shown, as models: they write the OpenAPI document; tests hold answers to them.

These are all the fields there are: no retail price, no e-mail address, no other partner's lines.
"""

from typing import Annotated

from pydantic import Field

from hub.api.shown import Shown, ShownMistake
from hub.domain.exchange import DocumentState, Severity
from hub.domain.messages import LineChange
from hub.domain.orders import FulfillmentState


class ShownProduct(Shown):
    """One id of an article, of the kinds that your page asks for."""

    kind: str
    value: str


class ShownWorkQuantities(Shown):
    """Single pieces: ordered = open + cancelled + shipped, always."""

    ordered: int
    open: int
    cancelled: int
    shipped: int
    accepted: int
    backordered: int
    rejected: int
    delivered: int
    returned: int
    unexpected: Annotated[int, Field(description="Shipped beyond what was open.")]


class ShownWorkLine(Shown):
    """One article asked of you; `cost` is minor units for one `unit` of `units_per_pack` pieces."""

    line: str
    sku: str
    products: list[ShownProduct]
    description: str
    personalization: Annotated[str, Field(description="Print it as it stands.")]
    unit: str
    units_per_pack: int
    cost: int
    quantities: ShownWorkQuantities


class ShownShipTo(Shown):
    """Where the parcel goes, as printed on its label."""

    name: str
    name2: str
    lines: list[str]
    city: str
    region: str
    postal_code: str
    country: str
    phone: str


class ShownAskedLine(Shown):
    """What a change asks of a line: the pieces that are to stand afterwards."""

    line: str
    change: LineChange
    quantity: int
    former: int


class ShownAskedChange(Shown):
    """A change or cancellation that waits for your answer; what is null stays as it is."""

    change: str
    whole: Annotated[bool, Field(description="Everything that is open is to be cancelled.")]
    until: Annotated[str | None, Field(description="Then silence is taken for an answer.")]
    lines: list[ShownAskedLine]
    ship_to: ShownShipTo | None
    ship_method: str | None
    ship_by: str | None
    gift_message: str | None


class ShownWorkPackage(Shown):
    """One parcel of yours."""

    tracking: str
    label: str
    items: list["ShownWorkPacked"]


class ShownWorkPacked(Shown):
    """Pieces of a line in a parcel."""

    line: str
    quantity: int


class ShownWorkShipment(Shown):
    """What you told of having shipped, as it stands now."""

    shipment: str
    name: Annotated[str, Field(description="What it is called in paths: its number, or trackings.")]
    undo_until: Annotated[
        str | None,
        Field(
            description="Until then the customer is not told of it by mail; of a correction of "
            "what was mailed before, not of the correction. None where the mail does not wait."
        ),
    ]
    voidable: bool
    correctable: bool
    shipped_at: str
    carrier: str
    service: str
    packages: list[ShownWorkPackage]


class ShownWorkAnswer(Shown):
    """Your newest answer to it."""

    document: str
    answered_at: str
    undo_until: str
    undoable: bool


class ShownWorkLinks(Shown):
    """Paths of this purchase order."""

    self: str


class ShownWork(Shown):
    """A purchase order: your part of a customer's order."""

    purchase_order: str
    customer_order: Annotated[str, Field(description="For the packing slip.")]
    buyer: str
    buyer_code: str
    state: FulfillmentState
    version: int
    created_at: str
    ship_by: Annotated[str | None, Field(description="A day of your own calendar.")]
    deliver_by: str | None
    currency: str
    ship_method: str
    carrier: str
    signature: bool
    ship_to: Annotated[ShownShipTo | None, Field(description="Null when it was erased.")]
    instructions: str
    gift: bool
    gift_message: str
    hide_prices: bool
    slip_message: str
    lines: list[ShownWorkLine]
    changes: list[ShownAskedChange]
    shipments: list[ShownWorkShipment]
    answer: Annotated[ShownWorkAnswer | None, Field(description="Null when none stands.")]
    allowed_actions: list[str]
    links: ShownWorkLinks


class ShownQueue(Shown):
    """Work that changed after the cursor; `next` is where to go on."""

    next: str
    more: bool
    orders: list[ShownWork]


class ShownRemark(ShownMistake):
    """Something that could not be used, or that is worth a look."""

    severity: Severity


class ShownTakenLine(Shown):
    """Where the pieces of a line are now."""

    line: str
    quantities: ShownWorkQuantities


class ShownTakenWork(Shown):
    """The purchase order as it is afterwards, nobody's words in it."""

    purchase_order: str
    state: FulfillmentState
    version: int
    lines: list[ShownTakenLine]
    allowed_actions: list[str]


class ShownTaken(Shown):
    """What became of a posted paper; a repeated key gets the same answer."""

    document: Annotated[str, Field(description="Name it when you ask the operator about it.")]
    href: Annotated[str, Field(description="What became of it later on.")]
    state: DocumentState
    problems: list[ShownRemark]
    order: ShownTakenWork | None = None
