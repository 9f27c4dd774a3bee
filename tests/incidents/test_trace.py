"""The chain: what it proves, and that every kind of tampering shows."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from incidents.check import check_store, main, parse_head, report
from incidents.store import Store
from incidents.trace import START, canonical, check_all, check_case, entry_hash
from tests.incidents.world import IN_A2, World

GUARDS = {
    "sqlite": ("DROP TRIGGER trace_no_update", "DROP TRIGGER trace_no_delete", "PRAGMA defer_foreign_keys = ON"),
    "postgresql": ("ALTER TABLE trace DISABLE TRIGGER trace_append_only",),
}


def tamper(store: Store, *statements: str) -> None:
    """As somebody with the database's own password would."""
    with store.write() as transaction:
        for statement in (*GUARDS[store.engine.dialect.name], *statements):
            transaction.connection.execute(text(statement))


@pytest.fixture
def two_cases(world: World) -> tuple[str, str]:
    """Entries 1, 2, 4 are the first case's, 3, 5, 6 the second's."""
    first = world.take(blobs={}).case_id
    world.take(key="again", object_id="obj-1", blobs={})
    elsewhere = {"lon": IN_A2[0], "lat": IN_A2[1], "error_m": 1.0}
    second = world.take(key="b", object_id="b", box=[0, 0, 0.1, 0.1], location=elsewhere, blobs={}).case_id
    world.incidents.act(world.admin, first, "comment", {"note": "喂,你好"})
    for note in ("one", "two"):
        world.incidents.act(world.admin, second, "comment", {"note": note})
    return first, second


def checked(connection: Connection) -> tuple[bool, int | None, str]:
    found = check_all(connection)
    return found.valid, found.broken_at, found.problem


def test_whole(world: World, two_cases: tuple[str, str]) -> None:
    with world.incidents.store.read() as connection:
        found = check_all(connection)
        assert (found.valid, found.entries, found.broken_at, found.head_seq) == (True, 6, None, 6)
        assert check_all(connection, (found.head_seq, found.head_hash)).valid
        for case in two_cases:
            assert (check_case(connection, case).valid, check_case(connection, case).entries) == (True, 3)
    entries = world.incidents.get_case(world.admin, two_cases[0]).trace
    assert [entry.seq for entry in entries] == [1, 2, 4]
    assert [entry.action for entry in entries] == ["open", "sighted", "comment"]
    assert entries[0].case_previous == entries[0].previous == START
    assert entries[2].detail == {"note": "喂,你好"}


TAMPERING = {
    "a detail is changed": (4, ["UPDATE trace SET detail = '{\"note\":\"nothing\"}' WHERE seq = 4"]),
    "a time is changed": (2, ["UPDATE trace SET at = at - 1 WHERE seq = 2"]),
    "an actor is changed": (6, ["UPDATE trace SET actor_name = 'Somebody' WHERE seq = 6"]),
    "an entry is removed": (2, ["DELETE FROM trace WHERE seq = 2"]),
    "the newest entry is removed": (6, ["DELETE FROM trace WHERE seq = 6"]),
    "two entries are exchanged": (5, ["UPDATE trace SET seq = 99 WHERE seq = 5",
                                      "UPDATE trace SET seq = 5 WHERE seq = 6",
                                      "UPDATE trace SET seq = 6 WHERE seq = 99"]),
    "an entry is slipped in before the first": (1, [
        "INSERT INTO trace SELECT -1, case_id, 9, at, action, actor_kind, actor_id, actor_name, from_state, to_state, "
        "detail, case_previous, previous, 'x' FROM trace WHERE seq = 1"]),
    "the case is moved on without an entry": (7, ["UPDATE cases SET state = 'closed' WHERE opened_seq = 1"]),
    "a whole case is removed": (3, ["DELETE FROM case_objects WHERE object_id = 'b'",
                                    "DELETE FROM detections_seen WHERE key = 'b'",
                                    "DELETE FROM judgements WHERE case_id IN"
                                    " (SELECT id FROM cases WHERE opened_seq = 3)",
                                    "DELETE FROM trace WHERE seq IN (3, 5, 6)",
                                    "DELETE FROM cases WHERE opened_seq = 3"]),
}  # fmt: skip


@pytest.mark.parametrize(("broken_at", "statements"), TAMPERING.values(), ids=TAMPERING.keys())
def test_tampering_shows(world: World, two_cases: tuple[str, str], broken_at: int, statements: list[str]) -> None:
    tamper(world.incidents.store, *statements)
    with world.incidents.store.read() as connection:
        valid, at, problem = checked(connection)
    assert (valid, at) == (False, broken_at), problem
    assert problem


def test_tampering_shows_in_the_case_it_concerns_alone(world: World, two_cases: tuple[str, str]) -> None:
    tamper(world.incidents.store, "UPDATE trace SET actor_id = 'x' WHERE seq = 5")
    first, second = (world.incidents.check_trace(world.admin, case) for case in two_cases)
    assert first.valid
    # Told by its place in its own case: the fifth entry of all is the second of this one.
    assert (second.valid, second.broken_at, second.problem) == (False, 2, "was changed after it was written")


def rewritten(store: Store) -> None:
    """Somebody clever changes an entry and recomputes every hash after it."""
    columns = ("seq", "case_id", "case_seq", "at", "action", "actor_kind", "actor_id", "actor_name", "from_state",
               "to_state", "detail", "case_previous", "previous")  # fmt: skip
    with store.write() as transaction:
        connection = transaction.connection
        for statement in GUARDS[store.engine.dialect.name]:
            connection.execute(text(statement))
        connection.execute(text("UPDATE trace SET actor_name = 'Nobody' WHERE seq = 5"))
        rows = connection.execute(text(f"SELECT {', '.join(columns)} FROM trace ORDER BY seq")).all()
        previous, of_case = START, dict[str, str]()
        for row in rows:
            fields = {**dict(row._mapping), "previous": previous}
            fields["case_previous"] = of_case.get(row.case_id, START)
            digest = entry_hash(fields)
            connection.execute(
                text("UPDATE trace SET previous = :p, case_previous = :c, hash = :h WHERE seq = :s"),
                {"p": previous, "c": fields["case_previous"], "h": digest, "s": row.seq},
            )
            previous = of_case[row.case_id] = digest
        connection.execute(text("UPDATE trace_head SET hash = :h"), {"h": previous})


def test_a_rewritten_chain_does_not_pass_a_head_written_down(world: World, two_cases: tuple[str, str]) -> None:
    store = world.incidents.store
    with store.read() as connection:
        head = check_all(connection)
    rewritten(store)
    with store.read() as connection:
        assert check_all(connection).valid
        found = check_all(connection, (head.head_seq, head.head_hash))
    assert (found.valid, found.broken_at) == (False, 6)


def test_canonical_json() -> None:
    assert canonical({"b": 1, "a": [1.0, None, "网"]}) == '{"a":[1.0,null,"网"],"b":1}'
    with pytest.raises(ValueError):
        canonical({"a": float("nan")})


def command(world: World, tmp_path: Path, *more: str) -> int:
    url = world.incidents.store.engine.url.render_as_string(hide_password=False)
    return main(["--database", url, *more])


def damage(world: World) -> None:
    file = next(path for path in world.incidents.files.root.rglob("*") if path.is_file())
    file.write_bytes(b"something else")


COMMANDS: dict[str, tuple[Callable[[World], None], bool, int, str]] = {
    "whole": (lambda world: None, False, 0, "all whole; head 3:"),
    "changed": (lambda world: tamper(world.incidents.store, "UPDATE trace SET at = 0 WHERE seq = 2"), False, 1,
                "BROKEN at entry 2"),
    "whole, with its evidence": (lambda world: None, True, 0, "evidence: 2 files, all whole"),
    "evidence changed": (damage, True, 1, "MISSING or changed"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "data", "status", "said"), COMMANDS.values(), ids=COMMANDS.keys())
def test_the_command(
    world: World,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    change: Callable[[World], None],
    data: bool,
    status: int,
    said: str,
) -> None:
    world.take()
    change(world)
    assert command(world, tmp_path, *(["--data", str(tmp_path)] if data else [])) == status
    assert said in capsys.readouterr().out


def test_the_command_where_there_is_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(tmp_path)]) == 2
    assert "no such database" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_printed_head_is_read_back(world: World) -> None:
    world.take()
    said = report(check_store(world.incidents.store, None))
    head = parse_head(said.rsplit(" ", 1)[1])
    assert check_store(world.incidents.store, None, head).sound
