import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from gis.plane import Plane, bearing_deg, distance_m

GEOD = Geod(ellps="WGS84")
PLACES = {
    "township": (120.45, 30.08),
    "equator": (10.0, 0.0),
    "north": (20.0, 60.0),
    "south": (-60.0, -45.0),
}


@pytest.mark.parametrize("origin", PLACES.values(), ids=PLACES.keys())
@pytest.mark.parametrize("away", [10.0, 1_000.0, 10_000.0, 30_000.0])
def test_distances_agree_with_the_ellipsoid(origin: tuple[float, float], away: float) -> None:
    for azimuth in range(0, 360, 15):
        lon, lat, _ = GEOD.fwd(*origin, azimuth, away)
        assert distance_m(*origin, lon, lat) == pytest.approx(away, abs=max(0.001, 3e-5 * away))


@given(st.floats(-30_000, 30_000), st.floats(-30_000, 30_000))
def test_metres_to_degrees_and_back(east: float, north: float) -> None:
    plane = Plane(120.45, 30.08)
    assert plane.to_metres(*plane.to_degrees(east, north)) == pytest.approx((east, north), abs=0.005)


def test_east_and_north_are_not_exchanged() -> None:
    plane = Plane(120.45, 30.08)
    east, north = plane.to_metres(120.46, 30.08)
    assert east == pytest.approx(964.4, abs=0.5)
    assert north == pytest.approx(0, abs=1e-6)
    assert plane.to_metres(120.45, 30.09)[1] == pytest.approx(1108.6, abs=0.5)


BEARINGS = {"north": (0, 100, 0), "east": (100, 0, 90), "south": (0, -100, 180), "west": (-100, 0, 270)}


@pytest.mark.parametrize(("east", "north", "angle"), BEARINGS.values(), ids=BEARINGS.keys())
def test_bearing(east: float, north: float, angle: float) -> None:
    there = Plane(120.45, 30.08).to_degrees(east, north)
    found = bearing_deg(120.45, 30.08, *there)
    assert math.cos(math.radians(found - angle)) == pytest.approx(1)
    assert 0 <= found < 360
