"""The store: schema, migrations, transactions. SQLite embedded, PostgreSQL at scale."""

from incidents.store.engine import DATABASE_FILE, EVIDENCE_FOLDER, Store, Transaction, open_store

__all__ = ["DATABASE_FILE", "EVIDENCE_FOLDER", "Store", "Transaction", "open_store"]
