"""Editions of the grids: which hold from which day on.

The grids file of cameras.yaml holds from the beginning. Later editions lie beside it as GeoJSON, named in
`grid_editions.json` with their first day and digest; nothing that this does not name counts.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from config.atomic_file import write_atomically
from gis.files import GeographyError
from gis.grids import GridMap, load_grids

INDEX = "grid_editions.json"
MAX_EDITIONS = 200
_MOST_BYTES = 1_000_000
_FILE = re.compile(r"grids-[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9a-f]{12}\.geojson\Z")


@dataclass(frozen=True, slots=True)
class Edition:
    """`first_day` is None for the grids file of cameras.yaml, whose `sha256` is not kept: it may be edited by hand."""

    first_day: date | None
    file: str
    grids: int | None = None
    sha256: str = ""
    source: str = ""
    """Name of the file it was imported from."""
    system: str = ""
    """Coordinate system that was in."""
    taken_by: str = ""
    taken_at: float | None = None


class EditionTaken(ValueError):
    """There is an edition from that day on already."""


class GridEditions:
    """Raises GeographyError where the index cannot be read: cases would else be given grids of another day."""

    def __init__(self, base_dir: Path, grids_file: str) -> None:
        self._base, self._first = base_dir, grids_file
        self._folder = (base_dir / grids_file).parent

    @property
    def all(self) -> tuple[Edition, ...]:
        """In the order of their days."""
        return (Edition(None, self._first), *sorted(self._kept(), key=lambda one: one.first_day or date.min))

    def of(self, day: date) -> Edition:
        """The one that holds on that day."""
        return [one for one in self.all if one.first_day is None or one.first_day <= day][-1]

    def path(self, edition: Edition) -> Path:
        return (self._base if edition.first_day is None else self._folder) / edition.file

    def load(self, edition: Edition) -> GridMap:
        """Its grids. Raises GeographyError where the file is not the one that was taken."""
        path = self.path(edition)
        if edition.sha256 and path.is_file() and _digest(path.read_bytes()) != edition.sha256:
            raise GeographyError(path, ["was changed since it was taken; take a changed file as an edition of its own"])
        return load_grids(path)

    def add(self, grids: GridMap, first_day: date, source: str, system: str, taken_by: str, taken_at: float) -> Edition:
        """Writes the grids, then the index. Raises EditionTaken, and ValueError where there are too many, OSError."""
        kept = self._kept()
        if any(one.first_day == first_day for one in kept):
            raise EditionTaken(f"there is an edition from {first_day} on; choose another day, or withdraw that one")
        if len(kept) >= MAX_EDITIONS:
            raise ValueError(f"there are {MAX_EDITIONS} editions already")
        collection = grids.geojson()
        for feature, grid in zip(collection["features"], grids.grids, strict=True):
            if grid.population is not None:
                feature["properties"]["population"] = grid.population
        data = json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode()
        digest = _digest(data)
        name = f"grids-{first_day.isoformat()}-{digest[:12]}.geojson"
        made = Edition(first_day, name, len(grids.grids), digest, source[:200], system[:100], taken_by[:200], taken_at)
        write_atomically(self._folder / name, data)
        self._write([*kept, made])
        return made

    def withdraw(self, first_day: date) -> Edition:
        """Takes an edition out of the index; its file stays. Raises KeyError."""
        kept = self._kept()
        for one in kept:
            if one.first_day == first_day:
                self._write([other for other in kept if other is not one])
                return one
        raise KeyError(first_day)

    def _kept(self) -> list[Edition]:
        path = self._folder / INDEX
        if not path.is_file():
            return []
        try:
            if path.stat().st_size > _MOST_BYTES:
                raise ValueError(f"is larger than {_MOST_BYTES} bytes")
            index = json.loads(path.read_text(encoding="utf-8"))
            return [_edition(one) for one in index["editions"]]
        except (ValueError, KeyError, TypeError, RecursionError, OSError) as error:
            raise GeographyError(path, [f"cannot be read as the index of editions of grids: {error}"]) from error

    def _write(self, editions: list[Edition]) -> None:
        plain = [asdict(one) | {"first_day": str(one.first_day)} for one in editions]
        text = json.dumps({"version": 1, "editions": plain}, ensure_ascii=False, indent=1)
        write_atomically(self._folder / INDEX, text.encode())


def _edition(plain: Mapping[str, Any]) -> Edition:
    """Raises ValueError, KeyError, TypeError."""
    made = Edition(**{**plain, "first_day": date.fromisoformat(plain["first_day"])})
    if not _FILE.match(made.file):
        raise ValueError(f"{made.file!r} is no file that an edition is kept in")
    return made


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
