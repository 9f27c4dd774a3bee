import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.camera_device import Device, Ptz
from gis.dome import DROP_PER_M2, Dome, dome_of
from gis.dome_limits import Limits, OutOfReach, ZoomLens, pan_turn_deg
from gis.dome_mount import Direction, Mount, angle_deg
from gis.elevation import ElevationGrid
from sim.domes.dome import Aim
from sim.domes.mount import Mount as SimulatedMount
from tests.gis.cameras import LAT, LON, camera
from tests.gis.domes import ALL_ROUND, PLANE, base_to_world, dome
from tests.gis.ground import Ground

MOUNTS = st.builds(Mount, st.floats(0, 360), st.floats(-45, 45), st.floats(-45, 45), st.floats(-3, 3))
DIRECTIONS = st.builds(Direction, st.floats(-180, 180), st.floats(-89.9, 60))
FRACTIONS = st.floats(0, 1)
ZOOMS = st.floats(1, 30)


@given(MOUNTS, DIRECTIONS)
def test_directions_in_the_world_are_those_of_textbook_matrices(mount: Mount, direction: Direction) -> None:
    pan, tilt = math.radians(direction.pan_deg), math.radians(direction.tilt_deg + mount.tilt_zero_deg)
    in_base = np.array([math.sin(pan) * math.cos(tilt), math.cos(pan) * math.cos(tilt), math.sin(tilt)])
    assert mount.to_world(direction) == pytest.approx(base_to_world(mount) @ in_base, abs=1e-12)


@given(MOUNTS, DIRECTIONS)
def test_the_simulated_domes_stand_alike(mount: Mount, direction: Direction) -> None:
    simulated = SimulatedMount(0, 0, 80, mount.heading_deg, mount.pitch_deg, mount.roll_deg)
    aim = Aim(direction.pan_deg, direction.tilt_deg + mount.tilt_zero_deg, 1.0)
    assert mount.to_world(direction) == pytest.approx(simulated.camera_axes(aim)[2], abs=1e-12)


@given(MOUNTS, DIRECTIONS)
def test_a_direction_comes_back_from_the_world(mount: Mount, direction: Direction) -> None:
    back = mount.to_device(mount.to_world(direction))
    assert back.angle_to(direction) < 1e-9


@given(MOUNTS, DIRECTIONS, ZOOMS, FRACTIONS, FRACTIONS)
def test_the_picture_is_that_of_a_pinhole_turned_with_the_base(
    mount: Mount, direction: Direction, zoom: float, fx: float, fy: float
) -> None:
    pan, tilt = math.radians(direction.pan_deg), math.radians(direction.tilt_deg + mount.tilt_zero_deg)
    right = np.array([math.cos(pan), -math.sin(pan), 0])
    forward = np.array([math.sin(pan) * math.cos(tilt), math.cos(pan) * math.cos(tilt), math.sin(tilt)])
    half = math.tan(math.radians(30)) / zoom
    in_base = forward + right * half * (2 * fx - 1) + np.cross(right, forward) * half * (9 / 16) * (1 - 2 * fy)
    expected = base_to_world(mount) @ in_base / np.linalg.norm(in_base)
    assert dome(mount).ray(direction, zoom, fx, fy) == pytest.approx(expected, abs=1e-11)


@given(MOUNTS, st.floats(0, 360), st.floats(0.1, 4900))
def test_a_place_comes_back_through_direction_and_picture(mount: Mount, bearing: float, away: float) -> None:
    leaning = dome(mount)
    lon, lat = PLANE.to_degrees(away * math.sin(math.radians(bearing)), away * math.cos(math.radians(bearing)))
    reach = leaning.direction_to(lon, lat)
    if reach.problem is not None:  # tilt_zero may put the very pole a little outside
        return
    assert leaning.picture_point(reach.direction, 30.0, lon, lat) == pytest.approx((0.5, 0.5), abs=1e-8)
    back = leaning.place(reach.direction, 30.0)
    assert back is not None
    assert math.dist(PLANE.to_metres(*back), PLANE.to_metres(lon, lat)) < 1e-6 * max(away, 1.0)


@given(MOUNTS, DIRECTIONS, ZOOMS, FRACTIONS, FRACTIONS)
def test_a_click_comes_to_the_middle(mount: Mount, direction: Direction, zoom: float, fx: float, fy: float) -> None:
    leaning = dome(mount, limits=Limits(tilt_deg=(-95.0, 95.0)))
    reach = leaning.centring(direction, zoom, fx, fy)
    clicked = leaning.ray(direction, zoom, fx, fy)
    assert reach.problem is None
    assert angle_deg(leaning.mount.to_world(reach.direction), clicked) < 1e-7


def test_a_click_is_exact_beside_straight_down() -> None:
    # Looking 1° from straight down, a click at the picture's right edge turns the dome by far more than half its view.
    reach = dome().centring(Direction(10, -89), 1.0, 1.0, 0.5)
    assert reach.direction.tilt_deg == pytest.approx(-59.984, abs=1e-3)
    assert reach.direction.pan_deg == pytest.approx(10 + 88.268, abs=1e-3)


@settings(max_examples=60)
@given(MOUNTS, DIRECTIONS, st.floats(1, 10), FRACTIONS, FRACTIONS, st.floats(0.05, 1), st.floats(0.05, 1))
def test_a_box_fills_the_picture(
    mount: Mount, direction: Direction, zoom: float, x: float, y: float, width: float, height: float
) -> None:
    leaning = dome(mount, limits=Limits(tilt_deg=(-95.0, 95.0), zoom=(0.2, 500.0)))
    framing = leaning.framing(direction, zoom, (x * (1 - width), y * (1 - height), width, height))
    now, then = leaning.pinhole(direction, zoom), leaning.pinhole(framing.reach.direction, framing.zoom)
    corners = [
        then.picture_point(*now.ray(x * (1 - width) + width * i, y * (1 - height) + height * j))
        for i in (0, 1)
        for j in (0, 1)
    ]
    farthest = max(abs(each - 0.5) for corner in corners if corner is not None for each in corner)
    assert None not in corners
    assert farthest == pytest.approx(0.5, abs=1e-6)


def test_a_box_in_the_middle_keeps_the_direction_and_zooms() -> None:
    framing = dome().framing(Direction(20, -30), 2.0, (0.4, 0.4, 0.2, 0.2))
    assert framing.reach.direction.angle_to(Direction(20, -30)) < 1e-6
    assert framing.zoom == pytest.approx(10.0)
    with pytest.raises(ValueError, match="width and a height"):
        dome().framing(Direction(20, -30), 2.0, (0.4, 0.4, 0.0, 0.2))


def test_straight_down_keeps_the_pan_it_has() -> None:
    reach = dome().direction_to(LON, LAT, now=Direction(123, -40))
    assert reach.problem is None
    assert (reach.direction.pan_deg, reach.direction.tilt_deg) == pytest.approx((123, -90))
    narrow = dome(limits=Limits(pan_deg=(-90, 90))).direction_to(LON, LAT, now=Direction(-45, -40))
    assert (narrow.problem, narrow.direction.pan_deg) == (None, pytest.approx(-45))


PANS = {
    "inside": ((-180, 180), 30.0, 0.0, 30.0, None),
    "wraps up": ((0, 360), -10.0, 5.0, 350.0, None),
    "the end that is nearer": ((-180, 180), 180.0, 170.0, 180.0, None),
    "the other end": ((-180, 180), 180.0, -170.0, -180.0, None),
    "more than a turn, from the left": ((-270, 270), 150.0, -200.0, -210.0, None),
    "more than a turn, from the right": ((-270, 270), 150.0, 100.0, 150.0, None),
    "beyond the right end": ((-90, 90), 100.0, 0.0, 90.0, OutOfReach.PAN_LIMIT),
    "behind, nearer to the left end": ((-90, 90), 190.0, 0.0, -90.0, OutOfReach.PAN_LIMIT),
}


@pytest.mark.parametrize(("ends", "wanted", "now", "expected", "problem"), PANS.values(), ids=PANS.keys())
def test_pan_limits(
    ends: tuple[float, float], wanted: float, now: float, expected: float, problem: OutOfReach | None
) -> None:
    reach = Limits(pan_deg=ends).reach(Direction(wanted, -10), Direction(now, 0))
    assert (reach.direction.pan_deg, reach.problem) == (pytest.approx(expected), problem)
    assert (reach.missed_by_deg > 0) == (problem is not None)


def test_tilt_limits_and_range_say_why() -> None:
    limited = dome(limits=Limits(tilt_deg=(-60, 10)), range_m=1000)
    near, high = PLANE.to_degrees(0, 10), limited.direction_to(*PLANE.to_degrees(0, 100), height_m=200)
    low = limited.direction_to(*near)
    assert (low.problem, low.direction.tilt_deg) == (OutOfReach.TILT_TOO_LOW, -60)
    assert low.missed_by_deg == pytest.approx(math.degrees(math.atan2(80, 10)) - 60, abs=1e-3)
    assert high.problem is OutOfReach.TILT_TOO_HIGH
    assert limited.direction_to(*PLANE.to_degrees(0, 1001)).problem is OutOfReach.TOO_FAR
    assert limited.place(Direction(0, -60), 1.0) is not None
    assert limited.place(Direction(0, -4), 1.0) is None  # 1144 m away
    assert limited.place(Direction(0, 5), 1.0) is None


@given(st.floats(-720, 720), st.floats(-720, 720))
def test_an_endless_dome_goes_the_short_way(start: float, end: float) -> None:
    turn = Limits().turn_deg(Direction(start, 0), Direction(end, 0))
    assert -180 <= turn < 180
    assert abs(math.remainder(start + turn - end, 360)) < 1e-9
    assert Limits(pan_deg=(-170, 170)).turn_deg(Direction(-170, 0), Direction(170, 0)) == 340
    assert pan_turn_deg(170, -170) == 20


def test_limits_must_make_sense() -> None:
    with pytest.raises(ValueError, match="tilt_deg: ends must be finite, the lower first"):
        Limits(tilt_deg=(20, -90))
    with pytest.raises(ValueError, match="wide_hfov_deg"):
        ZoomLens(180)
    with pytest.raises(ValueError, match="height and range"):
        Dome(LON, LAT, 0)


def test_magnification_is_focal_length() -> None:
    lens = ZoomLens(60.0)
    assert lens.hfov_deg(1) == pytest.approx(60)
    assert math.tan(math.radians(lens.hfov_deg(30) / 2)) == pytest.approx(math.tan(math.radians(30)) / 30)
    assert lens.zoom_at(lens.hfov_deg(7.5)) == pytest.approx(7.5)
    assert math.tan(math.radians(lens.vfov_deg(2) / 2)) == pytest.approx(math.tan(math.radians(30)) / 2 * 9 / 16)


def test_zoom_for_an_object() -> None:
    watching = dome()
    lon, lat = PLANE.to_degrees(300, 0)
    zoom = watching.zoom_to_show(lon, lat, 15.0)
    direction = watching.direction_to(lon, lat).direction
    ends = [watching.picture_point(direction, zoom, *PLANE.to_degrees(300, north)) for north in (-7.5, 7.5)]
    assert ends[0] is not None
    assert ends[1] is not None
    assert abs(ends[0][0] - ends[1][0]) == pytest.approx(0.8, abs=1e-3)
    assert watching.zoom_to_show(lon, lat, 0.44) == 30  # a plate needs more than the lens has


def test_the_earth_falls_away() -> None:
    assert 0.272 < DROP_PER_M2 * 2000**2 < 0.274
    _, _, up = dome().vector_to(*PLANE.to_degrees(2000, 0))
    assert up == pytest.approx(-80.273, abs=0.001)


SLOPE = Ground(lambda east, north: 50 + east / 10)
"""Rises by a tenth towards the east."""


@settings(max_examples=25)
@given(MOUNTS, st.floats(0, 360), st.floats(5, 1900))
def test_a_place_on_a_slope_comes_back(mount: Mount, bearing: float, away: float) -> None:
    on_slope = Dome(LON, LAT, 80, mount, ZoomLens(60), ALL_ROUND, 2000, elevation=SLOPE)
    east, north = away * math.sin(math.radians(bearing)), away * math.cos(math.radians(bearing))
    reach = on_slope.direction_to(*PLANE.to_degrees(east, north))
    if reach.problem is not None:
        return
    back = on_slope.place(reach.direction, 10)
    # Far up the slope the ray is nearly parallel to it.
    assert back is not None
    assert math.dist(PLANE.to_metres(*back), (east, north)) < 1e-6 * max(away, 1.0)


def test_a_hill_in_front_is_what_is_seen() -> None:
    rise = np.zeros((1, 401), dtype=np.float32)
    rise[0, 230:236] = 60.0
    step = PLANE.to_degrees(10, 0)[0] - LON
    grid = ElevationGrid(LON - 200 * step, LAT, step, 1.0, rise)
    hilly = Dome(LON, LAT, 80, range_m=1900, elevation=grid)
    seen = hilly.place(hilly.direction_to(*PLANE.to_degrees(1000, 0)).direction, 1.0)
    assert seen is not None
    assert PLANE.to_metres(*seen)[0] == pytest.approx(297, abs=6)


def test_a_camera_that_turns_is_a_dome() -> None:
    fixed = camera(height_m=80)
    mount = {"heading_deg": 30, "roll_deg": -2, "tilt_zero_deg": 1}
    told = {"pan_deg": (180, -180), "tilt_deg": (20, -90), "mount": mount, "range_m": 1500}
    ptz = Ptz.model_validate(told)
    device = Device(url="http://10.0.0.5/onvif/device_service")
    turning = dome_of(fixed.model_copy(update={"ptz": ptz, "device": device}))
    assert dome_of(fixed) is None
    assert dome_of(camera(posed=False).model_copy(update={"ptz": ptz, "device": device})) is None
    assert turning == Dome(LON, LAT, 80, Mount(30, 0, -2, 1), ZoomLens(60), Limits(), 1500)
