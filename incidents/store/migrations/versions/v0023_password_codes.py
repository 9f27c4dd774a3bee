"""One-time codes with which somebody sets his own password."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "password_codes",
        sa.Column("account_id", sa.String(length=32), nullable=False, comment="who may set his password with it"),
        sa.Column("code_hash", sa.String(length=64), nullable=False, comment="SHA-256 of the code; it is not stored"),
        sa.Column("made_by", sa.String(length=200), nullable=False, comment="name of who gave it"),
        sa.Column("expires_at", sa.Double(), nullable=False, comment="void from then on"),
        sa.Column("tries_left", sa.Integer(), nullable=False, comment="so many wrong ones until it is void"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_password_codes_account_id_accounts")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_password_codes")),
        comment="one-time codes that wait to be used, one an account",
    )


def downgrade() -> None:
    op.drop_table("password_codes")
