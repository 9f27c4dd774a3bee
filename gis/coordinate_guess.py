"""Which coordinate system a table of places is in, found by where its cameras would hang.

Under the right system cameras lie in the villages they are said to be in, and beside roads; under GCJ-02 or BD-09
taken for WGS 84 they lie hundreds of metres off.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from gis.chinese_coordinates import Place
from gis.coordinate_systems import candidates, shown_system, to_wgs84
from gis.plane import Plane

CERTAIN, LIKELY = 0.99, 0.9
_INSIDE, _OUTSIDE = 0.97, 0.03
"""How often a camera lies in the village its row names: villages' borders are drawn by hand, and rows hold errors."""
_BESIDE_ROAD_M = 15.0
_FAR_SHARE = 0.15
"""Cameras in parks and yards, whose distance to a road says nothing."""
_FAR_M = 400.0
_TOGETHER = 3.0
"""Cameras of one village err together: so many count as one piece of evidence."""


@dataclass(frozen=True, slots=True)
class Row:
    """Numbers as the table has them, and the outline they should lie in (WGS 84), None where it is not known."""

    x: float
    y: float
    within: BaseGeometry | None


@dataclass(frozen=True, slots=True)
class Fit:
    """How the table looks under one system: the share of rows inside their outlines, the median distance to the nearest
    road; None where outlines or roads are not known."""

    system: str
    inside: float | None
    road_m: float | None
    confidence: float

    def __str__(self) -> str:
        inside = f", {self.inside:.0%} inside the area they should be in" if self.inside is not None else ""
        roads = f", median {self.road_m:.0f} m from a road" if self.road_m is not None else ""
        return f"{shown_system(self.system)}{inside}{roads}"


@dataclass(frozen=True, slots=True)
class Guess:
    """`fits`, the best first; empty where the numbers are of no system known here."""

    fits: tuple[Fit, ...]

    @property
    def best(self) -> Fit | None:
        return self.fits[0] if self.fits else None

    @property
    def verdict(self) -> str:
        """`certain`, `likely`, `unclear` or `none`. A best fit with most cameras outside is unclear, however far
        ahead it is: the true system may not be among those tried."""
        best = self.best
        if best is None:
            return "none"
        if (best.inside is not None and best.inside < 0.5) or best.confidence < LIKELY:
            return "unclear"
        return "certain" if best.confidence >= CERTAIN else "likely"


def guess_system(rows: Sequence[Row], roads: Sequence[BaseGeometry], around: Place) -> Guess:
    """`roads` are WGS 84 lines, `around` is (lon, lat) of the middle of the town."""
    systems = candidates([(row.x, row.y) for row in rows], around[0])
    if not systems or not rows:
        return Guess(())
    ground = _Ground.of(roads, around)
    weighed = {system: ground.weigh(system, rows) for system in systems}
    best = max(one.weight for one in weighed.values())
    shares = {system: math.exp((one.weight - best) / _TOGETHER) for system, one in weighed.items()}
    total = sum(shares.values())
    fits = [Fit(system, one.inside, one.road_m, shares[system] / total) for system, one in weighed.items()]
    return Guess(tuple(sorted(fits, key=lambda fit: -fit.confidence)))


@dataclass(frozen=True, slots=True)
class _Weighed:
    weight: float
    """Logarithm of the likelihood."""
    inside: float | None
    road_m: float | None


@dataclass(frozen=True, slots=True)
class _Ground:
    plane: Plane
    roads: STRtree | None

    @classmethod
    def of(cls, roads: Sequence[BaseGeometry], around: Place) -> "_Ground":
        plane = Plane(*around)

        def metres(degrees: "np.ndarray[tuple[int, int], np.dtype[np.float64]]") -> "np.ndarray[Any, Any]":
            return np.array([plane.to_metres(lon, lat) for lon, lat in degrees]).reshape(-1, 2)

        lines = [shapely.transform(road, metres) for road in roads if not road.is_empty]
        return cls(plane, STRtree(lines) if lines else None)

    def weigh(self, system: str, rows: Sequence[Row]) -> _Weighed:
        places = [_place(system, row) for row in rows]
        known = [
            place is not None and bool(row.within.contains(shapely.Point(place)))
            for row, place in zip(rows, places, strict=True)
            if row.within is not None
        ]
        weight = sum(math.log(_INSIDE if inside else _OUTSIDE) for inside in known)
        distances = self._to_roads(places)
        for distance in distances:
            beside = math.exp(-distance / _BESIDE_ROAD_M) / _BESIDE_ROAD_M
            weight += math.log((1 - _FAR_SHARE) * beside + _FAR_SHARE / _FAR_M)
        median = float(np.median(distances)) if distances else None
        return _Weighed(weight, sum(known) / len(known) if known else None, median)

    def _to_roads(self, places: Sequence[Place | None]) -> list[float]:
        """Metres to the nearest road, at most _FAR_M; that also for a row whose numbers are of another system."""
        if self.roads is None:
            return []
        there = [shapely.Point(self.plane.to_metres(*place)) for place in places if place is not None]
        found = [_FAR_M] * (len(places) - len(there))
        if there:
            nearest = self.roads.geometries.take(self.roads.nearest(there))
            found += [min(float(one), _FAR_M) for one in shapely.distance(nearest, there)]
        return found


def _place(system: str, row: Row) -> Place | None:
    try:
        return to_wgs84(system, row.x, row.y)
    except ValueError:
        return None
