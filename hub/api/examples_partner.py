"""What a partner fetches and posts, as the OpenAPI document shows it: Mill's part of an order."""

from typing import Any

_QUANTITIES = {
    "ordered": 2,
    "open": 2,
    "cancelled": 0,
    "shipped": 0,
    "accepted": 0,
    "backordered": 0,
    "rejected": 0,
    "delivered": 0,
    "returned": 0,
    "unexpected": 0,
}

WORK: dict[str, Any] = {
    "purchase_order": "JUN-J-100245-1",
    "customer_order": "J-100245",
    "buyer": "Juniper",
    "buyer_code": "JUN",
    "state": "open",
    "version": 2,
    "created_at": "2026-03-02T14:05:01+00:00",
    "ship_by": "2026-03-04",
    "deliver_by": None,
    "currency": "USD",
    "ship_method": "ground",
    "carrier": "",
    "signature": False,
    "ship_to": {
        "name": "Maya Lindqvist",
        "name2": "",
        "lines": ["12 Alder Lane"],
        "city": "Springfield",
        "region": "IL",
        "postal_code": "62701",
        "country": "US",
        "phone": "217-555-0134",
    },
    "instructions": "Please leave it with the neighbour at number 14.",
    "gift": False,
    "gift_message": "",
    "hide_prices": False,
    "slip_message": "Thank you for shopping with Juniper.",
    "lines": [
        {
            "line": "1",
            "sku": "JUN-MUG-BLUE",
            "products": [
                {"kind": "vendor", "value": "M-4711"},
                {"kind": "sku", "value": "JUN-MUG-BLUE"},
            ],
            "description": "Stoneware mug, blue",
            "personalization": "Ida & Nils",
            "unit": "EA",
            "units_per_pack": 1,
            "cost": 740,
            "quantities": _QUANTITIES,
        }
    ],
    "changes": [],
    "shipments": [],
    "answer": None,
    "allowed_actions": ["accept", "backorder", "reject", "ship"],
    "links": {"self": "/v1/partner/orders/JUN-J-100245-1"},
}

RESPONSE: dict[str, Any] = {
    "partner_order": "M-20931",
    "lines": [
        {
            "line": "1",
            "actions": [
                {"action": "accept", "quantity": 1, "ships_on": "2026-03-03"},
                {
                    "action": "backorder",
                    "quantity": 1,
                    "ships_on": "2026-03-09",
                    "reason": "kiln_is_full",
                },
            ],
        }
    ],
}

SHIPMENT: dict[str, Any] = {
    "shipment": "M-S-8812",
    "shipped_at": "2026-03-03T16:20:00-06:00",
    "carrier": "ups",
    "service": "ground",
    "packages": [
        {
            "tracking": "1Z999AA10123456784",
            "items": [{"line": "1", "quantity": 1, "serials": ["MUG-000174"]}],
        }
    ],
}

CHANGE_RESPONSE: dict[str, Any] = {"change": "1", "whole": "accept"}

STOCK: dict[str, Any] = {
    "kind": "delta",
    "as_of": "2026-03-02T06:00:00Z",
    "levels": [
        {"vendor": "M-4711", "quantity": 140},
        {"sku": "JUN-SCARF-NAVY", "quantity": 0, "next_on": "2026-03-20", "next_quantity": 60},
    ],
}

INVOICE: dict[str, Any] = {
    "invoice": "M-INV-5501",
    "purchase_order": "JUN-J-100245-1",
    "invoiced_on": "2026-03-04",
    "currency": "USD",
    "total": 2230,
    "lines": [{"line": "1", "quantity": 2, "price": 740}],
    "charges": [{"code": "freight", "amount": 750}],
}

CORRECTION: dict[str, Any] = {
    "shipment": "M-S-8812",
    "carrier": "ups",
    "service": "ground",
    "packages": [
        {"tracking": "1Z999AA10123456785", "items": [{"line": "1", "quantity": 1}]},
    ],
}

SHIPMENT_VOID: dict[str, Any] = {"shipment": "M-S-8812"}

ANSWER_VOID: dict[str, Any] = {"document": "doc_5a1f0c2b9e8d7c6b5a4f01"}
