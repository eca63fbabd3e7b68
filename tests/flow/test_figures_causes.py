"""Exceptions by cause: counted once however often they are tried again, named as everywhere."""

from dataclasses import replace

from hub.domain.exchange import DocumentState
from hub.domain.facts import Stuck
from hub.domain.messages import ProductId
from hub.domain.names import at_moment
from hub.ops.again import retry, retry_duty
from hub.ops.desk.awaited import exceptions
from hub.ops.desk.causes import cause, errors_by_cause, parked
from hub.ops.desk.reports import report
from tests.rigs.houses import House, post, shopping
from tests.rigs.stores import migrate_again

WHO = "acc_ana"


def _figures(house: House) -> list[tuple[object, ...]]:
    """What Figures tell of causes: each and how often; the file for spreadsheets tells the same."""
    made = report(house.parts, "exceptions")
    told = [line.split(",")[:2] for line in made.csv.splitlines()[1:]]
    assert told == [[str(cell) for cell in row[:2]] for row in made.rows]
    return [row[:2] for row in made.rows]


def _unwritable(house: House, *numbers: str) -> None:
    """Orders of an article that Acme calls by a name which is too long for any X12 paper."""
    store = house.parts.store
    with store.read() as tx:
        offer = tx.catalog.offers(["SKU-3"])["SKU-3"][0]
    store.write(
        lambda tx: tx.catalog.put(
            [], [replace(offer, products=(ProductId(kind="vendor", value="V" * 60),))]
        )
    )
    for number in numbers:
        new = shopping(number, 1)
        (group,) = new.groups
        lines = tuple(replace(line, sku="SKU-3") for line in group.lines)
        post(house, replace(new, groups=(replace(group, lines=lines),)))
    house.turn()


def test_what_another_try_stops_again_is_no_new_trouble_and_keeps_its_name(house: House) -> None:
    _unwritable(house, "1001", "1002")
    (seen,) = errors_by_cause(house.parts)
    assert (seen.kind, seen.count) == ("cannot-be-written", 2)
    assert seen.code.startswith("x12-")
    assert _figures(house) == [(seen.what, 2)]
    for _ in range(3):
        house.clock.on(minutes=5)
        for held in cause(house.parts, seen.id).ids:
            retry_duty(house.parts, held.removeprefix("duty:"), who=WHO)
        assert house.exceptions() == []
        house.turn()
    assert house.exceptions() == ["cannot-be-written"] * 2
    (again,) = parked(house.parts)
    assert (again.id, again.what, again.count) == (seen.id, seen.what, 2)
    assert {card.what for card in exceptions(house.parts).rows} == {seen.what}
    assert _figures(house) == [(seen.what, 2)]
    only = report(house.parts, "exceptions", brands=frozenset({"juniper"}))
    assert [row[:2] for row in only.rows] == [(seen.what, 2)]


def test_a_paper_counts_once_by_each_cause_that_stops_it(house: House) -> None:
    post(house, shopping("1001", 2))
    house.turn()
    acme = house.suppliers["acme"]
    rows = acme.notice(acme.purchase_orders()[0])
    acme.send("856", [row.replace("acme-SKU-1", "acme-SKU-9") for row in rows])
    house.turn()
    (seen,) = parked(house.parts)
    assert _figures(house) == [(seen.what, 1)]
    for _ in range(2):
        house.clock.on(minutes=5)
        retry(house.parts, seen.example, who=WHO)
        house.turn()
        with house.parts.store.read() as tx:
            assert tx.exchange.document(seen.example).state is not DocumentState.APPLIED
    assert _figures(house) == [(seen.what, 1)]
    with house.parts.store.read() as tx:
        assert len(tx.exceptions.page(open_only=False, limit=10)) == 3


def _fails(house: House) -> None:
    """The line to Acme is down for an hour, and everybody knows."""
    stuck = Stuck(hold="lane:acme/edi", kind="wire", partner="acme", text="x", next_step="y")
    now = house.clock()
    house.parts.store.write(lambda tx: tx.exceptions.open(stuck, at=now, names=at_moment("x", now)))
    house.clock.on(hours=1)
    house.parts.store.write(lambda tx: tx.exceptions.clear(stuck.hold, at=house.clock(), by="x"))


def test_a_line_that_fails_twice_is_trouble_twice(house: House) -> None:
    _fails(house)
    _fails(house)
    assert _figures(house) == [("channel that cannot be reached", 2)]


def test_the_upgrade_keeps_causes_and_counts_papers_of_before_once(house: House) -> None:
    _unwritable(house, "1001")
    (seen,) = parked(house.parts)
    house.clock.on(minutes=5)
    retry_duty(house.parts, seen.ids[0].removeprefix("duty:"), who=WHO)
    post(house, shopping("1002", 2))
    house.turn()
    acme = house.suppliers["acme"]
    rows = acme.notice(acme.purchase_orders()[0])
    acme.send("856", [row.replace("acme-SKU-1", "acme-SKU-9") for row in rows])
    house.turn()
    paper = next(one for one in parked(house.parts) if one.example)
    house.clock.on(minutes=5)
    retry(house.parts, paper.example, who=WHO)
    house.turn()
    _fails(house)
    before = _figures(house)
    assert [count for _, count in before] == [1, 1, 1]
    migrate_again(house.parts.store, "0024")
    assert _figures(house) == before
