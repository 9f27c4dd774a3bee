"""Footprints along the roads: houses in villages, blocks in the town, halls in the industrial park. Local metres."""

import math
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from shapely import LineString, Point, Polygon, get_coordinates, get_parts, line_interpolate_point, prepare

from sim.geography.roads import WIDTHS_M, Segment, Settlement
from sim.geography.terrain import HALF_HEIGHT, HALF_WIDTH, Terrain

MOST = 5600
_CELL_M = 1.5
_INDUSTRY = (2080.0, 1010.0, 900.0)
_TOWN_RADIUS = 1150.0


class _Ground:
    """What is taken already, as a raster."""

    def __init__(self, terrain: Terrain, segments: tuple[Segment, ...]) -> None:
        self._west, self._south = -HALF_WIDTH - 800, -HALF_HEIGHT - 800
        columns, rows = round(-2 * self._west / _CELL_M), round(-2 * self._south / _CELL_M)
        self._taken: NDArray[np.uint8] = np.zeros((rows, columns), np.uint8)
        for shape in get_parts([terrain.water.buffer(5), *(patch.outline for patch in terrain.green)]):
            for part in get_parts(shape):
                self._fill(np.asarray(part.exterior.coords))
        for segment in segments:
            width = max(1, round((WIDTHS_M[segment.kind] + 3) / _CELL_M))
            cv2.polylines(self._taken, [self._pixels(np.asarray(segment.line.coords))], False, 255, width)

    def claim(self, corners: NDArray[np.float64], margin: float) -> bool:
        """Take the ground if all of it, and `margin` metres around, is free."""
        centre = corners.mean(axis=0)
        away = corners - centre
        grown = centre + away * (1 + margin / np.hypot(*away.T).mean())
        pixels = self._pixels(grown)
        x0, y0 = pixels.min(axis=0)
        x1, y1 = pixels.max(axis=0) + 1
        if x0 < 0 or y0 < 0 or y1 > self._taken.shape[0] or x1 > self._taken.shape[1]:
            return False
        mask: NDArray[np.uint8] = np.zeros((y1 - y0, x1 - x0), np.uint8)
        cv2.fillConvexPoly(mask, pixels - (x0, y0), 255)
        if np.any(self._taken[y0:y1, x0:x1] & mask):
            return False
        self._fill(corners)
        return True

    def _fill(self, outline: NDArray[np.float64]) -> None:
        cv2.fillPoly(self._taken, [self._pixels(outline)], 255)

    def _pixels(self, points: NDArray[np.float64]) -> NDArray[np.int32]:
        shifted = (points[:, :2] - (self._west, self._south)) / _CELL_M
        pixels: NDArray[np.int32] = np.round(shifted).astype(np.int32)
        return pixels


def make_buildings(
    terrain: Terrain, segments: tuple[Segment, ...], villages: tuple[Settlement, ...], rng: Generator
) -> tuple[Polygon, ...]:
    """At most `MOST` footprints that touch neither road, water, hill nor one another."""
    ground = _Ground(terrain, segments)
    prepare(terrain.outline)
    middles = np.array([(village.x, village.y) for village in villages])
    found: list[Polygon] = []
    for index in rng.permutation(len(segments)):
        segment = segments[int(index)]
        for corners, margin in _along(segment, middles, rng):
            if len(found) >= MOST:
                return tuple(found)
            if terrain.outline.contains(Point(corners[0])) and ground.claim(corners, margin):
                found.append(Polygon(np.round(corners, 1)))
    return tuple(found)


def _along(
    segment: Segment, middles: NDArray[np.float64], rng: Generator
) -> Iterator[tuple[NDArray[np.float64], float]]:
    """Plots on both sides of a segment, several rows deep where people live close together."""
    line, half = segment.line, WIDTHS_M[segment.kind] / 2
    middle = line.interpolate(0.5, normalized=True)
    zone = _zone(middle.x, middle.y, middles)
    for side in (-1, 1):
        for row in range({"town": 3, "village": 2, "industry": 2, "open": 1}[zone]):
            at = float(rng.uniform(4, 12))
            while at < line.length - 4:
                long, deep, gap, chance = _plot(zone, segment.kind, rng)
                offset = half + 5 + row * (deep + 7) + deep / 2 + float(rng.uniform(0, 3))
                if rng.random() < chance:
                    yield (
                        _rectangle(line, at + long / 2, side * offset, long, deep, rng),
                        1.6 if zone != "industry" else 5,
                    )
                at += long + gap


def _zone(x: float, y: float, middles: NDArray[np.float64]) -> str:
    if math.hypot(x - _INDUSTRY[0], y - _INDUSTRY[1]) < _INDUSTRY[2]:
        return "industry"
    if math.hypot(x, y - 150) < _TOWN_RADIUS:
        return "town"
    return "village" if float(np.hypot(*(middles - (x, y)).T).min()) < 330 else "open"


def _plot(zone: str, kind: str, rng: Generator) -> tuple[float, float, float, float]:
    """Length, depth, gap to the next, and how likely the plot is built on."""
    if zone == "industry":
        return float(rng.uniform(45, 110)), float(rng.uniform(32, 62)), float(rng.uniform(10, 24)), 0.85
    if zone == "town":
        return float(rng.uniform(14, 46)), float(rng.uniform(11, 17)), float(rng.uniform(3, 9)), 0.86
    if zone == "village":
        return float(rng.uniform(9, 17)), float(rng.uniform(9, 13)), float(rng.uniform(2, 8)), 0.82
    return (
        float(rng.uniform(11, 30)),
        float(rng.uniform(9, 16)),
        float(rng.uniform(15, 90)),
        (0.35 if kind != "track" else 0.08),
    )


def _rectangle(
    line: LineString, at: float, offset: float, long: float, deep: float, rng: Generator
) -> NDArray[np.float64]:
    behind, ahead = get_coordinates(line_interpolate_point(line, [max(at - 1.0, 0.0), at + 1.0]))
    angle = math.atan2(ahead[1] - behind[1], ahead[0] - behind[0]) + float(rng.normal(0, 0.015))
    along, across = np.array([math.cos(angle), math.sin(angle)]), np.array([-math.sin(angle), math.cos(angle)])
    centre = (behind + ahead) / 2 + across * offset
    corners: NDArray[np.float64] = np.array(
        [centre + along * sx * long / 2 + across * sy * deep / 2 for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    )
    return corners
