"""Alarm rules that are raised when a late case is stepped up."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None
NEW_CASES = "raised by new cases; empty: yes"
STEP_UPS = "raised when a late case is stepped up; empty: no"
STEPPED_AT = "when the step-up was that raised it (again); empty: raised as a new case"


def upgrade() -> None:
    op.add_column("alarm_rules", sa.Column("new_cases", sa.Boolean(), nullable=True, comment=NEW_CASES))
    op.add_column("alarm_rules", sa.Column("step_ups", sa.Boolean(), nullable=True, comment=STEP_UPS))
    op.add_column("alarms", sa.Column("stepped_at", sa.Double(), nullable=True, comment=STEPPED_AT))


def downgrade() -> None:
    op.drop_column("alarms", "stepped_at")
    op.drop_column("alarm_rules", "step_ups")
    op.drop_column("alarm_rules", "new_cases")
