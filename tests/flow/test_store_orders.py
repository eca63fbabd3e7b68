"""Orders, people, catalogue and keys come back as they were put in, and races are told."""

import itertools
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.domain.catalog import Item, PartnerItem
from hub.domain.exchange import Problem, Where
from hub.domain.facts import Candidate, Stuck
from hub.domain.messages import ProductId
from hub.domain.names import Names
from hub.domain.orders import Shipment
from hub.errors import Conflict
from hub.store import Damaged, Erased, Store
from tests.flow.orders_drawn import orders, shipments
from tests.flow.stored import NOON, SECOND, insert_order, simple_order
from tests.rigs.stores import DatabaseErrors, open_store, refuse_updates

_counted = itertools.count()
# The store is one and the same for all examples of a test; each example has names of its own.
shared_store = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30
)


def _someone(tx, key):
    names = Names(key)
    customer = tx.people.customer(brand="juniper", email="", at=NOON, names=names)
    person = names.new("person")
    tx.people.add(customer_id=customer, person_id=person, role="recipient", words={})
    return customer, person


def _drawn(chosen, store):
    key = str(next(_counted))
    customer, person = store.write(lambda tx: _someone(tx, key))
    order = chosen.draw(orders(key=key, customer=customer, person=person))
    store.write(lambda tx: tx.orders.insert(order, content_hash=b"hash"))
    return order


@shared_store
@given(chosen=st.data())
def test_an_order_comes_back_as_it_was_inserted(store: Store, chosen):
    order = _drawn(chosen, store)
    with store.read() as tx:
        assert tx.orders.load(order.id) == order
        assert tx.orders.find(brand=order.brand, number=order.number) == order
        assert order in tx.orders.page(brand=order.brand, limit=1000, before=None)
        for part in order.fulfillments:
            found = tx.orders.for_purchase_order(partner=part.partner, number=part.number)
            assert found == (order, part.id)


@shared_store
@given(chosen=st.data())
def test_a_saved_order_comes_back_with_its_changes_one_version_up(store: Store, chosen):
    before = _drawn(chosen, store)
    lines = [
        line.__class__(
            **{
                **{name: getattr(line, name) for name in line.__slots__},
                "buckets": line.buckets.ship(chosen.draw(st.integers(0, line.buckets.open))),
            }
        )
        for line in before.lines
    ]
    more: tuple[Shipment, ...] = ()
    if before.fulfillments:
        key = f"late-{next(_counted)}"
        more = (chosen.draw(shipments(key=key, part=before.fulfillments[0])),)
    after = replace(before, lines=tuple(lines), shipments=before.shipments + more)
    saved = store.write(lambda tx: tx.orders.save(before, after))
    assert saved == replace(after, version=before.version + 1)
    with store.read() as tx:
        assert tx.orders.load(before.id) == saved


def test_a_save_writes_only_the_rows_that_differ(store: Store):
    order = store.write(lambda tx: insert_order(tx, "J1"))
    refuse_updates(store, "ship_group")
    changed = replace(order, lines=(replace(order.lines[0], description="Another lamp"),))
    saved = store.write(lambda tx: tx.orders.save(order, changed))
    signed = replace(saved, groups=(replace(order.groups[0], signature=True),))
    with pytest.raises(DatabaseErrors, match="not to be written"):
        store.write(lambda tx: tx.orders.save(saved, signed))
    with store.read() as tx:
        assert tx.orders.load(order.id) == replace(changed, version=2)


def test_a_save_on_an_old_version_is_a_conflict_and_changes_nothing(store: Store):
    order = store.write(lambda tx: insert_order(tx, "J1"))
    line = order.lines[0]
    shipped = replace(order, lines=(replace(line, buckets=line.buckets.ship(2)),))
    saved = store.write(lambda tx: tx.orders.save(order, shipped))
    runs = []

    def again(tx):
        runs.append(1)
        cancelled = replace(order, lines=(replace(line, buckets=line.buckets.cancel(1)),))
        tx.orders.save(order, cancelled)

    with pytest.raises(Conflict, match="no longer at version 1"):
        store.write(again)
    assert len(runs) == 5
    with store.read() as tx:
        assert tx.orders.load(order.id) == saved


def test_a_work_that_reads_again_after_a_conflict_succeeds(store: Store):
    order = store.write(lambda tx: insert_order(tx, "J1"))
    seen = [order]

    def work(tx):
        before = seen.pop() if seen else tx.orders.load(order.id)
        if before is order and not seen:
            tx.orders.save(before, before)
            raise Conflict("somebody was faster")
        return tx.orders.save(before, before)

    assert store.write(work).version == 2


def test_parts_of_an_order_are_never_removed(store: Store):
    order = store.write(lambda tx: insert_order(tx, "J1"))
    with pytest.raises(ValueError, match="never removed"):
        store.write(lambda tx: tx.orders.save(order, replace(order, lines=())))


def test_an_order_number_is_taken_once_for_each_brand(store: Store):
    store.write(lambda tx: insert_order(tx, "J1"))
    store.write(lambda tx: insert_order(tx, "J1", brand="harbor"))

    def twice(tx):
        order = simple_order(tx, "J1")
        tx.orders.insert(replace(order, id="another"), content_hash=b"")

    with pytest.raises(Conflict):
        store.write(twice)
    with store.read() as tx:
        assert tx.orders.content_hash(brand="juniper", number="J1") == b"J1"
        assert tx.orders.content_hash(brand="juniper", number="J2") is None
        assert len(tx.orders.page(brand=None, limit=9, before=None)) == 2


def test_pages_of_orders_follow_one_another_without_gaps(store: Store):
    for number in range(7):
        store.write(lambda tx, n=number: insert_order(tx, f"J{n}"))
    found, before = [], None
    with store.read() as tx:
        while page := tx.orders.page(brand="juniper", limit=3, before=before):
            found += page
            before = (page[-1].placed_at, page[-1].id)
    assert sorted(order.number for order in found) == [f"J{n}" for n in range(7)]


def test_a_status_document_is_replaced_and_keeps_its_position(store: Store):
    order = store.write(lambda tx: insert_order(tx, "J1"))
    later = replace(order, version=2)
    store.write(
        lambda tx: tx.orders.write_status(
            order=later, body='{"x":1}', word="shipped", next_change_at=NOON
        )
    )
    row = store.status(brand="juniper", number="J1")
    assert row is not None
    assert (row.version, row.body, row.word, row.next_change_at) == (2, '{"x":1}', "shipped", NOON)
    assert row.position is None
    with store.read() as tx:
        assert tx.orders.status(brand="juniper", number="J1") == row
        assert tx.orders.status(brand="harbor", number="J1") is None
    assert store.status(brand="juniper", number="none") is None


def test_every_candidate_is_kept_in_order(store: Store):
    order = store.write(lambda tx: insert_order(tx, "J1"))
    candidates = [
        Candidate(line_id="l", partner=name, won=name == "mill", quantity=1, reason=f"why {name}")
        for name in ("nordic", "acme", "mill")
    ]
    store.write(
        lambda tx: tx.orders.add_candidates(
            order_id=order.id, candidates=candidates, at=NOON, names=Names("sourcing")
        )
    )
    with store.read() as tx:
        assert tx.orders.candidates(order.id) == candidates


def test_a_customer_is_found_by_e_mail_whatever_its_letters(store: Store):
    def ask(email, seed, brand="juniper"):
        return store.write(
            lambda tx: tx.people.customer(brand=brand, email=email, at=NOON, names=Names(seed))
        )

    first = ask("Maya@Example.com", "a")
    assert ask(" maya@example.com ", "b") == first
    assert ask("maya@example.com", "c", brand="harbor") != first
    assert ask("", "d") != ask("", "e")


def test_words_of_a_person_come_back_until_the_customer_is_erased(store: Store):
    words = {"name": "Maya Lindqvist", "lines": ["12 Alder Lane"], "notes": {"gift": "Für dich"}}

    def put(tx):
        customer = tx.people.customer(
            brand="juniper", email="maya@example.com", at=NOON, names=Names("x")
        )
        tx.people.add(customer_id=customer, person_id="p1", role="recipient", words=words)
        return customer

    customer = store.write(put)
    with store.read() as tx:
        assert tx.people.get("p1") == words
        with pytest.raises(KeyError):
            tx.people.get("p2")
    store.write(lambda tx: tx.people.erase(customer))
    with store.read() as tx, pytest.raises(Erased):
        tx.people.get("p1")
    assert store.write(put_again) != customer


def put_again(tx):
    """The erased customer comes back as a stranger."""
    return tx.people.customer(brand="juniper", email="maya@example.com", at=NOON, names=Names("y"))


def test_another_master_key_reads_nothing(tmp_path):
    store = open_store("sqlite", tmp_path, "")
    store.write(lambda tx: insert_order(tx, "J1"))
    with store.read() as tx:
        person = tx.orders.find(brand="juniper", number="J1").groups[0].person_id
    store.close()
    thief = Store.open(f"sqlite:///{tmp_path / 'hub.db'}", data_dir=tmp_path, master_key=b"x" * 32)
    with thief.read() as tx, pytest.raises(Damaged):
        tx.people.get(person)
    thief.close()


def test_no_word_of_a_person_is_readable_in_the_database_files(tmp_path):
    canary = "Wilhelmina Featherstonehaugh"
    store = open_store("sqlite", tmp_path, "")

    def put(tx):
        customer = tx.people.customer(
            brand="juniper", email="wilhelmina@example.com", at=NOON, names=Names("x")
        )
        tx.people.add(customer_id=customer, person_id="p", role="buyer", words={"name": canary})
        tx.facts.keep_reply(
            scope="k", key="1", body_hash=b"", status=201, body=canary.encode(), at=NOON
        )

    store.write(put)
    with store.read() as tx:
        assert tx.people.get("p") == {"name": canary}
    seen = b"".join(path.read_bytes() for path in tmp_path.glob("hub.db*"))
    assert b"recipient" not in seen and b"buyer" in seen  # the files hold what was written
    assert b"Featherstonehaugh" not in seen
    assert b"wilhelmina" not in seen.lower()
    store.close()


def test_the_catalogue_comes_back_and_is_replaced_by_key(store: Store):
    lamp = Item(sku="LAMP-01", gtin="00012345600012", title="Lamp", description="A lamp")
    rug = Item(sku="RUG-02")
    ids = (ProductId(kind="vendor", value="A-1"), ProductId(kind="gtin", value="00012345600012"))
    offer = PartnerItem(
        partner="acme",
        sku="LAMP-01",
        products=ids,
        unit="CA",
        units_per_pack=6,
        cost=4200,
        currency="USD",
        priority=2,
        valid_from=date(2026, 12, 1),
    )
    first = replace(offer, partner="mill", priority=1, valid_from=None)
    store.write(lambda tx: tx.catalog.put([lamp, rug], [offer, first]))
    dearer = replace(offer, cost=4300)
    store.write(lambda tx: tx.catalog.put([replace(rug, title="Rug")], [dearer]))
    with store.read() as tx:
        assert tx.catalog.items(["LAMP-01", "none"]) == {"LAMP-01": lamp}
        assert tx.catalog.offers(["LAMP-01", "RUG-02"]) == {"LAMP-01": [first, dearer]}
        assert tx.catalog.page(after="", limit=1) == [(lamp, [first, dearer])]
        assert tx.catalog.page(after="LAMP-01", limit=9) == [(replace(rug, title="Rug"), [])]


def test_a_long_list_of_articles_is_found_whole(store: Store):
    items = [Item(sku=f"S{n:04}") for n in range(700)]
    store.write(lambda tx: tx.catalog.put(items, []))
    with store.read() as tx:
        assert sorted(tx.catalog.items([item.sku for item in items])) == [i.sku for i in items]
        assert tx.catalog.items([]) == {}


def test_an_api_key_is_found_until_it_is_revoked(store: Store):
    store.write(
        lambda tx: tx.keys.add(key_id="k", brand="juniper", label="L", secret_hash=b"h", at=NOON)
    )
    with store.read() as tx:
        key = tx.keys.find(b"h")
        assert key is not None and key.brand == "juniper"
        assert tx.keys.find(b"other") is None
    assert store.write(lambda tx: tx.keys.revoke("k", at=NOON + SECOND))
    assert not store.write(lambda tx: tx.keys.revoke("k", at=NOON))
    with store.read() as tx:
        assert tx.keys.find(b"h") is None
        assert [row.revoked_at for row in tx.keys.page()] == [NOON + SECOND]


def test_a_hold_has_one_open_exception_that_is_brought_up_to_date(store: Store):
    problem = Problem(code="x12-ak304-3", text="N1 is missing", where=Where(ordinal=3, value="N1"))
    stuck = Stuck(hold="document/1", kind="rejected", text="first", next_step="ask Acme")
    better = replace(stuck, text="second", problems=(problem,), partner="acme")

    def open_(stuck, seed):
        store.write(lambda tx: tx.exceptions.open(stuck, at=NOON, order_id="o", names=Names(seed)))

    open_(stuck, "a")
    open_(better, "b")
    with store.read() as tx:
        (row,) = tx.exceptions.page(open_only=True, limit=9)
        assert (row.text, row.problems, row.hold) == ("second", (problem,), "document/1")
        assert row.id == Names("a").new("exc")
        assert tx.exceptions.page(open_only=True, limit=9, partner="mill") == []
    assert store.write(lambda tx: tx.exceptions.clear("document/1", at=NOON, by="Maya"))
    assert not store.write(lambda tx: tx.exceptions.clear("document/1", at=NOON, by="Maya"))
    open_(stuck, "c")
    with store.read() as tx:
        assert [row.closed_by for row in tx.exceptions.of_order("o")].count("Maya") == 1
        assert len(tx.exceptions.page(open_only=False, limit=9)) == 2
        assert len(tx.exceptions.page(open_only=True, limit=9, partner="")) == 1
