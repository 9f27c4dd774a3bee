"""A picture is shrunk quickly for judging: what is measured must stay what the mean of all its pixels would give."""

import cv2
import numpy as np
import pytest

from tests.vision import scenery
from vision.quality.blocks import Blocks
from vision.quality.measure import FINE, measure
from vision.quality.reference import Look

SIZES = {"half": (640, 360), "quarter": (1280, 720), "sixth": (1920, 1080), "D1": (704, 576), "CIF": (352, 288)}


@pytest.mark.parametrize("name", SIZES)
def test_measured_as_by_the_mean_of_every_pixel(name: str) -> None:
    street = cv2.resize(scenery.STREET.astype(np.float32), SIZES[name], interpolation=cv2.INTER_AREA)
    grain = np.random.default_rng(4).normal(0, 6, street.shape)
    picture = np.clip(street + grain, 0, 255).astype(np.uint8)
    slow = measure(np.asarray(cv2.resize(picture, FINE, interpolation=cv2.INTER_AREA), np.uint8))
    quick = measure(picture)
    assert abs(quick.mean - slow.mean) < 1.0
    assert abs(quick.p95 - slow.p95) < 3.0
    assert np.abs(quick.blocks.means - slow.blocks.means).max() < 2.0
    assert 0.6 < (quick.noise + 0.7) / (slow.noise + 0.7) < 1.6
    assert 0.6 < (quick.acuity + 0.05) / (slow.acuity + 0.05) < 1.6


def test_a_look_compares_by_the_picture_it_has_learnt() -> None:
    first, second = (measure(np.full((90, 160), level, np.uint8)) for level in (60, 160))
    look = Look(first.small)
    look.learn(first, 0.0)
    assert look.blocks is look.blocks
    assert float(look.blocks.means.mean()) == pytest.approx(60.0)
    look.learn(second, 200.0)
    assert float(look.blocks.means.mean()) == pytest.approx(float(Blocks(look.small).means.mean()))
    assert float(look.blocks.means.mean()) > 100.0
