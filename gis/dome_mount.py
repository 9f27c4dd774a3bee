"""Where a dome's own directions point in the world, exactly, however its base leans.

A `Direction` is in device degrees: pan clockwise seen from above, tilt UP positive (level 0, straight down -90). A
`Pinhole` tilts DOWN positive and counts its heading from north: `Mount.pinhole` is the only place that turns one into
the other. Axes of the base: right, forward (pan 0, tilt 0), up; axes of the world: east, north, up.
"""

import math
from dataclasses import dataclass, field

from gis.pinhole import Pinhole, Vector

_POLE = 1e-12
"""Sine of the angle from straight up or down below which a direction has no pan of its own."""


@dataclass(frozen=True, slots=True)
class Direction:
    """Where a dome points, in device degrees: pan clockwise seen from above, tilt up positive.

    Raises ValueError unless both are finite: a device may tell anything.
    """

    pan_deg: float
    tilt_deg: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.pan_deg) and math.isfinite(self.tilt_deg)):
            raise ValueError(f"pan and tilt must be finite, got {self.pan_deg} and {self.tilt_deg}")

    def angle_to(self, other: "Direction") -> float:
        """Degrees between two directions of one dome, 0…180."""
        return angle_deg(_in_base(self), _in_base(other))


@dataclass(frozen=True, slots=True)
class Mount:
    """How a dome's base stands. Turned in this order: heading about the vertical, pitch about the base's right, roll
    about its forward axis.

    `heading_deg` is where pan 0 points, clockwise from north; `pitch_deg` raises the base at pan 0; `roll_deg` is
    clockwise as seen from behind at pan 0, so that the base's right side sinks. `tilt_zero_deg` is added to every tilt
    the device tells.
    """

    heading_deg: float = 0.0
    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    tilt_zero_deg: float = 0.0
    _axes: tuple[Vector, Vector, Vector] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        heading, pitch, roll = (math.radians(angle) for angle in (self.heading_deg, self.pitch_deg, self.roll_deg))
        sin_h, cos_h, sin_p, cos_p = math.sin(heading), math.cos(heading), math.sin(pitch), math.cos(pitch)
        sin_r, cos_r = math.sin(roll), math.cos(roll)
        level = (cos_h, -sin_h, 0.0)
        forward = (sin_h * cos_p, cos_h * cos_p, sin_p)
        above = (-sin_h * sin_p, -cos_h * sin_p, cos_p)
        right = _combined(((level, cos_r), (above, -sin_r)))
        up = _combined(((level, sin_r), (above, cos_r)))
        object.__setattr__(self, "_axes", (right, forward, up))

    def to_world(self, direction: Direction) -> Vector:
        """(east, north, up) of a direction, of length 1."""
        return self._turned(_in_base(self._true(direction)))

    def to_device(self, vector: Vector, pan_if_vertical: float = 0.0) -> Direction:
        """The direction of a vector of any length but 0; pan in -180…180, tilt before `tilt_zero_deg` in -90…90.

        Along the base's own vertical every pan is right: `pan_if_vertical` is taken.
        """
        x, y, z = (_dot(axis, vector) for axis in self._axes)
        across = math.hypot(x, y)
        vertical = across <= _POLE * abs(z)
        pan = pan_if_vertical if vertical else math.degrees(math.atan2(x, y))
        return Direction(pan, math.degrees(math.atan2(z, across)) - self.tilt_zero_deg)

    def pinhole(self, direction: Direction, hfov_deg: float, aspect: float) -> Pinhole:
        """The camera that looks along a direction, in the terms of a fixed one: heading, tilt DOWN, roll."""
        pan, tilt = math.radians(direction.pan_deg), math.radians(direction.tilt_deg + self.tilt_zero_deg)
        right = self._turned((math.cos(pan), -math.sin(pan), 0.0))
        east, north, up = self._turned((math.sin(pan) * math.cos(tilt), math.cos(pan) * math.cos(tilt), math.sin(tilt)))
        heading, down = math.atan2(east, north), math.atan2(-up, math.hypot(east, north))
        level = (math.cos(heading), -math.sin(heading), 0.0)
        below = (-math.sin(heading) * math.sin(down), -math.cos(heading) * math.sin(down), -math.cos(down))
        roll = math.atan2(_dot(right, below), _dot(right, level))
        return Pinhole(math.degrees(heading), math.degrees(down), math.degrees(roll), hfov_deg, aspect)

    def _true(self, direction: Direction) -> Direction:
        return Direction(direction.pan_deg, direction.tilt_deg + self.tilt_zero_deg)

    def _turned(self, vector: Vector) -> Vector:
        return _combined(tuple(zip(self._axes, vector, strict=True)))


def angle_deg(a: Vector, b: Vector) -> float:
    """Degrees between two vectors, 0…180; exact for the smallest angles too, where an arc cosine is not."""
    cross = (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])
    return math.degrees(math.atan2(math.hypot(*cross), _dot(a, b)))


def _in_base(direction: Direction) -> Vector:
    pan, tilt = math.radians(direction.pan_deg), math.radians(direction.tilt_deg)
    return math.sin(pan) * math.cos(tilt), math.cos(pan) * math.cos(tilt), math.sin(tilt)


def _dot(a: Vector, b: Vector) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _combined(parts: tuple[tuple[Vector, float], ...]) -> Vector:
    return (
        sum(vector[0] * factor for vector, factor in parts),
        sum(vector[1] * factor for vector, factor in parts),
        sum(vector[2] * factor for vector, factor in parts),
    )
