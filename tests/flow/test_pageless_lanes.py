"""What waits on a lane that no page has any more is told once, and is not promised to leave."""

from dataclasses import replace

import pytest

from hub.domain.exchange import Direction
from hub.domain.facts import Duty, DutyKind
from hub.errors import Refused
from hub.flow.pageless import look_after
from hub.flow.parts import Parts
from hub.ops import again
from hub.ops.desk.overview import Lane, overview
from hub.ops.desk.signs import Sign
from hub.partners import Partners
from hub.schedule import Worker
from tests.rigs.houses import House, post, shopping


def _without_page(house: House) -> Parts:
    """The same hub after its only partner's page was taken away."""
    return replace(house.parts, partners=Partners(all=()))


def _told(house: House) -> list[str]:
    with house.parts.store.read() as tx:
        rows = tx.exceptions.page(open_only=True, limit=9)
    return [row.text for row in rows if row.kind == "no-page"]


def _lane(parts: Parts) -> Lane:
    return next(one for one in overview(parts).lanes if one.name == "acme/edi")


def test_what_waits_without_a_page_is_one_exception_until_the_page_is_back(house: House) -> None:
    house.turn()
    post(house, shopping("1001", 2))
    lost = _without_page(house)
    worker = Worker(lost, owner="test")
    worker.until_idle()
    [text] = _told(house)
    assert text.startswith("Papers wait on acme/edi, and no page has that channel any more")
    assert look_after(lost) == 0, "it was told"
    lane = _lane(lost)
    assert (lane.pageless, lane.sign, lane.waiting) == (True, Sign.NO, 1)
    assert look_after(house.parts) == 1
    assert _told(house) == []
    assert not _lane(house.parts).pageless
    assert house.turn()


def test_a_lane_without_a_page_on_which_nothing_waits_is_no_trouble(house: House) -> None:
    house.turn()
    lost = _without_page(house)
    assert look_after(lost) == 0
    assert _lane(lost).sign is Sign.NONE


def test_lanes_of_mails_are_brands_and_on_no_partners_page(house: House) -> None:
    mails = Duty(
        id="dty_mail",
        lane="mail/gone",
        kind=DutyKind.MAIL,
        set_id="mail",
        subject="one",
        order_id=None,
        due_at=house.clock(),
        body={},
    )
    house.parts.store.write(lambda tx: tx.duties.want(mails))
    assert look_after(house.parts) == 0


def test_nothing_is_sent_again_over_a_channel_that_no_page_has(house: House) -> None:
    post(house, shopping("1001", 2))
    house.turn()
    lost = _without_page(house)
    with house.parts.store.read() as tx:
        [paper] = tx.exchange.documents_page(
            partner="acme", set_id="850", state=None, limit=9, before=None
        )
    assert paper.direction is Direction.OUT
    for one in (paper.id, paper.transmission_id):
        with pytest.raises(Refused, match="no page has the channel acme/edi any more"):
            again.retry(lost, one, who="test")
    assert look_after(lost) == 0, "nothing waits: it stayed as it was"
    assert again.retry(house.parts, paper.id, who="test").state == "ready"
