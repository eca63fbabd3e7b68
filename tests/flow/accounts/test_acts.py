"""Links to one act: looked at often, used once, by whoever holds them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from hub.domain.names import Names
from hub.flow import accounts
from tests.flow.accounts.conftest import Door


def linked(door: Door, *, subject: str = "JUN-1", partner: str = "acme") -> accounts.ActLink:
    """A link to answer a cancel request, for a day."""
    parts, seed = door.parts, door.parts.fresh()
    return parts.store.write(
        lambda tx: accounts.act_link(
            tx,
            parts,
            partner=partner,
            purpose="cancel",
            subject=subject,
            until=parts.now() + timedelta(days=1),
            names=Names(seed),
        )
    )


def test_looking_changes_nothing_and_using_is_once(door: Door) -> None:
    made = linked(door)
    assert made.url == f"https://portal.localhost/a/{made.token}"
    assert len(made.token) * 5 >= 160
    for _ in range(3):
        seen = accounts.peek_act(door.parts, token=made.token)
    assert seen is not None
    assert (seen.id, seen.partner, seen.purpose, seen.subject) == (
        made.id,
        "acme",
        "cancel",
        "JUN-1",
    )
    assert accounts.use_act(door.parts, token=made.token) == seen
    assert accounts.use_act(door.parts, token=made.token) is None
    assert accounts.peek_act(door.parts, token=made.token) is None


def test_of_many_who_post_at_once_one_acts(door: Door) -> None:
    made = linked(door)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: accounts.use_act(door.parts, token=made.token), range(4)))
    assert len([answer for answer in answers if answer is not None]) == 1


def test_an_act_that_came_to_nothing_is_given_back(door: Door) -> None:
    made = linked(door)
    accounts.use_act(door.parts, token=made.token)
    accounts.reopen_act(door.parts, act_id=made.id)
    assert accounts.use_act(door.parts, token=made.token) is not None


def test_a_link_to_an_act_ends_with_its_time_or_with_its_subject(door: Door) -> None:
    first, other, late = linked(door), linked(door, subject="JUN-2"), linked(door, subject="JUN-3")
    now = door.clock.time
    ended = door.parts.store.write(
        lambda tx: accounts.end_acts(tx, partner="acme", subject="JUN-1", now=now)
    )
    assert ended == 1
    assert accounts.use_act(door.parts, token=first.token) is None
    assert accounts.use_act(door.parts, token=other.token) is not None
    door.clock.on(days=1)
    assert accounts.peek_act(door.parts, token=late.token) is None
    assert accounts.use_act(door.parts, token=late.token) is None
    assert accounts.use_act(door.parts, token="") is None
