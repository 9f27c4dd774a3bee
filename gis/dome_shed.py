"""The ground a dome can turn to, as a view shed starts from."""

import math

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon

from gis.dome import DROP_PER_M2, Dome
from gis.view_shed import Area, Array, Lookout, areas_of

_STEP_DEG = 2.0
_LEAST_STEP_M, _RINGS = 10.0, 120


def dome_lookout(dome: Dome) -> Lookout | None:
    """Within its range, pan and tilt, and, where it has an elevation grid, not hidden by the ground; None where it can
    turn to none. A lean of its base is left out: it moves the edges by less than the steps do."""
    near, far = _ring(dome)
    if far <= near:
        return None
    low, high = dome.limits.pan_deg
    width = 360.0 if dome.limits.endless else high - low
    count = max(2, math.ceil(width / _STEP_DEG))
    bearings = np.radians(dome.mount.heading_deg + low + width * np.arange(count + 1) / count)
    area = _level(dome, bearings, near, far) if dome.elevation is None else _over_hills(dome, bearings, near, far)
    return Lookout(dome.lon, dome.lat, dome.height_m, area) if area is not None else None


def _ring(dome: Dome) -> tuple[float, float]:
    """Metres over level ground of the nearest and the farthest it can tilt to, within its range."""
    lowest, highest = (tilt + dome.mount.tilt_zero_deg for tilt in dome.limits.tilt_deg)
    near = 0.0 if lowest <= -89.9 else dome.height_m / math.tan(math.radians(-lowest)) if lowest < 0 else math.inf
    far = dome.height_m / math.tan(math.radians(-highest)) if -89.9 < highest < 0 else dome.range_m
    return near, min(far, dome.range_m)


def _level(dome: Dome, bearings: Array, near: float, far: float) -> Area | None:
    outer, inner = (_arc(dome, bearings, radius) for radius in (far, near))
    if dome.limits.endless:
        return areas_of(Polygon(outer, [inner] if near > 0 else None))
    return areas_of(Polygon([*outer, *reversed(inner)]))


def _over_hills(dome: Dome, bearings: Array, near: float, far: float) -> Area | None:
    """Sector by sector outwards: ground is seen where no ground before it stands steeper."""
    assert dome.elevation is not None
    step = max(_LEAST_STEP_M, (far - near) / _RINGS)
    radii = np.arange(near + step / 2, far, step)
    sectors = []
    for left, right in zip(bearings[:-1].tolist(), bearings[1:].tolist(), strict=True):
        middle = (left + right) / 2
        line = np.array([dome.plane.to_degrees(r * math.sin(middle), r * math.cos(middle)) for r in radii.tolist()])
        known = dome.elevation.at_each(line[:, 0], line[:, 1])
        ground = np.where(np.isnan(known), 0.0, known - dome.foot_level_m)
        slope = (ground - dome.height_m - DROP_PER_M2 * radii**2) / radii
        steepest = np.maximum.accumulate(np.concatenate([[-np.inf], slope[:-1]]))
        sectors += _runs(dome, (left, right), radii - step / 2, step, slope >= steepest)
    return areas_of(shapely.union_all(sectors))


def _runs(
    dome: Dome,
    bearings: tuple[float, float],
    starts: Array,
    step: float,
    seen: NDArray[np.bool_],
) -> list[Polygon]:
    """One polygon for each unbroken run of seen rings in a sector."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], seen.astype(np.int8), [0]])))
    found = []
    for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        inner, outer = max(float(starts[first]), 0.01), float(starts[last - 1]) + step
        near, far = (_arc(dome, np.array(bearings), radius) for radius in (inner, outer))
        found.append(Polygon([*near, *reversed(far)]))
    return found


def _arc(dome: Dome, bearings: Array, radius: float) -> list[tuple[float, float]]:
    return [dome.plane.to_degrees(radius * math.sin(one), radius * math.cos(one)) for one in bearings.tolist()]
