"""How things look, so that the same stall is known again on another day; and which case repeats which."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

CELL = "CAST(FLOOR((lat + 90) * 2000) AS BIGINT) * 1000000 + CAST(FLOOR((lon + 180) * 2000) AS BIGINT)"
"""As `incidents.repeats.place_cell` has it."""


def upgrade() -> None:
    op.add_column(
        "case_objects",
        sa.Column(
            "appearance",
            sa.LargeBinary(length=256),
            comment="how it looked, see incidents.appearance; empty where not told",
        ),
    )
    op.drop_index("ix_case_objects_camera_id_rule", "case_objects")
    op.create_index(
        "ix_case_objects_camera_id_rule_seen_at",
        "case_objects",
        ["camera_id", "rule", "seen_at"],
    )
    op.add_column(
        "cases",
        sa.Column(
            "place_cell",
            sa.BigInteger(),
            comment="square of the map it lies in, see incidents.repeats; empty: no place",
        ),
    )
    op.add_column(
        "cases",
        sa.Column("repeat_of", sa.String(length=32), comment="first case of the same thing; empty where none is known"),
    )
    op.add_column(
        "cases",
        sa.Column(
            "same_place_as",
            sa.String(length=32),
            comment="newest earlier one there that does not look the same",
        ),
    )
    # SQLite cuts towards nothing and may have no FLOOR; nothing here is below nought.
    cell = CELL if op.get_bind().dialect.name == "postgresql" else CELL.replace("FLOOR", "")
    op.execute(f"UPDATE cases SET place_cell = {cell} WHERE lat IS NOT NULL AND lon IS NOT NULL")
    op.create_index(
        "ix_cases_case_class_place_cell_opened_at",
        "cases",
        ["case_class", "place_cell", "opened_at"],
    )
    op.create_index("ix_cases_repeat_of_opened_seq", "cases", ["repeat_of", "opened_seq"])
