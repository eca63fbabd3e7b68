"""A long paper costs in proportion to its length, and what is wrong with it is told in measure."""

import re
from dataclasses import replace

import pytest

from hub.domain import hearing
from hub.domain.exchange import DocumentState, Problem
from hub.domain.telling import MOST_PROBLEMS, foremost
from hub.flow import settling
from hub.flow.settling import MOST_PLACED
from hub.flow.speaking import Share, cases_of
from hub.formats import x12
from tests.rigs.houses import House, post, shopping, stock_up
from tests.rigs.several import notice

LINES = 1500


def test_an_answer_with_thousands_of_wrong_lines_is_told_in_measure(
    house: House, monkeypatch
) -> None:
    stock_up(house, skus=60)
    post(house, shopping("1001", *[2] * 60))
    house.turn()
    acme = house.suppliers["acme"]
    order = acme.purchase_orders()[0]
    rows = [f"BAK*00*AD*{order.number}*20261120"]
    for number in range(1, LINES + 1):
        rows += [f"PO1*{number}*1*EA*4**VN*NOPE-{number}", "ACK*IA*1*EA"]
    rows += ["PO1*1*2*EA*4**VN*acme-SKU-1", "ACK*IA*2*EA", f"CTT*{LINES + 1}"]
    located = 0

    def counted(body, *, document, problems):
        nonlocal located
        located += len(problems)
        return locate(body, document=document, problems=problems)

    locate = x12.located
    monkeypatch.setattr(x12, "located", counted)
    acme.send("855", rows)
    house.turn()
    with house.parts.store.read() as tx:
        (row,) = tx.exchange.documents_page(
            partner="acme", set_id="855", state=None, limit=5, before=None
        )
    assert row.state is DocumentState.PARTLY_APPLIED
    assert house.order().lines[0].buckets.accepted == 2
    errors = [problem for problem in row.problems if problem.code == "unknown-line"]
    assert len(errors) == MOST_PROBLEMS
    assert f"{LINES - MOST_PROBLEMS} more problems" in row.problems[-1].text
    assert 0 < located <= 2 * (MOST_PROBLEMS + 1)
    assert max(len(problem.text) for problem in row.problems) < 1000


def test_the_lines_of_a_purchase_order_are_sorted_out_once_for_a_paper(
    house: House, monkeypatch
) -> None:
    stock_up(house)
    post(house, shopping("1001", 2, 2, 2))
    house.turn()
    acme = house.suppliers["acme"]
    made: list[object] = []
    sort_out = hearing.AskedLines.__init__

    def counted(self, part, called):
        made.append(part.id)
        sort_out(self, part, called)

    monkeypatch.setattr(hearing.AskedLines, "__init__", counted)
    acme.send("855", acme.answer(acme.purchase_orders()[0]))
    house.turn()
    assert len(made) == 1
    assert [line.buckets.accepted for line in house.order().lines] == [2, 2, 2]


ORDERS = 700


@pytest.mark.parametrize("unread", [False, True], ids=["unknown orders", "orders without a number"])
def test_a_notice_on_hundreds_of_strange_orders_is_told_in_measure(
    house: House, monkeypatch, unread: bool
) -> None:
    post(house, shopping("1001", 2))
    house.turn()
    lines = [("1", "1", "acme-SKU-1")]
    rows = notice(*((f"NOPE-{number}", lines) for number in range(ORDERS)))
    if unread:
        rows = [re.sub(r"^PRF\*", "REF*ZZ*", row) for row in rows]
    handed: list[int] = []

    def counted(body, *, document, problems):
        handed.append(len(problems))
        return located(body, document=document, problems=problems)

    located = x12.located
    monkeypatch.setattr(x12, "located", counted)
    house.suppliers["acme"].send("856", rows)
    house.turn()
    house.turn()
    with house.parts.store.read() as tx:
        (row,) = tx.exchange.documents_page(
            partner="acme", set_id="856", state=None, limit=5, before=None
        )
        (told,) = [one for one in tx.exceptions.page(open_only=True, limit=9) if one.document_id]
    assert row.state is DocumentState.REFUSED
    assert 0 < sum(handed) <= MOST_PROBLEMS + 1 + MOST_PLACED
    for problems in (row.problems, told.problems):
        assert len(problems) == MOST_PROBLEMS + 1
        assert f"{ORDERS - MOST_PROBLEMS} more problems" in problems[-1].text
        assert all(problem.where.offset is not None for problem in problems[:-1])


def test_what_waits_is_sorted_out_in_one_go_through_what_was_spoken_of() -> None:
    looks = 0

    class Orders(tuple[str, ...]):
        def __contains__(self, item: object) -> bool:
            nonlocal looks
            looks += 1
            return super().__contains__(item)

        def __iter__(self):
            nonlocal looks
            looks += 1
            return super().__iter__()

    wrong = (Problem(code="x", text="wrong"),)
    shares = [Share(number=f"N{n % 50}", orders=Orders((f"o{n % 50}",))) for n in range(100)]
    shares[70] = replace(shares[70], problems=wrong)
    shares[3] = replace(shares[3], problems=wrong, used=True)
    found = list(cases_of(shares, (), DocumentState.PARTLY_APPLIED))
    assert [(one.order_id, one.numbers) for one in found] == [("o3", ("N3",)), ("o20", ("N20",))]
    assert [one.state for one in found] == [DocumentState.PARTLY_APPLIED, DocumentState.REFUSED]
    assert looks <= 3 * len(shares)


def test_of_very_many_refused_orders_the_first_are_placed_and_all_are_told() -> None:
    shares = tuple(
        Share(number=f"N{n}", orders=(f"o{n}",), problems=(Problem(code="x", text=f"wrong {n}"),))
        for n in range(2 * MOST_PLACED)
    )
    asked: list[Problem] = []

    def placed(problems):
        asked.extend(problems)
        return problems

    said = foremost([problem for one in shares for problem in one.problems])
    settled = settling.Settled(state=DocumentState.REFUSED, problems=said, shares=shares)
    same, cases = settling._placed(settled, placed)
    assert same.problems == said and len(cases) == len(shares)
    assert tuple(asked[: len(said)]) == said, "what is told of the paper is placed first"
    assert len(asked) == len(set(asked)) == len(shares) + 1
