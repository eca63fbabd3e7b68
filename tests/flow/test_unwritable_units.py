"""A unit that no paper can name: its card says what helps, and that does help."""

from dataclasses import replace

from hub.domain.catalog import PartnerItem
from hub.domain.change_requests import AddArticle, NewArticle
from hub.domain.wishes import Fewer
from hub.ops.again import retry_duty
from hub.store import ExceptionRow
from tests.rigs.changes import ask, cancel, outcomes
from tests.rigs.houses import House, post, shopping


def _sold_in(house: House, unit: str, sku: str = "SKU-1") -> None:
    with house.parts.store.read() as tx:
        offers: list[PartnerItem] = list(tx.catalog.offers([sku])[sku])
    there = [replace(offer, unit=unit) for offer in offers]
    house.parts.store.write(lambda tx: tx.catalog.put([], there))


def _open(house: House) -> list[ExceptionRow]:
    with house.parts.store.read() as tx:
        return tx.exceptions.page(open_only=True, limit=9)


def _sent(house: House) -> list[tuple[str, str]]:
    """The articles and units that Acme was sent, line by line."""
    return [
        (line[3], line[2])
        for order in house.suppliers["acme"].purchase_orders()
        for line in order.lines
    ]


def test_the_lines_are_ordered_anew_once_the_catalog_is_right(house: House) -> None:
    _sold_in(house, "EACH")
    post(house, shopping("1001", 2, 1))
    house.turn()
    [card] = _open(house)
    duty = (card.hold or "").removeprefix("duty:")
    assert card.kind == "cannot-be-written" and "'EACH' is too long" in card.text
    assert card.next_step.startswith("The order keeps the unit EACH, another try alone cannot help")
    assert "cancel these lines of order 1001" in card.next_step and duty in card.next_step
    house.clock.on(minutes=5)
    retry_duty(house.parts, duty, who="test")
    house.turn()
    assert len(_open(house)) == 1, "another try alone does not help"
    _sold_in(house, "EA")
    assert outcomes(cancel(house, Fewer(line="1"))) == [("done", 2, None)]
    new = NewArticle(sku="SKU-1", unit_price=1000, quantity=2)
    assert outcomes(ask(house, AddArticle(new=new))) == [("done", 2, None)]
    house.clock.on(minutes=5)
    retry_duty(house.parts, duty, who="test")
    house.turn()
    assert _open(house) == []
    assert sorted(_sent(house)) == [("acme-SKU-1", "EA"), ("acme-SKU-2", "EA")]
