"""What an account keeps of cameras: favourites."""

from alembic import op
from sqlalchemy import Column, Double, ForeignKeyConstraint, PrimaryKeyConstraint, String

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "favourites",
        Column("account_id", String(length=32), nullable=False, comment="whose"),
        Column(
            "camera_id",
            String(length=64),
            nullable=False,
            comment="camera of the configuration; one no longer there is not told",
        ),
        Column("added_at", Double(), nullable=False, comment="when; the order they are told in"),
        ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_favourites_account_id_accounts")),
        PrimaryKeyConstraint("account_id", "camera_id", name=op.f("pk_favourites")),
        comment="cameras an account has starred",
    )


def downgrade() -> None:
    op.drop_table("favourites")
