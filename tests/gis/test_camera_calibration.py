import math
import statistics

import pytest

from config.cameras import Position, View
from gis.camera_calibration import CameraCalibration, calibrate_camera
from gis.camera_matches import CalibrationRefused, Match
from gis.ground import PoseGround
from tests.gis.cameras import LAT, LON
from tests.gis.matches import PLANE, SPREAD, matched, moved

TRUE = PoseGround(
    Position(lon=LON, lat=LAT, height_m=6.2),
    View(heading_deg=214, tilt_deg=19, roll_deg=1.5, hfov_deg=82, range_m=80, k1=-0.18),
)
STRAIGHT = PoseGround(TRUE.position, TRUE.view.model_copy(update={"k1": 0.0}))
TOLD_PLACE = Position(lon=moved((LON, LAT), 0.6, -0.4)[0], lat=moved((LON, LAT), 0.6, -0.4)[1], height_m=6.7)
TOLD_VIEW = View(heading_deg=216.5, tilt_deg=17.5, hfov_deg=80, range_m=80)


def errors(found: CameraCalibration, true: PoseGround) -> list[float]:
    """Metres between where points of the picture are and where the camera found puts them."""
    after, missed = PoseGround(found.position, found.view), []
    for fx in (0.1, 0.3, 0.5, 0.7, 0.9):
        for fy in (0.45, 0.6, 0.75, 0.9):
            there, here = true.place_at(fx, fy), after.place_at(fx, fy)
            if there is not None and here is not None:
                missed.append(math.dist(PLANE.to_metres(*there), PLANE.to_metres(*here)))
    assert len(missed) > 15
    return missed


def test_exact_matches_give_the_pose_and_the_lens() -> None:
    found = calibrate_camera(matched(TRUE, SPREAD), TOLD_PLACE, TOLD_VIEW, picture_error=1e-5, place_error_m=1e-3)
    assert found.view.heading_deg == pytest.approx(214, abs=0.05)
    assert found.view.tilt_deg == pytest.approx(19, abs=0.05)
    assert found.view.roll_deg == pytest.approx(1.5, abs=0.05)
    assert found.view.hfov_deg == pytest.approx(82, abs=0.3)
    assert found.view.k1 == pytest.approx(-0.18, abs=0.01)
    assert found.position.height_m == pytest.approx(6.2, abs=0.02)
    assert max(errors(found, TRUE)) < 0.1
    assert {"heading", "tilt", "roll", "focal", "height", "east", "north", "k1"} <= set(found.solved)
    assert found.rms_m < 0.01
    assert found.rms_pixels < 0.5
    assert found.agree
    assert found.view.range_m == 80


@pytest.mark.parametrize("count", [4, 6, 8])
def test_matches_by_hand_are_much_better_than_what_was_told(count: int) -> None:
    before = PoseGround(TOLD_PLACE, TOLD_VIEW)
    own = [
        math.dist(PLANE.to_metres(*a), PLANE.to_metres(*b))
        for fx in (0.2, 0.5, 0.8)
        if (a := before.place_at(fx, 0.5)) and (b := STRAIGHT.place_at(fx, 0.5))
    ]
    after = []
    for seed in range(3):
        found = calibrate_camera(matched(STRAIGHT, SPREAD[:count], seed), TOLD_PLACE, TOLD_VIEW)
        after += errors(found, STRAIGHT)
        assert found.agree
        assert not any(one.suspect for one in found.residuals)
        assert found.view.heading_error_deg < 2
    assert statistics.median(own) > 1.5
    assert statistics.median(after) < 0.6


def test_neither_place_nor_view_need_be_known() -> None:
    found = calibrate_camera(matched(TRUE, SPREAD, 5), None, None)
    assert statistics.median(errors(found, TRUE)) < 0.6
    assert abs((found.view.heading_deg - 214 + 180) % 360 - 180) < 2
    assert math.dist(PLANE.to_metres(found.position.lon, found.position.lat), (0, 0)) < 1.5


def test_a_heading_told_the_wrong_way_round_does_not_make_the_matches_wrong() -> None:
    told = TOLD_VIEW.model_copy(update={"heading_deg": 34.0})
    found = calibrate_camera(matched(STRAIGHT, SPREAD, 3), TOLD_PLACE, told)
    assert found.agree
    assert not any(one.suspect for one in found.residuals)
    assert statistics.median(errors(found, STRAIGHT)) < 0.6
    elsewhere = Position(lon=moved((LON, LAT), 0, 90)[0], lat=moved((LON, LAT), 0, 90)[1], height_m=6.0)
    there = calibrate_camera(matched(STRAIGHT, SPREAD, 3), elsewhere, TOLD_VIEW)
    assert there.agree
    assert statistics.median(errors(there, STRAIGHT)) < 0.8


def test_four_matches_leave_the_lens_as_it_was() -> None:
    found = calibrate_camera(matched(STRAIGHT, SPREAD[:4], 1), TOLD_PLACE, TOLD_VIEW)
    assert "k1" not in found.solved
    assert abs(found.view.k1) < 0.03


@pytest.mark.parametrize("wrong", [1, 4])
def test_the_wrong_point_is_named_and_left_out(wrong: int) -> None:
    matches = matched(STRAIGHT, SPREAD, 2)
    there = moved((matches[wrong].lon, matches[wrong].lat), 7, -5)
    matches[wrong] = Match(matches[wrong].picture, *there)
    found = calibrate_camera(matches, TOLD_PLACE, TOLD_VIEW)
    assert [one.suspect for one in found.residuals] == [at == wrong for at in range(8)]
    assert found.agree
    assert found.residuals[wrong].metres > 4
    assert statistics.median(errors(found, STRAIGHT)) < 0.6


def test_when_any_of_them_may_be_wrong_that_is_said() -> None:
    matches = matched(STRAIGHT, SPREAD[:4], 2)
    matches[2] = Match(matches[2].picture, *moved((matches[2].lon, matches[2].lat), 9, 9))
    found = calibrate_camera(matches, TOLD_PLACE, TOLD_VIEW)
    assert not found.agree
    assert sum(one.suspect for one in found.residuals) >= 2


REFUSED = [
    ("too few", SPREAD[:3], "4 to 64 matches"),
    ("too many", SPREAD * 9, "4 to 64 matches"),
    ("on one line", ((0.1, 0.7), (0.3, 0.7), (0.6, 0.7), (0.9, 0.7), (0.5, 0.7)), "one line in the picture"),
    ("all but one on a line", ((0.1, 0.7), (0.3, 0.7), (0.9, 0.7), (0.5, 0.45), (0.6, 0.7)), "but number 4"),
    ("all near", ((0.5, 0.7), (0.52, 0.72), (0.5, 0.73), (0.53, 0.69)), "close together in the picture"),
]  # fmt: skip


@pytest.mark.parametrize(("points", "reason"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_tells_nothing_is_refused_with_the_reason(points: tuple[tuple[float, float], ...], reason: str) -> None:
    with pytest.raises(CalibrationRefused, match=reason) as refused:
        calibrate_camera(matched(STRAIGHT, points), TOLD_PLACE, TOLD_VIEW)
    assert refused.value.zh


def test_places_all_on_one_line_of_the_map_are_refused() -> None:
    bent = [Match(point, LON + n * 1e-4, LAT + n * 1e-4) for n, point in enumerate(SPREAD)]
    with pytest.raises(CalibrationRefused, match="one line on the map"):
        calibrate_camera(bent, TOLD_PLACE, TOLD_VIEW)
    same = [Match(point, LON, LAT) for point in SPREAD]
    with pytest.raises(CalibrationRefused, match="close together on the map"):
        calibrate_camera(same, TOLD_PLACE, TOLD_VIEW)


def test_a_point_far_off_beside_few_others_is_named_and_breaks_nothing() -> None:
    """Its fit leads to where a place is all but beside the lens, and slopes are without bound."""
    true = PoseGround(
        Position(lon=LON + 1.2e-5, lat=LAT - 0.8e-5, height_m=4.7),
        View(heading_deg=16, tilt_deg=22, roll_deg=1, hfov_deg=74, k1=-0.1),
    )
    points = ((0.12, 0.93), (0.88, 0.9), (0.32, 0.5), (0.72, 0.47), (0.5, 0.7), (0.9, 0.62))
    told = Position(lon=LON, lat=LAT, height_m=4.0), View(heading_deg=0, tilt_deg=20, hfov_deg=70)
    matches = []
    for number, point in enumerate(points):
        place = true.place_at(*point)
        assert place is not None
        matches.append(Match(point, place[0], place[1] + (8 / 111_320 if number == 4 else 0)))
    found = calibrate_camera(matches, *told)
    assert [one.suspect for one in found.residuals] == [number == 4 for number in range(6)]
    assert calibrate_camera(matches[:5], *told).view.heading_deg == pytest.approx(16, abs=15)
