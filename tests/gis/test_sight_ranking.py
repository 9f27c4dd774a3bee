import math
from dataclasses import replace

import pytest
from shapely import Polygon

from config.cameras import Camera
from gis.dome import Dome
from gis.dome_choice import Building, SightReason, Skyline
from gis.dome_limits import Limits, ZoomLens
from gis.sight_ranking import Kind, Shows, rank_views
from tests.gis.cameras import LAT, LON, camera
from tests.gis.domes import PLANE
from tests.gis.domes import dome as a_dome
from tests.gis.test_ground import SPREAD, points


def fixed(name: str, east: float, north: float, **pose: float) -> Camera:
    lon, lat = PLANE.to_degrees(east, north)
    made = camera(**pose)  # type: ignore[arg-type]
    return made.model_copy(update={"id": name, "position": made.position.model_copy(update={"lon": lon, "lat": lat})})  # type: ignore[union-attr]


def block(east: float, north: float, height_m: float) -> Building:
    ring = [(east + x * 4, north + y * 4) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    return Building(Polygon([PLANE.to_degrees(*each) for each in ring]), height_m)


# The place is (LON, LAT): `near` looks north at it from 15 m, `far` from 50 m, `away` looks the other way.
CAMERAS = {
    "near": fixed("near", 0, -15),
    "far": fixed("far", 0, -50, tilt_deg=12),
    "away": fixed("away", 0, -16, heading_deg=180),
    "beyond": fixed("beyond", 0, -90, tilt_deg=5),
    "blind": camera(posed=False),
}
DOMES: dict[str, Dome] = {
    "close dome": replace(a_dome(), lon=PLANE.to_degrees(200, 0)[0], lat=PLANE.to_degrees(200, 0)[1]),
    "turned away": replace(a_dome(), limits=Limits(tilt_deg=(10, 20))),
}


def test_fixed_cameras_and_domes_are_in_one_list_best_first() -> None:
    views = rank_views(CAMERAS, DOMES, LON, LAT, widths={"near": 1280, "close dome": 2560})
    assert [one.camera for one in views] == ["close dome", "near", "far"]
    assert [one.kind for one in views] == [Kind.DOME, Kind.FIXED, Kind.FIXED]
    scores = [one.score for one in views]
    assert scores == sorted(scores, reverse=True)
    dome, near, far = views
    depth = 15 * math.cos(math.radians(20)) + 6 * math.sin(math.radians(20))
    assert near.pixels_per_metre == pytest.approx(1280 / (2 * depth * math.tan(math.radians(38))), rel=1e-3)
    assert far.pixels_per_metre < near.pixels_per_metre
    assert dome.pixels_per_metre > 125
    assert [one.shows for one in views] == [Shows.RECOGNISE, Shows.DETECT, Shows.PRESENCE]
    assert near.distance_m == pytest.approx(15, abs=0.01)
    assert near.dip_deg == pytest.approx(math.degrees(math.atan2(6, 15)), abs=0.01)
    assert dome.direction is not None
    assert near.direction is None


def test_a_wide_dome_far_away_comes_after_a_fixed_camera_at_hand() -> None:
    far = {"far dome": replace(DOMES["close dome"], lens=ZoomLens(60), limits=Limits(zoom=(1, 2)), range_m=3000,
                               lon=PLANE.to_degrees(1500, 0)[0])}  # fmt: skip
    assert [one.camera for one in rank_views(CAMERAS, far, LON, LAT)][:2] == ["near", "far"]


def test_what_a_building_hides_comes_last_and_says_so() -> None:
    views = rank_views(CAMERAS, DOMES, LON, LAT, skyline=Skyline([block(0, -8, 5)]))
    assert [(one.camera, one.reason) for one in views] == [
        ("close dome", SightReason.CLEAR),
        ("near", SightReason.HIDDEN_BY_BUILDING),
        ("far", SightReason.HIDDEN_BY_BUILDING),
    ]
    assert [one.clear for one in views] == [1.0, 0.0, 0.0]
    likely = rank_views(CAMERAS, {}, LON, LAT)
    assert likely[0].reason is SightReason.LIKELY_CLEAR
    assert 0.5 < likely[0].clear < 1


def test_a_camera_of_ground_points_is_judged_as_one_of_a_pose() -> None:
    place = PLANE.to_degrees(1, 14)
    posed = camera()
    measured = camera(homography=points(*SPREAD))
    by_pose, by_points = (rank_views({"c": one}, {}, *place)[0] for one in (posed, measured))
    assert by_points.pixels_per_metre == pytest.approx(by_pose.pixels_per_metre, rel=0.03)
    crossed = camera(homography=[*points(*SPREAD[:3]), points(SPREAD[0])[0]])
    assert rank_views({"c": crossed}, {}, *place) == []
