"""Conditions every rule shares: place, hours, dwell, size. Pure."""

from zoneinfo import ZoneInfo

from config.cameras import SizeRange, Zone
from config.hours import within_hours
from vision.detection import Point
from vision.rules.history import ObjectHistory

LEAST_PRESENCE = 0.5


def contains(polygon: list[Point], point: Point) -> bool:
    """Whether `point` lies in `polygon` (even-odd); both in fractions of the picture."""
    x, y = point
    inside = False
    previous_x, previous_y = polygon[-1]
    for corner_x, corner_y in polygon:
        if (corner_y > y) != (previous_y > y):
            crossing = corner_x + (y - corner_y) * (previous_x - corner_x) / (previous_y - corner_y)
            inside ^= x < crossing
        previous_x, previous_y = corner_x, corner_y
    return inside


def in_force(zone: Zone, now: float, timezone: ZoneInfo) -> bool:
    return within_hours(zone.hours, now, timezone)


def has_dwelt(history: ObjectHistory, zone: Zone, share: float = 1.0) -> bool:
    """Long enough (`share` of the zone's dwell), seen for most of it, and seen now."""
    long_enough = history.stay_seconds >= share * zone.dwell_seconds
    return history.visible and long_enough and history.presence >= LEAST_PRESENCE


def fits(size_m: tuple[float, float], allowed: SizeRange) -> bool:
    return allowed.min_m <= max(size_m) <= allowed.max_m


def confidence_of(history: ObjectHistory) -> float:
    """What every rule starts from: does it keep still, is it a thing, was it there all the time. 0.3 to 0.8."""
    steady = min(1.0, max(0.0, (history.steadiness - 0.4) / 0.5))
    edge = min(1.0, max(0.0, 0.5 + history.edge_score))
    return 0.3 + 0.25 * steady + 0.15 * edge + 0.1 * history.presence
