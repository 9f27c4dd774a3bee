"""Villages and grids: a partition of the town without gaps or overlaps.

The town is cut into some 1100 small cells; villages and grids are sets of cells. Neighbours therefore share their
border point by point.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from shapely import (
    MultiPoint,
    MultiPolygon,
    Point,
    Polygon,
    STRtree,
    coverage_simplify,
    coverage_union_all,
    get_parts,
    union_all,
    voronoi_polygons,
)

from sim.geography import names
from sim.geography.names import Name
from sim.geography.roads import Settlement
from sim.geography.terrain import Terrain, side_of_river

Shape = Polygon | MultiPolygon

CELLS = 1300
_SIMPLIFY_M = 28.0


@dataclass(frozen=True, slots=True)
class Village:
    """A village, or a community of the town itself."""

    code: str
    name: Name
    outline: Shape
    urban: bool


@dataclass(frozen=True, slots=True)
class GridCell:
    """A grid (网格), the smallest unit a grid worker answers for."""

    code: str
    village: str
    name: Name
    kind: str
    """residential, enterprise or dedicated."""
    outline: Polygon


@dataclass(frozen=True, slots=True)
class _Seed:
    name: Name
    x: float
    y: float
    reach: float
    """How far it draws cells, as a factor: communities are smaller than villages."""
    grids: int
    urban: bool


_COMMUNITY_SEEDS = (
    (-480, 120, 0.62, 6),
    (300, 820, 0.62, 6),
    (620, 20, 0.6, 6),
    (80, -800, 0.66, 5),
    (2080, 1010, 0.85, 8),
)


def village_places(terrain: Terrain, rng: Generator) -> tuple[Settlement, ...]:
    """Where the outlying villages lie: apart from one another, off the water and the hills."""
    hills = union_all([patch.outline for patch in terrain.green]).buffer(110)
    water = terrain.water.buffer(120)
    inner = terrain.outline.buffer(-520)
    taken: list[tuple[float, float]] = [(x, y) for x, y, _, _ in _COMMUNITY_SEEDS]
    taken += [(-900, 500), (0, 300), (1500, 900), (2600, 900)]
    places: list[Settlement] = []
    apart = 1350.0
    while len(places) < len(names.VILLAGES):
        for _ in range(400):
            x, y = float(rng.uniform(-3300, 3300)), float(rng.uniform(-2800, 2800))
            spot = Point(x, y)
            clear = inner.contains(spot) and not hills.contains(spot) and not water.contains(spot)
            if clear and all((x - a) ** 2 + (y - b) ** 2 > apart**2 for a, b in taken):
                places.append(Settlement(names.VILLAGES[len(places)], x, y))
                taken.append((x, y))
                break
        else:
            apart *= 0.93
    return tuple(places)


def make_partition(
    terrain: Terrain, settlements: tuple[Settlement, ...], rng: Generator
) -> tuple[tuple[Village, ...], tuple[GridCell, ...]]:
    """Villages and their grids; the villages' outlines are the unions of their grids'."""
    cells = _cells(terrain.outline, rng)
    neighbours = _neighbours(cells)
    centres = np.array([(cell.centroid.x, cell.centroid.y) for cell in cells])
    seeds = [
        _Seed(name, x, y, reach, grids, True)
        for name, (x, y, reach, grids) in zip(names.COMMUNITIES, _COMMUNITY_SEEDS, strict=True)
    ]
    seeds += [_Seed(place.name, place.x, place.y, 1.0, 2 + (number % 5 < 3), False)
              for number, place in enumerate(settlements)]  # fmt: skip
    village_of = _joined(_nearest_seed(terrain, centres, seeds), neighbours)
    owners: NDArray[np.int64] = np.full(len(cells), -1)
    plan: list[tuple[int, int]] = []
    for number, seed in enumerate(seeds):
        members = np.flatnonzero(village_of == number)
        labels = _clustered(centres[members], seed.grids, rng)
        for index in range(seed.grids):
            owners[members[labels == index]] = len(plan)
            plan.append((number, index))
        local = {int(cell): [n for n in neighbours[int(cell)] if village_of[n] == number] for cell in members}
        owners = _joined(owners, local)
    shapes = coverage_simplify([coverage_union_all(cells[owners == index]) for index in range(len(plan))], _SIMPLIFY_M)
    grids = _named_grids(list(shapes), plan, seeds)
    villages = tuple(
        Village(_village_code(number), seed.name,
                _union([grid.outline for grid in grids if grid.village == _village_code(number)]), seed.urban)
        for number, seed in enumerate(seeds)
    )  # fmt: skip
    return villages, grids


def _union(outlines: list[Polygon]) -> Shape:
    shape = coverage_union_all(outlines)
    if not isinstance(shape, Polygon | MultiPolygon):
        raise TypeError(f"the union of grids is a {shape.geom_type}")
    return shape


def _village_code(number: int) -> str:
    return f"{names.TOWN_CODE}{1 + number if number < len(names.COMMUNITIES) else 201 + number - 5:03d}"


_DEDICATED = ("学校", "school"), ("市场", "market"), ("景区", "scenic area"), ("车站", "bus station")


def _named_grids(shapes: list[Polygon], plan: list[tuple[int, int]], seeds: list[_Seed]) -> tuple[GridCell, ...]:
    grids = []
    for shape, (number, index) in zip(shapes, plan, strict=True):
        seed, code = seeds[number], _village_code(number)
        kind = "residential"
        if seed.name.zh == "兴业社区" and index < seed.grids - 1:
            kind = "enterprise"
        elif seed.urban and number < len(_DEDICATED) and index == seed.grids - 1:
            kind = "dedicated"
        zh, en = f"{seed.name.zh}第{names.NUMERALS[index]}网格", f"{seed.name.en}, grid {index + 1}"
        if kind == "enterprise":
            zh, en = f"{seed.name.zh}企业网格{index + 1}", f"{seed.name.en}, enterprise grid {index + 1}"
        elif kind == "dedicated":
            zh, en = f"{seed.name.zh}{_DEDICATED[number][0]}专属网格", f"{seed.name.en}, {_DEDICATED[number][1]} grid"
        grids.append(GridCell(f"{code}-{index + 1:02d}", code, Name(zh, en), kind, shape))
    return tuple(grids)


def _cells(outline: Polygon, rng: Generator) -> NDArray[np.object_]:
    """Small cells of even size, finer in the old centre; their union follows the outline as borders do, in corners."""
    grown = outline.buffer(220)
    west, south, east, north = grown.bounds
    points: list[tuple[float, float]] = []
    while len(points) < CELLS:
        x, y = float(rng.uniform(west, east)), float(rng.uniform(south, north))
        thin = 0.45 if x * x + y * y > 1500**2 else 1.0
        if rng.random() < thin and grown.contains(Point(x, y)):
            points.append((x, y))
    cells: NDArray[np.object_] = np.array([])
    for _ in range(3):  # Lloyd's relaxation
        cells = get_parts(voronoi_polygons(MultiPoint(points), extend_to=grown))
        points = [(cell.centroid.x, cell.centroid.y) for cell in (cell.intersection(grown) for cell in cells)]
    inside: NDArray[np.object_] = cells[[outline.contains(cell.centroid) for cell in cells]]
    return inside


def _neighbours(cells: NDArray[np.object_]) -> dict[int, list[int]]:
    """Cells that share more than a corner."""
    tree = STRtree(list(cells))
    found: dict[int, list[int]] = defaultdict(list)
    for a, b in tree.query(list(cells), predicate="intersects").T:
        if a < b and cells[a].intersection(cells[b]).length > 0.5:
            found[int(a)].append(int(b))
            found[int(b)].append(int(a))
    return found


def _nearest_seed(terrain: Terrain, centres: NDArray[np.float64], seeds: list[_Seed]) -> NDArray[np.int64]:
    """The river is a border wherever it can be: the far bank counts as 900 m farther."""
    banks = np.array([side_of_river(terrain.river, x, y) for x, y in centres])
    costs = []
    for seed in seeds:
        distance = np.hypot(centres[:, 0] - seed.x, centres[:, 1] - seed.y)
        bank = side_of_river(terrain.river, seed.x, seed.y)
        costs.append((distance + np.where(banks != bank, 900.0, 0.0)) / seed.reach)
    nearest: NDArray[np.int64] = np.argmin(costs, axis=0)
    return nearest


def _clustered(points: NDArray[np.float64], count: int, rng: Generator) -> NDArray[np.int64]:
    """k-means from starts far apart, each cluster of about the same size."""
    starts = [points[int(rng.integers(len(points)))]]
    while len(starts) < count:
        away = np.min([np.hypot(*(points - start).T) for start in starts], axis=0)
        starts.append(points[int(np.argmax(away))])
    means = np.array(starts)
    labels: NDArray[np.int64] = np.zeros(len(points), dtype=np.int64)
    for _ in range(25):
        labels = np.argmin(np.hypot(*(points[:, None] - means[None]).transpose(2, 0, 1)), axis=1)
        means = np.array([points[labels == k].mean(axis=0) if np.any(labels == k) else means[k] for k in range(count)])
    return labels


def _joined(labels: NDArray[np.int64], neighbours: dict[int, list[int]]) -> NDArray[np.int64]:
    """Give pieces cut off from their label's largest part to the neighbours around them."""
    labels = labels.copy()
    for _ in range(20):
        strays = _strays(labels, neighbours)
        if not strays:
            break
        for cell in strays:
            around = Counter(int(labels[n]) for n in neighbours[cell] if labels[n] != labels[cell])
            if around:
                labels[cell] = around.most_common(1)[0][0]
    return labels


def _strays(labels: NDArray[np.int64], neighbours: dict[int, list[int]]) -> list[int]:
    parts: dict[int, list[list[int]]] = defaultdict(list)
    seen: set[int] = set()
    for start in sorted(neighbours):
        if start in seen:
            continue
        part, waiting = [], [start]
        seen.add(start)
        while waiting:
            cell = waiting.pop()
            part.append(cell)
            for near in neighbours[cell]:
                if near not in seen and labels[near] == labels[start]:
                    seen.add(near)
                    waiting.append(near)
        parts[int(labels[start])].append(part)
    return [cell for pieces in parts.values() for part in sorted(pieces, key=len)[:-1] for cell in part]
