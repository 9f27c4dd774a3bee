"""The simulated town as vector tiles, in the layers of Protomaps: water, landuse, buildings, roads, places."""

import math
from collections.abc import Iterator, Mapping

import numpy as np
from shapely import box, clip_by_rect, get_parts, transform
from shapely.geometry.base import BaseGeometry

from sim.base_maps.land import Drawn, TownLand
from sim.base_maps.mbtiles import TileBytes
from sim.base_maps.vector_tile import EXTENT, encode

ZOOMS = (10, 14)
_BUFFER = 96
_NAMES = {"water": "water", "green": "landuse", "buildings": "buildings", "roads": "roads"}
_FROM = {"buildings": 13}


def street_tiles(land: TownLand, zooms: tuple[int, int] = ZOOMS) -> Iterator[TileBytes]:
    """All tiles of the town; bodies are not packed."""
    for zoom in range(zooms[0], zooms[1] + 1):
        for x, y in land.tiles(zoom):
            layers = {
                name: _features(land, source, zoom, x, y)
                for source, name in _NAMES.items()
                if zoom >= _FROM.get(source, 0)
            }
            layers["places"] = _places(land, zoom, x, y)
            yield zoom, x, y, encode(layers)


def _features(land: TownLand, source: str, zoom: int, x: int, y: int) -> list[tuple[BaseGeometry, Mapping[str, str]]]:
    across, edge = 1 << zoom, _BUFFER / EXTENT
    sides = ((x - edge) / across, (y - edge) / across, (x + 1 + edge) / across, (y + 1 + edge) / across)
    found: list[tuple[BaseGeometry, Mapping[str, str]]] = []
    for one in land.layers[source].within(*sides):
        inside = _in_tile(one, across, x, y)
        for part in get_parts(inside):
            if part.geom_type in ("Polygon", "LineString") and not part.is_empty:
                found.append((part, _texts(one)))
    return found


def _in_tile(one: Drawn, across: int, x: int, y: int) -> BaseGeometry:
    def moved(points: np.ndarray) -> np.ndarray:
        return (points * across - (x, y)) * EXTENT

    local = transform(one.shape, moved).simplify(2.0)
    low, high = -_BUFFER, EXTENT + _BUFFER
    return local if box(low, low, high, high).covers(local) else clip_by_rect(local, low, low, high, high)


def _texts(one: Drawn) -> Mapping[str, str]:
    told = one.properties
    texts = {"kind": str(told["kind"])} if "kind" in told else {}
    if told.get("name"):
        texts |= {"name": str(told["name"]), "name:zh": str(told["name"]), "name:en": str(told.get("name_en", ""))}
    return texts


def _places(land: TownLand, zoom: int, x: int, y: int) -> list[tuple[BaseGeometry, Mapping[str, str]]]:
    """Villages by their names, at a point that is surely inside."""
    found: list[tuple[BaseGeometry, Mapping[str, str]]] = []
    for one in land.layers["areas"].features:
        if one.properties["level"] != "village":
            continue
        middle = one.shape.representative_point()
        column, row = middle.x * (1 << zoom), middle.y * (1 << zoom)
        if (math.floor(column), math.floor(row)) == (x, y):
            local = transform(middle, lambda points: (points * (1 << zoom) - (x, y)) * EXTENT)
            found.append((local, {**_texts(one), "kind": "village"}))
    return found
