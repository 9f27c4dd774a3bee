import pytest
from shapely import Point, Polygon

from gis.coverage import GridCoverage, coverage
from gis.dome_choice import Building, Skyline
from gis.grids import Grid
from gis.view_shed import Area
from tests.gis.cameras import LAT, LON
from tests.gis.domes import PLANE


def square(east: float, north: float, width: float, height: float) -> Polygon:
    ring = [(east, north), (east + width, north), (east + width, north + height), (east, north + height)]
    return Polygon([PLANE.to_degrees(*each) for each in ring])


GRIDS = [
    Grid("g1", "v", "一", "", "rural", square(0, 0, 100, 100)),
    Grid("g2", "v", "二", "", "rural", square(100, 0, 100, 100)),
    Grid("g3", "v", "三", "", "rural", square(0, 300, 100, 100)),
]


def of(sheds: dict[str, Area], skyline: Skyline | None = None) -> list[GridCoverage]:
    return coverage(GRIDS, sheds, skyline)


def test_shares_seen_and_seen_twice() -> None:
    first, second, third = of({"a": square(0, 0, 60, 100), "b": square(40, 0, 100, 100), "c": square(50, 0, 5, 100)})
    assert first.code == "g1"
    assert first.open_m2 == pytest.approx(10_000, rel=1e-4)
    assert first.seen == pytest.approx(1.0, abs=1e-4)
    assert first.double == pytest.approx(0.2, abs=1e-4)
    assert first.cameras == 3
    assert first.blind == ()
    assert second.seen == pytest.approx(0.4, abs=1e-4)
    assert (second.double, second.cameras) == (0.0, 1)
    assert (third.seen, third.cameras, len(third.blind)) == (0.0, 0, 1)
    assert coverage([], {}) == []


def test_blind_spots_are_where_nobody_looks_and_large_enough() -> None:
    # Left open: a yard of 32 by 30 m, a hole of 10 m, a seam 2 m wide and 100 m long.
    sheds: dict[str, Area] = {"a": square(32, 0, 68, 60), "b": square(32, 70, 68, 30), "c": square(32, 60, 20, 10),
                              "d": square(62, 60, 38, 10), "e": square(0, 30, 30, 70)}  # fmt: skip
    (spot,) = of(sheds)[0].blind
    assert spot.area_m2 == pytest.approx(32 * 30, rel=0.01)
    assert spot.outline.contains(Point(PLANE.to_degrees(15, 15)))
    assert [len(one.blind) for one in coverage(GRIDS[:1], sheds, least_blind_m2=90)] == [2]


def test_ground_under_buildings_is_not_counted() -> None:
    skyline = Skyline([Building(square(0, 0, 50, 100), 9.0)])
    first, *_ = of({"a": square(50, 0, 50, 50)}, skyline)
    assert first.open_m2 == pytest.approx(5000, rel=1e-4)
    assert first.seen == pytest.approx(0.5, abs=1e-3)
    assert [round(one.area_m2, -2) for one in first.blind] == [2500]
    whole = of({}, Skyline([Building(square(-5, -5, 110, 110), 9.0)]))[0]
    assert (whole.open_m2, whole.seen, whole.blind) == (0.0, 0.0, ())


def test_of_very_many_blind_spots_the_largest_are_told() -> None:
    strips: dict[str, Area] = {f"s{n}": square(n * 100.0 + 96, -20, 4, 40) for n in range(80)}
    wide = Grid("w", "v", "宽", "", "rural", square(0, -20, 8000, 40))
    (one,) = coverage([wide], strips)
    assert len(one.blind) == 50
    assert one.blind_left_out == 30
    assert abs(one.blind[0].outline.centroid.y - LAT) < 1e-4
    assert one.blind[0].outline.bounds[0] >= LON - 1e-6
