"""How long machines slept, what that costs, and whose apps are to go."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    json = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
    with op.batch_alter_table("machines", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("asleep_usd_per_hour", sa.Float(), server_default="0", nullable=False)
        )
        batch_op.add_column(sa.Column("sleeps", json, server_default="[]", nullable=False))
    op.create_table(
        "removed_installations",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_removed_installations")),
    )


def downgrade() -> None:
    op.drop_table("removed_installations")
    with op.batch_alter_table("machines", schema=None) as batch_op:
        batch_op.drop_column("sleeps")
        batch_op.drop_column("asleep_usd_per_hour")
