"""Alembic's entry: the connection comes from `bot.db.engine.migrate`."""

from alembic import context

from bot.db import machine_schema

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=machine_schema.machines.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
