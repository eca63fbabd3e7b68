"""A long paper costs in proportion to its length, and what is wrong with it is told in measure."""

from hub.domain import hearing
from hub.domain.exchange import DocumentState
from hub.domain.telling import MOST_PROBLEMS
from hub.formats import x12
from tests.rigs.houses import House, post, shopping, stock_up

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

    def counted(body, *, document, problem):
        nonlocal located
        located += 1
        return locate(body, document=document, problem=problem)

    locate = x12.locate
    monkeypatch.setattr(x12, "locate", counted)
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
    assert located <= 2 * (MOST_PROBLEMS + 1)
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
