"""Papers that are put aside unread: what they speak of is told, and costs nobody anything."""

from typing import Any

import pytest

from hub.domain.exchange import DocumentState
from hub.flow import aside
from hub.formats import x12
from hub.store import DocumentRow
from tests.rigs.houses import House, post, shopping
from tests.rigs.several import asked, notice

LINES = [("1", "2", "acme-SKU-1")]


def _papers(house: House, state: DocumentState) -> list[DocumentRow]:
    with house.parts.store.read() as tx:
        rows = tx.exchange.documents_page(
            partner="acme", set_id="856", state=state, limit=50, before=None
        )
    return sorted(rows, key=lambda row: row.ordinal)


def _numbers(house: House, row: DocumentRow) -> list[str]:
    with house.parts.store.read() as tx:
        return [one.purchase_order for one in tx.exchange.spoken_of(row.id)]


@pytest.mark.parametrize("together", [False, True], ids=["later", "in the same delivery"])
def test_a_clashing_interchange_is_read_before_anything_is_written_and_not_for_ever(
    house: House, monkeypatch: pytest.MonkeyPatch, together: bool
) -> None:
    good, other = asked(house)
    acme = house.suppliers["acme"]
    first = acme.interchange("856", [notice((good.number, LINES), name="S-A")], number=77)
    twins = [notice((other.number, LINES), name=f"S-{name}") for name in "BCD"]
    second = acme.interchange("856", twins, number=77)
    if not together:
        acme.put("first.edi", first)
        house.turn()
    written: list[bool] = []
    writing, write, read = [False], house.parts.store.write, x12.read

    def watched(work: Any) -> Any:
        writing[0] = True
        try:
            return write(work)
        finally:
            writing[0] = False

    def seen(body: bytes, **words: Any) -> Any:
        written.append(writing[0])
        return read(body, **words)

    monkeypatch.setattr(type(house.parts.store), "write", lambda _, work: watched(work))
    monkeypatch.setattr(x12, "read", seen)
    monkeypatch.setattr(aside, "MOST_READ", 2)
    acme.put("second.edi", first + second if together else second)
    house.turn()
    parked = _papers(house, DocumentState.PARKED)
    assert [_numbers(house, row) for row in parked] == [[other.number], [other.number], []]
    assert [row.order_number for row in parked] == ["", "", ""]
    assert len(written) == 2 + together, "the second's first two, and what counts, when settled"
    assert not any(written)


def test_a_paper_is_parked_even_when_what_it_speaks_of_cannot_be_kept(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(house, shopping("1001", 2))
    house.turn()
    acme = house.suppliers["acme"]
    order = acme.purchase_orders()[0]

    def fault(*_: object, **__: object) -> None:
        raise ZeroDivisionError("planted")

    with monkeypatch.context() as broken:
        broken.setattr("hub.flow.settling.take", fault)
        broken.setattr("hub.store.spoken.SpokenOrders.add_spoken", fault)
        acme.send("856", acme.notice(order))
        house.turn()
    (parked,) = _papers(house, DocumentState.PARKED)
    assert house.exceptions() == ["our-fault"] and _numbers(house, parked) == []
