"""What the processes write while orders pass: the lines an operator needs, and nobody's words."""

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hub.cli.logs import JsonLine, Teller, TextLine
from hub.cli.watching import known_sets
from hub.domain.messages import Address
from hub.domain.placing import Gift
from hub.flow.lanes import LaneTurn
from hub.flow.refusals import keep_refused
from hub.store.witness import WitnessedStore
from tests.rigs.houses import House, post, shopping

# Twenty words that are nobody's: each stands somewhere in the order or the papers below.
CANARIES = (
    *("quillfeather", "vandersnoot", "wobblethorpe", "grubblewitz", "snickerdoodle"),
    *("zanzibark", "flumpington", "brindlewick", "crumbleford", "dazzlemere"),
    *("eggleswort", "fizzlestone", "gobbletown", "hufflebank", "inklesmith"),
    *("jumblerook", "knackerfell", "lumpsworth", "mumblecote", "nibblehurst"),
)
WORDS = [word.title() for word in CANARIES]


class Log:
    """What was written, in both forms."""

    def __init__(self) -> None:
        self.forms = {"json": io.StringIO(), "text": io.StringIO()}
        self._handlers = [logging.StreamHandler(stream) for stream in self.forms.values()]
        for handler, form in zip(self._handlers, (JsonLine("work"), TextLine("work")), strict=True):
            handler.setFormatter(form)

    def open(self) -> None:
        """Listen to every logger, as the processes do and louder."""
        logging.getLogger("hub").setLevel(logging.DEBUG)
        for handler in self._handlers:
            logging.getLogger().addHandler(handler)

    def close(self) -> None:
        """Listen no more."""
        for handler in self._handlers:
            logging.getLogger().removeHandler(handler)
        logging.getLogger("hub").setLevel(logging.NOTSET)

    def lines(self, event: str) -> list[dict[str, object]]:
        """The lines of one event."""
        rows = map(json.loads, self.forms["json"].getvalue().splitlines())
        return [row for row in rows if row["event"] == event]

    def told(self) -> list[str]:
        """The canaries that stand in it."""
        everything = "".join(stream.getvalue() for stream in self.forms.values()).lower()
        return [word for word in CANARIES if word in everything]


@pytest.fixture
def log() -> Iterator[Log]:
    """Everything that is logged while the test runs."""
    log = Log()
    log.open()
    yield log
    log.close()


@pytest.fixture
def told_house(house: House, log: Log) -> House:
    """A house whose store is witnessed, as in `hub work` and `hub web`."""
    store = WitnessedStore(house.parts.store, tell=Teller(known_sets(house.parts)))
    parts = replace(house.parts, store=store)
    turns = {
        partner: LaneTurn(parts, turn.channel, owner="test")
        for partner, turn in house.turns.items()
    }
    return replace(house, parts=parts, turns=turns)


def _order(house: House) -> None:
    new = shopping("1001", 2)
    (group,) = new.groups
    (line,) = group.lines
    address: Address = replace(
        group.ship_to,
        name=f"{WORDS[0]} {WORDS[1]}",
        lines=(f"7 {WORDS[2]} Way", f"Care of {WORDS[5]}"),
        city=WORDS[6],
        email=f"{CANARIES[7]}@example.com",
    )
    group = replace(
        group,
        ship_to=address,
        lines=(replace(line, personalization=WORDS[3]),),
        instructions=f"Ring at {WORDS[8]}",
        gift=Gift(sender=WORDS[9], recipient=WORDS[10], message=WORDS[4]),
    )
    post(house, replace(new, customer=address, groups=(group,)))


def test_a_road_is_told_of_in_ids_and_holds_no_canary(told_house: House, log: Log) -> None:
    house = told_house
    _order(house)
    house.turn()
    acme = house.suppliers["acme"]
    (one,) = acme.received()
    acme.send("997", acme.receipt(one))
    acme.send("855", acme.answer(one.orders[0]))
    notice = acme.notice(one.orders[0])
    people = [f"N1*ST*{WORDS[11]}", f"N3*{WORDS[12]}", f"PER*DC*{WORDS[13]}*TE*{WORDS[14]}"]
    acme.send("856", [*notice[:3], *people, *notice[3:]])
    house.turn()
    assert house.word() == "Shipped"
    assert log.told() == []
    assert len(log.lines("delivery received")) == 3
    settled = {(row["set"], row["state"]) for row in log.lines("document settled")}
    assert {("855", "applied"), ("856", "applied")} <= settled
    for row in log.lines("document settled"):
        assert str(row["document"]).startswith("doc_")
        assert row["lane"] == "acme/edi"
    delivered = log.lines("transmission delivered")
    assert delivered
    assert {row["lane"] for row in delivered} == {"acme/edi"}


def test_bad_papers_are_told_of_and_hold_no_canary(told_house: House, log: Log) -> None:
    house = told_house
    _order(house)
    house.turn()
    acme = house.suppliers["acme"]
    (one,) = acme.received()
    wrong = acme.receipt(one, verdict="R")
    acme.send("997", [*wrong[:2], "AK3*N1*9**8", f"AK4*2*93*5*{WORDS[15]}", *wrong[2:]])
    notice = acme.notice(one.orders[0])
    acme.send("856", [*notice[:3], f"N1*{WORDS[16]}*ST", f"{WORDS[17]}*1", *notice[3:]])
    strange = acme.interchange("855", [["BAK*00*AD*1*20261120"]])
    acme.put(f"{WORDS[18]}.edi", strange.replace("ST*855*", f"ST*{WORDS[19].upper()}*"))
    acme.put(f"{WORDS[18]}-2.edi", f"{WORDS[19]} wrote no envelope")
    for _ in range(3):
        house.turn()
        house.clock.on(seconds=61)
    problems = post(house, replace(shopping("1002"), total=1)).problems
    body = json.dumps({"name": WORDS[0]}).encode()
    keep_refused(house.parts, brand="juniper", number="", body=body, problems=problems).result()
    assert log.told() == []
    opened = log.lines("exception opened")
    assert {"rejected-by-partner"} <= {row["kind"] for row in opened}
    assert all(str(row["exception"]).startswith("exc_") for row in opened)
    assert len({row["exception"] for row in opened}) == len(opened)


def test_a_wire_that_fails_and_works_again_is_told_of_once_each(
    told_house: House, log: Log, tmp_path: Path
) -> None:
    house = told_house
    _order(house)
    home = tmp_path / "acme"
    home.rename(tmp_path / "away")
    for _ in range(6):
        house.turn()
        house.clock.on(hours=1)
    (failing,) = log.lines("lane failing")
    assert (failing["level"], failing["lane"]) == ("warning", "acme/edi")
    (tmp_path / "away").rename(home)
    house.turn()
    (recovered,) = log.lines("lane recovered")
    assert recovered["lane"] == "acme/edi"
    opened, cleared = log.lines("exception opened"), log.lines("exception cleared")
    assert [row["exception"] for row in opened] == [row["exception"] for row in cleared]
    assert log.told() == []


def test_a_work_that_is_undone_is_not_told_of(told_house: House, log: Log) -> None:
    store = told_house.parts.store

    def breaks(tx) -> None:
        tx.duties.pause(lane="acme/edi", until=told_house.clock(), reason="down")
        raise RuntimeError("undone")

    with pytest.raises(RuntimeError):
        store.write(breaks)
    assert isinstance(store.submit(breaks).exception(), RuntimeError)
    assert log.lines("lane failing") == []
    store.write(lambda tx: tx.duties.pause(lane="acme/edi", until=told_house.clock(), reason="x"))
    assert len(log.lines("lane failing")) == 1


def test_the_search_finds_what_stands_in_the_log(log: Log) -> None:
    logging.getLogger("hub.x").warning("order of %s", WORDS[0])
    assert log.told() == [CANARIES[0]]
