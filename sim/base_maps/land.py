"""The files of a made town as shapes on the web mercator plane, for whoever draws tiles of them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from shapely import STRtree, box, get_parts, transform
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from gis.tile import Bounds

LAYERS = ("green", "water", "buildings", "roads", "areas")
FIELD_DEG = 0.02
"""So much land around the town is drawn, too."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One feature of one part: its shape in fractions of the world, x to the east and y to the south."""

    shape: BaseGeometry
    properties: dict[str, Any]


class MapLayer:
    """The features of one file, found by where they are."""

    def __init__(self, features: list[Drawn]) -> None:
        self.features = features
        self._tree = STRtree([one.shape for one in features])

    def within(self, west: float, north: float, east: float, south: float) -> list[Drawn]:
        """Those that touch the rectangle, in the order of the file."""
        return [self.features[at] for at in sorted(self._tree.query(box(west, north, east, south)))]


@dataclass(frozen=True, slots=True)
class TownLand:
    layers: dict[str, MapLayer]
    bounds: Bounds
    """Of the town, with some land around it, in degrees."""

    def tiles(self, zoom: int) -> Iterator[tuple[int, int]]:
        """Column and row of all that touch it."""
        west, south, east, north = self.bounds
        corners = to_world(np.array([(west, north), (east, south)])) * (1 << zoom)
        (left, top), (right, bottom) = np.floor(corners).astype(int).tolist()
        for y in range(top, bottom + 1):
            for x in range(left, right + 1):
                yield x, y


def to_world(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows (lon, lat) as fractions of the world."""
    sine = np.sin(np.radians(places[:, 1]))
    return np.column_stack((places[:, 0] / 360 + 0.5, 0.5 - np.log((1 + sine) / (1 - sine)) / (4 * np.pi)))


def read_land(folder: Path) -> TownLand:
    """Of the folder `sim.geography` wrote."""
    layers, bounds = {}, None
    for name in LAYERS:
        features = json.loads((folder / f"{name}.geojson").read_text(encoding="utf-8"))["features"]
        drawn = []
        for one in features:
            geometry, told = shape(one["geometry"]), one["properties"]
            if name == "areas" and told["level"] == "town":
                west, south, east, north = geometry.bounds
                bounds = (west - FIELD_DEG, south - FIELD_DEG, east + FIELD_DEG, north + FIELD_DEG)
            drawn += [Drawn(transform(part, to_world), told) for part in get_parts(geometry)]
        layers[name] = MapLayer(drawn)
    assert bounds is not None
    return TownLand(layers, bounds)
