"""Endpoints as they are posted and shown; a secret is shown once, where it is made."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from hub.api.posted import ONE_LINE, Strict
from hub.api.shown import Shown
from hub.domain.addresses import LONGEST_URL
from hub.domain.webhooks import LONGEST_BATCH, MOST_IN_BATCH
from hub.flow.webhooks import Made, Seen
from hub.store import DeadMessage

MOST_TYPES = 100
MOST_REPLAYED = 500
LONGEST_OVERLAP = 168  # hours


class PostedBatch(Strict):
    """Several events in one call: when there are `events`, or `seconds` after the first."""

    events: Annotated[int, Field(ge=2, le=MOST_IN_BATCH)]
    seconds: Annotated[int, Field(ge=1, le=LONGEST_BATCH)] = 60


class PostedWebhook(Strict):
    """An endpoint of yours. Without `types` it is told of everything that concerns you."""

    url: Annotated[
        str,
        Field(
            min_length=1,
            max_length=LONGEST_URL,
            examples=["https://hooks.juniper.example.com/hub"],
            description="https only, at an address that anybody on the net may call.",
        ),
    ]
    types: Annotated[list[str], Field(max_length=MOST_TYPES, default_factory=list)]
    batch: PostedBatch | None = None
    after: Annotated[
        int | None,
        Field(ge=0, le=10**18, description="Begin after this ledger position; without, from now."),
    ] = None


class PostedRotation(Strict):
    """How long the secrets before it sign beside the new one."""

    overlap_hours: Annotated[int, Field(ge=0, le=LONGEST_OVERLAP)] = 24


class PostedReplay(Strict):
    """What to send once more: `messages`, all that are `dead`, or everything `after` a position.

    Exactly one of them.
    """

    messages: Annotated[
        list[Annotated[str, Field(max_length=80, pattern=ONE_LINE)]] | None,
        Field(min_length=1, max_length=MOST_REPLAYED),
    ] = None
    dead: bool | None = None
    after: Annotated[int | None, Field(ge=0, le=10**18)] = None

    @model_validator(mode="after")
    def _one(self) -> "PostedReplay":
        said = [self.messages is not None, self.dead is True, self.after is not None]
        if sum(said) != 1 or self.dead is False:
            raise PydanticCustomError(
                "one-of", "say exactly one: `messages`, `dead`: true, or `after`"
            )
        return self


class ShownBatch(Shown):
    """Several events in one call."""

    events: int
    seconds: int


class ShownSecret(Shown):
    """Since when and until when a secret signs; without an end it stays until it is rotated."""

    id: str
    made_at: str
    ends_at: str | None


class ShownWebhook(Shown):
    """An endpoint; `cursor` is the ledger position up to which it was told."""

    id: str
    url: str
    types: list[str]
    batch: ShownBatch | None
    cursor: int
    waiting: int
    dead: int
    ended: Annotated[str, Field(description="Why it is not called any more; else empty.")]
    failing_since: str | None
    made_at: str
    secrets: list[ShownSecret]


class ShownWebhookMade(ShownWebhook):
    """An endpoint with the secret that was just made; it is never shown again."""

    secret: Annotated[str, Field(examples=["whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="])]


class ShownWebhooks(Shown):
    """Your endpoints, the oldest first, and the types of events there are for you."""

    webhooks: list[ShownWebhook]
    types: list[str]


class ShownDead(Shown):
    """A message that was not taken in all its tries; `events` facts from `position` on."""

    id: str
    position: int
    events: int
    made_at: str
    tried_at: str | None
    tries: int
    told: Annotated[str, Field(description="What the last try came to.")]


class ShownDeadList(Shown):
    """The dead list of an endpoint, the oldest facts first."""

    dead: list[ShownDead]


class ShownReplayed(Shown):
    """How many messages are sent once more, or from which position on."""

    messages: int | None
    after: int | None


class ShownTrial(Shown):
    """A test event is on its way; it is tried once."""

    message: str


def webhook_view(seen: Seen) -> dict[str, Any]:
    """Return an endpoint as its owner sees it."""
    row = seen.row
    batch = row.batch
    return {
        "id": row.id,
        "url": row.url,
        "types": list(row.types),
        "batch": {"events": batch.events, "seconds": batch.seconds} if batch.events > 1 else None,
        "cursor": row.cursor,
        "waiting": seen.waiting,
        "dead": seen.dead,
        "ended": row.ended,
        "failing_since": _when(row.failing_since),
        "made_at": _when(row.made_at),
        "secrets": [
            {"id": one.id, "made_at": _when(one.made_at), "ends_at": _when(one.ends_at)}
            for one in seen.secrets
        ],
    }


def made_view(made: Made) -> dict[str, Any]:
    """Return an endpoint with its new secret."""
    return {**webhook_view(made.seen), "secret": made.secret}


def dead_view(one: DeadMessage) -> dict[str, Any]:
    """Return a dead message without its body: the facts are read by their position."""
    return {
        "id": one.id,
        "position": one.position,
        "events": one.events,
        "made_at": _when(one.made_at),
        "tried_at": _when(one.tried_at),
        "tries": one.tries,
        "told": one.told,
    }


def _when(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
