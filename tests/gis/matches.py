"""Matches of picture and map as a careful person makes them, for cameras whose pose is known."""

import random
from collections.abc import Sequence

from gis.camera_matches import Match
from gis.ground import PoseGround
from gis.plane import Plane
from tests.gis.cameras import LAT, LON

PLANE = Plane(LON, LAT)
SPREAD = ((0.12, 0.93), (0.88, 0.9), (0.3, 0.55), (0.75, 0.5), (0.5, 0.72), (0.1, 0.62), (0.92, 0.66), (0.45, 0.42))


def matched(
    ground: PoseGround, points: Sequence[tuple[float, float]], seed: int | None = None, place_m: float = 0.3
) -> list[Match]:
    """Exact ones without a seed; else two pixels of 1280 and so many metres off, one sigma each way."""
    chance = random.Random(seed)
    found = []
    for fx, fy in points:
        place = ground.place_at(fx, fy)
        assert place is not None, (fx, fy)
        if seed is not None:
            place = moved(place, chance.gauss(0, place_m), chance.gauss(0, place_m))
            fx, fy = fx + chance.gauss(0, 2 / 1280), fy + chance.gauss(0, 2 / 720)
        found.append(Match((fx, fy), *place))
    return found


def moved(place: tuple[float, float], east_m: float, north_m: float) -> tuple[float, float]:
    east, north = PLANE.to_metres(*place)
    return PLANE.to_degrees(east + east_m, north + north_m)
