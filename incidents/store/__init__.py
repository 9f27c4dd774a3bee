"""The store: schema, migrations, transactions. SQLite embedded, PostgreSQL at scale."""

from incidents.store import (
    announcement_schema,
    audit_schema,
    case_view_schema,
    display_schema,
    exchange_schema,
    favourites_schema,
    feedback_schema,
    finding_schema,
    joint_schema,
    judgement_schema,
    phone_schema,
    preset_schema,
    ptz_schema,
    quality_schema,
    register_schema,
)
from incidents.store.engine import DATABASE_FILE, EVIDENCE_FOLDER, Store, Transaction, open_store

__all__ = [
    "DATABASE_FILE",
    "EVIDENCE_FOLDER",
    "Store",
    "Transaction",
    "announcement_schema",
    "audit_schema",
    "case_view_schema",
    "display_schema",
    "exchange_schema",
    "favourites_schema",
    "feedback_schema",
    "finding_schema",
    "joint_schema",
    "judgement_schema",
    "open_store",
    "phone_schema",
    "preset_schema",
    "ptz_schema",
    "quality_schema",
    "register_schema",
]
