"""Keys and certificates that end some day, as far as the hub knows of them."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509

from hub.errors import ConfigError
from hub.flow.api_keys import successor_of
from hub.flow.parts import Parts
from hub.ops.desk.shown import partner_name
from hub.partners import Channel
from hub.store import KeyRow, Transaction

_log = logging.getLogger(__name__)

SHOWN_ENDED = timedelta(days=7)
"""So long a key that ended is told of: whoever used it notices by then, and nobody can mend it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiring:
    """One key or certificate: what it is, when it ends; `left` is negative when it has.

    `owner` names the partner or brand that holds an API key, "" for what is ours. `name` is "" for
    a key without a label.
    """

    kind: str
    name: str
    partner: str
    ends_at: datetime
    left: timedelta
    owner: str = ""


def expiring(parts: Parts, tx: Transaction, *, within: timedelta | None) -> tuple[Expiring, ...]:
    """Return what ends within that time, or at any time, the first first.

    A key that ended is told for `SHOWN_ENDED`, but not one that was rotated; a certificate until
    there is another.
    """
    now = parts.now()
    found = [*_keys(parts, tx, now), *_secrets(tx, now), *_certificates(parts, now)]
    wanted = (one for one in found if within is None or one.left <= within)
    return tuple(sorted(wanted, key=lambda one: (one.ends_at, one.name)))


def _keys(parts: Parts, tx: Transaction, now: datetime) -> Iterator[Expiring]:
    for key in tx.keys.page():
        if key.expires_at is None or key.revoked_at is not None:
            continue
        if key.expires_at <= now and not _is_news(tx, key, now):
            continue
        yield Expiring(
            kind="API key",
            name=key.label,
            partner=key.partner,
            ends_at=key.expires_at,
            left=key.expires_at - now,
            owner=_owner(parts, key),
        )


def _is_news(tx: Transaction, key: KeyRow, now: datetime) -> bool:
    """Whether an end has to be told: one that was rotated ended because somebody wanted it."""
    ended = key.expires_at
    fresh = ended is not None and now - ended <= SHOWN_ENDED
    return fresh and not successor_of(tx, key.id)


def _owner(parts: Parts, key: KeyRow) -> str:
    if key.partner:
        return partner_name(parts, key.partner)
    return parts.brands[key.brand].name if key.brand in parts.brands else key.brand


def _secrets(tx: Transaction, now: datetime) -> Iterator[Expiring]:
    """An old webhook secret ends by itself once a new one was made; nobody is to be surprised."""
    for hook in tx.webhooks.page():
        for secret in tx.webhooks.secret_rows(hook.id, now=now):
            if secret.ends_at is not None:
                yield Expiring(
                    kind="webhook secret",
                    name=f"old secret of {hook.url}",
                    partner=hook.partner,
                    ends_at=secret.ends_at,
                    left=secret.ends_at - now,
                )


def _certificates(parts: Parts, now: datetime) -> Iterator[Expiring]:
    for partner in parts.partners.all:
        for channel in partner.channels:
            ends_at = certificate_end(parts, channel)
            if ends_at is not None:
                yield Expiring(
                    kind="certificate",
                    name=f"ours for {partner_name(parts, partner.id)}/{channel.name}",
                    partner=partner.id,
                    ends_at=ends_at,
                    left=ends_at - now,
                )


def certificate_end(parts: Parts, channel: Channel) -> datetime | None:
    """Return when our certificate for a channel ends, None where it has none or cannot be read."""
    reference = getattr(getattr(channel.settings, "tls", None), "certificate", None)
    if reference is None:
        return None
    try:
        found = x509.load_pem_x509_certificates(parts.secret(reference).encode())
    except (ConfigError, ValueError):
        _log.warning("the certificate of %s cannot be read", channel.lane)
        return None
    return min(one.not_valid_after_utc for one in found)
