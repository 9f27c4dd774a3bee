"""Recorded announcements for loudspeakers."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "announcements",
        sa.Column("id", sa.String(length=32), nullable=False, comment="random"),
        sa.Column("area", sa.String(length=64), nullable=False, comment="whose shelf; those below may use it"),
        sa.Column("name", sa.String(length=200), nullable=False, comment="what it is called"),
        sa.Column("name_key", sa.String(length=200), nullable=False, comment="case-folded: a shelf has a name once"),
        sa.Column(
            "text", sa.Text(), nullable=False, comment="what is said, for devices that read themselves; may be empty"
        ),
        sa.Column("sound", sa.LargeBinary(), nullable=False, comment="16-bit samples at 8 kHz, little-endian"),
        sa.Column("seconds", sa.Double(), nullable=False, comment="length"),
        sa.Column("made_at", sa.Double(), nullable=False, comment="when"),
        sa.Column("made_by", sa.String(length=32), nullable=False, comment="by whom"),
        sa.ForeignKeyConstraint(["area"], ["areas.code"], name=op.f("fk_announcements_area_areas")),
        sa.ForeignKeyConstraint(["made_by"], ["accounts.id"], name=op.f("fk_announcements_made_by_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcements")),
        sa.UniqueConstraint("area", "name_key", name=op.f("uq_announcements_area_name_key")),
        comment="recorded announcements, by area",
    )


def downgrade() -> None:
    op.drop_table("announcements")
