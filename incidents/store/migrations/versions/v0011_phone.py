"""What phones need: keys of requests that may come twice, and when a worker was on duty."""

from alembic import op
from sqlalchemy import Column, Double, ForeignKeyConstraint, PrimaryKeyConstraint, String, Text

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "request_keys",
        Column("account_id", String(length=32), nullable=False, comment="whose request"),
        Column("key", String(length=128), nullable=False, comment="the Idempotency-Key as sent"),
        Column("fingerprint", String(length=64), nullable=False, comment="SHA-256 of what was asked"),
        Column("answer", Text(), nullable=False, comment="JSON as answered"),
        Column("at", Double(), nullable=False, comment="when carried out; forgotten after a month"),
        ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_request_keys_account_id_accounts")),
        PrimaryKeyConstraint("account_id", "key", name=op.f("pk_request_keys")),
        comment="a request sent twice is carried out once; a refused one has done nothing and leaves no row",
    )
    op.create_index(op.f("ix_request_keys_at"), "request_keys", ["at"])
    op.create_table(
        "worker_duty",
        Column("account_id", String(length=32), nullable=False, comment="who"),
        Column("from_at", Double(), nullable=False, comment="went on duty"),
        Column("until_at", Double(), comment="went off duty; empty: still on"),
        ForeignKeyConstraint(["account_id"], ["workers.account_id"], name=op.f("fk_worker_duty_account_id_workers")),
        PrimaryKeyConstraint("account_id", "from_at", name=op.f("pk_worker_duty")),
        comment="when workers were on duty; no two times of one worker overlap",
    )
    # Of the past only the present is known.
    op.execute(
        "INSERT INTO worker_duty (account_id, from_at) SELECT account_id, duty_since FROM workers "
        "WHERE duty AND duty_since IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_table("worker_duty")
    op.drop_index(op.f("ix_request_keys_at"), table_name="request_keys")
    op.drop_table("request_keys")
