"""Another delivery address as a form says it: the fields, what is wrong with them, the request.

The country stays: what it costs to send something there was part of the price.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from hub.domain.change_requests import NewAddress
from hub.domain.messages import Address
from hub.domain.orders import Order, ShipGroup
from hub.render import words
from portal.web.ground.problems import Problem

CODED_REGIONS = ("US", "CA")
"""Where a label needs a state or province in two letters, and a postcode."""
_REGION = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field: its name, label, hint, what browsers fill it with, and how long it may be."""

    name: str
    label: str
    fill: str
    longest: int
    needed: str = ""
    hint: str = ""


FIELDS = (
    Field(
        name="name",
        label="Name",
        fill="name",
        longest=60,
        needed="Enter the name of who gets the parcel.",
    ),
    Field(name="name2", label="Company or c/o (if any)", fill="organization", longest=60),
    Field(
        name="line1",
        label="Street and number",
        fill="address-line1",
        longest=55,
        needed="Enter the street and number, such as 12 Alder Lane.",
    ),
    Field(name="line2", label="Flat, floor, building (if any)", fill="address-line2", longest=55),
    Field(
        name="postal_code",
        label="Postcode",
        fill="postal-code",
        longest=15,
    ),
    Field(
        name="city",
        label="Town or city",
        fill="address-level2",
        longest=30,
        needed="Enter the town or city.",
    ),
    Field(name="region", label="State or province (if any)", fill="address-level1", longest=30),
    Field(
        name="phone",
        label="Phone (if any)",
        fill="tel",
        longest=40,
        hint="For the carrier, in case the parcel cannot be delivered.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownField:
    """A field as a page shows it: with what stands in it."""

    field: Field
    value: str


def open_groups(order: Order) -> tuple[ShipGroup, ...]:
    """Return the ship groups of which something is still to leave."""
    waiting = {line.group_id for line in order.lines if line.buckets.open}
    return tuple(group for group in order.groups if group.id in waiting)


def shown(fields: Mapping[str, str]) -> tuple[ShownField, ...]:
    """Return the form's fields with these values in them."""
    return tuple(ShownField(field=one, value=fields.get(one.name, "")) for one in FIELDS)


def values_of(address: Address) -> Mapping[str, str]:
    """Return an address as the form's values; a third street line and more stand in the second."""
    lines = [*address.lines, ""]
    return {
        "name": address.name,
        "name2": address.name2,
        "line1": lines[0],
        "line2": ", ".join(filter(None, lines[1:])),
        "postal_code": address.postal_code,
        "city": address.city,
        "region": address.region,
        "phone": address.phone,
    }


def in_short(address: Address) -> str:
    """Return an address in one line, to tell it from others of the same order."""
    return ", ".join(filter(None, map(words.plain, (address.name, *address.lines, address.city))))


def filled_in(fields: Mapping[str, str]) -> Mapping[str, str]:
    """Return what was typed, without signs that cannot be seen."""
    return {one.name: words.plain(fields.get(one.name, "")) for one in FIELDS}


def wrong(typed: Mapping[str, str], former: Address) -> tuple[Problem, ...]:
    """Return everything that is wrong with what was typed, in the order of the fields."""
    found = [
        Problem(field=one.name, text=text)
        for one in FIELDS
        if (text := _wrong(one, typed[one.name], former.country))
    ]
    if not found and address_typed(typed, former) == former:
        text = "This is the address that we have. Change it, or go back to your order."
        found.append(Problem(field=FIELDS[0].name, text=text))
    return tuple(found)


def _wrong(field: Field, value: str, country: str) -> str:
    if field.needed and not value:
        return field.needed
    if len(value) > field.longest:
        return f"{field.label}: at most {field.longest} characters fit on a label; shorten it."
    if field.name == "postal_code" and not value and country in CODED_REGIONS:
        return "Enter the postcode."
    if field.name == "region" and country in CODED_REGIONS and not _REGION.fullmatch(value.upper()):
        return "Enter the two letters of the state or province, such as IL."
    return ""


def address_typed(typed: Mapping[str, str], former: Address) -> Address:
    """Return the address that was typed, in the former one's country."""
    streets = ("line1", "line2")
    before = values_of(former)
    as_before = all(typed[name] == before[name] for name in streets)
    # Left alone they stay as they were, however many.
    lines = former.lines if as_before else tuple(typed[name] for name in streets if typed[name])
    region = typed["region"]
    return replace(
        former,
        name=typed["name"],
        name2=typed["name2"],
        lines=lines,
        postal_code=typed["postal_code"],
        city=typed["city"],
        region=region.upper() if former.country in CODED_REGIONS else region,
        phone=typed["phone"],
    )


def request(typed: Mapping[str, str], former: Address, group: ShipGroup) -> NewAddress:
    """Return the wish to send a group there; who pays and what is on the card stay."""
    return NewAddress(group=group.number, ship_to=address_typed(typed, former))
