"""An X12 file made readable: envelopes, sets and segments with what each segment is for."""

import io
from collections.abc import Iterator
from dataclasses import dataclass

from hub.formats import Format
from hub.ops.edi_check import profile_of

_NAMES = """\
AK1 receipt for a group; AK2 receipt for a set; AK3 fault in a segment; AK4 fault in an element
AK5 verdict on the set; AK9 verdict on the group; ACK answer to the line; AMT amount
AT7 what happened to the shipment; AT8 weight and pieces; B10 shipment told of
BAK answer to a purchase order; BCA answer to a change; BCH change of a purchase order
BEG purchase order; BGN report on papers; BIA stock report; BIG invoice; BSN ship notice
BSR order status; CAD carrier; CSH conditions of sale; CTP price; CTT totals; CUR currency
DTM date; FOB freight terms; G61 contact; G62 date; G69 description; GE end of the group
GS group; HL level; IEA end of the interchange; ISA interchange; ISR status; IT1 invoiced line
ITD terms of payment; L11 reference; LDT lead time; LIN article; LS loop begins; LE loop ends
LX number of the part; MAN marks and numbers; MEA measure; MS1 place of the vehicle; MS2 vehicle
MSG words; MTX words; N1 party; N2 more of its name; N3 street; N4 town; N9 reference; NTE note
OTI paper judged; PER contact; PID description; PKG packaging; PO1 ordered line; PO3 more of it
PO4 packing of the article; POC changed line; PRF purchase order; QTY quantity; REF reference
SAC allowance or charge; SCH schedule; SDQ quantities by place; SE end of the set; SLN part of it
SN1 shipped quantity; ST set; TA1 receipt for an interchange; TAX tax number; TC2 commodity
TD1 cartons and weight; TD3 vehicle; TD4 special handling; TD5 carrier and route; TDS invoice total
TED fault told; TXI tax; UIT unit; W01 line to ship; W03 total shipped; W04 line to expect
W05 shipping order; W06 shipping advice; W07 received line; W08 how it came; W10 packing
W12 shipped line; W13 damaged or short; W14 total received; W15 adjustment; W17 receipt of goods
W19 adjusted line; W20 packing of the line; W27 carrier; W28 consolidation; W66 how to ship
W76 total ordered; WH1 warehouse; YNQ yes or no
"""
SEGMENTS = {
    entry.partition(" ")[0]: entry.partition(" ")[2]
    for row in _NAMES.splitlines()
    for entry in row.split("; ")
}
"""What a segment says, in a word or two of trade; not the standard's own title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSegment:
    """One segment; `level` is how deep an HL stands, 0 outside of any."""

    tag: str
    name: str
    elements: tuple[str, ...]
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSet:
    """One set without its ST and SE."""

    set_id: str
    number: str
    function: str
    version: str
    segments: tuple[ShownSegment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownInterchange:
    """One envelope with its sets."""

    number: str
    sender: str
    receiver: str
    usage: str
    sets: tuple[ShownSet, ...]


def shown(fmt: Format, body: bytes) -> Iterator[ShownInterchange]:
    """Yield the interchanges of a file, right or wrong as they are; judges nothing.

    Raises Malformed when there is none.
    """
    for one in fmt.split(io.BytesIO(body), profile=profile_of(fmt, body)):
        sets = []
        for group in one.groups:
            for document in group.documents:
                own = body[document.offset : document.offset + document.length]
                paper = fmt.read(own, document=document)
                sets.append(
                    ShownSet(
                        set_id=document.set_id,
                        number=document.number,
                        function=group.group.function,
                        version=document.version,
                        segments=tuple(_named(paper)) if isinstance(paper, tuple) else (),
                    )
                )
        yield ShownInterchange(
            number=one.interchange.number,
            sender=one.interchange.sender,
            receiver=one.interchange.receiver,
            usage=one.interchange.usage,
            sets=tuple(sets),
        )


def _named(paper: tuple[tuple[str, ...], ...]) -> Iterator[ShownSegment]:
    levels: dict[str, int] = {}
    level = 0
    for tag, *elements in paper:
        if tag == "HL":
            own, above, *_ = (*elements, "", "")
            levels[own] = level = levels.get(above, 0) + 1
        elif tag == "CTT":
            level = 0
        yield ShownSegment(
            tag=tag, name=SEGMENTS.get(tag, ""), elements=tuple(elements), level=level
        )
