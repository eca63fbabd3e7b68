"""What stopped, by cause; what a re-run would do; re-run, corrected copy, ignore, send again."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from hub.errors import Refused
from hub.flow.watching import ring
from hub.ops.desk import awaited, causes
from hub.ops.desk.awaited import exceptions, settle
from hub.ops.desk.causes import cause, dry_run_of, errors_by_cause, parked
from hub.ops.desk.delivery import delivery
from hub.ops.desk.document import document
from hub.ops.desk.documents import documents
from hub.ops.desk.editing import editable, rerun_edited
from hub.ops.desk.mending import edit_and_rerun, ignore, rerun, rerun_cause, send_to_partner
from hub.store import Transaction
from hub.store.queue import QueuedRow
from tests.fakes import Supplier
from tests.rigs.depots import lists
from tests.rigs.houses import House, post, shopping, stock_up

WHO = "operator:olga"


@pytest.fixture
def acme(house: House) -> Supplier:
    """Acme with three purchase orders in its folder."""
    for number in ("1001", "1002", "1003"):
        post(house, shopping(number, 2))
    house.turn()
    return house.suppliers["acme"]


def _strangely(acme: Supplier) -> None:
    """Acme ships all three orders under a name for the article that nobody knows."""
    for order in acme.purchase_orders():
        rows = [row.replace("acme-SKU-1", "ODD-7") for row in acme.notice(order)]
        rows = [row.replace("LIN*1*", "LIN*7*").replace("SN1*1*", "SN1*7*") for row in rows]
        acme.send("856", rows)


def test_what_stopped_is_grouped_tried_and_run_again(house: House, acme: Supplier) -> None:
    _strangely(acme)
    house.turn()
    (group,) = parked(house.parts)
    assert group.text == "3 × line or SKU that is not on the order from Acme"
    assert (group.count, len(group.ids)) == (3, 3)
    assert group.example in group.ids
    assert cause(house.parts, group.id) == group
    assert [one.better for one in dry_run_of(house.parts, group.ids)] == [False] * 3
    (first, *others) = group.ids
    again = rerun(house.parts, [first, "doc_nothing"], who=WHO)
    assert [one.done for one in again] == [True, False]
    house.turn()
    assert parked(house.parts)[0].count == 3, "nothing was put right, so it stopped again"
    told = document(house.parts, first)
    assert [entry.text for entry in told.audit if entry.who == WHO] == [
        "asked to settle it again",
        "closed (partly_applied)",
    ]
    assert [one.who for one in told.attempts if one.what == "taken up again"] == [WHO]
    body = editable(house.parts, first)
    assert body.text.startswith("ST*856*0001~\nBSN*")
    mended = body.text.replace("LIN*7*VN*ODD-7", "LIN*1*VN*acme-SKU-1").replace("SN1*7", "SN1*1")
    would = dry_run_of(house.parts, group.ids)
    assert all("not on purchase order" in one.problems[0].text for one in would)
    copied = rerun_edited(house.parts, first, mended.replace("\n", "\r\n"), who=WHO)
    assert rerun_edited(house.parts, first, mended, who=WHO).document_id == copied.document_id
    house.turn()
    copy = document(house.parts, copied.document_id)
    assert copy.verdict.endswith("applied whole.")
    assert copy.copy_of == first
    assert document(house.parts, first).copies == (copied.document_id,)
    assert document(house.parts, first).line.state == "applied in part", "it stays as it came"
    assert delivery(house.parts, copied.transmission_id).verdict.startswith("856-")
    by_hand = [entry.text for entry in document(house.parts, first).audit if entry.who == WHO]
    assert "made a corrected copy of it" in by_hand
    assert f"closed (partly_applied): a corrected copy, {copied.document_id}" in by_hand
    assert house.word(copy.order_number) == "Shipped"
    assert parked(house.parts)[0].count == 2
    house.turn()
    assert "".join(acme.receipts()).count("ST*997*") == 3, "the copy is answered to nobody"
    with pytest.raises(Refused, match="say why"):
        ignore(house.parts, others[0], reason=" ", who=WHO)
    ignore(house.parts, others[0], reason="acme sends it again", who=WHO)
    with pytest.raises(Refused, match="nothing waits"):
        ignore(house.parts, others[0], reason="twice", who=WHO)
    told = document(house.parts, others[0])
    assert told.open == ()
    assert [entry.text for entry in told.audit if entry.who == WHO] == [
        "put it aside: acme sends it again",
        "closed (partly_applied)",
    ]
    (card,) = exceptions(house.parts).rows
    with pytest.raises(KeyError):
        settle(house.parts, card.id, how="x", who=WHO, brands=frozenset({"harbor"}))
    settle(house.parts, card.id, how="settled by telephone", who=WHO)
    assert exceptions(house.parts).rows == ()
    with pytest.raises(KeyError):
        cause(house.parts, group.id)


def test_the_queue_of_one_brand_looks_past_what_is_not_its_own(
    house: House, acme: Supplier, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n, order in enumerate(acme.purchase_orders()):
        acme.send("856", acme.notice(replace(order, number=f"JUN-300{n}-1")))
    house.turn()
    house.clock.on(days=9)
    ring(house.parts)
    monkeypatch.setattr(awaited, "MOST_ROWS", 2)  # read at once
    ours, after = frozenset({"juniper"}), ""
    found: list[str] = []
    while True:
        page = exceptions(house.parts, brands=ours, after=after, limit=1)
        found += [row.id for row in page.rows]
        assert len(page.rows) == 1 or not page.next, "an empty page that goes on says nothing"
        if not (after := page.next):
            break
    assert len(found) == len(set(found)) == 9, "a receipt, an answer and a shipment of each"


def test_once_the_cause_is_put_right_the_group_goes_through(house: House, acme: Supplier) -> None:
    early = [
        replace(order, number=f"JUN-200{n}-1") for n, order in enumerate(acme.purchase_orders())
    ]
    for order in early:
        acme.send("856", acme.notice(order))
    house.turn()
    (group,) = errors_by_cause(house.parts)
    assert group.text == "3 × unknown purchase order from Acme"
    wrong = documents(house.parts, light="no").rows
    assert {row.id for row in wrong} == set(group.ids)
    assert [row.id for row in documents(house.parts, light="no", direction="out").rows] == []
    body = editable(house.parts, group.ids[0]).text.encode()
    with pytest.raises(Refused) as mistakes:
        edit_and_rerun(house.parts, group.ids[0], body.replace(b"SE*", b"SE*9"), who=WHO)
    assert mistakes.value.problems[0].where.offset is not None
    with pytest.raises(Refused, match="begins where"):
        edit_and_rerun(house.parts, group.ids[0], b"nothing", who=WHO)
    page = exceptions(house.parts, limit=2)
    assert len(page.rows) == 2
    (last,) = exceptions(house.parts, after=page.next, limit=2).rows
    assert last.id not in {row.id for row in page.rows}
    assert exceptions(house.parts, partner="mill").rows == ()
    assert exceptions(house.parts, brands=frozenset({"harbor"})).rows == ()
    for n in range(3):
        post(house, shopping(f"200{n}", 2))
    house.turn()
    would = dry_run_of(house.parts, group.ids)
    assert [one.better for one in would] == [True] * 3
    assert would[0].found[0].would[0].startswith("Order shipped: line 1 × 2")
    assert all(one.done for one in rerun(house.parts, group.ids, who=WHO))
    house.turn()
    assert errors_by_cause(house.parts) == ()
    assert {house.word(f"200{n}") for n in range(3)} == {"Shipped"}


def test_our_paper_leaves_again_with_the_same_bytes(house: House, acme: Supplier) -> None:
    (first, *_) = documents(house.parts, set_id="850").rows
    before = {path.name: path.read_bytes() for path in (acme.home / "in").iterdir()}
    for path in (acme.home / "in").iterdir():
        path.unlink()
    house.clock.on(minutes=4)
    send_to_partner(house.parts, first.id, who=WHO)
    house.clock.on(seconds=1)
    house.turn()
    after = {path.name: path.read_bytes() for path in (acme.home / "in").iterdir()}
    assert len(after) == 1
    assert after.items() <= before.items()
    house.clock.on(minutes=4)
    send_to_partner(house.parts, first.id, who=WHO)
    house.clock.on(seconds=1)
    house.turn()
    told = document(house.parts, first.id)
    assert [(one.what, one.who) for one in told.attempts] == [
        ("written", "hub"),
        ("delivered", "hub"),
        ("asked to leave again", WHO),
        ("delivered at attempt 2", "hub"),
        ("asked to leave again", WHO),
        ("delivered at attempt 3", "hub"),
    ]
    assert told.attempts[-1].at == house.parts.now()
    (name,) = after
    left = [entry.text for entry in told.audit if entry.who == "acme/edi"]
    assert left == [f"sent as {name}, {len(after[name])} bytes"] * 3
    acme.send("856", ["BSN*00*X*20261120*1200*0001"])
    house.turn()
    (theirs,) = documents(house.parts, set_id="856").rows
    with pytest.raises(Refused, match="re-run it instead"):
        send_to_partner(house.parts, theirs.id, who=WHO)
    with pytest.raises(Refused, match="one of ours"):
        edit_and_rerun(house.parts, first.id, b"ST*850*0001~", who=WHO)


def test_a_delivery_that_cannot_be_split_is_corrected_whole(house: House, acme: Supplier) -> None:
    order = acme.purchase_orders()[0]
    text = acme.interchange("856", [acme.notice(order)])
    acme.put("torn.edi", text.replace("ISA*00*", "IXA*00*"))
    house.clock.on(seconds=61)
    house.turn()
    house.clock.on(seconds=61)
    house.turn()
    (group,) = parked(house.parts)
    assert group.what == "delivery that cannot be read"
    (torn,) = group.ids
    body = editable(house.parts, torn)
    copied = rerun_edited(house.parts, torn, body.text.replace("IXA*00*", "ISA*00*"), who=WHO)
    house.turn()
    assert parked(house.parts) == ()
    assert delivery(house.parts, copied.transmission_id).copy_of == torn
    assert delivery(house.parts, torn).copies == tuple(
        line.id for line in delivery(house.parts, copied.transmission_id).documents
    )
    assert house.word() == "Shipped"


def test_a_dry_run_counts_packs_and_says_what_would_be_refused(
    house: House, acme: Supplier
) -> None:
    stock_up(house)
    lists(house, {"SKU-1": ("acme",)}, pack=12)
    post(house, shopping("1009", 24))
    house.turn()
    order = next(one for one in acme.purchase_orders() if "1009" in one.number)
    packed = [row.replace("*2*EA", "*2*CA") for row in acme.notice(order)]
    acme.send("856", packed, [row.replace(order.number, "NOPE-1") for row in packed])
    house.turn()
    with house.parts.store.read() as tx:
        rows = tx.exchange.documents_page(
            partner="acme", set_id="856", state=None, limit=5, before=None
        )
    tried = dry_run_of(house.parts, sorted(row.id for row in rows))
    assert sorted(one.verdict for one in tried) == [
        "could be used whole",
        "would be refused: nothing of it could be used",
    ]


def test_what_is_tried_of_a_cause_ends_where_its_deliveries_are_full(
    house: House, acme: Supplier, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        [row.replace("acme-SKU-1", "ODD-7") for row in acme.notice(order)]
        for order in acme.purchase_orders()
    ]
    acme.send("856", *rows)
    house.turn()
    (group,) = parked(house.parts)
    assert len(group.ids) == len(dry_run_of(house.parts, group.ids)) == 3
    monkeypatch.setattr(causes, "MOST_PAPERS", 2)
    would = dry_run_of(house.parts, group.ids)
    (first,) = would
    assert first.verdict.startswith("not tried: its delivery has many papers") or first.problems


def test_a_cause_of_very_many_is_run_again_some_at_a_time(
    house: House, acme: Supplier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(causes, "MOST_IDS", 2)
    _strangely(acme)
    house.turn()
    (group,) = parked(house.parts)
    assert (group.count, len(group.ids)) == (3, 2)
    assert all(one.done for one in rerun(house.parts, group.ids, who=WHO))
    (left,) = parked(house.parts)
    assert (left.count, len(left.ids)) == (1, 1)
    assert not set(left.ids) & set(group.ids)


def test_who_goes_on_comes_to_older_ones_though_the_newest_fail_again(
    house: House, acme: Supplier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(causes, "MOST_IDS", 1)
    _strangely(acme)
    house.turn()
    (whole,) = parked(house.parts)
    tried: list[str] = []
    before = ""
    for left in (2, 1, 0):
        group = cause(house.parts, whole.id, before=before)
        assert all(one.done for one in rerun(house.parts, group.ids, who=WHO))
        house.clock.on(seconds=1)
        house.turn()
        assert parked(house.parts)[0].count == 3, "each stops again, and is the newest then"
        tried += group.ids
        assert group.left == left
        before = group.last
    assert len(tried) == len(set(tried)) == 3
    with pytest.raises(KeyError):
        cause(house.parts, whole.id, before=before)
    assert cause(house.parts, whole.id, before="nonsense").count == 3


@pytest.mark.parametrize("most", [1, 2, 500])
def test_all_of_a_cause_is_run_again_once_however_many_there_are(
    house: House, acme: Supplier, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(causes, "MOST_IDS", most)
    _strangely(acme)
    house.turn()
    (whole,) = parked(house.parts)
    told: list[str] = []
    for some in rerun_cause(house.parts, whole.id, who=WHO):
        assert all(one.done for one in some)
        told += [one.id for one in some]
        house.clock.on(seconds=1)
        house.turn()  # they stop again meanwhile, and are the newest then
    assert len(told) == len(set(told)) == whole.count == 3
    with pytest.raises(KeyError):
        next(rerun_cause(house.parts, "cause_none", who=WHO))


def test_of_a_delivery_whose_papers_are_too_many_none_is_left_behind(
    house: House, acme: Supplier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(causes, "MOST_IDS", 2)
    _strangely(acme)
    house.turn()
    real = causes._again

    def three_of_the_second(tx: Transaction, row: QueuedRow) -> Sequence[str]:
        [one] = real(tx, row)
        return (one, f"{one}-b", f"{one}-c") if row.id == second else (one,)

    second = parked(house.parts)[0].exceptions[1]
    monkeypatch.setattr(causes, "_again", three_of_the_second)
    (group,) = parked(house.parts)
    assert (len(group.ids), len(group.exceptions), group.left) == (1, 1, 2)
    then = cause(house.parts, group.id, before=group.last)
    assert (len(then.ids), then.exceptions, then.left) == (3, (second,), 1)
