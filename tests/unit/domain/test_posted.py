from dataclasses import replace

import pytest

from hub.domain.allowed import part_actions
from hub.domain.exchange import Problem, Where
from hub.domain.orders import FulfillmentState
from hub.domain.posted import PostedSet, as_posted
from tests.unit.domain.trade import placed, sourced


@pytest.mark.parametrize(
    ("set_id", "path", "pointer"),
    [
        (PostedSet.ORDER_RESPONSE, "lines[3]", "/lines/3"),
        (PostedSet.SHIP_NOTICE, "parcels[0].lines[12]", "/packages/0/items/12"),
        (PostedSet.SHIP_NOTICE, "parcels[1]", "/packages/1"),
        (PostedSet.CHANGE_RESPONSE, "change", "/change"),
        (PostedSet.STOCK_REPORT, "/levels/7", "/levels/7"),
        (PostedSet.INVOICE, "", ""),
    ],
)
def test_a_place_in_a_message_is_told_as_a_place_in_the_body(
    set_id: str, path: str, pointer: str
) -> None:
    problem = Problem(code="c", text="t", where=Where(path=path, value="v"))
    found = as_posted(set_id, problem)
    assert found == replace(problem, where=Where(path=pointer, value="v"))


def test_a_partner_may_do_what_its_part_still_needs() -> None:
    order = sourced(placed(2), "acme").order
    part = order.fulfillments[0]
    assert part_actions(order, part) == ("accept", "backorder", "reject", "ship")
    shipped = replace(
        part,
        state=FulfillmentState.CLOSED,
        lines=tuple(
            replace(line, buckets=line.buckets.ship(line.buckets.open)) for line in part.lines
        ),
    )
    assert part_actions(order.with_fulfillment(shipped), shipped) == ("invoice",)
