"""The road network as a graph, and the way from here to there along it."""

import heapq
import itertools
import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.plane import Plane

Point = tuple[float, float]

LONGEST_STEP_M = 25.0
"""Longer pieces are divided, so that a place beside a long straight road is near some node of it."""


class RoadNetwork:
    """Points are (east, north) metres on `plane`. Only the largest connected part of the lines is kept."""

    def __init__(self, lines: Iterable[shapely.LineString], plane: Plane) -> None:
        self.plane = plane
        graph = _largest_part(_graph(lines))
        if not graph:
            raise ValueError("the road network has no lines")
        self._nodes = list(graph)
        self._at = np.array(self._nodes)
        number = {node: i for i, node in enumerate(self._nodes)}
        self._neighbours = [
            [(number[other], math.dist(node, other)) for other in sorted(graph[node])] for node in self._nodes
        ]

    def nodes_within(self, area: BaseGeometry) -> list[Point]:
        """Nodes inside an area given in metres."""
        shapely.prepare(area)
        inside = shapely.contains_xy(area, self._at[:, 0], self._at[:, 1])
        return [self._nodes[i] for i in np.flatnonzero(inside)]

    def nodes_near(self, place: Point, radius_m: float) -> list[Point]:
        near = np.flatnonzero(self._distances(place) <= radius_m)
        return [self._nodes[i] for i in near] or [self._nodes[self._nearest(place)]]

    def way(self, start: Point, end: Point) -> list[Point]:
        """Points to pass from start to end: to the nearest road, along the shortest way, off the road to the end."""
        first, last = self._nearest(start), self._nearest(end)
        if math.dist(start, end) <= LONGEST_STEP_M:
            return [end]
        return [*(self._nodes[i] for i in self._shortest(first, last)), end]

    def _distances(self, place: Point) -> np.ndarray[Any, np.dtype[np.float64]]:
        return np.hypot(self._at[:, 0] - place[0], self._at[:, 1] - place[1])

    def _nearest(self, place: Point) -> int:
        return int(np.argmin(self._distances(place)))

    def _shortest(self, first: int, last: int) -> list[int]:
        """Dijkstra's algorithm, ended as soon as the goal is settled."""
        came_from: dict[int, int] = {}
        best = {first: 0.0}
        queue = [(0.0, first)]
        while queue:
            distance, node = heapq.heappop(queue)
            if node == last:
                break
            if distance > best[node]:
                continue
            for other, length in self._neighbours[node]:
                if distance + length < best.get(other, math.inf):
                    best[other], came_from[other] = distance + length, node
                    heapq.heappush(queue, (distance + length, other))
        way = [last]
        while way[-1] != first:
            way.append(came_from[way[-1]])
        return way[::-1]


def read_roads(path: Path, plane: Plane | None = None) -> RoadNetwork:
    """From a GeoJSON FeatureCollection; features that are no lines are left out. Raises ValueError naming the file."""
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        geometries = [shapely.geometry.shape(feature["geometry"]) for feature in features if feature["geometry"]]
    except (ValueError, KeyError, TypeError, shapely.errors.ShapelyError) as error:
        raise ValueError(f"{path}: not a GeoJSON FeatureCollection: {error}") from error
    lines = [part for part in shapely.get_parts(geometries) if isinstance(part, shapely.LineString)]
    if not lines:
        raise ValueError(f"{path}: holds no line")
    if plane is None:
        west, south, east, north = shapely.total_bounds(lines)
        plane = Plane((west + east) / 2, (south + north) / 2)
    return RoadNetwork([on_plane(line, plane) for line in lines], plane)


def on_plane(geometry: Any, plane: Plane) -> Any:
    """The geometry with its lon, lat turned into metres."""

    def metres(degrees: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return np.array([plane.to_metres(lon, lat) for lon, lat in degrees])

    return shapely.transform(shapely.force_2d(geometry), metres)


def _graph(lines: Iterable[shapely.LineString]) -> dict[Point, set[Point]]:
    """Lines are cut where they cross; ends less than a decimetre apart are one."""
    noded = shapely.node(shapely.set_precision(shapely.MultiLineString(list(lines)), 0.1))
    graph: dict[Point, set[Point]] = {}
    for line in shapely.get_parts(noded):
        points = [(round(x, 2), round(y, 2)) for x, y in shapely.segmentize(line, LONGEST_STEP_M).coords]
        for a, b in itertools.pairwise(points):
            if a != b:
                graph.setdefault(a, set()).add(b)
                graph.setdefault(b, set()).add(a)
    return graph


def _largest_part(graph: Mapping[Point, set[Point]]) -> dict[Point, set[Point]]:
    seen: set[Point] = set()
    largest: list[Point] = []
    for start in graph:
        if start in seen:
            continue
        part, rest = [start], [start]
        seen.add(start)
        while rest:
            for other in graph[rest.pop()] - seen:
                seen.add(other)
                part.append(other)
                rest.append(other)
        if len(part) > len(largest):
            largest = part
    return {node: graph[node] for node in sorted(largest)}
