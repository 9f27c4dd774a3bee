"""Who looked where and changed what; stand-ins, moves and leaving."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer(), primary_key=True, comment="in the order of writing"),
        sa.Column("kind", sa.String(length=24), nullable=False, comment="incidents.audit.Kind"),
        sa.Column("at", sa.Double(), nullable=False, comment="when it was done; of looking: when it began"),
        sa.Column("until_at", sa.Double(), comment="of looking: when last seen to go on; empty for all else"),
        sa.Column(
            "going_on",
            sa.Boolean(),
            nullable=False,
            comment="somebody looks now; put right at the next start after a crash",
        ),
        sa.Column(
            "seconds", sa.Double(), nullable=False, comment="of looking: so long in all, without what lay between"
        ),
        sa.Column("times", sa.Integer(), nullable=False, comment="how often within this row"),
        sa.Column(
            "actor_id", sa.String(length=32), comment="account that did it; empty: nobody signed in, or the console"
        ),
        sa.Column("actor_name", sa.String(length=200), nullable=False, comment="as it was then"),
        sa.Column(
            "address", sa.String(length=64), nullable=False, comment="network address it came from; may be empty"
        ),
        sa.Column(
            "path",
            sa.String(length=600),
            nullable=False,
            comment="path of the area it concerns: rights are prefixes of it",
        ),
        sa.Column("camera_id", sa.String(length=64), comment="of looking: at which camera"),
        sa.Column(
            "how", sa.String(length=16), nullable=False, comment="of looking: incidents.looking.How; may be empty"
        ),
        sa.Column(
            "subject", sa.String(length=200), nullable=False, comment="whom or what it was done to; may be empty"
        ),
        sa.Column("detail", sa.Text(), nullable=False, comment="JSON, at most 2000 characters; no secrets"),
        comment="what people did that no case tells: looking, signing in, changing accounts, taking data away",
    )
    for columns in (("at",), ("camera_id", "seq"), ("actor_id", "seq"), ("kind", "seq")):
        op.create_index(f"ix_audit_{'_'.join(columns)}", "audit", list(columns))


def _stand_ins() -> None:
    op.create_table(
        "stand_ins",
        sa.Column("id", sa.String(length=32), nullable=False, comment="random"),
        sa.Column("account_id", sa.String(length=32), nullable=False, comment="who stands in"),
        sa.Column("absent_id", sa.String(length=32), nullable=False, comment="for whom"),
        sa.Column("from_at", sa.Double(), nullable=False, comment="beginning"),
        sa.Column("until_at", sa.Double(), nullable=False, comment="end; brought forward where it was ended before"),
        sa.Column("made_by", sa.String(length=200), nullable=False, comment="name of who arranged it"),
        sa.Column("made_at", sa.Double(), nullable=False, comment="when arranged"),
        sa.ForeignKeyConstraint(["absent_id"], ["accounts.id"], name=op.f("fk_stand_ins_absent_id_accounts")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_stand_ins_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stand_ins")),
        comment="somebody in another's place for a while, with the rights that one has then",
    )
    for column in ("account_id", "absent_id"):
        op.create_index(op.f(f"ix_stand_ins_{column}"), "stand_ins", [column])


def _moves() -> None:
    op.create_table(
        "moves",
        sa.Column("account_id", sa.String(length=32), nullable=False, comment="whose"),
        sa.Column("at", sa.Double(), nullable=False, comment="from then on"),
        sa.Column("roles", sa.Text(), nullable=False, comment="JSON [[role, area]]: all he has from then on"),
        sa.Column("post", sa.String(length=64), comment="post from then on; empty for none"),
        sa.Column("made_by", sa.String(length=200), nullable=False, comment="name of who arranged it"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_moves_account_id_accounts")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_moves")),
        comment="moves that are still to come, one an account; a move that was made is in the audit",
    )


def upgrade() -> None:
    _audit()
    _stand_ins()
    _moves()
    op.add_column("accounts", sa.Column("leaves_at", sa.Double(), comment="the account ends then; empty: it goes on"))
    op.add_column("accounts", sa.Column("seen_at", sa.Double(), comment="last use, to the minute; empty: never used"))


def downgrade() -> None:
    op.drop_column("accounts", "seen_at")
    op.drop_column("accounts", "leaves_at")
    for name in ("moves", "stand_ins", "audit"):
        op.drop_table(name)
