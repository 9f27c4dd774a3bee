"""Domes made from a few numbers, and matrices written out as an independent measure."""

import math
import random

import numpy as np
from numpy.typing import NDArray

from gis.dome import Dome
from gis.dome_calibration import Aim
from gis.dome_limits import Limits, ZoomLens
from gis.dome_mount import Direction, Mount
from gis.plane import Plane
from tests.gis.cameras import LAT, LON

PLANE = Plane(LON, LAT)
ALL_ROUND = Limits(tilt_deg=(-90.0, 90.0))


def dome(
    mount: Mount | None = None, *, height_m: float = 80.0, limits: Limits = ALL_ROUND, range_m: float = 5000.0
) -> Dome:
    """A dome at (LON, LAT) with nothing in its way."""
    return Dome(LON, LAT, height_m, mount or Mount(), ZoomLens(60.0), limits, range_m)


def base_to_world(mount: Mount) -> NDArray[np.float64]:
    """The three turns as textbook matrices, active, about x = east, y = north, z = up."""
    heading, pitch, roll = (math.radians(each) for each in (mount.heading_deg, mount.pitch_deg, mount.roll_deg))

    def about_x(a: float) -> NDArray[np.float64]:
        return np.array([[1, 0, 0], [0, math.cos(a), -math.sin(a)], [0, math.sin(a), math.cos(a)]])

    def about_y(a: float) -> NDArray[np.float64]:
        return np.array([[math.cos(a), 0, math.sin(a)], [0, 1, 0], [-math.sin(a), 0, math.cos(a)]])

    def about_z(a: float) -> NDArray[np.float64]:
        return np.array([[math.cos(a), -math.sin(a), 0], [math.sin(a), math.cos(a), 0], [0, 0, 1]])

    # Heading is clockwise from above: against the mathematical sense. Positive roll about y sinks the right side.
    turned: NDArray[np.float64] = about_z(-heading) @ about_x(pitch) @ about_y(roll)
    return turned


def aims_at(
    aimed: Dome,
    places: list[tuple[float, float]],
    *,
    noise: random.Random | None = None,
    share: float = 0.01,
    reading_deg: float = 0.0,
) -> list[Aim]:
    """What an operator notes who aims a dome at places given as (east, north): each place is wrong by a share of its
    distance in a random direction, each reading by a normal error."""
    aims = []
    for east, north in places:
        true = aimed.direction_to(*PLANE.to_degrees(east, north)).direction
        if noise is not None:
            angle, away = noise.uniform(0, 2 * math.pi), share * math.hypot(east, north)
            east, north = east + away * math.sin(angle), north + away * math.cos(angle)
            true = Direction(true.pan_deg + noise.gauss(0, reading_deg), true.tilt_deg + noise.gauss(0, reading_deg))
        aims.append(Aim(*PLANE.to_degrees(east, north), true))
    return aims


def all_round(
    count: int, random_: random.Random, nearest_m: float = 150.0, farthest_m: float = 1500.0
) -> list[tuple[float, float]]:
    """(east, north) of places all round the dome, evenly, at drawn distances."""
    places = []
    for index in range(count):
        bearing = 2 * math.pi * (index + random_.random()) / count
        away = random_.uniform(nearest_m, farthest_m)
        places.append((away * math.sin(bearing), away * math.cos(bearing)))
    return places
