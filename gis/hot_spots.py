"""Where more happens than chance would have it: Getis-Ord Gi* over grids, with Benjamini-Hochberg for the many tests.

Getis & Ord 1992, Ord & Getis 1995 (eq. 14); Benjamini & Hochberg 1995. The chance of a score is not read off the normal
distribution, as is often done: where grids see a case now and then, that calls hot spots in most quiet towns. It is
counted: the same values are dealt out to the grids anew many times, and the scores of all of them are what chance does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

LEAST_GRIDS = 20
"""With fewer the sums around two grids are much of the whole, and nothing is told."""
LEAST_CASES = 30
FALSE_DISCOVERIES = 0.05
"""Of the grids called hot or cold, so many may be so by chance."""
DEALS, DEALT = 999, 2_000_000
"""How often values are dealt out anew, and how many scores that may make in all."""
_NEAR_DEG = 1e-5
"""Borders drawn by hand part by a metre and are one all the same."""
_BORDER_DEG = 1e-4
"""A shared border of some ten metres; grids that touch at a corner are no neighbours."""
_GEOD = Geod(ellps="WGS84")
Heat = Literal["hot", "cold"]
Pairs = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Score:
    """`z`: standard deviations above what the whole would lead one to expect around this grid; `p`: two-sided chance of
    one so far off where nothing is clustered; `q`: the same with all tests taken together. `heat` None: no more nor
    less than chance."""

    z: float
    p: float
    q: float
    heat: Heat | None


def neighbours(outlines: Sequence[BaseGeometry]) -> Pairs:
    """Rows (i, j), i < j, of outlines in degrees that share a border."""
    every = np.array(outlines, dtype=np.object_)
    if len(every) < 2:
        return np.empty((0, 2), dtype=np.intp)
    left, right = shapely.STRtree(every).query(every, predicate="dwithin", distance=_NEAR_DEG)
    once = left < right
    left, right = left[once], right[once]
    wide, borders = shapely.buffer(every, _NEAR_DEG, quad_segs=1), shapely.boundary(every)
    shared = shapely.length(shapely.intersection(wide[left], borders[right]))
    found: Pairs = np.column_stack((left, right))[shared > _BORDER_DEG]
    return found


def area_km2(outline: BaseGeometry) -> float:
    """On the ellipsoid, of an outline in degrees."""
    square_metres, _ = _GEOD.geometry_area_perimeter(outline)
    return abs(float(square_metres)) / 1e6


@dataclass(frozen=True, slots=True)
class _Around:
    """For each place, how it is summed with its neighbours: `members` of all places in turn, each place's beginning at
    its one of `starts`, `weights` many."""

    members: NDArray[np.intp]
    starts: NDArray[np.intp]
    weights: NDArray[np.float64]

    def scores(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        n, weights = len(x), self.weights
        sums = np.add.reduceat(x[self.members], self.starts)
        width = x.std() * np.sqrt(np.maximum(n * weights - weights**2, 0.0) / (n - 1))
        z: NDArray[np.float64] = np.divide(sums - x.mean() * weights, width, out=np.zeros(n), where=width > 0)
        return z


def gi_star(values: Sequence[float] | NDArray[np.float64], pairs: Pairs) -> NDArray[np.float64] | None:
    """z of each place, itself counted among its neighbours, all weights 1. None where all values are the same."""
    x = np.asarray(values, dtype=np.float64)
    return _around(len(x), pairs).scores(x) if _differ(x) else None


def adjusted(p: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    """Benjamini-Hochberg: the false discovery rate at which each would just be told."""
    given = np.asarray(p, dtype=np.float64)
    order = np.argsort(given)[::-1]
    ranks = np.arange(len(given), 0, -1)
    q = np.empty(len(given))
    q[order] = np.minimum.accumulate(np.minimum(1.0, given[order] * len(given) / ranks))
    return q


def hot_spots(values: Sequence[float], pairs: Pairs, cases: int, random: np.random.Generator) -> list[Score] | None:
    """One score for each place, in the order given. `cases`: how many there are behind the values. None where there is
    too little to tell, see LEAST_GRIDS and LEAST_CASES. The same generator gives the same answer."""
    x = np.asarray(values, dtype=np.float64)
    if len(x) < LEAST_GRIDS or cases < LEAST_CASES or not _differ(x):
        return None
    around = _around(len(x), pairs)
    scores = around.scores(x)
    deals = max(1, min(DEALS, DEALT // len(x)))
    chance = np.sort(np.concatenate([around.scores(random.permutation(x)) for _ in range(deals)]))
    # Sums in another order differ in the last digit: what is equal must count as equal.
    above = len(chance) - np.searchsorted(chance, scores - 1e-9, side="left")
    below = np.searchsorted(chance, scores + 1e-9, side="right")
    p = np.minimum(1.0, 2 * (np.minimum(above, below) + 1) / (len(chance) + 1))
    return [
        Score(float(z), float(p), float(q), None if q > FALSE_DISCOVERIES else "hot" if z > 0 else "cold")
        for z, p, q in zip(scores, p, adjusted(p), strict=True)
    ]


def _differ(x: NDArray[np.float64]) -> bool:
    return len(x) > 1 and float(x.std()) > 1e-12 * max(1.0, float(np.abs(x).max()))


def _around(n: int, pairs: Pairs) -> _Around:
    each = np.arange(n, dtype=np.intp)
    here = np.concatenate((each, pairs[:, 0], pairs[:, 1]))
    there = np.concatenate((each, pairs[:, 1], pairs[:, 0]))
    order = np.argsort(here, kind="stable")
    weights = np.bincount(here, minlength=n)
    starts = np.concatenate(([0], np.cumsum(weights)[:-1])).astype(np.intp)
    return _Around(there[order], starts, weights.astype(np.float64))
