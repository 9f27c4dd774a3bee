"""Records that must reach another process, kept on disk until it has acknowledged them."""

import json
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS spooled (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL,
    sizes TEXT NOT NULL,
    blobs BLOB NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    last_error TEXT NOT NULL DEFAULT ''
)
"""
PARKED_AFTER = 20


@dataclass(frozen=True, slots=True)
class Spooled:
    seq: int
    key: str
    body: dict[str, Any]
    blobs: tuple[bytes, ...]


class Spool:
    """A durable outgoing queue. `put` returns once the record is on disk (SQLite, synchronous=FULL).

    Safe to call from several threads. Beyond `max_bytes` a record is still kept, but without its attachments.
    A record refused `PARKED_AFTER` times stays on disk for a person to look at and is no longer offered.
    """

    def __init__(self, path: Path, max_bytes: int = 1 << 30) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute(_SCHEMA)

    def put(self, key: str, body: dict[str, Any], blobs: Sequence[bytes] = ()) -> bool:
        """False where the key is waiting already."""
        with self._lock:
            if self._bytes() + sum(map(len, blobs)) > self._max_bytes:
                body, blobs = {**body, "blobs": [], "attachments_dropped": len(blobs)}, ()
            row = (key, json.dumps(body, ensure_ascii=False), json.dumps([len(b) for b in blobs]), b"".join(blobs))
            done = self._db.execute("INSERT OR IGNORE INTO spooled (key, body, sizes, blobs) VALUES (?, ?, ?, ?)", row)
            return done.rowcount == 1

    def pending(self, after_seq: int = 0, limit: int = 16) -> list[Spooled]:
        """Oldest first."""
        with self._lock:
            rows = self._db.execute(
                "SELECT seq, key, body, sizes, blobs FROM spooled WHERE seq > ? AND attempts < ? ORDER BY seq LIMIT ?",
                (after_seq, PARKED_AFTER, limit),
            ).fetchall()
        return [Spooled(seq, key, json.loads(body), _cut(sizes, blobs)) for seq, key, body, sizes, blobs in rows]

    def acknowledge(self, key: str) -> None:
        with self._lock:
            self._db.execute("DELETE FROM spooled WHERE key = ?", (key,))

    def refused(self, key: str, error: str) -> None:
        with self._lock:
            self._db.execute(
                "UPDATE spooled SET attempts = attempts + 1, last_error = ? WHERE key = ?", (error[:500], key)
            )

    def depth(self) -> int:
        """How many records wait, parked ones included."""
        with self._lock:
            return int(self._db.execute("SELECT count(*) FROM spooled").fetchone()[0])

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def _bytes(self) -> int:
        return int(self._db.execute("SELECT coalesce(sum(length(blobs)), 0) FROM spooled").fetchone()[0])


def _cut(sizes: str, joined: bytes) -> tuple[bytes, ...]:
    parts, at = [], 0
    for size in json.loads(sizes):
        parts.append(joined[at : at + size])
        at += size
    return tuple(parts)
