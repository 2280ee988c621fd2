"""Runs migrations on the connection that `syncer.store.upkeep.migrate` hands over, inside its transaction."""

from alembic import context

from syncer.store.tables import metadata
from syncer.store.upkeep.scripts import is_ours

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
    include_name=is_ours,
)
with context.begin_transaction():
    context.run_migrations()
