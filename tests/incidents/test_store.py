"""The database: made by its migrations, durable by its settings, guarded where the trace lies."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import URL, Connection, create_engine, insert, inspect, select, text
from sqlalchemy.engine.interfaces import ReflectedIndex
from sqlalchemy.exc import DBAPIError, IntegrityError

from incidents.repeats import place_cell
from incidents.store import Store, open_store
from incidents.store.judgement_schema import judgements
from incidents.store.migrate import upgrade
from incidents.store.schema import cases, metadata, number_sequences
from tests.incidents.databases import new_database
from tests.incidents.world import World


def shape(connection: Connection) -> dict[str, object]:
    """Everything a database says of its own tables, in an order of its own."""
    looked = inspect(connection)
    tables = sorted(name for name in looked.get_table_names() if name != "alembic_version")
    described: dict[str, object] = {
        table: {
            "columns": [
                (c["name"], repr(c["type"]), c["nullable"], c["default"], c.get("comment"))
                for c in looked.get_columns(table)
            ],
            "key": looked.get_pk_constraint(table),
            "foreign": sorted(map(repr, looked.get_foreign_keys(table))),
            "unique": sorted(map(repr, looked.get_unique_constraints(table))),
            "checks": sorted(map(repr, looked.get_check_constraints(table))),
            "indexes": sorted(map(_index, looked.get_indexes(table))),
        }
        for table in tables
    }
    if connection.dialect.name == "sqlite":
        triggers = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
    else:
        triggers = "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname"
    described["triggers"] = [tuple(row) for row in connection.execute(text(triggers))]
    return described


def _index(found: ReflectedIndex) -> str:
    """A condition is an object, told by its words."""
    options = {name: str(value) for name, value in found.get("dialect_options", {}).items()}
    return repr({**found, "dialect_options": options})


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """All but the index of words and what SQLite keeps of it, which no metadata can describe."""
    return kind != "table" or not (name or "").startswith("case_grams")


def test_migrated_equals_fresh(database: URL, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    if database.get_backend_name() == "sqlite":
        fresh_url = URL.create("sqlite", database=str(tmp_path / "fresh.sqlite"))
    else:
        fresh_url = new_database(request.getfixturevalue("postgres_server"))
    fresh = create_engine(fresh_url)
    metadata.create_all(fresh)
    migrated = create_engine(database)
    with migrated.connect() as ours, fresh.connect() as theirs:
        assert shape(ours) == shape(theirs)
        assert shape(ours)["triggers"]
        assert compare_metadata(MigrationContext.configure(ours, opts={"include_name": _is_ours}), metadata) == []
    fresh.dispose()
    migrated.dispose()


def test_migrating_twice_changes_nothing(database: URL) -> None:
    again = open_store(database)
    with again.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM trace_head")).scalar_one() == 1
    again.close()


def test_numbers_go_on_when_they_come_to_be_counted_by_village(tmp_path: Path) -> None:
    """No number of the town is given twice."""
    url = URL.create("sqlite", database=str(tmp_path / "old.sqlite"))
    engine = create_engine(url)
    upgrade(engine, "0005")
    there = {column["name"] for column in inspect(engine).get_columns("cases")}
    old = {c.name: None if c.nullable else c.type.python_type() for c in cases.columns if c.name in there} | {
        "number": "QX-20260921-0007",
        "case_class": "05-01",
        "place": "QX",
        "level": 1,
        "lon": 120.4051,
        "lat": 30.0052,
    }
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO number_sequences (day, last) VALUES ('20260921', 7)"))
        connection.execute(insert(cases).values(old))
    upgrade(engine)
    with engine.connect() as connection:
        assert connection.execute(select(cases.c.place_cell)).scalar_one() == place_cell(120.4051, 30.0052)
        assert connection.execute(select(number_sequences)).all() == [("QX", "20260921", 7)]
    engine.dispose()


def test_cases_of_before_are_judged_by_how_they_ended(tmp_path: Path) -> None:
    engine = create_engine(URL.create("sqlite", database=str(tmp_path / "old.sqlite")))
    upgrade(engine, "0009")
    ends = {"rejected": "invalid", "struck_out": "invalid", "verified_by_camera": "closed", "left_by_itself": "closed"}
    with engine.begin() as connection:
        for number, (resolution, state) in enumerate(ends.items()):
            old = {c.name: c.type.python_type() for c in cases.columns if not c.nullable}
            old |= {"id": resolution, "number": resolution, "opened_seq": number, "level": 1, "state": state}
            old |= {"source": "camera", "camera_id": "cam-a", "rule": "stall", "closed_at": 7.0}
            old |= {"resolution": resolution, "case_class": "05-01", "place": "QX"}
            connection.execute(insert(cases).values(old))
    upgrade(engine)
    with engine.connect() as connection:
        row = select(judgements.c.case_id, judgements.c.verdict, judgements.c.by_itself, judgements.c.judged_at)
        assert {found[0]: tuple(found[1:]) for found in connection.execute(row)} == {
            "rejected": ("rejected", False, 7.0),
            "struck_out": (None, True, None),
            "verified_by_camera": ("confirmed", True, 7.0),
            "left_by_itself": (None, True, None),
        }
    engine.dispose()


def test_every_column_says_what_it_is() -> None:
    silent = [
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if not column.comment
    ]
    assert silent == []
    assert [table.name for table in metadata.tables.values() if not table.comment] == []


def test_sqlite_keeps_what_it_acknowledges(tmp_path: Path) -> None:
    opened = open_store(tmp_path / "deep" / "down.sqlite")
    with opened.read() as connection:
        said = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert said == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 15_000}
    opened.close()


def test_foreign_keys_hold(store: Store) -> None:
    with pytest.raises(IntegrityError), store.write() as transaction:
        transaction.connection.execute(text("INSERT INTO roles (account_id, role, area) VALUES ('x', 'operator', 'y')"))


def test_a_failed_write_leaves_nothing(store: Store) -> None:
    def fail() -> None:
        with store.write() as transaction:
            transaction.connection.execute(text("INSERT INTO settings (key, value) VALUES ('a', 'b')"))
            transaction.after_commit("told", lambda: pytest.fail("told of what was never stored"))
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        fail()
    with store.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM settings")).scalar_one() == 0


def test_after_commit_runs_once_a_key_and_newest_last(store: Store) -> None:
    told: list[str] = []
    with store.write() as transaction:
        for name, key in (("first", "x"), ("other", "y"), ("second", "x")):
            transaction.after_commit(key, lambda name=name: told.append(name))  # type: ignore[misc]
        assert told == []
    assert told == ["other", "second"]


@pytest.mark.parametrize("statement", ["UPDATE trace SET detail = '{}'", "DELETE FROM trace"])
def test_the_database_itself_guards_the_trace(world: World, statement: str) -> None:
    world.take()
    with pytest.raises(DBAPIError, match="append-only"), world.incidents.store.write() as transaction:
        transaction.connection.execute(text(statement))


def test_writers_of_many_threads_all_get_through(world: World) -> None:
    def write(thread: int) -> int:
        for number in range(5):
            spot = {"lon": 120.405 + thread * 0.0002, "lat": 30.001 + number * 0.0002, "error_m": 1.0}
            name = f"{thread}-{number}"
            box = [thread / 10, number / 10, 0.05, 0.05]
            world.take(key=name, object_id=name, location=spot, box=box, blobs={})
        return thread

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(write, range(6))) == list(range(6))
    page = world.incidents.list_cases(world.admin)
    assert page.total == 30
    assert sorted(case.number[-4:] for case in page.items) == [f"{n:04d}" for n in range(1, 31)]
    with world.incidents.store.read() as connection:
        assert connection.execute(text("SELECT seq FROM trace_head")).scalar_one() == 30


def test_before_the_commit_followers_see_what_the_trace_got_and_can_undo_it(sqlite_world: World) -> None:
    store, seen = sqlite_world.incidents.store, []
    store.before_commit.append(lambda transaction: seen.append([entry.action for entry in transaction.appended]))
    taken = sqlite_world.take()
    sqlite_world.incidents.act(sqlite_world.admin, str(taken.case_id), "comment", {"note": "seen"})
    assert seen == [["open", "evidence", "evidence"], ["comment"]]

    def refuse(_transaction: object) -> None:
        raise RuntimeError("no room")

    store.before_commit.append(refuse)
    with pytest.raises(RuntimeError, match="no room"):
        sqlite_world.incidents.act(sqlite_world.admin, str(taken.case_id), "comment", {"note": "again"})
    store.before_commit.clear()
    trace = sqlite_world.incidents.get_case(sqlite_world.admin, str(taken.case_id)).trace
    assert [entry.action for entry in trace].count("comment") == 1
