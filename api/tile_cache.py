"""Tiles of a service kept on this machine: a SQLite file per base map, within a size, the longest unused go first."""

import logging
import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path

from gis.tile import Tile
from runtime.clock import Clock

logger = logging.getLogger(__name__)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS about (version TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS tiles (
    id INTEGER PRIMARY KEY,
    fetched_at REAL NOT NULL,
    used_at REAL NOT NULL,
    media_type TEXT NOT NULL,
    packed INTEGER NOT NULL,
    size INTEGER NOT NULL,
    body BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS tiles_used_at ON tiles (used_at);
"""
_ROW_BYTES = 200
"""What a row takes besides its body, about: empty tiles must not be kept without end either."""
_USED_STEP_S = 3600.0
_SPARE = 0.9
"""When it is full it is emptied to this share, so that not every tile costs a clearing."""


@dataclass(frozen=True, slots=True)
class Kept:
    tile: Tile | None
    """None: the service had none there."""
    fetched_at: float


class TileCache:
    """`version` names what the tiles are of: with another one the cache begins empty. Calls block; safe from several
    threads. A file that cannot be used is made anew, and where that fails nothing is kept: it is only a cache."""

    def __init__(self, path: Path, version: str, max_bytes: int, clock: Clock) -> None:
        self._path, self._version, self._max_bytes, self._clock = path, version, max_bytes, clock
        self._lock = threading.Lock()
        self._db: sqlite3.Connection | None = None
        self.bytes_kept = 0

    def open(self) -> None:
        with self._lock:
            try:
                self._open()
            except (sqlite3.Error, OSError) as first:
                logger.warning("%s: tile cache is made anew: %s", self._path.name, first)
                self._drop()
                try:
                    self._path.unlink(missing_ok=True)
                    self._open()
                except (sqlite3.Error, OSError) as second:
                    logger.error("%s: no tiles are kept: %s", self._path.name, second)
                    self._drop()

    def _open(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._db = db = sqlite3.connect(self._path, check_same_thread=False, isolation_level=None)
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=OFF")
        db.executescript(_SCHEMA)
        if db.execute("SELECT version FROM about").fetchall() != [(self._version,)]:
            db.execute("DELETE FROM tiles")
            db.execute("DELETE FROM about")
            db.execute("INSERT INTO about VALUES (?)", (self._version,))
        size, count = db.execute("SELECT coalesce(sum(size), 0), count(*) FROM tiles").fetchone()
        self.bytes_kept = size + count * _ROW_BYTES

    def get(self, zoom: int, x: int, y: int) -> Kept | None:
        with self._lock:
            if self._db is None:
                return None
            query = "SELECT fetched_at, used_at, media_type, packed, body FROM tiles WHERE id = ?"
            try:
                row = self._db.execute(query, (_id(zoom, x, y),)).fetchone()
                if row is None:
                    return None
                if self._clock.now() - row[1] > _USED_STEP_S:
                    self._db.execute("UPDATE tiles SET used_at = ? WHERE id = ?", (self._clock.now(), _id(zoom, x, y)))
            except sqlite3.Error as error:
                self._give_up(error)
                return None
        return Kept(Tile(row[4], row[2], bool(row[3])) if row[4] else None, row[0])

    def put(self, zoom: int, x: int, y: int, tile: Tile | None) -> None:
        body = tile.body if tile else b""
        media_type, packed = (tile.media_type, tile.packed) if tile else ("", False)
        now = self._clock.now()
        row = (_id(zoom, x, y), now, now, media_type, packed, len(body), body)
        with self._lock:
            if self._db is None:
                return
            try:
                old = self._db.execute("SELECT size FROM tiles WHERE id = ?", row[:1]).fetchone()
                self._db.execute("INSERT OR REPLACE INTO tiles VALUES (?, ?, ?, ?, ?, ?, ?)", row)
                self.bytes_kept += len(body) - old[0] if old else len(body) + _ROW_BYTES
                self._make_room()
            except sqlite3.Error as error:
                self._give_up(error)

    def _make_room(self) -> None:
        if self._db is None or self.bytes_kept <= self._max_bytes:
            return
        gone: list[tuple[int]] = []
        for id_, size in self._db.execute("SELECT id, size FROM tiles ORDER BY used_at"):
            gone.append((id_,))
            self.bytes_kept -= size + _ROW_BYTES
            if self.bytes_kept <= _SPARE * self._max_bytes:
                break
        self._db.execute("BEGIN")
        self._db.executemany("DELETE FROM tiles WHERE id = ?", gone)
        self._db.execute("COMMIT")

    def _give_up(self, error: sqlite3.Error) -> None:
        """A full disk, most likely. The next start tries again."""
        logger.error("%s: no tiles are kept from now on: %s", self._path.name, error)
        self._drop()

    def _drop(self) -> None:
        db, self._db, self.bytes_kept = self._db, None, 0
        if db is not None:
            db.close()

    def close(self) -> None:
        with self._lock:
            self._drop()


def _id(zoom: int, x: int, y: int) -> int:
    return zoom << 48 | x << 24 | y
