"""How Mill's messages travel: it asks the hub for its work, and posts what it does with it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from hub.lab.doors import Door
from hub.lab.rest_voice import WORK

_AGAIN = (409, 429, 500, 502, 503, 504)  # the same request may do later
_CHANGING = ("lines", "changes", "shipments", "allowed_actions", "state", "version")


class RestPost:
    """A partner's program at `/v1/partner`; without a door nothing comes and all waits."""

    def __init__(self) -> None:
        self._door: Door | None = None
        self._token = ""
        self._after = ""
        self._waiting: dict[str, str] = {}
        self.refusals: list[str] = []

    def connect(self, door: Door, token: str) -> None:
        """From now on ask there, as whom that key belongs to."""
        self._door, self._token = door, token

    def disconnect(self) -> None:
        """Ask no more: the program is off."""
        self._door = None

    def arrived(self) -> Iterator[tuple[str, str]]:
        """Yield each order of the work queue that is new or changed, then each of its changes."""
        if self._door is None:
            return
        for name, text in list(self._waiting.items()):
            self.send(name, text)
        more = True
        while more:
            page = self._page(self._door)
            for work in page["orders"]:
                yield from _messages(work)
            self._after, more = page["next"], page["more"]

    def _page(self, door: Door) -> Any:
        query = f"?after={self._after}" if self._after else ""
        said = door.ask("GET", f"{WORK}{query}", token=self._token)
        return said.json() if said.good else {"orders": [], "next": self._after, "more": False}

    def send(self, name: str, text: str) -> None:
        """Post a message; what cannot be taken now waits, what is refused is noted."""
        self._waiting[name] = text
        if self._door is None:
            return
        message = json.loads(text)
        body = json.dumps(message["body"]).encode()
        said = self._door.ask("POST", message["path"], token=self._token, body=body, key=name)
        if said.status in _AGAIN:
            return
        del self._waiting[name]
        if not said.good:
            self.refusals.append(f"{message['path']}: {said.status}")

    def untaken(self) -> int:
        """Return how many messages wait to be posted."""
        return len(self._waiting)


def _messages(work: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What of an order stays as it is, so that it is read once; and each change by its number."""
    number = work["purchase_order"]
    lines = [
        {**line, "quantities": {"ordered": line["quantities"]["ordered"]}} for line in work["lines"]
    ]
    order = {key: said for key, said in work.items() if key not in _CHANGING}
    yield number, json.dumps({**order, "lines": lines}, sort_keys=True)
    packs = {line["line"]: line["units_per_pack"] for line in lines}
    for change in work["changes"]:
        told = {"purchase_order": number, "change": change, "packs": packs}
        yield f"{number}/{change['change']}", json.dumps(told, sort_keys=True)
