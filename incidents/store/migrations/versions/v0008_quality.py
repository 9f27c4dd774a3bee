"""Video quality diagnosis: what was wrong with which camera, and the days reported on."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quality_episodes",
        sa.Column("id", sa.String(length=32), nullable=False, comment="random"),
        sa.Column("camera_id", sa.String(length=64), nullable=False, comment="camera of the configuration"),
        sa.Column("area", sa.String(length=64), nullable=False, comment="where it hung; rights hold here"),
        sa.Column("fault", sa.String(length=32), nullable=False, comment="what was wrong, see docs/design/quality.md"),
        sa.Column("began_at", sa.Double(), nullable=False, comment="when it first showed"),
        sa.Column("told_at", sa.Double(), nullable=False, comment="when it had held for long enough to be told"),
        sa.Column("ended_at", sa.Double(), comment="when it was found well again; empty: it is not"),
        sa.Column(
            "picture",
            sa.String(length=64),
            comment="SHA-256 of the JPEG that showed it; empty: none, or no longer kept",
        ),
        sa.Column(
            "healthy",
            sa.String(length=64),
            comment="SHA-256 of a JPEG of the camera when it was well; empty: none",
        ),
        sa.ForeignKeyConstraint(["area"], ["areas.code"], name=op.f("fk_quality_episodes_area_areas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_episodes")),
        sa.UniqueConstraint(
            "camera_id", "fault", "began_at", name=op.f("uq_quality_episodes_camera_id_fault_began_at")
        ),
        comment="what was wrong with a camera's video, from when to when",
    )
    op.create_index("ix_quality_episodes_ended_at", "quality_episodes", ["ended_at"])
    op.create_index("ix_quality_episodes_began_at", "quality_episodes", ["began_at"])
    op.create_table(
        "quality_days",
        sa.Column("day", sa.String(length=10), nullable=False, comment="yyyy-mm-dd in the town's time zone"),
        sa.Column("made_at", sa.Double(), nullable=False, comment="when its report was made"),
        sa.Column(
            "cameras",
            sa.Text(),
            nullable=False,
            comment="JSON: [id, name, name_en, area] of every camera in use that day",
        ),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_quality_days")),
        comment="the estate a day's report is about; cameras come and go",
    )
