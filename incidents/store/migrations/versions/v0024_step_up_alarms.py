"""Alarm rules that are raised when a late case is stepped up."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    new = sa.Column("new_cases", sa.Boolean(), nullable=True, comment="raised by new cases; empty: yes")
    step = sa.Column(
        "step_ups", sa.Boolean(), nullable=True, comment="raised when a late case is stepped up; empty: no"
    )
    at = sa.Column(
        "stepped_at",
        sa.Double(),
        nullable=True,
        comment="when the step-up was that raised it (again); empty: raised as a new case",
    )
    op.add_column("alarm_rules", new)
    op.add_column("alarm_rules", step)
    op.add_column("alarms", at)


def downgrade() -> None:
    op.drop_column("alarms", "stepped_at")
    op.drop_column("alarm_rules", "step_ups")
    op.drop_column("alarm_rules", "new_cases")
