"""Runs migrations on the connection that `syncer.store.migrate` hands over, inside its transaction."""

from alembic import context

from syncer.store.scripts import is_ours
from syncer.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
    include_name=is_ours,
)
with context.begin_transaction():
    context.run_migrations()
