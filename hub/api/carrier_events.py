"""`POST /v1/carrier-events`: what carriers tell of a brand's parcels, as webhooks hand it on."""

from asyncio import wrap_future
from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from hub.access import Action
from hub.api import asking
from hub.api.answers import Declined, answer, dumped, mistakes
from hub.api.keyring import Keyring, sells
from hub.api.posted import ONE_LINE, Day, Moment, Strict
from hub.api.reading import is_broken, read_as
from hub.api.shown import Shown
from hub.domain import carriers
from hub.domain.exchange import Problem, Purpose, Where
from hub.domain.messages import CarrierEvent, CarrierMoment
from hub.flow.delivering import AHEAD, Heard, Told, tell
from hub.flow.parts import Parts

EVENTS = "/v1/carrier-events"
MOST_EVENTS = 500
TRACKING = "^[A-Za-z0-9][A-Za-z0-9 .-]{4,39}$"


class PostedEvent(Strict):
    """One thing that happened to a parcel; `at` is when it happened, not when it was told."""

    tracking: Annotated[str, Field(pattern=TRACKING, examples=["1Z999AA10123456784"])]
    moment: CarrierMoment
    at: Moment
    carrier: Annotated[str, Field(max_length=20, pattern=ONE_LINE, examples=["ups"])] = ""
    reason: Annotated[str, Field(max_length=80, pattern=ONE_LINE)] = ""
    estimated_on: Day | None = None


class PostedEvents(Strict):
    """Events in any order; telling one twice does nothing."""

    events: Annotated[list[PostedEvent], Field(min_length=1, max_length=MOST_EVENTS)]


class ShownHeard(Shown):
    """What became of one event: `waiting` ones count when a ship notice names their parcel."""

    tracking: str
    outcome: Heard


class ShownEvents(Shown):
    """One row for each event, in the order they were posted."""

    events: list[ShownHeard]


class CarrierEvents:
    """Takes carriers' events in; the answer leaves after they are on disk."""

    def __init__(self, parts: Parts, keyring: Keyring) -> None:
        self._parts = parts
        self._keyring = keyring

    async def post(self, request: Request) -> Response:
        """Keep and apply events of the key's brand; raises Declined with all that is wrong."""
        caller = await self._keyring.caller(request, Action.TELL_CARRIER_EVENT)
        asking.no_query(request)
        body = await asking.json_body(request)
        sells(self._parts, caller)
        posted, problems = read_as(PostedEvents, body)
        if is_broken(problems):
            raise Declined(HTTPStatus.BAD_REQUEST, "not-json", problems[0].text)
        if posted is not None:
            problems = self._ahead(posted)
        if posted is None or problems:
            raise Declined(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "events",
                "the events cannot be taken; every place is named below, nothing was kept",
                errors=mistakes(problems),
            )
        events = [_event(one) for one in posted.events]
        told = Told(events=events, brand=caller.brand, who=f"key:{caller.key_id}")
        heard = await wrap_future(tell(self._parts, told))
        rows = [
            {"tracking": one.tracking, "outcome": str(outcome)}
            for one, outcome in zip(posted.events, heard, strict=True)
        ]
        return answer(dumped({"events": rows}))

    def _ahead(self, posted: PostedEvents) -> tuple[Problem, ...]:
        latest = self._parts.now() + AHEAD
        return tuple(
            Problem(
                code="ahead",
                text="this moment is still to come; send when it happened",
                where=Where(path=f"/events/{n}/at", value=one.at),
            )
            for n, one in enumerate(posted.events)
            if datetime.fromisoformat(one.at) > latest
        )


def _event(posted: PostedEvent) -> CarrierEvent:
    return CarrierEvent(
        purpose=Purpose.ORIGINAL,
        event="",
        tracking=carriers.plain(posted.tracking),
        moment=posted.moment,
        at=datetime.fromisoformat(posted.at),
        carrier=posted.carrier,
        reason=posted.reason,
        estimated_on=date.fromisoformat(posted.estimated_on) if posted.estimated_on else None,
    )
