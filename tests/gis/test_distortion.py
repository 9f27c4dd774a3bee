import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.cameras import Position, View
from gis.distortion import LEAST_SLOPE, Distortion
from gis.ground import PoseGround
from gis.pinhole import Pinhole
from tests.gis.cameras import LAT, LON


@settings(max_examples=300)
@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(0, 12))
def test_every_ray_has_one_point_and_back(k1: float, k2: float, radius: float) -> None:
    lens = Distortion(k1, k2)
    there = lens.distorted(radius)
    assert lens.undistorted(there) == pytest.approx(radius, rel=1e-8, abs=1e-8)
    assert lens.distorted(radius + 1e-3) >= there + 0.9 * LEAST_SLOPE * 1e-3


def test_no_number_is_no_lens() -> None:
    with pytest.raises(ValueError, match="finite"):
        Distortion(math.nan, 0)


def test_agrees_with_opencv() -> None:
    width, height, k1, k2 = 1280, 720, -0.28, 0.06
    lens = Pinhole(0, 0, 0, 80, width / height, Distortion(k1, k2))
    focal = width * 0.5 / math.tan(math.radians(40))
    matrix = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1.0]])
    places = np.array([(x, y, 10.0) for x in (-7.0, -2.0, 0.0, 5.0) for y in (-4.0, 0.0, 3.0)])
    seen = cv2.projectPoints(places, np.zeros(3), np.zeros(3), matrix, np.array([k1, k2, 0, 0]))[0].reshape(-1, 2)
    for (x, y, depth), (column, row) in zip(places.tolist(), seen.tolist(), strict=True):
        point = lens.picture_point(x, depth, -y)
        assert point == pytest.approx((column / width, row / height), abs=1e-9)
        ray = lens.ray(column / width, row / height)
        assert (ray[0] / ray[1] * depth, -ray[2] / ray[1] * depth) == pytest.approx((x, y), abs=1e-7)


def test_a_bent_picture_lies_on_the_ground_where_it_should() -> None:
    view = View(heading_deg=30, tilt_deg=25, hfov_deg=95, range_m=200, k1=-0.2, k2=0.02)
    ground = PoseGround(Position(lon=LON, lat=LAT, height_m=6), view)
    straight = PoseGround(ground.position, view.model_copy(update={"k1": 0.0, "k2": 0.0}))
    for fx, fy in ((0.05, 0.95), (0.5, 0.6), (0.93, 0.5)):
        place = ground.place_at(fx, fy)
        assert place is not None
        assert ground.to_picture(*place) == pytest.approx((fx, fy), abs=1e-6)
    far, near = ground.place_at(0.05, 0.95), straight.place_at(0.05, 0.95)
    assert far is not None
    assert near is not None
    assert math.dist(far, near) * 1e5 > 1


def test_a_metre_is_as_wide_as_the_bent_picture_shows_it() -> None:
    lens = Pinhole(0, 0, 0, 90, 16 / 9, Distortion(-0.2, 0.0))
    left, right = lens.picture_point(-0.5, 10, -6), lens.picture_point(0.5, 10, -6)
    assert left is not None
    assert right is not None
    assert 1 / (right[0] - left[0]) == pytest.approx(lens.metres_per_fraction(0, 10, -6), rel=1e-3)
