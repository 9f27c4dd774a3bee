"""Cases and grids that were redrawn: each case in the grid it was filed in, or where it lies in an edition of them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from api.centre import Centre
from api.grid_shelf import OF_THE_DAY, GridLayer
from api.town_files import today_in
from gis.grids import FeatureCollection
from incidents.case_filter import CaseFilter
from incidents.case_times import QUARTER
from incidents.rights import Caller

DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class SeenGrids:
    """The grids of a layer the caller sees, by their positions in it."""

    layer: GridLayer
    positions: tuple[int, ...]

    @property
    def geojson(self) -> FeatureCollection:
        features = self.layer.features["features"]
        return {"type": "FeatureCollection", "features": [features[at] for at in self.positions]}


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """Where cases lie: `grid` of each as a position in the layer, -1 outside all and where no place is known."""

    grid: NDArray[np.intp]
    opened_at: NDArray[np.float64]

    def quarters(self, position: int) -> list[tuple[int, int]]:
        """As `case_times.count_quarters`, of the cases in one grid."""
        quarters = (self.opened_at[self.grid == position] // QUARTER).astype(np.int64)
        return [(int(quarter) * QUARTER, n) for quarter, n in sorted(Counter(quarters.tolist()).items())]


@dataclass(frozen=True, slots=True)
class GridCases:
    """`counts` by code of the grids seen; `elsewhere`: the others, and those of which no place is known. `complete` is
    False where only the newest were counted. `placed` is None where each was counted in the grid it was filed in."""

    seen: SeenGrids
    counts: Mapping[str, int]
    elsewhere: int
    complete: bool = True
    placed: Placed | None = None


def seen_grids(centre: Centre, caller: Caller, edition: str, from_at: float, to_at: float) -> SeenGrids:
    """`edition`: `day` for the grids of all editions that held in that time, else as `GridShelf.named`. Raises
    NotFound, Conflict."""
    shelf = centre.grid_shelf
    if edition == OF_THE_DAY:
        editions = shelf.held(today_in(centre.config, from_at), today_in(centre.config, to_at))
    else:
        editions = (shelf.named(edition, today_in(centre.config, centre.clock.now())),)
    layer = shelf.layer(editions)
    return SeenGrids(layer, _seen(centre, caller, layer))


def _seen(centre: Centre, caller: Caller, layer: GridLayer) -> tuple[int, ...]:
    """Those of the caller's villages, whatever their codes were; and those he has a right at while they lie in the
    same village: a code may be given anew elsewhere."""
    parents = {area.code: area.parent for area in centre.incidents.list_areas(caller)}
    town = centre.config.town.area
    found = []
    for position, grid in enumerate(layer.grids.grids):
        village = grid.village if centre.cameras.area_path(grid.village) is not None else town
        if village in parents or parents.get(grid.code) == village:
            found.append(position)
    return tuple(found)


def grid_cases(centre: Centre, caller: Caller, wanted: CaseFilter, edition: str) -> GridCases:
    """Without the cases struck out. Raises Invalid, NotFound, Conflict."""
    now = centre.clock.now()
    seen = seen_grids(centre, caller, edition, wanted.from_at or now, wanted.to_at or now)
    if edition == OF_THE_DAY:
        return _as_filed(centre, caller, wanted, seen)
    found = centre.incidents.queue.places(caller, wanted)
    grids = seen.layer.grids
    at = grids.positions(np.frombuffer(found.lons), np.frombuffer(found.lats))
    placed = Placed(at, np.frombuffer(found.opened_at))
    times = np.bincount(at[at >= 0], minlength=len(grids.grids))
    counts = {grids.grids[one].code: int(times[one]) for one in seen.positions}
    return GridCases(seen, counts, len(at) - sum(counts.values()), found.complete, placed)


def _as_filed(centre: Centre, caller: Caller, wanted: CaseFilter, seen: SeenGrids) -> GridCases:
    filed = counts_by_grid(centre, caller, wanted)
    codes = (seen.layer.grids.grids[one].code for one in seen.positions)
    counts = {code: filed.get(code, 0) for code in codes}
    return GridCases(seen, counts, max(0, sum(filed.values()) - sum(counts.values())))


def counts_by_grid(centre: Centre, caller: Caller, wanted: CaseFilter) -> dict[str, int]:
    """Cases by the code of the grid they were filed in, those struck out left out."""
    edges = (wanted.from_at or 0.0, wanted.to_at if wanted.to_at is not None else centre.clock.now())
    return {place: n for place, (n,) in centre.incidents.queue.spans(caller, wanted, edges).items()}
