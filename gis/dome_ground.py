"""The place under a point of a dome's picture with its error, and the ground that the picture shows."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from shapely import Point, Polygon, make_valid

from gis.dome import Dome, unit
from gis.dome_mount import Direction
from gis.pinhole import Pinhole, Vector
from gis.view import largest_polygon

_COLUMNS = 12
_HALVINGS = 12
_STEP_DEG, _STEP_SHARE = 1e-3, 0.05
_MAX_ERROR_SHARE = 1.0
"""A place whose error is as large as its distance is no place."""


Edges = tuple[tuple[float, float], tuple[float, float]]
"""(east, north) of the nearest and the farthest ground in a column of the picture."""


@dataclass(frozen=True, slots=True)
class DomeFix:
    """A place on the ground with one sigma of its error, radial on the ground and as an angle at the dome."""

    lon: float
    lat: float
    error_m: float
    error_deg: float
    distance_m: float
    """Over ground from the dome's foot."""
    slant_m: float
    """From the lens."""


def ground_fix(dome: Dome, direction: Direction, zoom: float, fx: float = 0.5, fy: float = 0.5) -> DomeFix | None:
    """The ground at a point of the picture; None in the sky, out of range, or where the error is as large as the
    distance. Errors of heading, lean, reading and height are independent and taken to the first order."""
    ray = dome.ray(direction, zoom, fx, fy)
    met = dome.meet(ray)
    if met is None:
        return None
    distance, slant = math.hypot(met[0], met[1]), math.hypot(met[0], met[1], met[2] - dome.height_m)
    dip_deg, bearing_deg = ray_sigmas_deg(dome, ray)
    along = _along_m(dome, ray, met, dip_deg)
    error = math.hypot(along, slant * math.radians(bearing_deg))
    if error > max(distance * _MAX_ERROR_SHARE, 5.0):
        return None
    lon, lat = dome.plane.to_degrees(met[0], met[1])
    return DomeFix(lon, lat, error, math.hypot(dip_deg, bearing_deg), distance, slant)


def footprint(dome: Dome, direction: Direction, zoom: float, columns: int = _COLUMNS) -> Polygon | None:
    """The ground in the picture, cut off at the range, in (lon, lat); None when there is none.

    Over an elevation grid the range cuts as if the ground were level.
    """
    return _footprint(dome, _columns(dome, dome.pinhole(direction, zoom), columns))


def _footprint(dome: Dome, found: Sequence[Edges | None]) -> Polygon | None:
    edges = [each for each in found if each is not None]
    ring = [near for near, _ in edges] + [far for _, far in reversed(edges)]
    if len(edges) < 2:
        return None
    return largest_polygon(make_valid(Polygon([dome.plane.to_degrees(*point) for point in ring])))


def wedge(dome: Dome, direction: Direction, zoom: float, columns: int = _COLUMNS) -> Polygon:
    """What map users know as a camera's view, in (lon, lat): from the dome's foot to the far edge of its picture, or to
    its range where that looks above the ground. The footprint itself when the foot is in the picture."""
    lens = dome.pinhole(direction, zoom)
    found = _columns(dome, lens, columns)
    seen = _footprint(dome, found)
    if seen is not None and seen.covers(Point(dome.lon, dome.lat)):
        return seen
    ring = [(0.0, 0.0)]
    for column, edges in enumerate(found):
        ring.append(edges[1] if edges is not None else _at_range(dome, lens.ray(column / columns, 0.5)))
    return Polygon([dome.plane.to_degrees(*point) for point in ring])


def _columns(dome: Dome, lens: Pinhole, columns: int) -> list[Edges | None]:
    return [_column(dome, lens, column / columns) for column in range(columns + 1)]


def _column(dome: Dome, lens: Pinhole, fx: float) -> Edges | None:
    """(east, north) of the nearest and the farthest ground of a column of the picture; None when it has none."""
    near = dome.meet(unit(lens.ray(fx, 1.0)))
    if near is None:
        return None
    far = dome.meet(unit(lens.ray(fx, 0.0)))
    return (near[0], near[1]), (far[0], far[1]) if far is not None else _cut(dome, lens, fx)


def _cut(dome: Dome, lens: Pinhole, fx: float) -> tuple[float, float]:
    """(east, north) where a column of the picture leaves the range, on level ground."""
    level = Dome(dome.lon, dome.lat, dome.height_m, range_m=dome.range_m)
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if level.meet(unit(lens.ray(fx, middle))) is None:
            low = middle
        else:
            high = middle
    return _at_range(dome, lens.ray(fx, high))


def _at_range(dome: Dome, ray: Vector) -> tuple[float, float]:
    scale = dome.range_m / max(math.hypot(ray[0], ray[1]), 1e-9)
    return ray[0] * scale, ray[1] * scale


def ray_sigmas_deg(dome: Dome, ray: Vector) -> tuple[float, float]:
    """One sigma of a ray in degrees: up and down, and across. A lean acts across as far as the ray looks down."""
    errors = dome.errors
    across = math.hypot(errors.heading_deg * math.hypot(ray[0], ray[1]), errors.lean_deg * ray[2], errors.reading_deg)
    return math.hypot(errors.lean_deg, errors.reading_deg), across


def _along_m(dome: Dome, ray: Vector, met: Vector, dip_deg: float) -> float:
    """One sigma of the distance in metres: how far the place moves with the ray's dip and with the lens's height."""
    height = dome.height_error_m
    dipped = dome.meet(_dipped(ray, _STEP_DEG))
    higher = dome.meet(ray, lens_higher_m=-height * _STEP_SHARE)
    if dipped is None or higher is None:
        return math.inf
    from_dip = math.dist(dipped[:2], met[:2]) / _STEP_DEG * dip_deg
    return math.hypot(from_dip, math.dist(higher[:2], met[:2]) / _STEP_SHARE)


def _dipped(ray: Vector, by_deg: float) -> Vector:
    """A ray lowered in its own vertical plane."""
    over_ground = math.hypot(ray[0], ray[1])
    angle = math.atan2(ray[2], over_ground) - math.radians(by_deg)
    east, north = (ray[0] / over_ground, ray[1] / over_ground) if over_ground > 1e-12 else (0.0, 1.0)
    return east * math.cos(angle), north * math.cos(angle), math.sin(angle)
