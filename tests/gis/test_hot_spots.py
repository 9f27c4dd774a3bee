import numpy as np
import pytest
from shapely import Polygon, box

from gis.hot_spots import adjusted, area_km2, gi_star, hot_spots, neighbours

SIZE = 0.002


def dice() -> np.random.Generator:
    return np.random.default_rng(0)


def town(width: int, height: int, gap: float = 0.0) -> list[Polygon]:
    return [
        box(120.4 + x * SIZE, 30.0 + y * SIZE, 120.4 + (x + 1) * SIZE - gap, 30.0 + (y + 1) * SIZE - gap)
        for y in range(height)
        for x in range(width)
    ]


@pytest.mark.parametrize("gap", [0.0, 4e-6], ids=["borders meet", "borders part by less than a metre"])
def test_neighbours_share_a_border_and_not_a_corner(gap: float) -> None:
    found = {tuple(one) for one in neighbours(town(3, 3, gap)).tolist()}
    assert found == {(0, 1), (1, 2), (3, 4), (4, 5), (6, 7), (7, 8), (0, 3), (3, 6), (1, 4), (4, 7), (2, 5), (5, 8)}
    assert len(neighbours([])) == len(neighbours(town(1, 1))) == 0
    apart = [*town(1, 1), box(121.0, 30.0, 121.1, 30.1)]
    assert len(neighbours(apart)) == 0


def test_a_grid_within_the_hole_of_another_is_its_neighbour() -> None:
    ring = box(120.0, 30.0, 120.3, 30.3).difference(box(120.1, 30.1, 120.2, 30.2))
    assert neighbours([ring, box(120.1, 30.1, 120.2, 30.2)]).tolist() == [[0, 1]]


def test_area_is_that_of_the_ellipsoid() -> None:
    # A degree square at the equator, by Karney's polygon area: 12 308.778 km².
    assert area_km2(box(0, 0, 1, 1)) == pytest.approx(12308.778, abs=0.01)


def test_gi_star_is_the_formula_written_out() -> None:
    rng = np.random.default_rng(3)
    values, pairs = rng.poisson(4, 25).astype(float), neighbours(town(5, 5))
    weights = np.eye(25)
    for i, j in pairs:
        weights[i, j] = weights[j, i] = 1
    n, mean = 25, values.mean()
    s = np.sqrt((values**2).mean() - mean**2)
    w = weights.sum(1)
    expected = (weights @ values - mean * w) / (s * np.sqrt((n * (weights**2).sum(1) - w**2) / (n - 1)))
    found = gi_star(values, pairs)
    assert found is not None
    assert found == pytest.approx(expected)


def test_benjamini_hochberg_against_worked_numbers() -> None:
    """As R's p.adjust(p, "BH") has it."""
    p = [0.01, 0.02, 0.03, 0.04, 0.05, 0.5]
    assert adjusted(p) == pytest.approx([0.06, 0.06, 0.06, 0.06, 0.06, 0.5])
    assert adjusted([0.5, 0.001, 0.04]) == pytest.approx([0.5, 0.003, 0.06])


@pytest.mark.parametrize("often", [0.1, 1.0, 5.0])
def test_chance_alone_makes_no_hot_spots(often: float) -> None:
    """Also where grids see a case now and then: the normal distribution calls one in nearly each at 0.1."""
    pairs, told = neighbours(town(20, 20)), 0
    for seed in range(20):
        values = np.random.default_rng(seed).poisson(often, 400).astype(float)
        scores = hot_spots(values.tolist(), pairs, 400, dice())
        assert scores is not None
        told += any(one.heat for one in scores)
    # At a false discovery rate of 5 % about one of twenty quiet towns is told of anything at all.
    assert told <= 3


def test_a_cluster_is_hot_and_what_is_far_from_it_is_not() -> None:
    values = np.random.default_rng(7).poisson(5, 900).astype(float)
    cluster = {y * 30 + x for y in range(10, 14) for x in range(10, 14)}
    values[sorted(cluster)] += 10
    scores = hot_spots(values.tolist(), neighbours(town(30, 30)), int(values.sum()), dice())
    assert scores is not None
    hot = {number for number, one in enumerate(scores) if one.heat == "hot"}
    assert len(hot & cluster) >= 14
    around = {cell + step for cell in cluster for step in (-1, 1, -30, 30)}
    assert len(hot - cluster - around) <= 2
    assert scores == hot_spots(values.tolist(), neighbours(town(30, 30)), int(values.sum()), dice())


def test_a_quiet_corner_is_cold() -> None:
    values = np.random.default_rng(1).poisson(20, 400).astype(float)
    quiet = [y * 20 + x for y in range(5) for x in range(5)]
    values[quiet] = 0
    scores = hot_spots(values.tolist(), neighbours(town(20, 20)), int(values.sum()), dice())
    assert scores is not None
    assert {scores[y * 20 + x].heat for y in range(4) for x in range(4)} == {"cold"}


SILENT = {
    "too few grids": ([5.0, 9.0, 1.0] * 3, 3, 3, 45),
    "too few cases": ([1.0] + [0.0] * 24, 5, 5, 1),
    "all the same": ([4.0] * 25, 5, 5, 100),
}


@pytest.mark.parametrize(("values", "width", "height", "cases"), SILENT.values(), ids=SILENT.keys())
def test_nothing_is_told_where_there_is_too_little(values: list[float], width: int, height: int, cases: int) -> None:
    assert hot_spots(values, neighbours(town(width, height)), cases, dice()) is None
