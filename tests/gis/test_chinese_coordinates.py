"""GCJ-02 and BD-09 against published values, and their inverses."""

import random

import pytest

from gis.chinese_coordinates import bd09_to_gcj02, gcj02_to_bd09, gcj02_to_wgs84, wgs84_to_gcj02

# Values printed with the widely used public implementations (wandergis/coordtransform, test/app.js).
PUBLISHED = [
    ("WGS 84 to GCJ-02", wgs84_to_gcj02, (116.41024449916938, 39.91640428150164)),
    ("GCJ-02 to BD-09", gcj02_to_bd09, (116.41036949371029, 39.92133699351021)),
]


@pytest.mark.parametrize(("function", "told"), [row[1:] for row in PUBLISHED], ids=[row[0] for row in PUBLISHED])
def test_published_values(function, told):
    assert function(116.404, 39.915) == pytest.approx(told, abs=1e-12)


def test_the_inverses_agree_with_the_published_approximations_as_far_as_those_go():
    # The one-step inverse printed with them is good to about a metre (1e-5 degrees).
    assert gcj02_to_wgs84(116.404, 39.915) == pytest.approx((116.39775550083061, 39.91359571849836), abs=1.5e-5)
    assert bd09_to_gcj02(116.404, 39.915) == pytest.approx((116.39762729119315, 39.90865673957631), abs=1.5e-5)


def test_the_inverses_come_back_within_a_micrometre_all_over_china():
    rng = random.Random(4)
    for _ in range(2000):
        place = rng.uniform(74, 134), rng.uniform(4, 53)
        assert gcj02_to_wgs84(*wgs84_to_gcj02(*place)) == pytest.approx(place, abs=2e-11)
        assert bd09_to_gcj02(*gcj02_to_bd09(*place)) == pytest.approx(place, abs=2e-11)


def test_outside_china_nothing_is_shifted():
    for place in ((2.35, 48.86), (151.2, -33.9)):
        assert wgs84_to_gcj02(*place) == gcj02_to_wgs84(*place) == place
