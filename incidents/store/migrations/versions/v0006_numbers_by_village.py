"""Case numbers are counted by village: counted over the town, a village learns how many cases the others have."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    given = connection.execute(sa.text("SELECT day, last FROM number_sequences")).all()
    number = connection.execute(sa.text("SELECT number FROM cases ORDER BY opened_at DESC")).scalar()
    op.drop_table("number_sequences")
    sequences = op.create_table(
        "number_sequences",
        sa.Column("area", sa.String(length=64), nullable=False, comment="the village, or the town for a place in none"),
        sa.Column("day", sa.String(length=8), nullable=False, comment="yyyymmdd in the town's time zone"),
        sa.Column("last", sa.Integer(), nullable=False, comment="last number given out there that day"),
        sa.PrimaryKeyConstraint("area", "day", name=op.f("pk_number_sequences")),
        comment="case numbers start anew each day in each village",
    )
    # Until now all numbers began with one code. The town goes on with it, and must not give a number twice.
    if number is not None:
        area = number.rsplit("-", 2)[0]
        op.bulk_insert(sequences, [{"area": area, "day": row.day, "last": row.last} for row in given])
