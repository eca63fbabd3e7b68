"""What a supplier reads of one order: of papers on several its own share, in their order."""

from collections.abc import Sequence

from hub.domain.exchange import DocumentState
from hub.flow import supplier_room
from hub.flow.supplier_history import Event, Happened, history
from hub.ops import again
from hub.ops.desk import mending
from tests.rigs.houses import House, post, shopping
from tests.rigs.several import UNKNOWN, WRONG, asked, notice, three


def _of(house: House, number: str) -> tuple[Event, ...]:
    work = supplier_room.numbered(house.parts, "acme", [number])[number]
    return history(house.parts, work)


def _what(events: Sequence[Event]) -> list[Happened]:
    return [one.what for one in events]


def test_a_paper_on_several_orders_is_told_with_each(house: House) -> None:
    paper, good, other = three(house, "3")
    for number in (good, other):
        newest, given = _of(house, number)
        assert (newest.what, newest.document_id, newest.why) == (Happened.SHIPPED, paper, ())
        assert newest.who == "acme/edi" and given.what is Happened.GIVEN


def test_each_order_reads_of_its_own_share_alone(house: House) -> None:
    paper, good, other = three(house, WRONG)
    assert _what(_of(house, good)) == [Happened.SHIPPED, Happened.GIVEN]
    refused = _of(house, other)[0]
    assert (refused.what, refused.document_id) == (Happened.REFUSED, paper)
    (why,) = refused.why
    assert WRONG in why and good not in why and UNKNOWN not in why


def test_what_nobody_waits_for_any_more_stays_as_it_was(house: House) -> None:
    paper, good, other = three(house, WRONG)
    house.clock.on(minutes=1)
    mending.ignore(house.parts, paper, reason="by telephone", who="ann")
    assert _what(_of(house, other))[0] is Happened.REFUSED
    house.clock.on(minutes=1)
    again.retry(house.parts, paper, who="ann")
    assert _what(_of(house, other)) == [Happened.GIVEN], "it is in work"
    house.turn()
    assert _what(_of(house, other))[0] is Happened.REFUSED
    assert _what(_of(house, good))[0] is Happened.SHIPPED


def test_a_paper_that_is_rejected_as_a_whole_names_no_reason_of_others(house: House) -> None:
    paper, good, other = three(house, "many")
    with house.parts.store.read() as tx:
        assert tx.exchange.document(paper).state is DocumentState.REJECTED
    for number in (good, other):
        newest = _of(house, number)[0]
        assert (newest.what, newest.document_id) == (Happened.REFUSED, paper)
        (why,) = newest.why
        assert why == "nothing of this paper was used, because of what is wrong elsewhere in it"


def test_what_is_said_of_another_order_alone_is_not_told(house: House) -> None:
    first, second = asked(house)
    lines = [("1", "2", "acme-SKU-1")]
    house.suppliers["acme"].send("856", notice((first.number, lines)))
    house.turn()
    house.turn()
    assert _what(_of(house, second.number)) == [Happened.GIVEN]


def test_of_one_moment_what_was_stored_later_is_the_newer(house: House) -> None:
    post(house, shopping("1001", 9))
    house.turn()
    acme = house.suppliers["acme"]
    (order,) = acme.purchase_orders()
    names = [f"SHIP-{n}" for n in range(1, 7)]
    for name in names:
        acme.send("856", notice((order.number, [("1", "1", "acme-SKU-1")]), name=name))
    house.turn()
    house.turn()
    events = [one for one in _of(house, order.number) if one.what is Happened.SHIPPED]
    assert len({one.at for one in events}) == 1
    with house.parts.store.read() as tx:
        papers = [tx.exchange.document(one.document_id) for one in events]
        places = [tx.exchange.transmission(one.transmission_id).seq for one in papers]
    assert places == sorted(places, reverse=True) and len(set(places)) == len(names)
