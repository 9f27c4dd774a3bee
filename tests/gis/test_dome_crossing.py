import math
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.dome import Dome, PointingErrors
from gis.dome_crossing import CrossingError, LineOfSight, cross
from gis.dome_mount import Direction, Mount
from tests.gis.domes import ALL_ROUND, PLANE, dome

TOWERS = [
    replace(dome(Mount(10 * index, 1 + index, -index), height_m=40 + 5 * index), lon=lon, lat=lat, foot_m=5.0 * index)
    for index, (lon, lat) in enumerate(
        PLANE.to_degrees(*each) for each in ((0.0, 0.0), (2600.0, 300.0), (900.0, 2400.0))
    )
]


def looking(domes: list[Dome], east: float, north: float, level_m: float) -> list[LineOfSight]:
    lon, lat = PLANE.to_degrees(east, north)
    return [
        LineOfSight(each, each.mount.to_device(each.vector_to_level(lon, lat, level_m)), zoom=5.0) for each in domes
    ]


@settings(max_examples=40, deadline=None)
@given(st.floats(500, 2000), st.floats(600, 2000), st.floats(0, 150))
def test_exact_rays_give_the_place(east: float, north: float, level_m: float) -> None:
    found = cross(looking(TOWERS, east, north, level_m))
    assert PLANE.to_metres(found.lon, found.lat) == pytest.approx((east, north), abs=1e-3)
    assert found.height_m == pytest.approx(level_m, abs=1e-3)  # the first tower's foot is at 0
    assert max(found.missed_by_m) < 1e-3
    assert found.agree


def test_the_error_is_the_size_of_what_drawn_domes_show() -> None:
    random_ = random.Random(1)
    towers = [replace(each, limits=ALL_ROUND, errors=PointingErrors(0.2, 0.1, 0.05)) for each in TOWERS[:2]]
    sights = looking(towers, 1200, 1500, 60)
    told = cross(sights)
    squares, agreed = [], 0
    for _ in range(120):
        off = []
        for each in sights:
            mount = each.dome.mount
            turned = Mount(
                mount.heading_deg + random_.gauss(0, 0.2),
                mount.pitch_deg + random_.gauss(0, 0.1),
                mount.roll_deg + random_.gauss(0, 0.1),
            )
            off.append(replace(each, dome=replace(each.dome, mount=turned)))
        found = cross(off)
        agreed += found.agree
        squares.append(math.dist(PLANE.to_metres(found.lon, found.lat), (1200, 1500)) ** 2)
    assert told.error_m == pytest.approx(math.sqrt(sum(squares) / len(squares)), rel=0.25)
    assert told.error_m == pytest.approx(math.hypot(told.major_m, told.minor_m))
    assert told.height_error_m > 0
    assert agreed > 112


def test_the_ellipse_lies_along_the_rays_that_cross_flatly() -> None:
    west, east = (replace(dome(), lon=PLANE.to_degrees(x, 0)[0]) for x in (-100.0, 100.0))
    found = cross(looking([west, east], 0, 1500, 0))
    assert found.major_m > 3 * found.minor_m
    assert min(found.major_bearing_deg, 180 - found.major_bearing_deg) < 5


def test_a_third_tower_makes_it_surer() -> None:
    assert cross(looking(TOWERS, 1200, 1500, 60)).error_m < cross(looking(TOWERS[:2], 1200, 1500, 60)).error_m


def test_towers_that_look_at_different_things_do_not_agree() -> None:
    sights = looking(TOWERS, 1200, 1500, 60)
    direction = sights[2].direction
    sights[2] = replace(sights[2], direction=Direction(direction.pan_deg + 15, direction.tilt_deg))
    found = cross(sights)
    assert not found.agree
    assert max(found.missed_by_m) > 50


def test_nearly_parallel_and_diverging_rays_are_refused() -> None:
    with pytest.raises(CrossingError, match=r"cross at 0\.\d° only"):
        cross(looking([TOWERS[0], replace(TOWERS[0], lon=TOWERS[0].lon + 1e-5)], 0, 1500, 0))
    level = dome(), replace(dome(), lon=PLANE.to_degrees(500, 0)[0])
    with pytest.raises(CrossingError, match="run apart"):
        cross([LineOfSight(level[0], Direction(-30, -1)), LineOfSight(level[1], Direction(30, -1))])
    with pytest.raises(CrossingError, match="needs 2 to 16"):
        cross(looking(TOWERS[:1], 0, 1500, 0))
