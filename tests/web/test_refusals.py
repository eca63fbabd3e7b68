"""A refused order does not end with its answer: its bytes are kept and a person is told where."""

import json

import pytest

from tests.rigs.houses import House
from tests.web.conftest import Shop, simple

WRONG = {
    "malformed JSON": (b'{"number": "J-1", ', 400, "JSON"),
    "wrong totals": (json.dumps({**simple(), "total": 1}).encode(), 422, "/total"),
    "unknown SKU": (json.dumps(simple(sku="NOBODY-HAS-IT")).encode(), 422, "NOBODY-HAS-IT"),
    "wrong type": (json.dumps({**simple(), "number": 5}).encode(), 422, "/number"),
}


@pytest.mark.parametrize("what", WRONG)
def test_each_refusal_is_an_exception_with_its_place_and_its_bytes(
    what: str, juniper: Shop, house: House
) -> None:
    body, status, place = WRONG[what]
    assert juniper.post(body).status_code == status
    with house.parts.store.read() as tx:
        (row,) = tx.exceptions.page(open_only=True, limit=5)
        assert row.transmission_id is not None
        assert tx.exchange.body(row.transmission_id).read() == body
    assert row.kind == "order-refused"
    assert place in row.text
    assert row.next_step


def test_the_order_put_right_clears_its_exception(juniper: Shop, house: House) -> None:
    assert juniper.post({**simple(), "total": 1}).status_code == 422
    assert house.exceptions() == ["order-refused"]
    assert juniper.post(simple()).status_code == 201
    assert house.exceptions() == []


def test_who_has_no_key_leaves_nothing_behind(stranger: Shop, house: House) -> None:
    assert stranger.post(b"{").status_code == 401
    assert house.exceptions() == []
