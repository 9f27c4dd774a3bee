"""Radial distortion of a lens: Brown's first two terms, as OpenCV's k1 and k2.

Radii are tangents of the angle off the axis. A ray at radius r appears at r (1 + k1 r² + k2 r⁴); k1 below 0 is the
barrel of wide lenses. The polynomial turns back somewhere, a lens does not: from where its slope has sunk to a tenth it
goes on straight, so that every ray has one picture point and every picture point one ray.
"""

import math
from dataclasses import dataclass, field

LEAST_SLOPE = 0.1
_STEPS = 100
_EXACT = 1e-12


@dataclass(frozen=True, slots=True)
class Distortion:
    """A lens without any is `Distortion()`. Raises ValueError unless both are finite."""

    k1: float = 0.0
    k2: float = 0.0
    limit: float = field(init=False)
    """Radius from which it goes on straight; infinite where the slope never sinks so far."""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.k1) and math.isfinite(self.k2)):
            raise ValueError(f"k1 and k2 must be finite, got {self.k1} and {self.k2}")
        object.__setattr__(self, "limit", straight_from(self.k1, self.k2))

    @property
    def none(self) -> bool:
        return self.k1 == 0 and self.k2 == 0

    def distorted(self, radius: float) -> float:
        """Where a ray of that radius appears."""
        if radius <= self.limit:
            square = radius * radius
            return radius * (1 + square * (self.k1 + square * self.k2))
        return self.distorted(self.limit) + LEAST_SLOPE * (radius - self.limit)

    def undistorted(self, radius: float) -> float:
        """The ray that appears there; the inverse of `distorted` to a part in 10¹²."""
        edge = self.distorted(self.limit) if math.isfinite(self.limit) else math.inf
        if radius >= edge:
            return self.limit + (radius - edge) / LEAST_SLOPE
        low, high = 0.0, min(self.limit, max(radius, 1e-9) / LEAST_SLOPE)
        found = min(radius, high)
        for _ in range(_STEPS):
            missed = self.distorted(found) - radius
            if abs(missed) <= _EXACT * max(radius, 1.0):
                break
            low, high = (low, found) if missed > 0 else (found, high)
            square = found * found
            found -= missed / max(1 + square * (3 * self.k1 + square * 5 * self.k2), LEAST_SLOPE)
            if not low < found < high:
                found = (low + high) / 2
        return found


def straight_from(k1: float, k2: float) -> float:
    """The least radius at which the slope 1 + 3 k1 r² + 5 k2 r⁴ has sunk to a tenth; infinite where it does not."""
    a, b, c = 5 * k2, 3 * k1, 1 - LEAST_SLOPE
    if abs(a) < 1e-12:
        return math.sqrt(-c / b) if b < -1e-12 else math.inf
    root = b * b - 4 * a * c
    if root < 0:
        return math.inf
    squares = [square for square in ((-b - math.sqrt(root)) / (2 * a), (-b + math.sqrt(root)) / (2 * a)) if square > 0]
    return math.sqrt(min(squares)) if squares else math.inf
