"""Which loudspeakers are understood where: at a place, along a road, in a grid, within a drawn line."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from config.loudspeakers import Loudspeaker
from gis.plane import Plane, distance_m

Near = list[tuple[Loudspeaker, float]]
"""With their distances in metres, the nearest first."""


def reaching(speakers: Iterable[Loudspeaker], lon: float, lat: float) -> Near:
    """Those within whose range the place lies."""
    found = ((one, distance_m(one.place.lon, one.place.lat, lon, lat)) for one in speakers)
    return _sorted((one, away) for one, away in found if away <= one.range_m)


def touching(speakers: Iterable[Loudspeaker], area: BaseGeometry) -> Near:
    """Those whose range reaches into the geometry (WGS 84), which may be lines or polygons."""
    if area.is_empty:
        return []
    middle = area.centroid
    plane = Plane(middle.x, middle.y)
    metric = shapely.transform(area, plane.metres_of)
    found = ((one, _away(one, plane, metric)) for one in speakers)
    return _sorted((one, away) for one, away in found if away <= one.range_m)


def road_named(layer: Mapping[str, Any], name: str) -> BaseGeometry:
    """All lines of the road layer (GeoJSON) of that name, in Chinese or English; empty where there is none."""
    lines = [
        shape(feature["geometry"])
        for feature in layer.get("features", ())
        if name in (feature["properties"].get("name"), feature["properties"].get("name_en")) and feature.get("geometry")
    ]
    return shapely.union_all(lines) if lines else shapely.MultiLineString()


def drawn(ring: Sequence[tuple[float, float]]) -> BaseGeometry:
    """What a hand has drawn, crossing itself or not."""
    return shapely.make_valid(shapely.Polygon(ring))


def _away(speaker: Loudspeaker, plane: Plane, metric: BaseGeometry) -> float:
    place = plane.metres_of(np.array([[speaker.place.lon, speaker.place.lat]]))[0]
    return float(shapely.distance(metric, shapely.Point(place)))


def _sorted(found: Iterable[tuple[Loudspeaker, float]]) -> Near:
    return sorted(found, key=lambda pair: (round(pair[1], 1), pair[0].id))
