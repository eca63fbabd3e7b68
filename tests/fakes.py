"""A supplier at the other end of the wire, written with string pieces: shares no code with the hub.

`Supplier` reads the 850s that lie in its folder and writes the papers a test asks for, right or
wrong on purpose.
"""

from dataclasses import dataclass, field
from pathlib import Path

TERMINATOR = "~"
FUNCTIONS = {
    "997": "FA", "855": "PR", "856": "SH", "846": "IB", "810": "IN", "865": "CA", "870": "RS",
    "824": "AG", "214": "QM", "944": "RE", "945": "SW", "947": "AW",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ordered:
    """What one 850 asks for: PO number and (line, quantity, unit, first article id) in turn."""

    number: str
    lines: tuple[tuple[str, int, str, str], ...]
    segments: tuple[tuple[str, ...], ...]
    control: str


@dataclass(frozen=True, slots=True)
class Order850:
    """One interchange of ours as the supplier sees it."""

    path: Path
    interchange: str
    group: str
    orders: tuple[Ordered, ...]


@dataclass(slots=True)
class Supplier:
    """Acme as the tests know it; `home` has `in` (the hub sends) and `out` (the hub collects)."""

    home: Path
    sender: tuple[str, str] = ("01", "123456789")
    receiver: tuple[str, str] = ("12", "5550100200")
    group_sender: str = "ACME"
    group_receiver: str = "HUB"
    usage: str = "P"
    _next: int = field(default=1)

    # --- reading what the hub sent ---

    def received(self) -> list[Order850]:
        """Every 850 interchange in the inbox, by name; 997s are left out."""
        found = [self._read(path) for path in self._inbox()]
        return [one for one in found if one.orders]

    def receipts(self) -> list[str]:
        """The text of every 997 interchange in the inbox."""
        texts = [path.read_text() for path in self._inbox()]
        return [text for text in texts if "~ST*997*" in text.replace("\n", "")]

    def purchase_orders(self) -> list[Ordered]:
        """Every purchase order received, in order."""
        return [order for one in self.received() for order in one.orders]

    def _inbox(self) -> list[Path]:
        """The whole files; a dot before its name means that the hub is writing it still."""
        found = (self.home / "in").iterdir()
        return sorted(path for path in found if not path.name.startswith("."))

    def _read(self, path: Path) -> Order850:
        rows = [row.split("*") for row in path.read_text().replace("\n", "").split("~") if row]
        interchange = rows[0][13]
        group = next(row[6] for row in rows if row[0] == "GS")
        starts = [n for n, row in enumerate(rows) if row[0] == "ST" and row[1] == "850"]
        ends = [n for n, row in enumerate(rows) if row[0] == "SE"]
        orders = [
            self._ordered(rows[start : min(end for end in ends if end > start)]) for start in starts
        ]
        return Order850(path=path, interchange=interchange, group=group, orders=tuple(orders))

    @staticmethod
    def _ordered(rows: list[list[str]]) -> Ordered:
        lines = tuple((row[1], int(row[2]), row[3], row[7]) for row in rows if row[0] == "PO1")
        number = next(row[3] for row in rows if row[0] == "BEG")
        segments = tuple(tuple(row) for row in rows)
        return Ordered(number=number, lines=lines, segments=segments, control=rows[0][2])

    # --- papers ---

    def receipt(self, one: Order850, *, verdict: str = "A") -> list[str]:
        """A 997 for one of our groups."""
        sets = [row for o in one.orders for row in (f"AK2*850*{o.control}", f"AK5*{verdict}")]
        count = len(one.orders)
        good = 0 if verdict == "R" else count
        return [f"AK1*PO*{int(one.group)}", *sets, f"AK9*{verdict}*{count}*{count}*{good}"]

    def answer(self, order: Ordered, *, word: str = "IA", day: str = "20261120") -> list[str]:
        """An 855 that says the same to every line: IA accepts, IR rejects, IB backorders."""
        kind = {"IA": "AD", "IR": "RD"}.get(word, "AC")
        rows = [f"BAK*00*{kind}*{order.number}*{day}"]
        for line, quantity, unit, article in order.lines:
            rows.append(f"PO1*{line}*{quantity}*{unit}*4**VN*{article}")
            rows.append(f"ACK*{word}*{quantity}*{unit}")
        return [*rows, f"CTT*{len(order.lines)}"]

    def notice(
        self,
        order: Ordered,
        *,
        name: str = "",
        tracking: str = "1Z999AA10123456784",
        quantities: dict[str, int] | None = None,
    ) -> list[str]:
        """An 856 S-O-P-I of one parcel; `quantities` by line number, else all that was ordered."""
        rows = [
            f"BSN*00*{name or 'S' + order.number}*20261120*1200*0001",
            "HL*1**S",
            "TD5**2*UPSN**UPS Ground",
            "DTM*011*20261120",
            "HL*2*1*O",
            f"PRF*{order.number}",
            "HL*3*2*P",
            f"MAN*CP*{tracking}",
        ]
        level = 3
        for line, quantity, unit, article in order.lines:
            shipped = quantity if quantities is None else quantities.get(line, 0)
            if shipped:
                level += 1
                rows += [
                    f"HL*{level}*3*I",
                    f"LIN*{line}*VN*{article}",
                    f"SN1*{line}*{shipped}*{unit}",
                ]
        return [*rows, f"CTT*{level}"]

    def counts(
        self, stock: dict[str, int], *, full: bool = True, at: str = "20261120*1500", name: str = ""
    ) -> list[str]:
        """An 846: what it has of each of its articles, all of them or only what changed."""
        rows = [f"BIA*{'00' if full else '04'}*DD*{name or 'R' + at.replace('*', '')}*{at}"]
        for article, quantity in stock.items():
            rows += [f"LIN**VN*{article}", f"QTY*33*{quantity}*EA"]
        return [*rows, f"CTT*{len(stock)}"]

    def invoice(
        self,
        order: Ordered,
        *,
        name: str = "",
        price: str = "4",
        quantities: dict[str, int] | None = None,
        total: int | None = None,
        purpose: str = "00",
    ) -> list[str]:
        """An 810 of everything ordered at one price; `total` in cents, else what the lines make."""
        counted = {line: quantity for line, quantity, _, _ in order.lines}
        counted |= quantities or {}
        cents = sum(round(float(price) * 100) * units for units in counted.values())
        rows = [f"BIG*20261120*{name or 'I' + order.number}**{order.number}***DI*{purpose}"]
        for line, _, unit, article in order.lines:
            rows.append(f"IT1*{line}*{counted[line]}*{unit}*{price}**VN*{article}")
        return [*rows, f"TDS*{cents if total is None else total}", f"CTT*{len(order.lines)}"]

    def event(self, tracking: str, *, code: str = "D1", at: str = "20261122*1030") -> list[str]:
        """A 214 of one parcel: D1 delivered, AF picked up, X1 arrived, AH attempted …"""
        return [f"B10*{tracking}*SHIP1*UPSN", "LX*1", f"AT7*{code}*NS***{at}*LT"]

    def advice(self, order: Ordered, *, verdict: str = "TA", why: str = "") -> list[str]:
        """An 824 on a purchase order: TA accepted, TE with errors, TR refused."""
        rows = [f"BGN*11*A{order.number}*20261120", f"OTI*{verdict}*PO*{order.number}"]
        return [*rows, *([f"TED*ZZZ*{why}"] if why else [])]

    # --- envelopes ---

    def interchange(
        self, set_id: str, papers: list[list[str]], *, number: int | None = None
    ) -> str:
        """Put papers of one set into an interchange of ours with right counts."""
        if number is None:
            number, self._next = self._next, self._next + 1
        function = FUNCTIONS[set_id]
        rows = [self._isa(number), self._gs(function, number)]
        for ordinal, paper in enumerate(papers, start=1):
            rows += [
                f"ST*{set_id}*{ordinal:04d}",
                *paper,
                f"SE*{len(paper) + 2}*{ordinal:04d}",
            ]
        rows += [f"GE*{len(papers)}*{number}", f"IEA*1*{number:09d}"]
        return "".join(f"{row}{TERMINATOR}\n" for row in rows)

    def _isa(self, number: int) -> str:
        (squal, sid), (rqual, rid) = self.sender, self.receiver
        return (
            f"ISA*00*{'':10}*00*{'':10}*{squal}*{sid:15}*{rqual}*{rid:15}"
            f"*261120*1200*U*00401*{number:09d}*0*{self.usage}*>"
        )

    def _gs(self, function: str, number: int) -> str:
        parties = f"{self.group_sender}*{self.group_receiver}"
        return f"GS*{function}*{parties}*20261120*1200*{number}*X*004010"

    def put(self, name: str, text: str) -> Path:
        """Let a file appear whole at the hub's door."""
        path = self.home / "out" / name
        hidden = path.with_name(f".{name}")
        hidden.write_text(text)
        return hidden.rename(path)

    def send(self, set_id: str, *papers: list[str], name: str = "") -> Path:
        """Envelope papers and put them at the door."""
        text = self.interchange(set_id, list(papers))
        return self.put(name or f"{set_id}-{self._next}.edi", text)
