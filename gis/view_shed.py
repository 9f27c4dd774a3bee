"""The ground a camera really sees: what its picture or its reach holds, less what buildings hide.

A building lower than the lens hides the ground behind it as far as where the ray over its roof comes down; a higher one
all of it. The ground is level. Ground under a building is not seen. The building that a camera hangs on hides nothing
from it.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from config.cameras import Camera
from gis.dome_choice import Building, Skyline
from gis.view import seen_area

Area = Polygon | MultiPolygon
Array = NDArray[np.float64]

_FAR = 12.0
"""Shadows of high buildings are drawn so many times as far as the ground looked at: their far edge lies outside."""
_SLIVER = 1e-15
"""Square degrees: corners of a shadow that lie on one ray from the camera enclose none."""


@dataclass(frozen=True, slots=True)
class Lookout:
    """Where something looks from, and the ground it would see on an empty plain; coordinates (lon, lat).

    `height_m` counts from the ground looked at.
    """

    lon: float
    lat: float
    height_m: float
    area: Area


def lookout(camera: Camera, aspect: float = 16 / 9) -> Lookout | None:
    """Of a fixed camera; None without a position, or where it sees no ground."""
    if camera.position is None or camera.ptz is not None:
        return None
    try:
        area = seen_area(camera, aspect)
    except ValueError:  # ground points that determine no mapping: as good as none
        return None
    if area is None or area.is_empty:
        return None
    return Lookout(camera.position.lon, camera.position.lat, camera.position.height_m, area)


def view_sheds(lookouts: Mapping[str, Lookout], skyline: Skyline | None) -> dict[str, Area]:
    """What each sees, (lon, lat), by its name; left out where that is nothing. Without a skyline nothing is hidden."""
    names = list(lookouts)
    if skyline is None:
        return {name: lookouts[name].area for name in names}
    hulls = [_with_foot(lookouts[name]) for name in names]
    pairs = skyline.crossing(hulls)
    starts = np.searchsorted(pairs[:, 0], np.arange(len(names) + 1))
    seen: dict[str, Area] = {}
    for number, name in enumerate(names):
        near = [skyline.buildings[at] for at in pairs[starts[number] : starts[number + 1], 1].tolist()]
        area = less_hidden(lookouts[name], near)
        if area is not None:
            seen[name] = area
    return seen


def less_hidden(at: Lookout, buildings: Iterable[Building]) -> Area | None:
    """What is left of the area with these buildings about; None where that is nothing."""
    foot = Point(at.lon, at.lat)
    standing = [one for one in buildings if not one.outline.covers(foot)]
    if not standing:
        return at.area
    quads = _shadows(at, standing)
    shapely.prepare(at.area)
    hidden = [*quads[shapely.intersects(at.area, quads)].tolist(), *(one.outline for one in standing)]
    return areas_of(at.area.difference(shapely.union_all(hidden)))


def areas_of(shape: BaseGeometry) -> Area | None:
    """The polygons of a shape; None when it has none."""
    parts = [one for one in getattr(shape, "geoms", [shape]) if isinstance(one, Polygon) and not one.is_empty]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def _with_foot(at: Lookout) -> BaseGeometry:
    return shapely.union(at.area, Point(at.lon, at.lat)).convex_hull


def _shadows(at: Lookout, buildings: Sequence[Building]) -> NDArray[np.object_]:
    """Each building with the ground between it and where the rays over its roof come down. Straight lines through the
    foot are straight in degrees too, so that nothing need be converted."""
    foot = np.array([at.lon, at.lat])
    far = _FAR * float(np.abs(np.array(at.area.bounds) - np.tile(foot, 2)).max())
    outlines = np.array([one.outline for one in buildings], dtype=object)
    plain = shapely.area(outlines) > (1 - 1e-9) * shapely.area(shapely.convex_hull(outlines))
    corners, owner = shapely.get_coordinates(outlines[plain], return_index=True)
    reach = np.array([_reach(at.height_m, one.height_m) for one in buildings])
    cast = _cast(corners - foot, reach[plain][owner], far) + foot
    order = np.argsort(np.concatenate([owner, owner]), kind="stable")
    both = np.concatenate([corners, cast])[order]
    clouds = shapely.multipoints(both, indices=np.concatenate([owner, owner])[order])
    hulls: NDArray[np.object_] = np.array(shapely.convex_hull(clouds), dtype=object).ravel()
    bent = [one for one, straight in zip(buildings, plain.tolist(), strict=True) if not straight]
    return np.concatenate([hulls, _edge_shadows(at, bent, far)]) if bent else hulls


def _edge_shadows(at: Lookout, buildings: Sequence[Building], far: float) -> NDArray[np.object_]:
    """One quadrilateral an edge, for outlines with corners that point inwards."""
    foot = np.array([at.lon, at.lat])
    rings = [shapely.get_coordinates(one.outline.exterior) - foot for one in buildings]
    starts, ends = np.concatenate([ring[:-1] for ring in rings]), np.concatenate([ring[1:] for ring in rings])
    reach = np.repeat([_reach(at.height_m, one.height_m) for one in buildings], [len(ring) - 1 for ring in rings])
    corners = np.stack([starts, ends, _cast(ends, reach, far), _cast(starts, reach, far)], axis=1)
    wide = np.abs(starts[:, 0] * ends[:, 1] - starts[:, 1] * ends[:, 0]) > _SLIVER
    result: NDArray[np.object_] = shapely.polygons(shapely.linearrings(corners[wide] + foot))
    return result


def _reach(lens_m: float, roof_m: float) -> float:
    """How many times as far as the roof's edge the ray over it meets the ground."""
    return lens_m / (lens_m - roof_m) if roof_m < lens_m else math.inf


def _cast(corners: Array, reach: Array, far: float) -> Array:
    longest = far / np.maximum(np.hypot(corners[:, 0], corners[:, 1]), 1e-12)
    result: Array = corners * np.maximum(np.minimum(reach, longest), 1.0)[:, None]
    return result
