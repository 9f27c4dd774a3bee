"""A camera with a lens, distorted or not. Axes on the ground: east, north, up, in metres from the lens."""

import math
from dataclasses import dataclass, field

from gis.distortion import Distortion

Vector = tuple[float, float, float]

_STRAIGHT = Distortion()
_LEAST_DROP = 1e-4
"""Rays that fall less than this per metre meet the ground kilometres away: taken as above the horizon."""


@dataclass(frozen=True, slots=True)
class Pinhole:
    """Heading clockwise from north, tilt down from the horizon, roll clockwise as seen from behind; all degrees.

    `hfov_deg` is that of the focal length: what the picture's width would show without `distortion`.
    """

    heading_deg: float
    tilt_deg: float
    roll_deg: float
    hfov_deg: float
    aspect: float
    distortion: Distortion = _STRAIGHT
    _axes: tuple[Vector, Vector, Vector] = field(init=False)
    _focal: float = field(init=False)

    def __post_init__(self) -> None:
        heading, tilt, roll = (math.radians(angle) for angle in (self.heading_deg, self.tilt_deg, self.roll_deg))
        sin_h, cos_h, sin_t, cos_t = math.sin(heading), math.cos(heading), math.sin(tilt), math.cos(tilt)
        forward = (sin_h * cos_t, cos_h * cos_t, -sin_t)
        level = (cos_h, -sin_h, 0.0)
        below = (-sin_h * sin_t, -cos_h * sin_t, -cos_t)
        right = _sum(_scaled(level, math.cos(roll)), _scaled(below, math.sin(roll)))
        down = _sum(_scaled(level, -math.sin(roll)), _scaled(below, math.cos(roll)))
        object.__setattr__(self, "_axes", (right, down, forward))
        object.__setattr__(self, "_focal", 0.5 / math.tan(math.radians(self.hfov_deg) / 2))

    def turned(self, heading_deg: float, tilt_deg: float, roll_deg: float) -> "Pinhole":
        """The same lens turned by so much."""
        return Pinhole(
            self.heading_deg + heading_deg,
            self.tilt_deg + tilt_deg,
            self.roll_deg + roll_deg,
            self.hfov_deg,
            self.aspect,
            self.distortion,
        )

    def ray(self, fx: float, fy: float) -> Vector:
        """Direction of a picture point, not normalised."""
        right, down, forward = self._axes
        x, y = fx - 0.5, (fy - 0.5) / self.aspect
        if not self.distortion.none:
            radius = math.hypot(x, y) / self._focal
            factor = self.distortion.undistorted(radius) / radius if radius > 0 else 1.0
            x, y = x * factor, y * factor
        return _sum(_sum(_scaled(right, x), _scaled(down, y)), _scaled(forward, self._focal))

    def ground_point(self, fx: float, fy: float, height_m: float) -> tuple[float, float] | None:
        """(east, north) where the ray meets level ground `height_m` below the lens; None above the horizon."""
        east, north, up = self.ray(fx, fy)
        if up >= -_LEAST_DROP:
            return None
        scale = height_m / -up
        return east * scale, north * scale

    def picture_point(self, east: float, north: float, up: float) -> tuple[float, float] | None:
        """Where a point appears; None behind the lens. May lie outside 0…1."""
        x, y, depth = self._seen(east, north, up)
        if depth <= 1e-6:
            return None
        x, y = x / depth, y / depth
        if not self.distortion.none:
            radius = math.hypot(x, y)
            factor = self.distortion.distorted(radius) / radius if radius > 0 else 1.0
            x, y = x * factor, y * factor
        return 0.5 + x * self._focal, 0.5 + y * self._focal * self.aspect

    def metres_per_fraction(self, east: float, north: float, up: float) -> float:
        """Metres that the picture's whole width would span if all of it were as large as at a point: across, there."""
        x, y, depth = self._seen(east, north, up)
        if self.distortion.none or depth <= 1e-6:
            return depth / self._focal
        radius = math.hypot(x, y) / depth
        return depth / self._focal * (radius / self.distortion.distorted(radius) if radius > 1e-9 else 1.0)

    def height_on_vertical(self, fx: float, fy: float, distance_m: float) -> float | None:
        """How far above the lens the ray is once `distance_m` away over ground; None when it never gets there."""
        east, north, up = self.ray(fx, fy)
        over_ground = math.hypot(east, north)
        forward = self._axes[2]
        if over_ground < 1e-3 or east * forward[0] + north * forward[1] <= 0:
            return None
        return up / over_ground * distance_m

    def _seen(self, east: float, north: float, up: float) -> Vector:
        x, y, depth = (axis[0] * east + axis[1] * north + axis[2] * up for axis in self._axes)
        return x, y, depth


def _sum(a: Vector, b: Vector) -> Vector:
    return a[0] + b[0], a[1] + b[1], a[2] + b[2]


def _scaled(vector: Vector, factor: float) -> Vector:
    return vector[0] * factor, vector[1] * factor, vector[2] * factor
