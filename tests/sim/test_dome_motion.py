import random

import numpy as np
import pytest

from sim.domes.axis import Axis, AxisLimits
from sim.domes.dome import Aim, Dome
from sim.domes.mount import Mount
from tests.ingest.hand_clock import HandClock

LIMITED = AxisLimits(-90.0, 20.0, 160.0, 400.0)
ENDLESS = AxisLimits(-180.0, 180.0, 240.0, 480.0, endless=True)


@pytest.mark.parametrize("limits", [LIMITED, ENDLESS], ids=["limited", "endless"])
def test_an_axis_arrives_exactly_and_never_outruns_its_motor(limits: AxisLimits) -> None:
    rng = random.Random(3)
    axis = Axis(limits, 0.0)
    for _ in range(60):
        target = rng.uniform(limits.low, limits.high)
        axis.go_to(target)
        velocity = axis.velocity
        for _ in range(400):
            axis.advance(0.01)
            assert abs(axis.velocity) <= limits.speed + 1e-9
            # Stopping dead is allowed only from what the motor brakes in two steps.
            assert abs(axis.velocity - velocity) <= limits.acceleration * 0.0201
            velocity = axis.velocity
            if rng.random() < 0.002:
                break  # another order on the way
        else:
            assert axis.resting
            assert axis.value == pytest.approx(limits.wrapped(target))


def test_the_shorter_way_round_and_as_far_as_asked() -> None:
    axis = Axis(ENDLESS, 170.0)
    axis.go_to(-170.0)
    axis.advance(0.05)
    assert axis.velocity > 0
    axis.advance(5)
    assert axis.value == pytest.approx(-170.0)
    axis.go_by(350.0)
    axis.advance(0.5)
    assert axis.velocity > 0
    axis.advance(5)
    assert axis.value == pytest.approx(180.0 - 360.0)


def test_an_end_stops_the_motor() -> None:
    axis = Axis(LIMITED, 0.0)
    axis.turn_at(160.0)
    axis.advance(10)
    assert (axis.value, axis.resting) == (20.0, True)
    axis.turn_at(-40.0)
    axis.advance(1.0)
    assert axis.value == pytest.approx(20 - 40, abs=3)


def test_how_time_is_cut_makes_no_difference() -> None:
    coarse, fine = Axis(ENDLESS, 0.0), Axis(ENDLESS, 0.0)
    for axis in (coarse, fine):
        axis.go_to(150.0)
    coarse.advance(0.5)
    for _ in range(100):
        fine.advance(0.005)
    assert coarse.value == pytest.approx(fine.value, abs=1e-6)


def test_a_continuous_move_ends_by_itself_even_if_nobody_looks() -> None:
    clock = HandClock()
    dome = Dome(clock)
    dome.turn_at((0.5, 0.0), 0.5, seconds=2.0)
    clock.turn(60.0)
    rest = dome.aim()
    # Two seconds at half of 240 degrees a second, less a ramp up, plus one down.
    assert rest.pan_deg == pytest.approx((240.0 + 180) % 360 - 180, abs=2.0)
    # Two seconds at half of a lens that needs two and a half: 0.4 of its range.
    assert rest.zoom == pytest.approx(1 + 0.4 * 29, abs=0.5)
    assert dome.moving() == (False, False)


def test_stop_brakes_within_the_ramp_and_a_preset_brings_back() -> None:
    clock = HandClock()
    dome = Dome(clock)
    token = dome.set_preset("gate")
    dome.go_to(120.0, -60.0, 20.0)
    clock.turn(0.4)
    dome.stop()
    before = dome.aim()
    clock.turn(1.0)
    after = dome.aim()
    assert 0 < after.pan_deg - before.pan_deg <= 240**2 / (2 * 480) + 1
    dome.go_to(*vars_of(dome.presets[token].aim))
    clock.turn(5.0)
    assert dome.aim() == Aim(0.0, -10.0, 1.0)


def vars_of(aim: Aim) -> tuple[float, float, float]:
    return aim.pan_deg, aim.tilt_deg, aim.zoom


def test_a_mount_turns_directions_as_it_says() -> None:
    level = Mount(0.0, 0.0, 60.0, heading_deg=90.0)
    assert level.camera_axes(Aim(0.0, 0.0, 1.0))[2] == pytest.approx([1, 0, 0])  # pan 0 is east
    assert level.camera_axes(Aim(90.0, 0.0, 1.0))[2] == pytest.approx([0, -1, 0])  # clockwise: south
    assert level.camera_axes(Aim(0.0, 30.0, 1.0))[2][2] == pytest.approx(0.5)  # up
    pitched = Mount(0, 0, 60, pitch_deg=2.0)
    assert pitched.camera_axes(Aim(0.0, 0.0, 1.0))[2][2] == pytest.approx(np.sin(np.radians(2.0)))
    rolled = Mount(0, 0, 60, roll_deg=2.0)
    assert rolled.camera_axes(Aim(90.0, 0.0, 1.0))[2][2] == pytest.approx(-np.sin(np.radians(2.0)))
    leaning = Mount(10.0, -20.0, 70.0, 33.0, 1.2, -0.8)
    aim = leaning.aim_at(512.0, 340.0)
    assert leaning.ground_at(aim) == pytest.approx((512.0, 340.0))
    axes = leaning.camera_axes(aim)
    assert np.allclose(axes @ axes.T, np.eye(3))
    assert np.cross(axes[0], axes[1]) == pytest.approx(axes[2])
