"""Spoken commands."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    json = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
    op.create_table(
        "voice_commands",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("print", sa.String(length=64), nullable=False),
        sa.Column("transcript", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("focus", sa.String(length=36), nullable=False),
        sa.Column("answer", json, nullable=True),
        sa.Column("action", json, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voice_commands")),
    )
    with op.batch_alter_table("voice_commands", schema=None) as batch_op:
        batch_op.create_index(
            "ix_voice_commands_person_id_created_at", ["person_id", "created_at"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("voice_commands", schema=None) as batch_op:
        batch_op.drop_index("ix_voice_commands_person_id_created_at")
    op.drop_table("voice_commands")
