"""Stores to test on: an SQLite file, and a PostgreSQL server of our own started for the session."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, text
from sqlalchemy.exc import OperationalError

from incidents.store import Store, open_store
from incidents.store.schema import metadata
from incidents.trace import START
from tests.incidents.world import World, make_world

KINDS = ("sqlite", "postgresql")
_numbers = count(1)


def _postgres_folder() -> Path | None:
    found = shutil.which("postgres")
    if found:
        return Path(found).parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    return versions[-1].parent if versions else None


def _as_user() -> dict[str, object]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    """Its `postgres` database; listens on a socket in its own folder and on no port."""
    binaries = _postgres_folder()
    if binaries is None:
        pytest.skip("no PostgreSQL binaries on this machine")
    root = Path(tempfile.mkdtemp(prefix="gridwatch-pg-"))
    user = _as_user()
    if user:
        os.chown(root, int(str(user["user"])), int(str(user["group"])))
    data = root / "data"
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    subprocess.run(
        [binaries / "initdb", "-D", data, "-U", "gridwatch", "-A", "trust", "-E", "UTF8", "--no-sync"],
        check=True,
        capture_output=True,
        env=environment,
        cwd=root,
        **user,  # type: ignore[call-overload]
    )
    # Nothing here outlives the test; what durability costs is not what is being tested.
    server = subprocess.Popen(
        [binaries / "postgres", "-D", data, "-k", root, "-h", "", "-F"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
        cwd=root,
        **user,  # type: ignore[call-overload]
    )
    url = URL.create("postgresql+psycopg", "gridwatch", query={"host": str(root)}, database="postgres")
    try:
        _await(url, server)
        yield url
    finally:
        # Immediate shutdown: nothing is to be kept, so nothing need be written out.
        server.send_signal(signal.SIGQUIT)
        server.wait(10)
        shutil.rmtree(root)


def _await(url: URL, server: "subprocess.Popen[bytes]") -> None:
    engine = create_engine(url)
    until = time.monotonic() + 20
    while True:
        try:
            engine.connect().close()
            break
        except OperationalError:
            if server.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.05)
    engine.dispose()


def new_database(server: URL) -> URL:
    """An empty database beside the others."""
    name = f"t{next(_numbers)}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server.set(database=name)


def empty(url: URL) -> None:
    """As it was when migrated. Many small deletes are far cheaper here than a new database for every test."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("SET session_replication_role = replica"))
        for table in metadata.tables:
            connection.execute(text(f"DELETE FROM {table}"))
        connection.execute(text("DELETE FROM case_grams"))
        connection.execute(text("INSERT INTO trace_head (id, seq, hash) VALUES (1, 0, :start)"), {"start": START})
        connection.execute(text("ALTER TABLE trace ENABLE TRIGGER trace_append_only"))
    engine.dispose()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.sqlite"
    open_store(path).close()
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: URL) -> URL:
    url = new_database(postgres_server)
    open_store(url).close()
    return url


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> URL:
    """A migrated database of each kind, with nothing in it."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "test.sqlite")
        return URL.create("sqlite", database=str(tmp_path / "test.sqlite"))
    url: URL = request.getfixturevalue("migrated_postgres")
    empty(url)
    return url


@pytest.fixture
def store(database: URL) -> Iterator[Store]:
    opened = open_store(database, migrate=False)
    yield opened
    opened.close()


@pytest.fixture
def world(store: Store, tmp_path: Path) -> World:
    """The small town on each kind of database."""
    return make_world(store, tmp_path)


@pytest.fixture
def sqlite_world(migrated_sqlite: Path, tmp_path: Path) -> Iterator[World]:
    """The small town where the kind of database makes no difference."""
    shutil.copy(migrated_sqlite, tmp_path / "test.sqlite")
    opened = open_store(tmp_path / "test.sqlite", migrate=False)
    yield make_world(opened, tmp_path)
    opened.close()
