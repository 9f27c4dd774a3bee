"""Displays, their pairing, and alarm rules."""

from alembic import op
from sqlalchemy import (
    Boolean,
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

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _displays() -> None:
    op.create_table(
        "displays",
        Column("id", String(length=32), nullable=False, comment="its account: rights and sessions are that's"),
        Column("area", String(length=64), nullable=False, comment="what it may show lies here or below"),
        Column("showing", Text(), nullable=False, comment="JSON: what operators put there, see wall.showing"),
        Column("shown_at", Double(), nullable=False, comment="when they did"),
        Column("shown_by", String(length=32), nullable=True, comment="who did; empty before the first time"),
        Column("version", Integer(), nullable=False, comment="one more with every change of what is to be seen"),
        Column("paired_at", Double(), nullable=False, comment="when its present browser was paired"),
        Column("paired_by", String(length=32), nullable=False, comment="who typed the code"),
        Column("heard_at", Double(), nullable=True, comment="its newest report, to the minute"),
        Column("health", Text(), nullable=True, comment="JSON: that report, see wall.display_health"),
        ForeignKeyConstraint(["area"], ["areas.code"], name=op.f("fk_displays_area_areas")),
        ForeignKeyConstraint(["id"], ["accounts.id"], name=op.f("fk_displays_id_accounts")),
        ForeignKeyConstraint(["paired_by"], ["accounts.id"], name=op.f("fk_displays_paired_by_accounts")),
        ForeignKeyConstraint(["shown_by"], ["accounts.id"], name=op.f("fk_displays_shown_by_accounts")),
        PrimaryKeyConstraint("id", name=op.f("pk_displays")),
        comment="screens that show what operators push to them; a removed one's account stays, disabled",
    )


def _display_pairings() -> None:
    op.create_table(
        "display_pairings",
        Column(
            "secret_hash",
            String(length=64),
            nullable=False,
            comment="SHA-256 of the secret in the waiting browser's cookie",
        ),
        Column("code_hash", String(length=64), nullable=False, comment="SHA-256 of the code the browser shows"),
        Column("created_at", Double(), nullable=False, comment="when the browser asked"),
        Column(
            "expires_at", Double(), nullable=False, comment="neither code nor secret is worth anything from then on"
        ),
        Column("address", String(length=64), nullable=False, comment="network address that asked"),
        Column(
            "browser", String(length=300), nullable=False, comment="as it names itself; shown to whoever types the code"
        ),
        Column("screen", String(length=16), nullable=False, comment="width x height in CSS pixels"),
        Column(
            "display_id", String(length=32), nullable=True, comment="display it is to become, once the code was typed"
        ),
        ForeignKeyConstraint(["display_id"], ["displays.id"], name=op.f("fk_display_pairings_display_id_displays")),
        PrimaryKeyConstraint("secret_hash", name=op.f("pk_display_pairings")),
        UniqueConstraint("code_hash", name=op.f("uq_display_pairings_code_hash")),
        comment="browsers that show a pairing code; a row is deleted when its session is collected",
    )
    op.create_index(op.f("ix_display_pairings_address"), "display_pairings", ["address"], unique=False)


def _alarm_rules() -> None:
    op.create_table(
        "alarm_rules",
        Column("id", String(length=32), nullable=False, comment="random"),
        Column("area", String(length=64), nullable=False, comment="concerns cases here or below"),
        Column("name", String(length=200), nullable=False, comment="in words"),
        Column("enabled", Boolean(), nullable=False, comment="a rule switched off raises nothing"),
        Column("classes", Text(), nullable=False, comment="JSON list of case classes; empty for every class"),
        Column("min_level", Integer(), nullable=False, comment="cases of this level and above"),
        Column("hours", Text(), nullable=False, comment="JSON list of HH:MM-HH:MM, town time; empty for all day"),
        Column("to_wall", Boolean(), nullable=False, comment="to the reserved tiles of operators' walls"),
        Column("display_id", String(length=32), nullable=True, comment="display it switches, if any"),
        Column("hold_s", Double(), nullable=True, comment="how long it stays up; empty: until acknowledged"),
        Column("sound", Boolean(), nullable=False, comment="rings at the operators' pages"),
        Column("updated_at", Double(), nullable=False, comment="newest change"),
        Column("updated_by", String(length=32), nullable=False, comment="who made it"),
        CheckConstraint("min_level BETWEEN 1 AND 4", name=op.f("ck_alarm_rules_min_level")),
        ForeignKeyConstraint(["area"], ["areas.code"], name=op.f("fk_alarm_rules_area_areas")),
        ForeignKeyConstraint(["display_id"], ["displays.id"], name=op.f("fk_alarm_rules_display_id_displays")),
        ForeignKeyConstraint(["updated_by"], ["accounts.id"], name=op.f("fk_alarm_rules_updated_by_accounts")),
        PrimaryKeyConstraint("id", name=op.f("pk_alarm_rules")),
        comment="which new cases are alarms, and where they come up",
    )


def _alarm_opt_outs() -> None:
    op.create_table(
        "alarm_opt_outs",
        Column("account_id", String(length=32), nullable=False, comment="the operator"),
        Column("rule_id", String(length=32), nullable=False, comment="rule switched off for him alone"),
        ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_alarm_opt_outs_account_id_accounts")),
        ForeignKeyConstraint(["rule_id"], ["alarm_rules.id"], name=op.f("fk_alarm_opt_outs_rule_id_alarm_rules")),
        PrimaryKeyConstraint("account_id", "rule_id", name=op.f("pk_alarm_opt_outs")),
        comment="an operator's own off-switch of a shared rule; displays are not concerned",
    )


def _alarms() -> None:
    op.create_table(
        "alarms",
        Column("case_id", String(length=32), nullable=False, comment="the case; a case is one alarm at most"),
        Column("raised_at", Double(), nullable=False, comment="when"),
        Column(
            "rules", Text(), nullable=False, comment="JSON: id, to_wall, hold_s, sound of each rule, as they were then"
        ),
        Column("acknowledged_at", Double(), nullable=True, comment="when somebody did"),
        Column("acknowledged_by", String(length=32), nullable=True, comment="the first who did"),
        ForeignKeyConstraint(["acknowledged_by"], ["accounts.id"], name=op.f("fk_alarms_acknowledged_by_accounts")),
        ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_alarms_case_id_cases")),
        PrimaryKeyConstraint("case_id", name=op.f("pk_alarms")),
        comment="cases that raised an alarm",
    )
    op.create_index(op.f("ix_alarms_raised_at"), "alarms", ["raised_at"], unique=False)


def _display_alarms() -> None:
    op.create_table(
        "display_alarms",
        Column("display_id", String(length=32), nullable=False, comment="where"),
        Column("case_id", String(length=32), nullable=False, comment="what"),
        Column("level", Integer(), nullable=False, comment="of the case: higher ones go first"),
        Column("placed_at", Double(), nullable=False, comment="when raised"),
        Column("until", Double(), nullable=True, comment="ends then; empty: when acknowledged"),
        Column(
            "shown_at", Double(), nullable=True, comment="since when it is on view: it stays unless a higher one comes"
        ),
        ForeignKeyConstraint(["case_id"], ["alarms.case_id"], name=op.f("fk_display_alarms_case_id_alarms")),
        ForeignKeyConstraint(["display_id"], ["displays.id"], name=op.f("fk_display_alarms_display_id_displays")),
        PrimaryKeyConstraint("display_id", "case_id", name=op.f("pk_display_alarms")),
        comment="alarms that want a display now; what operators put there comes back when the last one ends",
    )
    op.create_index(op.f("ix_display_alarms_case_id"), "display_alarms", ["case_id"], unique=False)


TABLES = (
    _displays,
    _display_pairings,
    _alarm_rules,
    _alarm_opt_outs,
    _alarms,
    _display_alarms,
)


def upgrade() -> None:
    for table in TABLES:
        table()
