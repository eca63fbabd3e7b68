"""Keys and certificates that end some day, as far as the hub knows of them."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509

from hub.errors import ConfigError
from hub.flow.parts import Parts
from hub.ops.desk.shown import partner_name
from hub.partners import Channel
from hub.store import Transaction

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiring:
    """One key or certificate: what it is, when it ends; `left` is negative when it has.

    `owner` is the partner or brand that holds an API key, "" for what is ours.
    """

    kind: str
    name: str
    partner: str
    ends_at: datetime
    left: timedelta
    owner: str = ""


def expiring(parts: Parts, tx: Transaction, *, within: timedelta | None) -> tuple[Expiring, ...]:
    """Return what ends within that time, or at any time, the first first."""
    now = parts.now()
    found = [*_keys(tx, now), *_secrets(tx, now), *_certificates(parts, now)]
    wanted = (one for one in found if within is None or one.left <= within)
    return tuple(sorted(wanted, key=lambda one: (one.ends_at, one.name)))


def _keys(tx: Transaction, now: datetime) -> Iterator[Expiring]:
    for key in tx.keys.page():
        if key.expires_at is not None and key.revoked_at is None:
            yield Expiring(
                kind="API key",
                name=key.label,
                partner=key.partner,
                ends_at=key.expires_at,
                left=key.expires_at - now,
                owner=key.partner or key.brand,
            )


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
