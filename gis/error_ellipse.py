"""How far a place may be from where it is said to be, by direction."""

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ErrorEllipse:
    """One sigma along the longest direction and across it, in metres; `bearing_deg` of the longest, 0…180 clockwise
    from north."""

    major_m: float
    minor_m: float
    bearing_deg: float

    @property
    def radial_m(self) -> float:
        """One sigma of the distance from the true place."""
        return math.hypot(self.major_m, self.minor_m)


def ellipse_of(moves: Iterable[tuple[float, float]]) -> ErrorEllipse:
    """From what one sigma of each of several independent errors moves a place by, east and north in metres."""
    east = north = both = 0.0
    for to_east, to_north in moves:
        east += to_east * to_east
        north += to_north * to_north
        both += to_east * to_north
    middle, apart = (east + north) / 2, math.hypot((east - north) / 2, both)
    # The longest direction's angle from east, counter-clockwise.
    angle = math.atan2(2 * both, east - north) / 2
    return ErrorEllipse(
        math.sqrt(middle + apart), math.sqrt(max(middle - apart, 0.0)), (90.0 - math.degrees(angle)) % 180.0
    )
