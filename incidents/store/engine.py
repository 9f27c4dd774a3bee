"""Opening the store, and its two kinds of transaction."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url

from incidents.store.group_commit import GroupCommit
from incidents.store.migrate import WRITES, upgrade
from incidents.store.request_keys import next_claim
from incidents.store.sqlite_hints import take_hints

BUSY_MILLISECONDS = 15_000
CACHE_KIB = 32_000
"""Of pages each connection keeps; with SQLite's own 2 MB a page of the queue of two million cases is read anew."""
DATABASE_FILE = "gridwatch.sqlite"
EVIDENCE_FOLDER = "evidence"
"""Where the store lies in the data folder when nothing else is configured."""


class Transaction:
    """An open writing transaction."""

    def __init__(self, connection: Connection, appended: Sequence[Any] = ()) -> None:
        self.connection = connection
        self.appended = appended
        """The trace entries written in it so far, in order."""
        self._after: dict[object, Callable[[], None]] = {}
        self.outcome: object = None
        """What came of it, from which the answer to a request with a key is made."""

    def after_commit(self, key: object, action: Callable[[], None]) -> None:
        """Runs once everything is durable; a later action under the same key takes an earlier one's place."""
        self._after.pop(key, None)
        self._after[key] = action

    def run_after_commit(self) -> None:
        for action in self._after.values():
            action()


class Store:
    """Thread-safe. A write that has returned is on the disk: WAL with synchronous=FULL on SQLite,
    synchronous_commit on PostgreSQL. Why FULL: with NORMAL, a power cut loses acknowledged rows."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._group = GroupCommit(engine)
        self.before_commit: list[Callable[[Transaction], None]] = []
        """Called at the end of every writing transaction, in it: what they raise undoes it."""

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view (one snapshot on SQLite); writes nothing."""
        with self.engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Durable at its end; any error undoes everything in it, and nothing else.

        Writes of this process go one after the other, so what is read inside cannot change before the commit, and
        those that wait for each other share one (`incidents.store.group_commit`): what is read inside may come from a
        write that is durable only together with this one.
        """
        appended: list[Any] = []
        with self._group.write(appended) as connection:
            transaction, request = Transaction(connection, appended), next_claim()
            if request is not None:
                request.claim(connection)
            yield transaction
            for follower in self.before_commit:
                follower(transaction)
            if request is not None:
                request.complete(connection, transaction.outcome)
        transaction.run_after_commit()

    def close(self) -> None:
        self.engine.dispose()


def open_store(url: str | URL | Path, *, migrate: bool = True) -> Store:
    """Opens the database, makes or upgrades its tables. A path means an SQLite file (its folder is made).

    With `migrate` false it is taken as it stands, for tools that only look.
    """
    if isinstance(url, Path):
        if migrate:
            url.parent.mkdir(parents=True, exist_ok=True)
        url = URL.create("sqlite", database=str(url))
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed, connect_args={"check_same_thread": False}, pool_size=8, max_overflow=24)
        _tune_sqlite(engine)
    else:
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        engine = create_engine(parsed, pool_size=8, max_overflow=24, pool_pre_ping=True)
    if migrate:
        upgrade(engine)
    return Store(engine)


def _tune_sqlite(engine: Engine) -> None:
    take_hints(engine)

    def on_connect(raw: Any, _record: Any) -> None:
        # The driver would begin transactions lazily and not before DDL; we say BEGIN ourselves.
        raw.isolation_level = None
        cursor = raw.cursor()
        for pragma in (
            f"busy_timeout={BUSY_MILLISECONDS}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"cache_size=-{CACHE_KIB}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)
