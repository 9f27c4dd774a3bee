"""The grids (网格) of a town: loaded from any geographic file, found by place or code."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray
from shapely import Point, STRtree, points, prepare, to_geojson

from gis.files import GeographyError, read_frame, text_of
from gis.plane import Plane, distance_m
from gis.rings import Area, usable

Kind = Literal["residential", "rural", "enterprise", "dedicated"]
FeatureCollection = dict[str, Any]
_AT_ONCE = 100_000
"""Places asked for together."""


@dataclass(frozen=True, slots=True)
class Grid:
    """One grid. `outline` is in WGS 84 degrees, lon before lat."""

    code: str
    village: str
    name: str
    name_en: str
    kind: Kind
    outline: Area
    population: int | None = None
    """People who live there; None where the file does not say."""


@dataclass(frozen=True)
class GridMap:
    """All grids of a town. `warnings` lists what was repaired or assumed when the file was read."""

    grids: tuple[Grid, ...]
    warnings: tuple[str, ...] = ()

    @cached_property
    def _tree(self) -> STRtree:
        return STRtree([grid.outline for grid in self.grids])

    @cached_property
    def _prepared(self) -> NDArray[np.object_]:
        outlines = np.array([grid.outline for grid in self.grids], dtype=np.object_)
        prepare(outlines)
        return outlines

    @cached_property
    def _rank(self) -> NDArray[np.intp]:
        """By code, of each of `grids`."""
        return np.argsort(np.argsort([grid.code for grid in self.grids], kind="stable"))

    @cached_property
    def _by_code(self) -> dict[str, Grid]:
        return {grid.code: grid for grid in self.grids}

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """(west, south, east, north) of all grids. Raises ValueError where there is none."""
        boxes = [grid.outline.bounds for grid in self.grids]
        if not boxes:
            raise ValueError("no grids")
        west, south, east, north = zip(*boxes, strict=True)
        return min(west), min(south), max(east), max(north)

    def get(self, code: str) -> Grid | None:
        """The grid of that code."""
        return self._by_code.get(code)

    def containing(self, lon: float, lat: float, tolerance_m: float = 0.0) -> Grid | None:
        """The grid a place lies in; on a border the first by code; outside all, the nearest within `tolerance_m`."""
        if not self.grids:
            return None
        here = Point(lon, lat)
        inside = sorted((self.grids[int(i)] for i in self._tree.query(here, predicate="intersects")), key=_code)
        if inside:
            return inside[0]
        if tolerance_m <= 0:
            return None
        near = ((_distance_m(grid.outline, lon, lat), grid) for grid in self._around(lon, lat, tolerance_m))
        found = min(near, key=lambda pair: (pair[0], pair[1].code), default=None)
        return found[1] if found is not None and found[0] <= tolerance_m else None

    def positions(self, lons: NDArray[np.float64], lats: NDArray[np.float64]) -> NDArray[np.intp]:
        """Of each place the position in `grids` of the grid it lies in, as `containing` tells it; -1 outside all, and
        where a coordinate is NaN. 300 000 places a second among 8436 grids."""
        found = np.full(len(lons), -1, dtype=np.intp)
        known = np.flatnonzero(~(np.isnan(lons) | np.isnan(lats)))
        if not self.grids or not known.size:
            return found
        for part in np.array_split(known, -(-known.size // _AT_ONCE)):
            # Prepared outlines asked of a tree of places; the other way round each place would be prepared.
            tree = STRtree(np.asarray(points(lons[part], lats[part])))
            grid, place = tree.query(self._prepared, predicate="intersects")
            # Of several the one written last stays: that whose code comes first.
            turn = np.argsort(-self._rank[grid], kind="stable")
            found[part[place[turn]]] = grid[turn]
        return found

    def geojson(self) -> FeatureCollection:
        """A GeoJSON FeatureCollection with the properties code, village, name, name_en and kind."""
        features = [
            {
                "type": "Feature",
                "id": grid.code,
                "properties": {"code": grid.code, "village": grid.village, "name": grid.name,
                               "name_en": grid.name_en, "kind": grid.kind},
                "geometry": json.loads(to_geojson(grid.outline)),
            }
            for grid in self.grids
        ]  # fmt: skip
        return {"type": "FeatureCollection", "features": features}

    def _around(self, lon: float, lat: float, metres: float) -> Iterator[Grid]:
        plane = Plane(lon, lat)
        east, north = plane.to_degrees(metres, metres)
        reach = 1.05 * max(east - lon, north - lat)
        for index in self._tree.query(Point(lon, lat), predicate="dwithin", distance=reach):
            yield self.grids[int(index)]


def load_grids(path: Path) -> GridMap:
    """Read grids with the attributes code, village, name, name_en, kind, population. Raises GeographyError
    with every problem.

    A grid without a code, a code given twice, an unknown kind or a grid without area is an error. An invalid ring is
    repaired and a missing coordinate system assumed to be WGS 84; both are listed in `warnings`.
    """
    warnings: list[str] = []
    frame = read_frame(path, warnings)
    problems: list[str] = []
    if frame.empty:
        raise GeographyError(path, ["has no grids"])
    if "code" not in frame.columns:
        raise GeographyError(path, ["its features have no attribute code"])
    grids: dict[str, Grid] = {}
    for number, row in enumerate(frame.to_dict("records"), start=1):
        code = text_of(row.get("code"))
        place = f"feature {number}" + (f" ({code})" if code else "")
        outline, remark = usable(row["geometry"])
        kind = text_of(row.get("kind")) or "residential"
        population, strange = _population(row.get("population"))
        if strange:
            problems.append(f"{place}: {strange}")
        if not code:
            problems.append(f"{place}: has no code")
        elif code in grids:
            problems.append(f"{place}: its code is given twice")
        if kind not in get_args(Kind):
            problems.append(f"{place}: kind is {kind!r}; must be one of {', '.join(get_args(Kind))}")
        if outline is None:
            problems.append(f"{place}: {remark}")
            continue
        if remark:
            warnings.append(f"{place}: {remark}")
        grids.setdefault(code, Grid(code, text_of(row.get("village")), text_of(row.get("name")) or code,
                                    text_of(row.get("name_en")), cast(Kind, kind), outline,
                                    population))  # fmt: skip
    if problems:
        raise GeographyError(path, problems)
    return GridMap(tuple(sorted(grids.values(), key=_code)), tuple(warnings))


def _population(given: object) -> tuple[int | None, str]:
    """The number of people, or what is wrong with what stands there."""
    text = text_of(given)
    if not text:
        return None, ""
    if not (text.isascii() and text.isdecimal()) or len(text) > 9:
        return None, f"population is {text[:40]!r}; must be a whole number, 0 or more"
    return int(text), ""


def _code(grid: Grid) -> str:
    return grid.code


def _distance_m(outline: Area, lon: float, lat: float) -> float:
    here = Point(lon, lat)
    nearest = outline.boundary.interpolate(outline.boundary.project(here))
    return distance_m(lon, lat, nearest.x, nearest.y)
