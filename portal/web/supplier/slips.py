"""What is printed of an order: the slip that travels in the parcel, the gift card, the pick list.

A slip is the brand's word to its customer, in the brand's language. It never says who packed it,
what anything cost or is paid, or that there is another brand.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from markupsafe import Markup

from hub.domain.orders import FulfillmentState
from hub.flow.partner_work import Work
from hub.partners import Brand
from hub.render.barcodes import code128, qr
from portal.web.ground.words import SOURCE, Words
from portal.web.supplier.view import ShownPart, shown

VENDOR = "vendor "


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipLine:
    """One article in the parcel: single pieces, and what is engraved on it."""

    sku: str
    description: str
    personalization: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """One order's sheet of paper; `bars` and `code` both say the purchase order's number."""

    brand: str
    brand_name: str
    has_logo: bool
    number: str
    customer_order: str
    ordered_at: datetime
    ship_to: tuple[str, ...]
    lines: tuple[SlipLine, ...]
    gift: bool
    gift_message: str
    message: str
    returns: str
    contact: str
    cancelled: bool
    bars: Markup
    code: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """One article to fetch: where it lies by the supplier's own number, for which orders.

    `packs` says the pieces in the packs that it is asked in, empty where it is asked singly.
    """

    bin: str
    sku: str
    description: str
    quantity: int
    packs: str
    orders: tuple[str, ...]


def slip(work: Work, brand: Brand, words: Words, *, has_logo: bool) -> Slip:
    """Return the slip of one purchase order, its dates in the brand's zone."""
    part = shown(work, replace(words, language=SOURCE, zone=brand.clock))
    return Slip(
        brand=brand.id,
        brand_name=brand.name,
        has_logo=has_logo,
        number=part.number,
        customer_order=part.customer_order,
        ordered_at=work.order.placed_at,
        ship_to=part.ship_to,
        lines=tuple(_lines(part)),
        gift=part.gift,
        gift_message=part.gift_message,
        message=part.slip_message,
        returns=brand.returns,
        contact=brand.contact,
        cancelled=part.state is FulfillmentState.CANCELLED,
        # Drawn by us: of the text it holds only an escaped label.
        bars=Markup(code128(part.number)),  # noqa: S704
        code=Markup(qr(part.number)),  # noqa: S704
    )


def _lines(part: ShownPart) -> Iterable[SlipLine]:
    """What goes into the next parcel; with nothing open what left; of a cancelled order, all."""
    cancelled = part.state is FulfillmentState.CANCELLED
    for line in part.lines:
        over = line.ordered if cancelled else line.shipped
        if quantity := line.due if part.open else over:
            yield SlipLine(
                sku=line.sku,
                description=line.description or line.sku,
                personalization=line.personalization,
                quantity=quantity,
            )


def picks(parts: Sequence[ShownPart]) -> tuple[Pick, ...]:
    """Return what leaves next of these orders by article, in the order of the supplier's numbers.

    An article that is asked in packs of two sizes has a row for each.
    """
    found: dict[tuple[str, int], Pick] = {}
    for part in parts:
        for line in part.lines:
            if not line.due:
                continue
            article = (line.sku, line.units_per_pack)
            known = found.get(article) or Pick(
                bin=_bin(line.ids),
                sku=line.sku,
                description=line.description,
                quantity=0,
                packs="",
                orders=(),
            )
            quantity = known.quantity + line.due
            found[article] = replace(
                known,
                quantity=quantity,
                packs=line.packs(quantity),
                orders=tuple(dict.fromkeys((*known.orders, part.number))),
            )
    return tuple(sorted(found.values(), key=lambda one: (one.bin, one.sku, one.packs)))


def _bin(ids: Sequence[str]) -> str:
    """The supplier's own number of an article; its shelves are sorted by it."""
    return next((one.removeprefix(VENDOR) for one in ids if one.startswith(VENDOR)), "")


Logos = Mapping[str, tuple[bytes, str]]
"""The bytes of each brand's logo and their media type."""
