"""What phones need: keys of requests that may come twice, and when a worker was on duty."""

from sqlalchemy import Column, Double, ForeignKey, String, Table, Text

from incidents.store.schema import HASH, ID, metadata

request_keys = Table(
    "request_keys",
    metadata,
    Column("account_id", ID, ForeignKey("accounts.id"), primary_key=True, comment="whose request"),
    Column("key", String(128), primary_key=True, comment="the Idempotency-Key as sent"),
    Column("fingerprint", HASH, nullable=False, comment="SHA-256 of what was asked"),
    Column("answer", Text, nullable=False, comment="JSON as answered"),
    Column("at", Double, nullable=False, index=True, comment="when carried out; forgotten after a month"),
    comment="a request sent twice is carried out once; a refused one has done nothing and leaves no row",
)

worker_duty = Table(
    "worker_duty",
    metadata,
    Column("account_id", ID, ForeignKey("workers.account_id"), primary_key=True, comment="who"),
    Column("from_at", Double, primary_key=True, comment="went on duty"),
    Column("until_at", Double, comment="went off duty; empty: still on"),
    comment="when workers were on duty; no two times of one worker overlap",
)
