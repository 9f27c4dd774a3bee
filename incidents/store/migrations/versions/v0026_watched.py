"""The clock finds what is due among the open cases alone."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

OPEN = sa.text("closed_at IS NULL")
COLUMNS = ["deadline_at", "id", "opened_at", "breached_for", "urged_for"]


def upgrade() -> None:
    op.create_index("ix_cases_watched", "cases", COLUMNS, sqlite_where=OPEN, postgresql_where=OPEN)


def downgrade() -> None:
    op.drop_index("ix_cases_watched", table_name="cases")
