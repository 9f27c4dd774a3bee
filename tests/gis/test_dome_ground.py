import math
import random
from dataclasses import replace

import pytest
from shapely import Point

from gis.dome import Dome, PointingErrors
from gis.dome_ground import footprint, ground_fix, wedge
from gis.dome_limits import ZoomLens
from gis.dome_mount import Direction, Mount
from tests.gis.cameras import LAT, LON
from tests.gis.domes import ALL_ROUND, PLANE, dome


@pytest.mark.parametrize("tilt", [-5.0, -30.0, -75.0])
def test_the_error_is_the_size_of_what_drawn_domes_show(tilt: float) -> None:
    random_, told = random.Random(3), replace(dome(), errors=PointingErrors(0.6, 0.2, 0.05))
    fix = ground_fix(told, Direction(40, tilt), 5.0)
    assert fix is not None
    squares = []
    for _ in range(600):
        # Pitch and roll each lean the base by the same sigma; each reading is off on its own.
        mount = Mount(random_.gauss(0, 0.6), random_.gauss(0, 0.2), random_.gauss(0, 0.2))
        true = Dome(LON, LAT, 80 + random_.gauss(0, 2.4), mount, ZoomLens(60), ALL_ROUND, 5000)
        pan = 40 + random_.gauss(0, 0.05) / math.cos(math.radians(tilt))
        place = true.place(Direction(pan, tilt + random_.gauss(0, 0.05)), 5.0)
        assert place is not None
        squares.append(math.dist(PLANE.to_metres(*place), PLANE.to_metres(fix.lon, fix.lat)) ** 2)
    assert fix.error_m == pytest.approx(math.sqrt(sum(squares) / len(squares)), rel=0.12)
    assert fix.distance_m == pytest.approx(80 / math.tan(math.radians(-tilt)), rel=0.01)
    assert fix.slant_m == pytest.approx(math.hypot(80, fix.distance_m), rel=1e-6)
    assert 0.2 < fix.error_deg < 0.7


def test_no_place_in_the_sky_or_where_the_error_swallows_it() -> None:
    assert ground_fix(dome(), Direction(0, 1), 1.0) is None
    vague = replace(dome(), errors=PointingErrors(lean_deg=3.0))
    assert ground_fix(vague, Direction(0, -2), 1.0) is None
    assert ground_fix(dome(), Direction(0, -2), 1.0) is not None


@pytest.mark.parametrize("mount", [Mount(), Mount(130, 6, -8)], ids=["level", "leaning"])
@pytest.mark.parametrize("tilt", [-4.0, -25.0, -89.0])
def test_the_footprint_is_what_the_picture_shows(mount: Mount, tilt: float) -> None:
    watching, random_ = dome(mount, range_m=1500), random.Random(7)
    direction = Direction(20, tilt)
    seen = footprint(watching, direction, 1.0, columns=40)
    assert seen is not None
    bound = seen.boundary
    inside = 0
    for _ in range(300):
        away, bearing = 1500 * math.sqrt(random_.random()), random_.uniform(0, 2 * math.pi)
        place = PLANE.to_degrees(away * math.sin(bearing), away * math.cos(bearing))
        point = watching.picture_point(direction, 1.0, *place)
        shown = point is not None and 0 <= point[0] <= 1 and 0 <= point[1] <= 1
        inside += shown
        if bound.distance(Point(place)) > 2e-5:  # 2 m from the edge, whose arcs are cut straight
            assert seen.covers(Point(place)) == shown
    assert inside or tilt == -89.0


def test_the_wedge_begins_at_the_foot() -> None:
    far = wedge(dome(range_m=1500), Direction(90, 10), 1.0)
    ends = [PLANE.to_metres(*each) for each in far.exterior.coords[:-1]]
    assert ends[0] == pytest.approx((0, 0))
    assert [math.hypot(*each) for each in ends[1:]] == pytest.approx([1500] * (len(ends) - 1))
    assert math.degrees(math.atan2(*ends[1])) == pytest.approx(90 - 30, abs=1)
    steep = wedge(dome(), Direction(90, -30), 10.0)
    farthest = max(math.hypot(*PLANE.to_metres(*each)) for each in steep.exterior.coords)
    assert 80 / math.tan(math.radians(30)) < farthest < 160
    assert wedge(dome(), Direction(90, -90), 1.0).contains(Point(LON, LAT))
    assert footprint(dome(), Direction(0, 45), 1.0) is None
