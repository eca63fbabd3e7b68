"""What a partner's request says outside its body: which page of work, under which key."""

from collections.abc import Collection
from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import Request

from hub.api import asking
from hub.api.answers import Declined
from hub.domain.orders import FulfillmentState

MOST_WORK = 200
MOST_STOCK_BYTES = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkPage:
    """Which work is wanted: at most `limit` orders after the cursor, parts in these states."""

    after: int
    limit: int
    states: Collection[FulfillmentState]


def work_page(request: Request) -> WorkPage:
    """Return what `after`, `limit` and `state` ask for; raises Declined with 422."""
    words, wrong = asking.paged(request, also=("state",), most=MOST_WORK)
    after, state = words.get("after", "0"), words.get("state", "")
    if not asking.possible_cursor(after):
        wrong.append(
            asking.mistake("after", "form", "send the `next` of an earlier answer, or 0", after)
        )
    known = [one.value for one in FulfillmentState]
    named = [word for word in state.split(",") if "state" in words]
    if any(word not in known for word in named):
        text = f"name one or more of {', '.join(known)}, with commas between"
        wrong.append(asking.mistake("state", "not-allowed", text, state))
    asking.refuse(wrong)
    return WorkPage(
        after=int(after),
        limit=int(words.get("limit", "100")),
        states=[FulfillmentState(word) for word in named] or list(FulfillmentState),
    )


def required_key(request: Request) -> str:
    """Return the Idempotency-Key; raises Declined with 400 when there is none."""
    key = asking.idempotency_key(request)
    if key:
        return key
    detail = "send an Idempotency-Key of your own making, a new one for each paper"
    raise Declined(
        HTTPStatus.BAD_REQUEST,
        "idempotency-key",
        detail,
        errors=[{"header": "Idempotency-Key", "code": "missing", "detail": detail}],
    )
