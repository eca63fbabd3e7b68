"""Records in trees: paths that lead out of them, `each`, and loops that share a field."""

from dataclasses import replace
from datetime import date
from typing import Any

from hub.domain.exchange import Purpose, Severity
from hub.domain.messages import (
    Answer,
    LineAnswer,
    OrderResponse,
    OrderResponseLine,
    Parcel,
    ShipNotice,
    ShippedLine,
)
from tests.unit.mapping.trees import page, spelled, tree

PLAIN = OrderResponse(purpose=Purpose.ORIGINAL, number="JN-1")
HEAD = """
- let purpose: original
- Number: number
"""


def line(number: str = "", **more: Any) -> OrderResponseLine:
    return replace(OrderResponseLine(number=number), **more)


NOTICE = """
- let purpose: original
- Notice: notice
- loop parcels* at Box:
  - Track?: tracking
  - else ../Track?: tracking
  - loop lines*? at Line:
    - Q: quantity | quantity
- Number: number
"""


def test_a_path_may_lead_out_of_the_record_when_it_is_only_read() -> None:
    one = page(NOTICE, message="ShipNotice")
    text = (
        "<Answer><Notice>N</Notice><Track>T</Track><Box><Line><Q>1</Q></Line></Box>"
        "<Box><Track>U</Track></Box><Number>1</Number></Answer>"
    )
    (notice,) = one.read(tree(text)).messages
    assert isinstance(notice, ShipNotice)
    assert [parcel.tracking for parcel in notice.parcels] == ["T", "U"]
    assert notice.parcels[0] == Parcel(tracking="T", lines=(ShippedLine(quantity=1),))


def test_each_makes_a_message_of_every_element() -> None:
    rows = """
- let purpose: original
- Notice: notice
- each order at Order:
  - "@id": number
  - loop parcels* at Box:
    - Track?: tracking
"""
    one = page(rows, message="ShipNotice")
    text = (
        '<Answer><Notice>N</Notice><Order id="1"><Box><Track>A</Track></Box></Order>'
        '<Order id="2"><Box/></Order></Answer>'
    )
    first, second = one.read(tree(text)).messages
    assert isinstance(first, ShipNotice)
    assert isinstance(second, ShipNotice)
    assert [first.number, second.number] == ["1", "2"]
    assert (first.parcels, second.parcels) == ((Parcel(tracking="A"),), (Parcel(),))
    assert one.read(one.write(first).paper).messages == (first,)
    assert one.read(tree("<Answer><Notice>N</Notice></Answer>")).messages == ()


def test_each_by_looks_at_the_paper_once_for_every_value() -> None:
    rows = """
- let purpose: original
- Notice: notice
- each order by Box/Line*/Order:
  - loop parcels* at Box:
    - Track?: tracking
    - loop lines* at Line:
      - Q: quantity | quantity
      - Order: the number
"""
    one = page(rows, message="ShipNotice")
    text = """<Answer><Notice>N</Notice>
      <Box><Track>A</Track><Line><Q>1</Q><Order>1</Order></Line>
        <Line><Q>2</Q><Order>2</Order></Line></Box>
      <Box><Track>B</Track><Line><Q>x</Q><Order>2</Order></Line></Box></Answer>"""
    reading = one.read(tree(text))
    (first,) = reading.messages
    assert isinstance(first, ShipNotice)
    assert first.number == "1"
    assert first.parcels[0] == Parcel(tracking="A", lines=(ShippedLine(quantity=1),))
    errors = [one.where.path for one in reading.problems if one.severity is Severity.ERROR]
    assert errors == ["/Answer/Box[2]/Line/Q"]
    assert one.read(one.write(first).paper).messages[0] == first


ANSWERS = (
    HEAD
    + """
- loop lines* at Line:
  - "@no": number
  - loop answers*? at Accepted:
    - let answer: accepted
    - .: quantity | quantity
  - loop answers*? at Later:
    - let answer: backordered
    - "@on?": ships_on | date
    - .: quantity | quantity
"""
)


def test_two_loops_share_a_field_by_what_each_leaves_unsaid() -> None:
    one = page(ANSWERS)
    yes = LineAnswer(answer=Answer.ACCEPTED, quantity=2)
    later = LineAnswer(answer=Answer.BACKORDERED, quantity=1, ships_on=date(2026, 3, 20))
    said = replace(PLAIN, lines=(line("1", answers=(yes, later)),))
    text = '<Line no="1"><Accepted>2</Accepted><Later on="2026-03-20">1</Later></Line></Answer>'
    assert spelled(one.write(said).paper).endswith(text)
    assert one.read(one.write(said).paper).messages == (said,)
    no = LineAnswer(answer=Answer.REJECTED, quantity=1)
    (problem,) = one.write(replace(PLAIN, lines=(line("1", answers=(yes, no)),))).problems
    assert "no loop of the page has a place for record 2" in problem.text


def test_a_place_for_one_record_refuses_two() -> None:
    one = page(NOTICE.replace("at Box", "at ."), message="ShipNotice")
    two = ShipNotice(
        purpose=Purpose.ORIGINAL, notice="N", number="1",
        parcels=(Parcel(tracking="A"), Parcel(tracking="B")),
    )  # fmt: skip
    assert "the page has room for one, there are 2" in one.write(two).problems[0].text


def test_a_paper_that_would_be_looked_at_too_often_is_refused() -> None:
    rows = """
- let purpose: original
- Notice: notice
- each order by Line/Order:
  - loop parcels* at .:
    - loop lines* at Line: [{Q: quantity | quantity}, {Order: the number}]
"""
    many = "".join(f"<Line><Q>1</Q><Order>{number}</Order></Line>" for number in range(4500))
    reading = page(rows, message="ShipNotice").read(
        tree(f"<Answer><Notice>N</Notice>{many}</Answer>")
    )
    assert reading.messages == ()
    assert "4500 different values of Line/Order are too many" in reading.problems[0].text
