"""MBTiles 1.3: tiles in a SQLite file. The file is only read, and nothing it holds can make reading run away."""

import json
import sqlite3
import threading
from pathlib import Path
from typing import Any
from urllib.parse import quote

from gis.archive_facts import ArchiveFacts, plain_text
from gis.tile import LARGEST_ZOOM, MAX_TILE_BYTES, Kind, Tile, TileProblem, picture_tile, vector_tile

_MOST_STEPS = 2000
"""Of 1000 instructions of SQLite's machine each: a tile is found in a few dozen instructions."""
_MAX_VALUE = 1024 * 1024
_KEYS = ("name", "format", "bounds", "minzoom", "maxzoom", "attribution")
_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ})
_FUNCTIONS = frozenset({"min", "max", "count", "length", "substr", "coalesce", "ifnull", "cast"})


class MbtilesFile:
    """One open file; safe to use from several threads. Raises TileProblem where it is none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._steps = 0
        # immutable: no lock, no journal, no file beside it is opened or made.
        address = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
        try:
            self._db = sqlite3.connect(address, uri=True, check_same_thread=False, isolation_level=None)
        except sqlite3.Error as error:
            raise TileProblem(f"cannot be opened: {error}") from None
        try:
            self._guard()
            self.facts = self._read_facts()
        except TileProblem:
            self._db.close()
            raise

    def _guard(self) -> None:
        """A database may hold views that compute for ever, and rows that say they are gigabytes."""
        self._db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 2 * MAX_TILE_BYTES)
        self._db.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        self._db.setlimit(sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 50)
        try:
            for pragma in ("trusted_schema=OFF", "cell_size_check=ON", "mmap_size=0", "query_only=ON"):
                self._db.execute(f"PRAGMA {pragma}")
        except sqlite3.Error as error:
            raise TileProblem(f"is no MBTiles file: {error}") from None
        self._db.set_authorizer(_permitted)
        self._db.set_progress_handler(self._step, 1000)

    def _step(self) -> int:
        self._steps += 1
        return self._steps > _MOST_STEPS

    def _rows(self, query: str, values: tuple[Any, ...], most: int) -> list[tuple[Any, ...]]:
        with self._lock:
            self._steps = 0
            try:
                return self._db.execute(query, values).fetchmany(most)
            except (sqlite3.Error, OverflowError, UnicodeDecodeError) as error:
                slow = self._steps > _MOST_STEPS
                raise TileProblem("took too long to look up" if slow else f"cannot be read: {error}") from None

    def _read_facts(self) -> ArchiveFacts:
        marks = ",".join("?" * len(_KEYS))
        read = self._rows(f"SELECT name, value FROM metadata WHERE name IN ({marks})", _KEYS, 100)
        told = {str(name): str(value)[:_MAX_VALUE] for name, value in read if value is not None}
        form = told.get("format", "").lower()
        if form not in ("png", "jpg", "jpeg", "webp", "pbf"):
            raise TileProblem(f"says its format is {plain_text(form)[:40]!r}; png, jpg, webp and pbf are possible")
        # Never counted over the table: planet files have a hundred million rows.
        zooms = [_zoom(told.get(key)) for key in ("minzoom", "maxzoom")]
        low = zooms[0] if zooms[0] is not None else self._zoom_at_end("min")
        high = zooms[1] if zooms[1] is not None else self._zoom_at_end("max")
        if low > high:
            raise TileProblem(f"says its zooms are {low} to {high}")
        kind: Kind = "vector" if form == "pbf" else "raster"
        attribution = plain_text(told.get("attribution", ""))
        return ArchiveFacts(kind, low, high, _bounds(told.get("bounds")), attribution)

    def _zoom_at_end(self, which: str) -> int:
        found = self._rows(f"SELECT {which}(zoom_level) FROM tiles", (), 1)
        zoom = _zoom(str(found[0][0])) if found else None
        if zoom is None:
            raise TileProblem("has no tiles")
        return zoom

    def tile(self, zoom: int, x: int, y: int) -> Tile | None:
        """None where there is none; y is counted from the north, as XYZ has it. Raises TileProblem."""
        query = "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?"
        rows = self._rows(query, (zoom, x, (1 << zoom) - 1 - y), 1)
        if not rows or rows[0][0] is None:
            return None
        body = rows[0][0]
        if not isinstance(body, bytes):
            raise TileProblem("has text where a tile should be")
        return vector_tile(body) if self.facts.kind == "vector" else picture_tile(body)

    def close(self) -> None:
        with self._lock:
            self._db.close()


def _permitted(action: int, first: str | None, second: str | None, _database: str | None, _by: str | None) -> int:
    if action in _ALLOWED:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_FUNCTION and second in _FUNCTIONS:
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def _zoom(text: str | None) -> int | None:
    if text is None or not text.strip().isdecimal() or len(text.strip()) > 2:
        return None
    return int(text) if int(text) <= LARGEST_ZOOM else None


def _bounds(text: str | None) -> tuple[float, float, float, float] | None:
    try:
        west, south, east, north = (float(one) for one in json.loads(f"[{text}]"))
    except (ValueError, TypeError, RecursionError):
        return None
    return (west, south, east, north) if -180 <= west < east <= 180 and -90 <= south < north <= 90 else None
