"""A partner of whose people nobody can be told: a card for the operator, which closes by itself."""

import pytest

from hub.access import Role
from hub.flow import accounts
from hub.ops.desk.causes import errors_by_cause
from tests.rigs.desks import partner_key
from tests.web.supplier.rig import Counter


def _cards(counter: Counter) -> list[str]:
    with counter.house.parts.store.read() as tx:
        rows = tx.exceptions.page(open_only=True, limit=20)
    return [row.text for row in rows if row.kind == "nobody-told"]


def _person(counter: Counter, name: str = "ana") -> str:
    made = accounts.invite_by_link(
        counter.house.parts,
        email=f"{name}@corner.example.com",
        name=name.title(),
        role=Role.SUPPLIER_USER,
        partner="corner",
        who="test",
    )
    return made.account.id


def test_orders_that_nobody_is_told_of_are_a_card_until_somebody_is_invited(
    counter: Counter,
) -> None:
    assert _cards(counter) == []
    counter.order("1001")
    counter.order("1002")  # one card, however many orders
    [text] = _cards(counter)
    assert text.startswith("Nobody is told of Corner's orders")
    assert "nobody of it is invited" in text
    [cause] = [one for one in errors_by_cause(counter.house.parts) if one.kind == "nobody-told"]
    assert "orders that nobody is told of" in cause.text
    assert "Invite somebody" in cause.next_step
    _person(counter)
    assert _cards(counter) == []
    counter.order("1003")
    assert _cards(counter) == []


def test_who_closes_the_last_account_leaves_a_card(quick_counter: Counter) -> None:
    counter = quick_counter
    parts = counter.house.parts
    first, second = _person(counter), _person(counter, "ben")
    counter.order()
    for person, told in ((first, 0), (second, 1)):
        accounts.disable(parts, account_id=person, who="test")
        assert len(_cards(counter)) == told
    assert "every account of its people is closed" in _cards(counter)[0]
    accounts.enable(parts, account_id=first, who="test")
    assert _cards(counter) == []


@pytest.mark.parametrize("what", ["no work", "a program"])
def test_nothing_is_told_without_work_or_when_a_program_asks(
    quick_counter: Counter, what: str
) -> None:
    if what == "a program":
        partner_key(quick_counter.house, "corner")
        quick_counter.order()
    else:
        person = _person(quick_counter)
        accounts.disable(quick_counter.house.parts, account_id=person, who="test")
    assert _cards(quick_counter) == []
