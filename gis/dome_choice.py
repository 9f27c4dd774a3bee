"""Which of several domes sees a place best, and why."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from shapely import LineString, Point, Polygon, STRtree
from shapely.geometry.base import BaseGeometry

from gis.dome import DROP_PER_M2, Dome
from gis.dome_limits import OutOfReach, Reach
from gis.dome_mount import Direction
from gis.pinhole import Vector

# A suburb of ITU-R P.1410: a tenth of the land built over, 750 buildings on a square kilometre, heights by Rayleigh.
_BUILDINGS_PER_M = math.sqrt(0.1 * 750) / 1000
_ROOF_M = 8.0
_LIKELY = 0.5
_WELL_FRAMED_M = 10.0
"""A dome that can fill its picture with so many metres at the place shows half as well as one that stands at it."""
_FLAT_DEG = 1.0
"""So near to level a street shows half as well as from above."""
_GROUND_SLACK = 0.02
"""A place is not hidden by ground met in the last share of the way: the grid's cells are coarser than that."""


class SightReason(StrEnum):
    """What speaks for or against a dome. The last four: it cannot look there at all."""

    CLEAR = "clear"
    LIKELY_CLEAR = "likely_clear"
    LIKELY_HIDDEN = "likely_hidden"
    HIDDEN_BY_BUILDING = "hidden_by_building"
    HIDDEN_BY_GROUND = "hidden_by_ground"
    PAN_LIMIT = "pan_limit"
    TILT_TOO_HIGH = "tilt_too_high"
    TILT_TOO_LOW = "tilt_too_low"
    TOO_FAR = "too_far"


@dataclass(frozen=True, slots=True)
class Building:
    """An outline in (lon, lat) with the height of its roof above the ground."""

    outline: Polygon
    height_m: float


@dataclass(frozen=True, slots=True)
class Skyline:
    """All buildings of a town that may stand in a line of sight."""

    buildings: Sequence[Building]
    _tree: STRtree = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_tree", STRtree([building.outline for building in self.buildings]))

    def crossing(self, shapes: Sequence[BaseGeometry]) -> NDArray[np.int64]:
        """Rows of (number of the shape, number of the building) for all that meet, in the order of the shapes."""
        pairs = self._tree.query(np.asarray(shapes, dtype=object), predicate="intersects")
        result: NDArray[np.int64] = pairs.T[np.lexsort((pairs[1], pairs[0]))]
        return result

    def hides(self, dome: Dome, lon: float, lat: float, height_m: float = 0.0) -> Building | None:
        """A building that hides a place from a dome. The one the dome stands on, and the one at the place, do not."""
        line = LineString([(dome.lon, dome.lat), (lon, lat)])
        for index in self._tree.query(line, predicate="intersects"):
            building = self.buildings[int(index)]
            if building.outline.covers(Point(dome.lon, dome.lat)) or building.outline.covers(Point(lon, lat)):
                continue
            if _stands_in(building, line, dome, dome.vector_to(lon, lat, height_m)):
                return building
        return None


@dataclass(frozen=True, slots=True)
class Sight:
    """What one dome can show of a place. `score` only orders domes: 0 cannot, 1 could not be better."""

    dome: str
    reason: SightReason
    reach: Reach
    score: float
    clear: float
    """How likely nothing stands in between: 0 or 1 where the buildings are known."""
    distance_m: float
    dip_deg: float
    """How steeply it looks down at the place; negative: up."""
    narrowest_m: float
    """Metres at the place that fill the picture's width at full zoom."""

    @property
    def possible(self) -> bool:
        return self.reach.problem is None


def rank_domes(
    domes: Mapping[str, Dome],
    lon: float,
    lat: float,
    height_m: float = 0.0,
    skyline: Skyline | None = None,
    now: Mapping[str, Direction] | None = None,
) -> list[Sight]:
    """All domes, best first: those that can look at the place before the rest, then by score, then by name.

    With a `skyline` lines of sight are tested against its buildings; without one a guess is made from distance and
    height. Hidden by the ground is told where a dome has an elevation grid. `now` says where domes point.
    """
    standing = now or {}
    sights = [_sight(name, dome, (lon, lat, height_m), skyline, standing.get(name)) for name, dome in domes.items()]
    return sorted(sights, key=lambda sight: (not sight.possible, -sight.score, sight.distance_m, sight.dome))


def likely_clear(dome: Dome, lon: float, lat: float, height_m: float = 0.0) -> float:
    """How likely no building of an ordinary suburb stands between a dome and a place, 0…1.

    Buildings meet the line by chance (ITU-R P.1410: so many on a kilometre, heights Rayleigh distributed), taken as
    dense, so that the number falls smoothly with distance and rises with the steepness of the look.
    """
    east, north, up = dome.vector_to(lon, lat, height_m)
    distance = math.hypot(east, north)
    low, high = sorted((max(height_m, 0.0), max(height_m - up, 0.0)))
    # The mean over the way of the share of roofs that rise above the ray: exp(-h² / 2 γ²) between its two heights.
    if high - low < 1e-3:
        above = math.exp(-((low / _ROOF_M) ** 2) / 2)
    else:
        ends = [math.erf(each / (_ROOF_M * math.sqrt(2))) for each in (low, high)]
        above = _ROOF_M * math.sqrt(math.pi / 2) * (ends[1] - ends[0]) / (high - low)
    return math.exp(-_BUILDINGS_PER_M * distance * above)


def _sight(
    name: str, dome: Dome, place: tuple[float, float, float], skyline: Skyline | None, now: Direction | None
) -> Sight:
    east, north, up = dome.vector_to(*place)
    distance, slant = math.hypot(east, north), math.hypot(east, north, up)
    dip = math.degrees(math.atan2(-up, distance))
    reach = dome.direction_to(*place, now=now)
    reason, clear = clearness(dome, place, skyline, reach.problem)
    narrowest = 2 * slant * dome.lens.half_width(dome.limits.zoom[1])
    score = 0.0 if reach.problem else score_of(clear, narrowest, dip, place[2] < dome.height_m / 2)
    return Sight(name, reason, reach, score, clear, distance, dip, narrowest)


def score_of(clear: float, narrowest_m: float, dip_deg: float, street: bool) -> float:
    """0…1, for ordering: how likely it is seen, how large, and, of a street, how steeply from above. A place level with
    the lens or above it is not a street: looking flat is then no fault."""
    detail, steep = 1 / (1 + narrowest_m / _WELL_FRAMED_M), max(dip_deg, 0.0) / (max(dip_deg, 0.0) + _FLAT_DEG)
    return clear * detail * (steep if street else 1.0)


def clearness(
    dome: Dome, place: tuple[float, float, float], skyline: Skyline | None, problem: OutOfReach | None
) -> tuple[SightReason, float]:
    """What speaks for or against a line of sight, and how likely nothing stands in it."""
    if problem is not None:
        return SightReason(problem.value), 0.0
    if dome.elevation is not None and _ground_hides(dome, place):
        return SightReason.HIDDEN_BY_GROUND, 0.0
    if skyline is not None:
        hidden = skyline.hides(dome, *place) is not None
        return (SightReason.HIDDEN_BY_BUILDING, 0.0) if hidden else (SightReason.CLEAR, 1.0)
    clear = likely_clear(dome, *place)
    return (SightReason.LIKELY_CLEAR if clear >= _LIKELY else SightReason.LIKELY_HIDDEN), clear


def _ground_hides(dome: Dome, place: tuple[float, float, float]) -> bool:
    vector = dome.vector_to(*place)
    slant = math.hypot(*vector)
    met = dome.meet((vector[0] / slant, vector[1] / slant, vector[2] / slant))
    return met is not None and math.hypot(met[0], met[1]) < math.hypot(vector[0], vector[1]) * (1 - _GROUND_SLACK) - 1


def _stands_in(building: Building, line: LineString, dome: Dome, vector: Vector) -> bool:
    """Whether the ray runs below the roof anywhere over the outline; it does so first at one of the ends."""
    middle = building.outline.representative_point()
    roof = dome.ground_m(middle.x, middle.y) + building.height_m
    for fraction in _fractions(line.intersection(building.outline), line):
        over_ground = fraction * math.hypot(vector[0], vector[1])
        if dome.height_m + vector[2] * fraction + DROP_PER_M2 * over_ground**2 < roof:
            return True
    return False


def _fractions(shape: BaseGeometry, line: LineString) -> list[float]:
    """How far along the line the corners of a part of it lie, 0…1."""
    return [
        line.project(Point(corner), normalized=True)
        for part in getattr(shape, "geoms", [shape])
        for corner in part.coords
    ]
