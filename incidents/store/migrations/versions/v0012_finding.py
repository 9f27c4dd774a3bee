"""Finding cases among millions: indexes for what the queue filters and sorts by, words, and counts that are kept."""

import json

import sqlalchemy as sa
from alembic import op

from incidents.case_text import searched_text, write_texts

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

CHUNK = 5000
FTS = "CREATE VIRTUAL TABLE case_grams USING fts5 (grams, content='', detail=none, columnsize=0, tokenize='ascii')"
GRAMS = (
    "CREATE TABLE case_grams (seq BIGINT PRIMARY KEY, grams TSVECTOR NOT NULL)",
    "CREATE INDEX ix_case_grams_grams ON case_grams USING gin (grams)",
)
ROWS = (
    "SELECT {0}.case_class, {0}.place, {0}.state, {1} UNION ALL SELECT '', {0}.place, {0}.state, {1} "
    "UNION ALL SELECT {0}.case_class, '', {0}.state, {1}"
)
ADD = (
    "INSERT INTO case_tallies (case_class, place, state, n) SELECT * FROM ({}) AS changed WHERE true "
    "ON CONFLICT (case_class, place, state) DO UPDATE SET n = case_tallies.n + excluded.n;"
)
LESS, MORE = ADD.format(ROWS.format("OLD", -1)), ADD.format(ROWS.format("NEW", 1))
MOVED = "(OLD.place, OLD.case_class, OLD.state) IS {} (NEW.place, NEW.case_class, NEW.state)"
SQLITE = (
    FTS,
    f"CREATE TRIGGER case_tally_insert AFTER INSERT ON cases BEGIN {MORE} END",
    f"CREATE TRIGGER case_tally_update AFTER UPDATE OF place, case_class, state ON cases WHEN {MOVED.format('NOT')} "
    f"BEGIN {LESS} {MORE} END",
    f"CREATE TRIGGER case_tally_delete AFTER DELETE ON cases BEGIN {LESS} END",
)
POSTGRESQL = (
    *GRAMS,
    f"CREATE FUNCTION case_tally() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN "
    f"IF TG_OP <> 'INSERT' THEN {LESS} END IF; "
    f"IF TG_OP <> 'DELETE' THEN {MORE} END IF; RETURN NULL; END$$",
    "CREATE TRIGGER case_tally_change AFTER INSERT OR DELETE ON cases FOR EACH ROW EXECUTE FUNCTION case_tally()",
    "CREATE TRIGGER case_tally_update AFTER UPDATE OF place, case_class, state ON cases FOR EACH ROW "
    f"WHEN ({MOVED.format('DISTINCT FROM')}) EXECUTE FUNCTION case_tally()",
)
TALLIED = """
INSERT INTO case_tallies (case_class, place, state, n)
SELECT case_class, place, state, count(*) FROM cases GROUP BY case_class, place, state
UNION ALL SELECT '', place, state, count(*) FROM cases GROUP BY place, state
UNION ALL SELECT case_class, '', state, count(*) FROM cases GROUP BY case_class, state
"""
OF_BEFORE = sa.text("""
SELECT c.opened_seq, p.path, c.number, c.title_zh, c.title_en, c.class_name_zh, c.class_name_en, c.address,
    g.name AS grid_name, a.name AS area_name, t.detail
FROM cases c JOIN areas p ON p.code = c.place JOIN areas a ON a.code = c.area LEFT JOIN areas g ON g.code = c.grid
LEFT JOIN trace t ON t.seq = c.opened_seq
WHERE c.opened_seq > :after ORDER BY c.opened_seq LIMIT :chunk
""")
INDEXES = {
    "walk": "opened_at opened_seq place state case_class level source lat lon",
    "open": "opened_at opened_seq place state case_class level source deadline_at assignee_id lat lon",
    "by_place": "place opened_at opened_seq state case_class level source lat lon",
    "by_class": "case_class opened_at opened_seq place state level source",
    "by_level": "level opened_at opened_seq place state case_class source",
    "by_source": "source level opened_at opened_seq place state case_class",
    "by_holder": "assignee_id opened_at opened_seq",
    "by_lat": "lat lon opened_at opened_seq place state case_class level source",
    "by_update": "updated_at opened_seq",
    "by_deadline": "deadline_at opened_seq",
}


def upgrade() -> None:
    connection = op.get_bind()
    seq = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "case_texts",
        sa.Column("seq", seq, autoincrement=False, nullable=False, comment="opened_seq of the case"),
        sa.Column(
            "path", sa.String(length=600), nullable=False, comment="area path of its place, as its words were indexed"
        ),
        sa.Column("text", sa.Text(), nullable=False, comment="what is searched, folded as incidents.grams does"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_case_texts")),
        comment="the words of each case; case_grams is the index over them",
    )
    op.create_table(
        "case_tallies",
        sa.Column("case_class", sa.String(length=16), nullable=False, comment="empty: all classes together"),
        sa.Column("place", sa.String(length=64), nullable=False, comment="empty: all places together"),
        sa.Column("state", sa.String(length=16), nullable=False, comment="incidents.case.State"),
        sa.Column("n", sa.Integer(), nullable=False, comment="cases"),
        sa.PrimaryKeyConstraint("case_class", "place", "state", name=op.f("pk_case_tallies")),
        comment="how many cases there are; kept by triggers on cases",
    )
    op.create_index("ix_case_tallies_place", "case_tallies", ["place", "case_class", "state", "n"])
    for statement in SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL:
        connection.execute(sa.text(statement))
    op.drop_index("ix_cases_place", "cases")
    op.drop_index("ix_cases_assignee_id", "cases")
    for name, columns in INDEXES.items():
        only_open = sa.text("closed_at IS NULL") if name == "open" else None
        op.create_index(
            f"ix_cases_{name}", "cases", columns.split(), sqlite_where=only_open, postgresql_where=only_open
        )
    connection.execute(sa.text(TALLIED))
    _write_texts_of_before(connection)


def _write_texts_of_before(connection: sa.Connection) -> None:
    after = -1
    while rows := connection.execute(OF_BEFORE, {"after": after, "chunk": CHUNK}).all():
        write_texts(connection, [(row[0], row[1], searched_text([*row[2:10], _note(row.detail)])) for row in rows])
        after = rows[-1][0]


def _note(detail: str | None) -> str:
    """What was noted when it was opened by hand."""
    return str(json.loads(detail).get("note", "")) if detail else ""
