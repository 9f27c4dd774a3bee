"""The roads of a town as a graph: who may go which way how fast, and where a place lies beside them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.base_layer import load_base_layer
from gis.files import GeographyError
from gis.plane import Plane
from gis.road_classes import MODES, WALK_KMH, Carries, Mode
from gis.road_lines import Indices, Metres, Pieces, cut_at_junctions

STRAY_M = 200.0
"""Shorter pieces that hang together with nothing are a slip of the pen, not an island."""
OFF_ROAD_M = 500.0
"""Farther from any road than this, nothing is said of the way."""
OFF_ROAD_S_M = 3.6 / WALK_KMH * 1.3
"""Seconds a metre between a place and its road: on foot, and not quite straight."""


@dataclass(frozen=True, slots=True)
class RoadSpot:
    """Where a place meets the roads: on `edge`, `share` of its length from its beginning, `off_s` seconds of walking
    away from it; `lon`, `lat` is the place itself."""

    edge: int
    share: float
    off_m: float
    lon: float
    lat: float

    @property
    def off_s(self) -> float:
        return self.off_m * OFF_ROAD_S_M


@dataclass(frozen=True)
class Arcs:
    """How one mode comes to each node, for searching backwards from where somebody is needed: to node v lead
    `start[v] : start[v + 1]`, each from node `node` in `seconds` over an edge e: `edge` is e where it is gone along,
    ~e where against. Read one by one in a loop, for which a memoryview is three times as quick as an array."""

    start: memoryview
    node: memoryview
    edge: memoryview
    seconds: memoryview


@dataclass(frozen=True)
class RoadNetwork:
    """Edge i leads from node `begin[i]` to `end[i]` through `points[first[i] : last[i] + 1]` (metres on `plane`).
    `along[m, i]` and `against[m, i]`: seconds of mode `MODES[m]` over the whole edge, infinite where it may not go.
    `part[node]` is a number for each set of roads that hang together, 0 the largest. `warnings`: what was assumed, left
    out, or does not hang together."""

    plane: Plane
    points: Metres
    first: Indices
    last: Indices
    begin: Indices
    end: Indices
    length_m: Metres
    along: Metres
    against: Metres
    part: Indices
    warnings: tuple[str, ...]
    arcs: Mapping[Mode, Arcs]
    _trees: Mapping[Mode, tuple[shapely.STRtree, Indices]]

    @property
    def edges(self) -> int:
        return len(self.length_m)

    def snap(self, places: Sequence[tuple[float, float]], mode: Mode) -> list[RoadSpot | None]:
        """The nearest road each (lon, lat) may be reached by in this mode; None beyond `OFF_ROAD_M`."""
        found: list[RoadSpot | None] = [None] * len(places)
        tree, edges = self._trees[mode]
        if not places or not len(edges):
            return found
        points = np.asarray(shapely.points(self.plane.metres_of(np.array(places, dtype=np.float64))))
        (asked, near), off = tree.query_nearest(points, OFF_ROAD_M, return_distance=True, all_matches=False)
        share = shapely.line_locate_point(tree.geometries[near], points[asked], normalized=True)
        columns = asked.tolist(), edges[near].tolist(), np.asarray(off).tolist(), np.asarray(share).tolist()
        for number, edge, away, part in zip(*columns, strict=True):
            found[number] = RoadSpot(edge, part, away, *places[number])
        return found

    def stretch(self, edge: int, from_share: float, to_share: float) -> list[tuple[float, float]]:
        """(east, north) along an edge from one share of its length to another, backwards where that is less."""
        drawn = self.points[self.first[edge] : self.last[edge] + 1]
        at = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(drawn, axis=0).T))])
        low, high = sorted((from_share, to_share))
        ends = np.array([low, high]) * at[-1]
        inner = drawn[(at > ends[0]) & (at < ends[1])]
        cut = np.column_stack([np.interp(ends, at, drawn[:, 0]), np.interp(ends, at, drawn[:, 1])])
        whole: list[tuple[float, float]] = [tuple(one) for one in np.concatenate([cut[:1], inner, cut[1:]]).tolist()]
        return whole if from_share <= to_share else whole[::-1]


def load_road_network(path: Path) -> RoadNetwork:
    """From any geographic file of lines. Raises GeographyError."""
    layer = load_base_layer(path)
    try:
        return road_network(layer.geojson, layer.warnings)
    except ValueError as error:
        raise GeographyError(path, [f"makes no road network: {error}"]) from error


def road_network(layer: Mapping[str, Any], warnings: Sequence[str] = ()) -> RoadNetwork:
    """From a GeoJSON FeatureCollection in WGS 84. Raises ValueError where it holds no line that is a road."""
    pieces = cut_at_junctions(layer)
    steps = np.hypot(*np.diff(pieces.points, axis=0).T)
    reached = np.concatenate([[0.0], np.cumsum(steps)])
    length = reached[pieces.last] - reached[pieces.first]
    told = [*warnings, *pieces.warnings]
    part = _parts(pieces, length, told)
    kept = part[pieces.begin] >= 0
    if not kept.any():
        raise ValueError(f"its lines hang together nowhere for as long as {STRAY_M:.0f} m")
    along, against = _seconds(pieces.lines, pieces.of[kept], length[kept])
    begin, end = pieces.begin[kept], pieces.end[kept]
    first, last = pieces.first[kept], pieces.last[kept]
    return RoadNetwork(
        plane=pieces.plane,
        points=pieces.points,
        first=first,
        last=last,
        begin=begin,
        end=end,
        length_m=length[kept],
        along=along,
        against=against,
        part=part,
        warnings=tuple(told),
        arcs={mode: _arcs(begin, end, along[m], against[m], len(part)) for m, mode in enumerate(MODES)},
        _trees=_trees(pieces.points, first, last, np.isfinite(along) | np.isfinite(against)),
    )


def _seconds(lines: Sequence[Carries], of: Indices, length: Metres) -> tuple[Metres, Metres]:
    along = np.array([line.along for line in lines]).T
    against = np.array([line.against for line in lines]).T
    return np.ascontiguousarray(along[:, of] * length), np.ascontiguousarray(against[:, of] * length)


def _arcs(begin: Indices, end: Indices, along: Metres, against: Metres, nodes: int) -> Arcs:
    edge = np.concatenate([np.arange(len(begin)), ~np.arange(len(begin))])
    origin, goal = np.concatenate([begin, end]), np.concatenate([end, begin])
    seconds = np.concatenate([along, against])
    usable = np.flatnonzero(np.isfinite(seconds))
    order = usable[np.argsort(goal[usable], kind="stable")]
    start = np.concatenate([[0], np.cumsum(np.bincount(goal[order], minlength=nodes))])
    return Arcs(
        start.astype(np.int32).data,
        origin[order].astype(np.int32).data,
        edge[order].astype(np.int32).data,
        seconds[order].data,
    )


def _trees(
    points: Metres, first: Indices, last: Indices, usable: NDArray[np.bool_]
) -> dict[Mode, tuple[shapely.STRtree, Indices]]:
    """One for all modes that may go the same roads."""
    counts = last - first + 1
    offsets = np.concatenate([[0], np.cumsum(counts)[:-1]])
    flat = np.arange(counts.sum()) - np.repeat(offsets - first, counts)
    lines = np.asarray(shapely.linestrings(points[flat], indices=np.repeat(np.arange(len(first)), counts)))
    made: dict[bytes, tuple[shapely.STRtree, Indices]] = {}
    found: dict[Mode, tuple[shapely.STRtree, Indices]] = {}
    for m, mode in enumerate(MODES):
        key = usable[m].tobytes()
        if key not in made:
            edges = np.flatnonzero(usable[m])
            made[key] = shapely.STRtree(lines[edges]), edges
        found[mode] = made[key]
    return found


def _parts(pieces: Pieces, length: Metres, told: list[str]) -> Indices:
    """A number for each node's part, the longest 0; -1 for stray pieces. Tells what hangs together with nothing."""
    root = _roots(pieces)
    _, part_of = np.unique(root, return_inverse=True)
    metres = np.bincount(part_of[pieces.begin], weights=length)
    order = np.argsort(-metres, kind="stable")
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.arange(len(order))
    stray = metres < STRAY_M
    if stray.any():
        told.append(f"{int(stray.sum())} pieces ({_km(metres[stray])}) hang together with nothing and were left out")
    apart = np.flatnonzero(~stray & (number > 0))
    if len(apart):
        places = "; ".join(_where(pieces, part_of, one) + f" ({_km(metres[one])})" for one in apart[:5])
        more = ", …" if len(apart) > 5 else ""
        told.append(f"{len(apart)} parts do not hang together with the rest, near lon, lat {places}{more}")
    number[stray] = -1
    return number[part_of]


def _roots(pieces: Pieces) -> Indices:
    """For each node the least node it hangs together with, whichever way one may go: every node takes the least of its
    neighbours', then that one's own, until nothing changes."""
    least = np.arange(int(max(pieces.begin.max(), pieces.end.max())) + 1)
    while True:
        before = least.copy()
        np.minimum.at(least, pieces.begin, least[pieces.end])
        np.minimum.at(least, pieces.end, least[pieces.begin])
        least = least[least]
        if np.array_equal(before, least):
            return least


def _where(pieces: Pieces, part_of: Indices, part: int) -> str:
    piece = int(np.flatnonzero(part_of[pieces.begin] == part)[0])
    lon, lat = pieces.plane.to_degrees(*pieces.points[pieces.first[piece]].tolist())
    return f"{lon:.5f}, {lat:.5f}"


def _km(metres: Any) -> str:
    return f"{math.fsum(np.atleast_1d(metres)) / 1000:.1f} km"
