"""How fast a dome turns at a magnification, so that the picture goes by as fast as at its widest. Pure."""

import math
from dataclasses import dataclass

FINEST = 0.01
"""Many devices count speeds in hundredths of the full one, and round what is less to nothing."""


@dataclass(frozen=True, slots=True)
class Speeds:
    """Shares of full speed, -1 to 1: clockwise, up and closer positive."""

    pan: float
    tilt: float
    zoom: float


def slowing(zoom: float | None, wide_hfov_deg: float) -> float:
    """By how much the view is narrower than at its widest, 0 to 1; 1 where the magnification is not known."""
    if zoom is None or zoom <= 1:
        return 1.0
    half = math.radians(wide_hfov_deg) / 2
    return math.atan(math.tan(half) / zoom) / half


def at_zoom(wanted: Speeds, zoom: float | None, wide_hfov_deg: float) -> Speeds:
    """Pan and tilt as shares of full speed at a magnification. What is meant to move does; zoom stays as it is."""
    factor = slowing(zoom, wide_hfov_deg)

    def slowed(speed: float) -> float:
        return math.copysign(max(abs(speed) * factor, min(abs(speed), FINEST)), speed) if speed else 0.0

    return Speeds(slowed(wanted.pan), slowed(wanted.tilt), wanted.zoom)


def differ(one: Speeds, other: Speeds) -> bool:
    """By more than an eye sees: a tenth of the speed, or one of them stands where the other moves."""
    pairs = ((one.pan, other.pan), (one.tilt, other.tilt), (one.zoom, other.zoom))
    return any(a != b and (abs(a - b) > 0.1 * max(abs(a), abs(b)) or 0.0 in (a, b)) for a, b in pairs)
