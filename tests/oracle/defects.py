"""Seeded defects: a good sample, what is broken in it, and what the judge has to say."""

from __future__ import annotations

from dataclasses import dataclass

Edit = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """Edits are made at the first match, in order. `expected` are all findings, (place, code)."""

    name: str
    sample: str
    edits: tuple[Edit, ...]
    expected: frozenset[tuple[str, str]]

    def broken(self, good: bytes) -> bytes:
        """Break the sample; an edit that matches nothing is a mistake of the table."""
        for old, new in self.edits:
            assert old in good, f"{self.name}: {old!r} is not in {self.sample}"
            good = good.replace(old, new, 1)
        return good


def _defect(name: str, sample: str, *edits: Edit, expected: tuple[str, ...]) -> Defect:
    pairs = frozenset((place, code) for place, code in (found.rsplit(" ", 1) for found in expected))
    return Defect(name=name, sample=sample, edits=edits, expected=pairs)


def _dropped(sample: str, segment: bytes, *counts: Edit) -> tuple[Edit, ...]:
    return ((segment + b"~\n", b""), *counts)


ENVELOPE = (
    _defect("isa too short", "850", (b"HARBORHUB      *", b"HARBORHUB     *"),
            expected=("- body-isa-length",)),
    _defect("delimiter in an isa id", "850", (b"HARBORHUB ", b"HARBORHUB*"),
            expected=("- body-isa-length",)),
    _defect("letter as a delimiter", "850", (b"*P*>~", b"*P*A~"),
            expected=("- body-delimiters",)),
    _defect("one delimiter twice", "850", (b"*P*>~", b"*P*~~"),
            expected=("- body-isa-length",)),
    _defect("interchange id qualifier", "850", (b"*ZZ*HARBORHUB", b"*QQ*HARBORHUB"),
            expected=("ISA05 element-7",)),
    _defect("usage indicator", "850", (b"*0*P*>", b"*0*X*>"), expected=("ISA15 element-7",)),
    _defect("interchange date", "850", (b"*261104*", b"*261304*"), expected=("ISA09 element-8",)),
    _defect("interchange version", "850", (b"*00401*", b"*00601*"),
            expected=("ISA12 envelope-release",)),
    _defect("newer envelope without a repetition separator", "850", (b"*00401*", b"*00501*"),
            expected=("- body-delimiters",)),
    _defect("newer envelope with an older group", "850", (b"*U*00401*", b"*^*00501*"),
            expected=("GS08 envelope-release",)),
    _defect("digit as a repetition separator", "850", (b"*U*00401*", b"*1*00501*"),
            expected=("- body-delimiters",)),
    _defect("unknown release", "850", (b"*X*004010", b"*X*004030"),
            expected=("GS08 envelope-release",)),
    _defect("wrong functional id", "850", (b"GS*PO*", b"GS*QM*"),
            expected=("GS08 envelope-release",)),
    _defect("group count", "850", (b"IEA*1*", b"IEA*2*"), expected=("IEA01 envelope-count",)),
    _defect("interchange number", "850", (b"IEA*1*000000031", b"IEA*1*000000032"),
            expected=("IEA02 envelope-number",)),
    _defect("set count", "850", (b"GE*2*", b"GE*1*"), expected=("GE01 envelope-count",)),
    _defect("group number", "850", (b"GE*2*31", b"GE*2*32"), expected=("GE02 envelope-number",)),
    _defect("segment count", "850", (b"SE*28*", b"SE*27*"), expected=("SE01 envelope-count",)),
    _defect("set number", "850", (b"SE*28*0001", b"SE*28*0009"),
            expected=("SE02 envelope-number",)),
    _defect("set number twice", "850", (b"ST*850*0002", b"ST*850*0001"),
            (b"*0002~", b"*0001~"), expected=("ST envelope-set-number",)),
    _defect("set without its trailer", "850", (b"SE*28*0001~\n", b""),
            expected=("ST envelope-nesting",)),
    _defect("interchange without its trailer", "850", (b"IEA*1*000000031~\n", b""),
            expected=("- body-truncated", "- envelope-nesting")),
    _defect("bytes after the interchange", "850", (b"000000031~\n", b"000000031~\nEOF"),
            expected=("- body-not-isa",)),
    _defect("empty segment", "850", (b"CUR*BY*USD~\n", b"CUR*BY*USD~~\n"),
            (b"SE*28", b"SE*29"), expected=("- body-empty-segment",)),
    _defect("blank before a tag", "850", (b"CUR*BY*USD~", b" CUR*BY*USD~"),
            expected=(" CUR body-tag",)),
    _defect("accented letter", "850", (b"Ines Calloway~", b"In\xc3\xa9s Calloway~"),
            expected=("N1 body-character", "N102 element-6")),
    _defect("tab in a text", "850", (b"Thank you", b"Thank\tyou"),
            expected=("MSG body-character", "MSG01 element-6")),
    _defect("trailing empty element", "850", (b"CUR*BY*USD~", b"CUR*BY*USD*~"),
            expected=("CUR segment-SEG1",)),
)  # fmt: skip

ORDERS = (
    _defect("unknown purpose", "850", (b"BEG*00*", b"BEG*99*"), expected=("BEG01 element-7",)),
    _defect("order number missing", "850", (b"*DS*HB-10482-1*", b"*DS**"),
            expected=("BEG03 element-1",)),
    _defect("order number too long", "850", (b"HB-10482-1", b"HB-" + b"1" * 20),
            expected=("BEG03 element-5",)),
    _defect("impossible day", "850", (b"**20261104~", b"**20261131~"),
            expected=("BEG05 element-8",)),
    _defect("two digit year", "850", (b"DTM*010*20261106", b"DTM*010*261106"),
            expected=("DTM02 element-4",)),
    _defect("head missing", "850", *_dropped("850", b"BEG*00*DS*HB-10482-1**20261104",
            (b"SE*28", b"SE*27")), expected=("BEG segment-3",)),
    _defect("no order line", "850", *_dropped("850", b"PO1*1*1*EA*12.5**VN*AC-100",
            (b"CTT*1~", b"CTT*0~"), (b"SE*9", b"SE*8")), expected=("PO1 segment-3",)),
    _defect("segment of another set", "850", (b"CUR*BY*USD", b"HL*1**S"),
            expected=("HL segment-1",)),
    _defect("segment out of order", "850",
            (b"N4*Ely*MN*55731~\n", b"N4*Ely*MN*55731~\nN2*c/o Ode~\n"), (b"SE*9", b"SE*10"),
            expected=("N2 segment-1",)),
    _defect("segment too often", "850",
            (b"N3*9 Quarry Road~\n", b"N3*9 Quarry Road~\nN3*Rear~\nN3*Upstairs~\n"),
            (b"SE*9", b"SE*11"), expected=("N3 segment-5",)),
    _defect("quantity is no number", "850", (b"PO1*1*2*EA", b"PO1*1*2x*EA"),
            (b"CTT*2*3", b"CTT*2"), expected=("PO102 element-6",)),
    _defect("price with a comma", "850", (b"*12.5*", b"*12,5*"), expected=("PO104 element-6",)),
    _defect("unknown unit", "850", (b"PO1*1*2*EA", b"PO1*1*2*QQ"), expected=("PO103 element-7",)),
    _defect("unit without its quantity", "850", (b"PO1*1*1*EA", b"PO1*1**EA"),
            expected=("PO103 element-2",)),
    _defect("product qualifier without id", "850", (b"*VN*AC-220*SK*SHADE-S", b"*VN*AC-220*SK"),
            expected=("PO108 element-2",)),
    _defect("too many elements", "850", (b"CUR*BY*USD", b"CUR*BY*USD" + b"*" * 20 + b"Z"),
            expected=("CUR22 element-3",)),
    _defect("component mark in a name", "850", (b"Desk lamp, blue", b"Desk lamp > blue"),
            expected=("PID05 element-6",)),
    _defect("carrier qualifier without carrier", "850", (b"TD5*O*2*UPSN*U", b"TD5*O*2**U"),
            expected=("TD502 element-2",)),
    _defect("party without name or code", "850", (b"N1*ST*Tomas Ode", b"N1*ST"),
            expected=("N102 element-2",)),
    _defect("line count", "850", (b"CTT*2*", b"CTT*3*"), expected=("CTT01 total-lines",)),
    _defect("hash total", "850", (b"CTT*2*3", b"CTT*2*4"), expected=("CTT02 total-hash",)),
    _defect("answer in an order group", "850", (b"ST*850*0001", b"ST*855*0001"),
            expected=("ST segment-1",)),
)  # fmt: skip

ANSWERS = (
    _defect("unknown answer type", "855", (b"BAK*00*AC", b"BAK*00*XX"),
            expected=("BAK02 element-7",)),
    _defect("unknown line status", "855", (b"ACK*IR", b"ACK*OK"), expected=("ACK01 element-7",)),
    _defect("answered quantity without unit", "855", (b"ACK*IB*1*EA*", b"ACK*IB*1**"),
            expected=("ACK02 element-2",)),
    _defect("answer before its line", "855", (b"PO1*1*2*EA*12.5**VN*AC-100*SK*LAMP-BLUE~\n", b""),
            (b"CTT*2*3", b"CTT*1*1"), (b"SE*13", b"SE*12"),
            expected=("ACK segment-1", "DTM segment-1")),
    _defect("group not answered", "997", (b"AK1*PO*31~\n", b""), (b"SE*11", b"SE*10"),
            expected=("AK1 segment-3",)),
    _defect("set without a verdict", "997", (b"AK5*A~\n", b""), (b"SE*11", b"SE*10"),
            expected=("AK5 segment-3",)),
    _defect("set verdict", "997", (b"AK5*R*5", b"AK5*P*5"), expected=("AK501 element-7",)),
    _defect("fewer received than answered", "997", (b"AK9*P*2*2*1", b"AK9*R*2*1*0"),
            expected=("AK903 total-received",)),
    _defect("accepted what was rejected", "997", (b"AK9*P*2*2*1", b"AK9*A*2*2*2"),
            expected=("AK904 total-accepted",)),
    _defect("group verdict", "997", (b"AK9*A*1*1*1", b"AK9*R*1*1*1"),
            expected=("AK901 total-verdict",)),
)  # fmt: skip

SHIP_NOTICES = (
    _defect("time of day", "856", (b"*20261106*1410*", b"*20261106*2510*"),
            expected=("BSN04 element-9",)),
    _defect("unknown structure", "856", (b"*1410*0001", b"*1410*0009"),
            expected=("BSN05 element-7",)),
    _defect("order without its number", "856", (b"PRF*HB-10484-1~\n", b""), (b"SE*18", b"SE*17"),
            expected=("PRF segment-3",)),
    _defect("item without its quantity", "856", (b"SN1**2*EA~\n", b""), (b"SE*18", b"SE*17"),
            expected=("SN1 segment-3",)),
    _defect("item without its product", "856", (b"LIN*1*VN*AC-100*SK*LAMP-BLUE~\n", b""),
            (b"SE*33", b"SE*32"), expected=("LIN segment-3",)),
    _defect("pack without its goods", "856",
            (b"HL*10*9*I*0~\nLIN**VN*AC-100~\nSN1**1*EA~\n", b""), (b"HL*9*8*P*1", b"HL*9*8*P*0"),
            (b"CTT*10*16", b"CTT*9*15"), (b"SE*25", b"SE*22"), expected=("HL segment-3",)),
    _defect("unknown level", "856", (b"HL*7*5*I*0", b"HL*7*5*Z*0"),
            expected=("HL segment-1", "LIN segment-1", "SN1 segment-5")),
    _defect("level without its parent", "856", (b"HL*6*5*I*0", b"HL*6*9*I*0"),
            expected=("HL level-HL2",)),
    _defect("level numbers with a gap", "856", (b"HL*7*5*I*0", b"HL*8*5*I*0"),
            expected=("HL level-HL1",)),
    _defect("level that says it has children", "856", (b"HL*7*5*I*0", b"HL*7*5*I*1"),
            expected=("HL04 total-children",)),
    _defect("mark without its qualifier", "856", (b"MAN*CP*1Z", b"MAN**1Z"),
            expected=("MAN01 element-1",)),
    _defect("level count", "856", (b"CTT*7*3", b"CTT*8*3"), expected=("CTT01 total-lines",)),
    _defect("sum of what was shipped", "856", (b"CTT*10*16", b"CTT*10*15"),
            expected=("CTT02 total-hash",)),
)  # fmt: skip

DEFECTS = ENVELOPE + ORDERS + ANSWERS + SHIP_NOTICES
