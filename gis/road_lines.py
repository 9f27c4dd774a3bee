"""The lines of a roads layer, cut wherever one may turn from one into another.

Files come in all kinds: cut at junctions already, or drawn right through; with a vertex where roads meet, or only
crossing; with ends that stop a hand's breadth short. All become the same: pieces between two junctions.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.errors import ShapelyError
from shapely.geometry import shape

from gis.plane import Plane
from gis.road_classes import Carries, carries

MAX_VERTICES = 5_000_000
CLOSE_M = 1.0
"""An end that stops so short of another road meets it."""
_STEPS_A_METRE = 10
"""Vertices of the same decimetre are one."""
Metres = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Pieces:
    """`points` (v, 2): east and north metres on `plane`; piece i is `points[first[i] : last[i] + 1]`, runs from node
    `begin[i]` to node `end[i]`, and belongs to `of[i]` of `lines`."""

    plane: Plane
    points: Metres
    first: Indices
    last: Indices
    begin: Indices
    end: Indices
    of: Indices
    lines: tuple[Carries, ...]
    warnings: tuple[str, ...]


def cut_at_junctions(layer: Mapping[str, Any]) -> Pieces:
    """From a GeoJSON FeatureCollection in WGS 84. Raises ValueError where it holds no line, or too much."""
    warnings: list[str] = []
    lines, parts, counts = _read(layer, warnings)
    plane = Plane(*((parts.min(axis=0) + parts.max(axis=0)) / 2).tolist())
    drawn = np.split(plane.metres_of(parts), np.cumsum(counts)[:-1])
    drawn = _with_meetings(drawn, [line.level for line in lines])
    points = np.concatenate(drawn)
    counts = np.array([len(one) for one in drawn])
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    names = _same(points)
    is_end = np.zeros(len(points), dtype=bool)
    is_end[starts] = is_end[starts + counts - 1] = True
    met = np.bincount(names)[names] > 1
    stops = np.flatnonzero(is_end | met)
    line_of = np.repeat(np.arange(len(drawn)), counts)
    inside = line_of[stops[:-1]] == line_of[stops[1:]]
    first, last = stops[:-1][inside], stops[1:][inside]
    # Two vertices of one decimetre beside each other are no piece of road; a loop back to where it began is.
    kept = (names[first] != names[last]) | (last - first > 1)
    first, last = first[kept], last[kept]
    ends = np.unique(np.concatenate([names[first], names[last]]), return_inverse=True)[1]
    begin, end = ends[: len(first)], ends[len(first) :]
    return Pieces(plane, points, first, last, begin, end, line_of[first], tuple(lines), tuple(warnings))


def _read(layer: Mapping[str, Any], warnings: list[str]) -> tuple[list[Carries], Metres, Indices]:
    """What each line carries, the vertices of all of them one after another, and how many each has."""
    features, geometries = layer["features"], []
    for number, feature in enumerate(features):
        try:
            with np.errstate(invalid="ignore"):  # said below, by name
                geometries.append(shape(feature["geometry"]) if feature.get("geometry") else None)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, ShapelyError) as error:
            raise ValueError(f"feature {number}: its geometry cannot be read: {error}") from error
    parts, of = shapely.get_parts(np.array(geometries, dtype=object), return_index=True)
    drawn = (shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING) & (shapely.length(parts) != 0)
    parts, of = parts[drawn], of[drawn]
    if not len(parts):
        raise ValueError("holds no line")
    coordinates, owner = shapely.get_coordinates(parts, return_index=True)
    if len(coordinates) > MAX_VERTICES:
        raise ValueError(f"has more than {MAX_VERTICES} vertices")
    wrong = ~np.isfinite(coordinates).all(axis=1)
    if wrong.any():
        raise ValueError(f"feature {of[owner[wrong][0]]}: has coordinates that are no numbers")
    by_feature = {int(one): carries(features[one].get("properties") or {}) for one in np.unique(of)}
    if others := len(features) - len(by_feature):
        warnings.append(f"{others} features are no lines and carry nobody")
    if unknown := sum(not one.known for one in by_feature.values()):
        warnings.append(f"{unknown} lines name no known class of road: cars take them for small streets")
    return [by_feature[one] for one in of.tolist()], coordinates, np.bincount(owner)


def _same(points: Metres) -> Indices:
    """A number for each vertex, the same for those of one decimetre."""
    steps = np.round(points * _STEPS_A_METRE).astype(np.int64)
    numbers: Indices = np.unique(steps[:, 0] * (1 << 32) + steps[:, 1], return_inverse=True)[1]
    return numbers


def _with_meetings(drawn: list[Metres], levels: Sequence[int]) -> list[Metres]:
    """The lines with a vertex more wherever two cross on one level, and wherever an end stops just short of another."""
    counts = [len(one) for one in drawn]
    lines = np.asarray(shapely.linestrings(np.concatenate(drawn), indices=np.repeat(np.arange(len(drawn)), counts)))
    tree = shapely.STRtree(lines)
    added: dict[int, list[tuple[float, float]]] = defaultdict(list)
    # Those that only touch do so with an end of one, which is seen to below.
    a, b = tree.query(lines, predicate="crosses")
    level = np.asarray(levels)
    pair = (a < b) & (level[a] == level[b])
    a, b = a[pair], b[pair]
    crossings = shapely.intersection(lines[a], lines[b])
    places, which = shapely.get_coordinates(crossings, return_index=True)
    for (x, y), index in zip(places.tolist(), which.tolist(), strict=True):
        added[int(a[index])].append((x, y))
        added[int(b[index])].append((x, y))
    _meet_ends(drawn, tree, added)
    whole = enumerate(zip(drawn, lines, strict=True))
    return [_with_vertices(one, line, added[i]) if i in added else one for i, (one, line) in whole]


def _meet_ends(drawn: list[Metres], tree: shapely.STRtree, added: dict[int, list[tuple[float, float]]]) -> None:
    """The road an end lies on, or nearly, gets the end's own place as a vertex. Nothing is moved."""
    ends = np.array([(one[0], one[-1]) for one in drawn]).reshape(-1, 2)
    names = _same(ends)
    number, other = tree.query(np.asarray(shapely.points(ends)), predicate="dwithin", distance=CLOSE_M)
    new = (names[number] != names[2 * other]) & (names[number] != names[2 * other + 1])
    for index, line in zip(number[new].tolist(), other[new].tolist(), strict=True):
        end = float(ends[index, 0]), float(ends[index, 1])
        # An end that stops a little beyond the other road has crossed it already.
        if all(math.dist(end, place) > 2 * CLOSE_M for place in added[line]):
            added[line].append(end)


def _with_vertices(drawn: Metres, line: shapely.LineString, places: list[tuple[float, float]]) -> Metres:
    known = {(round(x * _STEPS_A_METRE), round(y * _STEPS_A_METRE)) for x, y in drawn.tolist()} if places else set()
    new = [one for one in places if (round(one[0] * _STEPS_A_METRE), round(one[1] * _STEPS_A_METRE)) not in known]
    if not new:
        return drawn
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(drawn, axis=0).T))])
    at = shapely.line_locate_point(line, shapely.points(new))
    order = np.argsort(np.concatenate([along, at]), kind="stable")
    return np.concatenate([drawn, np.array(new)])[order]
