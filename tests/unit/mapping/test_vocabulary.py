"""Every word that a page may use, alone on a page of its own, read and written."""

from datetime import date, datetime

import pytest

from hub.domain.exchange import Problem, Purpose, Severity
from hub.domain.messages import (
    Address,
    Answer,
    LineAnswer,
    OrderResponse,
    OrderResponseLine,
    Parcel,
    ProductId,
    PurchaseOrder,
    ShipNotice,
    ShippedLine,
)
from hub.errors import ConfigError
from hub.mapping import Page, load
from tests.unit.mapping import page, paper, spoken

HEAD = "- BAK: {01: purpose | purpose, 03: number}"
PLAIN = OrderResponse(purpose=Purpose.ORIGINAL, number="JN-1")


def lines(rows: str, *, more: tuple[str, ...] = ()) -> Page:
    return page(f"{HEAD}\n- loop lines*?:\n{rows}", more=more)


def test_a_constant_is_written_and_passed_over_when_read() -> None:
    one = page("- BAK: {01: purpose | purpose, 02: =AD, 03: number}")
    assert spoken(one.write(PLAIN).paper) == ["BAK*00*AD*JN-1"]
    reading = one.read(paper("BAK*00*ZZ*JN-1"))
    assert (reading.messages, reading.problems) == ((PLAIN,), ())


def test_a_segment_with_a_question_mark_may_be_absent_both_ways() -> None:
    one = page(f"{HEAD}\n- REF[VN]?: {{02: partner_order}}")
    assert spoken(one.write(PLAIN).paper) == ["BAK*00**JN-1"]
    reading = one.read(paper("BAK*00**JN-1"))
    assert (reading.messages, reading.problems) == ((PLAIN,), ())


def test_a_segment_without_a_question_mark_is_missed() -> None:
    one = page(f"{HEAD}\n- REF[VN]: {{02: partner_order}}")
    (problem,) = one.read(paper("BAK*00**JN-1")).problems
    assert (problem.code, problem.severity) == ("map-segment-missing", Severity.WARNING)
    assert problem.text.startswith("REF[VN] is missing")


def test_segments_are_found_by_code_in_any_order() -> None:
    rows = f"{HEAD}\n- REF[VN]?: {{02: partner_order}}\n- DTM[067]?: {{02: answered_on | date}}"
    for text in (
        "BAK*00**JN-1~REF*VN*S-1~DTM*067*20260304",
        "DTM*067*20260304~REF*ZZ*no~REF*VN*S-1~REF*VN*later~BAK*00**JN-1",
    ):
        (message,) = page(rows).read(paper(text)).messages
        assert message == OrderResponse(
            purpose=Purpose.ORIGINAL,
            number="JN-1",
            partner_order="S-1",
            answered_on=date(2026, 3, 4),
        )


def test_a_code_may_stand_in_another_element_than_the_first() -> None:
    one = page(f"{HEAD}\n- REF[03=SO]?: {{02: partner_order}}")
    (message,) = one.read(paper("BAK*00**JN-1~REF*VN*no*XX~REF*VN*S-1*SO")).messages
    assert message.partner_order == "S-1"
    assert spoken(one.write(message).paper)[1] == "REF**S-1*SO"


def test_a_loop_makes_one_record_each_round_and_needs_one_unless_marked() -> None:
    one = lines("  - PO1: {01: number}\n  - PID[F]?: {05: unit}")
    text = "BAK*00**JN-1~PO1*1~PID*F****box~PO1*2"
    (message,) = one.read(paper(text)).messages
    assert message.lines == (
        OrderResponseLine(number="1", unit="box"),
        OrderResponseLine(number="2"),
    )
    assert one.write(message).paper == paper(text)
    needed = page(f"{HEAD}\n- loop lines*:\n  - PO1: {{01: number}}")
    (problem,) = needed.read(paper("BAK*00**JN-1")).problems
    assert problem.text.startswith("PO1 is missing")


def test_a_segment_in_a_later_loop_is_never_taken_for_the_header() -> None:
    one = page(
        f"{HEAD}\n- REF[VN]?: {{02: partner_order}}\n- loop lines*?:\n  - PO1: {{01: number}}"
    )
    (message,) = one.read(paper("BAK*00**JN-1~PO1*1~REF*VN*line")).messages
    assert message.partner_order == ""


def test_a_party_that_the_page_does_not_name_keeps_its_own_segments() -> None:
    one = page(
        "- BEG: {01: purpose | purpose, 03: number, 05: ordered_on | date}\n"
        "- CUR: {02: currency}\n"
        "- loop ship_to:\n  - N1[ST]: {02: name}\n  - N4?: {01: city}\n"
        "- loop lines*?:\n  - PO1: {01: number, 02: quantity | quantity, 03: unit,"
        " 04: cost | money, 06-07: products | pairs ids}",
        message="PurchaseOrder",
        more=("codes/ids", "codes: {SK: sku}"),
    )
    text = (
        "BEG*00**JN-1**20260302~CUR**USD~N1*ST*Noor~N1*BT*Somebody~N4*Elsewhere"
        "~PO1*1*1*EA*1**SK*A~N1*ST*A line's own~N4*Far away"
    )
    (message,) = one.read(paper(text)).messages
    assert isinstance(message, PurchaseOrder)
    assert message.ship_to == Address(name="Noor")


def test_a_group_fills_the_record_around_it_and_is_left_out_when_it_says_nothing() -> None:
    one = page(
        f"{HEAD}\n- group note?:\n  - N9[L1]: {{02: =NOTE}}\n  - MSG?: {{01: partner_order}}"
    )
    said = OrderResponse(purpose=Purpose.ORIGINAL, number="JN-1", partner_order="S-1")
    assert spoken(one.write(PLAIN).paper) == ["BAK*00**JN-1"]
    assert spoken(one.write(said).paper) == ["BAK*00**JN-1", "N9*L1*NOTE", "MSG*S-1"]
    assert one.read(paper("BAK*00**JN-1~N9*ZZ~MSG*other~N9*L1~MSG*S-1")).messages == (said,)


def test_qualifier_and_value_are_found_in_any_slot_and_written_from_the_first() -> None:
    one = lines("  - ACK: {01: number, 02-07: {P: unit | code units, Q: quantity | quantity}}")
    (message,) = one.read(paper("BAK*00**JN-1~ACK*1*ZZ*other*Q*3*P*CA")).messages
    assert message.lines == (OrderResponseLine(number="1", quantity=3, unit="case"),)
    assert spoken(one.write(message).paper)[1] == "ACK*1*P*CA*Q*3"
    bare = OrderResponse(
        purpose=Purpose.ORIGINAL, number="JN-1", lines=(OrderResponseLine(quantity=3),)
    )
    assert spoken(one.write(bare).paper)[1] == "ACK**Q*3"


def test_two_qualifiers_may_mean_the_same_and_the_first_is_written() -> None:
    one = lines("  - ACK: {01-02: {068: unit, 079: unit}}")
    (message,) = one.read(paper("BAK*00**JN-1~ACK*079*box")).messages
    assert message.lines[0].unit == "box"
    assert spoken(one.write(message).paper)[1] == "ACK*068*box"


def test_pairs_are_read_by_qualifier_and_unknown_qualifiers_stay_out_silently() -> None:
    ids = "codes: {SK: sku, UP: gtin of 12, EN: gtin of 13}"
    one = lines("  - PO1: {01-06: products | pairs ids}", more=("codes/ids", ids))
    reading = one.read(paper("BAK*00**JN-1~PO1*MN*no*EN*4006381333931*SK*A"))
    products = (ProductId(kind="gtin", value="4006381333931"), ProductId(kind="sku", value="A"))
    assert reading.problems == ()
    assert reading.messages[0] == OrderResponse(
        purpose=Purpose.ORIGINAL, number="JN-1", lines=(OrderResponseLine(products=products),)
    )
    assert spoken(one.write(reading.messages[0]).paper)[1] == "PO1*EN*4006381333931*SK*A"


def test_a_number_of_no_known_length_is_told_about_and_left_out() -> None:
    ids = "codes: {UP: gtin of 12, SK: sku}"
    one = lines("  - PO1: {01-04: products | pairs ids}", more=("codes/ids", ids))
    short, colour = ProductId(kind="gtin", value="123"), ProductId(kind="colour", value="red")
    written = one.write(_with_products((short, colour, ProductId(kind="sku", value="A"))))
    assert spoken(written.paper)[1] == "PO1*SK*A"
    assert [(told.text, told.severity) for told in written.problems] == [
        ("products: no gtin is 3 characters long; left out", Severity.WARNING)
    ]
    (_, error) = one.write(_with_products((short, colour))).problems
    assert error.severity is Severity.ERROR
    assert error.text.startswith("products: none has a code in mappings/codes/ids.yaml")


def test_more_pairs_than_the_page_has_room_for_are_a_problem() -> None:
    one = lines("  - PO1: {01-02: products | pairs ids}", more=("codes/ids", "codes: {SK: sku}"))
    products = (ProductId(kind="sku", value="A"), ProductId(kind="sku", value="B"))
    (problem,) = one.write(_with_products(products)).problems
    assert (problem.code, problem.where.value) == ("map-too-much", "B")


def _with_products(products: tuple[ProductId, ...]) -> OrderResponse:
    rows = (OrderResponseLine(products=products),)
    return OrderResponse(purpose=Purpose.ORIGINAL, number="JN-1", lines=rows)


ADDRESS = (
    "- BEG: {{01: purpose | purpose, 03: number, 05: ordered_on | date}}\n- CUR: {{02: currency}}\n"
    "- loop ship_to:\n  - N1[ST]: {{02: name}}\n{rows}\n"
    "- loop lines*?:\n  - PO1: {{01: number, 02: quantity | quantity, 03: unit, 04: cost | money,"
    " 06-07: products | pairs ids}}"
)


def order(address: Address) -> PurchaseOrder:
    return PurchaseOrder(
        purpose=Purpose.ORIGINAL,
        number="JN-1",
        ordered_on=date(2026, 3, 2),
        currency="USD",
        lines=(),
        ship_to=address,
    )


def test_each_spreads_a_list_over_elements_and_segments_until_there_is_no_room() -> None:
    rows = "  - N3*2?: {01-02: each lines}"
    one = page(
        ADDRESS.format(rows=rows), message="PurchaseOrder", more=("codes/ids", "codes: {SK: sku}")
    )
    three = order(Address(name="Noor", lines=("a", "b", "c")))
    assert spoken(one.write(three).paper)[3:] == ["N3*a*b", "N3*c"]
    assert one.read(one.write(three).paper).messages == (three,)
    five = order(Address(name="Noor", lines=("a", "b", "c", "d", "e")))
    (problem,) = one.write(five).problems
    assert (problem.code, problem.where.path) == ("map-too-much", "N3")


def note(width: int, *, span: str = "01-03") -> Page:
    return page(f"{HEAD}\n- MSG*?: {{{span}: partner_order | lines {width}}}")


def said(text: str) -> OrderResponse:
    return OrderResponse(purpose=Purpose.ORIGINAL, number="JN-1", partner_order=text)


def test_lines_keep_every_break_and_every_space_and_continue_long_ones() -> None:
    text = "To   Annabel\n\n\n  x\ny"
    written = note(5).write(said(text))
    assert spoken(written.paper)[1:] == [
        *("MSG*To", "MSG*   An*LC", "MSG*nabel*LC", "MSG*  x*AA*3", "MSG*y"),
    ]
    assert note(5).read(written.paper).messages == (said(text),)


def test_blank_lines_are_understood_however_a_partner_advances() -> None:
    for text, read in (
        ("MSG*a~MSG*b*DS", "a\n\nb"),
        ("MSG*a*AA*2~MSG*b*SS", "\na\nb"),
        ("MSG*a~MSG*b*AT~MSG*c*AA*99999999", "a\n\n\nb\nc"),
    ):
        assert note(80).read(paper(f"BAK*00**JN-1~{text}")).messages == (said(read),)


def test_what_x12_cannot_carry_at_the_end_of_a_line_or_text_does_not_travel() -> None:
    written = note(80).write(said("a  \nb\n\n"))
    assert note(80).read(written.paper).messages == (said("a\nb"),)
    assert spoken(note(80).write(said(" \n")).paper) == ["BAK*00**JN-1"]


def test_a_long_line_without_a_place_for_the_continuation_is_a_problem() -> None:
    (problem,) = note(5, span="01").write(said("123456")).problems
    assert (problem.code, problem.where.segment) == ("map-too-long", "MSG")
    (problem,) = note(5, span="01").write(said("1\n\n2")).problems
    assert problem.code == "map-blank-line"
    (problem,) = note(5).write(said("      x")).problems
    assert problem.code == "map-too-long"


def test_when_a_field_is_present_or_one_of_a_list_a_constant_segment_is_written() -> None:
    present = page(
        f"{HEAD}\n- REF[VN]?: {{02: partner_order}}"
        "\n- REF[ZZ]?: {02: =X, when: partner_order present}"
    )
    assert spoken(present.write(PLAIN).paper)[-1] == "BAK*00**JN-1"
    assert spoken(present.write(said("S-1")).paper)[-1] == "REF*ZZ*X"
    listed = page(f"{HEAD}\n- REF[ZZ]?: {{02: =X, when: 'purpose one of cancel, replace'}}")
    assert len(listed.write(PLAIN).paper) == 1
    cancel = OrderResponse(purpose=Purpose.CANCEL, number="JN-1")
    assert spoken(listed.write(cancel).paper)[-1] == "REF*ZZ*X"


COUNTED = "  - PO1: {01: number, 02: quantity | quantity}\n- CTT?: {01: count PO1, 02: sum PO1.02}"


def test_count_and_sum_are_right_when_written_and_told_about_when_wrong() -> None:
    one = lines(COUNTED)
    text = "BAK*00**JN-1~PO1*1*10~PO1*2*5~CTT*2*15"
    reading = one.read(paper(text))
    assert reading.problems == ()
    assert one.write(reading.messages[0]).paper == paper(text)
    wrong = one.read(paper("BAK*00**JN-1~PO1*1*10~CTT*2*9")).problems
    assert [(one.code, one.severity, one.where.element) for one in wrong] == [
        ("map-count", Severity.WARNING, 1),
        ("map-count", Severity.WARNING, 2),
    ]


def test_first_of_looks_in_its_places_in_order_only_while_the_field_is_empty() -> None:
    one = page(
        f"{HEAD}\n- first_of partner_order:\n    write: REF[SO].02\n"
        "    read:\n    - REF[VN].02\n    - REF[SO].02"
    )
    (message,) = one.read(paper("BAK*00**JN-1~REF*SO*second~REF*VN*first")).messages
    assert message.partner_order == "first"
    assert spoken(one.write(message).paper)[1] == "REF*SO*first"
    owned = page(
        "- BAK: {01: purpose | purpose, 03: number, 08: partner_order}\n"
        "- first_of partner_order:\n    read:\n    - REF[VN].02"
    )
    (message,) = owned.read(paper("BAK*00**JN-1*****S-1~REF*VN*other")).messages
    assert message.partner_order == "S-1"
    assert len(owned.write(message).paper) == 1


def test_the_later_place_wins_where_a_page_says_a_field_twice() -> None:
    one = page(f"{HEAD}\n- REF[VN]?: {{02: partner_order}}\n- REF[SO]?: {{02: partner_order}}")
    (message,) = one.read(paper("BAK*00**JN-1~REF*SO*later~REF*VN*early")).messages
    assert message.partner_order == "later"
    assert spoken(one.write(message).paper)[1:] == ["REF*VN*later", "REF*SO*later"]


def test_one_code_may_fill_two_fields_and_be_chosen_by_both() -> None:
    table = "codes: {IR: rejected, R2: rejected + unknown article, IA: accepted}"
    one = lines(
        "  - PO1: {01: number}\n  - loop answers*?:\n    - ACK: {01: answer + reason | code words}",
        more=("codes/words", table),
    )
    text = "BAK*00**JN-1~PO1*1~ACK*R2~ACK*IA"
    (message,) = one.read(paper(text)).messages
    answers = (
        LineAnswer(answer=Answer.REJECTED, reason="unknown article"),
        LineAnswer(answer=Answer.ACCEPTED),
    )
    assert message.lines[0].answers == answers
    assert one.write(message).paper == paper(text)
    vague = LineAnswer(answer=Answer.REJECTED, reason="cat ate it")
    row = OrderResponseLine(number="1", answers=(vague,))
    told = OrderResponse(purpose=Purpose.ORIGINAL, number="JN-1", lines=(row,))
    assert spoken(one.write(told).paper)[-1] == "ACK*IR"


def test_a_tree_is_numbered_from_one_and_says_who_has_children() -> None:
    one = page(
        "- BSN: {01: purpose | purpose, 02: notice, 03-04: shipped_at | datetime}\n"
        "- tree HL S/O/[P]/I:\n    S: []\n    O:\n    - PRF: {01: number}\n"
        "    P parcels*:\n    - MAN[CP]?: {02: tracking}\n"
        "    I lines*:\n    - SN1: {02: quantity | quantity}",
        message="ShipNotice",
    )
    notice = ShipNotice(
        purpose=Purpose.ORIGINAL,
        notice="S-1",
        number="JN-1",
        shipped_at=datetime(2026, 3, 3, 16, 2),
        parcels=(Parcel(tracking="T1", lines=(ShippedLine(quantity=2),)), Parcel(tracking="T2")),
    )
    assert spoken(one.write(notice).paper) == [
        *("BSN*00*S-1*20260303*1602", "HL*1**S*1", "HL*2*1*O*1", "PRF*JN-1"),
        *("HL*3*2*P*1", "MAN*CP*T1", "HL*4*3*I*0", "SN1**2", "HL*5*2*P*0", "MAN*CP*T2"),
    ]
    assert one.read(one.write(notice).paper).messages == (notice,)


def problems(rows: str, text: str) -> tuple[Problem, ...]:
    return lines(rows).read(paper(text)).problems


def test_an_unreadable_value_is_an_error_only_where_the_record_cannot_do_without() -> None:
    rows = "  - PO1: {01: number, 02: quantity | quantity}"
    (warning,) = problems(rows, "BAK*00**JN-1~PO1*1*2.5")
    assert warning.severity is Severity.WARNING
    assert (warning.where.segment, warning.where.ordinal, warning.where.element) == ("PO1", 3, 2)
    assert (warning.where.path, warning.where.value) == ("PO1[1]", "2.5")
    reading = page(HEAD).read(paper("BAK*99**JN-1"))
    (error,) = reading.problems
    assert (error.severity, error.where.element, reading.messages) == (Severity.ERROR, 1, ())


def test_every_problem_of_a_paper_is_told_at_once() -> None:
    rows = "  - PO1: {01: number, 02: quantity | quantity, 03: unit | code units, 04: cost | money}"
    found = problems(rows, "BAK*99~PO1*1*x*ZZ*1.234~PO1*2*-1*EA*1e9")
    assert [(one.where.path, one.where.element) for one in found] == [
        *(("", 1), ("PO1[1]", 2), ("PO1[1]", 3), ("PO1[1]", 4), ("PO1[2]", 2), ("PO1[2]", 4)),
        ("", 3),
    ]


def test_a_message_with_an_empty_required_field_is_written_with_a_problem() -> None:
    (problem,) = page(HEAD).write(OrderResponse(purpose=Purpose.ORIGINAL, number="")).problems
    assert (problem.code, problem.where.path) == ("map-missing", "number")


def test_a_page_refuses_to_write_a_message_of_another_class() -> None:
    try:
        page(HEAD).write(order(Address(name="Noor")))
    except TypeError as error:
        assert str(error) == "one writes OrderResponse, not PurchaseOrder"
    else:
        raise AssertionError("it was written")


def test_a_word_without_a_code_of_its_own_is_written_as_another():
    table = load({"codes/units": "codes: {EA: each, CA: case}\nwritten_as: {box: case}\n"}).tables[
        "codes/units"
    ]
    assert (table.code(("box",)), table.words("CA")) == ("CA", ("case",))


def test_a_word_written_as_another_needs_one_that_has_a_code():
    with pytest.raises(ConfigError) as told:
        load({"codes/units": "codes: {EA: each}\nwritten_as: {box: case, each: each}\n"})
    assert "written_as.box: no code stands for `case`" in told.value.mistakes[0]
    assert "written_as.each: `each` has a code of its own" in told.value.mistakes[1]
