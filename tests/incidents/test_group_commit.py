"""Writes that come together share one commit, and nothing else: neither failures nor each other's place."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress

from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from incidents.store import Store
from incidents.store.group_commit import MOST, GroupCommit
from incidents.trace import check_all
from tests.incidents.world import World

PATIENCE = 30.0
Body = Callable[[Connection], None]


def put(key: str) -> Body:
    return lambda connection: void(connection.execute(text("INSERT INTO settings VALUES (:key, '')"), {"key": key}))


def void(_result: object) -> None:
    return None


def keys(store: Store) -> list[str]:
    with store.read() as connection:
        return sorted(connection.execute(text("SELECT key FROM settings")).scalars())


def together(group: GroupCommit, bodies: list[Body]) -> list[BaseException | None]:
    """Carries them out while they all wait for one before them; how each ended, in the order they came to their turn,
    which is nobody's to choose."""
    turns: list[Future[None]] = []
    done: list[Future[None]] = []

    def carry_out(n: int, body: Body) -> None:
        with group.write([]) as connection:
            turns.append(done[n])
            body(connection)

    with ThreadPoolExecutor(len(bodies)) as pool, ExitStack() as first:
        first.enter_context(suppress(SQLAlchemyError))  # It shares the commit, and how that ends.
        first.enter_context(group.write([]))
        done += [pool.submit(carry_out, n, body) for n, body in enumerate(bodies)]
        until = time.monotonic() + PATIENCE
        while group.waiting < len(bodies) and time.monotonic() < until:
            time.sleep(0.001)
        assert group.waiting == len(bodies)
    return [one.exception() for one in turns]


def test_a_lone_write_commits_at_once(store: Store) -> None:
    group = GroupCommit(store.engine)
    for n in range(3):
        with group.write([]) as connection:
            put(f"k{n}")(connection)
            assert keys(store) == [f"k{before}" for before in range(n)], "seen before it was durable"
        assert (group.commits, len(keys(store))) == (n + 1, n + 1)


def test_those_that_wait_share_a_commit_and_one_that_fails_undoes_only_itself(store: Store) -> None:
    group = GroupCommit(store.engine)

    def fail(connection: Connection) -> None:
        put("never")(connection)
        raise LookupError("no such thing")

    ends = together(group, [put("a"), fail, put("b"), put("a"), fail, put("c")])
    assert Counter(type(end) for end in ends) == {type(None): 3, LookupError: 2, IntegrityError: 1}
    assert keys(store) == ["a", "b", "c"]
    assert group.commits == 1


def test_a_refusal_is_told_once_what_it_stands_on_is_durable(store: Store) -> None:
    """Or a key sent twice would find no answer of the first."""
    group, seen = GroupCommit(store.engine), []

    def refused() -> None:
        try:
            with group.write([]) as connection:
                put("key")(connection)
        except IntegrityError:
            seen.append(keys(store))

    with ThreadPoolExecutor(4) as pool:
        for one in [pool.submit(refused) for _ in range(4)]:
            one.result(PATIENCE)
    assert seen == [["key"]] * 3


def test_a_commit_takes_no_more_than_so_many(sqlite_world: World) -> None:
    store = sqlite_world.incidents.store
    group, before = GroupCommit(store.engine), len(keys(store))
    ends = together(group, [put(f"k{n}") for n in range(MOST + 4)])
    assert ends == [None] * len(ends)
    assert (group.commits, len(keys(store)) - before) == (2, MOST + 4)


def test_when_the_commit_fails_all_of_it_fail_and_the_next_goes_on(store: Store) -> None:
    """By a constraint looked at no earlier than at the commit."""
    with store.engine.begin() as connection:
        connection.execute(text("CREATE TABLE above (id INTEGER PRIMARY KEY)"))
        late = "REFERENCES above (id) DEFERRABLE INITIALLY DEFERRED"
        connection.execute(text(f"CREATE TABLE below (id INTEGER {late})"))
    group = GroupCommit(store.engine)
    wrong = text("INSERT INTO below VALUES (7)")
    ends = together(group, [put("a"), lambda connection: void(connection.execute(wrong)), put("b")])
    assert [type(end) for end in ends] == [IntegrityError] * 3
    assert (keys(store), group.commits) == ([], 0)
    with group.write([]) as connection:
        put("after")(connection)
    assert keys(store) == ["after"]
    with store.engine.begin() as connection:
        connection.execute(text("DROP TABLE below"))
        connection.execute(text("DROP TABLE above"))


def test_when_the_transaction_is_gone_nobody_in_it_is_told_of_success(store: Store) -> None:
    """As a full disk ends it."""
    group = GroupCommit(store.engine)
    lost: list[int] = []

    def gone(connection: Connection) -> None:
        connection.exec_driver_sql("ROLLBACK")
        lost.append(group.waiting)

    ends = together(group, [put("a"), put("b"), gone, put("c"), put("d")])
    assert [isinstance(end, SQLAlchemyError) for end in ends] == [True] * (5 - lost[0]) + [False] * lost[0]
    assert len(keys(store)) == lost[0]


def test_who_waits_for_nobody_commits_with_his_own_hand(sqlite_world: World) -> None:
    store = sqlite_world.incidents.store
    group = GroupCommit(store.engine, own_hand_seconds=0.01)
    group.waiting += 1  # One that never comes.
    with group.write([]) as connection:
        put("mine")(connection)
    assert "mine" in keys(store)


def test_a_chain_written_by_many_is_whole(world: World) -> None:
    store, barrier = world.incidents.store, threading.Barrier(8)
    told: list[str] = []
    world.incidents.feed.listen(lambda change: told.append(change.data.id))

    def file(number: int) -> str:
        barrier.wait(PATIENCE)
        return str(world.take(key=f"k{number}", object_id=f"o{number}", camera_id=f"cam-{number}", blobs={}).case_id)

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(file, range(8)))
    with store.read() as connection:
        assert check_all(connection).valid
    assert set(made) <= set(told)
