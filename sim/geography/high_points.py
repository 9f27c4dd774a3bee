"""The town's high points: how tall buildings are, where domes stand on telecom towers, and plates they can read."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from shapely import Polygon, get_coordinates

from sim.geography.names import Name
from sim.geography.sites import Site

PLATES = 24
_TRIANGLE = (200.0, 250.0, 1000.0)
"""Middle of the towers' triangle, and how far from it they stand."""
_BRANDS = ("hikvision", "dahua", "uniview")
_HALL_M2, _TOWN_RADIUS_M = 1200.0, 1150.0
_READABLE_M = (150.0, 1700.0)
_APART_M = 110.0
_FOOT_M = 0.25
_HALF_WIDTH_M = 2.2


def device_host(host: str, number: int) -> str:
    """Address of the device of dome `number`, counted from 1: one of its own, since ISAPI begins at a host's root.
    On Linux every 127.x.y.z is there without setting up anything."""
    return f"127.0.1.{number}" if host == "127.0.0.1" else host


@dataclass(frozen=True, slots=True)
class PlacedDome:
    """A dome on its tower: local metres, how its base truly stands, and what cameras.yaml says of that."""

    id: str
    name: Name
    area: str
    brand: str
    x: float
    y: float
    height_m: float
    heading_deg: float
    pitch_deg: float
    roll_deg: float
    rough_heading_deg: float


@dataclass(frozen=True, slots=True)
class PlacedPlate:
    code: int
    x: float
    y: float
    turned_deg: float
    seen_by: tuple[str, ...]


def building_heights(buildings: tuple[Polygon, ...], rng: Generator) -> tuple[float, ...]:
    """Halls are low, houses of two or three floors, blocks of the town higher, a few of them tall."""
    heights = []
    for shape in buildings:
        draw, tall = rng.random(2)
        middle = shape.centroid
        if shape.area > _HALL_M2:
            low, high = 8.0, 14.0
        elif math.hypot(middle.x, middle.y - 150.0) < _TOWN_RADIUS_M:
            low, high = (30.0, 48.0) if tall < 0.03 else (9.0, 21.0)
        else:
            low, high = 6.0, 12.0
        heights.append(round(float(low + (high - low) * draw), 1))
    return tuple(heights)


def place_domes(sites: tuple[Site, ...], count: int, rng: Generator) -> tuple[PlacedDome, ...]:
    """Evenly around the town's centre, beside a road each."""
    middle_x, middle_y, radius = _TRIANGLE
    fit = [site for site in sites if site.kind not in ("crossing", "bridge")]
    places = np.array([(site.x, site.y) for site in fit])
    start = float(rng.uniform(0, 2 * math.pi))
    domes = []
    for number in range(count):
        angle = start + 2 * math.pi * number / count
        wanted = (middle_x + radius * math.sin(angle), middle_y + radius * math.cos(angle))
        site = fit[int(np.argmin(np.hypot(*(places - wanted).T)))]
        heading = float(rng.uniform(0, 360))
        off = float(rng.uniform(2.0, 7.0)) * (1 if rng.random() < 0.5 else -1)
        place = site.village.name
        domes.append(
            PlacedDome(
                f"dome-{number + 1}",
                Name(f"{place.zh}{number + 1}号铁塔球机", f"{place.en.removesuffix(' Community')}, tower {number + 1}"),
                site.village.code, _BRANDS[number % len(_BRANDS)], round(site.x, 2), round(site.y, 2),
                round(float(rng.uniform(62, 88)), 1), round(heading, 3), round(float(rng.uniform(-1.4, 1.4)), 3),
                round(float(rng.uniform(-1.4, 1.4)), 3), round(heading + off, 0) % 360,
            )
        )  # fmt: skip
    return tuple(domes)


def place_plates(
    sites: tuple[Site, ...],
    buildings: tuple[Polygon, ...],
    heights: tuple[float, ...],
    domes: tuple[PlacedDome, ...],
    rng: Generator,
) -> tuple[PlacedPlate, ...]:
    """Beside roads, apart from one another, each in sight of two domes at least (one, where there is but one)."""
    sight = _Sight(buildings, heights)
    found: list[PlacedPlate] = []
    for index in rng.permutation(len(sites)):
        site = sites[int(index)]
        if len(found) == PLATES or not domes:
            break
        if any(math.hypot(site.x - one.x, site.y - one.y) < _APART_M for one in found):
            continue
        seen_by = tuple(dome.id for dome in domes if sight.is_free(dome, site.x, site.y))
        if len(seen_by) >= min(2, len(domes)):
            turned = round(float(rng.uniform(0, 90)), 1)
            found.append(PlacedPlate(len(found), round(site.x, 2), round(site.y, 2), turned, seen_by))
    return tuple(found)


class _Sight:
    def __init__(self, buildings: tuple[Polygon, ...], heights: tuple[float, ...]) -> None:
        outlines = [get_coordinates(shape)[:-1] for shape in buildings]
        most = max((len(outline) for outline in outlines), default=0)
        # Outlines of fewer corners repeat their last, which changes neither how far nor how wide they reach.
        padded = [np.r_[outline, np.repeat(outline[-1:], most - len(outline), axis=0)] for outline in outlines]
        self._corners = np.array(padded).reshape(-1, max(most, 1), 2)
        self._heights = np.array(heights)
        self._middles = self._corners.mean(axis=1)
        self._reach = np.hypot(*(self._corners - self._middles[:, None]).transpose(2, 0, 1)).max(axis=1)

    def is_free(self, dome: PlacedDome, x: float, y: float) -> bool:
        """Whether the dome sees a plate's foot there: no building reaches up to the line, and it is near enough."""
        length = math.hypot(x - dome.x, y - dome.y)
        if not _READABLE_M[0] <= length <= _READABLE_M[1]:
            return False
        ahead = np.array([x - dome.x, y - dome.y]) / length
        offset = (self._middles - (dome.x, dome.y)) @ (ahead[1], -ahead[0])
        near = np.flatnonzero(np.abs(offset) < self._reach + _HALF_WIDTH_M)
        away = self._corners[near] - (dome.x, dome.y)
        along, across = away @ ahead, away @ (ahead[1], -ahead[0])
        # A plate is three metres wide: what stands close beside the line hides a part of it.
        beside = (across.min(axis=1) < _HALF_WIDTH_M) & (across.max(axis=1) > -_HALF_WIDTH_M)
        between = beside & (along.max(axis=1) > 0) & (along.min(axis=1) < length)
        farthest = np.minimum(along.max(axis=1)[between], length)
        ray = _FOOT_M + (dome.height_m - _FOOT_M) * (1 - farthest / length)
        return not bool(np.any(self._heights[near][between] >= ray))
