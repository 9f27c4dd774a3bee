"""What a camera sees of the ground, for the map."""

import math
from typing import Any

from shapely import Polygon, make_valid
from shapely.geometry.base import BaseGeometry

from config.cameras import Camera
from gis.ground import GroundModel, ground_model
from gis.plane import Plane

_COLUMNS = 12
_HALVINGS = 12


def seen_area(camera: Camera, aspect: float = 16 / 9) -> Polygon | None:
    """The ground in the picture, cut off at the camera's range, in (lon, lat); None without a pose or with no ground.

    Raises ValueError when the camera's ground points determine no homography.
    """
    model = ground_model(camera, aspect)
    return None if model is None else seen_ground(model)


def seen_ground(model: GroundModel) -> Polygon | None:
    """The ground in the picture within range, in (lon, lat); None with no ground in it."""
    columns = [index / _COLUMNS for index in range(_COLUMNS + 1)]
    near, far = [], []
    for fx in columns:
        edges = _column(model, fx)
        if edges is not None:
            near.append(edges[0])
            far.append(edges[1])
    if len(near) < 2:
        return None
    shape = make_valid(Polygon([*near, *reversed(far)]))
    return largest_polygon(shape)


def wedge(camera: Camera, steps: int = 12) -> Polygon | None:
    """The sector from the camera's foot to its range: what map users know as a camera's view. None without a pose."""
    if camera.position is None or camera.view is None:
        return None
    plane = Plane(camera.position.lon, camera.position.lat)
    view = camera.view
    ring = [(camera.position.lon, camera.position.lat)]
    for step in range(steps + 1):
        angle = math.radians(view.heading_deg + view.hfov_deg * (step / steps - 0.5))
        ring.append(plane.to_degrees(view.range_m * math.sin(angle), view.range_m * math.cos(angle)))
    return Polygon(ring)


def sees(camera: Camera, lon: float, lat: float, aspect: float = 16 / 9) -> bool:
    """Whether a place on the ground is in the picture and in range; False for a camera without a pose."""
    model = ground_model(camera, aspect)
    point = model.to_picture(lon, lat) if model is not None else None
    return point is not None and 0 <= point[0] <= 1 and 0 <= point[1] <= 1


def _column(model: GroundModel, fx: float) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Nearest and farthest ground of one column of the picture."""
    nearest = model.place_at(fx, 1.0)
    if nearest is None:
        return None
    if whole := model.place_at(fx, 0.0):
        return nearest, whole
    farthest, low, high = nearest, 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        place = model.place_at(fx, middle)
        if place is None:
            low = middle
        else:
            farthest, high = place, middle
    return nearest, farthest


def largest_polygon(shape: BaseGeometry) -> Polygon | None:
    """The largest polygon of a shape; None when it has none."""
    parts: list[Any] = [part for part in getattr(shape, "geoms", [shape]) if isinstance(part, Polygon)]
    return max(parts, key=lambda part: float(part.area), default=None)
