"""Domes: who turned them, and what is kept for them."""

from alembic import op
from sqlalchemy import (
    Column,
    Double,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Text,
)

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _ptz_log() -> None:
    op.create_table(
        "ptz_log",
        Column("id", Integer(), nullable=False, comment="1, 2, 3 … in the order written"),
        Column("at", Double(), nullable=False, comment="when"),
        Column("camera_id", String(length=64), nullable=False, comment="the dome; camera of the configuration"),
        Column("account_id", String(length=32), nullable=True, comment="who; empty for the system's own rounds"),
        Column("name", String(length=200), nullable=False, comment="who, as called then"),
        Column("action", String(length=32), nullable=False, comment="what, see docs/design/ptz.md"),
        Column("detail", Text(), nullable=False, comment="JSON: what belongs to the action"),
        ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_ptz_log_account_id_accounts")),
        PrimaryKeyConstraint("id", name=op.f("pk_ptz_log")),
        comment="who turned which dome; rows are only added",
    )
    op.create_index("ix_ptz_log_camera_id", "ptz_log", ["camera_id", "id"], unique=False)


def _ptz_settings() -> None:
    op.create_table(
        "ptz_settings",
        Column("camera_id", String(length=64), nullable=False, comment="the dome"),
        Column(
            "calibration",
            Text(),
            nullable=True,
            comment="JSON: mount and its errors; laid over cameras.yaml. Empty: that holds",
        ),
        Column("guard", Text(), nullable=True, comment="JSON: preset, idle_s; where it goes when nobody turns it"),
        Column("patrol", Text(), nullable=True, comment="JSON: steps [preset, dwell_s], on"),
        Column("updated_at", Double(), nullable=False, comment="newest change"),
        Column("updated_by", String(length=32), nullable=False, comment="who made it"),
        ForeignKeyConstraint(["updated_by"], ["accounts.id"], name=op.f("fk_ptz_settings_updated_by_accounts")),
        PrimaryKeyConstraint("camera_id", name=op.f("pk_ptz_settings")),
        comment="what is kept for a dome beside the configuration",
    )


def _ptz_presets() -> None:
    op.create_table(
        "ptz_presets",
        Column("camera_id", String(length=64), nullable=False, comment="the dome"),
        Column("token", String(length=64), nullable=False, comment="the device's own name of the preset"),
        Column("name", String(length=200), nullable=False, comment="as people call it; some devices forget theirs"),
        Column("picture", LargeBinary(), nullable=True, comment="JPEG of what it shows; empty until there is one"),
        Column("pictured_at", Double(), nullable=True, comment="when that was captured"),
        Column("updated_at", Double(), nullable=False, comment="when kept, or kept anew"),
        Column("updated_by", String(length=32), nullable=False, comment="who did"),
        ForeignKeyConstraint(["updated_by"], ["accounts.id"], name=op.f("fk_ptz_presets_updated_by_accounts")),
        PrimaryKeyConstraint("camera_id", "token", name=op.f("pk_ptz_presets")),
        comment="names and pictures of the presets that the devices hold",
    )


def upgrade() -> None:
    _ptz_log()
    _ptz_settings()
    _ptz_presets()
