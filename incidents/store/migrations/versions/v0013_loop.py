"""The closed loop: extensions, supervision and stepping up, evaluation, and the edition of the catalogue."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

COLUMNS: tuple[tuple[str, sa.types.TypeEngine[Any], str], ...] = (
    ("edition", sa.String(length=120), "of the catalogue its class and deadline are from; empty: not known"),
    ("tier", sa.Integer(), "1 grid worker to 4 district, whom it has been stepped up to; empty: as its level"),
    ("extension_until", sa.Double(), "asked for, neither granted nor refused yet"),
    ("extension_by", sa.String(length=32), "who asked for it"),
    ("extended_until", sa.Double(), "latest time granted"),
    ("supervised_at", sa.Double(), "newest supervision order, or step-up"),
    ("urged_for", sa.Double(), "the deadline the system has urged for"),
    ("breached_for", sa.Double(), "the deadline the system has stepped it up for"),
    ("score", sa.Integer(), "1 to 5, given after closing; the words are in the trace"),
    ("hands", sa.Text(), "JSON: who has dispatched and handled it in this round; none of them may verify"),
)


def upgrade() -> None:
    for name, kind, comment in COLUMNS:
        op.add_column("cases", sa.Column(name, kind, comment=comment))
