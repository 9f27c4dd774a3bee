"""What is known of each sensor that was ever heard."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exchange_sensors",
        sa.Column(
            "via", sa.String(length=40), nullable=False, comment="broker or source it is heard through, as configured"
        ),
        sa.Column("sensor", sa.String(length=56), nullable=False, comment="its id in the configuration"),
        sa.Column("heard_at", sa.Double(), nullable=False, comment="when it was last heard, to the minute"),
        sa.Column("said_at", sa.Double(), comment="newest time by its own clock; empty where it tells none"),
        sa.Column("alarm", sa.Boolean(), nullable=False, comment="it is in alarm, as far as is known"),
        sa.Column("noted_at", sa.Double(), comment="when its case was last told of an alarm"),
        sa.Column("case_id", sa.String(length=32), comment="newest case it opened"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_exchange_sensors_case_id_cases")),
        sa.PrimaryKeyConstraint("via", "sensor", name=op.f("pk_exchange_sensors")),
        comment="what is known of each sensor that was ever heard",
    )


def downgrade() -> None:
    op.drop_table("exchange_sensors")
