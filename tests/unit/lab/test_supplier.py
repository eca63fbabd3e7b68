import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.lab.books import Books
from hub.lab.catalog import shelf
from hub.lab.firms import ACME, DELTA, REED
from hub.lab.voice import Kind
from hub.lab.x12 import Paper, read
from tests.oracle import judge
from tests.unit.lab.customers import HOUR, NOON, Customer

SPECIAL = sorted(
    {
        sku
        for firm in (ACME, DELTA)
        for sku in (
            *firm.terms.refused,
            *firm.terms.waited_for,
            *firm.terms.elsewhere,
            *firm.terms.slow,
            *firm.terms.held,
        )
    }
)
STAYING = ACME.terms.held
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


def billed(papers: list[Paper]) -> Counter[str]:
    packs: Counter[str] = Counter()
    for paper in papers:
        for row in paper.segments:
            if row[0] == "IT1":
                packs[row[1]] += int(row[2])
    return packs


@given(orders=ORDERS)
def test_every_paper_is_clean_and_every_unit_is_answered_and_shipped_or_refused(orders) -> None:
    with tempfile.TemporaryDirectory() as folder:
        customer = Customer(Path(folder))
        customer.ask(*((f"JUN-{n}", lines) for n, lines in enumerate(orders)))
        customer.pass_hours(8)
        assert [found for body in customer.files().values() for found in judge(body)] == []
        assert len(customer.papers("997")) == 1
        responses = {paper.first("BAK")[3]: paper for paper in customer.papers("855")}
        assert len(responses) == len(customer.papers("855")) == len(orders)
        for n, lines in enumerate(orders):
            said = answered(responses[f"JUN-{n}"])
            notices = [p for p in customer.papers("856") if p.first("PRF")[1] == f"JUN-{n}"]
            gone = shipped(notices)
            for ordinal, (sku, quantity) in enumerate(lines, start=1):
                words = said[str(ordinal)]
                assert words.total() == quantity
                assert words["IA"] + words["IB"] == quantity - words["IR"]
                leaves = 0 if sku in STAYING else words["IA"] + words["IB"]
                assert gone[str(ordinal)] == leaves
            assert len({p.first("BSN")[2] for p in notices}) == len(notices)
            bills = [p for p in customer.papers("810") if p.first("BIG")[4] == f"JUN-{n}"]
            assert billed(bills) == gone


def test_an_order_is_answered_in_the_order_of_the_trade(acme: Customer) -> None:
    acme.ask(("JUN-1-1", [("JUN-MUG-BLUE", 2)]))
    seen = []
    for _ in range(4):
        acme.pass_hours(0)
        seen.append(sorted(name.split("_")[1] for name in acme.files()))
        acme.clock.now += HOUR
    assert seen == [
        ["997"],
        ["855", "997"],
        ["855", "856", "997"],
        ["810", "855", "856", "997"],
    ]


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
    acme.pass_hours(5)
    before = acme.files()
    for path in (acme.home / "out").iterdir():
        path.unlink()
    acme.ask(("JUN-1-1", [("JUN-MUG-BLUE", 9)]))
    acme.pass_hours(5)
    after = acme.files()
    again = {name: body for name, body in after.items() if "_997_" not in name}
    assert again == {name: body for name, body in before.items() if "_997_" not in name}
    assert Counter(name.split("_")[1] for name in again) == {"855": 1, "856": 2, "810": 2}
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
    assert sorted(numbers) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_what_was_numbered_but_not_put_out_is_put_out_unchanged(acme: Customer) -> None:
    acme.ask(("JUN-1-1", [("JUN-MUG-BLUE", 1)]))
    acme.pass_hours(3)
    before = acme.files()
    books = Books(acme.home / "books" / "books.json")
    lost = next(paper for paper in books.papers if paper.kind is Kind.RESPONSE)
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
    acme.send("SO", "830", [[("BFR", "05", "", "1", "DL", "A", "20260302", "20260401")]])
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


def test_packs_that_are_given_back_do_not_leave_and_are_not_billed(acme: Customer) -> None:
    acme.ask(("JUN-1-1", [("JUN-MUG-BLUE", 4), ("JUN-CUSHION-MOSS", 2)]))
    acme.pass_hours(1)
    acme.change("JUN-1-1", (1, 1))
    acme.pass_hours(5)
    (answer,) = acme.papers("865")
    assert answer.first("BCA")[:4] == ("BCA", "00", "AT", "JUN-1-1")
    assert shipped(acme.papers("856")) == {"1": 1, "2": 2}
    assert billed(acme.papers("810")) == {"1": 1, "2": 2}


def test_an_order_that_is_taken_back_whole_never_leaves(acme: Customer) -> None:
    acme.ask(("JUN-1-1", [("JUN-MUG-BLUE", 9)]))
    acme.pass_hours(1)
    acme.change("JUN-1-1", (1, 0), whole=True)
    acme.pass_hours(6)
    (answer,) = acme.papers("865")
    assert answer.first("BCA")[:3] == ("BCA", "01", "AT")
    assert Counter(acme.sets()) == {"997": 2, "855": 1, "865": 1}
    assert acme.supplier.owes() == 0


def test_what_waits_is_given_back_before_what_leaves(acme: Customer) -> None:
    acme.ask(("JUN-1-1", [("JUN-MUG-BLUE", 9)]))
    acme.pass_hours(2)
    acme.change("JUN-1-1", (1, 6))
    acme.pass_hours(5)
    assert [paper.first("BCA")[2] for paper in acme.papers("865")] == ["AT"]
    assert shipped(acme.papers("856")) == {"1": 6}


@pytest.mark.parametrize("sku", ["JUN-MUG-BLUE", *ACME.terms.packed])
def test_what_has_left_or_is_packed_is_not_given_back(acme: Customer, sku: str) -> None:
    acme.ask(("JUN-1-1", [(sku, 2)]))
    acme.pass_hours(3)
    acme.change("JUN-1-1", (1, 0), whole=True)
    acme.pass_hours(6)
    (answer,) = acme.papers("865")
    assert answer.segments == (("BCA", "01", "RJ", "JUN-1-1", "", "1", answer.first("BCA")[6]),)
    assert shipped(acme.papers("856")) == {"1": 2}


def test_a_silent_supplier_receipts_a_change_and_says_no_more(tmp_path: Path) -> None:
    reed = Customer(tmp_path, firm=REED)
    reed.ask(("JUN-1-1", [("JUN-BASKET-REED", 1)]))
    reed.pass_hours(1)
    reed.change("JUN-1-1", (1, 0), whole=True)
    reed.pass_hours(6)
    assert Counter(reed.sets()) == {"997": 2, "855": 1, "856": 1, "810": 1}


def test_a_change_of_an_order_that_never_came_is_receipted_only(acme: Customer) -> None:
    acme.change("JUN-9-1", (1, 0))
    acme.pass_hours(3)
    assert acme.sets() == ["997"]


def test_slow_goods_leave_after_a_change_came_or_at_last_by_themselves(acme: Customer) -> None:
    bench = [("JUN-BENCH-OAK", 1)]
    acme.ask(("JUN-1-1", bench), ("JUN-2-1", bench))
    acme.pass_hours(1)
    acme.change("JUN-1-1")
    acme.pass_hours(4)
    assert [paper.first("PRF")[1] for paper in acme.papers("856")] == ["JUN-1-1"]
    acme.pass_hours(3)
    assert [paper.first("PRF")[1] for paper in acme.papers("856")] == ["JUN-1-1", "JUN-2-1"]


def test_late_goods_are_answered_late_and_without_a_day(tmp_path: Path) -> None:
    delta = Customer(tmp_path, firm=DELTA)
    delta.ask(("JUN-1-1", [("JUN-STOOL-ASH", 1)]))
    delta.pass_hours(2)
    assert delta.sets() == ["997"]
    delta.pass_hours(1)
    (response,) = delta.papers("855")
    assert ("ACK", "IA", "1", "EA") in response.segments
    delta.pass_hours(1)
    assert delta.sets() == ["997", "855", "856"]


def counted(paper: Paper) -> dict[str, str]:
    rows = [row for row in paper.segments if row[0] in ("LIN", "QTY")]
    return {name[3]: count[2] for name, count in zip(rows[::2], rows[1::2], strict=True)}


def test_the_shelf_is_counted_whole_at_each_opening_less_what_left(tmp_path: Path) -> None:
    delta = Customer(tmp_path, firm=DELTA)
    stock = shelf("delta")
    delta.supplier.open(stock)
    delta.ask(("JUN-1-1", [("JUN-SCARF-NAVY", 3), ("HAR-STOOL-BAR", 1)]))
    delta.pass_hours(3)
    delta.restart()
    delta.supplier.open(stock)
    delta.pass_hours(1)
    first, again = delta.papers("846")
    assert [paper.first("BIA")[1] for paper in (first, again)] == ["00", "00"]
    before, after = counted(first), counted(again)
    assert len(before) == len(stock)
    [scarf] = [one.products[1] for one in DELTA.articles if one.sku == "JUN-SCARF-NAVY"]
    assert int(before[scarf]) - int(after[scarf]) == 3
    assert {name for name in before if before[name] != after[name]} == {scarf}


def test_what_comes_in_is_told_once_alone(tmp_path: Path) -> None:
    delta = Customer(tmp_path, firm=DELTA)
    delta.supplier.open(shelf("delta"))
    for _ in range(2):
        delta.supplier.restock()
        delta.pass_hours(1)
    _, delta_paper = delta.papers("846")
    assert delta_paper.first("BIA")[1] == "04"
    assert list(counted(delta_paper).values()) == [str(sum(DELTA.terms.arriving.values()))]


def test_a_wrong_price_is_on_the_bill_and_in_its_total(acme: Customer) -> None:
    acme.ask(("HAR-1-1", [("HAR-KETTLE-STEEL", 2)]), ("HAR-2-1", [("JUN-MUG-BLUE", 2)]))
    acme.pass_hours(4)
    bills = {paper.first("BIG")[4]: paper for paper in acme.papers("810")}
    assert bills["HAR-1-1"].first("IT1")[4] == "5.50"
    assert bills["HAR-1-1"].first("TDS") == ("TDS", "1100")
    assert bills["HAR-2-1"].first("TDS") == ("TDS", "900")


def test_a_supplier_reports_another_day_and_its_applications_word(acme: Customer) -> None:
    acme.ask(("JUN-1-1", [("JUN-RUG-JUTE", 1)]), ("HAR-2-1", [("HAR-CARAFE-CORK", 1)]))
    acme.pass_hours(3)
    (report,) = acme.papers("870")
    day = f"{NOON.replace(day=NOON.day + ACME.terms.put_off['JUN-RUG-JUTE']):%Y%m%d}"
    assert (report.first("PRF")[1], report.first("ISR")) == ("JUN-1-1", ("ISR", "SD", day))
    (advice,) = acme.papers("824")
    assert advice.first("OTI")[:4] == ("OTI", "TA", "PO", "HAR-2-1")


def test_a_suppliers_own_drivers_tell_of_every_parcel(tmp_path: Path) -> None:
    delta = Customer(tmp_path, firm=DELTA)
    delta.ask(("HAR-1-1", [("HAR-CRATE-WINE", 5)]))
    delta.pass_hours(5)
    (notice,), (told,) = delta.papers("856"), delta.papers("214")
    sent = [row[2] for row in notice.segments if row[0] == "MAN"]
    brought = [row[1] for row in told.segments if row[0] == "L11" and row[2] == "CN"]
    assert len(sent) == 2
    assert brought == sent
