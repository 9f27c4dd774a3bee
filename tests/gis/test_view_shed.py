import math
from dataclasses import replace

import numpy as np
import pytest
import shapely
from shapely import MultiPolygon, Point, Polygon

from gis.dome import Dome
from gis.dome_choice import Building, Skyline
from gis.dome_limits import Limits
from gis.dome_mount import Mount
from gis.dome_shed import dome_lookout
from gis.view_shed import Area, Lookout, lookout, view_sheds
from tests.gis.cameras import LAT, LON, camera
from tests.gis.domes import PLANE
from tests.gis.domes import dome as a_dome
from tests.gis.ground import Ground


def block(east: float, north: float, height_m: float, half_m: float = 3.0) -> Building:
    ring = [(east + x * half_m, north + y * half_m) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    return Building(Polygon([PLANE.to_degrees(*each) for each in ring]), height_m)


def in_metres(shape: Area) -> Area:
    turned = shapely.transform(shape, lambda places: np.array([PLANE.to_metres(*place) for place in places.tolist()]))
    assert isinstance(turned, Polygon | MultiPolygon)
    return turned


def shed(*buildings: Building, **pose: float) -> Area:
    at = lookout(camera(**pose))  # type: ignore[arg-type]
    assert at is not None
    return in_metres(view_sheds({"c": at}, Skyline(buildings))["c"])


def test_what_is_hidden_is_what_a_single_line_of_sight_says() -> None:
    # An L, a low wall that is looked over, a tower, one behind the camera, one beyond its range.
    corner = Building(Polygon([PLANE.to_degrees(*each) for each in ((-9, 20), (-2, 20), (-2, 23), (-6, 23), (-6, 28), (-9, 28))]), 30)  # fmt: skip  # noqa: E501
    standing = [corner, block(6, 15, 2.0, 1.5), block(14, 32, 60), block(0, -10, 60), block(0, 90, 60)]
    skyline = Skyline(standing)
    area = shed(*standing, range_m=60)
    open_plain = shed(range_m=60)
    eye = Dome(LON, LAT, 6.0, range_m=60)
    near_edge, counted = area.boundary, [0, 0]
    for east in range(-40, 41, 2):
        for north in range(2, 60, 2):
            here = Point(east + 0.3, north + 0.4)
            place = PLANE.to_degrees(here.x, here.y)
            under = any(one.outline.covers(Point(place)) for one in standing)
            if under:
                assert not area.contains(here)
            elif open_plain.contains(here) and near_edge.distance(here) > 0.05:
                free = skyline.hides(eye, *place) is None
                counted[free] += 1
                assert area.contains(here) == free, (here, free)
    assert counted[0] > 30
    assert counted[1] > 200


def test_a_low_wall_hides_a_strip_and_a_high_one_everything_behind() -> None:
    whole, low, high = shed(range_m=60), shed(block(0, 20, 2.0, 2)), shed(block(0, 20, 9.0, 2))
    assert whole.area > low.area > high.area
    assert low.contains(Point(0, 34))
    assert not low.contains(Point(0, 30))  # the ray over the far edge, 22 m away and 2 m up, comes down at 33 m
    assert not high.contains(Point(0, 50))


def test_the_building_it_hangs_on_hides_nothing() -> None:
    assert shed(block(0, 0, 12)).area == pytest.approx(shed().area)


def test_of_nobody_nothing_is_seen() -> None:
    """As when all that is asked for was worked out before."""
    assert view_sheds({}, Skyline([block(0, 10, 5)])) == {}
    assert view_sheds({}, Skyline([])) == {}


def test_nothing_left_is_nothing() -> None:
    at = Lookout(LON, LAT, 6.0, block(0, 30, 1, 2.0).outline)
    assert view_sheds({"c": at}, Skyline([block(0, 10, 20, 8.0)])) == {}
    assert view_sheds({"c": at}, None) == {"c": at.area}
    assert lookout(camera(posed=False)) is None


def reach(dome: Dome) -> Area:
    at = dome_lookout(dome)
    assert at is not None
    return in_metres(at.area)


def test_a_dome_reaches_what_it_can_turn_to() -> None:
    whole = replace(a_dome(), range_m=400.0, mount=Mount(30.0))
    assert reach(whole).area == pytest.approx(math.pi * 400**2, rel=2e-3)
    quarter = reach(replace(whole, limits=Limits(pan_deg=(0, 90), tilt_deg=(-60, 20))))
    inner = whole.height_m / math.tan(math.radians(60))
    assert quarter.area == pytest.approx(math.pi / 4 * (400**2 - inner**2), rel=2e-3)
    ahead = math.radians(30 + 45)
    assert quarter.contains(Point(200 * math.sin(ahead), 200 * math.cos(ahead)))
    assert not quarter.contains(Point(-200 * math.sin(ahead), -200 * math.cos(ahead)))
    assert dome_lookout(replace(whole, limits=Limits(tilt_deg=(5, 20)))) is None


def test_a_hill_hides_what_lies_behind_it() -> None:
    hill = Ground(lambda east, north: 70.0 if 180 < east < 240 and abs(north) < 60 else 0.0)
    area = reach(replace(a_dome(), range_m=600.0, foot_m=0.0, height_m=50.0, elevation=hill))
    assert area.contains(Point(100, 0))
    assert area.contains(Point(-500, 0))
    assert not area.contains(Point(400, 0))
