"""A name said anew books nothing twice; names said bit by bit fill what stands."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.domain.catalog import PartnerItem
from hub.domain.exchange import DocumentState, Purpose
from hub.domain.messages import CarrierEvent, CarrierMoment, ProductId
from hub.domain.renamed import NAMED_OTHERWISE
from hub.errors import Refused
from hub.flow.delivering import Told, tell
from hub.flow.naming import forget_name, say_name
from hub.ops.desk.causes import dry_run_of
from hub.ops.desk.document import document
from hub.ops.desk.naming import names
from tests.fakes import Supplier
from tests.rigs.depots import Depot, lists
from tests.rigs.houses import House, stock_up
from tests.rigs.naming import (
    LEFT,
    RIGHT,
    WHO,
    asked_of,
    codes_of,
    odd_order,
    one_order,
    papers_of,
    parcels_of,
    say_and_rerun,
    state_of,
)
from tests.rigs.stores import migrate_again


@pytest.fixture
def acme(house: House) -> Supplier:
    """Acme with one purchase order of two lines in its folder."""
    return one_order(house)


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
    acme.send("856", parcels_of(acme, {LEFT: [("7", 1, "ODD-7")]}))
    house.turn()
    (paper,) = papers_of(house, "856")
    say_and_rerun(house, "ODD-7", "SKU-1", paper)
    assert state_of(house, paper) is DocumentState.APPLIED
    say_and_rerun(house, "ODD-7", "SKU-2", paper, was="SKU-1")
    assert [line.buckets.shipped for line in house.order().lines] == [1, 0]
    assert NAMED_OTHERWISE in codes_of(house, paper)
    forget_name(house.parts, "acme", "ODD-7", who=WHO)
    say_and_rerun(house, "ODD-7", "SKU-2", paper)
    assert [line.buckets.shipped for line in house.order().lines] == [1, 0], "forgotten, said anew"
    [box] = [box for one in house.order().shipments for box in one.packages]
    assert [line.quantity for line in box.lines] == [1]
    again = parcels_of(acme, {LEFT: [("7", 1, "ODD-7")]})
    acme.send("856", [again[0].replace("BSN*00", "BSN*05"), *again[1:]])
    house.turn()
    assert [line.buckets.shipped for line in house.order().lines] == [0, 1], "a replacement mends"


def test_an_answer_under_a_name_said_anew_counts_for_one_line_only(
    house: House, acme: Supplier
) -> None:
    order = replace(odd_order(acme), lines=(("7", 1, "EA", "ODD-7"),))
    acme.send("855", acme.answer(order, word="IR"))
    house.turn()
    (paper,) = papers_of(house, "855")
    say_and_rerun(house, "ODD-7", "SKU-1", paper)
    before = [line.buckets for line in house.order().lines]
    say_and_rerun(house, "ODD-7", "SKU-2", paper, was="SKU-1")
    assert [line.buckets for line in house.order().lines] == before
    assert before[0].rejected and NAMED_OTHERWISE in codes_of(house, paper)


def test_a_warehouse_s_paper_under_a_name_said_anew_moves_nothing_more(
    at_depot: tuple[House, Depot],
) -> None:
    house, depot = at_depot
    order = asked_of(house, depot, 2, 2)
    odd = replace(order, lines=(("9", 2, "ODD-7"),))
    depot.send("945", depot.shipped(odd, quantities={"9": 1}))
    depot.send("944", depot.took_in("", {"ODD-8": 5}))
    house.turn("depot")
    papers = [*papers_of(house, "945", "depot"), *papers_of(house, "944", "depot")]
    for name, paper in zip(("ODD-7", "ODD-8"), papers, strict=True):
        say_and_rerun(house, name, "SKU-1", paper)
        say_and_rerun(house, name, "SKU-2", paper, was="SKU-1")
        assert NAMED_OTHERWISE in codes_of(house, paper)
    (part,) = house.order().fulfillments
    told = [(line.buckets.shipped, line.buckets.open) for line in part.lines]
    assert told == [(1, 0), (0, 2)], "neither shipped nor short of the other article"
    with house.parts.store.read() as tx:
        moved = {
            sku: sorted(one.quantity for one in tx.depot.of_sku(partner="depot", sku=sku, limit=9))
            for sku in ("SKU-1", "SKU-2")
        }
    assert moved == {"SKU-1": [-1, 5, 9], "SKU-2": [9]}


def _again(house: House, acme: Supplier, set_id: str, rows: list[str]) -> str:
    """Have the same paper come in another envelope, and return that document."""
    before = set(papers_of(house, set_id))
    acme.send(set_id, rows)
    house.turn()
    (paper,) = set(papers_of(house, set_id)) - before
    return paper


def test_the_same_notice_in_another_envelope_books_nothing_under_a_name_said_anew(
    house: House, acme: Supplier
) -> None:
    notice = parcels_of(acme, {LEFT: [("7", 1, "ODD-7")], RIGHT: [("8", 1, "acme-SKU-2")]})
    say_name(house.parts, "acme", "ODD-7", "SKU-1", who=WHO)
    first = _again(house, acme, "856", notice)
    assert state_of(house, first) is DocumentState.APPLIED
    forget_name(house.parts, "acme", "ODD-7", who=WHO)
    say_name(house.parts, "acme", "ODD-7", "SKU-2", who=WHO)
    second = _again(house, acme, "856", notice)
    assert [line.buckets.shipped for line in house.order().lines] == [1, 1]
    assert codes_of(house, second) == [NAMED_OTHERWISE]
    (would,) = dry_run_of(house.parts, [second])
    assert not would.better and not any("shipped" in one for one in would.found[0].would)
    replacement = [notice[0].replace("BSN*00", "BSN*05"), *notice[1:]]
    replaced = _again(house, acme, "856", replacement)
    assert state_of(house, replaced) is DocumentState.APPLIED, "a replacement counts as names are"
    assert [line.buckets.shipped for line in house.order().lines] == [0, 1]
    third = parcels_of(acme, {LEFT: [("7", 1, "acme-SKU-1")]})
    third[0] = third[0].replace("BSN*00*S", "BSN*00*T")
    _again(house, acme, "856", third)
    assert [line.buckets.shipped for line in house.order().lines] == [1, 1], "another notice counts"


def test_a_part_of_a_notice_that_names_its_articles_newly_is_a_parcel_of_its_own(
    house: House, acme: Supplier
) -> None:
    say_name(house.parts, "acme", "ODD-7", "SKU-1", who=WHO)
    say_name(house.parts, "acme", "ODD-8", "SKU-2", who=WHO)
    say_name(house.parts, "acme", "ODD-8", "SKU-1", who=WHO, instead_of="SKU-2")
    say_name(house.parts, "acme", "ODD-8", "SKU-2", who=WHO, instead_of="SKU-1")
    _again(house, acme, "856", parcels_of(acme, {LEFT: [("7", 1, "ODD-7")]}))
    paper = _again(house, acme, "856", parcels_of(acme, {RIGHT: [("8", 1, "ODD-8")]}))
    assert state_of(house, paper) is DocumentState.APPLIED and codes_of(house, paper) == []
    assert [line.buckets.shipped for line in house.order().lines] == [1, 1]


def test_the_same_answer_in_another_envelope_counts_for_one_line_only(
    house: House, acme: Supplier
) -> None:
    answer = acme.answer(replace(odd_order(acme), lines=(("7", 1, "EA", "ODD-7"),)), word="IR")
    say_name(house.parts, "acme", "ODD-7", "SKU-1", who=WHO)
    _again(house, acme, "855", answer)
    before = [line.buckets for line in house.order().lines]
    say_name(house.parts, "acme", "ODD-7", "SKU-2", who=WHO, instead_of="SKU-1")
    second = _again(house, acme, "855", answer)
    assert [line.buckets for line in house.order().lines] == before and before[0].rejected
    assert codes_of(house, second) == ["said-otherwise-before"], (
        "the first answer spoke of both lines"
    )


def test_a_warehouse_s_paper_in_another_envelope_moves_nothing_under_a_name_said_anew(
    at_depot: tuple[House, Depot],
) -> None:
    house, depot = at_depot
    order = replace(asked_of(house, depot, 2, 2), lines=(("9", 2, "ODD-7"), ("8", 2, "ODD-9")))
    for name in ("ODD-7", "ODD-8", "ODD-9"):
        say_name(house.parts, "depot", name, "SKU-1", who=WHO)
    papers = {
        "945": depot.shipped(replace(order, lines=order.lines[:1]), quantities={"9": 0}),
        "944": depot.took_in("", {"ODD-8": 5}),
        "947": depot.adjusts(("03", -2, "ODD-8")),
    }
    told = {}
    for turn in range(2):
        for set_id, rows in papers.items():
            depot.send(set_id, rows)
            house.turn("depot")
            (told[set_id, turn],) = set(papers_of(house, set_id, "depot")) - set(told.values())
        for name in ("ODD-7", "ODD-8") if not turn else ():
            say_name(house.parts, "depot", name, "SKU-2", who=WHO, instead_of="SKU-1")
    assert all(NAMED_OTHERWISE in codes_of(house, told[set_id, 1]) for set_id in papers)
    (part,) = house.order().fulfillments
    assert [line.buckets.open for line in part.lines] == [0, 2], "short of one article only"
    with house.parts.store.read() as tx:
        moved = {
            sku: sorted(one.quantity for one in tx.depot.of_sku(partner="depot", sku=sku, limit=9))
            for sku in ("SKU-1", "SKU-2")
        }
    assert moved == {"SKU-1": [-2, 5, 9], "SKU-2": [9]}


def test_a_receipt_whose_names_changed_places_books_no_more_than_it_says(
    at_depot: tuple[House, Depot],
) -> None:
    house, depot = at_depot
    lists(house, {"SKU-1": ("depot",), "SKU-2": ("depot",)})
    receipt = depot.took_in("", {"ODD-7": 5, "ODD-8": 3})
    say_name(house.parts, "depot", "ODD-7", "SKU-1", who=WHO)
    depot.send("944", receipt)
    house.turn("depot")
    (first,) = papers_of(house, "944", "depot")
    say_name(house.parts, "depot", "ODD-7", "SKU-2", who=WHO, instead_of="SKU-1")
    say_name(house.parts, "depot", "ODD-8", "SKU-1", who=WHO)
    depot.send("944", receipt)
    house.turn("depot")
    forget_name(house.parts, "depot", "ODD-7", who=WHO)
    say_and_rerun(house, "ODD-8", "SKU-1", first)
    assert state_of(house, first) is DocumentState.PARTLY_APPLIED, "its units stay booked"
    with house.parts.store.read() as tx:
        moved = [
            [one.quantity for one in tx.depot.of_sku(partner="depot", sku=sku, limit=9)]
            for sku in ("SKU-1", "SKU-2")
        ]
    assert moved == [[5], []]


def test_what_a_warehouse_shipped_leaves_its_stock_also_when_a_short_line_is_refused(
    at_depot: tuple[House, Depot],
) -> None:
    house, depot = at_depot
    order = replace(asked_of(house, depot, 2, 2), lines=(("9", 2, "ODD-7"), ("8", 2, "ODD-9")))
    say_name(house.parts, "depot", "ODD-7", "SKU-1", who=WHO)
    depot.send("945", depot.shipped(order, quantities={"9": 0}))
    house.turn("depot")
    (paper,) = papers_of(house, "945", "depot")
    say_name(house.parts, "depot", "ODD-9", "SKU-2", who=WHO)
    say_and_rerun(house, "ODD-7", "SKU-2", paper, was="SKU-1")
    assert NAMED_OTHERWISE in codes_of(house, paper)
    (part,) = house.order().fulfillments
    assert [line.buckets.shipped for line in part.lines] == [0, 2]
    with house.parts.store.read() as tx:
        moved = tx.depot.of_sku(partner="depot", sku="SKU-2", limit=9)
    assert sorted(one.quantity for one in moved) == [-2, 9]


def test_a_receipt_counts_a_line_named_later_beside_the_same_article_s_own(
    at_depot: tuple[House, Depot],
) -> None:
    house, depot = at_depot
    lists(house, {"SKU-1": ("depot",)})
    depot.send("944", depot.took_in("", {"ODD-8": 5, "D-SKU-1": 100}))
    house.turn("depot")
    (paper,) = papers_of(house, "944", "depot")
    say_and_rerun(house, "ODD-8", "SKU-1", paper)
    with house.parts.store.read() as tx:
        moved = tx.depot.of_sku(partner="depot", sku="SKU-1", limit=9)
    assert sorted(one.quantity for one in moved) == [5, 100]


def test_names_said_one_by_one_fill_the_parcels_that_stand(house: House, acme: Supplier) -> None:
    acme.send("856", parcels_of(acme, {LEFT: [("7", 2, "ODD-7")], RIGHT: [("8", 1, "ODD-8")]}))
    house.turn()
    (paper,) = papers_of(house, "856")
    for name, sku in (("ODD-7", "SKU-1"), ("ODD-8", "SKU-2")):
        say_and_rerun(house, name, sku, paper)
        [shipment] = house.order().shipments
        assert [box.tracking for box in shipment.packages] == [LEFT, RIGHT]
    assert [[line.quantity for line in box.lines] for box in shipment.packages] == [[2], [1]]
    assert house.word() == "Shipped" and house.order().voided == ()


def test_a_parcel_that_arrived_before_its_names_were_said_counts_as_delivered(
    house: House, acme: Supplier
) -> None:
    acme.send("856", parcels_of(acme, {LEFT: [("7", 2, "ODD-7"), ("8", 1, "ODD-8")]}))
    house.turn()
    (paper,) = papers_of(house, "856")
    _told(house, CarrierMoment.EXCEPTION)
    assert "parcel-trouble" in house.exceptions()
    say_and_rerun(house, "ODD-7", "SKU-1", paper)
    _told(house, CarrierMoment.DELIVERED)
    assert "parcel-trouble" not in house.exceptions()
    say_and_rerun(house, "ODD-8", "SKU-2", paper)
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
    (paper,) = papers_of(house, "846")
    told = document(house.parts, paper).problems
    assert [(one.code, one.value) for one in told] == [
        ("listed-twice", "ODD-7"),
        ("listed-twice", "ODD-9"),
    ]
    assert state_of(house, paper) is DocumentState.APPLIED


def test_names_of_one_line_that_contradict_mean_nothing(house: House, acme: Supplier) -> None:
    say_name(house.parts, "acme", "ODD-1", "SKU-1", who=WHO)
    say_name(house.parts, "acme", "ODD-3", "SKU-3", who=WHO)
    acme.send("856", parcels_of(acme, {LEFT: [("7", 2, "ODD-1")]}, also="*UP*ODD-3"))
    house.turn()
    (paper,) = papers_of(house, "856")
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
    acme.send("856", parcels_of(acme, {LEFT: [("7", 2, "ODD-7")]}))
    house.turn()
    assert [line.buckets.shipped for line in house.order().lines] == [0, 0]


def test_a_name_may_have_odd_spaces_and_no_controls(house: House) -> None:
    stock_up(house)
    odd = "ODD\u00a07\u2009\u200b"
    assert say_name(house.parts, "acme", odd, "SKU-1", who=WHO).name == odd
    for wrong in ("ODD\u00857", "ODD\ud8007", "ODD\t7"):
        with pytest.raises(Refused, match="can be seen"):
            say_name(house.parts, "acme", wrong, "SKU-1", who=WHO)


@pytest.mark.parametrize("known", [True, False], ids=["partly", "not at all"])
def test_a_notice_sent_again_after_its_name_was_said_fills_the_parcel_that_stands(
    house: House, acme: Supplier, known: bool
) -> None:
    other = [("8", 1, "acme-SKU-2")] if known else []
    paper = parcels_of(acme, {LEFT: [("7", 2, "ODD-7"), *other]})
    acme.send("856", paper)
    house.turn()
    if not known:
        _told(house, CarrierMoment.DELIVERED)
    say_name(house.parts, "acme", "ODD-7", "SKU-1", who=WHO)
    for _ in range(2):
        acme.send("856", paper)
        house.turn()
    [box] = [box for one in house.order().shipments for box in one.packages]
    assert sorted(line.quantity for line in box.lines) == sorted([2, *(row[1] for row in other)])
    assert house.order().lines[0].buckets.delivered == (0 if known else 2)
    forget_name(house.parts, "acme", "ODD-7", who=WHO)
    acme.send("856", paper)
    house.turn()
    assert [len(one.packages) for one in house.order().shipments] == [1], "forgotten, sent again"


def test_of_two_papers_about_one_parcel_each_fills_its_own_days(
    house: House, acme: Supplier
) -> None:
    for day, line in (("20261120", ("7", 1, "acme-SKU-1")), ("20261119", ("8", 1, "ODD-8"))):
        paper = parcels_of(acme, {LEFT: [line]})
        acme.send("856", [*paper[:3], f"DTM*011*{day}*1200", *paper[3:]])
        house.turn()
    papers = papers_of(house, "856")
    [odd] = [one for one in papers if state_of(house, one) is not DocumentState.APPLIED]
    say_and_rerun(house, "ODD-8", "SKU-2", odd)
    boxes = [box for one in house.order().shipments for box in one.packages]
    assert [[line.quantity for line in box.lines] for box in boxes] == [[1], [1]]
    assert [line.buckets.shipped for line in house.order().lines] == [1, 1]


@pytest.mark.parametrize("way", ["said anew", "forgotten"])
def test_what_a_name_meant_before_the_upgrade_is_remembered(
    house: House, acme: Supplier, way: str
) -> None:
    paper = parcels_of(acme, {LEFT: [("7", 1, "ODD-7")]})
    say_name(house.parts, "acme", "ODD-7", "SKU-1", who=WHO)
    acme.send("856", paper)
    house.turn()
    if way == "said anew":
        say_name(house.parts, "acme", "ODD-7", "SKU-2", who=WHO, instead_of="SKU-1")
    else:
        forget_name(house.parts, "acme", "ODD-7", who=WHO)
    migrate_again(house.parts.store, "0019")
    if way == "forgotten":
        say_name(house.parts, "acme", "ODD-7", "SKU-2", who=WHO)
    acme.send("856", paper)
    house.turn()
    assert [line.buckets.shipped for line in house.order().lines] == [1, 0]
    assert any(NAMED_OTHERWISE in codes_of(house, one) for one in papers_of(house, "856"))


def test_a_line_told_by_its_own_id_is_shipped_whatever_an_id_beside_it_meant_once(
    house: House, acme: Supplier
) -> None:
    say_name(house.parts, "acme", "UPC-9", "SKU-1", who=WHO)
    say_name(house.parts, "acme", "UPC-9", "SKU-2", who=WHO, instead_of="SKU-1")
    acme.send("856", parcels_of(acme, {LEFT: [("7", 2, "acme-SKU-1")]}))
    house.turn()
    acme.send("856", parcels_of(acme, {LEFT: [("8", 1, "acme-SKU-2")]}, also="*UP*UPC-9"))
    house.turn()
    assert [line.buckets.shipped for line in house.order().lines] == [2, 1]
