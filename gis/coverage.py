"""How much of each grid is watched: share seen, seen twice, and the blind spots large enough to matter.

Counted is open ground: where buildings are known, the ground under them is nobody's to see. What lies outside every
grid counts for none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon, STRtree
from shapely.geometry.base import BaseGeometry

from gis.dome_choice import Skyline
from gis.grids import Grid
from gis.plane import Plane
from gis.view_shed import Area, areas_of

BLIND_M2 = 400.0
"""A blind spot smaller than this is between two wedges, and no work for anybody."""
MOST_BLIND = 50
"""Of one grid: the largest."""
_THIN_M = 1.5
"""Half the width of strips along the edges of what is seen that count as no blind spot."""
_CORNERS = 2
_GIVES_M = 0.5


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """`outline` in (lon, lat), within half a metre."""

    outline: Polygon
    area_m2: float


@dataclass(frozen=True, slots=True)
class GridCoverage:
    """Of one grid. The shares are of its open ground, 0…1."""

    code: str
    open_m2: float
    seen: float
    double: float
    """Seen by two or more."""
    cameras: int
    """That see some of it."""
    blind: tuple[BlindSpot, ...]
    """Largest first."""
    blind_left_out: int
    """Further ones beyond `MOST_BLIND`."""


def coverage(
    grids: Iterable[Grid], sheds: Mapping[str, Area], skyline: Skyline | None = None, least_blind_m2: float = BLIND_M2
) -> list[GridCoverage]:
    """In the order of the grids. `sheds` is what each camera sees, as `view_sheds` gives it."""
    wanted, areas = list(grids), list(sheds.values())
    if not wanted:
        return []
    outlines = [grid.outline for grid in wanted]
    by_grid = _pairs(STRtree(areas).query(outlines, predicate="intersects"), len(wanted))
    built = skyline.crossing(outlines).T if skyline is not None else np.empty((2, 0), dtype=np.int64)
    houses = _pairs(built, len(wanted))
    found = []
    for number, grid in enumerate(wanted):
        under = [skyline.buildings[at].outline for at in houses[number]] if skyline is not None else []
        found.append(_of_grid(grid, [areas[at] for at in by_grid[number]], under, least_blind_m2))
    return found


def _pairs(pairs: NDArray[np.int64], count: int) -> list[list[int]]:
    """The second of each pair, by the first."""
    lists: list[list[int]] = [[] for _ in range(count)]
    for first, second in pairs.T.tolist():
        lists[first].append(second)
    return lists


def _of_grid(grid: Grid, areas: Sequence[Area], under: Sequence[Polygon], least_m2: float) -> GridCoverage:
    scale = _Metres(grid.outline)
    ground = scale.metres(grid.outline)
    if under:
        ground = ground.difference(shapely.union_all(scale.metres_of(under)))
    open_m2 = float(ground.area)
    if open_m2 <= 0:
        return GridCoverage(grid.code, 0.0, 0.0, 0.0, 0, (), 0)
    # Clipped to the box first: a dome's ground has thousands of corners, and a grid is a small part of it.
    near = [shapely.clip_by_rect(area, *grid.outline.bounds) for area in areas]
    pieces = [piece for piece in shapely.intersection(ground, scale.metres_of(near)) if piece.area > 0]
    seen, double = _overlaid(pieces)
    # Opened: what a brush three metres wide cannot reach is the seam between two wedges.
    rest = ground.difference(seen).buffer(-_THIN_M, _CORNERS).buffer(_THIN_M, _CORNERS)
    holes = getattr(areas_of(rest), "geoms", [rest])
    spots = sorted((one for one in holes if one.area >= least_m2), key=lambda one: -one.area)
    return GridCoverage(
        code=grid.code,
        open_m2=open_m2,
        seen=min(float(seen.area) / open_m2, 1.0),
        double=min(float(double.area) / open_m2, 1.0),
        cameras=len(pieces),
        blind=tuple(BlindSpot(scale.degrees(one.simplify(_GIVES_M)), float(one.area)) for one in spots[:MOST_BLIND]),
        blind_left_out=max(0, len(spots) - MOST_BLIND),
    )


def _overlaid(pieces: Sequence[BaseGeometry]) -> tuple[BaseGeometry, BaseGeometry]:
    """What at least one of them covers, and what at least two do."""
    seen: BaseGeometry = Polygon()
    double: list[BaseGeometry] = []
    for piece in pieces:
        double.append(seen.intersection(piece))
        seen = seen.union(piece)
    return seen, shapely.union_all(double)


class _Metres:
    """East and north metres about a grid, in which a square metre is one: a grid is small enough for one scale."""

    def __init__(self, outline: BaseGeometry) -> None:
        west, south, east, north = outline.bounds
        self._origin = np.array([(west + east) / 2, (south + north) / 2])
        plane = Plane(float(self._origin[0]), float(self._origin[1]))
        step = 1e-4
        self._scale = np.array(plane.to_metres(float(self._origin[0]) + step, float(self._origin[1]) + step)) / step

    def metres(self, shape: BaseGeometry) -> BaseGeometry:
        return shapely.transform(shape, lambda places: (places - self._origin) * self._scale)

    def metres_of(self, shapes: Sequence[BaseGeometry]) -> list[BaseGeometry]:
        moved = shapely.transform(np.array(shapes, dtype=object), lambda all_: (all_ - self._origin) * self._scale)
        return list(moved)

    def degrees(self, shape: Polygon) -> Polygon:
        return shapely.transform(shape, lambda places: np.round(places / self._scale + self._origin, 7))
