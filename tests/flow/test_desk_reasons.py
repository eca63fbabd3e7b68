"""Beside a red light stands why: a receipt's words, an envelope's number, a wire that fails."""

import pytest

from hub.domain.exchange import DocumentState
from hub.errors import Refused
from hub.flow.watching import ring
from hub.ops.desk.document import DocumentPaper, document
from hub.ops.desk.documents import documents
from hub.ops.desk.mending import ignore, rerun, send_to_partner
from tests.fakes import Supplier
from tests.rigs.houses import House, post, shopping

WHO = "operator:olga"


@pytest.fixture
def acme(house: House) -> Supplier:
    """Acme with one purchase order in its folder."""
    post(house, shopping("1001", 2))
    house.turn()
    return house.suppliers["acme"]


def _ours(house: House) -> DocumentPaper:
    (row,) = documents(house.parts, set_id="850").rows
    return document(house.parts, row.id)


def _rejected(house: House, acme: Supplier, *said: str) -> None:
    (sent,) = acme.received()
    lines = [f"AK1*PO*{sent.group}", f"AK2*850*{sent.orders[0].control}", *said, "AK5*R*5"]
    acme.send("997", [*lines, "AK9*R*1*1*0"])
    house.turn()


def test_what_a_receipt_rejects_is_said_and_marked(house: House, acme: Supplier) -> None:
    (at,) = [one.number for one in _ours(house).segments if one.text.startswith("PO1*")]
    _rejected(house, acme, f"AK3*PO1*{at}**8", "AK4*7*234*7*XX-9", "AK3*N1*2**8", "AK4*1*98*7")
    for put_aside in (False, True):
        paper = _ours(house)
        assert "its receipt rejects it" in paper.verdict
        assert "The value is not one of the allowed ones (PO107" in paper.verdict
        assert "XX-9" in paper.problems[0].text
        assert all(one.advice == "" for one in paper.problems), "it is for us to correct"
        (marked,) = [one for one in paper.segments if one.wrong]
        assert marked.text.startswith("PO1*")
        assert [one.segment for one in paper.elsewhere if one.ordinal] == ["N1"], "it is no N1"
        assert [one.kind for one in paper.open] == [] if put_aside else ["rejected-by-partner"]
        if not put_aside:
            ignore(house.parts, paper.id, reason="phoned", who=WHO)
    send_to_partner(house.parts, paper.id, who=WHO)
    house.turn()
    (sent, *_) = acme.received()
    acme.send("997", acme.receipt(sent))
    house.turn()
    assert (_ours(house).problems, _ours(house).verdict.count("allowed")) == ((), 0)


def test_a_receipt_without_a_reason_is_a_reason(house: House, acme: Supplier) -> None:
    (sent,) = acme.received()
    acme.send("997", [f"AK1*PO*{sent.group}", "AK9*R*1*1*0"])
    house.turn()
    paper = _ours(house)
    assert len(paper.problems) == 1
    assert "rejected our 850" in paper.problems[0].text


def test_a_number_that_came_before_is_said_and_put_aside(house: House, acme: Supplier) -> None:
    order = acme.purchase_orders()[0]
    first = acme.interchange("856", [acme.notice(order, name="S1")], number=77)
    acme.put("first.edi", first)
    house.turn()
    house.clock.on(seconds=61)
    other = acme.notice(order, name="S2", tracking="1Z999AA10123456785")
    acme.put("again.edi", acme.interchange("856", [other], number=77))
    house.turn()
    (row,) = [one for one in documents(house.parts, set_id="856").rows if one.state == "parked"]
    paper = document(house.parts, row.id)
    assert paper.verdict.startswith("856 from Acme, purchase order JUN-1001-1: parked, it waits")
    assert "Interchange number 000000077" in paper.verdict
    assert [one.code for one in paper.problems] == ["number-used-before"]
    assert [one.kind for one in paper.open] == ["number-used-before"]
    assert paper.actions == ("rerun", "edit", "ignore")
    assert {one.set_id for one in paper.related} == {"850", "856", "997"}
    ignore(house.parts, paper.id, reason="a twin of S1", who=WHO)
    assert house.exceptions() == []
    with pytest.raises(Refused, match="nothing waits"):
        ignore(house.parts, paper.id, reason="twice", who=WHO)
    paper = document(house.parts, row.id)
    assert [one.code for one in paper.problems] == ["number-used-before"], "it stays so"
    assert paper.actions == ("rerun", "edit")
    (again,) = rerun(house.parts, [row.id], who=WHO)
    assert again.done
    house.turn()
    assert document(house.parts, row.id).problems == ()


def test_a_fault_of_ours_is_not_taken_for_a_number(house: House, acme: Supplier) -> None:
    acme.send("856", acme.notice(acme.purchase_orders()[0]))
    house.turn()
    (row,) = documents(house.parts, set_id="856").rows
    house.parts.store.write(
        lambda tx: tx.exchange.move_document(
            row.id, then=DocumentState.PARKED, at=house.parts.now()
        )
    )
    assert document(house.parts, row.id).problems == ()


def test_a_wire_that_fails_stands_on_each_paper_that_waits_for_it(
    house: House, acme: Supplier
) -> None:
    before = _ours(house)
    assert before.held is None
    inbox, gone = acme.home / "in", acme.home / "gone"
    inbox.rename(gone)
    inbox.write_text("in the way")
    post(house, shopping("1002", 1))
    house.turn()
    (row,) = [one for one in documents(house.parts).rows if one.purchase_order == "JUN-1002-1"]
    paper = document(house.parts, row.id)
    assert paper.held is not None
    assert paper.held.lane == "acme/edi"
    assert "The wire to acme/edi fails: cannot write" in paper.verdict
    assert paper.actions == (), "it leaves by itself"
    assert [one.what for one in paper.attempts] == [
        "written",
        "tried once without success",
    ]
    with pytest.raises(Refused, match="waits to leave already"):
        send_to_partner(house.parts, paper.id, who=WHO)
    assert document(house.parts, before.id).held is None, "it left before"
    send_to_partner(house.parts, before.id, who=WHO)
    assert document(house.parts, before.id).held is not None
    inbox.unlink()
    gone.rename(inbox)
    house.clock.on(hours=2)
    house.turn()
    for one in (before, paper):
        now = document(house.parts, one.id)
        assert (now.held, now.actions) == (None, ("send",))


def test_an_overdue_receipt_stands_on_its_paper(house: House, acme: Supplier) -> None:
    house.clock.on(days=9)
    ring(house.parts)
    paper = _ours(house)
    assert {one.kind for one in paper.open} >= {"overdue-receipt", "overdue-response"}
    assert "ignore" in paper.actions
    ignore(house.parts, paper.id, reason="by telephone", who=WHO)
    assert _ours(house).open == ()
