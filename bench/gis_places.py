"""In which of a city's grids a place lies."""

import random
import time

from shapely import Polygon

from gis.grids import Grid, GridMap

GRIDS, COLUMNS = 8436, 92
WEST, SOUTH, WIDTH, HEIGHT = 120.30, 29.70, 0.60, 0.50
PLACES = 20_000
_SIDE_POINTS = 8


def grid_of_point(seed: int) -> dict[str, float]:
    """Milliseconds for one place among 8436 grids whose borders meet."""
    chance, grids = random.Random(seed), city_grids(seed)
    places = [(WEST + chance.random() * WIDTH, SOUTH + chance.random() * HEIGHT) for _ in range(PLACES)]
    grids.containing(*places[0])  # makes the tree
    times, inside = [], 0
    for lon, lat in places:
        begun = time.perf_counter()
        found = grids.containing(lon, lat)
        times.append(time.perf_counter() - begun)
        inside += found is not None
    if inside < 0.97 * len(places):
        raise RuntimeError(f"only {inside} of {len(places)} places lie in a grid: this measures nothing")
    times.sort()
    return {"grids": len(grids.grids), "grid_of_point_p95_ms": round(times[int(0.95 * len(times))] * 1000, 4)}


def city_grids(seed: int) -> GridMap:
    """Neighbours share their border point by point: crooked lines between the corners of a mesh."""
    chance = random.Random(seed)
    rows = -(-GRIDS // COLUMNS)
    dx, dy = WIDTH / COLUMNS, HEIGHT / rows

    def jolt(share: float) -> float:
        return chance.uniform(-share, share)

    corner = {
        (x, y): (WEST + (x + jolt(0.2)) * dx, SOUTH + (y + jolt(0.2)) * dy)
        for x in range(COLUMNS + 1)
        for y in range(rows + 1)
    }

    def side(a: tuple[int, int], b: tuple[int, int]) -> list[tuple[float, float]]:
        (ax, ay), (bx, by) = corner[a], corner[b]
        shares = [n / _SIDE_POINTS for n in range(1, _SIDE_POINTS)]
        return [(ax + s * (bx - ax) + jolt(0.02) * dx, ay + s * (by - ay) + jolt(0.02) * dy) for s in shares]

    across = {(x, y): side((x, y), (x + 1, y)) for x in range(COLUMNS) for y in range(rows + 1)}
    upward = {(x, y): side((x, y), (x, y + 1)) for x in range(COLUMNS + 1) for y in range(rows)}
    grids = []
    for number in range(GRIDS):
        y, x = divmod(number, COLUMNS)
        ring = [corner[x, y], *across[x, y], corner[x + 1, y], *upward[x + 1, y], corner[x + 1, y + 1]]
        ring += [*across[x, y + 1][::-1], corner[x, y + 1], *upward[x, y][::-1]]
        code = f"330603{number:06d}"
        grids.append(Grid(code, code[:9], f"第{number}网格", f"Grid {number}", "residential", Polygon(ring)))
    return GridMap(tuple(grids))
