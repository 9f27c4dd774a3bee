"""Writes MBTiles 1.3."""

import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path

TileBytes = tuple[int, int, int, bytes]
"""Zoom, column, row from the north, body."""


def write_mbtiles(path: Path, tiles: Iterable[TileBytes], metadata: Mapping[str, str]) -> None:
    """Replaces what stands at `path`, and shows there only when it is whole."""
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    database = sqlite3.connect(part, isolation_level=None)
    try:
        database.execute("PRAGMA journal_mode=OFF")
        database.execute("PRAGMA synchronous=OFF")
        database.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        database.execute(
            "CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB)"
        )
        database.execute("BEGIN")
        database.executemany("INSERT INTO metadata VALUES (?, ?)", metadata.items())
        rows = ((zoom, x, (1 << zoom) - 1 - y, body) for zoom, x, y, body in tiles)
        database.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", rows)
        database.execute("CREATE UNIQUE INDEX tile_index ON tiles (zoom_level, tile_column, tile_row)")
        database.execute("COMMIT")
    finally:
        database.close()
    part.replace(path)
