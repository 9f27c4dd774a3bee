"""Cases are found in a rectangle of the map by the squares it touches, and what is urged by itself."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

SQUARE = "CAST(FLOOR((lat + 90) * 200) AS BIGINT) * 100000 + CAST(FLOOR((lon + 180) * 200) AS BIGINT)"
"""As `incidents.map_squares.map_square` has it."""
COUNTED = (
    "INSERT INTO case_squares (square, n) "
    "SELECT map_square, count(*) FROM cases WHERE map_square IS NOT NULL GROUP BY map_square"
)
OPEN = sa.text("closed_at IS NULL")
URGED = sa.text("supervised_at IS NOT NULL")
OPENED = ["opened_at", "opened_seq"]
OF_OPEN = "place state case_class level source deadline_at assignee_id lat lon"
TALLIES = (
    # A table of that name has to be there again before triggers are looked at: it cannot be renamed into place.
    "CREATE TEMP TABLE tallied AS SELECT * FROM case_tallies",
    "DROP TABLE case_tallies",
    "CREATE TABLE case_tallies (case_class VARCHAR(16) NOT NULL, place VARCHAR(64) NOT NULL, "
    "state VARCHAR(16) NOT NULL, n INTEGER NOT NULL, "
    "CONSTRAINT pk_case_tallies PRIMARY KEY (case_class, place, state)) {}",
    "INSERT INTO case_tallies (case_class, place, state, n) SELECT case_class, place, state, n FROM tallied "
    "ORDER BY case_class, place, state",
    "DROP TABLE tallied",
    "CREATE INDEX ix_case_tallies_place ON case_tallies (place, case_class, state, n)",
)
COLUMNS = "lat lon opened_at opened_seq place state case_class level source"


def _count(row: str, n: int) -> str:
    return (
        f"INSERT INTO case_squares (square, n) SELECT {row}.map_square, {n} WHERE {row}.map_square IS NOT NULL "
        "ON CONFLICT (square) DO UPDATE SET n = case_squares.n + excluded.n;"
    )


SQLITE = (
    f"CREATE TRIGGER case_square_insert AFTER INSERT ON cases BEGIN {_count('NEW', 1)} END",
    "CREATE TRIGGER case_square_update AFTER UPDATE OF map_square ON cases WHEN OLD.map_square IS NOT NEW.map_square "
    f"BEGIN {_count('OLD', -1)} {_count('NEW', 1)} END",
    f"CREATE TRIGGER case_square_delete AFTER DELETE ON cases BEGIN {_count('OLD', -1)} END",
)
POSTGRESQL = (
    "CREATE FUNCTION case_square() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN "
    f"IF TG_OP <> 'INSERT' THEN {_count('OLD', -1)} END IF; "
    f"IF TG_OP <> 'DELETE' THEN {_count('NEW', 1)} END IF; RETURN NULL; END$$",
    "CREATE TRIGGER case_square_change AFTER INSERT OR DELETE ON cases FOR EACH ROW EXECUTE FUNCTION case_square()",
    "CREATE TRIGGER case_square_update AFTER UPDATE OF map_square ON cases FOR EACH ROW "
    "WHEN (OLD.map_square IS DISTINCT FROM NEW.map_square) EXECUTE FUNCTION case_square()",
)


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    op.add_column(
        "cases",
        sa.Column(
            "map_square",
            sa.BigInteger(),
            comment="square of the map, see incidents.map_squares; empty: no place",
        ),
    )
    # SQLite cuts towards nothing and may have no FLOOR; nothing here is below nought.
    square = SQUARE if dialect == "postgresql" else SQUARE.replace("FLOOR", "")
    op.execute(f"UPDATE cases SET map_square = {square} WHERE lat IS NOT NULL AND lon IS NOT NULL")
    op.create_table(
        "case_squares",
        sa.Column(
            "square",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="see incidents.map_squares",
        ),
        sa.Column("n", sa.Integer(), nullable=False, comment="cases"),
        sa.PrimaryKeyConstraint("square", name=op.f("pk_case_squares")),
        comment="how many cases each square of the map holds; kept by triggers on cases",
    )
    op.execute(COUNTED)
    for statement in SQLITE if dialect == "sqlite" else POSTGRESQL:
        op.execute(statement)
    op.drop_index("ix_cases_by_lat", table_name="cases")
    op.create_index("ix_cases_by_square", "cases", ["map_square", *COLUMNS.split()])
    _index_open("post", "tier", "supervised_at")
    op.create_index("ix_cases_supervised", "cases", OPENED, sqlite_where=URGED, postgresql_where=URGED)
    _make_tallies_anew("WITHOUT ROWID")


def _index_open(*more: str) -> None:
    op.drop_index("ix_cases_open", table_name="cases")
    columns = [*OPENED, *OF_OPEN.split(), *more]
    op.create_index("ix_cases_open", "cases", columns, sqlite_where=OPEN, postgresql_where=OPEN)


def _make_tallies_anew(how: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for statement in TALLIES:
            op.execute(statement.format(how))


def downgrade() -> None:
    _make_tallies_anew("")
    op.drop_index("ix_cases_supervised", table_name="cases")
    _index_open()
    names = ("case_square_insert", "case_square_update", "case_square_delete")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION case_square() CASCADE")
    else:
        for name in names:
            op.execute(f"DROP TRIGGER {name}")
    op.drop_index("ix_cases_by_square", table_name="cases")
    op.drop_table("case_squares")
    op.drop_column("cases", "map_square")
    op.create_index("ix_cases_by_lat", "cases", COLUMNS.split())
