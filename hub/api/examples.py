"""A Juniper order as a storefront posts it: two parcels, one of them a present, one thing engraved.

The hub's demonstration catalogue holds its three SKUs: posted as it stands, it is taken in.
"""

from typing import Any

ORDER: dict[str, Any] = {
    "number": "J-100245",
    "channel": "web",
    "currency": "USD",
    "placed_at": "2026-03-02T14:05:00Z",
    "customer": {
        "name": "Maya Lindqvist",
        "email": "maya@example.com",
        "phone": "217-555-0134",
    },
    "ship_groups": [
        {
            "number": "1",
            "ship_to": {
                "name": "Maya Lindqvist",
                "lines": ["12 Alder Lane"],
                "city": "Springfield",
                "region": "IL",
                "postal_code": "62701",
                "country": "US",
                "phone": "217-555-0134",
            },
            "method": "ground",
            "instructions": "Please leave it with the neighbour at number 14.",
            "lines": [
                {
                    "number": "1",
                    "sku": "JUN-MUG-BLUE",
                    "description": "Stoneware mug, blue",
                    "quantity": 2,
                    "unit_price": 1850,
                    "discount": 370,
                    "tax": 208,
                    "personalization": "Ida & Nils",
                },
                {
                    "number": "2",
                    "sku": "HAR-LAMP-OAK",
                    "description": "Reading lamp, oak",
                    "quantity": 1,
                    "unit_price": 8900,
                    "tax": 556,
                },
            ],
        },
        {
            "number": "2",
            "ship_to": {
                "name": "Tom Okafor",
                "lines": ["480 Harbour View", "Apt 3"],
                "city": "Portland",
                "region": "ME",
                "postal_code": "04101",
                "country": "US",
            },
            "method": "second_day",
            "signature": True,
            "deliver_by": "2026-03-09",
            "gift": {
                "sender": "Maya",
                "recipient": "Tom",
                "message": "Happy birthday!\nStay warm.",
                "wrap": True,
            },
            "lines": [
                {
                    "number": "3",
                    "sku": "JUN-SCARF-NAVY",
                    "description": "Lambswool scarf, navy",
                    "quantity": 1,
                    "unit_price": 4200,
                    "tax": 231,
                }
            ],
        },
    ],
    "shipping": 1295,
    "discount": 500,
    "tax": 80,
    "total": 18300,
}

STATUS: dict[str, Any] = {
    "order": "J-100245",
    "brand": "juniper",
    "version": 4,
    "placed_at": "2026-03-02T14:05:00+00:00",
    "lines": [
        {
            "line": "1",
            "sku": "JUN-MUG-BLUE",
            "description": "Stoneware mug, blue",
            "ordered": 2,
            "open": 0,
            "being_prepared": 0,
            "backordered": 0,
            "shipped": 2,
            "delivered": 0,
            "returned": 0,
            "cancelled": 0,
        }
    ],
    "parcels": [
        {
            "carrier": "UPSN",
            "service": "ground",
            "tracking": "1Z999AA10123456784",
            "tracking_url": "https://www.ups.com/track?tracknum=1Z999AA10123456784",
            "shipped_at": "2026-03-03T16:20:00+00:00",
            "state": "on_its_way",
            "state_at": "2026-03-03T21:05:00+00:00",
            "expected_on": "2026-03-10",
            "part": 1,
            "lines": [{"line": "1", "quantity": 2}],
        }
    ],
    "promises": [
        {
            "kind": "ship_by",
            "part": 1,
            "lines": ["1"],
            "units": [],
            "first": "2026-03-04",
            "now": "2026-03-04",
            "due": "2026-03-05T05:59:59+00:00",
            "open": 0,
            "late": False,
            "moves": [],
        },
        {
            "kind": "deliver_by",
            "part": 1,
            "lines": ["1"],
            "units": [{"line": "1", "quantity": 2}],
            "first": "2026-03-09",
            "now": "2026-03-10",
            "due": "2026-03-11T04:59:59+00:00",
            "open": 2,
            "late": True,
            "moves": [
                {
                    "from": "2026-03-09",
                    "to": "2026-03-10",
                    "at": "2026-03-03T21:05:02+00:00",
                    "reason": "carrier",
                }
            ],
        },
    ],
    "changes": [],
    "allowed_actions": [],
    "ship_by": None,
    "status": "On its way",
    "next_change_at": "2026-03-11T04:59:59+00:00",
}

REFUSED: dict[str, Any] = {
    "type": "urn:hub:problem:order-refused",
    "title": "Unprocessable Entity",
    "status": 422,
    "detail": "the order cannot be taken in; everything that forbids it is named below",
    "errors": [
        {
            "pointer": "/ship_groups/0/lines/0/sku",
            "field": "sku",
            "code": "unknown-sku",
            "detail": "SKU 'JUN-MUG-BLEU' is not in the catalogue; import it with `hub catalog "
            "import` or correct the SKU",
            "value": "JUN-MUG-BLEU",
        }
    ],
}


EVENTS: dict[str, Any] = {
    "events": [
        {
            "tracking": "1Z999AA10123456784",
            "moment": "out_for_delivery",
            "at": "2026-03-04T08:12:00-06:00",
            "carrier": "ups",
            "estimated_on": "2026-03-04",
        }
    ]
}

CANCELLATION: dict[str, Any] = {
    "lines": [{"line": "1", "quantity": 1}, {"line": "3"}],
    "reason": "changed_mind",
}

CHANGES: dict[str, Any] = {
    "actions": [
        {"action": "quantity", "line": "1", "quantity": 3},
        {"action": "method", "group": "2", "method": "ground"},
    ]
}
