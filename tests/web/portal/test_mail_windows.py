"""When a customer hears of news: after it can be taken back no more, once, and all at a time."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.api import build as build_door
from hub.domain.facts import FactKind
from hub.errors import TransportError
from hub.flow import mailing
from hub.partners.brand_texts import MAILS
from tests.fakes import Supplier
from tests.rigs.desk_papers import BOX, given
from tests.rigs.desks import Mill, furnish_desks, partner_key
from tests.web.portal import rig
from tests.web.portal.conftest import furnished
from tests.web.portal.rig import Mailbox, Street

OTHER = "9400111899223197428490"
MOVED = "Your order 1001 comes on another day"
LEFT = "Your order 1001 is on its way"
CAME = "A parcel of your order 1001 was delivered"


@pytest.fixture
def street(hub_database: str, tmp_path: Path, mailbox: Mailbox) -> Iterator[Street]:
    """A house whose only partner, Mill, posts its papers at our door; every mail is sent."""
    house = furnish_desks(tmp_path, database=hub_database, others=())
    yield furnished(house, tmp_path, mailbox, mails=MAILS)
    house.close()


@pytest.fixture
def mill(street: Street) -> Mill:
    """Mill's own program."""
    key, _ = partner_key(street.house, "mill")
    return Mill(app=build_door(street.house.parts), house=street.house, key=key)


def _mailed(street: Street) -> list[str]:
    """Let everything leave that is due now; the subjects of it."""
    before = len(street.mailbox.raw)
    while street.mail():
        pass
    return [str(message["Subject"]) for message in street.mailbox.messages][before:]


def _put_off(mill: Mill, number: str, day: str, quantity: int = 2) -> Any:
    action = {"action": "backorder", "quantity": quantity, "ships_on": day}
    body = {"lines": [{"line": "1", "actions": [action]}]}
    answer = mill.post(f"/orders/{number}/responses", body)
    assert answer.json()["state"] == "applied", answer.text
    return answer


def _undo(mill: Mill, number: str, answer: Any) -> None:
    path = f"/orders/{number}/answers/void"
    assert mill.post(path, {"document": answer.json()["document"]}).status_code == 200


def _ship(mill: Mill, number: str, name: str, tracking: str, quantity: int = 1) -> None:
    box = {"tracking": tracking, "items": [{"line": "1", "quantity": quantity}]}
    body = {"shipment": name, "packages": [box]}
    assert mill.post(f"/orders/{number}/shipments", body).status_code == 200


# --- what can be taken back --------------------------------------------------------------------


def test_a_delay_posted_at_our_door_is_mailed_when_it_cannot_be_taken_back(
    street: Street, mill: Mill
) -> None:
    number = given(street.house, 2)
    _mailed(street)
    _put_off(mill, number, "2026-12-11")
    assert _mailed(street) == []
    street.house.clock.on(minutes=9, seconds=59)
    assert _mailed(street) == []
    street.house.clock.on(seconds=1)
    assert _mailed(street) == [MOVED]
    assert "It now arrives by Wed 16 Dec" in street.mailbox.texts()[-1]


@pytest.mark.parametrize("minutes", [0, 5, 9.99])
def test_a_delay_that_is_undone_in_time_no_customer_hears_of(
    street: Street, mill: Mill, minutes: float
) -> None:
    number = given(street.house, 2)
    _mailed(street)
    answer = _put_off(mill, number, "2026-12-11")
    street.house.clock.on(minutes=minutes)
    assert _mailed(street) == []
    _undo(mill, number, answer)
    assert _mailed(street) == []
    for _ in range(30):
        street.house.clock.on(minutes=1)
        assert _mailed(street) == []
    with street.house.parts.store.read() as tx:
        assert tx.duties.of_order(street.house.order().id) == []


def test_a_day_that_may_be_taken_back_is_not_told_with_one_that_stands(
    street: Street, mill: Mill
) -> None:
    number = given(street.house, 2)
    _mailed(street)
    _put_off(mill, number, "2026-12-11")
    street.house.clock.on(minutes=9)
    later = _put_off(mill, number, "2026-12-18")
    street.house.clock.on(minutes=1)
    assert _mailed(street) == [MOVED]
    text = street.mailbox.texts()[-1]
    assert "was to arrive by Fri 27 Nov. It now arrives by Wed 16 Dec" in text
    assert "23 Dec" not in text
    street.house.clock.on(minutes=8)
    assert _mailed(street) == []
    street.house.clock.on(minutes=1)
    assert _mailed(street) == [MOVED]
    text = street.mailbox.texts()[-1]
    assert "was to arrive by Wed 16 Dec. It now arrives by Wed 23 Dec" in text
    assert later.status_code == 200


def test_the_first_mail_of_an_order_tells_no_day_that_may_be_taken_back(
    street: Street, mill: Mill
) -> None:
    number = given(street.house, 2)
    answer = _put_off(mill, number, "2026-12-11")  # faster than the mail server
    assert _mailed(street) == ["We received your order 1001"]
    assert "It arrives by Fri 27 Nov." in street.mailbox.texts()[-1]
    _undo(mill, number, answer)
    street.house.clock.on(minutes=30)
    assert _mailed(street) == []


def test_a_stream_of_delays_does_not_put_off_the_mail_of_the_first(
    street: Street, mill: Mill
) -> None:
    number = given(street.house, 2)
    _mailed(street)
    for day in ("2026-12-11", "2026-12-14", "2026-12-15"):
        _put_off(mill, number, day)
        street.house.clock.on(minutes=3)
    street.house.clock.on(minutes=1)  # ten minutes after the first
    assert _mailed(street) == [MOVED]
    assert "It now arrives by Wed 16 Dec" in street.mailbox.texts()[-1]
    street.house.clock.on(minutes=6)
    assert _mailed(street) == [MOVED]
    text = street.mailbox.texts()[-1]
    assert "was to arrive by Wed 16 Dec. It now arrives by Sun 20 Dec" in text


# --- together ----------------------------------------------------------------------------------


def test_two_shipments_posted_seconds_apart_are_one_mail(street: Street, mill: Mill) -> None:
    number = given(street.house, 2)
    _mailed(street)
    _ship(mill, number, "S-1", rig.TRACKING)
    street.house.clock.on(seconds=5)
    _ship(mill, number, "S-2", OTHER)
    street.house.clock.on(minutes=9, seconds=55)
    assert LEFT not in _mailed(street)  # the second can still be taken back
    street.house.clock.on(seconds=5)
    assert _mailed(street) == [LEFT]
    text = street.mailbox.texts()[-1]
    assert rig.TRACKING in text and OTHER in text
    street.house.clock.on(minutes=30)
    assert LEFT not in _mailed(street)


def test_a_shipment_posted_much_later_holds_up_nothing(street: Street, mill: Mill) -> None:
    number = given(street.house, 2)
    _mailed(street)
    _ship(mill, number, "S-1", rig.TRACKING)
    street.house.clock.on(minutes=9)
    _ship(mill, number, "S-2", OTHER)
    street.house.clock.on(minutes=1)
    assert _mailed(street).count(LEFT) == 1
    assert OTHER not in "".join(street.mailbox.texts())
    street.house.clock.on(minutes=8, seconds=59)
    assert LEFT not in _mailed(street)
    street.house.clock.on(seconds=1)
    assert _mailed(street).count(LEFT) == 1
    assert OTHER in street.mailbox.texts()[-1] and rig.TRACKING not in street.mailbox.texts()[-1]


def _notices(street: Street, count: int, *, apart: int) -> tuple[list[str], Supplier]:
    """So many notices as files, with a worker that looks every second; all subjects mailed."""
    rig.being_prepared(street.house)
    _mailed(street)
    acme, order, told = rig.acme(street.house), rig.sent(street.house, "1001"), []
    for ordinal in range(count):
        paper = acme.notice(
            order,
            name=f"S{ordinal}",
            tracking=f"{OTHER[:-1]}{ordinal}",
            quantities={"1": 1} if ordinal < 2 else {"2": 1},
        )
        acme.send("856", paper)
        street.house.turn()
        for _ in range(apart):
            told += _mailed(street)
            street.house.clock.on(seconds=1)
    return told, acme


def test_two_notices_seconds_apart_are_one_mail_with_a_worker_that_never_sleeps(
    talking: Street,
) -> None:
    told, _ = _notices(talking, 2, apart=5)
    for _ in range(80):
        told += _mailed(talking)
        talking.house.clock.on(seconds=1)
    assert told.count(LEFT) == 1
    text = talking.mailbox.texts()[-1]
    assert f"{OTHER[:-1]}0" in text and f"{OTHER[:-1]}1" in text


def test_a_stream_of_notices_does_not_put_off_the_mail_of_the_first(talking: Street) -> None:
    told, _ = _notices(talking, 3, apart=35)
    assert told.count(LEFT) == 1  # after a minute, with the second
    text = talking.mailbox.texts()[-1]
    assert [f"{OTHER[:-1]}{ordinal}" in text for ordinal in range(3)] == [True, True, False]
    talking.house.clock.on(minutes=1)
    assert _mailed(talking) == [LEFT]
    assert f"{OTHER[:-1]}2" in talking.mailbox.texts()[-1]


def test_a_mail_takes_along_more_than_a_turn_looks_up(
    talking: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    _notices(talking, 2, apart=1)
    monkeypatch.setattr(mailing, "AT_ONCE", 1)
    talking.house.clock.on(minutes=2)
    assert _mailed(talking) == [LEFT]


# --- killed ------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["put", "note"])
def test_a_worker_killed_at_any_step_tells_each_parcel_under_one_name(
    talking: Street, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    _notices(talking, 2, apart=5)
    acme, order = rig.acme(talking.house), rig.sent(talking.house, "1001")
    talking.house.clock.on(minutes=2)

    def dies(*words: object, **more: object) -> None:
        raise TransportError("the worker is gone")

    with monkeypatch.context() as patched:
        if step == "put":
            patched.setattr(mailing.MailTurn, "_open", dies)
        else:
            patched.setattr(mailing, "_told", dies)
        assert talking.mail() == 0
    third = acme.notice(order, name="S9", tracking=rig.TRACKING, quantities={"2": 1})
    acme.send("856", third)
    talking.house.turn()
    talking.house.clock.on(minutes=3)
    _mailed(talking)
    mails = {
        str(message["Message-ID"]): text
        for message, text in zip(talking.mailbox.messages, talking.mailbox.texts(), strict=True)
        if message["Subject"] == LEFT
    }
    assert len(mails) == 2
    for tracking in (f"{OTHER[:-1]}0", f"{OTHER[:-1]}1", rig.TRACKING):
        assert sum(tracking in text for text in mails.values()) == 1
    with talking.house.parts.store.read() as tx:
        facts = tx.facts.of_order(talking.house.order().id)
        assert tx.duties.due(lane="mail/juniper", now=talking.house.clock.time, limit=9) == []
    told = [one.body["mail"] for one in facts if one.kind == FactKind.CUSTOMER_TOLD]
    assert told.count("shipped") == 2


# --- shipped and delivered ---------------------------------------------------------------------


BOTH, ONLY = ("shipped", "delivered"), ("shipped",)


@pytest.fixture
def quiet(hub_database: str, tmp_path: Path, mailbox: Mailbox, request: Any) -> Iterator[Street]:
    """The same house with mails as the test says."""
    house = furnish_desks(tmp_path, database=hub_database, others=())
    yield furnished(house, tmp_path, mailbox, mails=request.param)
    house.close()


def _carried(street: Street, code: str) -> None:
    rig.event(street.house, code, street.house.clock.time.isoformat())


def _posting(street: Street) -> Mill:
    key, _ = partner_key(street.house, "mill")
    return Mill(app=build_door(street.house.parts), house=street.house, key=key)


@pytest.mark.parametrize(
    ("quiet", "code", "told"),
    [
        (BOTH, "D1", [CAME]),
        (BOTH, "X1", [LEFT]),
        (BOTH, "A3", []),
        (ONLY, "D1", [LEFT]),
        (ONLY, "X1", [LEFT]),
        (ONLY, "A3", []),
    ],
    indirect=["quiet"],
)
@pytest.mark.parametrize("minutes", [2, 9.5])
def test_what_has_arrived_is_not_mailed_as_on_its_way(
    quiet: Street, code: str, told: list[str], minutes: float
) -> None:
    mill, number = _posting(quiet), given(quiet.house, 2)
    _ship(mill, number, "S-1", rig.TRACKING, 2)
    quiet.house.clock.on(minutes=minutes)
    _carried(quiet, code)
    found = []
    for _ in range(30):
        found += _mailed(quiet)
        quiet.house.clock.on(seconds=30)
    assert found == told
    with quiet.house.parts.store.read() as tx:
        assert tx.duties.due(lane="mail/juniper", now=quiet.house.clock.time, limit=9) == []


@pytest.mark.parametrize(("quiet", "named"), [(BOTH, False), (ONLY, True)], indirect=["quiet"])
def test_of_several_parcels_those_are_on_their_way_that_have_not_arrived(
    quiet: Street, named: bool
) -> None:
    mill, number = _posting(quiet), given(quiet.house, 2)
    boxes = [
        {"tracking": tracking, "items": [{"line": "1", "quantity": 1}]}
        for tracking in (rig.TRACKING, OTHER)
    ]
    body = {"shipment": "S-1", "packages": boxes}
    assert mill.post(f"/orders/{number}/shipments", body).status_code == 200
    quiet.house.clock.on(minutes=3)
    _carried(quiet, "D1")
    found = []
    for _ in range(30):
        found += _mailed(quiet)
        quiet.house.clock.on(seconds=30)
    assert found == ([LEFT] if named else [CAME, LEFT])
    text = quiet.mailbox.texts()[-1]
    assert OTHER in text and (rig.TRACKING in text) is named


@pytest.mark.parametrize(("quiet", "told"), [(BOTH, [LEFT, CAME])], indirect=["quiet"])
def test_what_arrives_after_its_mail_has_two(quiet: Street, told: list[str]) -> None:
    mill, number = _posting(quiet), given(quiet.house, 2)
    assert (
        mill.post(f"/orders/{number}/shipments", {"shipment": "S-1", "packages": [BOX]}).status_code
        == 200
    )
    quiet.house.clock.on(minutes=10)
    found = _mailed(quiet)
    _carried(quiet, "D1")
    quiet.house.clock.on(minutes=1)
    assert [*found, *_mailed(quiet)] == told
