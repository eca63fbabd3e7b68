"""The storefronts of the demo at the REST door: cancellations, changes, and what carriers tell.

It sees the board, asks what the plays want next, and never asks the same again.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from http.client import HTTPConnection

from hub.domain.messages import CarrierMoment
from hub.lab.board import Board, Parcel, Progress
from hub.lab.plays import Act, Play

SECONDS = 30
AT_THE_DOOR = timedelta(days=2)  # after it was picked up, says the carrier
_GOOD = (200, 202)


class Wrong(RuntimeError):
    """The REST door did not answer as the demo intends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Where the hub answers, and each brand's API key."""

    host: str
    port: int
    keys: Mapping[str, str]

    def post(self, brand: str, path: str, body: object, *, key: str = "") -> dict[str, object]:
        """Post JSON for a brand; raises Wrong with the answer when it is not a good one."""
        connection = HTTPConnection(self.host, self.port, timeout=SECONDS)
        headers = {
            "Authorization": f"Bearer {self.keys[brand]}",
            "Content-Type": "application/json",
            **({"Idempotency-Key": key} if key else {}),
        }
        try:
            connection.request("POST", path, json.dumps(body), headers)
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        if response.status not in _GOOD:
            raise Wrong(f"POST {path} answers {response.status}: {text.decode(errors='replace')}")
        answer: dict[str, object] = json.loads(text)
        return answer


class Storefronts:
    """What every play still wants; `step` asks for what is due and returns at once."""

    def __init__(self, door: Door, plays: Sequence[Play], *, clock: Callable[[], datetime]) -> None:
        self._door = door
        self._plays = {(play.brand, play.order.number): play for play in plays}
        self._clock = clock
        self._acted: set[str] = set()

    def step(self, board: Board) -> None:
        """Do what the board gives cause for."""
        for one in board.orders:
            act = self._plays[one.brand, one.number].act
            if act is not None and one.number not in self._acted and _ripe(act, one):
                self._acted.add(one.number)
                if not one.changes:  # else it was asked for in an earlier run
                    self._ask(one.brand, one.number, act)
        for brand in dict.fromkeys(one.brand for one in board.orders):
            events = [
                event for one in board.orders if one.brand == brand for event in self._told(one)
            ]
            if events:
                self._door.post(brand, "/v1/carrier-events", {"events": events})

    def placed(self, play: Play) -> None:
        """Ask at once for what is wanted before anybody has heard of the order."""
        if play.act is not None and play.act.when == "placed":
            self._acted.add(play.order.number)
            self._ask(play.brand, play.order.number, play.act)

    def quiet(self) -> bool:
        """Return whether every change was asked for."""
        return self._acted >= {play.order.number for play in self._plays.values() if play.act}

    def _ask(self, brand: str, number: str, act: Act) -> None:
        path = f"/v1/orders/{number}/{act.path}"
        # The same key after a restart: what was asked before gets its earlier answer.
        answer = self._door.post(brand, path, act.body, key=f"demo-{number}")
        results = answer["results"]
        assert isinstance(results, list)  # noqa: S101  # as the API's schema says
        found = sorted({row["outcome"] for row in results})
        if found != [act.outcome]:
            raise Wrong(f"POST {path}: {', '.join(found)}, not {act.outcome}")

    def _told(self, one: Progress) -> Iterator[dict[str, str]]:
        """The next event of each parcel that has not come to the end of its journey."""
        journey = self._plays[one.brand, one.number].journey
        now = self._clock()
        for parcel in one.parcels:
            moment = _next(journey, parcel)
            if moment is None:
                continue
            event = {"tracking": parcel.tracking, "moment": str(moment), "at": now.isoformat()}
            if moment is CarrierMoment.IN_TRANSIT:
                event["estimated_on"] = _expected(now).isoformat()
            yield event


def _next(journey: Sequence[CarrierMoment], parcel: Parcel) -> CarrierMoment | None:
    if parcel.moment is None:
        return journey[0] if journey else None
    if parcel.moment not in journey[:-1]:
        return None
    return journey[journey.index(parcel.moment) + 1]


def _expected(now: datetime) -> date:
    return (now + AT_THE_DOOR).date()


def _ripe(act: Act, one: Progress) -> bool:
    if one.changes:
        return True
    match act.when:
        case "placed":
            return True
        case "answered":
            return 0 < one.asked == one.answered == one.receipted and not one.parcels
        case _:
            return bool(one.parcels)
