"""What a dome can be turned and zoomed to."""

import math
from dataclasses import dataclass
from enum import StrEnum

from gis.dome_mount import Direction

_SLACK_DEG = 1e-6
_OBJECT_SHARE = 0.8
"""Share of the picture's width that a shown object fills."""


class OutOfReach(StrEnum):
    """Why a dome cannot look there."""

    PAN_LIMIT = "pan_limit"
    TILT_TOO_HIGH = "tilt_too_high"
    TILT_TOO_LOW = "tilt_too_low"
    TOO_FAR = "too_far"


@dataclass(frozen=True, slots=True)
class Reach:
    """The direction to command: the one wanted, or the nearest within the limits."""

    direction: Direction
    missed_by_deg: float = 0.0
    """Degrees between what was wanted and `direction`."""
    problem: OutOfReach | None = None
    """None when the dome can look there."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Ends of pan, tilt (up positive) and magnification, lowest first. A pan of a whole turn has no ends."""

    pan_deg: tuple[float, float] = (-180.0, 180.0)
    tilt_deg: tuple[float, float] = (-90.0, 20.0)
    zoom: tuple[float, float] = (1.0, 30.0)

    def __post_init__(self) -> None:
        for name, (low, high) in (("pan_deg", self.pan_deg), ("tilt_deg", self.tilt_deg), ("zoom", self.zoom)):
            if not (math.isfinite(low) and math.isfinite(high) and low <= high):
                raise ValueError(f"{name}: ends must be finite, the lower first; got {low} and {high}")
        if self.zoom[0] <= 0:
            raise ValueError(f"zoom: must be above 0, got {self.zoom[0]}")

    @property
    def endless(self) -> bool:
        return self.pan_deg[1] - self.pan_deg[0] >= 360 - _SLACK_DEG

    def reach(self, wanted: Direction, now: Direction | None = None) -> Reach:
        """The nearest direction within the limits; of equal ones that with the pan nearest to where it stands `now`.

        A pan is the same after every whole turn. The dome is not turned over its pole: the picture would stand on its
        head.
        """
        low, high = self.pan_deg
        from_pan = now.pan_deg if now is not None else (low + high) / 2
        pans = [wanted.pan_deg + 360 * turn for turn in self._turns(wanted.pan_deg)]
        tilt = min(max(wanted.tilt_deg, self.tilt_deg[0]), self.tilt_deg[1])
        problem = None
        if abs(tilt - wanted.tilt_deg) > _SLACK_DEG:
            problem = OutOfReach.TILT_TOO_HIGH if wanted.tilt_deg > tilt else OutOfReach.TILT_TOO_LOW
        if pans:
            pan = min(pans, key=lambda each: (abs(each - from_pan), each))
        elif abs(math.cos(math.radians(wanted.tilt_deg))) < 1e-9:  # straight down every pan will do
            pan = min(max(from_pan, low), high)
        else:
            problem = OutOfReach.PAN_LIMIT
            pan = min(self.pan_deg, key=lambda end: abs(pan_turn_deg(end, wanted.pan_deg)))
        found = Direction(min(max(pan, low), high), tilt)
        return Reach(found, found.angle_to(wanted) if problem else 0.0, problem)

    def turn_deg(self, start: Direction, end: Direction) -> float:
        """Signed degrees of pan from one direction to another the way the dome goes: the short one if it is endless."""
        return pan_turn_deg(start.pan_deg, end.pan_deg) if self.endless else end.pan_deg - start.pan_deg

    def zoom_within(self, zoom: float) -> float:
        """The nearest magnification the dome has."""
        return min(max(zoom, self.zoom[0]), self.zoom[1])

    def _turns(self, pan: float) -> range:
        """Whole turns after which a pan lies within the ends."""
        low, high = self.pan_deg
        first = math.ceil((low - pan - _SLACK_DEG) / 360)
        return range(first, math.floor((high - pan + _SLACK_DEG) / 360) + 1)


def pan_turn_deg(start: float, end: float) -> float:
    """Signed degrees of the short way from one pan to another: -180 ≤ turn < 180."""
    return (end - start + 180) % 360 - 180


@dataclass(frozen=True, slots=True)
class ZoomLens:
    """Magnification is focal length: the tangent of half the field of view goes down as it goes up."""

    wide_hfov_deg: float
    """Horizontal field of view at magnification 1."""
    aspect: float = 16 / 9

    def __post_init__(self) -> None:
        if not 0 < self.wide_hfov_deg < 180:
            raise ValueError(f"wide_hfov_deg: must lie between 0 and 180, got {self.wide_hfov_deg}")
        if not self.aspect > 0:
            raise ValueError(f"aspect: must be above 0, got {self.aspect}")

    def hfov_deg(self, zoom: float) -> float:
        return 2 * math.degrees(math.atan(self.half_width(zoom)))

    def vfov_deg(self, zoom: float) -> float:
        return 2 * math.degrees(math.atan(self.half_width(zoom) / self.aspect))

    def half_width(self, zoom: float) -> float:
        """Half the width that the picture spans one metre away, in metres."""
        return math.tan(math.radians(self.wide_hfov_deg) / 2) / zoom

    def zoom_at(self, hfov_deg: float) -> float:
        """The magnification of a horizontal field of view; the inverse of `hfov_deg`."""
        return self.half_width(1.0) / math.tan(math.radians(hfov_deg) / 2)

    def zoom_to_show(self, width_m: float, distance_m: float, share: float = _OBJECT_SHARE) -> float:
        """The magnification at which so many metres across, so far away, fill that share of the picture's width.

        Not limited to what the lens has: `Limits.zoom_within`. Raises ValueError unless all three are above 0.
        """
        if not (width_m > 0 and distance_m > 0 and share > 0):
            raise ValueError("width, distance and share must be above 0")
        return 2 * self.half_width(1.0) * distance_m * share / width_m
