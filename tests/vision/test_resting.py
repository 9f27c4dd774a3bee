"""A thing that stands there plainly is asked pixel by pixel now and then only, and at once when anything changes."""

import numpy as np

from tests.vision import scenery
from tests.vision.scenery import START
from vision.background import Comparison
from vision.grid import Floats, Gray, Grid, PixelBox
from vision.joining import new_object
from vision.scene import Scene
from vision.static_object import RESTING_SAMPLES, StaticObject

GRID = Grid(320, 180)
GROUND = GRID.shrink(np.clip(scenery.STREET, 0, 255).astype(np.uint8))
BOX = PixelBox(150, 100, 180, 130)


class Street:
    """A learnt scene with one thing in it; a sample every two seconds."""

    def __init__(self) -> None:
        self.scene = Scene(GRID, GROUND)
        while not self.scene.background.ready:
            self.scene.compare(GROUND, 3.0)
        self.at = START
        self.thing = self._put()

    def sample(self, picture: Gray) -> None:
        seen = self._seen(picture)
        self.thing.take(seen, GRID, self.at, 2.0, None)
        owned = np.zeros_like(picture)
        owned[self.thing.outline(GRID).near.slices] = self.thing.outline(GRID).filled
        self.scene.background.learn(seen, owned, 2.0)

    def _put(self) -> StaticObject:
        seen = self._seen(self.with_thing())
        mask = np.full((BOX.height, BOX.width), 255, np.uint8)
        self.scene.background.learn(seen, None, 2.0)
        return new_object("bag", BOX, mask, seen, self.scene.background.slow, 0.5, self.at, self.at)

    def _seen(self, picture: Gray) -> Comparison:
        self.at += 2.0
        seen = self.scene.compare(picture, 2.0)
        assert seen is not None
        return seen

    @staticmethod
    def with_thing(brighter: int = 0) -> Gray:
        picture = GROUND.copy()
        texture = scenery.thing_texture(BOX.width, BOX.height, 9) + brighter
        picture[BOX.slices] = np.clip(texture, 0, 255).astype(np.uint8)
        return picture


def looks_of(street: Street, picture: Gray, samples: int) -> int:
    """How many of the samples looked at its pixels: those took something into its picture."""
    looks = 0
    for _ in range(samples):
        before: Floats = street.thing.appearance.copy()
        street.sample(picture)
        looks += int(not np.array_equal(before, street.thing.appearance))
    return looks


def test_nothing_changes_and_every_fourth_sample_looks() -> None:
    street = Street()
    street.sample(street.with_thing())
    quiet, calm = street.thing.quiet_seconds, street.thing.calm_seconds
    assert 2 <= looks_of(street, street.with_thing(brighter=3), 3 * RESTING_SAMPLES) <= 4
    assert street.thing.present_samples == 2 + 3 * RESTING_SAMPLES
    assert street.thing.quiet_seconds - quiet == 6.0 * RESTING_SAMPLES
    assert street.thing.calm_seconds - calm == 6.0 * RESTING_SAMPLES


def test_taken_away_it_is_seen_to_be_gone_at_the_very_next_sample() -> None:
    street = Street()
    for _ in range(3):
        street.sample(street.with_thing())
    assert street.thing.visible
    street.sample(GROUND)
    assert not street.thing.visible
    assert street.thing.absent_samples == 1


def test_somebody_close_by_makes_it_looked_at() -> None:
    street = Street()
    street.sample(street.with_thing())
    busy = street.thing.busy_seconds
    for step in range(4):
        picture = street.with_thing()
        picture[95:130, 183:194] = 5 if step % 2 else 250
        street.sample(picture)
    assert street.thing.busy_seconds - busy == 8.0
