"""What a look back costs: every picture is shrunk and compared once, however many things ask, and none beside it."""

from collections import Counter

import numpy as np

from ingest.frame import Frame, frame_from_gray
from tests.vision import scenery
from tests.vision.scenery import START, Player, Stands, analysis, zone
from vision.alignment import Laid
from vision.grid import Grid, PixelBox
from vision.light import UNCHANGED, Light, estimate_light
from vision.looking_back import STEP_SECONDS, Past
from vision.outline import outline_of
from vision.scene import Scene

GRID = Grid(320, 180)


def key_frames(count: int, apart: float) -> list[Frame]:
    picture = np.clip(scenery.STREET, 0, 255).astype(np.uint8)
    return [frame_from_gray("north", START + number * apart, picture) for number in range(count)]


def test_pictures_closer_than_a_step_are_left_out_and_none_is_laid_twice() -> None:
    frames, laid = key_frames(20, 0.5), Counter[float]()

    def lay(frame: Frame) -> Laid:
        laid[frame.captured_at] += 1
        return Laid(GRID.shrink(frame.luma), None, (0, 0))

    scene = Scene(GRID, frames[0].luma)
    for number in range(8):
        scene.compare(GRID.shrink(frames[0].luma), 2.0 + number)
    past = Past(scene, frames, lay)
    assert past.frames[0] is frames[-1]
    assert all(
        new.captured_at - old.captured_at >= STEP_SECONDS
        for new, old in zip(past.frames, past.frames[1:], strict=False)
    )
    for frame in (*past.frames, *past.frames):
        assert past.picture(frame) is not None
    assert laid == {frame.captured_at: 1 for frame in past.frames}


def test_two_things_at_once_are_dated_by_the_same_pictures() -> None:
    bags = [Stands(180, 250, 34, 30, begins=81.0, seed=9), Stands(420, 280, 34, 30, begins=87.0, seed=5)]
    player = Player(analysis(zone("dumping")), [*bags, scenery.noise(2.0)], quiet_seconds=4.0).until(130.0)
    begun = sorted(round(found.first_seen_at - START) for found in player.detections)
    assert len(begun) == 2
    assert abs(begun[0] - 81) <= 2
    assert abs(begun[1] - 87) <= 2


def test_what_was_taken_for_no_light_once_is_not_measured_again_until_it_changes() -> None:
    ground = GRID.shrink(np.clip(scenery.STREET, 0, 255).astype(np.uint8))
    filled = ground.copy()
    filled[20:160, 40:160] = np.random.default_rng(5).integers(0, 255, (140, 120), np.uint8)
    first = estimate_light(filled, ground)
    assert first is not UNCHANGED
    assert first.shifts is not None
    assert estimate_light(filled, ground, Light(shifts=first.shifts)).unchanged
    brighter = np.clip(filled.astype(np.int16) + 40, 0, 255).astype(np.uint8)
    assert not estimate_light(brighter, ground, Light(shifts=first.shifts)).unchanged


def test_an_outline_is_cut_to_the_picture_and_says_how_far_something_goes_on() -> None:
    box = PixelBox(0, 100, 10, 110)
    outline = outline_of(np.full((10, 10), 255, np.uint8), box, GRID)
    assert (outline.near, outline.around) == (PixelBox(0, 98, 12, 112), PixelBox(0, 96, 14, 114))
    assert outline.filled.all()
    assert outline.area == 100
    assert outline.goes_on(np.zeros_like(outline.ring)) == 0.0
    assert outline.goes_on(np.full_like(outline.ring, 255)) == 1.0
    right = np.zeros_like(outline.ring)
    right[:, 12:] = 255
    assert 0.3 < outline.goes_on(right) < 0.5
