"""The post an account works at."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "accounts",
        sa.Column(
            "post",
            sa.String(length=64),
            comment="id of the post whose cases this account handles; empty for none",
        ),
    )


def downgrade() -> None:
    op.drop_column("accounts", "post")
