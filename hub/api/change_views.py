"""How a change looks to whom it is told: outcomes row by row, what is owed now, nobody's words.

Never which partner was asked: the customer's page shows the same.
"""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

from hub.api.answers import dumped
from hub.domain.change_rows import asks_of
from hub.domain.orders import ChangeState, Order, OrderChange
from hub.domain.wishes import Decided, Outcome, Why

_WORDS = {
    Why.SHIPPED: "it has been shipped",
    Why.CANCELLED: "it is cancelled already",
    Why.NO_CHANGES: "it is being prepared where no changes are taken any more",
    Why.PACKS: "it was ordered in packs, which go back whole",
    Why.RUNNING: "another change of the same is waiting for an answer",
    Why.GIVEN_UP: "it was to be cancelled instead",
    Why.WANTED: "it is wanted after all",
}
_TOLD = ("action", "line", "group", "quantity", "outcome", "why", "new_line")


def rendered(order: Order, decided: Decided) -> tuple[int, bytes]:
    """Return the answer at the door: 202 while anything is being asked, else 200."""
    asked = any(row["outcome"] == Outcome.ASKED for row in decided.rows)
    status = HTTPStatus.ACCEPTED if asked else HTTPStatus.OK
    return int(status), dumped(answer_view(order, decided))


def answer_view(order: Order, decided: Decided) -> dict[str, Any]:
    """Return what came of a request, with the order's new totals."""
    known = decided.made.id if decided.made else decided.running or None
    return {
        "change": known,
        "order": order.number,
        "revision": order.revision,
        "version": order.version,
        "state": str(_state(order, known)),
        "results": [row_view(order, row, known) for row in decided.rows],
        "totals": totals_view(order),
    }


def _state(order: Order, change_id: str | None) -> ChangeState:
    found = (one.state for one in order.changes if one.id == change_id)
    return next(found, ChangeState.DECLINED)


def totals_view(order: Order) -> dict[str, Any]:
    """Return what is owed now: goods less their discounts and with their taxes, and the rest."""
    return {
        "currency": order.currency,
        "lines": sum(line.amount for line in order.lines),
        "shipping": order.shipping,
        "discount": order.discount,
        "tax": order.tax,
        "total": order.total,
    }


def row_view(order: Order, row: Mapping[str, object], change_id: str | None) -> dict[str, Any]:
    """Return one outcome; of what is asked, until when there will be an answer at the latest."""
    shown: dict[str, Any] = {key: row[key] for key in _TOLD if key in row}
    if "why" in row:
        shown["text"] = _WORDS[Why(str(row["why"]))]
    if row["outcome"] == Outcome.ASKED:
        running = row.get("running")
        shown["until"] = _until(order, str(running or change_id), row)
        if running:
            shown["change"] = running
    return shown


def _until(order: Order, change_id: str, row: Mapping[str, object]) -> str | None:
    change = next((one for one in order.changes if one.id == change_id), None)
    if change is None:
        return None
    mine = asks_of(row)
    moments = [ask.until for ask in change.asks if ask.until and (not mine or ask.id in mine)]
    return _latest(moments)


def _latest(moments: list[datetime]) -> str | None:
    return max(moments).isoformat() if moments else None


def change_view(order: Order, change: OrderChange) -> dict[str, Any]:
    """Return one change of an order with what became of it so far."""
    waiting = [ask.until for ask in change.asks if ask.until and ask.state is ChangeState.REQUESTED]
    return {
        "id": change.id,
        "kind": str(change.kind),
        "state": str(change.state),
        "requested_at": change.requested_at.isoformat(),
        "decided_at": change.decided_at.isoformat() if change.decided_at else None,
        "until": _latest(waiting),
        "reason": change.reason,
        "results": [row_view(order, row, change.id) for row in change.actions],
    }
