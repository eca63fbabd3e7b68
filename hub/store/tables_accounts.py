"""People's accounts, their sessions, one-use links and kept drafts: tables like the others.

Passwords are kept as argon2id hashes, tokens, cookies and recovery codes as hashes of what proves
them; names, addresses and second factors are sealed under a key of the account.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from hub.store.columns import Instant, Json, identity
from hub.store.tables import metadata


def _owned() -> ForeignKey:
    """What belongs to an account goes with it."""
    return ForeignKey("account.id", ondelete="CASCADE")


# `epoch` rises when a password, a role or a second factor changes and when the account is disabled:
# sessions and links of an earlier one are over, also those that are just being made.
account = Table(
    "account",
    metadata,
    identity(),
    Column("house", Text, nullable=False),  # portal | desk
    Column("email_index", LargeBinary, nullable=False, unique=True),  # keyed, per house
    Column("wrapped_key", LargeBinary),
    Column("sealed", LargeBinary, nullable=False),  # e-mail and name
    Column("role", Text, nullable=False),
    Column("partner", Text, nullable=False, index=True),
    Column("brands", Json, nullable=False),  # empty: all
    Column("zone", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("password_hash", Text, nullable=False),  # empty: none
    Column("totp_sealed", LargeBinary),
    Column("totp_begun", LargeBinary),  # shown, and not yet confirmed
    Column("totp_step", BigInteger, nullable=False),  # of the newest code that was taken
    Column("epoch", Integer, nullable=False),
    Column("invited_at", Instant, nullable=False),
    Column("seen_at", Instant),
    Column("disabled_at", Instant),
)

account_recovery = Table(
    "account_recovery",
    metadata,
    Column("account_id", Text, _owned(), nullable=False),
    Column("code_hash", LargeBinary, nullable=False),  # keyed: fifty bits
    PrimaryKeyConstraint("account_id", "code_hash"),
)

# One that is not `full` was begun by a password and waits for the second factor.
account_session = Table(
    "account_session",
    metadata,
    identity(),
    Column("cookie_hash", LargeBinary, nullable=False, unique=True),  # SHA-256
    Column("account_id", Text, _owned(), nullable=False, index=True),
    Column("epoch", Integer, nullable=False),
    Column("full", Boolean, nullable=False),
    Column("by_link", Boolean, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("began_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Index("account_session_by_age", "began_at"),
)

account_link = Table(
    "account_link",
    metadata,
    identity(),
    Column("token_hash", LargeBinary, nullable=False, unique=True),  # SHA-256
    Column("account_id", Text, _owned(), nullable=False, index=True),
    Column("epoch", Integer, nullable=False),
    Column("kind", Text, nullable=False),  # invite | link | reset
    Column("expires_at", Instant, nullable=False, index=True),
)

# Lets whoever holds it do one act on one subject, without an account.
act_link = Table(
    "act_link",
    metadata,
    identity(),
    Column("token_hash", LargeBinary, nullable=False, unique=True),  # SHA-256
    Column("partner", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("used_at", Instant),
    Index("act_link_by_subject", "partner", "subject"),
)

# How often was tried, for an account or from an address of the net, and from when again.
account_try = Table(
    "account_try",
    metadata,
    Column("bucket", LargeBinary, primary_key=True),  # keyed hash of what is counted
    Column("tries", Integer, nullable=False),
    Column("tried_at", Instant, nullable=False, index=True),
    Column("free_at", Instant, nullable=False),
)

account_draft = Table(
    "account_draft",
    metadata,
    Column("account_id", Text, _owned(), nullable=False),
    Column("form", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("kept_at", Instant, nullable=False, index=True),
    PrimaryKeyConstraint("account_id", "form"),
)
