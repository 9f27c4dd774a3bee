"""Zones on the map: where they come to lie in the picture, and what is said when they do not."""

import math
from typing import Any

import pytest
from shapely import Point, Polygon

from config.cameras import GroundPoint, Zone
from gis.dome import Dome
from gis.dome_mount import Direction
from gis.dome_view import DomeGround
from gis.ground import GroundModel, ground_model
from gis.plane import Plane
from gis.zone_ground import Unseen, in_picture, zones_in_picture
from tests.gis.cameras import LAT, LON, camera

PLANE = Plane(LON, LAT)


def on_map(*metres: tuple[float, float]) -> Zone:
    return Zone(id="z", rule="stall", ground=[PLANE.to_degrees(*one) for one in metres], case_class="05-01")


def box(west: float, south: float, east: float, north: float) -> Zone:
    return on_map((west, south), (east, south), (east, north), (west, north))


def model(**pose: Any) -> GroundModel:
    found = ground_model(camera(**pose))
    assert found is not None
    return found


def test_lies_where_its_corners_are_seen() -> None:
    ground = model()
    zone = box(-3, 14, 4, 20)
    seen = in_picture(zone, ground)
    wanted = [ground.to_picture(*place) for place in zone.ground]
    assert seen.ground == []
    for corner in wanted:
        assert min(math.dist(corner, one) for one in seen.polygon if corner) < 1e-4
    assert len(seen.polygon) == 4


def test_a_zone_of_the_picture_is_left_as_it_is() -> None:
    zone = Zone(id="z", rule="stall", polygon=[(0.1, 0.5), (0.9, 0.5), (0.9, 0.9)], case_class="05-01")
    assert in_picture(zone, None) is zone


CUTS = {
    "reaches behind the camera": (box(-3, -30, 3, 20), {}),
    "is wider than the picture": (box(-80, 10, 80, 20), {}),
    "runs on beyond the range": (box(-2, 20, 2, 400), {"range_m": 50}),
    "runs on beyond the horizon": (box(-2, 20, 2, 4000), {"range_m": 10000, "tilt_deg": 5}),
    "rolled": (box(-20, -5, 20, 40), {"roll_deg": 20}),
}


@pytest.mark.parametrize("name", CUTS)
def test_what_is_cut_covers_the_ground_that_is_seen_of_it_and_nothing_else(name: str) -> None:
    zone, pose = CUTS[name]
    ground = model(**pose)
    seen, wanted = Polygon(in_picture(zone, ground).polygon), Polygon(zone.ground)
    assert seen.is_valid
    inside = outside = 0
    for step_x in range(50):
        for step_y in range(50):
            x, y = (step_x + 0.5) / 50, (step_y + 0.5) / 50
            place = ground.place_at(x, y)
            here = place is not None and wanted.covers(_point(*place))
            if seen.boundary.distance(_point(x, y)) > 0.01:
                assert seen.covers(_point(x, y)) == here, (x, y)
                inside, outside = inside + here, outside + (not here)
    assert inside > 10
    assert outside > 10


def _point(x: float, y: float) -> Any:
    return Point(x, y)


UNSEEN = {
    "behind the camera": (box(-3, -20, 3, -10), {}, "outside its picture, or beyond its range_m"),
    "beyond the range": (box(-3, 70, 3, 90), {"range_m": 60}, "outside its picture, or beyond its range_m"),
    "a speck": (box(0, 50, 0.2, 50.2), {}, "of the picture; 0.05% at least"),
    "the camera looks at the sky": (box(-3, 10, 3, 20), {"tilt_deg": -30, "hfov_deg": 40}, "sees no ground"),
}


@pytest.mark.parametrize("name", UNSEEN)
def test_says_why_nothing_of_it_is_watched(name: str) -> None:
    zone, pose, why = UNSEEN[name]
    with pytest.raises(Unseen, match=why):
        in_picture(zone, model(**pose))
    assert zones_in_picture([zone, box(-3, 14, 4, 20)], model())[0][-1].polygon


def test_needs_a_pose() -> None:
    with pytest.raises(Unseen, match="needs the camera's position and view, or homography"):
        in_picture(box(-3, 14, 4, 20), None)


def test_through_ground_points() -> None:
    pose = model()
    places = [(x, y, pose.place_at(x, y)) for x, y in ((0.1, 0.6), (0.9, 0.6), (0.2, 0.95), (0.8, 0.95), (0.5, 0.7))]
    points = [GroundPoint(picture=(x, y), lon=at[0], lat=at[1]) for x, y, at in places if at is not None]
    zone = box(-3, 10, 4, 16)
    by_points = Polygon(in_picture(zone, model(homography=points)).polygon)
    assert by_points.symmetric_difference(Polygon(in_picture(zone, pose).polygon)).area < 0.002


def test_in_a_dome_s_view() -> None:
    dome = Dome(LON, LAT, 60.0)
    ground = DomeGround(dome, Direction(0.0, -12.0), 4.0)
    away = 60.0 / math.tan(math.radians(12.0))
    polygon = Polygon(in_picture(box(-10, away - 20, 10, away + 20), ground).polygon)
    assert polygon.centroid.distance(_point(0.5, 0.5)) < 0.03
