"""Alembic's entry: the connection comes from `bot.db.engine.migrate`."""

from alembic import context

from bot.db import machine_schema, people_schema, voice_schema

# Both add to one set of tables; it is complete when they are imported.
METADATA = {module.metadata for module in (machine_schema, people_schema, voice_schema)}.pop()

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
