"""What redrawn grids differ in from those there are: how large, and from which each was cut."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from gis.grid_draft import GridDraft
from gis.grids import GridMap
from gis.hot_spots import area_km2
from gis.rings import Area, usable

LEAST_SHARE = 0.02
"""Of a grid, that is told as coming from another: borders drawn anew by a hand's breadth are none."""
MOST_PARTS = 8
MOST_TOLD = 2_000
"""Grids looked at one by one, the largest: what a whole city was cut from nobody reads, and it takes ten seconds."""


@dataclass(frozen=True, slots=True)
class GridChange:
    """`what`: `new`, `gone`, `redrawn`, or `moved` where the outline stays and the village is another. `parts` of a new
    or redrawn grid: codes it was cut from, with the share of its ground; of one that is gone: codes that have its
    ground now. `place`: (lon, lat) in it."""

    code: str
    name: str
    what: str
    km2_before: float | None
    km2: float | None
    parts: tuple[tuple[str, float], ...]
    place: tuple[float, float]


def grid_changes(
    drafts: Sequence[GridDraft], before: GridMap, changed: Mapping[str, Sequence[str]]
) -> list[GridChange]:
    """`changed`: codes that are `new`, `gone` and `redrawn`. The largest first, of each way MOST_TOLD."""
    now: dict[str, Area] = {one.code: shape for one in drafts if (shape := usable(one.outline)[0]) is not None}
    was: dict[str, Area] = {grid.code: grid.outline for grid in before.grids}
    names = {one.code: one.name for one in drafts} | {
        code: grid.name for code in changed["gone"] if (grid := before.get(code)) is not None
    }
    came = _largest({code: now[code] for code in (*changed["new"], *changed["redrawn"])})
    went = _largest({code: was[code] for code in changed["gone"]})
    found = []
    for shapes, others in ((came, was), (went, now)):
        parts = _parts(shapes, others)
        for code, shape in shapes.items():
            what = "gone" if code in went else "redrawn" if code in was else "new"
            point = shape.representative_point()
            found.append(GridChange(code, names[code], what, _km2(was.get(code)), _km2(now.get(code)), parts[code],
                                    (round(point.x, 7), round(point.y, 7))))  # fmt: skip
    found.sort(key=lambda one: (-max(one.km2 or 0.0, one.km2_before or 0.0), one.code))
    return [*found, *_moved(drafts, before, now, set(changed["redrawn"]))]


def _largest(shapes: Mapping[str, Area]) -> dict[str, Area]:
    return dict(sorted(shapes.items(), key=lambda one: (-one[1].area, one[0]))[:MOST_TOLD])


def _parts(shapes: Mapping[str, Area], others: Mapping[str, Area]) -> dict[str, tuple[tuple[str, float], ...]]:
    """Of each shape the others it shares ground with, the most first."""
    parts: dict[str, list[tuple[str, float]]] = {code: [] for code in shapes}
    if shapes and others:
        codes, other_codes = list(shapes), list(others)
        mine, theirs = (np.array(list(one.values()), dtype=object) for one in (shapes, others))
        at, other = shapely.STRtree(theirs).query(mine, predicate="intersects")
        shares = shapely.area(shapely.intersection(mine[at], theirs[other])) / shapely.area(mine[at])
        for n in np.flatnonzero(shares >= LEAST_SHARE):
            parts[codes[at[n]]].append((other_codes[other[n]], round(float(shares[n]), 3)))
    return {code: tuple(sorted(some, key=lambda one: -one[1])[:MOST_PARTS]) for code, some in parts.items()}


def _moved(
    drafts: Sequence[GridDraft], before: GridMap, now: Mapping[str, Area], redrawn: set[str]
) -> list[GridChange]:
    """Cases of such a grid go with it to the other village: it is told even where nothing was drawn anew."""
    found = []
    for one in drafts:
        old = before.get(one.code)
        if old is not None and one.code in now and one.code not in redrawn and one.village != old.village:
            point = now[one.code].representative_point()
            size = _km2(now[one.code])
            found.append(GridChange(one.code, one.name, "moved", _km2(old.outline), size, (),
                                    (round(point.x, 7), round(point.y, 7))))  # fmt: skip
    return found


def _km2(shape: Area | None) -> float | None:
    return None if shape is None else round(area_km2(shape), 4)
