"""The language of Mill: JSON at the hub's partner API; a message names the path it is posted to."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hub.lab.accounts import TOO_MUCH, priced
from hub.lab.asked import AskedChange, AskedLine, AskedOrder, Heard
from hub.lab.plain_voice import PlainVoice
from hub.lab.terms import Answered, Departure
from hub.lab.voice import Bill, Count, Kind
from hub.lab.xml_words import UNITS

WORK = "/v1/partner/orders"
_NAMES = {
    Kind.RESPONSE: "responses",
    Kind.NOTICE: "shipments",
    Kind.STOCK: "stock",
    Kind.INVOICE: "invoices",
    Kind.CHANGE_ANSWER: "change-responses",
}
_CARRIERS = {"UPSN": "ups", "FDEG": "fedex", "USPS": "usps"}
_CENTS = Decimal("0.01")


class RestVoice(PlainVoice):
    """Speaks for a partner that fetches its work."""

    suffix = ".json"

    def whole(self, text: str) -> bool:
        """Return true: the hub answers whole or not at all."""
        return True

    def read(self, text: str) -> Heard:
        """Return what one order or one change from the work queue says."""
        work = json.loads(text)
        if "change" in work:
            return Heard(changes=(_changed(work),))
        lines = tuple(_asked(line) for line in work["lines"])
        return Heard(
            orders=(
                AskedOrder(number=work["purchase_order"], day=work["created_at"][:10], lines=lines),
            )
        )

    def named(self, kind: Kind) -> str:
        """Return the last part of the path that it is posted to."""
        return _NAMES[kind]

    def response(
        self, order: AskedOrder, answers: Sequence[Answered], *, name: str, at: datetime
    ) -> str:
        """Return what becomes of each line's quantities."""
        lines = [
            {"line": one.line.number, "unit": one.line.unit, "actions": _actions(one, at)}
            for one in answers
        ]
        body = {"lines": lines, "partner_order": name}
        return _posted(f"{WORK}/{order.number}/responses", body)

    def notice(self, order: AskedOrder, departure: Departure, *, place: str, at: datetime) -> str:
        """Return a shipment with its packages."""
        packages = [
            {
                "tracking": box.tracking,
                "items": [
                    {"line": line.number, "quantity": packs, "unit": line.unit}
                    for line, packs in box.lines
                ],
            }
            for box in departure.boxes
        ]
        body = {
            "shipment": departure.notice,
            "shipped_at": at.isoformat(),
            "carrier": _CARRIERS[departure.carrier.scac],
            "service": "ground",
            "packages": packages,
        }
        return _posted(f"{WORK}/{order.number}/shipments", body)

    def invoice(self, order: AskedOrder, bill: Bill, *, at: datetime) -> str:
        """Return an invoice in cents."""
        total, lines = TOO_MUCH if bill.wrong else Decimal(), []
        for line, packs in bill.departure.lines:
            price = priced(line.cost, dearer=line.sku in bill.dearer)
            total += price * packs
            row = {"line": line.number, "quantity": packs, "unit": line.unit}
            lines.append({**row, "price": _cents(price)})
        body = {
            "invoice": bill.departure.notice.replace("S-", "I-", 1),
            "purchase_order": order.number,
            "invoiced_on": f"{at:%Y-%m-%d}",
            "currency": "USD",
            "total": _cents(total),
            "lines": lines,
        }
        return _posted("/v1/partner/invoices", body)

    def count(self, count: Count, *, at: datetime) -> str:
        """Return the levels of its shelf."""
        levels = [
            {
                "vendor": one.products[1],
                "quantity": count.shelf[one.sku],
                "unit": UNITS[one.unit],
            }
            for one in count.articles
        ]
        body = {
            "kind": "delta" if count.changes else "full",
            "as_of": at.isoformat(),
            "report": count.name,
            "levels": levels,
        }
        return _posted("/v1/partner/stock", body)

    def change_answer(self, change: AskedChange, *, yes: bool, at: datetime) -> str:
        """Return one word for the whole change."""
        body = {"change": change.words["name"], "whole": "accept" if yes else "reject"}
        return _posted(f"{WORK}/{change.order}/change-responses", body)

    def misprinted(self, kind: Kind, body: str) -> str:
        """Return the message with a quantity in words."""
        return body.replace('"quantity": ', '"quantity": "some", "was": ', 1)

    def miscounted(self, kind: Kind, text: str) -> str:
        """Return the message with a quantity below nothing."""
        return text.replace('"quantity": ', '"quantity": -', 1)


def _posted(path: str, body: Mapping[str, object]) -> str:
    return json.dumps({"path": path, "body": body}, indent=1)


def _actions(one: Answered, at: datetime) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    if one.accepted:
        day = {"ships_on": f"{at + timedelta(days=1):%Y-%m-%d}"} if one.dated else {}
        rows.append({"action": "accept", "quantity": one.accepted, **day})
    if one.waiting:
        ready = f"{at + timedelta(days=one.days):%Y-%m-%d}"
        rows.append({"action": "backorder", "quantity": one.waiting, "ships_on": ready})
    if one.refused:
        rows.append({"action": "reject", "quantity": one.refused, "reason": "no_stock"})
    return rows


def _cents(amount: Decimal) -> int:
    return int(amount / _CENTS)


def _asked(line: Mapping[str, Any]) -> AskedLine:
    packs = line["units_per_pack"]
    return AskedLine(
        number=line["line"],
        quantity=line["quantities"]["ordered"] // packs,
        unit=line["unit"],
        cost=str(line["cost"] * _CENTS),
        products=tuple(word for one in line["products"] for word in (one["kind"], one["value"])),
        sku=line["sku"],
    )


def _changed(work: Mapping[str, Any]) -> AskedChange:
    change, packs = work["change"], work["packs"]
    return AskedChange(
        order=work["purchase_order"],
        whole=change["whole"],
        stands={
            row["line"]: row["quantity"] // packs.get(row["line"], 1) for row in change["lines"]
        },
        words={"name": change["change"]},
    )
