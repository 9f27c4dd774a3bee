"""What people have that some cases want."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("skills", sa.Text(), nullable=True, comment="JSON: ids of skills of the catalogue; empty: none")
    op.add_column("workers", column)


def downgrade() -> None:
    op.drop_column("workers", "skills")
