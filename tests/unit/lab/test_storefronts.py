"""What the storefronts of the demo ask for, when, and how often."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from hub.domain.messages import CarrierMoment
from hub.lab.board import Board, Parcel, Progress
from hub.lab.plays import Play, plays
from hub.lab.storefront import Door, Storefronts, Wrong

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
PLAYS = {play.order.number: play for play in plays()}


@dataclass(slots=True)
class Hub:
    """Answers as the REST door does and notes what it was asked."""

    outcome: str = "asked"
    status: int = 200
    asked: list[tuple[str, str, dict[str, object]]] = field(default_factory=list)
    door: Door = field(init=False)


@pytest.fixture
def hub() -> Iterator[Hub]:
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            hub.asked.append((self.path, self.headers["Authorization"], body))
            text = json.dumps({"results": [{"outcome": hub.outcome}]}).encode()
            self.send_response(hub.status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    keys = {"juniper": "key-j", "harbor": "key-h"}
    hub.door = Door(host="127.0.0.1", port=server.server_port, keys=keys)
    yield hub
    server.shutdown()
    thread.join()
    server.server_close()


def progress(play: Play, *, answered: bool = False, parcels: tuple[Parcel, ...] = ()) -> Progress:
    return Progress(
        number=play.order.number,
        brand=play.brand,
        partners=("acme",),
        asked=1,
        sent=1,
        receipted=1,
        answered=int(answered),
        notices=0,
        parcels=parcels,
        first=None,
        now=None,
        changes=0,
        waits=False,
        status="",
        ends=play.ends,
    )


def board(*orders: Progress) -> Board:
    return Board(orders=orders, exceptions=(), overcome=frozenset())


def storefronts(hub: Hub, *numbers: str) -> Storefronts:
    return Storefronts(hub.door, [PLAYS[number] for number in numbers], clock=lambda: NOW)


def test_a_change_is_asked_for_once_when_everybody_has_answered(hub: Hub) -> None:
    fronts, play = storefronts(hub, "H-2015"), PLAYS["H-2015"]
    fronts.step(board(progress(play)))
    assert (hub.asked, fronts.quiet()) == ([], False)
    for _ in range(2):
        fronts.step(board(progress(play, answered=True)))
    assert play.act is not None
    assert hub.asked == [("/v1/orders/H-2015/changes", "Bearer key-h", play.act.body)]
    assert fronts.quiet()


def test_what_an_earlier_run_asked_for_is_not_asked_again(hub: Hub) -> None:
    fronts, play = storefronts(hub, "H-2015"), PLAYS["H-2015"]
    fronts.step(board(replace(progress(play, answered=True), changes=1)))
    assert (hub.asked, fronts.quiet()) == ([], True)


def test_what_is_wanted_at_once_is_asked_for_when_the_order_is_placed(hub: Hub) -> None:
    fronts, play = storefronts(hub, "J-1012"), PLAYS["J-1012"]
    hub.outcome = "done"
    fronts.placed(play)
    fronts.step(board(progress(play)))
    assert [path for path, _, _ in hub.asked] == ["/v1/orders/J-1012/cancellations"]


@pytest.mark.parametrize(("status", "outcome"), [(500, "asked"), (200, "done")])
def test_another_answer_than_the_play_has_ends_the_demo(
    hub: Hub, status: int, outcome: str
) -> None:
    hub.status, hub.outcome = status, outcome
    with pytest.raises(Wrong, match="J-1013"):
        storefronts(hub, "J-1013").step(board(progress(PLAYS["J-1013"], answered=True)))


def test_carriers_tell_each_parcel_one_step_further_to_its_end(hub: Hub) -> None:
    play = PLAYS["J-1005"]
    fronts = storefronts(hub, "J-1005")
    moments: list[CarrierMoment | None] = [None]
    while True:
        parcel = Parcel(tracking="1Z999AA10123456784", moment=moments[-1])
        before = len(hub.asked)
        fronts.step(board(progress(play, answered=True, parcels=(parcel,))))
        if len(hub.asked) == before:
            break
        path, key, body = hub.asked[-1]
        assert (path, key) == ("/v1/carrier-events", "Bearer key-j")
        (event,) = body["events"]  # type: ignore[misc]
        moments.append(CarrierMoment(event["moment"]))
    assert tuple(moments[1:]) == play.journey


def test_of_parcels_that_nobody_follows_nothing_is_told(hub: Hub) -> None:
    play = PLAYS["H-2017"]
    parcel = Parcel(tracking="1Z999AA10123456784", moment=None)
    storefronts(hub, "H-2017").step(board(progress(play, answered=True, parcels=(parcel,))))
    assert hub.asked == []
