"""From where an order would be filled while it is still being typed: tried, nothing is reserved.

Only what is known already counts: articles that are clear, units, and where each address lies.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from hub.domain.messages import Address
from hub.domain.orders import OrderChannel
from hub.domain.placing import NewGroup, NewLine, NewOrder
from hub.flow.clerk_room import Article
from hub.flow.parts import Parts
from hub.ops.desk.shown import partner_name
from hub.ops.simulate import Filling, SimulatedLine, simulate
from hub.partners import Brand
from portal.web.clerk.ordering import groups_of, lines_of
from portal.web.clerk.seen import USUAL

_ANYWHERE = "US"
_MOST_UNITS = 6  # digits


@dataclass(frozen=True, slots=True, kw_only=True)
class From:
    """Units of one row that a partner would fill, and by when they leave.

    `delivery_on` is the day of the delivery they come from, None for what is at hand.
    """

    partner: str
    units: int
    ship_by: datetime | None
    delivery_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFrom:
    """Where one row of the form would come from; `nobody` units would find nobody."""

    froms: tuple[From, ...]
    nobody: int
    reasons: tuple[tuple[str, str], ...]


def where_from(
    parts: Parts, brand: Brand, fields: Mapping[str, str], found: Mapping[str, Sequence[Article]]
) -> dict[str, RowFrom]:
    """Return, for each row whose article is clear, who would fill it if it were placed now."""
    rows: dict[str, str] = {}
    groups = [_group(n, fields, found, rows) for n in range(1, groups_of(fields) + 1)]
    filled = tuple(group for group in groups if group.lines)
    if not filled:
        return {}
    new = NewOrder(
        number="new",
        channel=OrderChannel.PHONE,
        currency=brand.currency,
        customer=Address(name=""),
        groups=filled,
        shipping=0,
        discount=0,
        tax=0,
        total=0,
    )
    tried = simulate(parts, new, brand=brand.id)
    return {rows[line.line]: _row(parts, line) for line in tried.lines}


def _group(
    n: int,
    fields: Mapping[str, str],
    found: Mapping[str, Sequence[Article]],
    rows: dict[str, str],
) -> NewGroup:
    lines = []
    for row in range(1, lines_of(fields, n) + 1):
        name = f"g{n}-{row}"
        articles, units = found.get(name, ()), _units(fields.get(f"{name}-units", ""))
        if len(articles) == 1 and units:
            number = str(len(rows) + 1)
            rows[number] = name
            line = NewLine(
                number=number,
                sku=articles[0].sku,
                quantity=units,
                unit_price=0,
                description=articles[0].title[:80],
            )
            lines.append(line)
    return NewGroup(
        number=str(n),
        ship_to=_place(f"g{n}", fields),
        method=fields.get(f"g{n}-method", "") or USUAL,
        lines=tuple(lines),
    )


def _units(said: str) -> int:
    plain = said.strip()
    return int(plain) if plain.isdecimal() and len(plain) <= _MOST_UNITS else 0


def _place(prefix: str, fields: Mapping[str, str]) -> Address:
    country = fields.get(f"{prefix}-country", "").strip().upper()
    return Address(
        name="",
        country=country if len(country) == 2 and country.isalpha() else _ANYWHERE,
        region=fields.get(f"{prefix}-region", "").strip().upper(),
    )


def _row(parts: Parts, line: SimulatedLine) -> RowFrom:
    return RowFrom(
        froms=tuple(_from(parts, one) for one in line.fillings),
        nobody=line.unfilled,
        reasons=tuple(
            (partner_name(parts, one.partner), one.reason)
            for one in line.candidates
            if not one.quantity
        ),
    )


def _from(parts: Parts, one: Filling) -> From:
    return From(
        partner=partner_name(parts, one.partner),
        units=one.quantity,
        ship_by=one.ship_by,
        delivery_on=one.from_delivery_on,
    )
