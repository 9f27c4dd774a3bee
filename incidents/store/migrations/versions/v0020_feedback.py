"""Forms that orders from above ask to be sent back."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_feedback",
        sa.Column("case_id", sa.String(length=32), nullable=False, comment="the order's case"),
        sa.Column("form", sa.Text(), nullable=False, comment="JSON: its fields, as they were when the order came"),
        sa.Column(
            "answers",
            sa.Text(),
            nullable=False,
            comment="JSON: by id of the field; how they came about is in the trace",
        ),
        sa.Column("filled_at", sa.Double(), comment="newest change of the answers; empty: none yet"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_feedback_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_feedback")),
        comment="what an order wants to be told, and has been told so far",
    )


def downgrade() -> None:
    op.drop_table("case_feedback")
