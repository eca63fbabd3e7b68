"""One paper on several orders: each is found from it and it from each, each is told its own."""

import re
from typing import Any

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory

from hub.domain.exchange import DocumentState
from hub.ops import again, explain
from hub.ops.desk import mending
from hub.ops.desk.awaited import exceptions
from hub.ops.desk.document import document
from hub.ops.desk.documents import documents
from hub.ops.desk.order import order_360
from hub.ops.order_story import find
from hub.store import DocumentRow
from hub.store.exceptions import ExceptionRow
from hub.store.migrating import configuration
from tests.rigs.houses import House
from tests.rigs.several import UNKNOWN, WRONG, asked, notice, three


def _row(house: House, document_id: str) -> DocumentRow:
    with house.parts.store.read() as tx:
        return tx.exchange.document(document_id)


def sent_for(house: House, number: str) -> str:
    """The 850 of a purchase order."""
    rows = documents(house.parts, query=number, set_id="850").rows
    return rows[0].id


def _open(house: House) -> dict[str, ExceptionRow]:
    """What waits because of a 856, by the order's id, "" for none."""
    with house.parts.store.read() as tx:
        rows = tx.exceptions.page(open_only=True, limit=50)
    found = {row.order_id or "": row for row in rows if (row.hold or "").startswith("document:")}
    assert len(found) == len([one for one in rows if (one.hold or "").startswith("document:")])
    return found


def test_every_order_is_found_from_the_paper_and_the_paper_from_every_order(house: House) -> None:
    paper, good, other = three(house, WRONG)
    assert _row(house, paper).state is DocumentState.PARTLY_APPLIED
    for sought in (good, UNKNOWN, other, "1001", "2001", other[:-2], UNKNOWN[:-2]):
        assert paper in {row.id for row in documents(house.parts, query=sought).rows}, sought
    for number, brand in (("1001", "juniper"), ("2001", "harbor")):
        shown = order_360(house.parts, number=number, brand=brand)
        assert paper in {one.id for one in shown.papers}
        (told,) = find(house.parts, brand=brand, number=number)
        assert paper in {one.id for one in told.documents}
    seen = document(house.parts, paper)
    assert [(one.purchase_order, one.order_number, one.brand) for one in seen.spoken] == sorted(
        [(good, "1001", "juniper"), (other, "2001", "harbor"), (UNKNOWN, "", "")]
    )
    related = {row.id: row for row in seen.related}
    sent = [row for row in related.values() if row.set_id == "850"]
    assert {row.purchase_order for row in sent} == {good, other}
    for one in sent:  # and back; but not from one order to the other
        back = document(house.parts, one.id).related
        assert paper in {row.id for row in back}
        assert {row.purchase_order for row in back if row.set_id == "850"} == {one.purchase_order}


def test_each_order_is_told_its_own_and_nothing_of_the_others(house: House) -> None:
    paper, good, other = three(house, WRONG)
    harbor, found = house.order("2001", brand="harbor"), _open(house)
    assert set(found) == {harbor.id, ""}
    assert other in found[harbor.id].text and WRONG in found[harbor.id].text
    assert found[harbor.id].kind == "refused"
    assert UNKNOWN in found[""].text
    for one in found.values():
        assert good not in one.text and one.document_id == paper
        assert all(problem.text in one.text for problem in one.problems)
    assert UNKNOWN not in found[harbor.id].text and other not in found[""].text
    for brand, number, theirs in (("harbor", "2001", 1), ("juniper", "1001", 0)):
        cards = exceptions(house.parts, brands=frozenset({brand})).rows
        mine = [card for card in cards if card.document_id == paper]
        assert len(mine) == theirs, brand
        waiting = order_360(house.parts, number=number, brand=brand).waiting
        assert len([one for one in waiting if one.kind == "refused"]) == theirs
        strange = {"juniper": other, "harbor": good}[brand]
        every = repr((mine, waiting, order_360(house.parts, number=number, brand=brand).timeline))
        assert strange not in every and UNKNOWN not in every


def test_what_a_rule_refuses_is_told_to_its_order_alone(house: House) -> None:
    _, good, other = three(house, "3", article="acme-SKU-NONE")
    harbor, found = house.order("2001", brand="harbor"), _open(house)
    assert set(found) == {harbor.id, ""}
    assert other in found[harbor.id].text and good not in found[harbor.id].text
    assert [one.code for one in found[""].problems] == ["unknown-order"]


def test_putting_one_aside_leaves_the_others_and_putting_the_paper_aside_none(house: House) -> None:
    paper, *_ = three(house, WRONG)
    found = _open(house)
    again.close_exception(house.parts, found[""].id, reason="no such order", who="ann")
    assert set(_open(house)) == set(found) - {""}
    mending.ignore(house.parts, paper, reason="by telephone", who="ann")
    assert _open(house) == {}
    audit = document(house.parts, paper).audit
    assert [one for one in audit if "no such order" in repr(one)]


def test_running_it_again_opens_the_same_and_does_nothing_twice(house: House) -> None:
    paper, *_ = three(house, WRONG)
    before = _open(house)
    spoken = document(house.parts, paper).spoken
    again.retry(house.parts, paper, who="ann")
    assert _open(house) == {}
    house.turn()
    after = _open(house)
    assert {order: row.text for order, row in after.items()} == {
        order: row.text for order, row in before.items()
    }
    assert document(house.parts, paper).spoken == spoken
    (line,) = house.order("1001").lines
    assert line.buckets.shipped == 2


def test_a_corrected_copy_closes_what_waited_and_speaks_for_itself(house: House) -> None:
    paper, good, other = three(house, WRONG)
    raw = explain.contents(house.parts, paper, most=10_000).raw
    mended = re.sub(rb"HL\*5\*1\*O.*?(?=HL\*8)", b"", raw, flags=re.DOTALL)
    mended = mended.replace(b"*2.5*", b"*3*")
    count = len(mended.strip(b"\r\n~").split(b"~"))
    mended = re.sub(rb"SE\*\d+", b"SE*%d" % count, mended)
    copied = mending.edit_and_rerun(house.parts, paper, mended, who="ann")
    assert _open(house) == {}
    house.turn()
    assert _open(house) == {}
    assert _row(house, copied.document_id).state is DocumentState.APPLIED
    for number in (good, other):
        found = {row.id for row in documents(house.parts, query=number).rows}
        assert {paper, copied.document_id} <= found
    assert copied.document_id not in {row.id for row in documents(house.parts, query=UNKNOWN).rows}
    (line,) = house.order("2001", brand="harbor").lines
    assert line.buckets.shipped == 3


def test_doc_why_tells_what_it_did_to_each(house: House) -> None:
    paper, *_ = three(house, "3")
    story = explain.document(house.parts, paper)
    done = {one.order_id for one in story.effects if one.line}
    assert done == {house.order("1001").id, house.order("2001", brand="harbor").id}


def test_the_verdict_names_the_order_that_the_problem_belongs_to(house: House) -> None:
    paper, good, other = three(house, "3", article="acme-SKU-NONE")
    (row,) = documents(house.parts, set_id="856").rows
    assert (row.purchase_order, row.further) == (min(good, other, UNKNOWN), 2)
    assert f", purchase order {UNKNOWN} and 2 more: " in document(house.parts, paper).verdict
    related = {one.id: one for one in document(house.parts, sent_for(house, good)).related}
    assert related[paper].further == 2
    assert (
        f" on purchase order {UNKNOWN} and 2 more " in explain.document(house.parts, paper).verdict
    )


def test_a_problem_of_the_order_that_was_not_read_last_is_told_with_its_order(house: House) -> None:
    good, other = asked(house)
    for first, second in ((good, other), (other, good)):
        house.clock.on(seconds=1)
        house.suppliers["acme"].send(
            "856",
            notice(
                (first.number, [("1", "1", "acme-SKU-NONE")]),
                (second.number, [("1", "1", "acme-SKU-1")]),
                name=f"SHIP-{first.number}",
            ),
        )
        house.turn()
        row = documents(house.parts, set_id="856").rows[0]
        told = f"purchase order {first.number} and 1 more"
        assert f", {told}: " in document(house.parts, row.id).verdict
        assert f" on {told} was applied in part" in explain.document(house.parts, row.id).verdict
        assert (row.purchase_order, row.further) == (min(good.number, other.number), 1)


def test_a_rejected_paper_is_found_by_every_order_it_names(house: House) -> None:
    paper, good, other = three(house, "many")
    assert _row(house, paper).state is DocumentState.REJECTED
    for sought in (good, UNKNOWN, other, "1001", "2001"):
        assert paper in {row.id for row in documents(house.parts, query=sought).rows}, sought
    for number, brand in (("1001", "juniper"), ("2001", "harbor")):
        shown = order_360(house.parts, number=number, brand=brand)
        assert paper in {one.id for one in shown.papers}
    assert set(_open(house)) == {""}


def test_a_paper_put_aside_is_found_by_every_order_it_names(house: House, monkeypatch: Any) -> None:
    acme, (good, other) = house.suppliers["acme"], asked(house)
    lines = [("1", "2", "acme-SKU-1")]
    both = notice((good.number, lines), (other.number, [("1", "3", "acme-SKU-1")]))
    number = acme._next
    acme.send("855", acme.answer(good))
    acme._next = number
    acme.send("856", both)  # the same control number with other contents
    house.turn()
    house.turn()
    (parked,) = documents(house.parts, set_id="856").rows
    assert _row(house, parked.id).state is DocumentState.PARKED
    _found_by(house, parked.id, good.number, other.number, "1001", "2001")
    again.retry(house.parts, parked.id, who="ann")

    def fault(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr("hub.flow.settling.take", fault)
        house.turn()
    assert _row(house, parked.id).state is DocumentState.PARKED
    _found_by(house, parked.id, good.number, other.number, "1001", "2001")
    again.retry(house.parts, parked.id, who="ann")
    house.turn()
    assert _row(house, parked.id).state is DocumentState.APPLIED


def _found_by(house: House, paper: str, *words: str) -> None:
    for sought in words:
        assert paper in {row.id for row in documents(house.parts, query=sought).rows}, sought


def _kept(house: House) -> list[tuple[str, str, str]]:
    with house.parts.store._engine.engine.connect() as connection:
        told = "SELECT document_id, order_id, number FROM document_order"
        return sorted((row[0], row[1], row[2]) for row in connection.exec_driver_sql(told))


def test_papers_from_before_get_every_order_that_can_be_told(house: House) -> None:
    paper, *_ = three(house, "3")
    now = _kept(house)
    assert len([row for row in now if row[0] == paper]) == 3
    module = ScriptDirectory.from_config(configuration()).get_revision("0020").module
    with house.parts.store._engine.engine.connect() as connection:
        # As it was: the last number beside the last order, which need not belong together.
        connection.exec_driver_sql(
            f"UPDATE document SET order_number = '{UNKNOWN}' WHERE id = '{paper}'"
        )
        connection.exec_driver_sql("DROP TABLE document_order")
        with Operations.context(MigrationContext.configure(connection)):
            module.upgrade()
        connection.commit()
    assert _kept(house) == now
