"""API keys of brands and partners: made and shown once, made anew, revoked; each act is a command.

Only a secret's SHA-256 is kept (`hub.access`). Whoever asks, by page or by command line, comes
through here, so that both leave the same record.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub import access
from hub.domain.names import Names
from hub.flow.noting import note_command
from hub.flow.parts import Parts
from hub.flow.webhooks import Owner
from hub.store import KeyRow, Transaction

LONGEST_LABEL = 60  # characters
_ROTATED = "key-rotated"
"""The scope under which a rotated key has the name of the one in its place, once and for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeKey:
    """A key that was just made; nobody can show its secret again."""

    id: str
    secret: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RotatedBefore:
    """A key that was rotated already, and the one that came in its place."""

    successor: str


def make_key(
    parts: Parts, owner: Owner, *, label: str, life: timedelta | None, who: str
) -> MadeKey:
    """Make a key of one brand or one partner, good for `life` or until it is revoked.

    Raises ValueError for a label that cannot be shown; whose key it is was judged by the caller.
    """
    judge_label(label)
    seed, now = parts.fresh(), parts.now()
    key_id, secret, digest = access.new_key(parts.random)
    ends = now + life if life else None

    def work(tx: Transaction) -> None:
        tx.keys.add(
            key_id=key_id,
            brand=owner.brand,
            partner=owner.partner,
            label=label,
            secret_hash=digest,
            at=now,
            expires_at=ends,
        )
        body = {"made": label, "brand": owner.brand, "partner": owner.partner}
        _record(tx, parts, seed, subject=key_id, body=body, who=who)

    parts.store.write(work)
    return MadeKey(id=key_id, secret=secret, expires_at=ends)


def judge_label(label: str) -> None:
    """Raise ValueError for a label that is too long or cannot be shown."""
    if len(label) > LONGEST_LABEL or (label and not label.isprintable()):
        raise ValueError(f"a label has at most {LONGEST_LABEL} visible characters")


def rotate_key(
    parts: Parts, key_id: str, *, overlap: timedelta, who: str
) -> MadeKey | RotatedBefore:
    """Make another key of the same owner, label and length of life; the old one ends by itself.

    The old one goes on for `overlap`, at most until it would have ended. A key is rotated once: its
    end is that of the overlap then, and no length of life for a second successor. Raises KeyError
    for a key that is not good any more.
    """
    seed, now = parts.fresh(), parts.now()
    new_id, secret, digest = access.new_key(parts.random)

    def work(tx: Transaction) -> MadeKey | RotatedBefore:
        old, successor = _good(tx, key_id, now), successor_of(tx, key_id)
        if successor:
            return RotatedBefore(successor=successor)
        tx.facts.keep_reply(
            scope=_ROTATED, key=key_id, body_hash=b"", status=200, body=new_id.encode(), at=now
        )
        ends = now + (old.expires_at - old.created_at) if old.expires_at else None
        tx.keys.add(
            key_id=new_id,
            brand=old.brand,
            partner=old.partner,
            label=old.label,
            secret_hash=digest,
            at=now,
            expires_at=ends,
        )
        last = now + overlap
        tx.keys.end(key_id, at=min(last, old.expires_at) if old.expires_at else last)
        body = {"rotated": key_id, "overlap": int(overlap.total_seconds())}
        _record(tx, parts, seed, subject=new_id, body=body, who=who)
        return MadeKey(id=new_id, secret=secret, expires_at=ends)

    return parts.store.write(work)


def successor_of(tx: Transaction, key_id: str) -> str:
    """Return which key came in the place of one that was rotated; empty when it was not."""
    kept = tx.facts.reply(scope=_ROTATED, key=key_id)
    return kept.body.decode() if kept else ""


def _good(tx: Transaction, key_id: str, now: datetime) -> KeyRow:
    found = next((row for row in tx.keys.page() if row.id == key_id), None)
    if found is None or not found.is_good(now):
        raise KeyError(key_id)
    return found


def revoke_key(parts: Parts, key_id: str, *, who: str) -> None:
    """End a key; running processes forget it within seconds. KeyError for one not in use."""
    seed, now = parts.fresh(), parts.now()

    def work(tx: Transaction) -> None:
        if not tx.keys.revoke(key_id, at=now):
            raise KeyError(key_id)
        _record(tx, parts, seed, subject=key_id, body={"revoked": True}, who=who)

    parts.store.write(work)


def _record(
    tx: Transaction, parts: Parts, seed: str, *, subject: str, body: Mapping[str, object], who: str
) -> None:
    note_command(tx, parts, body, subject=subject, who=who, input_id=Names(seed).new("inp"))
