"""Tokens people make for their map programs, by name."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    comment = "program it was made for, which only reads the map; empty: a person's"
    op.add_column("sessions", sa.Column("program", sa.String(length=200), nullable=True, comment=comment))


def downgrade() -> None:
    op.drop_column("sessions", "program")
