import re
from collections import Counter

from hub.domain import placing
from hub.domain.orders import OrderChannel
from hub.domain.status import Word
from hub.lab import catalog
from hub.lab.firms import FIRMS
from hub.lab.plays import OPENED, plays
from hub.lab.tracking import check_digit

PLAYS = plays()
ORDERS = [play.order for play in PLAYS]


def test_forty_orders_of_two_brands_can_be_placed_as_they_stand() -> None:
    assert Counter(play.brand for play in PLAYS) == {"juniper": 20, "harbor": 20}
    assert len({play.order.number for play in PLAYS}) == 40
    wrong = [placing.problems(order, known_skus=catalog.ARTICLES) for order in ORDERS]
    assert wrong == [()] * 40


def test_orders_end_with_every_word_but_the_first() -> None:
    assert {play.ends for play in PLAYS} == set(Word) - {Word.CONFIRMED}


def test_a_split_and_late_order_has_the_page_that_opens() -> None:
    (opened,) = [play for play in PLAYS if play.order.number == OPENED]
    assert opened.shown
    assert opened.ends is Word.DELAYED
    wanted = {line.sku: line.quantity for line in opened.order.lines}
    shelves = catalog.ARTICLES["JUN-PLANTER-TERRA"].shelves
    assert max(shelves.values()) < wanted["JUN-PLANTER-TERRA"] <= sum(shelves.values())


def test_what_is_asked_later_covers_in_time_too_late_and_in_between() -> None:
    acts = [play.act for play in PLAYS if play.act]
    assert {act.when for act in acts} == {"placed", "answered", "shipped"}
    assert {act.path for act in acts} == {"cancellations", "changes"}
    assert {act.outcome for act in acts} == {"done", "asked", "too_late"}


def test_nobody_is_asked_for_more_than_all_suppliers_have() -> None:
    wanted: Counter[str] = Counter()
    for order in ORDERS:
        for line in order.lines:
            wanted[line.sku] += line.quantity
    arriving = {sku: packs for firm in FIRMS for sku, packs in firm.terms.arriving.items()}
    for sku, quantity in wanted.items():
        article = catalog.ARTICLES[sku]
        packs = sum(article.shelves.values()) + arriving.get(sku, 0)
        assert quantity <= packs * article.units_per_pack


def test_the_orders_show_what_orders_can_have() -> None:
    groups = [group for order in ORDERS for group in order.groups]
    assert any(len(order.groups) > 1 for order in ORDERS)
    assert any(group.gift for group in groups)
    assert any(group.instructions for group in groups)
    assert any(line.personalization for order in ORDERS for line in order.lines)
    assert any(order.discount for order in ORDERS)
    assert {OrderChannel.WEB, OrderChannel.PHONE} <= {order.channel for order in ORDERS}


def test_people_are_invented() -> None:
    people = [order.customer for order in ORDERS]
    people += [group.ship_to for order in ORDERS for group in order.groups]
    assert all(re.fullmatch(r"\d{3}-555-01\d\d", person.phone) for person in people)
    assert all(person.email.endswith("@example.com") for person in people)


def test_the_catalogue_is_offered_by_the_simulated_suppliers_only() -> None:
    offers = catalog.offers()
    assert {offer.partner for offer in offers} == {firm.key for firm in FIRMS}
    assert {offer.sku for offer in offers} == {one.sku for one in catalog.items()}
    ids = [(offer.partner, product.value) for offer in offers for product in offer.products]
    assert len(set(ids)) == len(ids)


def test_gtins_have_their_check_digit() -> None:
    gtins = [one.gtin for one in catalog.items()]
    assert all(len(gtin) == 12 and check_digit(gtin[:-1]) == gtin[-1] for gtin in gtins)
    assert len(set(gtins)) == len(gtins)


def test_special_terms_name_articles_that_the_supplier_offers() -> None:
    offered = {(offer.partner, offer.sku) for offer in catalog.offers()}
    special = {
        (firm.key, sku)
        for firm in FIRMS
        for skus in (
            firm.terms.refused, firm.terms.waited_for, firm.terms.elsewhere, firm.terms.late,
            firm.terms.slow, firm.terms.held, firm.terms.put_off, firm.terms.packed,
            firm.terms.silent, firm.terms.misprinted, firm.terms.overcharged, firm.terms.advised,
            firm.terms.carried, firm.terms.arriving,
        )
        for sku in skus
    }  # fmt: skip
    assert special
    assert special <= offered
