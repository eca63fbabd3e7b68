"""What belongs to a paper: the whole chain of its order with the receipts, seen from each."""

from hub.domain.exchange import Direction
from hub.ops.desk.document import document
from hub.ops.desk.documents import DocumentLine, documents
from tests.rigs.houses import House, post, shopping

CHAIN = [
    "in 855", "in 856", "in 997", "out 850", "out 997", "out 997",
]  # fmt: skip


def _sets(rows: tuple[DocumentLine, ...]) -> list[str]:
    return sorted(f"{row.direction} {row.set_id}" for row in rows)


def _whole(house: House) -> None:
    """Acme is asked for two orders, receipts both, answers and ships the first."""
    for number in ("1001", "1002"):
        post(house, shopping(number, 2))
    house.turn()
    acme = house.suppliers["acme"]
    for sent in acme.received():
        acme.send("997", acme.receipt(sent))
    order = next(one for one in acme.purchase_orders() if "1001" in one.number)
    acme.send("855", acme.answer(order))
    acme.send("856", acme.notice(order))
    house.turn()
    house.turn()


def test_the_chain_of_an_order_has_its_receipts(house: House) -> None:
    _whole(house)
    found = documents(house.parts, query="JUN-1001-1").rows
    assert {row.set_id for row in found} == {"850", "855", "856"}
    for row in found:
        related = document(house.parts, row.id).related
        assert _sets(related) == CHAIN, row.set_id
        assert [one.at for one in related] == sorted(one.at for one in related)
        assert len({one.id for one in related}) == len(related)


def test_a_receipt_names_what_it_answers(house: House) -> None:
    _whole(house)
    every = documents(house.parts, limit=50).rows
    theirs = [row for row in every if (row.direction, row.set_id) == ("in", "997")]
    asked = {row.id for row in every if row.set_id == "850"}
    assert asked
    for row in theirs:
        related = document(house.parts, row.id).related
        assert {one.set_id for one in related} == {"850", "997"}
        assert row.id in {one.id for one in related}
    assert asked <= {one.id for row in theirs for one in document(house.parts, row.id).related}
    ours = [row for row in every if (row.direction, row.set_id) == ("out", "997")]
    answered = [
        one.set_id
        for row in ours
        for one in document(house.parts, row.id).related
        if one.direction == Direction.IN
    ]
    assert sorted(answered) == ["855", "856"], "each for what it answers"


def test_what_nobody_answered_stands_alone(house: House) -> None:
    post(house, shopping("1001", 2))
    house.turn()
    (row,) = documents(house.parts).rows
    assert document(house.parts, row.id).related == ()
    acme = house.suppliers["acme"]
    acme.send("997", ["AK1*PO*555", "AK9*A*1*1*1"])
    house.turn()
    (strange,) = documents(house.parts, set_id="997").rows
    assert document(house.parts, strange.id).related == ()
