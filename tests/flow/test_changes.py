"""Cancel and change: at once before a partner has the order, then asked of it, or too late."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from hub.domain.change_requests import (
    AddArticle,
    NewAddress,
    NewArticle,
    NewDate,
    NewGift,
    NewMethod,
    SwapArticle,
)
from hub.domain.orders import ChangeState, Order
from hub.domain.placing import Gift
from hub.domain.totals import owed
from hub.domain.wishes import Fewer, Quantity
from hub.flow.changing import Answered
from hub.flow.watching import ring
from tests.fakes import Supplier
from tests.rigs import houses
from tests.rigs.changes import (
    answer_change,
    ask,
    cancel,
    changes_received,
    outcomes,
    segment,
)
from tests.rigs.houses import House, furnish, post, shopping, stock_up


def _acme(house: House) -> Supplier:
    return house.suppliers["acme"]


def _units(order: Order) -> list[tuple[int, int, int]]:
    return [
        (line.buckets.open, line.buckets.cancelled, line.buckets.shipped) for line in order.lines
    ]


def _facts(house: House) -> list[str]:
    with house.parts.store.read() as tx:
        return [fact.kind for fact in tx.facts.of_order(house.order().id)]


def test_a_cancellation_in_time_is_done_at_once_and_nothing_is_sent(house: House) -> None:
    post(house, shopping("1001", 2, 1))
    verdict = cancel(house)
    assert (verdict.status, outcomes(verdict)) == (200, [("done", 2, None), ("done", 1, None)])
    order = house.order()
    assert (_units(order), order.total, house.word()) == ([(0, 2, 0), (0, 1, 0)], 0, "Cancelled")
    house.turn()
    assert _acme(house).received() == []
    with house.parts.store.read() as tx:
        assert tx.duties.of_order(order.id) == []


def test_a_part_cancelled_in_time_is_left_out_of_the_purchase_order(house: House) -> None:
    post(house, shopping("1001", 2, 3))
    verdict = cancel(house, Fewer(line="1"), Fewer(line="2", quantity=1))
    assert outcomes(verdict) == [("done", 2, None), ("done", 1, None)]
    house.turn()
    (sent,) = _acme(house).purchase_orders()
    assert sent.lines == (("2", 2, "EA", "acme-SKU-2"),)
    assert house.order().total == 2000


def _sent(house: House, *quantities: int) -> Supplier:
    post(house, shopping("1001", *quantities))
    house.turn()
    return _acme(house)


def test_once_sent_the_supplier_is_asked_and_a_yes_cancels(house: House) -> None:
    acme = _sent(house, 2, 1)
    verdict = cancel(house)
    assert verdict.status == 202
    assert outcomes(verdict) == [("asked", 2, None), ("asked", 1, None)]
    assert house.order().changes[0].state is ChangeState.REQUESTED
    assert _units(house.order()) == [(2, 0, 0), (1, 0, 0)]
    house.turn()
    (paper,) = changes_received(acme)
    assert segment(paper, "BCH")[1:6] == ["01", "DS", "JUN-1001-1", "", "1"]
    assert [row[1:5] for row in paper if row[0] == "POC"] == [
        ["1", "DI", "0", "0"],
        ["2", "DI", "0", "0"],
    ]
    acme.send("865", answer_change(paper))
    house.turn()
    order = house.order()
    assert (_units(order), order.total) == ([(0, 2, 0), (0, 1, 0)], 0)
    assert (order.changes[0].state, house.word()) == (ChangeState.CONFIRMED, "Cancelled")
    assert house.exceptions() == []
    kinds = ["ChangeRequested", "ChangeSent", "ChangeConfirmed", "LinesCancelled"]
    assert [kind for kind in _facts(house) if kind in kinds] == kinds


def test_a_part_that_is_cancelled_says_what_is_to_stand_and_what_stood(house: House) -> None:
    acme = _sent(house, 3, 1)
    cancel(house, Fewer(line="1", quantity=1))
    house.turn()
    (paper,) = changes_received(acme)
    assert segment(paper, "BCH")[1] == "04"
    assert [row[1:5] for row in paper if row[0] == "POC"] == [["1", "QD", "2", "2"]]
    assert segment(paper, "QTY")[1:] == ["38", "3"]


def test_a_no_leaves_the_order_as_it_was_and_says_so(house: House) -> None:
    acme = _sent(house, 2)
    cancel(house)
    house.turn()
    acme.send("865", answer_change(changes_received(acme)[0], verdict="RJ"))
    house.turn()
    order = house.order()
    assert (_units(order), order.total) == ([(2, 0, 0)], 2000)
    assert order.changes[0].state is ChangeState.DECLINED
    assert "ChangeDeclined" in _facts(house)
    again = cancel(house)
    assert outcomes(again) == [("asked", 2, None)]


def test_an_answer_in_part_cancels_a_part(house: House) -> None:
    acme = _sent(house, 2, 1)
    cancel(house)
    house.turn()
    paper = changes_received(acme)[0]
    acme.send("865", answer_change(paper, verdict="AC", words={"1": "IA", "2": "IR"}))
    house.turn()
    order = house.order()
    assert _units(order) == [(0, 2, 0), (1, 0, 0)]
    assert (order.changes[0].state, order.total) == (ChangeState.CONFIRMED, 1000)
    assert order.total == owed(order)


def test_the_same_answer_twice_does_nothing_twice(house: House) -> None:
    acme = _sent(house, 2)
    cancel(house)
    house.turn()
    paper = changes_received(acme)[0]
    acme.send("865", answer_change(paper))
    house.turn()
    before = house.order()
    acme.send("865", answer_change(paper))
    house.turn()
    assert house.order() == before
    assert house.exceptions() == []


@pytest.mark.parametrize("rule", ["decline", "confirm"])
def test_silence_is_answered_by_the_partners_rule(
    rule: str, hub_database: str, tmp_path: Path
) -> None:
    house = furnish(tmp_path, database=hub_database, rules=f"changes: {{silence: {rule}}}")
    stock_up(house)
    _sent(house, 2)
    cancel(house)
    house.turn()
    limit = house.parts.partners.get("acme").limits.change
    house.clock.on(seconds=limit.total_seconds() - 1)
    ring(house.parts)
    assert house.order().changes[0].state is ChangeState.REQUESTED
    house.clock.on(seconds=2)
    ring(house.parts)
    ring(house.parts)
    order = house.order()
    if rule == "confirm":
        assert (_units(order), order.changes[0].state) == ([(0, 2, 0)], ChangeState.CONFIRMED)
    else:
        assert (_units(order), order.changes[0].state) == ([(2, 0, 0)], ChangeState.DECLINED)
    assert ("change-unanswered" in house.exceptions()) is (rule == "decline")
    house.close()


def test_a_late_yes_outweighs_the_silence_before_it(house: House) -> None:
    acme = _sent(house, 2)
    cancel(house)
    house.turn()
    house.clock.on(days=30)
    ring(house.parts)
    assert "change-unanswered" in house.exceptions()
    acme.send("865", answer_change(changes_received(acme)[0]))
    house.turn()
    assert _units(house.order()) == [(0, 2, 0)]
    assert "change-unanswered" not in house.exceptions()


def test_a_change_that_could_not_leave_is_not_taken_for_answered(
    hub_database: str, tmp_path: Path
) -> None:
    house = furnish(tmp_path, database=hub_database, rules="changes: {silence: confirm}")
    stock_up(house)
    _sent(house, 2)
    cancel(house)
    house.clock.on(days=30)
    ring(house.parts)
    assert _units(house.order()) == [(2, 0, 0)]
    assert "change-not-sent" in house.exceptions()
    house.close()


def test_what_is_shipped_is_too_late(house: House) -> None:
    acme = _sent(house, 2)
    acme.send("856", acme.notice(acme.purchase_orders()[0]))
    house.turn()
    verdict = cancel(house)
    assert (verdict.status, outcomes(verdict)) == (200, [("too_late", 0, "shipped")])
    assert house.order().changes[0].state is ChangeState.DECLINED
    address = ask(house, NewMethod(method="second_day"))
    assert outcomes(address) == [("too_late", None, "shipped")]


def test_a_shipment_outruns_the_answer_and_a_yes_cancels_only_what_is_left(house: House) -> None:
    acme = _sent(house, 3)
    cancel(house)
    house.turn()
    acme.send("856", acme.notice(acme.purchase_orders()[0], quantities={"1": 1}))
    house.turn()
    assert house.order().changes[0].asks[0].lines[0].quantity == 2
    acme.send("865", answer_change(changes_received(acme)[0]))
    house.turn()
    order = house.order()
    assert (_units(order), order.total) == ([(0, 2, 1)], 1000)
    assert "ChangeDeclined" in _facts(house)
    assert house.exceptions() == []


def test_cancelled_and_shipped_is_never_silent(house: House) -> None:
    acme = _sent(house, 2)
    cancel(house)
    house.turn()
    acme.send("865", answer_change(changes_received(acme)[0]))
    house.turn()
    acme.send("856", acme.notice(acme.purchase_orders()[0]))
    house.turn()
    order = house.order()
    assert (_units(order), order.lines[0].buckets.unexpected) == ([(0, 2, 0)], 2)
    assert house.exceptions() == ["unexpected-shipment"]


def test_a_rejecting_855_settles_a_cancellation_and_sources_nothing_anew(
    two_suppliers: House,
) -> None:
    house = two_suppliers
    acme = _sent(house, 2)
    cancel(house)
    house.turn()
    acme.send("855", acme.answer(acme.purchase_orders()[0], word="IR"))
    house.turn()
    order = house.order()
    assert (_units(order), len(order.fulfillments)) == ([(0, 2, 0)], 1)
    assert order.changes[0].state is ChangeState.CONFIRMED


def test_a_997_that_rejects_the_change_declines_it(house: House) -> None:
    acme = _sent(house, 2)
    cancel(house)
    house.turn()
    text = next(
        path.read_text() for path in (acme.home / "in").iterdir() if "ST*860" in path.read_text()
    )
    rows = [row.strip().split("*") for row in text.split("~")]
    group = next(row[6] for row in rows if row[0] == "GS")
    control = next(row[2] for row in rows if row[0] == "ST")
    acme.send("997", [f"AK1*PC*{int(group)}", f"AK2*860*{control}", "AK5*R", "AK9*R*1*1*0"])
    house.turn()
    assert house.order().changes[0].state is ChangeState.DECLINED
    assert house.exceptions() == ["rejected-by-partner"]


def test_asking_twice_for_the_same_is_answered_with_the_running_change(house: House) -> None:
    _sent(house, 2)
    first, second = cancel(house), cancel(house)
    assert first.decided is not None and first.decided.made is not None
    assert second.decided is not None and second.decided.made is None
    assert second.decided.running == first.decided.made.id
    assert (second.status, outcomes(second)) == (202, [("asked", 2, None)])
    assert len(house.order().changes) == 1


def test_the_same_key_gets_the_same_answer_and_another_body_is_refused(house: House) -> None:
    post(house, shopping("1001", 2))
    first = cancel(house, Fewer(line="1", quantity=1), key="k")
    again = cancel(house, Fewer(line="1", quantity=1), key="k")
    other = cancel(house, key="k", body=b"[]")
    assert (again.outcome, again.reply) == (Answered.REPLAYED, first.reply)
    assert other.outcome is Answered.KEY_REUSED
    assert _units(house.order()) == [(1, 1, 0)]


def test_an_unknown_line_and_an_unknown_article_are_named_together(house: House) -> None:
    post(house, shopping("1001", 2))
    new = NewArticle(sku="NOPE", unit_price=1, quantity=1)
    verdict = ask(house, Quantity(line="9", quantity=1), AddArticle(new=new))
    assert verdict.outcome is Answered.WRONG
    places = [problem.where.path for problem in verdict.problems]
    assert places == ["/actions/0/line", "/actions/1/sku"]
    assert ask(house, number="nobody").outcome is Answered.UNKNOWN


def test_more_units_get_a_purchase_order_of_their_own(house: House) -> None:
    acme = _sent(house, 2)
    verdict = ask(house, Quantity(line="1", quantity=5, tax=90))
    assert outcomes(verdict) == [("done", 3, None)]
    house.turn()
    assert [order.lines[0][:2] for order in acme.purchase_orders()] == [("1", 2), ("1", 3)]
    order = house.order()
    assert (_units(order), order.total) == ([(5, 0, 0)], 5090)


def test_fewer_units_are_asked_for_once_sent(house: House) -> None:
    acme = _sent(house, 5)
    assert outcomes(ask(house, Quantity(line="1", quantity=3))) == [("asked", 2, None)]
    house.turn()
    (paper,) = changes_received(acme)
    assert [row[1:4] for row in paper if row[0] == "POC"] == [["1", "QD", "3"]]
    acme.send("865", answer_change(paper))
    house.turn()
    assert _units(house.order()) == [(3, 2, 0)]


def test_an_added_article_is_sourced(house: House) -> None:
    acme = _sent(house, 2)
    new = NewArticle(sku="SKU-3", unit_price=700, quantity=2, tax=11, personalization="For Ida")
    assert outcomes(ask(house, AddArticle(new=new))) == [("done", 2, None)]
    house.turn()
    assert acme.purchase_orders()[1].lines == (("1", 2, "EA", "acme-SKU-3"),)
    order = house.order()
    assert (order.total, order.lines[1].description) == (2000 + 1411, "Article 3")
    text = "".join(path.read_text() for path in (acme.home / "in").iterdir())
    assert "For Ida" in text


def test_a_swap_waits_for_the_old_article_to_be_taken_back(house: House) -> None:
    acme = _sent(house, 2)
    new = NewArticle(sku="SKU-2", unit_price=1500)
    assert outcomes(ask(house, SwapArticle(line="1", new=new))) == [("asked", 2, None)]
    assert len(house.order().lines) == 1
    house.turn()
    acme.send("865", answer_change(changes_received(acme)[0]))
    house.turn()
    house.turn()
    order = house.order()
    assert (_units(order), order.total) == ([(0, 2, 0), (2, 0, 0)], 3000)
    assert acme.purchase_orders()[1].lines == (("1", 2, "EA", "acme-SKU-2"),)


def test_a_swap_in_time_is_done_at_once(house: House) -> None:
    post(house, shopping("1001", 2))
    verdict = ask(
        house, SwapArticle(line="1", quantity=1, new=NewArticle(sku="SKU-2", unit_price=5))
    )
    assert outcomes(verdict) == [("done", 1, None)]
    assert (_units(house.order()), house.order().total) == ([(1, 1, 0), (1, 0, 0)], 1005)


def _moved_address() -> NewAddress:
    ship_to = replace(shopping().groups[0].ship_to, lines=("7 Birch Road",), city="Peoria")
    return NewAddress(ship_to=ship_to)


def test_an_address_changed_in_time_is_on_the_purchase_order(house: House) -> None:
    post(house, shopping("1001", 2))
    assert outcomes(ask(house, _moved_address())) == [("done", None, None)]
    house.turn()
    (sent,) = _acme(house).purchase_orders()
    assert ("N3", "7 Birch Road") in sent.segments


def test_an_address_changed_after_sending_is_on_the_860(house: House) -> None:
    acme = _sent(house, 2)
    former = house.order().groups[0].person_id
    assert outcomes(ask(house, _moved_address())) == [("asked", None, None)]
    assert house.order().groups[0].person_id == former
    house.turn()
    (paper,) = changes_received(acme)
    assert segment(paper, "N3") == ["N3", "7 Birch Road"]
    assert [row for row in paper if row[0] == "POC"] == []
    acme.send("865", answer_change(paper))
    house.turn()
    order = house.order()
    assert order.changes[0].state is ChangeState.CONFIRMED
    with house.parts.store.read() as tx:
        assert tx.people.get(order.groups[0].person_id)["lines"] == ["7 Birch Road"]
        assert tx.people.get(former)["lines"] == ["12 Alder Lane"]
        assert "Birch" not in repr([fact.body for fact in tx.facts.of_order(order.id)])


def test_method_gift_and_day_are_changed_with_one_paper(house: House) -> None:
    acme = _sent(house, 2)
    wanted = [
        NewMethod(method="second_day"),
        NewGift(gift=Gift(recipient="Ida", message="Happy birthday")),
        NewDate(deliver_by=date(2026, 12, 10)),
    ]
    assert {row[0] for row in outcomes(ask(house, *wanted))} == {"asked"}
    house.turn()
    (paper,) = changes_received(acme)
    assert segment(paper, "DTM")[1] == "038"
    assert "Happy birthday" in str(paper)
    acme.send("865", answer_change(paper))
    house.turn()
    group = house.order().groups[0]
    assert (group.method_final, group.gift, group.deliver_by) == (
        "second_day",
        True,
        date(2026, 12, 10),
    )


def test_a_partner_that_takes_no_changes_makes_it_too_late_once_sent(
    hub_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "tests.rigs.houses.PAGE",
        houses.PAGE.replace("send: [850, 860]", "send: [850]").replace(
            "      860: x12/004010/860\n", ""
        ),
    )
    house = furnish(tmp_path, database=hub_database)
    stock_up(house)
    _sent(house, 2)
    assert outcomes(cancel(house)) == [("too_late", 2, "no_changes")]
    assert outcomes(ask(house, _moved_address())) == [("too_late", None, "no_changes")]
    assert _units(house.order()) == [(2, 0, 0)]
    house.close()


def _late_backorder(acme: Supplier) -> list[str]:
    rows = acme.answer(acme.purchase_orders()[0], word="IB")
    return [f"{row}*068*20270301" if row.startswith("ACK*IB") else row for row in rows]


def test_a_backorder_beyond_the_promise_goes_to_another_partner(two_suppliers: House) -> None:
    house = two_suppliers
    acme = _sent(house, 2)
    acme.send("855", _late_backorder(acme))
    house.turn()
    house.turn()
    (paper,) = changes_received(acme)
    assert segment(paper, "BCH")[1] == "01"
    acme.send("865", answer_change(paper))
    house.turn()
    house.turn("mill")
    assert house.suppliers["mill"].purchase_orders()[0].lines[0][:2] == ("1", 2)
    order = house.order()
    assert (_units(order), order.total) == ([(2, 0, 0)], 2000)


def test_a_backorder_nobody_else_can_fill_is_told(house: House) -> None:
    acme = _sent(house, 2)
    acme.send("855", _late_backorder(acme))
    house.turn()
    assert "backorder-beyond-promise" in house.exceptions()
    assert changes_received(acme) == []
