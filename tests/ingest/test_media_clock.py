"""Timestamps unwrapped, and arrival times of what is read in batches."""

import pytest

from ingest.rtsp.media_clock import MediaClock, ticks_between

RATE = 90_000
WRAP = 1 << 32


def test_the_short_way_round() -> None:
    assert ticks_between(WRAP - 10, 20) == 30
    assert ticks_between(20, WRAP - 10) == -30


def test_ticks_pass_the_wrap() -> None:
    clock = MediaClock(RATE)
    at, timestamp = 1000.0, WRAP - RATE
    for _ in range(10):
        clock.observe(timestamp % WRAP, at)
        at, timestamp = at + 0.5, timestamp + RATE // 2
    assert clock.ticks(timestamp % WRAP) == 5 * RATE


def test_arrival_is_within_the_paths_jitter_though_reading_is_late() -> None:
    """Frames every 100 ms arrive 40 ms after they are made and are read every 0.5 s at odd moments."""
    clock, worst = MediaClock(RATE), 0.0
    for batch in range(1, 120):
        read_at = 1000.0 + batch * 0.47
        newest = int((read_at - 1000.0 - 0.040) * 10) / 10
        clock.observe(int(newest * RATE) % WRAP, read_at)
        if batch > 40:
            worst = max(worst, abs(clock.arrival(int(newest * RATE) % WRAP, read_at) - (1000.0 + newest + 0.040)))
    assert worst < 0.03


@pytest.mark.parametrize("jump", [-20 * RATE, 3600 * RATE], ids=["back", "an hour ahead"])
def test_a_camera_whose_clock_jumps_goes_on(jump: int) -> None:
    clock = MediaClock(RATE)
    clock.observe(RATE * 100, 1000.0)
    assert not clock.observe(RATE * 101, 1001.0)
    assert clock.observe((RATE * 102 + jump) % WRAP, 1002.0)
    assert clock.ticks((RATE * 102 + jump) % WRAP) == 2 * RATE
    assert clock.arrival((RATE * 102 + jump) % WRAP, 1002.0) <= 1002.0


def test_a_drifting_camera_is_followed() -> None:
    """A camera 100 ppm slow for three hours: media time falls behind by a second."""
    clock = MediaClock(RATE)
    for step in range(21_600):
        read_at = 1000.0 + step * 0.5
        timestamp = int(step * 0.5 * (1 - 1e-4) * RATE)
        clock.observe(timestamp % WRAP, read_at)
    assert abs(clock.arrival(timestamp % WRAP, read_at) - read_at) < 0.05
