"""A file of tiles, whichever format its content says it has: MBTiles or PMTiles."""

from pathlib import Path
from typing import Protocol

from gis.archive_facts import ArchiveFacts
from gis.mbtiles import MbtilesFile
from gis.pmtiles import PmtilesFile
from gis.tile import Tile, TileProblem


class TileArchive(Protocol):
    """Safe to use from several threads."""

    facts: ArchiveFacts

    def tile(self, zoom: int, x: int, y: int) -> Tile | None:
        """None where there is none; y is counted from the north. Raises TileProblem."""
        ...

    def close(self) -> None: ...


def open_archive(path: Path) -> TileArchive:
    """Opens it for reading alone. Raises TileProblem."""
    try:
        if not path.is_file():
            raise TileProblem("no such file")
        with path.open("rb") as stream:
            head = stream.read(16)
    except (OSError, ValueError) as error:
        raise TileProblem(f"cannot be opened: {getattr(error, 'strerror', '') or error}") from None
    if head == b"SQLite format 3\0":
        return MbtilesFile(path)
    if head.startswith(b"PMTiles"):
        return PmtilesFile(path)
    raise TileProblem("is neither MBTiles (a SQLite database) nor PMTiles")
