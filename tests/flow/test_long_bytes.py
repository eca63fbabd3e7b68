"""Papers of any size on the desk: what is wrong is marked, what is left out is counted."""

import io

import pytest

from hub.domain.exchange import Document, Problem, Where
from hub.formats import json as json_format
from hub.ops.cutting import blocks, cutter_of, masked
from hub.ops.desk import business
from hub.ops.desk import marked as marking
from hub.ops.desk.document import document
from hub.ops.desk.documents import documents
from hub.ops.desk.windows import AROUND, HEAD, Windows, windows
from hub.ops.places import flaws, place
from tests.fakes import Supplier
from tests.rigs.houses import House, post, shopping

X12 = b"ST*846*1~" + b"".join(b"LIN*%d*VN*A-%d~\nQTY*33*1~" % (n, n) for n in range(40_000))
LINE = b"<Row><Article>A-%d</Article></Row>"
XML = b"<Stock>" + b"".join(LINE % n for n in range(20_000)) + b"</Stock>"
PRETTY = XML.replace(b"><", b">\n<")
CSV = b"sku,quantity\r\n" + b"".join(b"A-%d,%d\r\n" % (n, n) for n in range(60_000))


@pytest.mark.parametrize("body", [X12, XML, PRETTY, CSV, b"", b"~~~"])
def test_blocks_are_cut_as_the_whole_is(body: bytes) -> None:
    cutter = cutter_of(body[:1000], '{"segment": "~"}' if b"~" in body else "")
    found = [
        (block.offset - 7 + at, raw)
        for block in blocks(io.BytesIO(b"before:" + body), start=7, length=len(body), cutter=cutter)
        for at, raw in cutter.cut(block.body)
    ]
    assert found == list(cutter.cut(body))
    assert cutter.count(body) == len(found)


def _found(body: bytes, *wrong: Where) -> Windows:
    cutter = cutter_of(body[:1000], '{"segment": "~"}' if b"~" in body else "")
    passing = blocks(io.BytesIO(body), start=0, length=len(body), cutter=cutter)
    problems = [Problem(code="x", text=str(n), where=one) for n, one in enumerate(wrong)]
    return windows(passing, cutter, flaws(problems), end=len(body))


WRONG = [
    (X12, Where(offset=X12.index(b"LIN*31234*") + 5), "LIN*31234*VN*A-31234"),
    (X12, Where(segment="QTY", ordinal=60_001), "QTY*33*1"),
    (XML, Where(path="/Stock/Row[9]/Article", value="A-19876"), "<Article>A-19876</Article>"),
    (PRETTY, Where(offset=PRETTY.index(b"<Article>A-19999")), "<Article>A-19999</Article>"),
    (CSV, Where(path="row 50002, column sku", value="A-50000"), "A-50000,50000"),
]


@pytest.mark.parametrize(("body", "where", "text"), WRONG)
def test_the_wrong_one_is_marked_wherever_it_stands(body: bytes, where: Where, text: str) -> None:
    found = _found(body, where)
    (wrong,) = [one for one in found.seen if one.flaws]
    assert wrong.text == text
    assert body[wrong.offset :].startswith(text.encode())
    assert found.elsewhere == ()
    numbers = [one.number for one in found.seen]
    assert numbers[:HEAD] == list(range(1, HEAD + 1))
    assert numbers[HEAD:] == [n for n in range(wrong.number - AROUND, wrong.number + AROUND + 1)
                              if n <= wrong.number + len(found.seen) and n in numbers]  # fmt: skip
    assert found.seen[HEAD].before == numbers[HEAD] - HEAD - 1
    last = found.seen[-1]
    assert found.rest == len(body) - last.offset - len(last.text)


def test_what_is_not_there_is_told_apart_and_hides_nothing() -> None:
    names = (Where(segment="PO1", ordinal=60_001), Where(path="lines[2]"), Where(ordinal=10**8))
    found = _found(X12, *names, Where(offset=3))
    assert [one.text for one in found.elsewhere] == ["1", "2", "0"]
    assert [one.number for one in found.seen if one.flaws] == [1]


def test_a_segment_without_an_end_is_shown_around_what_is_wrong() -> None:
    body = b"ST*1~" + b"x" * 50_000 + b"!" + b"y" * 50_000 + b"~SE~"
    (wrong,) = [one for one in _found(body, Where(offset=50_005)).seen if one.flaws]
    assert "x!y" in wrong.text
    assert len(wrong.text) < 2_100


def test_a_secret_that_begins_in_one_block_is_hidden_in_the_next() -> None:
    def mask(raw: bytes) -> bytes:
        return raw.replace(b"let-me-in", b"*********")

    body = b"a" * (128 * 1024 - 4) + b"let-me-in" + b"b" * 90_000
    shown = b"".join(masked(io.BytesIO(body), start=0, length=len(body), mask=mask))
    # The end of the first block left before anybody knew; what follows does not tell the rest.
    assert len(shown) == len(body)
    assert b"me-in" not in shown


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("lines[2].quantity", "line 3 of the paper, quantity"),
        ("parcels[0].lines[1]", "parcel 1 of the paper, line 2 of the paper"),
        ("sku:A-1", "A-1"),
        ("whole", ""),
        ("/lines/2", "/lines/2"),
        ("row 4, column sku", "row 4, column sku"),
    ],
)
def test_a_place_in_our_words_is_told_in_plain_ones(path: str, said: str) -> None:
    assert place(Where(path=path)) == said


def test_a_pointer_is_told_with_its_line() -> None:
    body = b'{\n "lines": [\n  {"sku": "A"},\n  {"sku": "B"}\n ]\n}'
    paper = Document(set_id="x", version="", number="1", offset=10, length=len(body), syntax="")
    said = Problem(code="x", text="", where=Where(path="/lines/1/sku"))
    (found,) = json_format.located(body, document=paper, problems=[said])
    assert found.where.path == "/lines/1/sku, line 4"
    assert found.where.offset == 10 + body.index(b'"B"')


def test_a_long_paper_is_shown_around_its_mistake_and_says_so(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme = _sent(house)
    monkeypatch.setattr(marking, "MOST_BYTES", 300)
    (order,) = acme.purchase_orders()
    lines = [*acme.answer(order)[:1]]
    for number in range(1, 200):
        lines += [f"PO1*{number}*1*EA*4**VN*A-{number}", "ACK*IA*1*EA"]
    acme.send("855", [*lines, "CTT*199"])
    house.turn()
    (row,) = documents(house.parts, set_id="855").rows
    paper = document(house.parts, row.id)
    assert paper.marked.wrong
    assert paper.marked.more == marking.MOST_WRONG, "very many are wrong"
    for number in paper.marked.wrong:
        (one,) = [each for each in paper.segments if each.number == number]
        assert one.text.startswith("PO1*")
        assert all(flaw.value in one.text for flaw in one.flaws)
    later = document(house.parts, row.id, first=paper.marked.more)
    assert later.marked.first == marking.MOST_WRONG
    assert later.marked.wrong[0] > paper.marked.wrong[-1]
    assert document(house.parts, row.id, first=10**6).marked == paper.marked
    name, passing = marking.given(house.parts, row.id)
    assert len(b"".join(passing)) == paper.raw.size
    assert name == paper.carrier.name


def _sent(house: House) -> Supplier:
    post(house, shopping("1001", 2))
    house.turn()
    return house.suppliers["acme"]


def test_of_two_lines_that_say_the_same_the_wrong_one_is_marked(house: House) -> None:
    acme = _sent(house)
    (order,) = acme.purchase_orders()
    head = acme.answer(order)[0]
    line = "PO1*1*2*EA*4**VN*acme-SKU-1"
    acme.send("855", [head, line, "ACK*IA*1*EA", line, "ACK*IR*0*EA", "CTT*2"])
    house.turn()
    (row,) = documents(house.parts, set_id="855").rows
    paper = document(house.parts, row.id)
    assert [one.code for one in paper.problems] == ["rejects-none"]
    lines = [one for one in paper.segments if one.text == line]
    assert [one.wrong for one in lines] == [False, True]


def test_a_long_paper_says_its_first_part_and_a_longer_one_why_not(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme = _sent(house)
    (order,) = acme.purchase_orders()
    line = ["PO1*1*2*EA*4**VN*acme-SKU-1", "ACK*IA*1*EA"]
    acme.send("855", [acme.answer(order)[0], *(line * 2000), "CTT*2000"])
    house.turn()
    (row,) = documents(house.parts, set_id="855").rows
    paper = document(house.parts, row.id)
    assert paper.raw.size > business.MOST_WHOLE
    assert (paper.said.why, paper.business[0].title) == (business.PART, "Order response")
    monkeypatch.setattr(business, "MOST_READ", 1000)
    assert document(house.parts, row.id).said == business.Business(why=business.TOO_LONG)
