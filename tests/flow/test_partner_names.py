"""An operator says what an unknown name of a partner's stands for; its papers then run through."""

from dataclasses import replace
from functools import partial

import pytest

from hub.domain.catalog import Item
from hub.domain.exchange import DocumentState
from hub.errors import Conflict, Refused
from hub.flow.naming import SaidBefore, forget_name, names_of, say_name
from hub.ops.desk.causes import dry_run_of, parked
from hub.ops.desk.document import document
from hub.ops.desk.mending import rerun
from hub.ops.desk.naming import names, sought, unnamed, unnamed_of
from hub.store import NameRow, Transaction
from tests.fakes import Supplier
from tests.rigs.depots import Depot
from tests.rigs.houses import House, post, shopping, stock_up
from tests.rigs.naming import WHO, asked_of, odd_order, one_order, papers_of, state_of


@pytest.fixture
def acme(house: House) -> Supplier:
    """Acme with one purchase order of two lines in its folder."""
    return one_order(house)


def test_a_name_once_said_lets_a_ship_notice_and_the_next_ones_through(
    house: House, acme: Supplier
) -> None:
    acme.send("856", acme.notice(odd_order(acme)))
    house.turn()
    (paper,) = papers_of(house, "856")
    (unknown,) = unnamed(house.parts, paper)
    assert (unknown.name, unknown.papers) == ("ODD-7", 1)
    assert [(one.sku, one.line, one.units) for one in unknown.choices] == [("SKU-1", "1", 2)]
    say_name(house.parts, "acme", " ODD-7 ", "SKU-1", who=WHO, paper=paper)
    assert unnamed(house.parts, paper) == ()
    (would,) = dry_run_of(house.parts, [paper])
    assert would.better and would.found[0].would[0].startswith("Order shipped: line 1 × 2")
    rerun(house.parts, [paper], who=WHO)
    house.turn()
    assert state_of(house, paper) is DocumentState.APPLIED
    assert house.word() == "Shipped" and house.exceptions() == []
    assert [line.buckets.shipped for line in house.order().lines] == [2, 1]
    told = [entry.text for entry in document(house.parts, paper).audit if entry.who == WHO]
    assert told[0] == "said what a name of the partner's stands for"
    post(house, shopping("1002", 2))
    house.turn()
    further = [one for one in acme.purchase_orders() if one.number.startswith("JUN-1002")]
    acme.send("856", acme.notice(replace(further[0], lines=(("1", 2, "EA", "ODD-7"),))))
    house.turn()
    assert house.word("1002") == "Shipped"


def test_an_answer_under_a_name_counts_and_one_for_no_line_says_what_it_stands_for(
    house: House, acme: Supplier
) -> None:
    say_name(house.parts, "acme", "ODD-7", "SKU-1", who=WHO)
    say_name(house.parts, "acme", "ODD-9", "SKU-3", who=WHO)
    acme.send("855", acme.answer(odd_order(acme), word="IA"))
    house.turn()
    assert [line.buckets.accepted for line in house.order().lines] == [2, 1]
    acme.send("856", acme.notice(odd_order(acme, "ODD-9")))
    house.turn()
    (paper,) = papers_of(house, "856")
    (problem,) = document(house.parts, paper).problems
    assert problem.text.endswith("The name ODD-9 stands for SKU-3, which is on no line of it")
    (unknown,) = unnamed(house.parts, paper)
    assert unknown.name == "ODD-9", "it can be said otherwise"


def test_a_group_of_papers_is_tried_and_run_again_after_one_name(
    house: House, acme: Supplier
) -> None:
    for number in ("1002", "1003"):
        post(house, shopping(number, 2, 1))
    house.turn()
    for order in acme.purchase_orders():
        acme.send("856", acme.notice(replace(order, lines=odd_order(acme).lines)))
    house.turn()
    (group,) = parked(house.parts)
    (unknown,) = unnamed_of(house.parts, group)
    assert (unknown.name, unknown.papers) == ("ODD-7", 3)
    assert [(one.sku, one.line) for one in unknown.choices] == [("SKU-1", "")]
    assert [one.better for one in dry_run_of(house.parts, group.ids)] == [False] * 3
    say_name(house.parts, "acme", "ODD-7", "SKU-1", who=WHO)
    assert [one.better for one in dry_run_of(house.parts, group.ids)] == [True] * 3
    assert all(one.done for one in rerun(house.parts, group.ids, who=WHO))
    house.turn()
    assert parked(house.parts) == ()
    assert {house.word(number) for number in ("1001", "1002", "1003")} == {"Shipped"}


def test_a_name_is_said_once_and_otherwise_only_by_who_knows_what_it_meant(house: House) -> None:
    stock_up(house)
    first = say_name(house.parts, "acme", "ODD-7", "SKU-1", who=WHO)
    house.clock.on(seconds=180)
    assert say_name(house.parts, "acme", "ODD-7", "SKU-1", who="ben") == first
    with pytest.raises(SaidBefore) as before:
        say_name(house.parts, "acme", "ODD-7", "SKU-2", who="ben")
    assert before.value.row == first
    say_name(house.parts, "acme", "ODD-7", "SKU-2", who="ben", instead_of="SKU-1")
    (row,) = names(house.parts, "acme")
    assert (row.name, row.sku, row.title, row.who) == ("ODD-7", "SKU-2", "Article 2", "ben")
    stock_up(house)
    with house.parts.store.read() as tx:
        assert names_of(tx, "acme") == {"ODD-7": "SKU-2"}, "an import leaves it"
        said = [one.body for one in tx.desk.inputs("acme", limit=9)]
    assert said[-1]["say_name"]["instead_of"] == "SKU-1" and len(said) == 2
    forget_name(house.parts, "acme", "ODD-7", who="ben")
    assert names(house.parts, "acme") == ()
    with pytest.raises(Refused, match="nobody said"):
        forget_name(house.parts, "acme", "ODD-7", who="ben")


@pytest.mark.parametrize(
    ("name", "sku", "why"),
    [
        ("", "SKU-1", "1 to 80 signs"),
        ("x" * 81, "SKU-1", "1 to 80 signs"),
        ("a\x00b", "SKU-1", "can be seen"),
        ("ODD-7", "", "choose the article"),
        ("ODD-7", "NONE", "no article NONE"),
        ("ODD-7", "LONE", "acme does not offer LONE"),
        ("acme-SKU-2", "SKU-1", "own name of SKU-2"),
        ("SKU-2", "SKU-1", "own name of SKU-2"),
    ],
)
def test_what_a_name_cannot_stand_for_is_refused(
    house: House, name: str, sku: str, why: str
) -> None:
    stock_up(house)
    house.parts.store.write(lambda tx: tx.catalog.put([Item(sku="LONE", title="Alone")], []))
    with pytest.raises(Refused, match=why):
        say_name(house.parts, "acme", name, sku, who=WHO)
    assert names(house.parts, "acme") == ()
    with pytest.raises(KeyError):
        say_name(house.parts, "nobody", "ODD-7", "SKU-1", who=WHO)


def test_articles_are_found_by_id_and_by_word_among_what_the_partner_offers(house: House) -> None:
    stock_up(house)
    assert [one.sku for one in sought(house.parts, "acme", "sku-2")] == ["SKU-2"]
    assert [one.sku for one in sought(house.parts, "acme", "3 article")] == ["SKU-3"]
    assert sought(house.parts, "nobody", "article") == ()
    assert sought(house.parts, "acme", " ") == ()


def test_an_invoice_under_an_unknown_name_fits_once_it_is_said(house: House) -> None:
    post(house, shopping("1001", 2))
    house.turn()
    acme = house.suppliers["acme"]
    (order,) = acme.purchase_orders()
    acme.send("856", acme.notice(order))
    acme.send("810", acme.invoice(replace(order, lines=(("7", 2, "EA", "ODD-7"),))))
    house.turn()
    assert house.exceptions() == ["invoice-differs"]
    (paper,) = papers_of(house, "810")
    (unknown,) = unnamed(house.parts, paper)
    assert (unknown.name, [one.sku for one in unknown.choices]) == ("ODD-7", ["SKU-1"])
    say_name(house.parts, "acme", "ODD-7", "SKU-1", who=WHO)
    rerun(house.parts, [paper], who=WHO)
    house.turn()
    assert house.exceptions() == []
    assert unnamed(house.parts, paper) == ()


def test_a_stock_report_under_a_name_counts(house: House) -> None:
    stock_up(house)
    acme = house.suppliers["acme"]
    acme.send("846", acme.counts({"acme-SKU-2": 4, "ODD-7": 9}, name="first"))
    house.turn()
    (paper,) = papers_of(house, "846")
    assert [(one.name, one.choices) for one in unnamed(house.parts, paper)] == [("ODD-7", ())]
    say_name(house.parts, "acme", "ODD-7", "SKU-1", who=WHO, paper=paper)
    assert unnamed(house.parts, paper) == ()
    rerun(house.parts, [paper], who=WHO)
    house.turn()
    with house.parts.store.read() as tx:
        levels = {level.sku: level.quantity for level in tx.stock.page(after="", limit=9)}
    assert levels == {"SKU-1": 9, "SKU-2": 4}


def test_what_a_warehouse_ships_and_takes_in_under_a_name_counts(
    at_depot: tuple[House, Depot],
) -> None:
    house, depot = at_depot
    order = asked_of(house, depot, 2, 1)
    odd = replace(order, lines=(("9", 2, "ODD-7"), *order.lines[1:]))
    depot.send("945", depot.shipped(odd, quantities={"9": 1}))
    depot.send("944", depot.took_in("", {"ODD-7": 5}))
    house.turn("depot")
    papers = [*papers_of(house, "945", "depot"), *papers_of(house, "944", "depot")]
    found = [unnamed(house.parts, paper) for paper in papers]
    assert [[one.name for one in each] for each in found] == [["ODD-7"], ["ODD-7"]]
    assert [one.sku for one in found[0][0].choices] == ["SKU-1"]
    say_name(house.parts, "depot", "ODD-7", "SKU-1", who=WHO)
    rerun(house.parts, papers, who=WHO)
    house.turn("depot")
    assert [state_of(house, paper) for paper in papers] == [DocumentState.APPLIED] * 2
    (part,) = house.order().fulfillments
    told = [(line.buckets.shipped, line.buckets.open) for line in part.lines]
    assert told == [(1, 0), (1, 0)], "one of two was picked short"
    with house.parts.store.read() as tx:
        moved = [
            (str(one.kind), one.quantity)
            for one in tx.depot.of_sku(partner="depot", sku="SKU-1", limit=9)
        ]
    assert sorted(moved) == [("opening", 9), ("received", 5), ("shipped", -1)]


def test_of_two_who_say_it_at_once_the_second_is_told_of_the_first(house: House) -> None:
    stock_up(house)
    store = house.parts.store
    said = [
        store.submit(partial(_put, row=_row(house, sku), former="")) for sku in ("SKU-1", "SKU-2")
    ]
    assert [type(one.exception()) for one in said if one.exception()] == [Conflict]
    (row,) = names(house.parts, "acme")
    with pytest.raises(SaidBefore):
        say_name(house.parts, "acme", "ODD-7", "SKU-3", who=WHO)
    store.write(partial(_put, row=_row(house, "SKU-3"), former=row.sku))
    with pytest.raises(Conflict):
        store.write(partial(_put, row=_row(house, "SKU-1"), former=row.sku))


def _put(tx: Transaction, *, row: NameRow, former: str) -> None:
    """Keep what a name means, whatever was read before."""
    tx.names.put(row, former=former)


def _row(house: House, sku: str) -> NameRow:
    return NameRow(partner="acme", name="ODD-7", sku=sku, said_at=house.parts.now(), who=WHO)
