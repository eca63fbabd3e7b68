"""The words of a page of elements, each with what it reads and what it writes."""

from dataclasses import replace
from datetime import date

from hub.domain.exchange import Node, Purpose, Severity
from hub.domain.messages import (
    Address,
    Answer,
    OrderResponse,
    OrderResponseLine,
    ProductId,
    PurchaseOrder,
    PurchaseOrderLine,
)
from tests.unit.mapping.trees import page, spelled, tree

PLAIN = OrderResponse(purpose=Purpose.ORIGINAL, number="JN-1")
HEAD = """
- let purpose: original
- Number: number
"""


def line(number: str = "", **more: object) -> OrderResponseLine:
    return replace(OrderResponseLine(number=number), **more)


def test_a_path_leads_to_a_child_or_an_attribute_and_is_written_in_the_pages_order() -> None:
    one = page(HEAD + "- Head/@on: answered_on | date\n- Head/Theirs?: partner_order")
    text = '<Answer><Number>JN-1</Number><Head on="2026-03-10"><Theirs>T-9</Theirs></Head></Answer>'
    reading = one.read(tree(text))
    assert reading.problems == ()
    assert reading.messages == (replace(PLAIN, answered_on=date(2026, 3, 10), partner_order="T-9"),)
    assert spelled(one.write(reading.messages[0]).paper) == text


def test_rows_are_read_in_any_order() -> None:
    one = page(HEAD + "- Theirs?: partner_order")
    reading = one.read(tree("<Answer><Theirs>T</Theirs><Odd/><Number> JN-1\n</Number></Answer>"))
    assert reading.messages == (replace(PLAIN, partner_order="T"),)
    assert reading.problems == ()


def test_an_element_that_must_be_there_is_written_empty_and_missed_when_absent() -> None:
    one = page(HEAD + "- Theirs: partner_order")
    assert spelled(one.write(PLAIN).paper).endswith("<Number>JN-1</Number><Theirs/></Answer>")
    assert one.read(one.write(PLAIN).paper).problems == ()
    (problem,) = one.read(tree("<Answer><Number>JN-1</Number></Answer>")).problems
    assert (problem.code, problem.severity) == ("map-segment-missing", Severity.WARNING)
    assert problem.where.path == "/Answer/Theirs"


def test_a_required_value_that_is_missing_or_unreadable_is_an_error_with_its_place() -> None:
    one = page(
        HEAD + "- loop lines* at Lines/Line:\n  - loop answers* at A:\n    - .: answer | word"
    )
    nothing = one.read(tree("<Answer><Number/><Lines/></Answer>"))
    assert nothing.messages == ()
    assert [one.where.path for one in nothing.problems if one.severity is Severity.ERROR] == [
        "/Answer/Number"
    ]
    wrong = "<Answer><Number>1</Number><Lines><Line/><Line><A>yes</A></Line></Lines></Answer>"
    error = next(one for one in one.read(tree(wrong)).problems if one.severity is Severity.ERROR)
    assert error.where.path == "/Answer/Lines/Line[2]/A"
    assert error.where.value == "yes"
    assert "none of accepted, backordered" in error.text


def test_another_root_is_told_and_nothing_is_read() -> None:
    reading = page(HEAD).read(tree('<Answer xmlns="urn:x"><Number>1</Number></Answer>'))
    assert reading.messages == ()
    assert "the paper is {urn:x}Answer, the page reads Answer" in reading.problems[0].text


def test_prefixes_stand_for_namespaces_in_paths_and_in_places() -> None:
    head = 'root: Answer\nnamespaces: {"": "urn:a", b: "urn:b"}'
    one = page("- let purpose: original\n- b:Number/@b:id: number\n- Day?: answered_on | date",
               head=head)  # fmt: skip
    text = '<Answer xmlns="urn:a" xmlns:b="urn:b"><b:Number b:id="1"/><Day>soon</Day></Answer>'
    reading = one.read(tree(text))
    assert reading.messages == (replace(PLAIN, number="1"),)
    assert [problem.where.path for problem in reading.problems] == ["/Answer/Day"]
    paper = one.write(replace(PLAIN, number="1")).paper
    assert isinstance(paper, Node)
    assert paper.children[0].name == "{urn:b}Number"
    assert paper.children[0].attributes == (("{urn:b}id", "1"),)
    missing = one.read(tree('<Answer xmlns="urn:a"/>')).problems[0]
    assert missing.where.path == "/Answer/b:Number/@b:id"


def test_a_test_in_brackets_finds_the_element_and_is_written_with_it() -> None:
    one = page(
        HEAD + "- Ref[@kind=theirs]?: partner_order\n- Ref[Kind=day]/Value?: answered_on | date"
    )
    text = (
        "<Answer><Number>JN-1</Number><Ref kind='x'>no</Ref>"
        "<Ref><Kind>day</Kind><Value>2026-03-10</Value></Ref><Ref kind='theirs'>T</Ref></Answer>"
    )
    said = replace(PLAIN, partner_order="T", answered_on=date(2026, 3, 10))
    assert one.read(tree(text)).messages == (said,)
    assert spelled(one.write(said).paper) == (
        '<Answer><Number>JN-1</Number><Ref kind="theirs">T</Ref>'
        "<Ref><Kind>day</Kind><Value>2026-03-10</Value></Ref></Answer>"
    )
    bare = page(HEAD + "- Ref[@kind=]?: partner_order")
    assert bare.read(tree(text)).messages == (PLAIN,)
    assert spelled(bare.write(said).paper).endswith("<Ref>T</Ref></Answer>")


def test_consecutive_rows_share_the_element_that_is_open() -> None:
    one = page(HEAD + "- A/B/@x: partner_order\n- A/B/C: partner_order\n- A/D: partner_order\n"
               "- E: =e\n- A/F: partner_order")  # fmt: skip
    assert spelled(one.write(replace(PLAIN, partner_order="1")).paper) == (
        '<Answer><Number>JN-1</Number><A><B x="1"><C>1</C></B><D>1</D></A><E>e</E><A><F>1</F></A>'
        "</Answer>"
    )


def test_two_rows_for_one_path_write_two_elements() -> None:
    one = page(HEAD + "- Ref: =first\n- Ref?: partner_order")
    assert spelled(one.write(replace(PLAIN, partner_order="T")).paper).endswith(
        "<Ref>first</Ref><Ref>T</Ref></Answer>"
    )


def test_a_constant_is_written_and_passed_over_when_read() -> None:
    one = page(HEAD + '- "@version": =2.1\n- Total?: partner_order\n- Total/@unit?: =EUR')
    assert spelled(one.write(PLAIN).paper) == (
        '<Answer version="2.1"><Number>JN-1</Number></Answer>'
    )
    full = one.write(replace(PLAIN, partner_order="9")).paper
    assert spelled(full).endswith('<Total unit="EUR">9</Total></Answer>')
    other = tree('<Answer version="3"><Number>JN-1</Number></Answer>')
    assert one.read(other).problems == ()


def test_let_says_what_the_paper_does_not_and_refuses_what_it_cannot_say() -> None:
    one = page(HEAD)
    assert one.read(tree("<Answer><Number>JN-1</Number></Answer>")).messages == (PLAIN,)
    written = one.write(replace(PLAIN, purpose=Purpose.CANCEL))
    assert "purpose is `cancel`; this page only says original" in written.problems[0].text


LOOP = (
    HEAD
    + """
- loop lines* at Lines/Line:
  - "@no": number
  - Qty?: quantity | quantity
"""
)


def test_a_loop_makes_a_record_of_each_element() -> None:
    text = (
        '<Answer><Number>JN-1</Number><Lines><Line no="1"><Qty>2</Qty></Line><Line no="2"/></Lines>'
        "</Answer>"
    )
    said = replace(PLAIN, lines=(line("1", quantity=2), line("2")))
    assert page(LOOP).read(tree(text)).messages == (said,)
    assert spelled(page(LOOP).write(said).paper) == text


def test_a_mark_inside_the_path_of_a_loop_says_what_is_repeated() -> None:
    one = page(LOOP.replace("Lines/Line", "Line*/Item"))
    said = replace(PLAIN, lines=(line("1"), line("2")))
    assert spelled(one.write(said).paper).endswith(
        '<Line><Item no="1"/></Line><Line><Item no="2"/></Line></Answer>'
    )
    assert one.read(one.write(said).paper).messages == (said,)


def test_rows_behind_a_loop_do_not_write_into_its_last_record() -> None:
    one = page(LOOP + "- Lines/Note: partner_order")
    said = replace(PLAIN, lines=(line("1"),), partner_order="T")
    assert spelled(one.write(said).paper).endswith(
        '<Lines><Line no="1"/><Note>T</Note></Lines></Answer>'
    )


def test_a_record_at_the_same_element_stands_among_the_values_around() -> None:
    rows = """
- let purpose: original
- Number: number
- Day: ordered_on | date
- Currency: currency
- loop ship_to at .:
  - Name: name
  - Street*2?: each lines
- loop lines* at Line:
  - "@no": number
  - Qty + Qty/@unit: quantity + unit | quantity + code units
  - Cost: cost | money
  - Id* + Id/@scheme: products | pairs ids
"""
    ids = "codes:\n  S: sku\n  G: gtin of 12\n"
    one = page(rows.replace("pairs ids", "pairs codes/ids"), message="PurchaseOrder",
               codes__ids=ids)  # fmt: skip
    order = PurchaseOrder(
        purpose=Purpose.ORIGINAL,
        number="JN-1",
        ordered_on=date(2026, 3, 9),
        currency="JPY",
        ship_to=Address(name="Ada", lines=("4 Fir Lane", "Apt 2")),
        lines=(
            PurchaseOrderLine(
                number="1",
                quantity=2,
                unit="each",
                cost=3150,
                products=(
                    ProductId(kind="sku", value="A"),
                    ProductId(kind="gtin", value="036000291452"),
                ),
            ),
        ),
    )
    text = (
        "<Answer><Number>JN-1</Number><Day>2026-03-09</Day><Currency>JPY</Currency>"
        "<Name>Ada</Name><Street>4 Fir Lane</Street><Street>Apt 2</Street>"
        '<Line no="1"><Qty unit="EA">2</Qty><Cost>3150</Cost><Id scheme="S">A</Id>'
        '<Id scheme="G">036000291452</Id></Line></Answer>'
    )
    assert spelled(one.write(order).paper) == text
    assert one.read(tree(text)).messages == (order,)
    many = replace(order, ship_to=Address(name="Ada", lines=("a", "b", "c")))
    assert "needs 3 places, the page has 2" in one.write(many).problems[0].text
    unknown = replace(order.lines[0], products=(ProductId(kind="isbn", value="1"),))
    written = one.write(replace(order, lines=(unknown,)))
    assert "none has a place on the page, which knows sku, gtin" in written.problems[0].text
    short = replace(order.lines[0], products=(ProductId(kind="gtin", value="1"),))
    assert [p.severity for p in one.write(replace(order, lines=(short,))).problems] == [
        Severity.WARNING,
        Severity.ERROR,
    ]


def test_a_list_runs_over_places_by_name_and_on_into_repeated_ones() -> None:
    rows = (
        HEAD
        + """
- loop lines* at Line:
  - pairs products? at Item: {Sku: vendor, Gtin: gtin of 13, Upc: gtin of 12}
"""
    )
    one = page(rows)
    said = replace(
        PLAIN,
        lines=(
            line(
                products=(
                    ProductId(kind="vendor", value="V"),
                    ProductId(kind="gtin", value="0" * 12),
                )
            ),
        ),
    )
    text = (
        "<Answer><Number>JN-1</Number><Line><Item><Sku>V</Sku><Upc>000000000000</Upc></Item></Line>"
        "</Answer>"
    )
    assert spelled(one.write(said).paper) == text
    assert one.read(tree(text)).messages == (said,)
    twice = line(
        products=(ProductId(kind="vendor", value="V"), ProductId(kind="vendor", value="W"))
    )
    (problem,) = one.write(replace(PLAIN, lines=(twice,))).problems
    assert (problem.code, problem.severity) == ("map-left-out", Severity.WARNING)
    none = line(products=(ProductId(kind="isbn", value="V"),))
    assert one.write(replace(PLAIN, lines=(none,))).problems[0].code == "map-value"


def address_page(rows: str) -> str:
    return f"""
- let purpose: original
- Number: number
- Day: ordered_on | date
- Currency: currency
- loop ship_to at To:
  - Name: name
{rows}
- loop lines* at Line: [{{"@no": number}}, {{Q: quantity | quantity}}, {{U: unit}},
    {{C: cost | money}}, {{pairs products at .: {{S: sku}}}}]
"""


def order(**more: object) -> PurchaseOrder:
    made = PurchaseOrder(
        purpose=Purpose.ORIGINAL,
        number="JN-1",
        ordered_on=date(2026, 3, 9),
        currency="USD",
        ship_to=Address(name="Ada"),
        lines=(
            PurchaseOrderLine(
                number="1", quantity=2, unit="EA", cost=150,
                products=(ProductId(kind="sku", value="A"),),
            ),
        ),
    )  # fmt: skip
    return replace(made, **more)


def test_street_lines_go_into_named_places_and_the_rest_into_repeated_ones() -> None:
    one = page(
        address_page("  - Street + Street2 + More*2/Line: each lines"), message="PurchaseOrder"
    )
    said = order(ship_to=Address(name="Ada", lines=("a", "b", "c", "d")))
    assert (
        "<Street>a</Street><Street2>b</Street2><More><Line>c</Line></More><More><Line>d</Line></More>"
        in spelled(one.write(said).paper)
    )
    assert one.read(one.write(said).paper).messages == (said,)
    five = order(ship_to=Address(name="Ada", lines=tuple("abcde")))
    assert "needs 5 places, the page has 4" in one.write(five).problems[0].text


def test_money_in_two_places_carries_its_currency_and_refuses_another() -> None:
    rows = address_page("").replace("{C: cost | money}", "{C + C/@cur: cost | money}")
    one = page(rows, message="PurchaseOrder")
    text = spelled(one.write(order()).paper)
    assert '<C cur="USD">1.50</C>' in text
    assert one.read(tree(text)).messages == (order(),)
    (problem,) = one.read(tree(text.replace('cur="USD"', 'cur="EUR"'))).problems
    assert "is in 'EUR', the paper in USD" in problem.text
    answered = page(HEAD + "- loop lines* at L:\n  - C + C/@cur?: cost | money")
    yen = tree('<Answer><Number>JN-1</Number><L><C cur="JPY">300</C></L></Answer>')
    assert answered.read(yen).messages == (replace(PLAIN, lines=(line(cost=300),)),)


def test_the_worth_of_lines_is_written_and_a_field_of_the_message_in_each_of_them() -> None:
    rows = address_page(
        "- Total + Total/@cur: worth of lines | money\n- Count: count Line"
    ).replace(
        "{C: cost | money}",
        "{W: worth | money}, {C: cost | money}, {P: the number}, {K: the currency}",
    )
    one = page(rows, message="PurchaseOrder")
    text = spelled(one.write(order()).paper)
    assert '<Total cur="USD">3.00</Total><Count>1</Count>' in text
    assert "<W>3.00</W><C>1.50</C><P>JN-1</P><K>USD</K>" in text
    assert one.read(tree(text)).messages == (order(),)
    reading = one.read(tree(text.replace("<P>JN-1", "<P>JN-2")))
    assert reading.messages == ()
    assert "number: `JN-2` here, `JN-1` in the paper" in reading.problems[0].text
    assert reading.problems[0].where.path == "/Answer/Line/P"
    told = one.read(tree(text.replace("<Count>1", "<Count>2"))).problems
    assert [(one.code, one.where.path) for one in told] == [("map-count", "/Answer/Count")]


def test_the_message_takes_from_its_records_what_it_does_not_say_itself() -> None:
    one = page(
        "- let purpose: original\n- Number?: number\n- loop lines* at L:\n  - P?: the number"
    )
    assert one.read(tree("<Answer><L><P>JN-1</P></L></Answer>")).messages == (
        replace(PLAIN, lines=(line(),)),
    )


def test_a_text_is_written_an_element_a_line() -> None:
    one = page(address_page("- Note*3?: slip_message | lines 9"), message="PurchaseOrder")
    said = order(slip_message="To you\n\nBye")
    assert "<Note>To you</Note><Note/><Note>Bye</Note>" in spelled(one.write(said).paper)
    assert one.read(one.write(said).paper).messages == (said,)
    problems = one.write(order(slip_message="a\nb\nc\nfar too long")).problems
    assert [one.code for one in problems] == ["map-too-long", "map-too-much"]
    free = page(address_page("- Note?: slip_message"), message="PurchaseOrder")
    kept = order(slip_message="To  you\n  Bye")
    assert free.read(free.write(kept).paper).messages == (kept,)


def test_a_group_is_left_out_when_no_field_of_it_says_anything() -> None:
    rows = HEAD + "- group theirs? at Head:\n  - Id: partner_order\n  - Kind: =sales\n"
    one = page(rows)
    assert spelled(one.write(PLAIN).paper) == "<Answer><Number>JN-1</Number></Answer>"
    said = replace(PLAIN, partner_order="T")
    text = "<Head><Id>T</Id><Kind>sales</Kind></Head></Answer>"
    assert spelled(one.write(said).paper).endswith(text)
    assert one.read(one.write(said).paper).messages == (said,)
    assert one.read(one.write(PLAIN).paper).problems == ()
    must = page(rows.replace("theirs?", "theirs"))
    assert must.read(one.write(PLAIN).paper).problems[0].where.path == "/Answer/Head"


def test_also_and_else_are_only_read() -> None:
    rows = HEAD + "- A?: partner_order\n- also B?: partner_order\n- else C?: partner_order"
    one = page(rows)
    assert spelled(one.write(replace(PLAIN, partner_order="T")).paper).endswith("<A>T</A></Answer>")
    for text, found in (("<A>1</A><B>2</B><C>3</C>", "2"), ("<C>3</C>", "3"), ("<A>1</A>", "1")):
        paper = tree(f"<Answer><Number>JN-1</Number>{text}</Answer>")
        assert one.read(paper).messages == (replace(PLAIN, partner_order=found),)


def test_first_of_reads_places_in_order_and_writes_one() -> None:
    one = page(HEAD + "- first_of partner_order: {read: [A, B/@x, /Number], write: B/@x}")
    for text, found in (("<B x='2'/><A>1</A>", "1"), ("<A/><B x='2'/>", "2"), ("", "JN-1")):
        paper = tree(f"<Answer><Number>JN-1</Number>{text}</Answer>")
        assert one.read(paper).messages == (replace(PLAIN, partner_order=found),)
    assert spelled(one.write(replace(PLAIN, partner_order="T")).paper).endswith(
        '<B x="T"/></Answer>'
    )


def test_when_says_whether_a_row_is_written() -> None:
    one = page(HEAD + "- Flag?: {value: =yes, when: partner_order present}\n- T?: partner_order")
    assert spelled(one.write(PLAIN).paper) == "<Answer><Number>JN-1</Number></Answer>"
    said = replace(PLAIN, partner_order="T")
    assert "<Flag>yes</Flag>" in spelled(one.write(said).paper)
    two = page(HEAD + "- Flag?: {value: =yes, when: 'whole one of accepted, changed'}")
    assert "Flag" not in spelled(two.write(replace(PLAIN, whole=Answer.REJECTED)).paper)
    assert "Flag" in spelled(two.write(replace(PLAIN, whole=Answer.CHANGED)).paper)


def test_a_strict_page_tells_of_all_it_does_not_know_and_uses_nothing() -> None:
    one = page(LOOP, head="root: Answer\nstrict: true")
    text = (
        '<Answer xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        ' xsi:noNamespaceSchemaLocation="a" odd="1"><Number>JN-1</Number><Lines><Line no="1"/>'
        '<Line no="2"><Qty/><Colour><Red/></Colour></Line></Lines></Answer>'
    )
    reading = one.read(tree(text))
    assert reading.messages == ()
    assert [(one.code, one.where.path) for one in reading.problems] == [
        ("map-unknown", "/Answer/@odd"),
        ("map-unknown", "/Answer/Lines/Line[2]/Colour"),
    ]
    assert page(LOOP).read(tree(text)).messages != ()
