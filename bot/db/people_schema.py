"""The tables of people: who signed in, their sessions, notifications and repeated requests."""

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from bot.db.schema import Id, Json, Time, metadata

# By GitHub's number; the tokens are sealed (`bot.keys.vault`) and gone when GitHub takes them back.
people = Table(
    "people",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("login", String(100), nullable=False),
    Column("name", Text, nullable=False, default=""),
    Column("avatar_url", Text, nullable=False, default=""),
    Column("settings", Json, nullable=False, default=dict),
    Column("token", LargeBinary),
    Column("token_until", Time),
    Column("refresh", LargeBinary),
    Column("refresh_until", Time),
    # Until when one coordinator has the right to refresh the token.
    Column("refreshing_until", Time),
    Column("created_at", Time, nullable=False),
    Column("updated_at", Time, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("person_id", BigInteger, nullable=False, index=True),
    Column("device", String(200), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("created_at", Time, nullable=False),
    Column("last_seen_at", Time, nullable=False),
    Column("expires_at", Time, nullable=False, index=True),
    # When its screen was last known to be looked at, and which agent was on it.
    Column("looked_at", Time),
    Column("looked_agent", String(36), nullable=False, default=""),
)

# Every refresh token of a living session, as a hash: a used one that comes again is a stolen one.
refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column(
        "session_id",
        String(36),
        ForeignKey("sessions.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("made_at", Time, nullable=False),
    Column("used_at", Time),
)

# What works once and was used: states of sign-ins.
spent = Table(
    "spent",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("until", Time, nullable=False, index=True),
)

pairings = Table(
    "pairings",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("person_id", BigInteger, nullable=False, index=True),
    Column(
        "session_id",
        String(36),
        ForeignKey("sessions.id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("until", Time, nullable=False, index=True),
)

# The first answer to a request with an Idempotency-Key; no status while it is being answered.
replies = Table(
    "replies",
    metadata,
    Column("person_id", BigInteger, primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("print", String(64), nullable=False),
    Column("status", Integer),
    Column("headers", Json, nullable=False, default=dict),
    Column("body", LargeBinary, nullable=False, default=b""),
    Column("created_at", Time, nullable=False, index=True),
)

push_subscriptions = Table(
    "push_subscriptions",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("person_id", BigInteger, nullable=False, index=True),
    # A device that is signed out hears nothing any more.
    Column(
        "session_id",
        String(36),
        ForeignKey("sessions.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("endpoint_hash", String(64), nullable=False, unique=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("device", String(200), nullable=False, default=""),
    # Of the public key that it was made for: a push signed with another one is refused.
    Column("key_print", String(16), nullable=False),
    Column("created_at", Time, nullable=False),
)

# One row an event that is worth a notification; whoever inserts it may send it.
pushes = Table(
    "pushes",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("agent_id", String(36)),
    Column("seq", Integer),
    Column("person_id", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("outcome", String(16), nullable=False, default=""),
    Column("detail", Text, nullable=False, default=""),
    Column("claimed_at", Time, nullable=False),
    Column("at", Time, nullable=False, index=True),
    UniqueConstraint("agent_id", "seq"),
    Index("ix_pushes_person", "person_id", "id"),
)

# A bucket for each limit and person, by the second (since 1970) in which it is full again.
rates = Table(
    "rates",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("who", String(64), primary_key=True),
    Column("full_at", Double, nullable=False),
)
