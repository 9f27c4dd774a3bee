"""Finding cases among millions: their words, and how many there are where."""

from sqlalchemy import DDL, BigInteger, Column, Index, Integer, String, Table, Text, event

from incidents.store.schema import CODE, cases, metadata

_SEQ = BigInteger().with_variant(Integer, "sqlite")

case_texts = Table(
    "case_texts",
    metadata,
    Column("seq", _SEQ, primary_key=True, autoincrement=False, comment="opened_seq of the case"),
    Column("path", String(600), nullable=False, comment="area path of its place, as its words were indexed"),
    Column("text", Text, nullable=False, comment="what is searched, folded as incidents.grams does"),
    comment="the words of each case; case_grams is the index over them",
)

case_tallies = Table(
    "case_tallies",
    metadata,
    Column("case_class", String(16), primary_key=True, comment="empty: all classes together"),
    Column("place", CODE, primary_key=True, comment="empty: all places together"),
    Column("state", String(16), primary_key=True, comment="incidents.case.State"),
    Column("n", Integer, nullable=False, comment="cases"),
    Index("ix_case_tallies_place", "place", "case_class", "state", "n"),
    comment="how many cases there are; kept by triggers on cases",
    sqlite_with_rowid=False,
)

case_tallies.add_is_dependent_on(cases)

case_squares = Table(
    "case_squares",
    metadata,
    Column("square", _SEQ, primary_key=True, autoincrement=False, comment="see incidents.map_squares"),
    Column("n", Integer, nullable=False, comment="cases"),
    comment="how many cases each square of the map holds; kept by triggers on cases",
)

case_squares.add_is_dependent_on(cases)

_OF_OPENING = ("opened_at", "opened_seq")
_LOOKED_AT = ("place", "state", "case_class", "level", "source")
WALK, OPEN, BY_PLACE, BY_CLASS, BY_LEVEL, BY_SOURCE, BY_HOLDER, BY_SQUARE, BY_UPDATE, BY_DEADLINE, SUPERVISED = (
    f"ix_cases_{name}"
    for name in (
        "walk", "open", "by_place", "by_class", "by_level", "by_source", "by_holder", "by_square",
        "by_update", "by_deadline", "supervised")
)  # fmt: skip
OPEN_BY_HOLDER, WATCHED = "ix_cases_in_hand", "ix_cases_watched"
_OPEN_ONLY = cases.c.closed_at.is_(None)
_OF_OPEN = ("deadline_at", "assignee_id", "lat", "lon", "post", "tier", "supervised_at")
_URGED = cases.c.supervised_at.is_not(None)
# What a filter looks at stands in the index itself: a row passed over is not read.
INDEXES = (
    Index(WALK, *(cases.c[name] for name in (*_OF_OPENING, *_LOOKED_AT, "lat", "lon"))),
    Index(
        OPEN, *(cases.c[name] for name in (*_OF_OPENING, *_LOOKED_AT, *_OF_OPEN)),
        sqlite_where=_OPEN_ONLY, postgresql_where=_OPEN_ONLY,
    ),
    Index(BY_PLACE, *(cases.c[name] for name in ("place", *_OF_OPENING, *_LOOKED_AT[1:], "lat", "lon"))),
    Index(BY_CLASS, *(cases.c[name] for name in ("case_class", *_OF_OPENING, "place", "state", "level", "source"))),
    Index(BY_LEVEL, *(cases.c[name] for name in ("level", *_OF_OPENING, "place", "state", "case_class", "source"))),
    Index(BY_SOURCE, *(cases.c[name] for name in ("source", "level", *_OF_OPENING, "place", "state", "case_class"))),
    Index(BY_HOLDER, *(cases.c[name] for name in ("assignee_id", *_OF_OPENING))),
    Index(
        WATCHED, *(cases.c[name] for name in ("deadline_at", "id", "opened_at", "breached_for", "urged_for")),
        sqlite_where=_OPEN_ONLY, postgresql_where=_OPEN_ONLY,
    ),
    Index(OPEN_BY_HOLDER, cases.c.assignee_id, cases.c.state, sqlite_where=_OPEN_ONLY, postgresql_where=_OPEN_ONLY),
    Index(BY_SQUARE, *(cases.c[name] for name in ("map_square", "lat", "lon", *_OF_OPENING, *_LOOKED_AT))),
    Index(BY_UPDATE, *(cases.c[name] for name in ("updated_at", "opened_seq"))),
    Index(BY_DEADLINE, *(cases.c[name] for name in ("deadline_at", "opened_seq"))),
    Index(SUPERVISED, *(cases.c[name] for name in _OF_OPENING), sqlite_where=_URGED, postgresql_where=_URGED),
)  # fmt: skip


def _rows(row: str, n: int) -> str:
    pairs = (f"{row}.case_class, {row}.place", f"'', {row}.place", f"{row}.case_class, ''")
    return " UNION ALL ".join(f"SELECT {pair}, {row}.state, {n}" for pair in pairs)


def _add(rows: str) -> str:
    return (
        f"INSERT INTO case_tallies (case_class, place, state, n) SELECT * FROM ({rows}) AS changed WHERE true "
        "ON CONFLICT (case_class, place, state) DO UPDATE SET n = case_tallies.n + excluded.n;"
    )


def _square(row: str, n: int) -> str:
    """A null square counts nothing."""
    return (
        f"INSERT INTO case_squares (square, n) SELECT {row}.map_square, {n} WHERE {row}.map_square IS NOT NULL "
        "ON CONFLICT (square) DO UPDATE SET n = case_squares.n + excluded.n;"
    )


_LEFT = "OLD.map_square IS NOT NEW.map_square"
_MOVED = "(OLD.place, OLD.case_class, OLD.state) IS NOT (NEW.place, NEW.case_class, NEW.state)"
SQLITE_FINDING = (
    "CREATE VIRTUAL TABLE case_grams USING fts5 (grams, content='', detail=none, columnsize=0, tokenize='ascii')",
    f"CREATE TRIGGER case_tally_insert AFTER INSERT ON cases BEGIN {_add(_rows('NEW', 1))} END",
    f"CREATE TRIGGER case_tally_update AFTER UPDATE OF place, case_class, state ON cases WHEN {_MOVED} BEGIN "
    f"{_add(_rows('OLD', -1))} {_add(_rows('NEW', 1))} END",
    f"CREATE TRIGGER case_tally_delete AFTER DELETE ON cases BEGIN {_add(_rows('OLD', -1))} END",
)
POSTGRESQL_FINDING = (
    "CREATE TABLE case_grams (seq BIGINT PRIMARY KEY, grams TSVECTOR NOT NULL)",
    "CREATE INDEX ix_case_grams_grams ON case_grams USING gin (grams)",
    "CREATE FUNCTION case_tally() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN "
    f"IF TG_OP <> 'INSERT' THEN {_add(_rows('OLD', -1))} END IF; "
    f"IF TG_OP <> 'DELETE' THEN {_add(_rows('NEW', 1))} END IF; RETURN NULL; END$$",
    "CREATE TRIGGER case_tally_change AFTER INSERT OR DELETE ON cases FOR EACH ROW EXECUTE FUNCTION case_tally()",
    "CREATE TRIGGER case_tally_update AFTER UPDATE OF place, case_class, state ON cases FOR EACH ROW "
    f"WHEN ({_MOVED.replace('IS NOT', 'IS DISTINCT FROM')}) EXECUTE FUNCTION case_tally()",
)
SQLITE_SQUARES = (
    f"CREATE TRIGGER case_square_insert AFTER INSERT ON cases BEGIN {_square('NEW', 1)} END",
    f"CREATE TRIGGER case_square_update AFTER UPDATE OF map_square ON cases WHEN {_LEFT} BEGIN "
    f"{_square('OLD', -1)} {_square('NEW', 1)} END",
    f"CREATE TRIGGER case_square_delete AFTER DELETE ON cases BEGIN {_square('OLD', -1)} END",
)
POSTGRESQL_SQUARES = (
    "CREATE FUNCTION case_square() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN "
    f"IF TG_OP <> 'INSERT' THEN {_square('OLD', -1)} END IF; "
    f"IF TG_OP <> 'DELETE' THEN {_square('NEW', 1)} END IF; RETURN NULL; END$$",
    "CREATE TRIGGER case_square_change AFTER INSERT OR DELETE ON cases FOR EACH ROW EXECUTE FUNCTION case_square()",
    "CREATE TRIGGER case_square_update AFTER UPDATE OF map_square ON cases FOR EACH ROW "
    f"WHEN ({_LEFT.replace('IS NOT', 'IS DISTINCT FROM')}) EXECUTE FUNCTION case_square()",
)
_MADE_WITH = (
    (case_tallies, "sqlite", SQLITE_FINDING),
    (case_tallies, "postgresql", POSTGRESQL_FINDING),
    (case_squares, "sqlite", SQLITE_SQUARES),
    (case_squares, "postgresql", POSTGRESQL_SQUARES),
)
for _table, _dialect, _statements in _MADE_WITH:
    for _statement in _statements:
        event.listen(_table, "after_create", DDL(_statement).execute_if(dialect=_dialect))  # type: ignore[no-untyped-call]
