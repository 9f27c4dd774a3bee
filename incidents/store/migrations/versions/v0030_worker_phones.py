"""Where people in the field are called."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("phone", sa.String(24), nullable=True, comment="digits, perhaps after +; empty: none known")
    op.add_column("workers", column)


def downgrade() -> None:
    op.drop_column("workers", "phone")
