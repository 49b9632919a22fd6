"""The tables, one set for SQLite and Postgres; Alembic's history is made from them."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Json = JSON().with_variant(JSONB(), "postgresql")
Id = BigInteger().with_variant(Integer(), "sqlite")


class UtcTime(TypeDecorator[datetime]):
    """An aware time in UTC on both databases; SQLite keeps no zone of its own."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store in UTC; a time without a zone is a mistake."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return an aware time."""
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


Time = UtcTime()

deliveries = Table(
    "deliveries",
    metadata,
    Column("guid", String(64), primary_key=True),
    Column("event", String(64), nullable=False),
    Column("action", String(64), nullable=False),
    Column("installation_id", BigInteger),
    Column("body", LargeBinary, nullable=False),
    Column("state", String(16), nullable=False, default="stored"),
    Column("note", Text, nullable=False, default=""),
    Column("received_at", Time, nullable=False),
    Column("handled_at", Time),
)
Index(
    "ix_deliveries_waiting",
    deliveries.c.received_at,
    sqlite_where=deliveries.c.state == "stored",
    postgresql_where=deliveries.c.state == "stored",
)

agents = Table(
    "agents",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("requester_id", BigInteger, nullable=False),
    Column("installation_id", BigInteger, nullable=False),
    Column("repository_id", BigInteger, nullable=False),
    Column("issue", Integer),
    Column("source_ref", String(200), nullable=False, unique=True),
    Column("task", Json, nullable=False),
    Column("status", String(16), nullable=False),
    Column("phase", String(16), nullable=False),
    Column("progress", Integer, nullable=False, default=0),
    Column("branch", String(255), nullable=False, default=""),
    Column("plan", Json, nullable=False, default=list),
    Column("model", String(100), nullable=False, default=""),
    Column("cost_usd", Float, nullable=False, default=0.0),
    Column("machine_seconds", Float, nullable=False, default=0.0, server_default="0"),
    Column("machine_usd", Float, nullable=False, default=0.0, server_default="0"),
    Column("place", String(16), nullable=False, default="", server_default=""),
    Column("place_note", Text, nullable=False, default="", server_default=""),
    Column("reason", Text, nullable=False, default=""),
    Column("result", Json, nullable=False, default=dict),
    Column("pr_number", Integer),
    Column("pr_url", Text, nullable=False, default=""),
    Column("comment_id", BigInteger),
    Column("cancelled_by", String(100), nullable=False, default=""),
    Column("question", Json),
    Column("seq", Integer, nullable=False, default=0),
    Column("version", Integer, nullable=False, default=0),
    Column("reported_version", Integer, nullable=False, default=-1),
    Column("pushed_seq", Integer, nullable=False, default=0, server_default="0"),
    Column("created_at", Time, nullable=False),
    Column("updated_at", Time, nullable=False),
    Column("started_at", Time),
    Column("completed_at", Time),
    Column("deadline_at", Time),
    UniqueConstraint("requester_id", "number"),
    Index("ix_agents_issue", "repository_id", "issue", "created_at"),
    Index("ix_agents_queue", "installation_id", "status", "created_at"),
)

runs = Table(
    "runs",
    metadata,
    Column("id", String(48), primary_key=True),
    Column("agent_id", String(36), ForeignKey("agents.id"), nullable=False, index=True),
    Column("attempt", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Column("backend", String(16), nullable=False),
    Column("machine", Json, nullable=False, default=dict),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("lease_until", Time),
    Column("acked_seq", Integer, nullable=False, default=0),
    Column("cost_usd", Float, nullable=False, default=0.0),
    Column("result", Json, nullable=False, default=dict),
    Column("started_at", Time, nullable=False),
    Column("finished_at", Time),
    Column("paused_at", Time),
    Column("from_checkpoint", Integer),
    Column("machine_seconds", Float, nullable=False, default=0.0, server_default="0"),
    Column("machine_usd", Float, nullable=False, default=0.0, server_default="0"),
    UniqueConstraint("agent_id", "attempt"),
)

agent_events = Table(
    "agent_events",
    metadata,
    Column("agent_id", String(36), ForeignKey("agents.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("data", Json, nullable=False),
    Column("at", Time, nullable=False),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("agent_id", String(36), ForeignKey("agents.id"), nullable=False, index=True),
    Column("source_ref", String(200), nullable=False, unique=True),
    Column("text", Text, nullable=False),
    Column("author", String(100), nullable=False),
    Column("created_at", Time, nullable=False),
)

refusals = Table(
    "refusals",
    metadata,
    Column("person_id", BigInteger, primary_key=True),
    Column("repository_id", BigInteger, primary_key=True),
    Column("day", String(10), primary_key=True),
)

installations = Table(
    "installations",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("account_login", String(100), nullable=False),
    Column("account_type", String(32), nullable=False),
    Column("suspended_at", Time),
    Column("created_at", Time, nullable=False),
)

repositories = Table(
    "repositories",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("installation_id", BigInteger, nullable=False, index=True),
    Column("full_name", String(200), nullable=False),
    Column("default_branch", String(255), nullable=False, default=""),
)

executors = Table(
    "executors",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("version", String(32), nullable=False),
    Column("heartbeat_at", Time, nullable=False),
)
