from tests.incidents.databases import (
    database,
    migrated_postgres,
    migrated_sqlite,
    postgres_server,
    sqlite_world,
    store,
    world,
)

__all__ = ["database", "migrated_postgres", "migrated_sqlite", "postgres_server", "sqlite_world", "store", "world"]
