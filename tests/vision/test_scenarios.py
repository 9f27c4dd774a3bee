"""The drawn streets: the same for the same seed, in every condition, and judged as they should be."""

from dataclasses import replace

import numpy as np
import pytest

from bench.scenarios import START, Stay, hour_of, judge, play
from bench.streets import HEIGHT, WIDTH, camera, scale_of
from bench.weather import CONDITIONS
from gis.ground import ground_model
from vision.detection import Detection

CALM = hour_of("calm", 3)
STALL = next(event for event in CALM.events if event.rule == "stall")
TOLD = Detection(
    key="k",
    object_id="o",
    phase="present",
    camera_id="street",
    zone_id="stall",
    rule="stall",
    case_class="05-01",
    level=2,
    opens_case=True,
    first_seen_at=START + STALL.begins,
    confirmed_at=START + STALL.begins + 185.0,
    box=STALL.box,
    foot=(0.3, 0.8),
    location=None,
    size_m=None,
    confidence=0.9,
)


@pytest.mark.parametrize("condition", CONDITIONS)
def test_every_condition_draws_the_same_for_the_same_seed(condition: str) -> None:
    first, again, other = (hour_of(condition, seed) for seed in (5, 5, 6))
    for at in (0.0, 1800.5, 3500.0):
        assert np.array_equal(first.picture(at), again.picture(at))
        assert first.picture(at).shape == (HEIGHT, WIDTH)
    assert not np.array_equal(first.picture(700.0), other.picture(700.0))


def test_stall_is_drawn_where_and_when_the_truth_says() -> None:
    bare, there = CALM.picture(STALL.begins - 60.0), CALM.picture(STALL.begins + 60.0)
    x, y, width, height = STALL.box
    rows = slice(int(y * HEIGHT) + 2, int((y + height) * HEIGHT) - 2)
    columns = slice(int(x * WIDTH) + 2, int((x + width) * WIDTH) - 2)
    assert np.abs(there[rows, columns] - bare[rows, columns]).mean() > 25


def test_things_are_as_large_in_metres_as_the_camera_measures() -> None:
    place = camera(180.0)
    ground = ground_model(place)
    assert ground is not None
    for foot in (110.0, 140.0, 170.0):
        width, height = scale_of(place).pixels(2.0, 1.0, 100.0, foot)
        size = ground.size_at(
            (100 / WIDTH - width / WIDTH / 2, (foot - height) / HEIGHT, width / WIDTH, height / HEIGHT)
        )
        assert size == pytest.approx((2.0, 1.0), rel=0.15)


JUDGED = {
    "the stall": ([TOLD], 1, 0),
    "told twice": ([TOLD, TOLD], 1, 1),
    "told as dumping": ([replace(TOLD, rule="dumping")], 0, 1),
    "somewhere else": ([replace(TOLD, box=(0.9, 0.1, 0.05, 0.05))], 0, 1),
    "before it came": ([replace(TOLD, confirmed_at=START + STALL.begins - 5.0)], 0, 1),
    "never": ([], 0, 0),
}


@pytest.mark.parametrize("name", JUDGED)
def test_judging(name: str) -> None:
    told, found, false = JUDGED[name]
    score = judge(CALM, told)
    assert (score.found["stall"], len(score.false)) == (found, false)
    assert score.events["stall"] == 1


def test_an_hour_of_a_street_is_watched_without_a_mistake() -> None:
    told, looked, _ = play(CALM)
    score = judge(CALM, told)
    assert (score.found, score.false) == ({"stall": 1, "dumping": 1}, [])
    assert 360 <= looked <= 1500
    assert all(-2.0 <= dated <= 10.0 for dated in score.dating_s)
    assert all(isinstance(event, Stay) for event in CALM.events)
