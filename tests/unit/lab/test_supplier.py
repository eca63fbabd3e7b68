import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.lab.books import Books
from hub.lab.firms import ACME, DELTA
from hub.lab.x12 import Paper, read
from tests.oracle import judge
from tests.unit.lab.customers import HOUR, NOON, Customer

SPECIAL = sorted(
    {
        sku
        for firm in (ACME, DELTA)
        for sku in (*firm.terms.refused, *firm.terms.waited_for, *firm.terms.elsewhere)
    }
)
SKUS = st.sampled_from([*SPECIAL, "JUN-MUG-BLUE", "HAR-BOWL-SERVING"])
ORDERS = st.lists(
    st.lists(st.tuples(SKUS, st.integers(1, 30)), min_size=1, max_size=4), min_size=1, max_size=3
)


@pytest.fixture
def acme(tmp_path: Path) -> Customer:
    return Customer(tmp_path)


def answered(paper: Paper) -> dict[str, Counter[str]]:
    """What an 855 says to each line: packs by ACK01."""
    lines: dict[str, Counter[str]] = {}
    for row in paper.segments:
        if row[0] == "PO1":
            line = lines.setdefault(row[1], Counter())
        elif row[0] == "ACK":
            line[row[1]] += int(row[2])
    return lines


def shipped(papers: list[Paper]) -> Counter[str]:
    rows = [row for paper in papers for row in paper.segments if row[0] == "SN1"]
    return Counter(
        {number: sum(int(r[2]) for r in rows if r[1] == number) for _, number, *_ in rows}
    )


@given(orders=ORDERS)
def test_every_paper_is_clean_and_every_unit_is_answered_and_shipped_or_refused(orders) -> None:
    with tempfile.TemporaryDirectory() as folder:
        customer = Customer(Path(folder))
        customer.ask(*((f"JUN-{n}", lines) for n, lines in enumerate(orders)))
        customer.pass_hours(4)
        assert [found for body in customer.files().values() for found in judge(body)] == []
        assert len(customer.papers("997")) == 1
        responses = {paper.first("BAK")[3]: paper for paper in customer.papers("855")}
        assert len(responses) == len(customer.papers("855")) == len(orders)
        for n, lines in enumerate(orders):
            said = answered(responses[f"JUN-{n}"])
            notices = [p for p in customer.papers("856") if p.first("PRF")[1] == f"JUN-{n}"]
            gone = shipped(notices)
            for ordinal, (_, quantity) in enumerate(lines, start=1):
                words = said[str(ordinal)]
                assert words.total() == quantity
                assert gone[str(ordinal)] == words["IA"] + words["IB"] == quantity - words["IR"]
            assert len({p.first("BSN")[2] for p in notices}) == len(notices)


def test_an_order_is_answered_in_the_order_of_the_trade(acme: Customer) -> None:
    acme.ask(("JUN-1-1", [("JUN-MUG-BLUE", 2)]))
    seen = []
    for _ in range(4):
        acme.pass_hours(0)
        seen.append(sorted(name.split("_")[1] for name in acme.files()))
        acme.clock.now += HOUR
    assert seen == [["997"], ["855", "997"], ["855", "856", "997"], ["855", "856", "997"]]


def test_the_same_paper_is_written_whatever_the_day_but_for_its_times(tmp_path: Path) -> None:
    one, other = Customer(tmp_path / "one"), Customer(tmp_path / "other")
    other.clock.now += 24 * HOUR
    for customer in (one, other):
        customer.ask(("JUN-7-1", [("JUN-MUG-BLUE", 5), ("HAR-BOWL-SERVING", 1)]))
        customer.pass_hours(3)
    trackings = [
        [row[2] for paper in customer.papers("856") for row in paper.segments if row[0] == "MAN"]
        for customer in (one, other)
    ]
    assert trackings[0] == trackings[1]
    assert trackings[0] != []


def test_a_known_purchase_order_in_another_file_gets_the_same_papers_again(acme: Customer) -> None:
    acme.ask(("JUN-1-1", [("JUN-MUG-BLUE", 9)]))
    acme.pass_hours(4)
    before = acme.files()
    for path in (acme.home / "out").iterdir():
        path.unlink()
    acme.ask(("JUN-1-1", [("JUN-MUG-BLUE", 9)]))
    acme.pass_hours(4)
    after = acme.files()
    again = {name: body for name, body in after.items() if "_997_" not in name}
    assert again == {name: body for name, body in before.items() if "_997_" not in name}
    assert len(again) == 3
    assert len([name for name in after if "_997_" in name]) == 1


def test_a_file_that_lies_there_still_is_read_once(acme: Customer) -> None:
    acme.ask(("JUN-1-1", [("JUN-MUG-BLUE", 1)]))
    acme.pass_hours(3)
    before = acme.files()
    acme.restart()
    acme.pass_hours(3)
    assert acme.files() == before
    assert acme.supplier.owes() == 0


def test_numbers_go_on_after_a_restart(acme: Customer) -> None:
    acme.ask(("JUN-1-1", [("JUN-MUG-BLUE", 1)]))
    acme.pass_hours(3)
    acme.restart()
    acme.ask(("JUN-2-1", [("JUN-MUG-BLUE", 1)]))
    acme.pass_hours(3)
    numbers = [int(read(body.decode()).number) for body in acme.files().values()]
    assert sorted(numbers) == [1, 2, 3, 4, 5, 6]


def test_what_was_numbered_but_not_put_out_is_put_out_unchanged(acme: Customer) -> None:
    acme.ask(("JUN-1-1", [("JUN-MUG-BLUE", 1)]))
    acme.pass_hours(3)
    before = acme.files()
    books = Books(acme.home / "books" / "books.json")
    lost = next(paper for paper in books.papers if paper.set_id == "855")
    books.papers[books.papers.index(lost)] = type(lost)(
        **{name: getattr(lost, name) for name in lost.__slots__ if name != "put"}
    )
    books.write()
    (acme.home / "out" / lost.file).unlink()
    acme.restart()
    assert acme.files() == before


def test_half_a_file_is_left_until_it_is_whole(acme: Customer) -> None:
    path = acme.ask(("JUN-1-1", [("JUN-MUG-BLUE", 1)]))
    whole = path.read_text()
    path.write_text(whole[: len(whole) // 2])
    assert acme.supplier.step() == 0
    path.write_text(whole)
    assert acme.supplier.step() == 2  # taken, and its receipt


def test_a_set_it_does_not_know_is_rejected_and_the_order_beside_it_is_not(acme: Customer) -> None:
    acme.send("PC", "860", [[("BCH", "01", "CP", "JUN-1-1", "", "", "20260302")]])
    acme.ask(("JUN-2-1", [("JUN-MUG-BLUE", 1)]))
    acme.pass_hours(3)
    verdicts = sorted(paper.first("AK9")[1] for paper in acme.papers("997"))
    assert verdicts == ["A", "R"]
    assert [paper.first("BAK")[3] for paper in acme.papers("855")] == ["JUN-2-1"]


def test_a_receipt_is_not_answered(acme: Customer) -> None:
    acme.send("FA", "997", [[("AK1", "PR", "1"), ("AK9", "A", "1", "1", "1")]])
    acme.pass_hours(3)
    assert acme.files() == {}


def test_a_misprinted_notice_is_found_out_and_corrected_once(acme: Customer) -> None:
    acme.ask(("HAR-1-1", [("HAR-LAMP-OAK", 1)]))
    acme.pass_hours(4)
    [wrong] = [name for name in acme.files() if "_856_" in name]
    assert judge(acme.files()[wrong]) != ()
    group = read(acme.files()[wrong].decode()).groups[0].number
    refusal = [
        ("AK1", "SH", group),
        ("AK2", "856", "0001"),
        ("AK5", "R", "5"),
        ("AK9", "R", "1", "1", "0"),
    ]
    for _ in range(2):
        acme.send("FA", "997", [refusal])
        acme.pass_hours(2)
    [corrected] = [name for name in acme.files() if "_856_" in name and name != wrong]
    assert judge(acme.files()[corrected]) == ()
    names = [paper.first("BSN")[2] for paper in acme.papers("856")]
    assert names == ["S-HAR-1-1-1"] * 2


def test_a_supplier_says_when_back_ordered_goods_come(acme: Customer) -> None:
    acme.ask(("JUN-1-1", [("JUN-THROW-GREY", 1)]))
    acme.pass_hours(2)
    [response] = acme.papers("855")
    day = f"{NOON.replace(day=NOON.day + 9):%Y%m%d}"
    assert ("ACK", "IB", "1", "EA", "068", day) in response.segments
