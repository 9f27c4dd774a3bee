"""Steps of cases to be told to other systems, and what they reported."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def _outbox() -> None:
    op.create_table(
        "exchange_outbox",
        sa.Column("id", sa.String(length=32), nullable=False, comment="random; names the row"),
        sa.Column("destination", sa.String(length=40), nullable=False, comment="its id in the configuration"),
        sa.Column("case_id", sa.String(length=32), nullable=False, comment="whose step it tells"),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="the trace entry it tells"),
        sa.Column("event_id", sa.String(length=64), nullable=False, comment="receivers tell repetitions by it"),
        sa.Column("event", sa.String(length=64), nullable=False, comment="CloudEvents type"),
        sa.Column("body", sa.Text(), nullable=False, comment="CloudEvents 1.0, structured JSON, as sent each time"),
        sa.Column(
            "state", sa.String(length=16), nullable=False, comment="pending, delivered or dead: not the case's own"
        ),
        sa.Column("queued_at", sa.Double(), nullable=False, comment="when written, with the trace entry"),
        sa.Column("give_up_at", sa.Double(), nullable=False, comment="a failure after this makes it dead"),
        sa.Column("next_at", sa.Double(), nullable=False, comment="not tried before"),
        sa.Column("attempts", sa.Integer(), nullable=False, comment="so many times tried"),
        sa.Column("last_at", sa.Double(), comment="newest try"),
        sa.Column(
            "last_error", sa.String(length=200), nullable=False, comment="why the newest try failed; empty: it did not"
        ),
        sa.Column("delivered_at", sa.Double(), comment="when it was taken"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_exchange_outbox_case_id_cases")),
        sa.ForeignKeyConstraint(["seq"], ["trace.seq"], name=op.f("fk_exchange_outbox_seq_trace")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_outbox")),
        sa.UniqueConstraint("destination", "seq", name=op.f("uq_exchange_outbox_destination_seq")),
        comment="steps of cases to be told to other systems, one row for each and destination",
    )
    for columns in (
        ("destination", "state", "next_at"),
        ("case_id", "destination", "seq"),
        ("state", "queued_at"),
    ):
        op.create_index(op.f(f"ix_exchange_outbox_{'_'.join(columns)}"), "exchange_outbox", list(columns))


def _reports() -> None:
    op.create_table(
        "exchange_reports",
        sa.Column("id", sa.String(length=32), nullable=False, comment="random; the service_request_id of Open311"),
        sa.Column("source", sa.String(length=40), nullable=False, comment="its id in the configuration"),
        sa.Column("reference", sa.String(length=128), nullable=False, comment="the sender's own id of it"),
        sa.Column("fingerprint", sa.String(length=64), nullable=False, comment="SHA-256 of what was reported"),
        sa.Column("case_id", sa.String(length=32), nullable=False, comment="the case it opened"),
        sa.Column("description", sa.Text(), nullable=False, comment="as reported; may be empty"),
        sa.Column("address", sa.String(length=200), nullable=False, comment="as reported; may be empty"),
        sa.Column(
            "media_url", sa.String(length=1000), nullable=False, comment="as reported, never opened by us; may be empty"
        ),
        sa.Column("received_at", sa.Double(), nullable=False, comment="when it came"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_exchange_reports_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_reports")),
        sa.UniqueConstraint("source", "reference", name=op.f("uq_exchange_reports_source_reference")),
        comment="what other systems reported: one row for each report taken",
    )
    op.create_index(op.f("ix_exchange_reports_case_id"), "exchange_reports", ["case_id"])
    op.create_index(op.f("ix_exchange_reports_source_received_at"), "exchange_reports", ["source", "received_at"])


def upgrade() -> None:
    _outbox()
    _reports()


def downgrade() -> None:
    op.drop_table("exchange_reports")
    op.drop_table("exchange_outbox")
