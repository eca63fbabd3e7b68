"""The language of simulated suppliers that speak X12 004010, over files."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import ClassVar

from hub.lab import accounts, news, papers
from hub.lab.asked import AskedChange, AskedLine, AskedOrder, Heard, Verdict
from hub.lab.second_reader import read_again
from hub.lab.terms import Answered, Departure
from hub.lab.voice import Bill, Count, Kind
from hub.lab.x12 import (
    Company,
    Group,
    Paper,
    Segment,
    element,
    is_whole,
    packed,
    unpacked,
    write,
)


class X12Voice:
    """Speaks for one company to another."""

    suffix = ".edi"
    receipts = True
    SETS: ClassVar[Mapping[Kind, tuple[str, str]]] = {
        Kind.RECEIPT: ("997", "FA"),
        Kind.RESPONSE: ("855", "PR"),
        Kind.NOTICE: ("856", "SH"),
        Kind.STOCK: ("846", "IB"),
        Kind.INVOICE: ("810", "IN"),
        Kind.CHANGE_ANSWER: ("865", "CA"),
        Kind.REPORT: ("870", "RS"),
        Kind.ADVICE: ("824", "AG"),
        Kind.DELIVERY: ("214", "QM"),
    }
    """ST01 and GS01 of each paper."""

    def __init__(self, company: Company, customer: Company) -> None:
        self._company = company
        self._customer = customer

    def whole(self, text: str) -> bool:
        """Return whether the interchange is there to its IEA."""
        return is_whole(text)

    def read(self, text: str) -> Heard:
        """Return what an interchange says; a group of receipts is owed none (X12 997)."""
        groups = read_again(text).groups
        talk = [group for group in groups if group.function != "FA"]
        said = [paper for group in talk for paper in group.papers]
        return Heard(
            orders=tuple(_ordered(paper) for paper in said if paper.set_id == "850"),
            changes=tuple(_changed(paper) for paper in said if paper.set_id == "860"),
            verdicts=verdicts(groups),
            receipts=tuple(packed(papers.receipt(group)) for group in talk),
        )

    def named(self, kind: Kind) -> str:
        """Return the number of the transaction set."""
        return self.SETS[kind][0]

    def response(
        self, order: AskedOrder, answers: Sequence[Answered], *, name: str, at: datetime
    ) -> str:
        """Return an 855."""
        return packed(papers.response(order, answers, name=name, at=at))

    def notice(self, order: AskedOrder, departure: Departure, *, place: str, at: datetime) -> str:
        """Return an 856."""
        return packed(papers.notice(order, departure, place=place, at=at))

    def invoice(self, order: AskedOrder, bill: Bill, *, at: datetime) -> str:
        """Return an 810."""
        return packed(accounts.invoice(order, bill, at=at))

    def count(self, count: Count, *, at: datetime) -> str:
        """Return an 846."""
        return packed(accounts.count(count, at=at))

    def change_answer(self, change: AskedChange, *, yes: bool, at: datetime) -> str:
        """Return an 865."""
        return packed(news.change_answer(change, yes=yes, at=at))

    def report(
        self, order: AskedOrder, lines: Iterable[tuple[AskedLine, date]], *, at: datetime
    ) -> str:
        """Return an 870."""
        return packed(news.report(order, lines, at=at))

    def advice(self, order: AskedOrder, *, at: datetime) -> str:
        """Return an 824."""
        return packed(news.advice(order, at=at))

    def brought(self, order: AskedOrder, departure: Departure, *, at: datetime) -> str:
        """Return a 214."""
        return packed(news.brought(order, departure, at=at))

    def enveloped(self, kind: Kind, body: str, *, number: int, at: datetime) -> str:
        """Return an interchange of one group and one paper."""
        set_id, function = self.SETS[kind]
        return write(
            [Paper(set_id=set_id, number="0001", segments=unpacked(body))],
            function=function,
            sender=self._company,
            receiver=self._customer,
            number=number,
            at=at,
        )

    def misprinted(self, kind: Kind, body: str) -> str:
        """Return a ship notice with a quantity in words."""
        return packed(papers.misprint(unpacked(body)))

    def miscounted(self, kind: Kind, text: str) -> str:
        """Return the interchange with one segment too many in SE01 (X12 AK502 `4`)."""
        before, mark, rest = text.rpartition("SE*")
        count, star, end = rest.partition("*")
        return f"{before}{mark}{int(count) + 1}{star}{end}"


def _ordered(paper: Paper) -> AskedOrder:
    beg = paper.first("BEG")
    lines = tuple(_line(row) for row in paper.segments if row[0] == "PO1")
    return AskedOrder(number=beg[3], day=beg[5], lines=lines)


def _line(row: Segment) -> AskedLine:
    products = row[6:]
    pairs = dict(zip(products[::2], products[1::2], strict=False))
    return AskedLine(
        number=row[1],
        quantity=int(row[2]),
        unit=row[3],
        cost=element(row, 4),
        products=products,
        sku=pairs.get("SK", ""),
    )


def _changed(paper: Paper) -> AskedChange:
    bch = paper.first("BCH")
    rows = [row for row in paper.segments if row[0] == "POC"]
    return AskedChange(
        order=bch[3],
        whole=bch[1] == "01",
        stands={row[1]: int(row[3]) for row in rows},
        words={"name": element(bch, 5), "lines": packed(rows)},
    )


def verdicts(groups: Iterable[Group]) -> tuple[Verdict, ...]:
    """Return what the receipts among these groups say (X12 997)."""
    return tuple(
        _verdict(paper) for group in groups if group.function == "FA" for paper in group.papers
    )


def _verdict(receipt: Paper) -> Verdict:
    verdict = next((row[1] for row in receipt.segments if row[0] == "AK5"), "A")
    return Verdict(control=int(receipt.first("AK1")[2]), good=verdict != "R")
