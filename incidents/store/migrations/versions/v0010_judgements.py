"""What people made of detections, the rejected causes that are remembered, and thresholds taken from both."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def _judgements() -> None:
    op.create_table(
        "judgements",
        sa.Column("case_id", sa.String(length=32), nullable=False, comment="the case a camera began"),
        sa.Column("camera_id", sa.String(length=64), nullable=False, comment="the camera"),
        sa.Column("area", sa.String(length=64), nullable=False, comment="where it hung; rights hold here"),
        sa.Column("view_id", sa.String(length=64), comment="which of a dome's views saw it"),
        sa.Column("rule", sa.String(length=32), nullable=False, comment="the rule that told it"),
        sa.Column("zone_id", sa.String(length=64), comment="the zone it was told in"),
        sa.Column(
            "by_itself", sa.Boolean(), nullable=False, comment="opened without a person; else it waited in review"
        ),
        sa.Column("opened_at", sa.Double(), nullable=False, comment="when the case was opened"),
        sa.Column("first_seen_at", sa.Double(), comment="when the thing was first seen standing"),
        sa.Column("left_at", sa.Double(), comment="when the last of its things left; empty: it stood, or nobody knows"),
        sa.Column("confidence", sa.Double(), comment="0 to 1, as told"),
        sa.Column("size_m", sa.Double(), comment="longer of width and height; empty without a pose"),
        sa.Column("box", sa.Text(), comment="JSON [x, y, width, height]"),
        sa.Column("appearance", sa.LargeBinary(length=256), comment="how it looked, see incidents.appearance"),
        sa.Column("verdict", sa.String(length=16), comment="confirmed, rejected or duplicate; empty: nobody has said"),
        sa.Column("cause", sa.String(length=32), comment="of a rejection, see incidents.causes; empty: not said"),
        sa.Column("word", sa.String(length=60), comment="the cause in a person's own words"),
        sa.Column("duplicate_of", sa.String(length=32), comment="the case it doubled"),
        sa.Column("judged_at", sa.Double(), comment="when the verdict was given"),
        sa.Column("judged_by", sa.String(length=32), comment="who gave it; empty: the camera's verification"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_judgements_case_id_cases")),
        sa.ForeignKeyConstraint(["area"], ["areas.code"], name=op.f("fk_judgements_area_areas")),
        sa.ForeignKeyConstraint(["duplicate_of"], ["cases.id"], name=op.f("fk_judgements_duplicate_of_cases")),
        sa.ForeignKeyConstraint(["judged_by"], ["accounts.id"], name=op.f("fk_judgements_judged_by_accounts")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_judgements")),
        comment="one row for each case a camera began: the facts it was told by, and what people made of it",
    )
    op.create_index(op.f("ix_judgements_camera_id_rule_judged_at"), "judgements", ["camera_id", "rule", "judged_at"])
    op.create_index(op.f("ix_judgements_duplicate_of"), "judgements", ["duplicate_of"])
    op.create_index(op.f("ix_judgements_judged_at"), "judgements", ["judged_at"])


def _remembered_causes() -> None:
    op.create_table(
        "remembered_causes",
        sa.Column("id", sa.String(length=32), nullable=False, comment="random"),
        sa.Column("case_id", sa.String(length=32), nullable=False, comment="the rejected case"),
        sa.Column("camera_id", sa.String(length=64), nullable=False, comment="the camera it holds for"),
        sa.Column("area", sa.String(length=64), nullable=False, comment="where that hung; rights hold here"),
        sa.Column("view_id", sa.String(length=64), comment="which of a dome's views it holds for"),
        sa.Column("rule", sa.String(length=32), nullable=False, comment="the rule it holds for"),
        sa.Column("zone_id", sa.String(length=64), comment="the zone it was told in"),
        sa.Column("cause", sa.String(length=32), nullable=False, comment="see incidents.causes"),
        sa.Column("word", sa.String(length=60), nullable=False, comment="in a person's own words; may be empty"),
        sa.Column("box", sa.Text(), nullable=False, comment="JSON [x, y, width, height]"),
        sa.Column("appearance", sa.LargeBinary(length=256), comment="how it looked, see incidents.appearance"),
        sa.Column(
            "seen_at", sa.Double(), nullable=False, comment="when it was told: the time of day some causes hold for"
        ),
        sa.Column("made_at", sa.Double(), nullable=False, comment="when it was rejected"),
        sa.Column("made_by", sa.String(length=32), nullable=False, comment="who rejected it"),
        sa.Column("until", sa.Double(), comment="it holds no longer; empty: until somebody forgets it"),
        sa.Column(
            "suppressed", sa.Integer(), nullable=False, comment="later detections that were not raised because of it"
        ),
        sa.Column("last_at", sa.Double(), comment="newest of these"),
        sa.Column(
            "last_picture", sa.String(length=64), comment="SHA-256 of the picture of the newest of these; empty: none"
        ),
        sa.Column("forgotten_at", sa.Double(), comment="when somebody forgot it; it does not hold since"),
        sa.Column("forgotten_by", sa.String(length=32), comment="who"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_remembered_causes_case_id_cases")),
        sa.ForeignKeyConstraint(["area"], ["areas.code"], name=op.f("fk_remembered_causes_area_areas")),
        sa.ForeignKeyConstraint(["made_by"], ["accounts.id"], name=op.f("fk_remembered_causes_made_by_accounts")),
        sa.ForeignKeyConstraint(
            ["forgotten_by"], ["accounts.id"], name=op.f("fk_remembered_causes_forgotten_by_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remembered_causes")),
        comment="rejected things that are not raised again at their camera",
    )
    op.create_index(op.f("ix_remembered_causes_camera_id_rule"), "remembered_causes", ["camera_id", "rule"])
    op.create_index(op.f("ix_remembered_causes_case_id"), "remembered_causes", ["case_id"])


def _threshold_changes() -> None:
    op.create_table(
        "threshold_changes",
        sa.Column("id", sa.String(length=32), nullable=False, comment="random"),
        sa.Column("camera_id", sa.String(length=64), nullable=False, comment="the camera"),
        sa.Column("area", sa.String(length=64), nullable=False, comment="where it hung; rights hold here"),
        sa.Column("zone_id", sa.String(length=64), nullable=False, comment="the zone that was changed"),
        sa.Column("rule", sa.String(length=32), nullable=False, comment="its rule"),
        sa.Column("key", sa.String(length=32), nullable=False, comment="which of its keys"),
        sa.Column("before", sa.String(length=400), nullable=False, comment="its value, as text"),
        sa.Column("after", sa.String(length=400), nullable=False, comment="its value since then, as text"),
        sa.Column("spared", sa.Integer(), nullable=False, comment="false detections it would have spared"),
        sa.Column("lost", sa.Integer(), nullable=False, comment="true ones it would have lost"),
        sa.Column("at", sa.Double(), nullable=False, comment="when"),
        sa.Column("by", sa.String(length=32), nullable=False, comment="who took it"),
        sa.ForeignKeyConstraint(["area"], ["areas.code"], name=op.f("fk_threshold_changes_area_areas")),
        sa.ForeignKeyConstraint(["by"], ["accounts.id"], name=op.f("fk_threshold_changes_by_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_threshold_changes")),
        comment="suggested thresholds that were taken",
    )
    op.create_index(op.f("ix_threshold_changes_camera_id_at"), "threshold_changes", ["camera_id", "at"])


# Cases of before: by whom they were judged, and by what facts they were told, nobody kept.
_BEFORE = """
INSERT INTO judgements (case_id, camera_id, area, rule, zone_id, by_itself, opened_at, verdict, judged_at)
SELECT id, camera_id, area, rule, zone_id, (state <> 'review' AND COALESCE(resolution, '') <> 'rejected'), opened_at,
    CASE WHEN resolution = 'rejected' THEN 'rejected'
         WHEN resolution IN ('verified_by_camera', 'verified_by_person', 'closed_by_person') THEN 'confirmed' END,
    CASE WHEN resolution IN ('rejected', 'verified_by_camera', 'verified_by_person', 'closed_by_person')
         THEN closed_at END
FROM cases WHERE source = 'camera' AND camera_id IS NOT NULL AND rule IS NOT NULL
"""


def upgrade() -> None:
    _judgements()
    _remembered_causes()
    _threshold_changes()
    op.execute(_BEFORE)
