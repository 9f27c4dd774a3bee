"""Watching rounds of domes: whether they are on, and which view of a dome sees a thing."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("case_objects", sa.Column("view_id", sa.String(length=64), comment="which of a dome's views sees it"))
    op.create_table(
        "ptz_rounds",
        sa.Column("camera_id", sa.String(length=64), nullable=False, comment="the dome"),
        sa.Column("on", sa.Boolean(), nullable=False, comment="whether it visits its views; without a row yes"),
        sa.Column("updated_at", sa.Double(), nullable=False, comment="newest change"),
        sa.Column("updated_by", sa.String(length=32), nullable=False, comment="who made it"),
        sa.ForeignKeyConstraint(["updated_by"], ["accounts.id"], name=op.f("fk_ptz_rounds_updated_by_accounts")),
        sa.PrimaryKeyConstraint("camera_id", name=op.f("pk_ptz_rounds")),
        comment="domes whose watching rounds were switched",
    )
