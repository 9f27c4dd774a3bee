"""The town as domes see it: flat ground with roads, water and green, buildings as boxes, and the plates. Local metres.

Read from the GeoJSON a town is made of, so that what a dome shows is what the map shows.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from gis.plane import Plane
from sim.domes.plate import Plate

Floats = npt.NDArray[np.float64]
Image = npt.NDArray[np.uint8]
Colour = tuple[int, int, int]

USUAL_HEIGHT_M = 9.0
BEYOND_M = 1500.0
"""How far the drawn ground goes on past the roads."""
_NOISE = 512
_GREEN: dict[str, Colour] = {"hill": (52, 92, 62), "wood": (48, 88, 66), "park": (72, 132, 96), "belt": (70, 122, 92)}
_FIELD: Colour = (96, 150, 142)
_WATER: Colour = (128, 104, 78)
_ROAD: Colour = (112, 112, 110)
_LANE: Colour = (148, 158, 162)
_ROOFS: tuple[Colour, ...] = ((92, 96, 104), (84, 84, 142), (126, 128, 132), (150, 112, 84), (106, 118, 128))


@dataclass(frozen=True)
class Shape:
    """A polygon's outline or a line, with how it is painted. `width_m` 0: filled."""

    points: Floats
    colour: Colour
    width_m: float = 0.0
    box: tuple[float, float, float, float] = field(init=False)

    def __post_init__(self) -> None:
        half = self.width_m / 2
        low, high = self.points.min(axis=0) - half, self.points.max(axis=0) + half
        object.__setattr__(self, "box", (float(low[0]), float(low[1]), float(high[0]), float(high[1])))


@dataclass(frozen=True)
class Townscape:
    """`shapes` in the order they are painted. `corners` (n, 4, 2) of the buildings, counter-clockwise as on a map;
    `heights` (n,) and `roofs` (n, 3) go with them."""

    shapes: tuple[Shape, ...]
    corners: Floats
    heights: Floats
    roofs: Floats
    plates: tuple[Plate, ...]

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north of what is drawn."""
        boxes = np.array([shape.box for shape in self.shapes])
        west, south = boxes[:, :2].min(axis=0) - BEYOND_M
        east, north = boxes[:, 2:].max(axis=0) + BEYOND_M
        return float(west), float(south), float(east), float(north)

    def paint(self, west: float, north: float, columns: int, rows: int, pixel_m: float) -> Image:
        """The ground from above, BGR, north up; small enough pixels show lanes."""
        image = _fields(west, north, columns, rows, pixel_m)
        east, south = west + columns * pixel_m, north - rows * pixel_m
        for shape in self._within(west, south, east, north):
            # Sixteenths of a pixel, so that edges do not jump when another piece is painted.
            pixels = (shape.points - (west, north)) / (pixel_m, -pixel_m) * 16 - 8
            outline = [np.round(pixels).astype(np.int32)]
            if shape.width_m:
                cv2.polylines(
                    image, outline, False, shape.colour, max(1, round(shape.width_m / pixel_m)), cv2.LINE_AA, 4
                )
                if pixel_m < 0.6 and shape.width_m >= 7:
                    cv2.polylines(image, outline, False, (205, 210, 212), 1, cv2.LINE_AA, 4)
            else:
                cv2.fillPoly(image, outline, shape.colour, cv2.LINE_AA, 4)
        return image

    def _within(self, west: float, south: float, east: float, north: float) -> Iterator[Shape]:
        for shape in self.shapes:
            left, bottom, right, top = shape.box
            if left < east and right > west and bottom < north and top > south:
                yield shape


def _fields(west: float, north: float, columns: int, rows: int, pixel_m: float) -> Image:
    """Fields with a grain that lies still on the ground: coarse patches, and a finer one where pixels are small."""

    def layer(size_m: float, how: int) -> Image:
        scale = pixel_m / size_m
        onto = np.array([[scale, 0, west / size_m + scale / 2 - 0.5], [0, -scale, north / size_m - scale / 2 - 0.5]])
        flags = how | cv2.WARP_INVERSE_MAP
        size = (columns, rows)
        return np.asarray(cv2.warpAffine(_noise(), onto, size, flags=flags, borderMode=cv2.BORDER_WRAP), np.uint8)

    grain = cv2.addWeighted(layer(40.0, cv2.INTER_NEAREST), 0.6, layer(3.0, cv2.INTER_LINEAR), 0.4, 0.0)
    if pixel_m < 1.0:
        grain = cv2.addWeighted(grain, 0.75, layer(0.4, cv2.INTER_LINEAR), 0.25, 0.0)
    return np.asarray(cv2.LUT(cv2.merge([grain, grain, grain]), _shades()), np.uint8)


@cache
def _noise() -> Image:
    return np.random.default_rng(17).integers(0, 256, (_NOISE, _NOISE), dtype=np.uint8)


@cache
def _shades() -> Image:
    """(1, 256, 3): the colour of a field for each grain."""
    grain = (np.arange(256) - 128) / 4.5
    return (np.asarray(_FIELD) + grain[:, None]).clip(0, 255).astype(np.uint8).reshape(1, 256, 3)


def read_townscape(folder: Path, plane: Plane, plates: Iterable[Plate] = ()) -> Townscape:
    """From roads.geojson, water.geojson, green.geojson and buildings.geojson. Raises OSError, ValueError."""
    shapes = [
        *_polygons(folder / "green.geojson", plane, lambda one: _GREEN.get(one.get("kind", ""), _GREEN["park"])),
        *_polygons(folder / "water.geojson", plane, lambda _one: _WATER),
        *_roads(folder / "roads.geojson", plane),
    ]
    corners, heights = [], []
    for ring, properties in _rings(folder / "buildings.geojson", plane):
        corners.append(_box(ring))
        heights.append(float(properties.get("height_m", USUAL_HEIGHT_M)))
    roofs = np.array([_ROOFS[n * 7 % len(_ROOFS)] for n in range(len(corners))], np.float64).reshape(-1, 3)
    shapes += [Shape(ring, tuple(int(c) for c in roof)) for ring, roof in zip(corners, roofs, strict=True)]  # type: ignore[arg-type]
    boxes = np.array(corners, np.float64).reshape(-1, 4, 2)
    return Townscape(tuple(shapes), boxes, np.array(heights), roofs, tuple(plates))


def _features(path: Path) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
        yield feature["geometry"], feature["properties"]


def _metres(points: list[list[float]], plane: Plane) -> Floats:
    return np.array([plane.to_metres(point[0], point[1]) for point in points])


def _rings(path: Path, plane: Plane) -> Iterator[tuple[Floats, dict[str, Any]]]:
    """Outer rings only: no hole of the town's shapes is larger than what it is painted for."""
    for geometry, properties in _features(path):
        polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
        for polygon in polygons:
            yield _metres(polygon[0], plane), properties


def _polygons(path: Path, plane: Plane, colour: Any) -> list[Shape]:
    return [Shape(ring, colour(properties)) for ring, properties in _rings(path, plane)]


def _roads(path: Path, plane: Plane) -> list[Shape]:
    found = []
    for geometry, properties in _features(path):
        lines = geometry["coordinates"] if geometry["type"] == "MultiLineString" else [geometry["coordinates"]]
        width = float(properties.get("width_m", 6.0))
        found += [Shape(_metres(line, plane), _ROAD if width > 5 else _LANE, width) for line in lines]
    return found


def _box(ring: Floats) -> Floats:
    """The four corners of an outline's smallest rectangle, counter-clockwise as on a map."""
    corners = np.asarray(ring[:4] if len(ring) == 5 else cv2.boxPoints(cv2.minAreaRect(ring.astype(np.float32))))
    around = np.roll(corners, -1, axis=0)
    area = float(np.sum(corners[:, 0] * around[:, 1] - around[:, 0] * corners[:, 1]))
    return np.asarray(corners if area > 0 else corners[::-1], np.float64)
