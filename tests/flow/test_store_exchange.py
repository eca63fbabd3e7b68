"""Custody: bytes come back, states move as the tables say, effects are done once."""

import io
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.domain.exchange import (
    DOCUMENT_MOVES,
    NOWHERE,
    Direction,
    DocumentState,
    Problem,
    Severity,
    TransmissionState,
    Where,
)
from hub.domain.facts import Effect
from hub.errors import Conflict
from hub.store import Damaged, Erased, Sighting, Store
from hub.store.problems import problems_read, problems_text
from tests.flow.stored import (
    NOON,
    SECOND,
    a_delivery,
    a_document,
    an_interchange,
    insert_order,
)
from tests.rigs.stores import MASTER_KEY, open_store, run_sql

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
places = st.builds(
    Where,
    offset=st.none() | st.integers(0, 2**40),
    segment=texts,
    ordinal=st.none() | st.integers(1, 10**6),
    element=st.none() | st.integers(1, 99),
    component=st.none() | st.integers(1, 9),
    path=texts,
    value=texts,
)
problems = st.lists(
    st.builds(
        Problem,
        code=texts,
        text=texts,
        where=st.just(NOWHERE) | places,
        severity=st.sampled_from(Severity),
    ),
    max_size=4,
).map(tuple)


@given(problems)
def test_problems_come_back_with_their_places(some):
    assert problems_read(problems_text(some)) == some


def _take_in(store, key="t1", *, papers=1):
    """A delivery of Acme's with one envelope and some papers."""

    def work(tx):
        tx.exchange.add_transmission(a_delivery(key), body=b"ISA")
        tx.exchange.add_interchange(an_interchange(f"{key}-i", key))
        rows = [
            a_document(f"{key}-d{n}", transmission=key, interchange=f"{key}-i", ordinal=n)
            for n in range(1, papers + 1)
        ]
        tx.exchange.add_documents(rows)
        return rows

    return store.write(work)


def test_a_delivery_comes_back_with_its_bytes(store: Store):
    row = replace(a_delivery("t1"), problems=(Problem(code="c", text="t"),), duplicate_of="t0")
    assert store.write(lambda tx: tx.exchange.add_transmission(row, body=b"ISA*00"))
    with store.read() as tx:
        assert tx.exchange.transmission("t1") == row
        with tx.exchange.body("t1") as body:
            assert body.read() == b"ISA*00"
        with pytest.raises(KeyError):
            tx.exchange.body("t2")


def test_a_delivery_that_is_there_already_is_not_stored_again(store: Store):
    row = a_delivery("t1")
    again = replace(row, id="t2")
    elsewhere = replace(row, id="t3", partner="mill")
    assert store.write(lambda tx: tx.exchange.add_transmission(row, body=b"1"))
    assert not store.write(lambda tx: tx.exchange.add_transmission(again, body=b"2"))
    assert store.write(lambda tx: tx.exchange.add_transmission(elsewhere, body=b"3"))
    with store.read() as tx:
        assert tx.exchange.body("t1").read() == b"1"
        with pytest.raises(KeyError):
            tx.exchange.transmission("t2")


def test_a_body_belongs_into_the_row_or_into_the_archive(store: Store):
    with pytest.raises(ValueError, match="archive"):
        store.write(lambda tx: tx.exchange.add_transmission(a_delivery("t"), body=b"x" * 65_537))
    with pytest.raises(ValueError, match="neither"):
        store.write(lambda tx: tx.exchange.add_transmission(a_delivery("t"), body=None))


def test_a_large_body_lies_in_the_archive_and_may_come_again_after_it_was_erased(store: Store):
    plain = bytes(range(256)) * 1000
    for key in ("t1", "t2", "t3"):
        kept = store.archive.keep(io.BytesIO(plain))
        row = a_delivery(key, object_name=kept.name)
        assert store.write(lambda tx, r=row: tx.exchange.add_transmission(r, body=None))
        with store.read() as tx, tx.exchange.body(key) as body:
            body.seek(70_000)
            assert body.read(300) == plain[70_000:70_300]
        if key == "t2":
            store.write(lambda tx: tx.exchange.destroy_body("t1"))
            with store.read() as tx, pytest.raises(Erased):
                tx.exchange.body("t2")


def test_a_body_whose_key_was_destroyed_is_gone(store: Store):
    _take_in(store)
    store.write(lambda tx: tx.exchange.destroy_body("t1"))
    with store.read() as tx:
        assert tx.exchange.transmission("t1") == a_delivery("t1")
        with pytest.raises(Erased):
            tx.exchange.body("t1")


def test_a_changed_body_is_noticed(store: Store):
    _take_in(store)
    run_sql(store, "UPDATE transmission SET wrapped_key = body")
    with store.read() as tx, pytest.raises(Damaged):
        tx.exchange.body("t1")


def test_a_delivery_moves_as_its_table_says(store: Store):
    _take_in(store)
    problem = Problem(code="x12-ta105-001", text="the numbers differ")

    def move(then, **more):
        store.write(lambda tx: tx.exchange.move_transmission("t1", then=then, **more))

    move(TransmissionState.PARKED, problems=[problem])
    with pytest.raises(Conflict):
        move(TransmissionState.SPLIT)
    move(TransmissionState.RECEIVED)
    move(TransmissionState.DUPLICATE, duplicate_of="t0")
    with store.read() as tx:
        row = tx.exchange.transmission("t1")
    assert (row.state, row.problems, row.duplicate_of) == ("duplicate", (problem,), "t0")
    with pytest.raises(KeyError):
        store.write(lambda tx: tx.exchange.move_transmission("none", then=TransmissionState.SPLIT))


def test_waiting_deliveries_are_listed_in_the_order_of_their_lane(store: Store):
    for n, key in enumerate(["c", "a", "b"]):
        row = replace(a_delivery(key), at=NOON + n * SECOND, seq=9 - n)
        store.write(lambda tx, r=row: tx.exchange.add_transmission(r, body=b""))
    store.write(lambda tx: tx.exchange.count_attempt("b"))
    asked = {
        "partner": "acme",
        "channel": "edi",
        "direction": Direction.IN,
        "state": TransmissionState.RECEIVED,
    }
    with store.read() as tx:
        found = tx.exchange.waiting(**asked, limit=9)
        assert [(row.id, row.attempts) for row in found] == [("b", 1), ("a", 0), ("c", 0)]
        assert len(tx.exchange.waiting(**asked, limit=2)) == 2
        assert tx.exchange.waiting(**{**asked, "partner": "mill"}, limit=9) == []


def test_a_remote_file_that_vanished_is_marked(store: Store):
    def seen(path):
        return Sighting(
            partner="acme",
            channel="edi",
            path=path,
            size=9,
            mtime=1_795_176_000,
            sha256=b"h",
            generation=1,
            present=True,
        )

    for path in ("a.x12", "b.x12"):
        store.write(lambda tx, p=path: tx.exchange.put_sighting(seen(p)))
    store.write(
        lambda tx: tx.exchange.absent(partner="acme", channel="edi", present_paths=["b.x12"])
    )
    store.write(lambda tx: tx.exchange.put_sighting(replace(seen("b.x12"), generation=2)))
    with store.read() as tx:
        assert tx.exchange.present(partner="acme", channel="edi") == {"b.x12"}
        a = tx.exchange.sighting(partner="acme", channel="edi", path="a.x12")
        b = tx.exchange.sighting(partner="acme", channel="edi", path="b.x12")
        assert tx.exchange.sighting(partner="acme", channel="edi", path="c.x12") is None
    assert a == replace(seen("a.x12"), present=False)
    assert b == replace(seen("b.x12"), generation=2)


def test_the_receipts_for_an_interchange_are_found(store: Store):
    order = store.write(lambda tx: insert_order(tx, "J1"))
    _take_in(store)
    _send(store, order)
    with store.read() as tx:
        assert tx.exchange.answers_to("t1-i") == []
    run_sql(store, "UPDATE document SET business_key = 'receipt/t1-i' WHERE id = 'out-d'")
    with store.read() as tx:
        assert tx.exchange.answers_to("t1-i") == [a_delivery("out", direction=Direction.OUT)]
        assert tx.exchange.answers_to("t2-i") == []


def test_envelopes_of_the_same_identity_are_found(store: Store):
    _take_in(store, "t1")
    _take_in(store, "t2")
    with store.read() as tx:
        found = tx.exchange.known_interchanges(
            partner="acme",
            direction=Direction.IN,
            sender="01:123456789",
            receiver="12:5550100200",
            number="000000007",
        )
    assert found == [an_interchange("t1-i", "t1"), an_interchange("t2-i", "t2")]


def test_papers_come_back_and_wait_in_the_order_they_came(store: Store):
    rows = _take_in(store, papers=3)
    with store.read() as tx:
        assert tx.exchange.document("t1-d2") == rows[1]
        assert tx.exchange.documents(transmission_id="t1") == rows
        waiting = tx.exchange.documents_waiting(
            partner="acme", channel="edi", state=DocumentState.RECEIVED, limit=2
        )
        assert waiting == rows[:2]
        with pytest.raises(KeyError):
            tx.exchange.document("none")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(now=st.sampled_from(DocumentState), then=st.sampled_from(DocumentState))
def test_a_paper_moves_only_as_its_table_says(store: Store, now, then):
    key = f"{now.value}-{then.value}"
    with store.read() as tx:
        known = tx.exchange.waiting(
            partner="acme",
            channel="edi",
            direction=Direction.IN,
            state=TransmissionState.RECEIVED,
            limit=999,
        )
    if key not in {row.id for row in known}:
        _take_in(store, key)
    run_sql(store, f"UPDATE document SET state = '{now.value}' WHERE id = '{key}-d1'")

    def move(tx):
        tx.exchange.move_document(f"{key}-d1", then=then, at=NOON)

    if (now, then) in DOCUMENT_MOVES:
        store.write(move)
    else:
        with pytest.raises(Conflict):
            store.write(move)
    with store.read() as tx:
        state = tx.exchange.document(f"{key}-d1").state
    assert state == (then if (now, then) in DOCUMENT_MOVES else now)


def test_a_move_changes_what_it_is_given_and_nothing_else(store: Store):
    (row,) = _take_in(store)
    problem = Problem(code="unknown-order", text="no such order")

    def settle(tx):
        tx.exchange.count_document_attempt(row.id)
        tx.exchange.move_document(row.id, then=DocumentState.ACCEPTED, at=NOON)
        tx.exchange.move_document(
            row.id,
            then=DocumentState.REFUSED,
            at=NOON + SECOND,
            problems=[problem],
            business_key="asn/77",
            order_id="o",
            hashes={"map": "new"},
        )
        tx.exchange.move_document(row.id, then=DocumentState.PARKED, at=NOON, purpose="original")

    store.write(settle)
    parked = replace(
        row,
        state=DocumentState.PARKED,
        problems=(problem,),
        business_key="asn/77",
        purpose="original",
        order_id="o",
        hashes={"map": "new"},
        attempts=1,
        settled_at=NOON,
    )
    with store.read() as tx:
        assert tx.exchange.document(row.id) == parked
        assert tx.exchange.documents_of_order("o") == [parked]
    store.write(
        lambda tx: tx.exchange.move_document(
            row.id, then=DocumentState.RECEIVED, at=NOON, problems=[]
        )
    )
    with store.read() as tx:
        assert tx.exchange.document(row.id) == replace(
            parked, state=DocumentState.RECEIVED, problems=(), settled_at=None
        )


def _send(store, order):
    def work(tx):
        row = a_delivery("out", direction=Direction.OUT)
        tx.exchange.add_transmission(row, body=b"ISA")
        tx.exchange.add_interchange(
            replace(an_interchange("out-i", "out"), direction=Direction.OUT)
        )
        paper = a_document(
            "out-d",
            transmission="out",
            interchange="out-i",
            direction=Direction.OUT,
            fulfillment_id="part",
            order_id=order.id,
        )
        tx.exchange.add_documents([paper])
        return paper

    return store.write(work)


def test_the_four_stamps_are_independent(store: Store):
    order = store.write(lambda tx: insert_order(tx, "J1"))
    paper = _send(store, order)
    steps = [
        {"answered_at": NOON, "answered_by": "t9"},
        {"delivered_at": NOON + SECOND},
        {"valid_at": NOON + 2 * SECOND, "valid": False},
        {"told_at": NOON + 3 * SECOND},
        {"valid": True},
    ]
    for step in steps:
        store.write(lambda tx, s=step: tx.exchange.stamp("out-d", **s))
        paper = replace(paper, **step)
        with store.read() as tx:
            assert tx.exchange.document("out-d") == paper


def test_a_receipt_finds_the_papers_it_means(store: Store):
    order = store.write(lambda tx: insert_order(tx, "J1"))
    _take_in(store)
    paper = _send(store, order)
    with store.read() as tx:
        ask = tx.exchange.receipted
        assert ask(partner="acme", function="PO", group_number="7") == [paper]
        assert ask(partner="acme", function="SH", group_number="7") == []
        assert ask(partner="mill", function="PO", group_number="7") == []
        assert tx.exchange.sent_for("part") == [paper]
        assert tx.exchange.sent_for("other") == []


def test_pages_of_papers_are_filtered_and_follow_one_another(store: Store):
    order = store.write(lambda tx: insert_order(tx, "J1"))
    _take_in(store, papers=4)
    _send(store, order)
    with store.read() as tx:

        def page(limit=9, before=None, partner=None, set_id=None, state=None):
            return [
                row.id
                for row in tx.exchange.documents_page(
                    partner=partner, set_id=set_id, state=state, limit=limit, before=before
                )
            ]

        assert page() == ["t1-d4", "t1-d3", "t1-d2", "t1-d1", "out-d"]
        assert page(limit=2, before=(NOON, "t1-d3")) == ["t1-d2", "t1-d1"]
        assert page(set_id="850") == page(state="composed") == ["out-d"]
        assert page(partner="mill") == page(partner="acme", set_id="856", state="parked") == []


def test_an_effect_is_done_once(store: Store):
    _take_in(store)
    effects = [
        Effect(business_key="asn/77", subject=f"line{n}", ordinal=1, what={"quantity": n})
        for n in (1, 2)
    ]

    def add(some, order_id="o"):
        store.write(
            lambda tx: tx.exchange.add_effects(some, document_id="t1-d1", order_id=order_id)
        )

    add(effects)
    with pytest.raises(Conflict):
        add([replace(effects[0], what={"quantity": 9}), replace(effects[0], ordinal=2)])
    with store.read() as tx:
        found = tx.exchange.effects(business_key="asn/77")
        assert found == {("line1", 1): {"quantity": 1}, ("line2", 1): {"quantity": 2}}
        assert tx.exchange.effects_of("t1-d1") == effects


def test_no_word_of_a_delivery_is_readable_in_the_files(tmp_path):
    store = open_store("sqlite", tmp_path, "")
    canary = b"N1*ST*Wilhelmina Featherstonehaugh~"
    kept = store.archive.keep(io.BytesIO(canary * 5000))

    def put(tx):
        tx.exchange.add_transmission(a_delivery("small"), body=canary)
        tx.exchange.add_transmission(a_delivery("large", object_name=kept.name), body=None)

    store.write(put)
    with store.read() as tx:
        assert tx.exchange.body("small").read() == canary
        with tx.exchange.body("large") as body:
            assert body.read() == canary * 5000
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) >= 2
    for path in files:
        seen = path.read_bytes()
        assert b"Featherstonehaugh" not in seen
        assert MASTER_KEY not in seen
    store.close()
