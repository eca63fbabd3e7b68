"""Bad input from a partner: each is told where it stands, kept, and its neighbours go on."""

import re
from pathlib import Path

import pytest

from hub.domain.exchange import DocumentState
from hub.store import DocumentRow
from tests.fakes import Ordered, Supplier
from tests.rigs.houses import House, furnish, post, shopping, stock_up


@pytest.fixture
def acme(house: House) -> Supplier:
    """Acme with one purchase order of two lines in its folder."""
    post(house, shopping("1001", 2, 1))
    house.turn()
    return house.suppliers["acme"]


def _order(acme: Supplier) -> Ordered:
    return acme.purchase_orders()[0]


def _texts(house: House) -> str:
    with house.parts.store.read() as tx:
        rows = tx.exceptions.page(open_only=True, limit=50)
    assert all(row.next_step for row in rows)
    return "\n".join(row.text for row in rows)


def _inbound(house: House, set_id: str) -> list[DocumentRow]:
    with house.parts.store.read() as tx:
        rows = tx.exchange.documents_page(
            partner="acme", set_id=set_id, state=None, limit=50, before=None
        )
    return [row for row in rows if row.direction == "in"]


def test_an_interchange_for_somebody_else_is_refused_whole(house: House, acme: Supplier) -> None:
    text = acme.interchange("856", [acme.notice(_order(acme))])
    acme.put("wrong.edi", text.replace("5550100200 ", "9990001111 "))
    house.turn()
    assert house.exceptions() == ["envelope"]
    assert "9990001111" in _texts(house)
    assert house.word() == "Confirmed"


def test_an_interchange_from_somebody_else_is_refused_whole(house: House, acme: Supplier) -> None:
    text = acme.interchange("856", [acme.notice(_order(acme))])
    acme.put("stranger.edi", text.replace("123456789 ", "987654321 "))
    house.turn()
    assert house.exceptions() == ["envelope"]
    assert house.word() == "Confirmed"


def test_a_test_flag_on_a_production_lane_is_refused(house: House, acme: Supplier) -> None:
    acme.usage = "T"
    acme.send("856", acme.notice(_order(acme)))
    house.turn()
    assert house.exceptions() == ["envelope"]
    assert "test" in _texts(house).lower()
    assert house.word() == "Confirmed"


def test_a_truncated_interchange_waits_then_is_told_and_the_whole_one_counts(
    house: House, acme: Supplier
) -> None:
    text = acme.interchange("856", [acme.notice(_order(acme))])
    path = acme.put("cut.edi", text[: len(text) // 2])
    house.turn()
    assert path.exists()
    assert house.exceptions() == []
    house.clock.on(seconds=61)
    house.turn()
    assert not path.exists()
    assert len(house.exceptions()) == 1
    assert house.word() == "Confirmed"
    acme.put("whole.edi", text)
    house.turn()
    assert house.word() == "Shipped"


def test_wrong_counts_reject_the_paper_and_not_its_neighbour(house: House, acme: Supplier) -> None:
    order = _order(acme)
    text = acme.interchange(
        "856", [acme.notice(order, name="BAD"), acme.notice(order, name="GOOD")]
    )
    first = text.index("SE*")
    acme.put("counts.edi", text[:first] + text[first:].replace("SE*", "SE*9", 1))
    house.turn()
    states = [row.state for row in sorted(_inbound(house, "856"), key=lambda row: row.ordinal)]
    assert states == [DocumentState.REJECTED, DocumentState.APPLIED]
    assert house.exceptions() == ["rejected"]
    assert house.word() == "Shipped"
    house.turn()
    (receipt,) = acme.receipts()
    assert "AK5*R*4" in receipt
    assert "AK9*P*2*2*1" in receipt


def test_a_corrected_paper_closes_what_waits_because_of_the_rejected_one(
    house: House, acme: Supplier
) -> None:
    order = _order(acme)
    wrong = acme.interchange("856", [acme.notice(order, name="N-1", quantities={"1": 1})])
    acme.put("wrong.edi", re.sub(r"(SN1\*[^*]*)\*[0-9]+", r"\1*SOME", wrong))
    house.turn()
    (rejected,) = _inbound(house, "856")
    assert (rejected.state, rejected.order_number) == (DocumentState.REJECTED, "JUN-1001-1")
    acme.put("other.edi", acme.interchange("856", [acme.notice(order, name="N-2")]))
    house.turn()
    assert house.exceptions() == ["rejected"], "another notice of the order corrects nothing"
    house.clock.on(minutes=1)
    right = acme.notice(order, name="N-1", quantities={"1": 1})
    acme.put("right.edi", acme.interchange("856", [right]))
    house.turn()
    with house.parts.store.read() as tx:
        closed = {row.kind: row for row in tx.exceptions.page(open_only=False, limit=9)}
    newest = max(_inbound(house, "856"), key=lambda row: row.at)
    assert closed["rejected"].closed_by == newest.id != rejected.id
    assert "rejected" not in house.exceptions()


def test_an_answer_of_the_next_day_corrects_a_rejected_one(house: House, acme: Supplier) -> None:
    order = _order(acme)
    wrong = acme.interchange("855", [acme.answer(order)])
    acme.put("wrong.edi", wrong.replace("SE*", "SE*9", 1))
    house.turn()
    assert house.exceptions() == ["rejected"]
    house.clock.on(hours=9)
    acme.put("right.edi", acme.interchange("855", [acme.answer(order, day="20261121")]))
    house.turn()
    assert house.exceptions() == []


def test_the_same_interchange_again_changes_nothing_and_gets_its_answer_again(
    house: House, acme: Supplier
) -> None:
    text = acme.interchange("856", [acme.notice(_order(acme))])
    acme.put("one.edi", text)
    house.turn()
    before = house.order()
    (answer,) = [path for path in (acme.home / "in").iterdir() if "997" in path.name]
    first = answer.read_bytes()
    answer.unlink()
    acme.put("two.edi", text)
    house.turn()
    house.turn()
    assert house.order() == before
    assert answer.read_bytes() == first
    assert house.exceptions() == []


def test_the_same_number_with_other_bytes_waits_for_a_person(house: House, acme: Supplier) -> None:
    order = _order(acme)
    one = acme.notice(order, quantities={"1": 1})
    two = acme.notice(order, name="OTHER", quantities={"2": 1})
    acme.put("one.edi", acme.interchange("856", [one], number=77))
    house.turn()
    acme.put("two.edi", acme.interchange("856", [two], number=77))
    house.turn()
    assert house.exceptions() == ["number-used-before"]
    assert house.order().lines[1].buckets.shipped == 0
    assert DocumentState.PARKED in [row.state for row in _inbound(house, "856")]


def test_a_partner_that_starts_numbers_anew_says_so_on_its_page(
    hub_database: str, tmp_path: Path
) -> None:
    house = furnish(tmp_path, database=hub_database, more="partner_resets_numbers: true")
    stock_up(house)
    post(house, shopping("1001", 2, 1))
    house.turn()
    acme = house.suppliers["acme"]
    order = _order(acme)
    for name, quantities in (("AA", {"1": 2}), ("BB", {"2": 1})):
        paper = acme.notice(order, name=name, quantities=quantities)
        acme.put(f"{name}.edi", acme.interchange("856", [paper], number=77))
        house.turn()
    assert house.word() == "Shipped"
    house.close()


def test_an_856_sent_again_in_a_new_interchange_ships_nothing_twice(
    house: House, acme: Supplier
) -> None:
    order = _order(acme)
    acme.send("856", acme.notice(order, name="SAME", quantities={"1": 1}))
    house.turn()
    acme.send("856", acme.notice(order, name="SAME", quantities={"1": 1}))
    house.turn()
    line = house.order().lines[0]
    assert (line.buckets.shipped, line.buckets.unexpected) == (1, 0)
    assert len(house.order().shipments) == 1
    assert house.exceptions() == []


def test_an_856_for_an_unknown_order_is_refused_with_its_number(
    house: House, acme: Supplier
) -> None:
    ghost = Ordered(number="GHOST-1", lines=(("1", 1, "EA", "x"),), segments=(), control="0001")
    acme.send("856", acme.notice(ghost))
    house.turn()
    (row,) = _inbound(house, "856")
    assert row.state is DocumentState.REFUSED
    assert house.exceptions() == ["refused"]
    assert "GHOST-1" in _texts(house)


def test_an_856_for_too_much_is_recorded_and_becomes_one_exception(
    house: House, acme: Supplier
) -> None:
    acme.send("856", acme.notice(_order(acme), quantities={"1": 5, "2": 1}))
    house.turn()
    line = house.order().lines[0]
    assert (line.buckets.shipped, line.buckets.unexpected) == (2, 3)
    assert house.exceptions() == ["unexpected-shipment"]


def test_an_856_for_a_declined_line_is_recorded_and_becomes_one_exception(
    house: House, acme: Supplier
) -> None:
    order = _order(acme)
    acme.send("855", acme.answer(order, word="IR"))
    house.turn()
    acme.send("856", acme.notice(order))
    house.turn()
    assert [line.buckets.unexpected for line in house.order().lines] == [2, 1]
    assert "unexpected-shipment" in house.exceptions()


def test_an_unknown_line_is_told_where_it_stands_and_the_rest_is_used(
    house: House, acme: Supplier
) -> None:
    order = _order(acme)
    wrong = Ordered(
        number=order.number,
        lines=(order.lines[0], ("9", 1, "EA", "NOT-ON-IT")),
        segments=(),
        control="0001",
    )
    acme.send("856", acme.notice(wrong))
    house.turn()
    (row,) = _inbound(house, "856")
    assert row.state is DocumentState.PARTLY_APPLIED
    (problem,) = row.problems
    assert problem.code == "unknown-line"
    assert "NOT-ON-IT" in problem.text
    assert (problem.where.segment, problem.where.offset is not None) == ("LIN", True)
    assert house.order().lines[0].buckets.shipped == 2


def test_bytes_that_are_no_x12_are_kept_and_told(house: House, acme: Supplier) -> None:
    acme.put("letter.edi", "Dear hub, we shipped it. Yours, Acme\n")
    house.clock.on(seconds=1)
    house.turn()
    house.clock.on(seconds=61)
    house.turn()
    assert house.exceptions() == ["unreadable"]
    assert list((acme.home / "out").iterdir()) == []


def test_a_paper_without_a_map_is_refused_with_the_way_out(house: House, acme: Supplier) -> None:
    text = acme.interchange("856", [acme.notice(_order(acme))])
    text = text.replace("ST*856*", "ST*810*").replace("GS*SH*", "GS*IN*")
    acme.put("invoice.edi", text)
    house.turn()
    assert len(house.exceptions()) == 1
    assert house.word() == "Confirmed"


def test_a_fault_of_ours_parks_the_paper_alone_with_its_traceback(
    house: House, acme: Supplier, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hub.domain import rules

    order = _order(acme)
    real = rules.apply

    def breaks(subject: object, message: object, **words: object) -> object:
        if getattr(message, "notice", "") == "BREAKS":
            raise ZeroDivisionError("planted")
        return real(subject, message, **words)  # type: ignore[arg-type]

    monkeypatch.setattr(rules, "apply", breaks)
    bad = acme.notice(order, name="BREAKS", quantities={"1": 1})
    good = acme.notice(order, name="FINE", quantities={"2": 1})
    acme.send("856", bad, good)
    house.turn()
    states = [row.state for row in sorted(_inbound(house, "856"), key=lambda row: row.ordinal)]
    assert states == [DocumentState.PARKED, DocumentState.APPLIED]
    assert house.exceptions() == ["our-fault"]
    assert "planted" in _texts(house)
