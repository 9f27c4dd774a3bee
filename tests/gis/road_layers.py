"""Road layers drawn by hand: places are metres east and north of one origin."""

from collections.abc import Sequence
from typing import Any

from gis.plane import Plane

ORIGIN = Plane(120.45, 30.08)
Point = tuple[float, float]


def at(east: float, north: float) -> tuple[float, float]:
    """(lon, lat)."""
    return ORIGIN.to_degrees(east, north)


def road(*points: Point, **properties: Any) -> dict[str, Any]:
    coordinates = [list(at(*one)) for one in points]
    geometry = {"type": "LineString", "coordinates": coordinates}
    return {"type": "Feature", "properties": {"kind": "street", **properties}, "geometry": geometry}


def layer(*features: dict[str, Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def block(columns: int, rows: int, step: float = 200.0) -> Sequence[dict[str, Any]]:
    """A mesh of streets, each drawn right through, without a vertex where they cross."""
    wide, high = (columns - 1) * step, (rows - 1) * step
    across = [road((0, row * step), (wide, row * step)) for row in range(rows)]
    return [*across, *(road((column * step, 0), (column * step, high)) for column in range(columns))]
