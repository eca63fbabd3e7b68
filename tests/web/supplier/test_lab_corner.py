"""The lab's Corner before the real pages: by a mail's link, and by signing in."""

import json
import logging
import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from hub.access import Role
from hub.cli.lab_hub import is_for_people
from hub.domain.names import Names
from hub.domain.wishes import Fewer
from hub.flow import accounts
from hub.lab.corner_post import CornerPost
from hub.lab.corner_voice import CornerVoice
from hub.lab.doors import AppDoor
from hub.lab.firms import CORNER
from hub.lab.supplier import Supplier
from hub.lab.terms import Pace
from tests.rigs.changes import cancel
from tests.rigs.houses import House
from tests.web.supplier.rig import TRACKING, Counter

EMAIL = "corner@example.com"
PACE = Pace(shipping=timedelta(hours=1))
MAIL = "From: hub@example.com\r\nTo: {to}\r\nSubject: New\r\n\r\nOpen\r\n{link}\r\n"


@pytest.fixture
def door(quick_counter: Counter) -> Iterator[AppDoor]:
    """The counter's app, without a net."""
    found = AppDoor(quick_counter.app)
    yield found
    found.close()


def person(counter: Counter, home: Path, door: AppDoor) -> CornerPost:
    """Somebody of Corner's who was invited and did not look yet."""
    made = accounts.invite_by_link(
        counter.house.parts,
        email=EMAIL,
        name="Cora",
        role=Role.SUPPLIER_USER,
        partner="corner",
        who="test",
    )
    home.mkdir()
    post = CornerPost(home, email=EMAIL, mails=home / "mails", seconds=time.monotonic)
    post.connect(door, "/l/" + made.url.rpartition("/")[2])
    return post


def work_link(house: House, number: str) -> accounts.ActLink:
    """The link of an order's mail to Corner."""
    return house.parts.store.write(
        lambda tx: accounts.act_link(
            tx,
            house.parts,
            partner="corner",
            purpose="work",
            subject=number,
            until=house.clock().replace(year=2027),
            names=Names("lab corner"),
        )
    )


def ships(number: str) -> str:
    parcel = {"tracking": TRACKING, "lines": {"1": "2"}}
    return json.dumps({"do": "ship", "order": number, "parcels": [parcel], "carrier": "ups"})


def test_it_reads_an_order_once_and_ships_it_by_the_mails_link(
    quick_counter: Counter, tmp_path: Path, door: AppDoor
) -> None:
    house, number = quick_counter.house, quick_counter.order()
    post = person(quick_counter, tmp_path / "home", door)
    link = work_link(house, number)
    mails = tmp_path / "home" / "mails"
    mails.mkdir()
    (mails / "0001.eml").write_text(MAIL.format(to="eve@example.com", link=link.url))
    (mails / "0002.eml").write_text(MAIL.format(to=EMAIL, link=link.url))
    ((name, text),) = list(post.arrived())
    assert name == number
    (line,) = json.loads(text)["lines"]
    assert (line["line"], line["quantity"]) == ("1", 2)
    assert "corner-SKU-1" in line["ids"]
    assert list(post.arrived()) == []
    post.send("one.json", ships(number))
    assert post.untaken() == 0
    assert post.refusals == []
    assert house.word() == "Shipped"
    assert accounts.peek_act(house.parts, token=link.token) is None


def test_a_mail_that_is_still_being_written_is_left_until_it_is_whole(
    quick_counter: Counter, tmp_path: Path, door: AppDoor
) -> None:
    number = quick_counter.order()
    link = work_link(quick_counter.house, number)
    post = person(quick_counter, tmp_path / "home", door)
    post.connect(door, "")  # outside: an order comes by its mail only
    mails = tmp_path / "home" / "mails"
    mails.mkdir()
    # What is listed under its hidden name has another one when it is read.
    (mails / ".0001.eml").symlink_to("gone")
    assert list(post.arrived()) == []
    (mails / "0001.eml").write_text(MAIL.format(to=EMAIL, link=link.url))
    assert [name for name, _ in post.arrived()] == [number]


def test_without_a_mail_it_signs_in_again_with_the_password_it_chose(
    quick_counter: Counter, tmp_path: Path, door: AppDoor
) -> None:
    house, number = quick_counter.house, quick_counter.order()
    post = person(quick_counter, tmp_path / "home", door)
    assert [name for name, _ in post.arrived()] == [number]
    assert (tmp_path / "home" / "password").stat().st_mode & 0o077 == 0
    house.clock.on(hours=2)
    post.send("one.json", ships(number))
    post.send("again_one.json", ships(number))
    assert (post.untaken(), house.word()) == (0, "Shipped")
    assert len(house.order().shipments) == 1


def test_what_a_page_refuses_is_noted_and_what_finds_nobody_waits(
    quick_counter: Counter, tmp_path: Path, door: AppDoor
) -> None:
    number = quick_counter.order()
    post = person(quick_counter, tmp_path / "home", door)
    post.disconnect()
    post.send("one.json", ships(number))
    assert post.untaken() == 1
    post.connect(door, "")
    assert list(post.arrived()) == []  # no invitation, no password: it stays outside
    assert post.untaken() == 1


def test_an_order_that_came_after_a_person_was_invited_is_left_to_that_person(
    counter: Counter, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    parts, door = counter.house.parts, AppDoor(counter.app)
    begun = counter.order("1001")
    post = person(counter, tmp_path / "home", door)
    post.leave(partial(is_for_people, parts, "corner", played={("juniper", "1002")}))
    assert [name for name, _ in post.arrived()] == [begun]
    ana = accounts.invite_by_link(
        parts, email="ana@example.com", name="Ana", role=Role.SUPPLIER_ADMIN, partner="corner",
        who="test",
    ).account  # fmt: skip
    played, theirs = counter.order("1002"), counter.order("1003")
    mails = tmp_path / "home" / "mails"
    mails.mkdir()
    link = work_link(counter.house, theirs)
    (mails / "0001.eml").write_text(MAIL.format(to=EMAIL, link=link.url))
    with caplog.at_level(logging.INFO, "hub.lab"):
        assert [name for name, _ in post.arrived()] == [played]
        assert list(post.arrived()) == []
    [line] = [one.getMessage() for one in caplog.records if one.name == "hub.lab"]
    assert f"leaves the order {theirs} to the people" in line
    post.send("one.json", ships(begun))
    assert (post.refusals, counter.house.word("1001")) == ([], "Shipped")
    accounts.disable(parts, account_id=ana.id, who="test")
    assert [name for name, _ in post.arrived()] == [theirs]
    door.close()


def at_work(counter: Counter, home: Path, post: CornerPost) -> Supplier:
    """Corner with its books, as it is after a start."""
    voice = CornerVoice(CORNER.articles)
    return Supplier(home, firm=CORNER, voice=voice, post=post, clock=counter.house.clock, pace=PACE)


def again(home: Path, door: AppDoor) -> CornerPost:
    """The same person after a restart: what was seen before is forgotten."""
    post = CornerPost(home, email=EMAIL, mails=home / "mails", seconds=time.monotonic)
    post.connect(door, "")
    return post


def fewer_of(counter: Counter, *, left: int) -> str:
    """An order of four that Corner is asked to send less of."""
    number = counter.order(quantity=4)
    cancel(counter.house, Fewer(line="1", quantity=4 - left))
    counter.house.turn("corner")
    return number


def test_what_was_begun_before_a_restart_is_answered_though_nobody_remembers_the_order(
    quick_counter: Counter, tmp_path: Path, door: AppDoor
) -> None:
    house, home = quick_counter.house, tmp_path / "home"
    quick_counter.order(quantity=4)
    corner = at_work(quick_counter, home, person(quick_counter, home, door))
    corner.step()
    house.clock.on(seconds=2)
    corner.step()  # confirmed: it is on no shelf of what is to be read any more
    cancel(house, Fewer(line="1", quantity=2))
    house.turn("corner")
    post = again(home, door)
    ((_, told),) = list(post.arrived())
    assert json.loads(told)["stands"] == {"1": 2}
    corner = at_work(quick_counter, home, again(home, door))
    corner.step()
    house.clock.on(seconds=2)
    corner.step()
    [line] = house.order().fulfillments[0].lines
    assert (line.buckets.open, line.buckets.cancelled) == (2, 2)


def test_a_change_of_an_order_that_was_left_to_people_is_theirs_as_well(
    quick_counter: Counter, tmp_path: Path, door: AppDoor
) -> None:
    home = tmp_path / "home"
    post = person(quick_counter, home, door)
    post.leave(lambda number: True)
    fewer_of(quick_counter, left=2)
    corner = at_work(quick_counter, home, post)
    for _ in range(3):
        corner.step()
        quick_counter.house.clock.on(minutes=10)
    assert (corner.owes(), corner.said(), post.refusals) == (0, {}, [])


def test_of_what_left_in_part_the_rest_is_counted_as_the_page_says_it(
    quick_counter: Counter, tmp_path: Path, door: AppDoor
) -> None:
    house, number = quick_counter.house, quick_counter.order(quantity=6)
    post = person(quick_counter, tmp_path / "home", door)
    assert [name for name, _ in post.arrived()] == [number]
    parcel = {"tracking": TRACKING, "lines": {"1": "2"}}
    said = {"do": "ship", "order": number, "parcels": [parcel], "carrier": "ups"}
    post.send("one.json", json.dumps(said))
    cancel(house, Fewer(line="1", quantity=1))
    house.turn("corner")
    ((name, told),) = list(post.arrived())
    assert (name, json.loads(told)["stands"]) == (f"{number}/1", {"1": 5})
    assert list(post.arrived()) == []
