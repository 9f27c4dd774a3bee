import math

import numpy as np
import pytest
from shapely import Point, Polygon, transform

from gis.plane import Plane
from gis.view import seen_area, sees, wedge
from tests.gis.cameras import LAT, LON, camera

PLANE = Plane(LON, LAT)


def in_metres(shape: Polygon | None) -> Polygon:
    assert shape is not None
    turned = transform(shape, lambda p: np.array([PLANE.to_metres(*one) for one in p]))
    assert isinstance(turned, Polygon)
    return turned


POSES = {
    "horizon in the picture": {"tilt_deg": 12, "range_m": 60},
    "range beyond the picture": {"tilt_deg": 45, "range_m": 200},
    "rolled": {"tilt_deg": 25, "roll_deg": 12, "heading_deg": 200},
    "steep": {"tilt_deg": 80, "range_m": 30},
    "a high dome zoomed in": {"height_m": 95, "tilt_deg": 6, "hfov_deg": 4, "range_m": 3000},
}


@pytest.mark.parametrize("pose", POSES.values(), ids=POSES.keys())
def test_what_lies_in_the_area_is_seen_and_nothing_else(pose: dict[str, float]) -> None:
    posed = camera(**pose)  # type: ignore[arg-type]
    area = in_metres(seen_area(posed))
    west, south, east, north = area.bounds
    margin = 0.5 * max(east - west, north - south)
    inner, outer = area.buffer(-0.02 * margin), area.buffer(0.02 * margin)
    counted = 0
    for x in np.linspace(west - margin, east + margin, 60):
        for y in np.linspace(south - margin, north + margin, 60):
            seen = sees(posed, *PLANE.to_degrees(x, y))
            if inner.contains(Point(x, y)):
                counted += 1
                assert seen, (x, y)
            elif not outer.contains(Point(x, y)):
                assert not seen, (x, y)
    assert counted > 20
    middle = area.representative_point()
    assert sees(posed, *PLANE.to_degrees(middle.x, middle.y))


def test_a_camera_looking_up_sees_no_ground() -> None:
    assert seen_area(camera(tilt_deg=-30)) is None


def test_a_near_edge_out_of_range_sees_no_ground() -> None:
    assert seen_area(camera(height_m=50, tilt_deg=3, hfov_deg=5, range_m=100)) is None


def test_the_wedge_is_a_sector_of_the_range() -> None:
    sector = in_metres(wedge(camera(heading_deg=90, hfov_deg=60, range_m=100)))
    assert sector.area == pytest.approx(math.pi * 100**2 / 6, rel=0.01)
    assert sector.contains(Point(95, 0))
    assert not sector.contains(Point(0, 50))
    assert sector.contains(Point(60, 30)) is True
    assert sector.contains(Point(60, 40)) is False


def test_without_a_pose_nothing_is_known() -> None:
    blind = camera(posed=False)
    assert seen_area(blind) is None
    assert wedge(blind) is None
    assert not sees(blind, LON, LAT)
