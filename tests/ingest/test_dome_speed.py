"""Speeds at a magnification, as numbers."""

import pytest

from ingest.dome_speed import FINEST, Speeds, at_zoom, differ, slowing


@pytest.mark.parametrize(
    ("zoom", "wide_hfov_deg", "share"),
    [
        (None, 60.0, 1.0),
        (0.5, 60.0, 1.0),
        (1.0, 60.0, 1.0),
        (20.0, 60.0, 0.0551),
        (30.0, 60.0, 0.0367),
        (2.0, 4.0, 0.5),
    ],
)
def test_the_closer_the_slower(zoom: float | None, wide_hfov_deg: float, share: float) -> None:
    # 2 atan(tan(30°) / 20) is 3.31°, 0.0551 of 60°.
    assert slowing(zoom, wide_hfov_deg) == pytest.approx(share, rel=2e-3)


def test_what_is_meant_to_move_moves_and_nothing_is_made_faster() -> None:
    assert at_zoom(Speeds(-0.5, 0.0, 1.0), 20.0, 60.0) == Speeds(pytest.approx(-0.02755, rel=1e-2), 0.0, 1.0)
    assert at_zoom(Speeds(0.1, -0.1, 0.0), 30.0, 60.0) == Speeds(FINEST, -FINEST, 0.0)
    assert at_zoom(Speeds(0.004, 0.0, -0.3), 30.0, 60.0) == Speeds(0.004, 0.0, -0.3)


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        (Speeds(0.5, 0.0, 0.0), Speeds(0.52, 0.0, 0.0), False),
        (Speeds(0.5, 0.0, 0.0), Speeds(0.6, 0.0, 0.0), True),
        (Speeds(0.5, 0.0, 0.0), Speeds(0.5, 0.001, 0.0), True),
        (Speeds(0.01, 0.0, 0.0), Speeds(-0.01, 0.0, 0.0), True),
    ],
)
def test_a_tenth_of_the_speed_is_worth_telling(one: Speeds, other: Speeds, told: bool) -> None:
    assert differ(one, other) is told
