"""Papers on the operator's desk: lists, one search box, one paper with its verdict and family."""

import pytest

from hub.domain.exchange import Direction, Problem
from hub.flow.refusals import keep_refused
from hub.flow.watching import ring
from hub.ops.desk.delivery import delivery
from hub.ops.desk.document import document
from hub.ops.desk.documents import DocumentLine, documents
from hub.ops.desk.mending import ignore, rerun
from hub.ops.desk.signs import Sign
from tests.fakes import Supplier
from tests.rigs.houses import House, post, shopping

TRACKING = "1Z999AA10123456784"


@pytest.fixture
def acme(house: House) -> Supplier:
    """Acme with one purchase order of two lines in its folder."""
    post(house, shopping("1001", 2, 1))
    house.turn()
    return house.suppliers["acme"]


def _settled(house: House, acme: Supplier) -> None:
    """The order is receipted, answered and shipped."""
    (sent,) = acme.received()
    acme.send("997", acme.receipt(sent))
    acme.send("855", acme.answer(sent.orders[0]))
    acme.send("856", acme.notice(sent.orders[0], tracking=TRACKING))
    house.turn()
    house.turn()


def _sets(rows: tuple[DocumentLine, ...]) -> list[str]:
    return sorted(f"{row.direction} {row.set_id}" for row in rows)


def test_the_list_shows_three_lights_for_each_paper(house: House, acme: Supplier) -> None:
    (before,) = documents(house.parts).rows
    assert [light.sign for light in before.lights.all] == [Sign.YES, Sign.WAITING, Sign.WAITING]
    assert before.lights.valid.at is not None
    _settled(house, acme)
    found = documents(house.parts, set_id="850").rows
    assert [light.sign for light in found[0].lights.all] == [Sign.YES, Sign.YES, Sign.YES]
    assert found[0].purchase_order == "JUN-1001-1"
    assert found[0].partner_name == "Acme"
    assert found[0].trade_name == "purchase order"
    (notice,) = documents(house.parts, set_id="856", direction="in").rows
    assert (notice.state, notice.worst) == ("applied", Sign.YES)
    post(house, shopping("1002", 1))
    house.turn()
    house.clock.on(days=9)
    assert ring(house.parts) > 0
    (late,) = documents(house.parts, light="overdue").rows
    assert late.lights.valid.sign is Sign.OVERDUE
    assert late.lights.valid.text == "the receipt is overdue"


def test_what_a_list_is_narrowed_to_is_what_of_all_shows_it(
    house: House, acme: Supplier, monkeypatch: pytest.MonkeyPatch
) -> None:
    _settled(house, acme)
    acme.send("856", acme.notice(acme.purchase_orders()[0], tracking=TRACKING, name="AGAIN"))
    acme.send("855", ["BAK*00*AD*NOBODYS-1*20261120", "PO1*1*2*EA*4**VN*x", "ACK*IA*2*EA", "CTT*1"])
    house.turn()
    post(house, shopping("1002", 1))
    house.turn()
    post(house, shopping("1003", 1))
    house.clock.on(days=9)
    ring(house.parts)
    house.turn()
    every = documents(house.parts, limit=200).rows
    assert len({one.worst for one in every}) >= 4
    for most in (5_000, 3):  # also where a page does not look at all papers
        monkeypatch.setattr("hub.ops.desk.documents.MOST_SCANNED", most)
        for sign in Sign:
            shown = [one.id for one in every if one.worst is sign]
            assert _all_pages(house, light=sign.value) == shown
        assert _all_pages(house, set_id="850") == [one.id for one in every if one.set_id == "850"]


def _all_pages(house: House, *, light: str = "", set_id: str = "") -> list[str]:
    found, before = [], ""
    while True:
        page = documents(house.parts, light=light, set_id=set_id, before=before, limit=2)
        found += [one.id for one in page.rows]
        before = page.next
        if not before:
            return found


FOUND = {
    "JUN-1001-1": ("purchase order", ["in 855", "in 856", "out 850"]),
    "jun-1001-1": ("purchase order", ["in 855", "in 856", "out 850"]),
    "1001": ("order number", ["in 855", "in 856", "out 850"]),
    "1z 999 aa1 0123456784": ("tracking number", ["in 855", "in 856", "out 850"]),
    "answers.edi": ("file name", ["in 855"]),
    "4711": ("interchange control number", ["in 855"]),
    "000004711": ("interchange control number", ["in 855"]),
    "1 0 0 7": ("", []),
}


def test_one_box_finds_papers_by_any_number(house: House, acme: Supplier) -> None:
    (sent,) = acme.received()
    answers = acme.interchange("855", [acme.answer(sent.orders[0])], number=4711)
    acme.put("answers.edi", answers)
    acme.send("856", acme.notice(sent.orders[0], tracking=TRACKING))
    house.turn()
    for query, (matched, sets) in FOUND.items():
        rows = documents(house.parts, query=query).rows
        assert _sets(rows) == sets, query
        assert {row.matched for row in rows} == ({matched} if matched else set()), query
    (paper,) = documents(house.parts, query="4711").rows
    assert paper.control_number == "000004711"
    assert [row.id for row in documents(house.parts, query=paper.id).rows] == [paper.id]
    post(house, shopping("10010", 1))
    house.turn()
    rows = documents(house.parts, query="JUN-1001").rows
    assert {row.purchase_order for row in rows} == {"JUN-1001-1", "JUN-10010-1"}
    assert all(row.matched.startswith("holds") for row in rows)
    matched = [row.matched for row in documents(house.parts, query="1001", set_id="850").rows]
    assert matched == ["order number", "holds “1001”"], "what only holds it comes last"


def test_pages_follow_one_another_and_miss_nothing(house: House, acme: Supplier) -> None:
    for number in range(2, 9):
        post(house, shopping(f"100{number}", 1))
    house.turn()
    every = [row.id for row in documents(house.parts).rows]
    assert len(every) == 8
    seen: list[str] = []
    before = ""
    while True:
        page = documents(house.parts, before=before, limit=3)
        seen += [row.id for row in page.rows]
        before = page.next
        if not before:
            break
    assert seen == every
    assert documents(house.parts, before="nonsense").rows[0].id == every[0]


def test_a_paper_with_an_unknown_article_is_explained_in_one_sentence(
    house: House, acme: Supplier
) -> None:
    order = acme.purchase_orders()[0]
    strange = [row.replace("acme-SKU-2", "NOBODY") for row in acme.notice(order)]
    strange = [row.replace("LIN*2*", "LIN*9*").replace("SN1*2*", "SN1*9*") for row in strange]
    acme.send("856", strange)
    house.turn()
    (row,) = documents(house.parts, set_id="856").rows
    assert row.worst is Sign.WARNING
    paper = document(house.parts, row.id)
    wrong = next(segment for segment in paper.segments if segment.wrong)
    assert paper.verdict.startswith("856 from Acme, purchase order JUN-1001-1: ")
    assert "NOBODY" in paper.verdict
    assert wrong.text == "LIN*9*VN*NOBODY"
    assert paper.verdict.endswith(f"Segment LIN at byte {wrong.offset + len('LIN*9*VN*'):,}.")
    assert paper.order_number == "1001"
    assert sorted(each.set_id for each in paper.related) == ["850", "856", "997"]
    assert paper.actions == ("rerun", "edit", "ignore")
    assert [one.kind for one in paper.open] == ["partly_applied"]
    assert paper.open[0].next_step.startswith("See the paper; put the cause right")
    assert [section.title for section in paper.business] == [
        "Ship notice", "Parcel 1", "Line 1", "Line 2",
    ]  # fmt: skip
    said = {row.label: row.value for row in paper.business[0].rows}
    assert said["Number"] == "JUN-1001-1"
    assert paper.attempts[0].what == "received"
    assert set(paper.attempts[0].hashes) >= {"page", "code"}
    assert paper.attempts[-1].hashes["map"]
    assert [entry.text.split()[0] for entry in paper.audit] == ["received", "opened:"]

    (row,) = documents(house.parts, set_id="850").rows
    paper = document(house.parts, row.id)
    assert paper.verdict.startswith("850 to Acme, purchase order JUN-1001-1: the partner has it")
    fields = [field for section in paper.business for field in section.rows]
    assert any(field.value == "Maya Lindqvist" and field.personal for field in fields)
    assert any(field.value == "JUN-1001-1" and not field.personal for field in fields)
    assert paper.actions == ("send",)
    assert [attempt.what for attempt in paper.attempts] == ["written", "delivered"]


def test_a_delivery_that_cannot_be_split_has_a_page_as_well(house: House, acme: Supplier) -> None:
    acme.put("cut.edi", "ISA*00*this is \u202eno interchange~")
    house.clock.on(seconds=61)
    house.turn()
    house.clock.on(seconds=61)
    house.turn()
    with house.parts.store.read() as tx:
        (stuck,) = tx.exceptions.page(open_only=True, limit=9)
    assert stuck.transmission_id is not None
    paper = delivery(house.parts, stuck.transmission_id)
    assert paper.problems
    assert paper.verdict.startswith("cut.edi from acme")
    assert paper.actions == ("rerun", "edit", "ignore")
    assert paper.raw.text.startswith("ISA*00*this is [U+202E]no")
    assert "\u202e" not in "".join(one.text for one in paper.segments)
    (stuck_line,) = documents(house.parts, query="CUT").deliveries
    assert (stuck_line.id, stuck_line.sign) == (paper.id, Sign.NO)
    assert [one.id for one in paper.open] == [stuck.id]
    assert [one.matched for one in documents(house.parts, query="cut.edi").deliveries] == [
        "file name"
    ]
    assert documents(house.parts, query="nothing like it").deliveries == ()
    ignore(house.parts, paper.id, reason="they called", who="op")
    told = delivery(house.parts, paper.id)
    assert (told.open, told.actions) == ((), ("rerun", "edit"))
    assert [entry.text for entry in told.audit][1:] == ["put it aside: they called"]
    with pytest.raises(KeyError):
        delivery(house.parts, "tra_nothing")
    with pytest.raises(KeyError):
        document(house.parts, "doc_nothing")
    assert paper.carrier.direction == Direction.IN


def test_an_order_that_was_refused_at_the_door_is_not_split_again(house: House) -> None:
    problem = Problem(code="unknown-sku", text="no such article")
    keep_refused(house.parts, brand="juniper", number="9", body=b"{}", problems=[problem]).result()
    (found,) = documents(house.parts, query="order 9").deliveries
    paper = delivery(house.parts, found.id)
    assert paper.actions == ("ignore",)
    assert [one.kind for one in paper.open] == ["order-refused"]
    (again,) = rerun(house.parts, [paper.id], who="op")
    assert not again.done
    assert delivery(house.parts, paper.id).carrier.state == "parked"
