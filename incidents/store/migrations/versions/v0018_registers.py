"""The registers of vendors and firms, their parts in cases, and the log of what was done to the entries."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

SQLITE_GUARD = tuple(
    f"CREATE TRIGGER party_log_no_{verb.lower()} BEFORE {verb} ON party_log "
    "BEGIN SELECT RAISE(ABORT, 'the log of a register is append-only'); END"
    for verb in ("UPDATE", "DELETE")
)
POSTGRESQL_GUARD = (
    "CREATE FUNCTION party_log_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    "$$BEGIN RAISE EXCEPTION 'the log of a register is append-only'; END$$",
    "CREATE TRIGGER party_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON party_log "
    "FOR EACH STATEMENT EXECUTE FUNCTION party_log_append_only()",
)


def _parties() -> None:
    op.create_table(
        "parties",
        sa.Column("id", sa.String(length=32), nullable=False, comment="random"),
        sa.Column("kind", sa.String(length=16), nullable=False, comment="vendor or firm"),
        sa.Column("name", sa.String(length=200), nullable=False, comment="of the person or firm; empty once anonymous"),
        sa.Column("phone", sa.String(length=24), nullable=False, comment="digits, perhaps after +; may be empty"),
        sa.Column(
            "plate",
            sa.String(length=16),
            nullable=False,
            comment="of a vehicle or cart, upper case, no spaces; may be empty",
        ),
        sa.Column("trade", sa.String(length=200), nullable=False, comment="goods or business; may be empty"),
        sa.Column("note", sa.Text(), nullable=False, comment="in words; may be empty"),
        sa.Column(
            "id_shown",
            sa.String(length=32),
            nullable=False,
            comment="number of the document with its middle left out, or empty",
        ),
        sa.Column(
            "id_hash",
            sa.String(length=64),
            comment="HMAC-SHA-256 of the number under a key beside the database; empty: none given",
        ),
        sa.Column("area", sa.String(length=64), nullable=False, comment="home: rights hold here"),
        sa.Column("photo_evidence_id", sa.String(length=32), comment="a picture of one of its cases"),
        sa.Column("made_at", sa.Double(), nullable=False, comment="when entered"),
        sa.Column("made_by", sa.String(length=32), nullable=False, comment="who entered it"),
        sa.Column(
            "last_case_at",
            sa.Double(),
            nullable=False,
            comment="opening of its newest case, or when entered: retention",
        ),
        sa.Column("merged_into", sa.String(length=32), comment="the entry that took this one in"),
        sa.Column("anonymous_at", sa.Double(), comment="when its personal words were deleted"),
        sa.Column(
            "version", sa.Integer(), nullable=False, comment="one more with every change; for optimistic locking"
        ),
        sa.CheckConstraint("kind IN ('vendor', 'firm')", name=op.f("ck_parties_kind")),
        sa.ForeignKeyConstraint(["area"], ["areas.code"], name=op.f("fk_parties_area_areas")),
        sa.ForeignKeyConstraint(["made_by"], ["accounts.id"], name=op.f("fk_parties_made_by_accounts")),
        sa.ForeignKeyConstraint(["merged_into"], ["parties.id"], name=op.f("fk_parties_merged_into_parties")),
        sa.ForeignKeyConstraint(
            ["photo_evidence_id"], ["evidence.id"], name=op.f("fk_parties_photo_evidence_id_evidence")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parties")),
        comment="vendors and firms; merged ones stay, since traces name them",
    )
    op.create_index(op.f("ix_parties_area_kind"), "parties", ["area", "kind"])
    op.create_index(op.f("ix_parties_id_hash"), "parties", ["id_hash"])
    op.create_index(op.f("ix_parties_last_case_at"), "parties", ["last_case_at"])


def _part_in_cases() -> None:
    op.create_table(
        "party_cases",
        sa.Column("party_id", sa.String(length=32), nullable=False, comment="who"),
        sa.Column("case_id", sa.String(length=32), nullable=False, comment="was met in which case"),
        sa.Column("role", sa.String(length=16), nullable=False, comment="subject, owner or witness"),
        sa.Column(
            "measure", sa.String(length=16), comment="told, warned, held, fined, handed_over or other; empty: none yet"
        ),
        sa.Column("note", sa.String(length=400), nullable=False, comment="in words; may be empty"),
        sa.Column("at", sa.Double(), nullable=False, comment="when it was put down"),
        sa.Column("by", sa.String(length=32), nullable=False, comment="who put it down"),
        sa.Column("changed_at", sa.Double(), nullable=False, comment="newest change"),
        sa.ForeignKeyConstraint(["by"], ["accounts.id"], name=op.f("fk_party_cases_by_accounts")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_party_cases_case_id_cases")),
        sa.ForeignKeyConstraint(["party_id"], ["parties.id"], name=op.f("fk_party_cases_party_id_parties")),
        sa.PrimaryKeyConstraint("party_id", "case_id", name=op.f("pk_party_cases")),
        comment="a party's part in a case and the measure taken",
    )
    op.create_index(op.f("ix_party_cases_case_id"), "party_cases", ["case_id"])


def _log() -> None:
    op.create_table(
        "party_log",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="1, 2, 3 … over all parties",
        ),
        sa.Column("party_id", sa.String(length=32), nullable=False, comment="whose"),
        sa.Column("at", sa.Double(), nullable=False, comment="when"),
        sa.Column(
            "action",
            sa.String(length=16),
            nullable=False,
            comment="made, changed, attached, measure, detached, merged …",
        ),
        sa.Column("by", sa.String(length=32), comment="who; empty: the system"),
        sa.Column("by_name", sa.String(length=200), nullable=False, comment="as it was then"),
        sa.Column("case_id", sa.String(length=32), comment="the case it was about; rights hold at its place"),
        sa.Column(
            "detail",
            sa.Text(),
            nullable=False,
            comment="JSON; of personal words it names which changed, never what they were",
        ),
        sa.ForeignKeyConstraint(["by"], ["accounts.id"], name=op.f("fk_party_log_by_accounts")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_party_log_case_id_cases")),
        sa.ForeignKeyConstraint(["party_id"], ["parties.id"], name=op.f("fk_party_log_party_id_parties")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_party_log")),
        comment="append-only: what was done to an entry of the registers; guarded by triggers",
    )
    op.create_index(op.f("ix_party_log_party_id"), "party_log", ["party_id"])


def upgrade() -> None:
    _parties()
    _part_in_cases()
    _log()
    for statement in SQLITE_GUARD if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_GUARD:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("party_log")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION party_log_append_only()")
    op.drop_table("party_cases")
    op.drop_table("parties")
