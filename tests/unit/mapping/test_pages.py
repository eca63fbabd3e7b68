"""Pages as an author meets them: every mistake with file, line, address and what is allowed."""

import re

import pytest

from hub.errors import ConfigError
from hub.mapping import load
from tests.unit.mapping import MAPPINGS, library, mistakes, page, paper, spoken, texts

HEAD = "- BAK: {01: purpose | purpose, 03: number}\n"

CONVERTERS = (
    "balance, code TABLE, date, date PATTERN, datetime, implied, lines N, money, pairs TABLE,"
    " price, purpose, quantity, text, time, truth WORDS, upper, word"
)
WRONG = [
    ("- BAK: {01: purpose | purpose, 03: nummer}", "BAK.03: OrderResponse has no field `nummer`"),
    (HEAD + "- REF: {02: partner_order | shout}", "REF.02: `shout` is no converter"),
    (HEAD + "- REF: {02: partner_order | quantity}", "REF.02: `partner_order` is a text"),
    (HEAD + "- REF: {02: answered_on}", "REF.02: `answered_on` is a date"),
    (HEAD + "- REF: {02: partner_order | code nowhere}", "there is no code table `nowhere`"),
    (HEAD + "- REF: {02: whole | code units}", "codes/units says `each` for EA"),
    (HEAD + "- REF: {2: partner_order}", "REF.2: is no element; write `02` or `06-25`"),
    (HEAD + "- REF: {00: partner_order}", "REF.00: is no element"),
    (HEAD + "- REF: {02: partner_order, 02-03: number}", "an element stands here twice"),
    (HEAD + "- REF: {02: partner_order, 02: number}", "02: stands here twice"),
    (HEAD + "- REF: {02-03: partner_order | date}", "`partner_order` is a text"),
    (HEAD + "- DTM: {02: answered_on | datetime}", "DTM.02: the converter spans (2, 3) elements"),
    (HEAD + "- REF: {02: }", "must be a field, `=constant` or {QUALIFIER: field}"),
    (HEAD + "- REF: {02-04: {A: partner_order}}", "need an even number of elements"),
    (HEAD + "- REF: {02-03: {A: [x]}}", "`A` must name a field"),
    (HEAD + "- REF: {02: each partner_order}", "`each partner_order` needs a list of texts"),
    (HEAD + "- REF: {02: lines | pairs units}", "`lines` is not a list of kind and value"),
    (HEAD + "- MSG*: {01: partner_order | lines x}", "write `01: text_field | lines 80`"),
    (HEAD + "- CTT: {02: sum PO1}", "`sum PO1` must name one element"),
    (HEAD + "- REF: {02: =X, when: whole maybe}", "REF.when: cannot be `whole maybe`"),
    (HEAD + "- ref: {02: number}", "ref: is no row of a page"),
    (HEAD + "- loop lines:\n  - PO1: {01: number}", "`lines` is not a record field"),
    (HEAD + "- loop nobody*:\n  - PO1: {01: number}", "has no field `nobody`"),
    (HEAD + "- group x:\n  - PO1?: {01: number}", "must begin with a segment that is always there"),
    (HEAD + "- first_of partner_order: {write: REF.02}", "`read:` must list places"),
    (HEAD + "- first_of partner_order:\n    read:\n    - REF", "`REF` is no place"),
    (HEAD + "- tree HL: {}", "write `tree HL S/O/[T]/[P]/I:`"),
    (HEAD + "- tree HL S/O:\n    X: []", "X: is no level of this tree"),
    ("- REF: {02: partner_order}", "no segment carries `number`, without which there is no"),
]


@pytest.mark.parametrize(("rows", "told"), WRONG)
def test_a_mistake_on_a_page_is_told_with_its_file_line_and_address(rows: str, told: str) -> None:
    found = mistakes(rows)
    assert any(told in one for one in found), found
    assert all(one.startswith("mappings/one.yaml:") for one in found)


def test_a_mistake_carries_its_line_and_what_is_allowed() -> None:
    assert mistakes(
        "- BAK:\n    01: purpose | purpose\n    03: number\n    04: answered_on | day"
    ) == (f"mappings/one.yaml:7 BAK.04: `day` is no converter; allowed: {CONVERTERS}",)


BOMB = "a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(9))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (BOMB, "mappings/one.yaml:1 page: anchors"),
        ("set: 850\nsegments: *gone\n", "mappings/one.yaml:2 page: anchors"),
        ("set: " + "[" * 100_000, "mappings/one.yaml:1 page: nested deeper than 24 levels"),
        ("\n".join(f"{' ' * n}a{n}:" for n in range(40)), "nested deeper than 24 levels"),
    ],
)
def test_a_page_that_would_grow_or_go_too_deep_is_refused(text: str, told: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(told)):
        load({"one": text})


def test_all_mistakes_of_all_pages_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        load(
            {
                "a/855": "set: 855\nmessage: OrderResponce\nsegments: []\nsets: 1",
                "b/855": "message: [}\nset: 855",
                "codes/units": "codes: {EA: [x]}\nunknown: perhaps",
                "c/855": "extends: nowhere",
                "d/855": "extends: d/855",
            }
        )
    told = "\n".join(caught.value.mistakes)
    for line in (
        "mappings/a/855.yaml:2 message: there is no message `OrderResponce`; allowed: Advice, ",
        "mappings/a/855.yaml:4 sets: is not a word of a page; allowed: about, changes, ",
        "mappings/b/855.yaml:1 page: is no YAML",
        "mappings/codes/units.yaml:2 unknown: cannot be `perhaps`; allowed: keep, refuse",
        "mappings/codes/units.yaml:1 EA: must be a word, as in `EA: each`",
        "mappings/c/855.yaml:1 extends: there is no page `nowhere`",
        "mappings/d/855.yaml:1 extends: extends itself",
    ):
        assert line in told, told


def child(changes: str) -> dict[str, str]:
    return texts() | {"acme/x": f"extends: x12/004010/850\nchanges:\n{changes}"}


def test_a_child_page_removes_renames_merges_and_inserts_by_address() -> None:
    changes = (
        "- remove REF[IA]\n"
        "- slip/N9[L1]: becomes N9[ZZ]\n"
        "- slip/N9[ZZ]: {02: =PACK, 03: =X}\n"
        "- lines/PO1: {05: =WE, 04: none, 06-07: products | pairs products}\n"
        "- after CUR:\n  - FOB: {01: =TP}\n"
        "- lines/PID[F]: {05: none, 04: description}\n"
    )
    with pytest.raises(ConfigError, match="no segment carries `cost`"):
        load(child(changes))
    made = load(child(changes.replace("04: none, ", ""))).page("acme/x")
    text = spoken(made.write(_order()).paper)
    assert text[1:3] == ["CUR*BY*USD", "FOB*TP"]
    assert not [one for one in text if one.startswith("REF*IA")]
    assert "N9*ZZ*PACK*X" in text
    assert "PID*F***Mug" in text


def _order() -> object:
    body = (
        "BEG*00*DS*JN-1**20260302~CUR*BY*USD~REF*IA*77~N9*L1*SLIP~MSG*Thanks~N1*ST*Noor"
        "~PO1*1*1*EA*5**SK*MUG~PID*F****Mug"
    )
    (message,) = library().page("x12/004010/850").read(paper(body)).messages
    return message


def test_a_change_of_an_address_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(ConfigError) as caught:
        load(child("- remove REF[XX]\n- lines/PO9: {01: =A}\n- S/TD5: {01: =B}\n- 17"))
    told = caught.value.mistakes
    assert told[0].startswith(
        "mappings/acme/x.yaml:3 REF[XX]: the page it extends has none; allowed"
    )
    assert "REF[CO]" in told[0]
    assert "lines/PID[F]" in told[1]
    assert told[3].startswith("mappings/acme/x.yaml:6 changes: is no change; allowed: ADDRESS: bec")


def test_a_child_changes_a_level_of_a_tree_and_of_its_grandparent() -> None:
    pages = texts() | {
        "a/856": "extends: x12/004010/856\nchanges:\n- S/TD5: {05: =GROUND}\n",
        "b/856": "extends: a/856\nchanges:\n- P/MAN[GM]: becomes MAN[AA]\n- BSN: {05: none}\n",
    }
    made = load(pages).page("b/856")
    body = "BSN*00*S1*20260303*1602~HL*1**S~TD5**2*UPSN~HL*2*1*O~PRF*JN-1~HL*3*2*P~MAN*AA*003"
    (message,) = made.read(paper(body)).messages
    text = spoken(made.write(message).paper)
    assert text[0] == "BSN*00*S1*20260303*1602"
    assert "TD5**2*UPSN**GROUND" in text
    assert "MAN*AA*003" in text


def test_a_digest_changes_with_the_page_its_parent_and_its_tables_and_nothing_else() -> None:
    def digest(changed: str) -> str:
        pages = texts()
        if changed:
            pages[changed] += "\n# touched\n"
        return load(pages).page("acme/855").digest

    plain = digest("")
    assert digest("") == plain
    for name in ("acme/855", "x12/004010/855", "codes/units", "codes/line_answers"):
        assert digest(name) != plain
    assert digest("codes/carriers") == plain
    assert digest("x12/004010/850") == plain


def test_a_page_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(
        ConfigError, match=r"mappings/acme/999.yaml: there is no such page; allowed"
    ):
        library().page("acme/999")


def test_a_page_says_its_name_its_set_and_its_message() -> None:
    one = library().page("acme/850")
    assert (one.name, one.set_id, one.message.__name__) == ("acme/850", "850", "PurchaseOrder")


def test_a_code_table_keeps_or_refuses_what_it_does_not_know_and_extends_another() -> None:
    kept = "unknown: keep\ncodes: {EA: each, PC: each}"
    pages = ("codes/kept", kept, "acme/kept", "extends: codes/kept\ncodes: {XX: each}")
    head = "- BAK: {01: purpose | purpose, 03: number, 08: partner_order | code acme/kept}"
    one = page(head, more=pages)
    for code, word in (("XX", "each"), ("PC", "each"), ("QQ", "QQ")):
        (message,) = one.read(paper(f"BAK*00**JN-1*****{code}")).messages
        assert message.partner_order == word
    (message,) = one.read(paper("BAK*00**JN-1*****EA")).messages
    assert spoken(one.write(message).paper) == ["BAK*00**JN-1*****XX"]
    strict = page(head.replace("acme/kept", "units"))
    (problem,) = strict.read(paper("BAK*00**JN-1*****QQ")).problems
    assert problem.text == "partner_order: `QQ` is not a code of mappings/codes/units.yaml (EA, CA)"
    (refused,) = strict.write(one.read(paper("BAK*00**JN-1*****QQ")).messages[0]).problems
    assert refused.text.endswith("has no code in mappings/codes/units.yaml, which knows case, each")


def test_the_guide_names_every_converter_and_every_row() -> None:
    guide = (MAPPINGS / "README.md").read_text(encoding="utf-8")
    rows = ("loop", "group", "also", "each name", "tree HL", "first_of", "feed", "each", "count")
    for word in (*CONVERTERS.split(", "), *rows):
        assert f"`{word}" in guide, word
