"""How a purchase order looks to the partner that fills it, and what became of what it posted."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from hub.api.answers import mistakes
from hub.api.documents import DOCUMENTS
from hub.domain.asking import gift_text
from hub.domain.exchange import Problem, Purpose
from hub.domain.messages import Address
from hub.domain.orders import Buckets, FulfillmentLine
from hub.domain.placing import address_of
from hub.flow.partner_work import Asked, Dispatched, Queue, Work
from hub.flow.posted import Taken

WORK = "/v1/partner/orders"
PARTNER_STOCK = "/v1/partner/stock"
PARTNER_INVOICES = "/v1/partner/invoices"
_BUCKETS = (
    "ordered open cancelled shipped accepted backordered rejected delivered returned unexpected"
).split()


def work_location(number: str) -> str:
    """Return the path of a purchase order; relative, so that no Host header is believed."""
    return f"{WORK}/{quote(number, safe='')}"


def queue_view(queue: Queue) -> dict[str, Any]:
    """Return a page of the partner's work."""
    return {
        "next": str(queue.next),
        "more": queue.more,
        "orders": [work_view(work) for work in queue.works],
    }


def work_view(work: Work) -> dict[str, Any]:
    """Return one purchase order for its partner."""
    group = work.order.group(work.part.group_id)
    words: Mapping[str, object] = work.words or {}
    gift = words.get("gift")
    return {
        "purchase_order": work.part.number,
        "customer_order": work.order.number,
        "buyer": work.voice.buyer,
        "buyer_code": work.voice.buyer_code,
        "state": str(work.part.state),
        "version": work.order.version,
        "created_at": work.part.created_at.isoformat(),
        "ship_by": _ship_by(work),
        "deliver_by": _iso(group.deliver_by),
        "currency": work.part.currency,
        "ship_method": group.method_final,
        "carrier": group.carrier,
        "signature": group.signature,
        "ship_to": _ship_to(address_of(words)) if work.words is not None else None,
        "instructions": str(words.get("instructions") or ""),
        "gift": group.gift,
        "gift_message": gift_text(gift, work.voice.language) if isinstance(gift, dict) else "",
        "hide_prices": group.hide_prices,
        "slip_message": work.voice.slip_message,
        "lines": [_line(work, line, words) for line in work.part.lines],
        "changes": [_change(asked, work) for asked in work.asked],
        "shipments": [_shipment(work, one) for one in work.shipments],
        "answer": _answer(work),
        "allowed_actions": list(work.actions),
        "links": {"self": work_location(work.part.number)},
    }


def _ship_by(work: Work) -> str | None:
    due = work.part.due
    return None if due is None else due.astimezone(ZoneInfo(work.zone)).date().isoformat()


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _ship_to(address: Address) -> dict[str, Any]:
    return {
        "name": address.name,
        "name2": address.name2,
        "lines": list(address.lines),
        "city": address.city,
        "region": address.region,
        "postal_code": address.postal_code,
        "country": address.country,
        "phone": address.phone,
    }


def _line(work: Work, line: FulfillmentLine, words: Mapping[str, object]) -> dict[str, Any]:
    personal = words.get("personalization")
    text = personal.get(line.line_id) if isinstance(personal, dict) else ""
    return {
        "line": line.number,
        "sku": line.sku,
        "products": [{"kind": one.kind, "value": one.value} for one in line.products],
        "description": work.order.line(line.line_id).description,
        "personalization": str(text or ""),
        "unit": line.unit,
        "units_per_pack": line.units_per_pack,
        "cost": line.cost,
        "quantities": _quantities(line.buckets),
    }


def _quantities(buckets: Buckets) -> dict[str, int]:
    return {name: getattr(buckets, name) for name in _BUCKETS}


def _change(asked: Asked, work: Work) -> dict[str, Any]:
    message = asked.message
    packs = {line.number: line.units_per_pack for line in work.part.lines}
    return {
        "change": str(asked.ask.number),
        "whole": message.purpose is Purpose.CANCEL,
        "until": asked.ask.until.isoformat() if asked.ask.until else None,
        "lines": [
            {
                "line": line.number,
                "change": str(line.change),
                "quantity": line.quantity * packs.get(line.number, 1),
                "former": line.former * packs.get(line.number, 1),
            }
            for line in message.lines
        ],
        "ship_to": _ship_to(message.ship_to) if message.ship_to else None,
        "ship_method": message.routing or None,
        "ship_by": _iso(message.ship_by),
        "gift_message": message.gift_message or None,
    }


def _answer(work: Work) -> dict[str, Any] | None:
    """The newest answer; it can be taken back while `undo_answer` is among the actions."""
    if work.answer is None:
        return None
    return {
        "document": work.answer.document,
        "answered_at": work.answer.at.isoformat(),
        "undo_until": work.answer.until.isoformat(),
        "undoable": work.answer.undoable,
    }


def _shipment(work: Work, sent: Dispatched) -> dict[str, Any]:
    numbers = {line.id: line.number for line in work.part.lines}
    shipment = sent.shipment
    return {
        "shipment": shipment.notice,
        "name": sent.name,
        "undo_until": sent.undo_until.isoformat() if sent.undo_until else None,
        "voidable": sent.voidable,
        "correctable": sent.correctable,
        "shipped_at": shipment.shipped_at.isoformat(),
        "carrier": shipment.carrier,
        "service": shipment.service,
        "packages": [
            {
                "tracking": package.tracking,
                "label": package.label,
                "items": [
                    {"line": numbers[row.fulfillment_line_id], "quantity": row.quantity}
                    for row in package.lines
                ],
            }
            for package in shipment.packages
        ],
    }


def taken_view(taken: Taken) -> dict[str, Any]:
    """Return what a posted paper came to; nobody's words are in it: the answer is kept."""
    view: dict[str, Any] = {
        "document": taken.document,
        "href": f"{DOCUMENTS}/{taken.transmission}",
        "state": str(taken.state),
        "problems": flaws(taken.problems),
    }
    if taken.work is not None:
        view["order"] = _taken_work(taken.work)
    return view


def flaws(problems: Sequence[Problem]) -> list[dict[str, str]]:
    """Return problems as `errors` has them, each with how bad it is."""
    told = zip(mistakes(problems), problems, strict=True)
    return [{**named, "severity": str(problem.severity)} for named, problem in told]


def _taken_work(work: Work) -> dict[str, Any]:
    return {
        "purchase_order": work.part.number,
        "state": str(work.part.state),
        "version": work.order.version,
        "lines": [
            {"line": line.number, "quantities": _quantities(line.buckets)}
            for line in work.part.lines
        ],
        "allowed_actions": list(work.actions),
    }
