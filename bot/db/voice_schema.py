"""The table of spoken commands: words and what came of them, no sound."""

from sqlalchemy import BigInteger, Column, Index, String, Table, Text

from bot.db.schema import Json, Time, metadata

# *answer* is what was told, null while it is being made; *action* waits for a yes until
# *expires_at*, and *taken_at* says that it came: a confirmation works once, on any coordinator.
voice_commands = Table(
    "voice_commands",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("person_id", BigInteger, nullable=False),
    Column("print", String(64), nullable=False),
    Column("transcript", Text, nullable=False, default=""),
    Column("language", String(8), nullable=False, default="en"),
    Column("focus", String(36), nullable=False, default=""),
    Column("answer", Json),
    Column("action", Json),
    Column("created_at", Time, nullable=False),
    Column("expires_at", Time),
    Column("taken_at", Time),
    Index("ix_voice_commands_person_id_created_at", "person_id", "created_at"),
)
