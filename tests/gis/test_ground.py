import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.cameras import GroundPoint
from gis.ground import GroundFix, GroundModel, HomographyGround, PoseGround, ground_model
from gis.plane import Plane
from sim.scenes.catalogue import SCENES, Scene
from tests.gis.cameras import LAT, LON, camera

PLANE = Plane(LON, LAT)


def metres(fix: GroundFix | None) -> tuple[float, float]:
    assert fix is not None
    return PLANE.to_metres(fix.lon, fix.lat)


def model(**given_: float) -> GroundModel:
    found = ground_model(camera(**given_))  # type: ignore[arg-type]
    assert found is not None
    return found


DIRECTIONS = {"north": (0, 0, 1), "east": (90, 1, 0), "south": (180, 0, -1), "west": (270, -1, 0)}


@pytest.mark.parametrize(("heading", "east", "north"), DIRECTIONS.values(), ids=DIRECTIONS.keys())
def test_the_middle_of_the_picture_lies_ahead(heading: float, east: float, north: float) -> None:
    away = 6 / math.tan(math.radians(20))
    fix = model(heading_deg=heading).to_ground(0.5, 0.5)
    assert metres(fix) == pytest.approx((east * away, north * away), abs=0.01)
    assert fix is not None
    assert fix.distance_m == pytest.approx(away)


def test_the_right_of_the_picture_is_to_the_right() -> None:
    east, north = metres(model(heading_deg=0).to_ground(0.9, 0.8))
    assert east > 1
    assert north > 1


def test_straight_down() -> None:
    ground = model(tilt_deg=90, heading_deg=0)
    assert metres(ground.to_ground(0.5, 0.5)) == pytest.approx((0, 0), abs=1e-6)
    east, north = metres(ground.to_ground(1.0, 0.5))
    assert (east, north) == pytest.approx((6 * math.tan(math.radians(38)), 0), abs=1e-3)
    assert metres(ground.to_ground(0.5, 0.0))[1] > 0


def test_roll_turns_the_picture_about_its_middle() -> None:
    level, rolled = model(tilt_deg=90), model(tilt_deg=90, roll_deg=30)
    assert metres(rolled.to_ground(0.5, 0.5)) == pytest.approx(metres(level.to_ground(0.5, 0.5)), abs=1e-6)
    # Rolled clockwise as seen from behind: what lies to the right of the picture is lower, here farther south.
    east, north = metres(rolled.to_ground(0.9, 0.5))
    assert math.degrees(math.atan2(-north, east)) == pytest.approx(30, abs=0.01)


NO_GROUND = {
    "above the horizon": (0.5, 0.0, {"tilt_deg": 5}),
    "on the horizon": (0.5, 0.5, {"tilt_deg": 0}),
    "out of range": (0.5, 0.3, {"tilt_deg": 12, "range_m": 30}),
    "the corner that a roll lifts over the horizon": (0.0, 0.2, {"tilt_deg": 10, "roll_deg": 30}),
}


@pytest.mark.parametrize(("fx", "fy", "view"), NO_GROUND.values(), ids=NO_GROUND.keys())
def test_no_ground(fx: float, fy: float, view: dict[str, float]) -> None:
    assert model(**view).to_ground(fx, fy) is None


@settings(max_examples=200)
@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 359), st.floats(5, 88), st.floats(-30, 30), st.floats(20, 110))
def test_ground_to_picture_is_the_inverse(
    fx: float, fy: float, heading: float, tilt: float, roll: float, hfov: float
) -> None:
    ground = model(heading_deg=heading, tilt_deg=tilt, roll_deg=roll, hfov_deg=hfov, range_m=500)
    fix = ground.to_ground(fx, fy)
    if fix is not None:
        assert ground.to_picture(fix.lon, fix.lat) == pytest.approx((fx, fy), abs=1e-4)


def test_nothing_behind_or_out_of_range_is_in_the_picture() -> None:
    ground = model(heading_deg=0, range_m=50)
    assert ground.to_picture(*PLANE.to_degrees(0, -20)) is None
    assert ground.to_picture(*PLANE.to_degrees(0, 51)) is None
    assert ground.to_picture(*PLANE.to_degrees(0, 20)) is not None


@pytest.mark.parametrize("drawn", SCENES.values(), ids=SCENES.keys())
def test_agrees_with_the_camera_that_draws_the_scenes(drawn: Scene) -> None:
    ground = model(height_m=drawn.height_m, tilt_deg=drawn.tilt_deg, hfov_deg=drawn.hfov_deg, range_m=200)
    for x, y in ((0.0, 11.0), (-4.0, 13.0), (5.0, 25.0)):
        (fx, fy), *_ = drawn.camera.ground_polygon(((x, y), (x + 1, y), (x + 1, y + 1)))
        assert metres(ground.to_ground(fx, fy)) == pytest.approx((x, y), abs=0.05)


def spread(draws: int, **sigma: float) -> float:
    """Root mean square distance between where a foot point is and where a camera with errors puts it."""
    rng = random.Random(3)
    true = PoseGround(camera().position, camera().view)  # type: ignore[arg-type]
    here = metres(true.to_ground(0.6, 0.75))
    squares = []
    for _ in range(draws):
        moved = model(
            height_m=6 + rng.gauss(0, sigma["height"]),
            heading_deg=rng.gauss(0, 2) % 360,
            tilt_deg=20 + rng.gauss(0, 1),
            roll_deg=rng.gauss(0, 0.5),
        )
        fix = moved.to_ground(0.6 + rng.gauss(0, 0.5 / 320), 0.75 + rng.gauss(0, 0.5 / 180))
        squares.append(math.dist(metres(fix), here) ** 2)
    return math.sqrt(sum(squares) / draws)


def test_the_error_is_what_errors_of_the_pose_do() -> None:
    fix = model().to_ground(0.6, 0.75)
    assert fix is not None
    assert fix.error_m == pytest.approx(spread(1500, height=0.2), rel=0.12)


def test_the_error_grows_with_distance() -> None:
    errors = [fix.error_m for fy in (0.9, 0.7, 0.5, 0.35) if (fix := model(range_m=200).to_ground(0.5, fy))]
    assert len(errors) == 4
    assert errors == sorted(errors)
    assert errors[0] < 1 < errors[-1]


SIZES = {
    "a stall close by": (0.0, 10.0, 2.0, 1.6),
    "a bag": (2.0, 8.0, 0.5, 0.4),
    "a stall far away": (-5.0, 30.0, 2.5, 2.0),
}


@pytest.mark.parametrize(("x", "y", "width", "height"), SIZES.values(), ids=SIZES.keys())
def test_size_of_something_upright(x: float, y: float, width: float, height: float) -> None:
    posed = camera(hfov_deg=76)
    ground = PoseGround(posed.position, posed.view)  # type: ignore[arg-type]
    lens = ground._lens
    left, right = lens.picture_point(x - width / 2, y, -6), lens.picture_point(x + width / 2, y, -6)
    top = lens.picture_point(x, y, -6 + height)
    assert left is not None
    assert right is not None
    assert top is not None
    size = ground.size_at((left[0], top[1], right[0] - left[0], left[1] - top[1]))
    assert size == pytest.approx((width, height), rel=0.1)


def test_no_size_where_there_is_no_ground() -> None:
    assert model(tilt_deg=5).size_at((0.4, 0.0, 0.1, 0.1)) is None


def points(*places: tuple[float, float]) -> list[GroundPoint]:
    """Ground points of a perfect camera."""
    ground = model(range_m=500)
    found = []
    for fx, fy in places:
        fix = ground.to_ground(fx, fy)
        assert fix is not None
        found.append(GroundPoint(picture=(fx, fy), lon=fix.lon, lat=fix.lat))
    return found


SPREAD = ((0.1, 0.95), (0.9, 0.95), (0.2, 0.45), (0.8, 0.45))


def fitted(ground_points: list[GroundPoint], posed: bool = True) -> HomographyGround:
    found = ground_model(camera(homography=ground_points, posed=posed))
    assert isinstance(found, HomographyGround)
    return found


@pytest.mark.parametrize("extra", [(), ((0.5, 0.7),), ((0.5, 0.7), (0.3, 0.6), (0.7, 0.8), (0.5, 0.5))])
def test_a_homography_of_exact_points_is_the_pose(extra: tuple[tuple[float, float], ...]) -> None:
    ground, pose = fitted(points(*SPREAD, *extra)), model()
    for fx, fy in ((0.5, 0.6), (0.35, 0.8), (0.75, 0.55)):
        fix, wanted = ground.to_ground(fx, fy), pose.to_ground(fx, fy)
        assert metres(fix) == pytest.approx(metres(wanted), abs=0.02)
        assert fix is not None
        assert ground.to_picture(fix.lon, fix.lat) == pytest.approx((fx, fy), abs=1e-4)
        assert ground.size_at((fx - 0.05, fy - 0.2, 0.1, 0.2)) == pytest.approx(
            pose.size_at((fx - 0.05, fy - 0.2, 0.1, 0.2)), rel=0.2
        )


def test_a_homography_has_a_horizon() -> None:
    ground = fitted(points(*SPREAD))
    assert ground.to_ground(0.5, 0.02) is None
    assert ground.to_picture(*PLANE.to_degrees(0, -30)) is None


def test_a_homography_without_a_pose_counts_from_the_lower_edge() -> None:
    ground = fitted(points(*SPREAD), posed=False)
    near, far = ground.to_ground(0.5, 1.0), ground.to_ground(0.5, 0.5)
    assert near is not None
    assert far is not None
    assert near.distance_m == pytest.approx(0, abs=1e-6)
    assert far.distance_m == pytest.approx(math.dist(metres(near), metres(far)), abs=0.01)


def test_the_error_grows_away_from_the_measured_points() -> None:
    ground = fitted(points((0.4, 0.9), (0.6, 0.9), (0.42, 0.7), (0.58, 0.7)))
    inside, outside = ground.to_ground(0.5, 0.8), ground.to_ground(0.5, 0.55)
    assert inside is not None
    assert inside.error_m < 1.5
    assert outside is None or outside.error_m > 2 * inside.error_m


def test_a_misplaced_point_among_many_shows_in_the_error() -> None:
    good = points(*SPREAD, (0.5, 0.7), (0.3, 0.6), (0.7, 0.8), (0.5, 0.5))
    bad = [*good[:-1], good[-1].model_copy(update={"lat": good[-1].lat + 0.0001})]
    right, wrong = fitted(good).to_ground(0.5, 0.8), fitted(bad).to_ground(0.5, 0.8)
    assert right is not None
    assert wrong is not None
    assert wrong.error_m > 2 * right.error_m


DEGENERATE = {
    "on one line": ((0.1, 0.8), (0.3, 0.8), (0.6, 0.8), (0.9, 0.8)),
    "three on one line": ((0.1, 0.8), (0.5, 0.8), (0.9, 0.8), (0.5, 0.5)),
    "all at one place": ((0.5, 0.8), (0.5, 0.8), (0.5, 0.8), (0.5, 0.8)),
}


@pytest.mark.parametrize("places", DEGENERATE.values(), ids=DEGENERATE.keys())
def test_points_that_determine_nothing(places: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(ValueError, match="ground points"):
        ground_model(camera(homography=points(*places)))


def test_points_on_both_sides_of_the_horizon() -> None:
    ground_points = points(*SPREAD)
    swapped = [ground_points[0].model_copy(update={"lon": ground_points[1].lon, "lat": ground_points[1].lat}),
               ground_points[1].model_copy(update={"lon": ground_points[0].lon, "lat": ground_points[0].lat}),
               *ground_points[2:]]  # fmt: skip
    with pytest.raises(ValueError, match="both sides of the horizon"):
        ground_model(camera(homography=swapped))


def test_a_camera_without_pose_or_points_has_no_model() -> None:
    assert ground_model(camera(posed=False)) is None
