"""Rows of webhooks as they are handed out, and how they are read."""

from dataclasses import dataclass
from datetime import datetime

from hub.domain.webhooks import Batch
from hub.store.statements import Row, moment, moment_or_none, parsed


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRow:
    """An endpoint of a brand or of a partner; `ended` says why it is not called any more."""

    id: str
    brand: str
    partner: str
    url: str
    types: tuple[str, ...]
    batch: Batch
    cursor: int
    ended: str
    made_at: datetime
    failing_since: datetime | None = None
    held_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretRow:
    """When a secret was made and until when it signs; None: until it is rotated."""

    id: str
    made_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """An endpoint seen from afar: its cursor, whether it fails, whether a message is due."""

    id: str
    cursor: int
    failing: bool
    due: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """A message that was claimed; `tries` counts this one."""

    id: str
    body: str
    tries: int
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadMessage:
    """A message that nobody took in all its tries."""

    id: str
    position: int
    events: int
    made_at: datetime
    tried_at: datetime | None
    tries: int
    told: str
    body: str


def webhook_read(row: Row) -> WebhookRow:
    """Read an endpoint."""
    return WebhookRow(
        id=row[0],
        brand=row[1],
        partner=row[2],
        url=row[3],
        types=tuple(parsed(row[4])),
        batch=Batch(events=row[5], seconds=row[6]),
        cursor=row[7],
        ended=row[8],
        made_at=moment(row[9]),
        failing_since=moment_or_none(row[10]),
        held_until=moment_or_none(row[11]),
    )


def dead_read(row: Row) -> DeadMessage:
    """Read a message of the dead list."""
    return DeadMessage(
        id=row[0],
        position=row[1],
        events=row[2],
        made_at=moment(row[3]),
        tried_at=moment_or_none(row[4]),
        tries=row[5],
        told=row[6],
        body=row[7],
    )
