"""A scenario's page is read strictly, and everything wrong with it is told with its line."""

import pytest

from hub.errors import ConfigError
from hub.lab.scenario import BEGINS, SHIPPED, load

GOOD = """\
about: One order.
until: 2d
partners:
  acme: {sells: {JUN-MUG-BLUE: 4}}
orders:
  J-1: {lines: {JUN-MUG-BLUE: 1}}
expect:
  orders: {J-1: {word: Shipped}}
"""


def mistakes(text: str) -> list[str]:
    with pytest.raises(ConfigError) as fault:
        load("mine.yaml", text)
    return list(fault.value.mistakes)


def test_a_short_page_is_enough() -> None:
    found = load("mine.yaml", GOOD)
    assert (found.about, found.begins, found.until.days) == ("One order.", BEGINS, 2)


@pytest.mark.parametrize("page", sorted(SHIPPED.glob("*.yaml")), ids=lambda page: page.stem)
def test_what_comes_with_the_hub_can_be_read(page) -> None:
    assert load(page.name, page.read_text()).expect.orders


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("acme:", "acne:", "mine.yaml:4 partners.acne: 'acne' is no simulated partner"),
        ("JUN-MUG-BLUE: 4", "JUN-MUG-BLEU: 4", "mine.yaml:4 partners.acme.sells.JUN-MUG-BLEU: "),
        ("until: 2d", "until: soon", "mine.yaml:2 until: "),
        ("until: 2d", "untill: 2d", "mine.yaml:2 untill: unknown key; did you mean until?"),
        ("word: Shipped", "word: Gone", "mine.yaml:8 expect.orders.J-1.word: "),
        ("orders: {J-1:", "orders: {J-2:", "mine.yaml:8 expect.orders.J-2: 'J-2' takes no part"),
        ("orders: {J-1:", "orders: {J-2:", "mine.yaml:8 expect.orders: say how J-1 ends"),
        ("lines: {JUN-MUG-BLUE: 1}", "lines: {JUN-VASE-LOW: 1}", "no partner here sells it"),
        ("  J-1: {lines", "  X-1: {lines", "begin with J- (Juniper) or H- (Harbor)"),
        ("about: One order.\n", "begins: noon\nabout: One order.\n", "'noon' is no moment"),
        (
            "expect:",
            "misbehaviour: [{partner: acme, does: lie}]\nexpect:",
            "mine.yaml:7 misbehaviour[0].does: ",
        ),
        (
            "expect:",
            "misbehaviour: [{partner: delta, does: late, order: J-9}]\nexpect:",
            "mine.yaml:7 misbehaviour[0].order: 'J-9' takes no part",
        ),
        (
            "expect:",
            "later: [{at: 1h, order: J-9, cancel: true}]\nexpect:",
            "mine.yaml:7 later[0].order: 'J-9' takes no part",
        ),
    ],
)
def test_a_mistake_is_told_with_its_line_and_the_way_out(
    before: str, after: str, told: str
) -> None:
    assert before in GOOD
    assert [one for one in mistakes(GOOD.replace(before, after)) if told in one]


def test_all_mistakes_come_at_once() -> None:
    text = GOOD.replace("acme:", "acne:").replace("until: 2d", "until: soon")
    assert len(mistakes(text)) == 2


@pytest.mark.parametrize("text", ["", "- a\n- list\n", "about: [\n", "just words\n"])
def test_what_is_no_page_is_told(text: str) -> None:
    assert mistakes(text)
