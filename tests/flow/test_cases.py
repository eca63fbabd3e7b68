"""Whose case it is: taken by one, given back, taken over on purpose, nobody's after its person."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from hub.access import Role
from hub.domain.facts import Stuck
from hub.domain.names import at_moment
from hub.errors import Refused
from hub.flow import accounts, cases
from hub.ops import again
from hub.ops.desk.at_risk import mine, weighed
from hub.ops.desk.awaited import exceptions
from hub.ops.desk.owners import Owned, owned
from hub.store.exceptions import ExceptionRow
from tests.rigs.houses import House, post, shopping
from tests.rigs.stores import migrate_again

ANA, BEN = "acc_ana", "acc_ben"


def stuck(house: House, hold: str = "test", *, order_id: str | None = None, hours: int = 0) -> str:
    """Something waits for a person; return its id."""
    now = house.parts.now()
    told = Stuck(
        hold=hold,
        kind="unsourced",
        text=f"Nobody fills {hold}.",
        next_step="Choose a partner.",
        due_at=now + timedelta(hours=hours),
    )
    names = at_moment(f"{hold} {now}", now)
    house.parts.store.write(
        lambda tx: tx.exceptions.open(told, at=now, order_id=order_id, names=names)
    )
    with house.parts.store.read() as tx:
        [row] = tx.queue.holding([hold])
    return row.id


def _said(house: House, hold: str = "test") -> list[tuple[str, object]]:
    with house.parts.store.read() as tx:
        return [(one.who, one.body) for one in tx.facts.commands(hold)]


def _row(house: House, exception_id: str) -> ExceptionRow:
    with house.parts.store.read() as tx:
        rows = tx.exceptions.page(open_only=False, limit=100)
    return next(row for row in rows if row.id == exception_id)


def _whose(house: House, exception_id: str) -> str:
    return _row(house, exception_id).taken_by


def test_it_is_taken_by_one_and_taken_over_only_by_who_saw_whose_it_is(house: House) -> None:
    parts, case = house.parts, stuck(house)
    first = cases.take(parts, case, who=ANA)
    assert (first.taken_by, first.taken_at) == (ANA, house.clock())
    house.clock.on(minutes=2)
    assert cases.take(parts, case, who=ANA).taken_at == first.taken_at, "pressed twice"
    for seen in (None, house.clock()):
        late = cases.take(parts, case, who=BEN, seen=seen)
        assert (late.taken_by, late.taken_at) == (ANA, first.taken_at)
    over = cases.take(parts, case, who=BEN, seen=first.taken_at)
    assert (over.taken_by, over.taken_at) == (BEN, house.clock())
    assert cases.give_back(parts, case, who=ANA).taken_by == BEN, "hers no more"
    assert cases.take(parts, case, who=ANA, seen=first.taken_at).taken_by == BEN
    for _ in range(2):
        back = cases.give_back(parts, case, who=BEN)
        assert (back.taken_by, back.taken_at) == ("", None)
    assert _said(house) == [
        (ANA, {"take": case}),
        (BEN, {"take": case, "from": ANA}),
        (BEN, {"give_back": case}),
    ]


def test_of_several_who_take_it_at_once_one_gets_it(house: House) -> None:
    case, people = stuck(house), [f"acc_{n}" for n in range(6)]
    with ThreadPoolExecutor(len(people)) as pool:
        found = list(pool.map(lambda who: cases.take(house.parts, case, who=who), people))
    [owner] = {row.taken_by for row in found}
    assert owner in people
    assert _said(house) == [(owner, {"take": case})]


def test_one_that_is_open_stays_whose_it_is_and_one_opened_anew_is_nobodys(house: House) -> None:
    case = stuck(house)
    cases.take(house.parts, case, who=ANA)
    house.clock.on(minutes=1)
    assert stuck(house) == case
    assert _whose(house, case) == ANA, "brought up to date only"
    again.close_exception(house.parts, case, reason="done", who=BEN)
    anew = stuck(house)
    assert anew != case
    assert (_whose(house, case), _whose(house, anew)) == (ANA, "")


def test_one_that_was_settled_is_nobodys_to_take(house: House) -> None:
    case = stuck(house)
    again.close_exception(house.parts, case, reason="done", who=BEN)
    with pytest.raises(Refused, match="nothing waits"):
        cases.take(house.parts, case, who=ANA)
    assert cases.give_back(house.parts, case, who=ANA).closed_at is not None
    for act in (cases.take, cases.give_back):
        with pytest.raises(KeyError):
            act(house.parts, "exc_none", who=ANA)
    assert [body for _, body in _said(house)] == [{"close": case, "reason": "done"}]


def test_that_of_another_brand_is_not_there(house: House) -> None:
    post(house, shopping("1001", 1))
    about = stuck(house, "about", order_id=house.order().id)
    cases.take(house.parts, about, who=ANA, brands=frozenset({"juniper"}))
    for case in (about, stuck(house, "lane")):  # the second is about no brand's order
        for act in (cases.take, cases.give_back):
            with pytest.raises(KeyError):
                act(house.parts, case, who=ANA, brands=frozenset({"harbor"}))
    assert _whose(house, about) == ANA


def test_the_queue_shows_and_counts_ones_own_and_nobodys(house: House) -> None:
    parts = house.parts
    for number in ("1001", "1002"):
        post(house, shopping(number, 1))
    hers, free = (
        stuck(house, number, order_id=house.order(number).id) for number in ("1001", "1002")
    )
    lane = stuck(house, "lane")
    cases.take(parts, hers, who=ANA)
    cases.take(parts, lane, who=ANA)
    every = [[row.id for row in exceptions(parts, taken_by=who).rows] for who in (ANA, "", BEN)]
    assert [sorted(found) for found in every] == [sorted([hers, lane]), [free], []]
    assert [row.id for row in weighed(parts, taken_by=ANA).rows] == [hers]
    assert [row.id for row in weighed(parts, taken_by="").rows] == [free]
    assert owned(parts, who=ANA) == Owned(all=3, mine=2, nobody=1)
    juniper, harbor = frozenset({"juniper"}), frozenset({"harbor"})
    assert owned(parts, who=ANA, brands=juniper) == Owned(all=2, mine=1, nobody=1)
    assert owned(parts, who=ANA, brands=harbor) == Owned(all=0, mine=0, nobody=0)
    assert [row.id for row in mine(parts, who=ANA, limit=9)] == [hers, lane], "no order, last"
    assert [row.id for row in mine(parts, who=ANA, brands=juniper, limit=9)] == [hers]
    assert len(mine(parts, who=ANA, limit=1)) == 1


def _person(house: House, name: str, *brands: str) -> str:
    return accounts.invite_by_link(
        house.parts,
        email=f"{name}@hub.example.com",
        name=name,
        role=Role.CLERK,
        brands=brands,
        who="test",
    ).account.id


def test_what_a_person_may_settle_no_more_is_nobodys(house: House) -> None:
    parts = house.parts
    post(house, shopping("1001", 1))
    post(house, shopping("H-1", 1), brand="harbor")
    kim, lee = _person(house, "kim"), _person(house, "lee")
    juniper = stuck(house, "juniper", order_id=house.order().id)
    harbor = stuck(house, "harbor", order_id=house.order("H-1", brand="harbor").id)
    lane, other = stuck(house, "lane"), stuck(house, "other")
    for case in (juniper, harbor, lane):
        cases.take(parts, case, who=kim)
    cases.take(parts, other, who=lee)
    accounts.change_role(parts, account_id=kim, role=Role.CLERK, brands=["juniper"], who="test")
    assert [_whose(house, one) for one in (juniper, harbor, lane, other)] == [kim, "", "", lee]
    with parts.store.read() as tx:
        *_, newest = tx.facts.commands(kim)
    assert sorted(newest.body.pop("gave_back")) == sorted([harbor, lane])
    assert newest.body == {"role": "clerk", "brands": ["juniper"]}
    accounts.change_role(parts, account_id=lee, role=Role.VIEWER, who="test")
    accounts.disable(parts, account_id=kim, who="test")
    assert [_whose(house, one) for one in (juniper, other)] == ["", ""]
    assert _row(house, juniper).taken_at is None
    accounts.enable(parts, account_id=kim, who="test")
    assert _whose(house, juniper) == "", "it does not come back by itself"


def test_what_waited_before_the_upgrade_is_nobodys(house: House) -> None:
    case = stuck(house)
    migrate_again(house.parts.store, "0023")
    assert _row(house, case).taken_at is None
    assert cases.take(house.parts, case, who=ANA).taken_by == ANA
