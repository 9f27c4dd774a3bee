"""Presets and tours of the wall."""

from alembic import op
from sqlalchemy import (
    CheckConstraint,
    Column,
    Double,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    String,
    Text,
    UniqueConstraint,
)

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _shelf(name: str, content: str, comment: str) -> None:
    op.create_table(
        name,
        Column("id", String(length=32), nullable=False, comment="random"),
        Column("owner_id", String(length=32), nullable=True, comment="whose own; empty for a shared one"),
        Column("area", String(length=64), nullable=True, comment="where shared; empty for a personal one"),
        Column("name", String(length=200), nullable=False, comment="as people call it"),
        Column("name_key", String(length=200), nullable=False, comment="case-folded; differs on one shelf"),
        Column("content", Text(), nullable=False, comment=content),
        Column("version", Integer(), nullable=False, comment="one more with every change; for optimistic locking"),
        Column("created_at", Double(), nullable=False, comment="when made"),
        Column("created_by", String(length=32), nullable=False, comment="who made it"),
        Column("updated_at", Double(), nullable=False, comment="newest change"),
        Column("updated_by", String(length=32), nullable=False, comment="who made that"),
        CheckConstraint("(owner_id IS NULL) <> (area IS NULL)", name=op.f(f"ck_{name}_one_shelf")),
        ForeignKeyConstraint(["area"], ["areas.code"], name=op.f(f"fk_{name}_area_areas")),
        ForeignKeyConstraint(["created_by"], ["accounts.id"], name=op.f(f"fk_{name}_created_by_accounts")),
        ForeignKeyConstraint(["owner_id"], ["accounts.id"], name=op.f(f"fk_{name}_owner_id_accounts")),
        ForeignKeyConstraint(["updated_by"], ["accounts.id"], name=op.f(f"fk_{name}_updated_by_accounts")),
        PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        UniqueConstraint("area", "name_key", name=op.f(f"uq_{name}_area_name_key")),
        UniqueConstraint("owner_id", "name_key", name=op.f(f"uq_{name}_owner_id_name_key")),
        comment=comment,
    )
    op.create_index(op.f(f"ix_{name}_area"), name, ["area"], unique=False)


def upgrade() -> None:
    _shelf("presets", "JSON: [{layout, cameras}], exactly one", "arrangements of the wall kept by name")
    _shelf("tours", "JSON: [{layout, cameras, dwell_s}], its steps", "rounds of arrangements with dwell times")


def downgrade() -> None:
    for name in ("tours", "presets"):
        op.drop_index(op.f(f"ix_{name}_area"), table_name=name)
        op.drop_table(name)
