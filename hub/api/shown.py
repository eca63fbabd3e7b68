"""What is shown, as models: they write the OpenAPI document, and the tests hold answers to them.

Answers themselves are made in `views` without them: building models costs more than the rest.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from hub.domain.facts import FactKind
from hub.domain.orders import ChangeKind, ChangeState, FulfillmentState, OrderChannel, PromiseKind
from hub.domain.status import ParcelState, Word
from hub.domain.wishes import Outcome, Why


class Shown(BaseModel):
    """Nothing but what stands here is shown."""

    model_config = ConfigDict(extra="forbid")


class ShownQuantities(Shown):
    """Units: ordered = open + cancelled + shipped, always; the others stand beside them."""

    ordered: int
    open: int
    cancelled: int
    shipped: int
    accepted: int
    backordered: int
    rejected: int
    delivered: int
    returned: int


class ShownAsked(Shown):
    """A partner that was asked for units of a line."""

    partner: str
    purchase_order: str
    state: FulfillmentState
    quantity: int


class ShownCandidate(Shown):
    """A partner that lists the SKU, and why it was chosen or not."""

    partner: str
    chosen: bool
    quantity: int
    reason: str


class ShownSourcing(Shown):
    """Who fills a line. `unsourced` units have nobody yet; an operator has been told."""

    unsourced: int
    asked: list[ShownAsked]
    candidates: Annotated[
        list[ShownCandidate], Field(description="Only when the order is read by its number.")
    ] = []


class ShownLine(Shown):
    """One order line; facts name it by its `id`."""

    id: str
    number: str
    sku: str
    description: str
    unit_price: int
    discount: int
    tax: int
    quantities: ShownQuantities
    sourcing: ShownSourcing


class ShownGroup(Shown):
    """Lines that go to one address; the address itself is not shown."""

    number: str
    method: str
    signature: bool
    deliver_by: str | None
    gift: bool
    lines: list[ShownLine]


class ShownPacked(Shown):
    """Units of a line in a parcel."""

    line: str
    quantity: int


class ShownPackage(Shown):
    """One parcel."""

    tracking: str
    lines: list[ShownPacked]


class ShownShipment(Shown):
    """What left a partner for one purchase order."""

    purchase_order: str
    carrier: str
    service: str
    shipped_at: str
    packages: list[ShownPackage]


class ShownLinks(Shown):
    """Paths of this order."""

    self: str
    status: str


class ShownResult(Shown):
    """What became of one thing wanted; what is asked is answered `until` then at the latest."""

    action: str
    line: str | None = None
    group: str | None = None
    quantity: int | None = None
    outcome: Outcome
    why: Why | None = None
    text: Annotated[str, Field(description="The reason as a sentence.")] = ""
    new_line: Annotated[str | None, Field(description="The line that came by a swap.")] = None
    until: str | None = None
    change: Annotated[str | None, Field(description="The change that asks for it already.")] = None


class ShownOrderChange(Shown):
    """A cancellation or change of an order: what was wanted and what became of it."""

    id: str
    kind: ChangeKind
    state: ChangeState
    requested_at: str
    decided_at: str | None
    until: str | None
    reason: str
    results: list[ShownResult]


class ShownTotals(Shown):
    """What is owed now: `total` = `lines` + `shipping` - `discount` + `tax`, in minor units."""

    currency: str
    lines: int
    shipping: int
    discount: int
    tax: int
    total: int


class ShownDecided(Shown):
    """The outcome of a request to change an order, known at once."""

    change: Annotated[str | None, Field(description="Its id; None when nothing was wanted.")]
    order: str
    revision: int
    version: int
    state: ChangeState
    results: list[ShownResult]
    totals: ShownTotals


class ShownOrder(Shown):
    """An order as its storefront sees it: no people, no wholesale costs."""

    number: str
    brand: str
    channel: OrderChannel
    currency: str
    placed_at: str
    revision: int
    version: int
    shipping: int
    discount: int
    tax: int
    total: int
    ship_groups: list[ShownGroup]
    shipments: list[ShownShipment]
    changes: list[ShownOrderChange]
    allowed_actions: list[str]
    links: ShownLinks


class ShownStatusLine(Shown):
    """Where the units of a line are."""

    line: str
    sku: str
    description: str
    ordered: int
    open: int
    being_prepared: int
    backordered: int
    shipped: int
    delivered: int
    returned: int
    cancelled: int


class ShownParcel(Shown):
    """A parcel, and the newest its carrier told of it at `state_at`."""

    carrier: str
    service: str
    tracking: str
    tracking_url: Annotated[str | None, Field(description="The carrier's public page.")]
    shipped_at: str
    state: ParcelState
    state_at: str
    expected_on: Annotated[str | None, Field(description="The day its carrier expects.")]
    part: Annotated[int, Field(description="Parts of an order leave on their own; from 1.")]
    lines: list[ShownPacked]


class ShownMove(Shown):
    """A promise moved: from one day to another, and why."""

    from_: Annotated[str, Field(alias="from")]
    to: str
    at: str
    reason: str


class ShownPromise(Shown):
    """What was promised of one part: the day first given, the day that stands, every move.

    `open` units still wait for it, `units` says of which lines; `late` when it stands later than
    was agreed. A part of which some pieces were put off has two days of arrival, the later one
    last: each speaks of its own units.
    """

    kind: Literal[PromiseKind.SHIP_BY, PromiseKind.DELIVER_BY]
    part: int
    lines: list[str]
    units: list[ShownPacked]
    first: str
    now: str
    due: Annotated[str, Field(description="The last moment at which it is kept.")]
    open: int
    late: bool
    moves: list[ShownMove]


class ShownChange(Shown):
    """A cancellation or change; while asked of somebody, the answer comes `until` then."""

    id: str
    kind: ChangeKind
    state: ChangeState
    requested_at: str
    decided_at: str | None
    until: str | None


class ShownStatus(Shown):
    """What the customer may be told. Ask again after `next_change_at` at the latest."""

    order: str
    brand: str
    version: int
    placed_at: str
    lines: list[ShownStatusLine]
    parcels: list[ShownParcel]
    promises: list[ShownPromise]
    changes: list[ShownChange]
    allowed_actions: list[str]
    ship_by: str | None
    status: Word
    next_change_at: str | None


class ShownStatuses(Shown):
    """Status documents that changed after the cursor; `next` is where to go on."""

    next: str
    more: bool
    statuses: list[ShownStatus]


class ShownFact(Shown):
    """One thing that happened; `order` is the order's number, `body` holds ids and quantities."""

    position: int
    id: str
    kind: FactKind
    at: str
    order: str | None
    body: dict[str, object]


class ShownFacts(Shown):
    """Facts after the cursor, in the order of the ledger; `next` is where to go on."""

    next: str
    more: bool
    facts: list[ShownFact]


class ShownMistake(Shown):
    """One thing wrong: where (body, query or header), what was there, and the way out."""

    pointer: Annotated[str | None, Field(description="JSON pointer into the body, RFC 6901.")] = (
        None
    )
    field: str | None = None
    parameter: str | None = None
    header: str | None = None
    value: str | None = None
    code: str
    detail: str


class ShownProblem(Shown):
    """What went wrong, RFC 9457; `errors` names every place at once."""

    type: Annotated[
        str, Field(description="`urn:hub:problem:` and a code that `/docs/errors` explains.")
    ]
    title: str
    status: int
    detail: str
    errors: list[ShownMistake] = []
    reference: Annotated[str | None, Field(description="Status 500: tell it the operator.")] = None
    document: Annotated[str | None, Field(description="The refused paper, kept under it.")] = None
    posted: Annotated[dict[str, object] | None, Field(description="Status 409: what was sent.")] = (
        None
    )
    existing: Annotated[ShownOrder | None, Field(description="Status 409: what is there.")] = None
    differs: Annotated[
        list[str] | None,
        Field(description="Status 409: JSON pointers into both bodies where they differ."),
    ] = None


class ShownAlive(Shown):
    """The process answers; nothing is said about anything behind it."""

    status: Literal["ok"]
