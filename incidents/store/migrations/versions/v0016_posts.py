"""Posts that hold cases, their parts in joint ones, and the conditions each case was opened under."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

HELD = sa.text("post IS NOT NULL")


def _columns() -> None:
    for name, kind, comment in (
        ("terms", sa.String(length=16), "class_terms it was opened under; empty: not known"),
        ("post", sa.String(length=64), "id of the post that holds it, or leads where several do; empty: none"),
        ("parts_open", sa.Integer(), "parts of other posts that are neither done nor withdrawn; empty: never any"),
    ):
        op.add_column("cases", sa.Column(name, kind, comment=comment))
    op.create_index(
        "ix_cases_by_post", "cases", ["post", "opened_at", "opened_seq"], sqlite_where=HELD, postgresql_where=HELD
    )


def _terms() -> None:
    op.create_table(
        "class_terms",
        sa.Column("id", sa.String(length=16), nullable=False, comment="of the content: equal terms are one row"),
        sa.Column("national", sa.String(length=4), comment="minor class of GB/T 30428.2; empty where there is none"),
        sa.Column("files_when_zh", sa.Text(), comment="what must be the case for it to be filed"),
        sa.Column("files_when_en", sa.Text(), comment="the same in English"),
        sa.Column("closes_when_zh", sa.Text(), comment="what must be done for it to be closed"),
        sa.Column("closes_when_en", sa.Text(), comment="the same in English"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class_terms")),
        comment="of a class, as the catalogue had them when cases were opened; never changed",
    )


def _parts() -> None:
    op.create_table(
        "case_parts",
        sa.Column("case_id", sa.String(length=32), nullable=False, comment="handled together"),
        sa.Column("post", sa.String(length=64), nullable=False, comment="id of a post other than the one that leads"),
        sa.Column("state", sa.String(length=16), nullable=False, comment="asked, accepted, done or withdrawn"),
        sa.Column("wanted", sa.Text(), nullable=False, comment="what it was asked to do; may be empty"),
        sa.Column("asked_by", sa.String(length=64), nullable=False, comment="who asked it"),
        sa.Column("asked_at", sa.Double(), nullable=False, comment="when, the last time"),
        sa.Column("accepted_by", sa.String(length=64), comment="who took it on for the post"),
        sa.Column("accepted_at", sa.Double(), comment="when"),
        sa.Column("ended_by", sa.String(length=64), comment="who reported it done, or withdrew it"),
        sa.Column("ended_at", sa.Double(), comment="when"),
        sa.Column("note", sa.Text(), nullable=False, comment="what was said at the end; may be empty"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_parts_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", "post", name=op.f("pk_case_parts")),
        comment="what other posts do of a case; it is handled when each is done or withdrawn",
    )
    op.create_index("ix_case_parts_post_state", "case_parts", ["post", "state", "case_id"])


def upgrade() -> None:
    _columns()
    _terms()
    _parts()


def downgrade() -> None:
    op.drop_table("case_parts")
    op.drop_table("class_terms")
    op.drop_index("ix_cases_by_post", "cases")
    for name in ("parts_open", "post", "terms"):
        op.drop_column("cases", name)
