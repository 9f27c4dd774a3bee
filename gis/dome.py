"""A dome: place ↔ direction ↔ point of its picture.

Places are (lon, lat) with metres above the ground there; picture points are fractions (fx, fy) from the top left;
directions are device degrees (`gis.dome_mount.Direction`: tilt UP positive). The ground is level around the dome's
foot, or that of an `Elevation`. The Earth's curvature, less the usual refraction, is taken off everywhere: at 2 km
0.3 m, which is 0.008° of direction, but 7 m of distance for a dome 80 m up.
"""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from config.cameras import Camera
from gis.dome_limits import Limits, OutOfReach, Reach, ZoomLens
from gis.dome_mount import Direction, Mount
from gis.elevation import Elevation
from gis.ground import Box
from gis.pinhole import Pinhole, Vector
from gis.plane import Plane

DROP_PER_M2 = (1 - 0.13) / (2 * 6_371_008.8)
"""Metres that the ground falls below the level of the eye, per squared metre: refraction bends a ray by 0.13 of it."""
_MARCH_M = 20.0
"""Step along a ray over an elevation grid: finer than the cells of the grids that towns have."""
_MOST_STEPS = 4000
_HALVINGS = 30
_CENTRINGS = 8


@dataclass(frozen=True, slots=True)
class PointingErrors:
    """One sigma of what is not known exactly about a dome."""

    heading_deg: float = 0.5
    lean_deg: float = 0.2
    """Of pitch, roll and zero of tilt together."""
    reading_deg: float = 0.05
    """Of the direction that the device tells, and of the picture's point."""
    height_m: float = 0.0
    """Of the lens above the ground; 0: 3 % of the height, at least 0.2 m."""


@dataclass(frozen=True, slots=True)
class Framing:
    """Where to turn and how far to zoom so that something fills the picture."""

    reach: Reach
    zoom: float
    """Within the lens's limits."""


@dataclass(frozen=True, slots=True)
class Dome:
    """A camera that turns, at a place.

    `height_m` is the lens above the ground at its foot, `foot_m` that ground's elevation; None takes it from
    `elevation`, and 0 where that does not know it. Where `elevation` is unknown the ground is as high as the foot.
    """

    lon: float
    lat: float
    height_m: float
    mount: Mount = field(default_factory=Mount)
    lens: ZoomLens = field(default_factory=lambda: ZoomLens(60.0))
    limits: Limits = field(default_factory=Limits)
    range_m: float = 2000.0
    foot_m: float | None = None
    elevation: Elevation | None = None
    errors: PointingErrors = PointingErrors()
    plane: Plane = field(init=False, repr=False, compare=False)
    foot_level_m: float = field(init=False, repr=False, compare=False)
    """Elevation of the ground at the foot, known or assumed."""

    def __post_init__(self) -> None:
        if not self.height_m > 0 or not self.range_m > 0:
            raise ValueError(f"height and range must be above 0, got {self.height_m} m and {self.range_m} m")
        known = self.elevation.at(self.lon, self.lat) if self.foot_m is None and self.elevation is not None else None
        object.__setattr__(self, "plane", Plane(self.lon, self.lat))
        object.__setattr__(self, "foot_level_m", self.foot_m if self.foot_m is not None else known or 0.0)

    def vector_to(self, lon: float, lat: float, height_m: float = 0.0) -> Vector:
        """(east, north, up) metres from the lens to a place `height_m` above the ground there."""
        return self.vector_to_level(lon, lat, self.foot_level_m + self.ground_m(lon, lat) + height_m)

    def vector_to_level(self, lon: float, lat: float, level_m: float) -> Vector:
        """(east, north, up) metres from the lens to a place at an elevation."""
        east, north = self.plane.to_metres(lon, lat)
        up = level_m - self.foot_level_m - self.height_m
        return east, north, up - DROP_PER_M2 * (east * east + north * north)

    def ground_m(self, lon: float, lat: float) -> float:
        """Metres of the ground at a place above the ground at the dome's foot."""
        known = self.elevation.at(lon, lat) if self.elevation is not None else None
        return known - self.foot_level_m if known is not None else 0.0

    @property
    def height_error_m(self) -> float:
        return self.errors.height_m or max(0.2, 0.03 * self.height_m)

    def direction_to(self, lon: float, lat: float, height_m: float = 0.0, now: Direction | None = None) -> Reach:
        """Where to turn to have a place in the middle of the picture; of equal pans the nearest to `now`."""
        vector = self.vector_to(lon, lat, height_m)
        reach = self._reach(vector, now)
        if math.hypot(vector[0], vector[1]) > self.range_m:
            return Reach(reach.direction, reach.missed_by_deg, OutOfReach.TOO_FAR)
        return reach

    def zoom_to_show(self, lon: float, lat: float, width_m: float, height_m: float = 0.0) -> float:
        """The magnification, within limits, at which something so wide at a place fills most of the picture."""
        distance = math.hypot(*self.vector_to(lon, lat, height_m))
        return self.limits.zoom_within(self.lens.zoom_to_show(width_m, max(distance, 1e-3)))

    def pinhole(self, direction: Direction, zoom: float) -> Pinhole:
        """The camera as it stands now: a fixed one's heading from north, tilt DOWN and roll."""
        return self.mount.pinhole(direction, self.lens.hfov_deg(zoom), self.lens.aspect)

    def picture_point(
        self, direction: Direction, zoom: float, lon: float, lat: float, height_m: float = 0.0
    ) -> tuple[float, float] | None:
        """Where a place appears; may lie outside 0…1. None behind the lens."""
        return self.pinhole(direction, zoom).picture_point(*self.vector_to(lon, lat, height_m))

    def ray(self, direction: Direction, zoom: float, fx: float = 0.5, fy: float = 0.5) -> Vector:
        """(east, north, up) of what is seen at a point of the picture, of length 1."""
        return unit(self.pinhole(direction, zoom).ray(fx, fy))

    def centring(self, direction: Direction, zoom: float, fx: float, fy: float) -> Reach:
        """The direction that brings a point of the present picture to its middle."""
        return self._reach(self.ray(direction, zoom, fx, fy), direction)

    def framing(self, direction: Direction, zoom: float, box: Box) -> Framing:
        """Direction and magnification at which a box drawn in the present picture just fits into it.

        Exact also for wide pictures, where the middle of a box's picture is not the picture of its middle, and near
        straight down, where the picture turns with the pan. Raises ValueError for a box without width or height.
        """
        x, y, width, height = box
        if not (width > 0 and height > 0):
            raise ValueError("the box must have a width and a height")
        now = self.pinhole(direction, zoom)
        corners = [unit(now.ray(x + width * right, y + height * low)) for right in (0, 1) for low in (0, 1)]
        reach = self._reach(now.ray(x + width / 2, y + height / 2), direction)
        for _ in range(_CENTRINGS):
            seen = self._seen(reach.direction, corners)
            if seen is None:
                break
            middle = tuple((min(each) + max(each)) / 2 for each in zip(*seen, strict=True))
            reach = self._reach(self.pinhole(reach.direction, 1.0).ray(*middle), reach.direction)
        seen = self._seen(reach.direction, corners)
        widest = max((2 * abs(each - 0.5) for point in seen for each in point), default=1.0) if seen else 1.0
        return Framing(reach, self.limits.zoom_within(1.0 / max(widest, 1e-9)))

    def place(self, direction: Direction, zoom: float, fx: float = 0.5, fy: float = 0.5) -> tuple[float, float] | None:
        """(lon, lat) of the ground seen at a point of the picture; None in the sky or out of range."""
        met = self.meet(self.ray(direction, zoom, fx, fy))
        return self.plane.to_degrees(met[0], met[1]) if met is not None else None

    def meet(self, ray: Vector, lens_higher_m: float = 0.0) -> Vector | None:
        """(east, north, up) where a ray of length 1 first meets the ground within range, `up` being the ground's own
        height above that at the foot; None in the sky or out of range. The lens may be taken as higher than it is."""
        eye = self.height_m + lens_higher_m
        slant = self._level_slant(ray, eye) if self.elevation is None else self._marched_slant(ray, eye)
        if slant is None:
            return None
        east, north = ray[0] * slant, ray[1] * slant
        if math.hypot(east, north) > self.range_m:
            return None
        return east, north, eye + ray[2] * slant + DROP_PER_M2 * (east * east + north * north)

    def _reach(self, vector: Vector, now: Direction | None) -> Reach:
        low, high = self.limits.pan_deg
        pan = now.pan_deg if now is not None else (low + high) / 2
        return self.limits.reach(self.mount.to_device(vector, pan), now)

    def _seen(self, direction: Direction, rays: list[Vector]) -> list[tuple[float, float]] | None:
        """Where rays appear at magnification 1; None when one does not."""
        lens = self.pinhole(direction, 1.0)
        points = [lens.picture_point(*ray) for ray in rays]
        return [point for point in points if point is not None] if None not in points else None

    @staticmethod
    def _level_slant(ray: Vector, eye: float) -> float | None:
        """Metres along a ray to level ground that curves away."""
        over_ground, up = ray[0] * ray[0] + ray[1] * ray[1], ray[2]
        under_root = up * up - 4 * DROP_PER_M2 * over_ground * eye
        if up >= 0 or under_root < 0:
            return None
        return 2 * eye / (-up + math.sqrt(under_root))

    def _marched_slant(self, ray: Vector, eye: float) -> float | None:
        """Metres along a ray to the ground of the elevation grid: in steps, then halved."""
        over_ground = math.hypot(ray[0], ray[1])
        farthest = min(self.range_m / max(over_ground, 1e-9), 2 * (self.range_m + eye)) * (1 + 1e-9)
        step = max(_MARCH_M, farthest / _MOST_STEPS)
        slants = np.minimum(np.arange(1, math.ceil(farthest / step) + 1) * step, farthest)
        below = np.flatnonzero(self._each_above_ground(ray, eye, slants) <= 0)
        if below.size == 0:
            return None
        high = float(slants[below[0]])
        low = max(0.0, high - step)
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            if self._above_ground(ray, eye, middle) > 0:
                low = middle
            else:
                high = middle
        return high

    def _each_above_ground(self, ray: Vector, eye: float, slants: NDArray[np.float64]) -> NDArray[np.float64]:
        """As `_above_ground`. Within a dome's range what is straight over the ground is straight in degrees."""
        assert self.elevation is not None
        east, north, last = ray[0] * slants, ray[1] * slants, float(slants[-1])
        lon, lat = self.plane.to_degrees(ray[0] * last, ray[1] * last)
        share = slants / last
        known = self.elevation.at_each(self.lon + (lon - self.lon) * share, self.lat + (lat - self.lat) * share)
        ground = np.where(np.isnan(known), 0.0, known - self.foot_level_m)
        above: NDArray[np.float64] = eye + ray[2] * slants + DROP_PER_M2 * (east * east + north * north) - ground
        return above

    def _above_ground(self, ray: Vector, eye: float, slant: float) -> float:
        east, north = ray[0] * slant, ray[1] * slant
        ground = self.ground_m(*self.plane.to_degrees(east, north))
        return eye + ray[2] * slant + DROP_PER_M2 * (east * east + north * north) - ground


def unit(vector: Vector) -> Vector:
    """A vector of the same direction and length 1."""
    length = math.hypot(*vector)
    return vector[0] / length, vector[1] / length, vector[2] / length


def dome_of(camera: Camera, aspect: float = 16 / 9, elevation: Elevation | None = None) -> Dome | None:
    """The dome that a camera of `cameras.yaml` is; None when it does not turn or has no position. Where `elevation`
    does not know the ground at its foot, the heights of other ground say nothing and it is level.

    A device's ends may run backwards; here the lower end comes first.
    """
    ptz, place = camera.ptz, camera.position
    if ptz is None or place is None:
        return None
    limits = Limits(_ascending(ptz.pan_deg), _ascending(ptz.tilt_deg), _ascending(ptz.zoom))
    stands = ptz.mount
    mount = Mount(stands.heading_deg, stands.pitch_deg, stands.roll_deg, stands.tilt_zero_deg)
    lens = ZoomLens(ptz.wide_hfov_deg, aspect)
    if elevation is not None and elevation.at(place.lon, place.lat) is None:
        elevation = None
    return Dome(place.lon, place.lat, place.height_m, mount, lens, limits, ptz.range_m, elevation=elevation)


def _ascending(ends: tuple[float, float]) -> tuple[float, float]:
    return min(ends), max(ends)
