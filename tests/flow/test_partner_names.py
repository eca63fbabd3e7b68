"""An operator says what an unknown name of a partner's stands for; its papers then run through."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from hub.domain.catalog import Item, PartnerItem
from hub.domain.exchange import DocumentState, Purpose
from hub.domain.hearing import NAMED_OTHERWISE
from hub.domain.messages import CarrierEvent, CarrierMoment, ProductId
from hub.errors import Conflict, Refused
from hub.flow.delivering import Told, tell
from hub.flow.naming import SaidBefore, forget_name, names_of, say_name
from hub.ops.desk.causes import dry_run_of, parked
from hub.ops.desk.document import document
from hub.ops.desk.mending import rerun
from hub.ops.desk.naming import names, sought, unnamed, unnamed_of
from hub.store import NameRow, Transaction
from tests.fakes import Ordered, Supplier
from tests.rigs.depots import Depot, Order940, lists
from tests.rigs.houses import House, post, shopping, stock_up

WHO = "operator:olga"


@pytest.fixture
def acme(house: House) -> Supplier:
    """Acme with one purchase order of two lines in its folder."""
    post(house, shopping("1001", 2, 1))
    house.turn()
    return house.suppliers["acme"]


def _order(acme: Supplier, name: str = "ODD-7") -> Ordered:
    """The purchase order with another name for the article of its first line."""
    order = acme.purchase_orders()[0]
    return replace(order, lines=(("7", 2, "EA", name), *order.lines[1:]))


def _papers(house: House, set_id: str, partner: str = "acme") -> list[str]:
    with house.parts.store.read() as tx:
        rows = tx.exchange.documents_page(
            partner=partner, set_id=set_id, state=None, limit=50, before=None
        )
    return [row.id for row in rows if row.direction == "in"]


def _state(house: House, document_id: str) -> DocumentState:
    with house.parts.store.read() as tx:
        return tx.exchange.document(document_id).state


def test_a_name_once_said_lets_a_ship_notice_and_the_next_ones_through(
    house: House, acme: Supplier
) -> None:
    acme.send("856", acme.notice(_order(acme)))
    house.turn()
    (paper,) = _papers(house, "856")
    (unknown,) = unnamed(house.parts, paper)
    assert (unknown.name, unknown.papers) == ("ODD-7", 1)
    assert [(one.sku, one.line, one.units) for one in unknown.choices] == [("SKU-1", "1", 2)]
    say_name(house.parts, "acme", " ODD-7 ", "SKU-1", who=WHO, paper=paper)
    assert unnamed(house.parts, paper) == ()
    (would,) = dry_run_of(house.parts, [paper])
    assert would.better and would.found[0].would[0].startswith("Order shipped: line 1 × 2")
    rerun(house.parts, [paper], who=WHO)
    house.turn()
    assert _state(house, paper) is DocumentState.APPLIED
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
    acme.send("855", acme.answer(_order(acme), word="IA"))
    house.turn()
    assert [line.buckets.accepted for line in house.order().lines] == [2, 1]
    acme.send("856", acme.notice(_order(acme, "ODD-9")))
    house.turn()
    (paper,) = _papers(house, "856")
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
        acme.send("856", acme.notice(replace(order, lines=_order(acme).lines)))
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
    (paper,) = _papers(house, "810")
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
    (paper,) = _papers(house, "846")
    assert [(one.name, one.choices) for one in unnamed(house.parts, paper)] == [("ODD-7", ())]
    say_name(house.parts, "acme", "ODD-7", "SKU-1", who=WHO, paper=paper)
    assert unnamed(house.parts, paper) == ()
    rerun(house.parts, [paper], who=WHO)
    house.turn()
    with house.parts.store.read() as tx:
        levels = {level.sku: level.quantity for level in tx.stock.page(after="", limit=9)}
    assert levels == {"SKU-1": 9, "SKU-2": 4}


def _asked(house: House, depot: Depot, *units: int) -> Order940:
    """What the depot is asked to ship: it has nine of either article."""
    lists(house, {"SKU-1": ("depot",), "SKU-2": ("depot",)})
    depot.send("846", depot.counts({"D-SKU-1": 9, "D-SKU-2": 9}, at="20261119*0600", name="B"))
    house.turn("depot")
    post(house, shopping("1001", *units))
    house.turn("depot")
    (order,) = depot.papers("940")
    return order


def test_what_a_warehouse_ships_and_takes_in_under_a_name_counts(
    at_depot: tuple[House, Depot],
) -> None:
    house, depot = at_depot
    order = _asked(house, depot, 2, 1)
    odd = replace(order, lines=(("9", 2, "ODD-7"), *order.lines[1:]))
    depot.send("945", depot.shipped(odd, quantities={"9": 1}))
    depot.send("944", depot.took_in("", {"ODD-7": 5}))
    house.turn("depot")
    papers = [*_papers(house, "945", "depot"), *_papers(house, "944", "depot")]
    found = [unnamed(house.parts, paper) for paper in papers]
    assert [[one.name for one in each] for each in found] == [["ODD-7"], ["ODD-7"]]
    assert [one.sku for one in found[0][0].choices] == ["SKU-1"]
    say_name(house.parts, "depot", "ODD-7", "SKU-1", who=WHO)
    rerun(house.parts, papers, who=WHO)
    house.turn("depot")
    assert [_state(house, paper) for paper in papers] == [DocumentState.APPLIED] * 2
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


# --- said anew, bit by bit, or against the catalogue ---------------------------------------------

LEFT, RIGHT = "1Z999AA10123456784", "1Z999AA10123456795"
"""Two parcels, by their tracking numbers."""


def _parcels(
    acme: Supplier, parcels: Mapping[str, Sequence[tuple[str, int, str]]], *, also: str = ""
) -> list[str]:
    """A ship notice of parcels with their lines: number, units and article."""
    number = acme.purchase_orders()[0].number
    rows = [f"BSN*00*S{number}*20261120*1200*0001", "HL*1**S", "TD5**2*UPSN**UPS Ground"]
    rows += ["HL*2*1*O", f"PRF*{number}"]
    last = 2
    for tracking, lines in parcels.items():
        last += 1
        parent = last
        rows += [f"HL*{parent}*2*P", f"MAN*CP*{tracking}"]
        for place, units, article in lines:
            last += 1
            rows += [f"HL*{last}*{parent}*I", f"LIN*{place}*VN*{article}{also}"]
            rows += [f"SN1*{place}*{units}*EA"]
    return [*rows, f"CTT*{last}"]


def _said(house: House, name: str, sku: str, paper: str, *, was: str = "") -> None:
    """Say what a name stands for and run its paper again."""
    with house.parts.store.read() as tx:
        partner = tx.exchange.document(paper).partner
    say_name(house.parts, partner, name, sku, who=WHO, instead_of=was, paper=paper)
    rerun(house.parts, [paper], who=WHO)
    house.turn(partner)


def _codes(house: House, paper: str) -> list[str]:
    return [one.code for one in document(house.parts, paper).problems]


def _told(house: House, moment: CarrierMoment) -> None:
    """Tell what became of the left parcel."""
    house.clock.on(seconds=7200)
    event = CarrierEvent(
        purpose=Purpose.ORIGINAL,
        event=str(moment),
        tracking=LEFT,
        moment=moment,
        at=house.clock() - timedelta(hours=1),
        carrier="ups",
        reason="",
        estimated_on=None,
    )
    tell(house.parts, Told(events=[event], brand="juniper", who="test")).result()


def test_a_name_said_anew_books_nothing_beside_what_was_booked_before(
    house: House, acme: Supplier
) -> None:
    acme.send("856", _parcels(acme, {LEFT: [("7", 1, "ODD-7")]}))
    house.turn()
    (paper,) = _papers(house, "856")
    _said(house, "ODD-7", "SKU-1", paper)
    assert _state(house, paper) is DocumentState.APPLIED
    _said(house, "ODD-7", "SKU-2", paper, was="SKU-1")
    assert [line.buckets.shipped for line in house.order().lines] == [1, 0]
    assert NAMED_OTHERWISE in _codes(house, paper)
    forget_name(house.parts, "acme", "ODD-7", who=WHO)
    _said(house, "ODD-7", "SKU-2", paper)
    assert [line.buckets.shipped for line in house.order().lines] == [1, 0], "forgotten, said anew"
    [box] = [box for one in house.order().shipments for box in one.packages]
    assert [line.quantity for line in box.lines] == [1]
    again = _parcels(acme, {LEFT: [("7", 1, "ODD-7")]})
    acme.send("856", [again[0].replace("BSN*00", "BSN*05"), *again[1:]])
    house.turn()
    assert [line.buckets.shipped for line in house.order().lines] == [0, 1], "a replacement mends"


def test_an_answer_under_a_name_said_anew_counts_for_one_line_only(
    house: House, acme: Supplier
) -> None:
    order = replace(_order(acme), lines=(("7", 1, "EA", "ODD-7"),))
    acme.send("855", acme.answer(order, word="IR"))
    house.turn()
    (paper,) = _papers(house, "855")
    _said(house, "ODD-7", "SKU-1", paper)
    before = [line.buckets for line in house.order().lines]
    _said(house, "ODD-7", "SKU-2", paper, was="SKU-1")
    assert [line.buckets for line in house.order().lines] == before
    assert before[0].rejected and NAMED_OTHERWISE in _codes(house, paper)


def test_a_warehouse_s_paper_under_a_name_said_anew_moves_nothing_more(
    at_depot: tuple[House, Depot],
) -> None:
    house, depot = at_depot
    order = _asked(house, depot, 2, 2)
    odd = replace(order, lines=(("9", 2, "ODD-7"),))
    depot.send("945", depot.shipped(odd, quantities={"9": 1}))
    depot.send("944", depot.took_in("", {"ODD-8": 5}))
    house.turn("depot")
    papers = [*_papers(house, "945", "depot"), *_papers(house, "944", "depot")]
    for name, paper in zip(("ODD-7", "ODD-8"), papers, strict=True):
        _said(house, name, "SKU-1", paper)
        _said(house, name, "SKU-2", paper, was="SKU-1")
        assert NAMED_OTHERWISE in _codes(house, paper)
    (part,) = house.order().fulfillments
    told = [(line.buckets.shipped, line.buckets.open) for line in part.lines]
    assert told == [(1, 0), (0, 2)], "neither shipped nor short of the other article"
    with house.parts.store.read() as tx:
        moved = {
            sku: sorted(one.quantity for one in tx.depot.of_sku(partner="depot", sku=sku, limit=9))
            for sku in ("SKU-1", "SKU-2")
        }
    assert moved == {"SKU-1": [-1, 5, 9], "SKU-2": [9]}


def test_a_receipt_counts_a_line_named_later_beside_the_same_article_s_own(
    at_depot: tuple[House, Depot],
) -> None:
    house, depot = at_depot
    lists(house, {"SKU-1": ("depot",)})
    depot.send("944", depot.took_in("", {"ODD-8": 5, "D-SKU-1": 100}))
    house.turn("depot")
    (paper,) = _papers(house, "944", "depot")
    _said(house, "ODD-8", "SKU-1", paper)
    with house.parts.store.read() as tx:
        moved = tx.depot.of_sku(partner="depot", sku="SKU-1", limit=9)
    assert sorted(one.quantity for one in moved) == [5, 100]


def test_names_said_one_by_one_fill_the_parcels_that_stand(house: House, acme: Supplier) -> None:
    acme.send("856", _parcels(acme, {LEFT: [("7", 2, "ODD-7")], RIGHT: [("8", 1, "ODD-8")]}))
    house.turn()
    (paper,) = _papers(house, "856")
    for name, sku in (("ODD-7", "SKU-1"), ("ODD-8", "SKU-2")):
        _said(house, name, sku, paper)
        [shipment] = house.order().shipments
        assert [box.tracking for box in shipment.packages] == [LEFT, RIGHT]
    assert [[line.quantity for line in box.lines] for box in shipment.packages] == [[2], [1]]
    assert house.word() == "Shipped" and house.order().voided == ()


def test_a_parcel_that_arrived_before_its_names_were_said_counts_as_delivered(
    house: House, acme: Supplier
) -> None:
    acme.send("856", _parcels(acme, {LEFT: [("7", 2, "ODD-7"), ("8", 1, "ODD-8")]}))
    house.turn()
    (paper,) = _papers(house, "856")
    _told(house, CarrierMoment.EXCEPTION)
    assert "parcel-trouble" in house.exceptions()
    _said(house, "ODD-7", "SKU-1", paper)
    _told(house, CarrierMoment.DELIVERED)
    assert "parcel-trouble" not in house.exceptions()
    _said(house, "ODD-8", "SKU-2", paper)
    assert [line.buckets.delivered for line in house.order().lines] == [2, 1]
    assert house.word() == "Delivered" and house.exceptions() == []
    [box] = [box for one in house.order().shipments for box in one.packages]
    assert [line.quantity for line in box.lines] == [2, 1], "one parcel, told in two steps"


def test_a_report_that_lists_an_article_by_its_id_and_by_a_name_counts_it_once(
    house: House,
) -> None:
    stock_up(house)
    acme = house.suppliers["acme"]
    levels = {"ODD-7": 4, "acme-SKU-1": 4, "ODD-8": 3, "ODD-9": 2}
    for name, sku in (("ODD-7", "SKU-1"), ("ODD-8", "SKU-2"), ("ODD-9", "SKU-2")):
        say_name(house.parts, "acme", name, sku, who=WHO)
    acme.send("846", acme.counts(levels, name="first"))
    house.turn()
    with house.parts.store.read() as tx:
        found = {level.sku: level.quantity for level in tx.stock.page(after="", limit=9)}
    assert found == {"SKU-1": 4, "SKU-2": 3}
    (paper,) = _papers(house, "846")
    told = document(house.parts, paper).problems
    assert [(one.code, one.value) for one in told] == [
        ("listed-twice", "ODD-7"),
        ("listed-twice", "ODD-9"),
    ]
    assert _state(house, paper) is DocumentState.APPLIED


def test_names_of_one_line_that_contradict_mean_nothing(house: House, acme: Supplier) -> None:
    say_name(house.parts, "acme", "ODD-1", "SKU-1", who=WHO)
    say_name(house.parts, "acme", "ODD-3", "SKU-3", who=WHO)
    acme.send("856", _parcels(acme, {LEFT: [("7", 2, "ODD-1")]}, also="*UP*ODD-3"))
    house.turn()
    (paper,) = _papers(house, "856")
    assert [line.buckets.shipped for line in house.order().lines] == [0, 0]
    (problem,) = document(house.parts, paper).problems
    assert "(ODD-1: SKU-1, ODD-3: SKU-3), so that none is meant" in problem.text


def test_a_name_that_the_catalogue_gives_to_another_article_is_that_article_s(
    house: House, acme: Supplier
) -> None:
    say_name(house.parts, "acme", "ODD-7", "SKU-1", who=WHO)
    assert [one.given_to for one in names(house.parts, "acme")] == [""]
    offer = PartnerItem(
        partner="acme",
        sku="SKU-2",
        products=(ProductId(kind="vendor", value="ODD-7"),),
        unit="EA",
        units_per_pack=1,
        cost=100,
        currency="USD",
        priority=1,
    )
    house.parts.store.write(lambda tx: tx.catalog.put([], [offer]))
    assert [one.given_to for one in names(house.parts, "acme")] == ["SKU-2"]
    acme.send("856", _parcels(acme, {LEFT: [("7", 2, "ODD-7")]}))
    house.turn()
    assert [line.buckets.shipped for line in house.order().lines] == [0, 0]


def test_a_name_may_have_odd_spaces_and_no_controls(house: House) -> None:
    stock_up(house)
    odd = "ODD\u00a07\u2009\u200b"
    assert say_name(house.parts, "acme", odd, "SKU-1", who=WHO).name == odd
    for wrong in ("ODD\u00857", "ODD\ud8007", "ODD\t7"):
        with pytest.raises(Refused, match="can be seen"):
            say_name(house.parts, "acme", wrong, "SKU-1", who=WHO)
