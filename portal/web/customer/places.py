"""Where the parcels of an order go, and which left by an address that was replaced since."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from hub.domain.destinations import recipient_of
from hub.domain.messages import Address
from hub.domain.orders import Order, ShipGroup, Shipment
from hub.domain.placing import address_of
from hub.render import words
from hub.store import Transaction
from portal.web.ground.words import told

Rows = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPlace:
    """One address as lines; `of` is what goes there, where not all of it goes to one."""

    of: str
    rows: Rows


def places(
    tx: Transaction, order: Order, titles: Mapping[str, str], *, proven: bool, language: str
) -> tuple[ShownPlace, ...]:
    """Return each address that parcels go to; none once the customer was erased.

    Initial and city are all for those who proved nothing. `titles` are what parcels are called, by
    their ids.
    """
    went = {one.id: recipient_of(order, one) for one in order.shipments}
    people = tx.people.several([*went.values(), *(group.person_id for group in order.groups)])
    show = _whole if proven else _masked
    rows = {person: show(address_of(said)) for person, said in people.items()}
    found: list[ShownPlace] = []
    for group in order.groups:
        if group.person_id not in rows:
            continue
        now, sent = rows[group.person_id], list(_sent(order, group))
        former: dict[Rows, list[Shipment]] = {}
        for one in sent:
            if (place := rows[went[one.id]]) != now:
                former.setdefault(place, []).append(one)
        for place, shipments in former.items():
            found.append(ShownPlace(of=_parcels(shipments, titles, language), rows=place))
        all_of_it = sum(map(len, former.values())) == len(sent)
        rest = told(language, _rest(order, group, nothing_left=all_of_it)) if former else ""
        found.append(ShownPlace(of=rest, rows=now))
    return tuple(dict.fromkeys(found))


def _sent(order: Order, group: ShipGroup) -> Iterator[Shipment]:
    for one in order.shipments:
        if order.fulfillment(one.fulfillment_id).group_id == group.id:
            yield one


def _parcels(shipments: Iterable[Shipment], titles: Mapping[str, str], language: str) -> str:
    boxes = (box.id for one in shipments for box in one.known_packages)
    named = [titles[box] for box in boxes if box in titles]
    return words.listed(named, language) or told(language, "What has left already")


def _rest(order: Order, group: ShipGroup, *, nothing_left: bool) -> str:
    """What goes to the address that stands, where others left by a former one."""
    waits = any(one.buckets.open for one in order.lines if one.group_id == group.id)
    return "What is still to leave" if waits and nothing_left else "Everything else"


def _whole(address: Address) -> Rows:
    town = " ".join(filter(None, (address.city, address.region, address.postal_code)))
    rows = (address.name, address.name2, *address.lines, town, address.country, address.phone)
    return tuple(row for row in map(words.plain, rows) if row)


def _masked(address: Address) -> Rows:
    initial, city = words.plain(address.name)[:1].upper(), words.plain(address.city)
    return tuple(row for row in (f"{initial}." if initial else "", city) if row)
