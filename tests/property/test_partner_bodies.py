"""Whatever a partner posts is read or refused by places of its own; nothing else happens."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.api import examples_partner as examples
from hub.api.partner_reading import read_posted
from hub.domain.posted import PostedSet
from tests.unit.api.bodies import JUNK, places

GOOD = {
    PostedSet.ORDER_RESPONSE: examples.RESPONSE,
    PostedSet.SHIP_NOTICE: examples.SHIPMENT,
    PostedSet.CHANGE_RESPONSE: examples.CHANGE_RESPONSE,
    PostedSet.STOCK_REPORT: examples.STOCK,
    PostedSet.INVOICE: examples.INVOICE,
    PostedSet.SHIPMENT_VOID: examples.SHIPMENT_VOID,
    PostedSet.SHIPMENT_CORRECTION: examples.CORRECTION,
    PostedSet.ANSWER_VOID: examples.ANSWER_VOID,
}


@pytest.mark.parametrize("set_id", PostedSet)
def test_each_documented_example_is_one_message(set_id: PostedSet) -> None:
    reading = read_posted(set_id, "JUN-1-1", json.dumps(GOOD[set_id]).encode())
    assert (len(reading.messages), reading.problems) == (1, ())


@given(set_id=st.sampled_from(PostedSet), body=st.binary() | JUNK.map(json.dumps).map(str.encode))
def test_junk_is_refused_and_never_raises(set_id: PostedSet, body: bytes) -> None:
    reading = read_posted(set_id, "JUN-1-1", body)
    assert bool(reading.messages) != bool(reading.problems)


@given(set_id=st.sampled_from(PostedSet), draw=st.data())
def test_a_broken_place_is_named(set_id: PostedSet, draw: st.DataObject) -> None:
    body: dict[str, Any] = copy.deepcopy(GOOD[set_id])
    place = draw.draw(st.sampled_from(places(body)))
    home: Any = body
    for step in place[:-1]:
        home = home[step]
    home[place[-1]] = {"not": "this"}
    reading = read_posted(set_id, "JUN-1-1", json.dumps(body).encode())
    assert reading.messages == ()
    pointers = [one.where.path for one in reading.problems]
    here = "/" + "/".join(str(step) for step in place)
    assert any(pointer.startswith(here) for pointer in pointers), (here, pointers)


@given(number=st.integers(0, 20_000), kind=st.sampled_from(["full", "delta"]))
def test_levels_keep_their_order_and_their_number(number: int, kind: str) -> None:
    rows = [{"sku": f"S-{n}", "quantity": n} for n in range(number % 50 + 1)]
    body = json.dumps({"kind": kind, "levels": rows}).encode()
    (report,) = read_posted(PostedSet.STOCK_REPORT, "", body).messages
    assert [row.quantity for row in report.rows] == [row["quantity"] for row in rows]
