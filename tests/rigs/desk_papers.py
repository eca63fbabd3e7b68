"""What Mill posts, and what happens around it: orders given, cancellations asked, papers found."""

from typing import Any

from hub.domain.orders import ChangeKind
from hub.flow.changing import Answered, ChangePosting, change
from hub.store import DocumentRow
from tests.rigs.houses import House, post, shopping

BOX = {"tracking": "1Z999AA10123456784", "items": [{"line": "1", "quantity": 2}]}


def given(house: House, *quantities: int, number: str = "1001") -> str:
    """Place an order and let it reach Mill's desk; return its purchase order number."""
    post(house, shopping(number, *quantities))
    house.turn("mill")
    (part,) = [one for one in house.order(number).fulfillments if one.partner == "mill"]
    return part.number


def answering(*actions: dict[str, Any], line: str = "1") -> dict[str, Any]:
    """The answer to one line."""
    return {"lines": [{"line": line, "actions": list(actions)}]}


def accept(quantity: int, **more: object) -> dict[str, Any]:
    """So many units are accepted."""
    return {"action": "accept", "quantity": quantity, **more}


def cancel(house: House, number: str = "1001") -> None:
    """Have Juniper cancel everything that is open, and let Mill be asked."""
    verdict = change(
        house.parts,
        ChangePosting(
            number=number,
            brand="juniper",
            who="test",
            kind=ChangeKind.CANCELLATION,
            requests=None,
            reason="",
            place="/lines",
            body=b"{}",
            key="",
            render=lambda order, decided: (200, b""),
        ),
    )
    assert verdict.outcome is Answered.DECIDED
    house.turn("mill")


def paper(house: House, answer: Any) -> DocumentRow:
    """The document that an answer names, as it is kept."""
    with house.parts.store.read() as tx:
        return tx.exchange.document(answer.json()["document"])


def an_invoice(number: str, **more: object) -> dict[str, Any]:
    """An invoice of Mill's for two units of a purchase order's first line."""
    return {
        "invoice": "I-9",
        "purchase_order": number,
        "invoiced_on": "2026-11-20",
        "currency": "USD",
        "total": 800,
        "lines": [{"line": "1", "quantity": 2, "price": 400}],
        **more,
    }
