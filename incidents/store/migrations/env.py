"""Run by Alembic; the connection, inside its transaction, comes from `incidents.store.migrate`."""

from alembic import context

from incidents.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    transaction_per_migration=False,
)
context.run_migrations()
