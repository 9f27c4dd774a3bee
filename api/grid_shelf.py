"""The editions of the grids, loaded when first asked for, each with what the map and the statistics make of it."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from threading import Lock

from gis.files import GeographyError
from gis.grid_editions import Edition, GridEditions
from gis.grids import FeatureCollection, Grid, GridMap
from gis.hot_spots import Pairs, area_km2, neighbours
from incidents.errors import Conflict, NotFound

log = logging.getLogger(__name__)

MOST_KEPT = 6
"""Editions in memory beside the present one; a city's is some 50 MB."""
OF_THE_DAY, PRESENT, FIRST = "day", "present", "first"


@dataclass(frozen=True)
class GridLayer:
    """Grids that are counted and drawn together. `days`: first days of the editions they are from, in order, None
    for the grids file of cameras.yaml; `origin`: the one of each grid's outline, by code. Of several editions the
    grids of all, and those that share a code as the latest has them."""

    grids: GridMap
    days: tuple[date | None, ...]
    origin: dict[str, date | None]

    @cached_property
    def features(self) -> FeatureCollection:
        """As GeoJSON, with `edition`: first day of the edition the outline is of."""
        collection = self.grids.geojson()
        for one in collection["features"]:
            day = self.origin[one["properties"]["code"]]
            one["properties"]["edition"] = None if day is None else day.isoformat()
        return collection

    @cached_property
    def km2(self) -> tuple[float, ...]:
        return tuple(area_km2(grid.outline) for grid in self.grids.grids)

    @cached_property
    def neighbours(self) -> Pairs:
        """Rows (i, j) of positions in `grids.grids` that share a border; a second for a city."""
        return neighbours([grid.outline for grid in self.grids.grids])


class GridShelf:
    """`base_dir` is the folder of cameras.yaml and `grids_file` what it names, None where there is none: then only the
    grids handed in are known. Methods may read files: not on the event loop. What is
    wrong with one goes to the log: who asks for numbers is not told the server's folders."""

    def __init__(self, present: GridMap, base_dir: Path | None = None, grids_file: str = "") -> None:
        self._editions = None if base_dir is None else GridEditions(base_dir, grids_file)
        self._present = present
        self._kept: dict[tuple[Edition, ...], GridLayer] = {}
        self._lock = Lock()

    @property
    def has_files(self) -> bool:
        """Whether there may ever be other editions."""
        return self._editions is not None

    def put(self, edition: Edition, grids: GridMap) -> None:
        """They are loaded already."""
        origin = {one.code: edition.first_day for one in grids.grids}
        self._kept[(edition,)] = GridLayer(grids, (edition.first_day,), origin)

    @property
    def all(self) -> tuple[Edition, ...]:
        """In the order of their days. Raises Conflict where the index cannot be read."""
        if self._editions is None:
            return (Edition(None, "", len(self._present.grids)),)
        try:
            return self._editions.all
        except GeographyError as problem:
            log.warning("the editions of the grids: %s", problem)
            raise Conflict("the index of the grids' editions cannot be read", zh="网格版本索引无法读取") from problem

    def held(self, from_day: date, to_day: date) -> tuple[Edition, ...]:
        """Those that held on any day from the one to the other."""
        every = self.all
        last = [one for one in every if one.first_day is None or one.first_day <= from_day][-1]
        return (last, *(one for one in every if one.first_day is not None and from_day < one.first_day <= to_day))

    def named(self, name: str, today: date) -> Edition:
        """`present`, `first` or a first day. Raises NotFound, Conflict."""
        every = self.all
        if name == FIRST:
            return every[0]
        if name == PRESENT:
            return self.held(today, today)[0]
        for one in every:
            if one.first_day is not None and one.first_day.isoformat() == name:
                return one
        raise NotFound(
            "there is no such edition of the grids: day, present, first, or the first day of one", "edition",
            zh="没有这一版网格：可用 day、present、first 或某一版的启用日期",
        )  # fmt: skip

    def layer(self, editions: Sequence[Edition]) -> GridLayer:
        """The grids of these together; kept, the last few. Raises Conflict where a file was changed or is gone."""
        key = tuple(editions)
        with self._lock:
            found = self._kept.pop(key, None) or self._loaded(key)
            self._kept[key] = found
            while len(self._kept) > MOST_KEPT:
                del self._kept[next(iter(self._kept))]
            return found

    def _loaded(self, editions: tuple[Edition, ...]) -> GridLayer:
        grids: dict[str, Grid] = {}
        origin: dict[str, date | None] = {}
        for edition in editions:
            loaded = self._grids_of(edition).grids
            grids.update((one.code, one) for one in loaded)
            origin.update((one.code, edition.first_day) for one in loaded)
        in_order = tuple(sorted(grids.values(), key=lambda one: one.code))
        return GridLayer(GridMap(in_order), tuple(one.first_day for one in editions), origin)

    def _grids_of(self, edition: Edition) -> GridMap:
        if self._editions is None:
            return self._present
        single = self._kept.get((edition,))
        if single is not None:
            return single.grids
        try:
            return self._editions.load(edition)
        except GeographyError as problem:
            log.warning("an edition of the grids: %s", problem)
            told = "the file of this edition of the grids is missing or was changed"
            raise Conflict(told, zh="这一版网格文件已被改动或缺失") from problem
