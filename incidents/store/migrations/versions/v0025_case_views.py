"""Views of the case desk kept with the account, and shared ones."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_views",
        sa.Column("id", sa.String(length=32), nullable=False, comment="random"),
        sa.Column("owner_id", sa.String(length=32), nullable=True, comment="whose own; empty for a shared one"),
        sa.Column("area", sa.String(length=64), nullable=True, comment="where shared; empty for a personal one"),
        sa.Column("name", sa.String(length=200), nullable=False, comment="as people call it"),
        sa.Column("name_key", sa.String(length=200), nullable=False, comment="case-folded; differs on one shelf"),
        sa.Column(
            "query", sa.String(length=1000), nullable=False, comment="filters and order, as in the address of the desk"
        ),
        sa.Column("updated_at", sa.Double(), nullable=False, comment="when it was kept"),
        sa.Column("updated_by", sa.String(length=32), nullable=False, comment="who kept it"),
        sa.CheckConstraint("(owner_id IS NULL) <> (area IS NULL)", name=op.f("ck_case_views_one_shelf")),
        sa.ForeignKeyConstraint(["area"], ["areas.code"], name=op.f("fk_case_views_area_areas")),
        sa.ForeignKeyConstraint(["owner_id"], ["accounts.id"], name=op.f("fk_case_views_owner_id_accounts")),
        sa.ForeignKeyConstraint(["updated_by"], ["accounts.id"], name=op.f("fk_case_views_updated_by_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_views")),
        sa.UniqueConstraint("area", "name_key", name=op.f("uq_case_views_area_name_key")),
        sa.UniqueConstraint("owner_id", "name_key", name=op.f("uq_case_views_owner_id_name_key")),
        comment="filters of the case desk kept by name",
    )
    op.create_index(op.f("ix_case_views_area"), "case_views", ["area"])


def downgrade() -> None:
    op.drop_index(op.f("ix_case_views_area"), table_name="case_views")
    op.drop_table("case_views")
