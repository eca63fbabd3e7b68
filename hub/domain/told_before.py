"""A parcel that stands already and is told again, under another notice's number. Pure.

One carton may be told by several notices, each with lines of its own. The same line in the same
parcel told again may be the same goods, and booked again they would never be missed: a person
decides. Papers that a person posts are not held.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from hub.domain import carriers
from hub.domain.exchange import Problem, Where
from hub.domain.hearing import Subject
from hub.domain.messages import ShipNotice
from hub.domain.orders import FulfillmentLine, Package, PackedLine, Shipment, notice_name

TOLD_BEFORE = "parcel-told-before"
"""The code of a line in a parcel that stands with this line under another notice."""

_Place = tuple[str, str]
"""A tracking number as it is compared, and a partner's line."""


@dataclass(frozen=True, slots=True)
class Beside:
    """Which lines stand in which parcels of a part by other notices than the one that is read."""

    told: Mapping[_Place, Sequence[tuple[Shipment, int]]]
    carrier: str

    @classmethod
    def of(cls, subject: Subject, message: ShipNotice, *, gone: Sequence[Shipment] = ()) -> Self:
        """Look at what stands; nothing does for a paper that a person posts.

        What `gone` said already, the shipments that the notice replaces, it may say again.
        """
        name = notice_name(message.notice, [parcel.tracking for parcel in message.parcels])
        said = {_place(package, row) for one in gone for package, row in _rows(one)}
        told: defaultdict[_Place, list[tuple[Shipment, int]]] = defaultdict(list)
        others = () if subject.by_person else subject.order.shipments
        for one in others:
            if (one.fulfillment_id, one.name) == (subject.fulfillment_id, name):
                continue
            for package, row in _rows(one):
                place = _place(package, row)
                if one.fulfillment_id == subject.fulfillment_id and place not in said:
                    told[place].append((one, row.quantity))
        return cls(told, message.carrier)

    def problem(
        self, tracking: str, line: FulfillmentLine | None, quantity: int, path: str
    ) -> Problem | None:
        """Return the problem of a line in a parcel that stands with it already, None if none does.

        Carriers that are known tell parcels with one number apart.
        """
        if line is None:
            return None
        found = [
            (one, units)
            for one, units in self.told.get((carriers.plain(tracking), line.id), ())
            if _may_be_one(tracking, one.carrier, self.carrier)
        ]
        if not found:
            return None
        names = ", ".join(dict.fromkeys(one.name for one, _ in found))
        return Problem(
            code=TOLD_BEFORE,
            text=f"parcel {tracking} stands already with {sum(units for _, units in found)} of "
            f"line {line.number}, by shipment {names}; {quantity} more of it were not booked. If "
            "it holds further pieces, tell all that is in it in a replacement (purpose 05) of "
            "that shipment",
            where=Where(path=path, value=tracking[:99]),
        )


def _rows(shipment: Shipment) -> Sequence[tuple[Package, PackedLine]]:
    """The lines of a shipment in parcels that have a number."""
    return [
        (package, row)
        for package in shipment.packages
        if carriers.plain(package.tracking)
        for row in package.lines
    ]


def _place(package: Package, row: PackedLine) -> _Place:
    return carriers.plain(package.tracking), row.fulfillment_line_id


def _may_be_one(tracking: str, *named: str) -> bool:
    """Whether parcels with this number may be one, by the carriers that were named."""
    return len({carriers.public(tracking, named=name) for name in named} - {""}) < 2
