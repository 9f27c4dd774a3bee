"""The store: schema, migrations, transactions. SQLite embedded, PostgreSQL at scale."""

from incidents.store.engine import Store, Transaction, open_store

__all__ = ["Store", "Transaction", "open_store"]
