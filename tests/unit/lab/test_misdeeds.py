"""What partners do wrong: where, to which orders, and always the same for the same seed."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.lab.asked import AskedLine
from hub.lab.misdeeds import Does, Misdeed, bent
from hub.lab.terms import ANY, FIRST, LATE, REST, Terms, answer
from hub.lab.voice import Kind

ORDERS = [f"JUN-J-{n}-1" for n in range(200)]
BENT = {
    Does.REJECT_LINE: "refused",
    Does.SHORT_SHIP: "short",
    Does.LATE: "delayed",
    Does.BACK_ORDER: "waited_for",
    Does.NEVER_ANSWERS: "unsaid",
    Does.DUPLICATE: "doubled",
    Does.REPEAT: "repeated",
    Does.CORRUPT_COUNTS: "miscounted",
    Does.MISPRINT: "misprinted",
    Does.WRONG_TOTAL: "mistotalled",
    Does.WRONG_PRICE: "overcharged",
    Does.REFUSES_CHANGES: "packed",
}


def happens(misdeed: Misdeed, *, seed: int = 1) -> list[str]:
    return [one for one in ORDERS if misdeed.happens(firm="acme", order=one, seed=seed)]


def test_it_happens_to_the_order_that_it_names_and_to_no_other() -> None:
    assert happens(Misdeed(does=Does.LATE, order="J-7")) == ["JUN-J-7-1"]
    assert happens(Misdeed(does=Does.LATE)) == ORDERS


@given(chance=st.integers(0, 100), seed=st.integers(0, 1000))
def test_chance_is_how_many_of_a_hundred_and_the_seed_says_which(chance: int, seed: int) -> None:
    misdeed = Misdeed(does=Does.DUPLICATE, chance=chance)
    found = happens(misdeed, seed=seed)
    assert found == happens(misdeed, seed=seed)
    assert abs(len(found) - 2 * chance) <= 40
    if chance in (0, 100):
        assert len(found) == 2 * chance


def test_another_seed_is_another_week() -> None:
    misdeed = Misdeed(does=Does.DUPLICATE, chance=50)
    assert happens(misdeed, seed=1) != happens(misdeed, seed=2)


@pytest.mark.parametrize("does", BENT)
def test_each_misdeed_bends_its_own_term_and_no_other(does: Does) -> None:
    plain = Terms()
    terms = bent(plain, [Misdeed(does=does)], firm="acme", order="JUN-J-1-1", seed=1)
    changed = {name for name in plain.__slots__ if getattr(terms, name) != getattr(plain, name)}
    assert changed == {BENT[does]}


def test_every_misdeed_but_an_outage_bends_terms() -> None:
    assert set(BENT) == set(Does) - {Does.GOES_OFFLINE}


LINE = AskedLine(number="1", quantity=5, unit="EA", cost="4.00", products=(), sku="SKU-1")


def test_what_is_short_stays_though_it_was_accepted() -> None:
    said = answer(LINE, Terms(short={"SKU-1": 2}, most_at_once=3))
    assert (said.accepted + said.waiting, sum(said.leaving.values())) == (5, 3)
    assert said.leaving == {FIRST: 3, REST: 0}


def test_what_is_delayed_is_promised_as_if_it_were_not() -> None:
    said = answer(LINE, Terms(delayed={ANY: timedelta(days=1)}))
    assert (said.accepted, said.dated, said.leaving) == (5, True, {LATE: 5})


def test_papers_that_are_unsaid_are_named_by_kind() -> None:
    misdeed = Misdeed(does=Does.NEVER_ANSWERS, papers=frozenset({Kind.RESPONSE}))
    terms = bent(Terms(), [misdeed], firm="acme", order="JUN-J-1-1", seed=1)
    assert terms.unsaid == {Kind.RESPONSE}
