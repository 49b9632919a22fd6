"""The tables of machines, daemons, checkpoints, plans and what was used of them."""

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, String, Table, Text

from bot.db.schema import Json, Time, metadata

machines = Table(
    "machines",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("backend", String(16), nullable=False),
    Column("installation_id", BigInteger, nullable=False),
    Column("app", String(100), nullable=False, default=""),
    Column("provider_id", String(100), nullable=False, default=""),
    Column("region", String(32), nullable=False, default=""),
    Column("state", String(16), nullable=False),
    Column("run_id", String(48), unique=True),
    Column("guest", Json, nullable=False, default=dict),
    Column("image", Text, nullable=False, default=""),
    Column("usd_per_hour", Float, nullable=False, default=0.0),
    Column("asleep_usd_per_hour", Float, nullable=False, default=0.0, server_default="0"),
    # The one-time token of the machine's environment; empty from its first use on.
    Column("token_hash", String(64), nullable=False, default="", index=True),
    # What the machine proves itself with afterwards, and the boot that it belongs to.
    Column("secret_hash", String(64), nullable=False, default="", index=True),
    Column("boot_id", String(64), nullable=False, default=""),
    Column("version", String(32), nullable=False, default=""),
    Column("facts", Json, nullable=False, default=dict),
    Column("reason", Text, nullable=False, default=""),
    Column("created_at", Time, nullable=False),
    Column("ready_at", Time),
    Column("claimed_at", Time),
    Column("taken_at", Time),
    Column("seen_at", Time),
    Column("suspended_at", Time),
    Column("gone_at", Time),
    # Pairs of times in ISO 8601, from when to when it slept; the last may still be under way.
    Column("sleeps", Json, nullable=False, default=list, server_default="[]"),
    Index("ix_machines_pool", "installation_id", "state", "run_id"),
    Index("ix_machines_state", "backend", "state"),
)

# A program that runs agents on a machine of one account: its token is durable, kept as a hash.
daemons = Table(
    "daemons",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("installation_id", BigInteger, nullable=False, index=True),
    Column("name", String(100), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("created_by", String(100), nullable=False, default=""),
    Column("version", String(32), nullable=False, default=""),
    Column("capacity", Integer, nullable=False, default=1),
    Column("facts", Json, nullable=False, default=dict),
    Column("created_at", Time, nullable=False),
    Column("seen_at", Time),
    Column("revoked_at", Time),
)

# Machines that we rent for a daemon; the row is there before the machine is.
servers = Table(
    "servers",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("installation_id", BigInteger, nullable=False, index=True),
    Column("daemon_id", String(36), ForeignKey("daemons.id"), nullable=False),
    Column("provider", String(16), nullable=False),
    Column("provider_id", String(100), nullable=False, default=""),
    Column("name", String(100), nullable=False, unique=True),
    Column("kind", String(32), nullable=False),
    Column("location", String(32), nullable=False, default=""),
    Column("state", String(16), nullable=False),
    Column("usd_per_hour", Float, nullable=False, default=0.0),
    Column("reason", Text, nullable=False, default=""),
    Column("created_at", Time, nullable=False),
    Column("ready_at", Time),
    Column("gone_at", Time),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("agent_id", String(36), ForeignKey("agents.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("run_id", String(48), nullable=False),
    Column("manifest", Json, nullable=False),
    Column("bytes", BigInteger, nullable=False, default=0),
    Column("at", Time, nullable=False),
)

# Installations that are no more: nothing waits for them, and what they had goes.
removed_installations = Table(
    "removed_installations",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Time, nullable=False),
)

# By the account's login in lower case, so that a new installation is no new start.
plans = Table(
    "plans",
    metadata,
    Column("account", String(100), primary_key=True),
    Column("plan", String(16), nullable=False),
    Column("set_by", String(100), nullable=False, default=""),
    Column("set_at", Time, nullable=False),
)

usage = Table(
    "usage",
    metadata,
    Column("account", String(100), primary_key=True),
    Column("month", String(7), primary_key=True),
    Column("agents", Integer, nullable=False, default=0),
)
