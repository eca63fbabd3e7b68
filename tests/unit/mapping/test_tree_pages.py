"""A child page of elements: its parent's rows, namespaces and head, with what it says other."""

import pytest

from hub.errors import ConfigError
from hub.mapping import Page, load
from tests.unit.mapping.trees import spelled, tree

PARENT = """
about: Answer, of a standard
set: Answer
message: OrderResponse
root: Answer
namespaces: {"": "urn:a", b: "urn:b"}
elements:
- let purpose: original
- Head/Number: number
- Day[@kind=answered]?: answered_on | date
- b:Theirs?: {value: partner_order, when: partner_order present}
- loop lines*? at Lines/Line:
  - "@no": number
  - Qty + Qty/@unit: quantity + unit | quantity + text
  - group ids? at Ids:
    - pairs products? at .: {Sku: vendor}
"""
TEXT = (
    '<Answer xmlns="urn:a" xmlns:b="urn:b"><Head><Number>jn-1</Number></Head><b:Theirs>t</b:Theirs>'
    '<Lines><Line no="1"><Qty unit="EA">2</Qty><Ids><Sku>V</Sku></Ids></Line></Lines></Answer>'
)


def child(changes: str) -> Page:
    return load({"p": PARENT, "c": f"extends: p\n{changes}"}).page("c")


def written(changes: str, text: str = TEXT) -> str:
    one = child(changes)
    (message,) = one.read(tree(text)).messages
    return spelled(one.write(message).paper)


def test_a_child_without_changes_is_its_parent() -> None:
    one = child("about: Acme's")
    assert (one.name, one.set_id) == ("c", "Answer")
    assert one.read(tree(TEXT)).messages == load({"p": PARENT}).page("p").read(tree(TEXT)).messages


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ("changes:\n- Head/Number: number | upper", "Number>JN-1<"),
        ("changes:\n- b:Theirs: partner_order | upper", ">T</ns0:Theirs>"),
        ("changes:\n- lines: becomes loop lines*? at Lines/Line", 'Line no="1"'),
        ("changes:\n- after lines/@no: [{Note: =n}]", "Note>n</"),
        ("changes:\n- lines/ids/products: becomes pairs products? at Id", "</ns0:Qty></ns0:Line>"),
        (
            'root: Answer\nnamespaces: {c: "urn:c"}\nchanges:\n- after Head/Number: [{c:X: =x}]',
            ">x<",
        ),
    ],
)
def test_a_change_is_made_at_its_address(changes: str, found: str) -> None:
    assert found in written(changes)


def test_a_row_moves_or_goes() -> None:
    other = TEXT.replace("<Qty unit", "<Amount unit").replace("</Qty>", "</Amount>")
    assert '<ns0:Amount unit="EA">2<' in written(
        "changes:\n- lines/Qty + Qty/@unit: becomes Amount + Amount/@unit", other
    )
    assert "Theirs" not in written("changes:\n- remove b:Theirs")
    assert "Ids" not in written("changes:\n- remove lines/ids")


def test_an_address_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(ConfigError) as caught:
        child("changes:\n- remove lines/Quantity")
    (mistake,) = caught.value.mistakes
    assert mistake.startswith("mappings/c.yaml:3 lines/Quantity: the page it extends has none")
    assert "Day[@kind=answered], Head/Number, b:Theirs" in mistake
    assert "lines/Qty + Qty/@unit, lines/ids, lines/ids/products, purpose" in mistake


def test_a_value_cannot_stand_on_a_row_of_segments() -> None:
    segments = (
        "set: 855\nmessage: OrderResponse\nsegments:\n- BAK: {01: purpose | purpose, 03: number}"
    )
    with pytest.raises(ConfigError, match=r"BAK: is no row of a page"):
        load({"p": segments, "c": "extends: p\nchanges:\n- BAK: number"})


def test_the_digest_changes_with_the_page() -> None:
    one, other = child("about: a"), child("about: b")
    assert one.digest != other.digest
