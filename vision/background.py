"""Two running averages of one camera's picture, fast and slow, all rates from the real time between samples.

What differs from the slow one and agrees with the fast one has come and stands still.
"""

from dataclasses import dataclass
from math import exp

import cv2
import numpy as np

from vision.grid import Floats, Gray, Grid, Mask
from vision.light import Light, estimate_light

FAST_SECONDS = 1.5
EXPLAINED_SECONDS = 30.0  # pixels that are background: follow light, wear and season
FOREGROUND_SECONDS = 90.0  # pixels that differ and belong to nothing tracked: absorbed, in bounded steps
FOREGROUND_STEP = 12  # grey levels: so that traffic passing now and then hardly pulls
NOISE_SECONDS = 60.0
NOISE_CEILING = 25
LEAST_THRESHOLD = 10.0
NOISE_FACTOR = 2.5
START_NOISE = 1.5
SHAKING_SHARE = 0.02
SHAKING_LEVEL = 12
LONGEST_STEP_SECONDS = 20.0  # after a gap nothing is learnt faster than this
LEARNING_SAMPLES = 4
LEARNING_SECONDS = 12.0

_NEIGHBOURS = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One sample against the background. Masks are 0 or 255.

    `predicted`: the slow background in the sample's light; `foreground`: differs from it beyond what shaking by a
    pixel and the pixel's own unrest explain; `moving`: foreground that was not there at the last sample; `restless`:
    differs at all from the last sample, shaking included; `shaking`: so does much of the bare background; `known`:
    where the picture reaches, None: everywhere (`vision.alignment`). Beyond it nothing differs and nothing is told.
    """

    picture: Gray
    light: Light
    predicted: Gray
    threshold: Gray
    foreground: Mask
    moving: Mask
    restless: Mask
    foreground_share: float
    shaking: bool
    known: Mask | None = None

    @property
    def still(self) -> Mask:
        return np.asarray(cv2.subtract(self.foreground, self.moving), np.uint8)


class DualBackground:
    """Not thread-safe. Memory: 9 bytes a pixel of the grid."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        shape = (grid.height, grid.width)
        self.slow: Floats = np.zeros(shape, np.float32)
        self.noise: Floats = np.full(shape, START_NOISE, np.float32)
        self.fast: Gray = np.zeros(shape, np.uint8)
        self.samples = 0
        self.learnt_seconds = 0.0

    @property
    def ready(self) -> bool:
        """Whether the scene has been learnt; before, what is there counts as background."""
        return self.samples >= LEARNING_SAMPLES and self.learnt_seconds >= LEARNING_SECONDS

    def known_ground(self) -> Gray:
        """The slow average in whole grey levels."""
        return np.asarray(cv2.convertScaleAbs(self.slow), np.uint8)

    def begin(self, picture: Gray) -> None:
        """Forget everything; `picture` is the first of a new scene."""
        np.copyto(self.slow, picture)
        np.copyto(self.fast, picture)
        self.noise.fill(START_NOISE)
        self.samples = 1
        self.learnt_seconds = 0.0

    def recall(self, known: Gray, picture: Gray) -> None:
        """An earlier background is the right one again; `picture` is the newest sample."""
        self.begin(known)
        self.samples, self.learnt_seconds = LEARNING_SAMPLES, LEARNING_SECONDS
        np.copyto(self.fast, picture)

    def learn_scene(self, picture: Gray, seconds: float) -> None:
        """One sample of the start, when people in the first pictures must not burn in: bounded steps from all."""
        reference = np.asarray(cv2.convertScaleAbs(self.slow), np.uint8)
        bounded = _bounded(picture, reference, 25)
        self._learn_noise(picture, reference, seconds, None)
        cv2.accumulateWeighted(bounded, self.slow, 1.0 / (self.samples + 1) ** 0.5)
        self._follow(picture, seconds)
        self.samples += 1
        self.learnt_seconds += min(seconds, LONGEST_STEP_SECONDS)

    def compare(self, picture: Gray, known: Mask | None = None) -> Comparison:
        reference = np.asarray(cv2.convertScaleAbs(self.slow), np.uint8)
        light = estimate_light(picture, reference)
        predicted = light.predict(reference)
        threshold = np.asarray(cv2.convertScaleAbs(self.noise, alpha=NOISE_FACTOR, beta=LEAST_THRESHOLD), np.uint8)
        foreground = _differs(picture, predicted, threshold)
        if known is not None:
            foreground = np.asarray(cv2.bitwise_and(foreground, known), np.uint8)
        count = cv2.countNonZero(foreground)
        moving = restless = foreground
        shaking = False
        if count:
            change = np.asarray(cv2.absdiff(picture, self.fast), np.uint8)
            restless = np.asarray(cv2.compare(change, threshold, cv2.CMP_GT), np.uint8)
            shaking = _share_above(change, foreground) > SHAKING_SHARE
            moving = np.asarray(cv2.bitwise_and(_differs(picture, self.fast, threshold), foreground), np.uint8)
        share = count / foreground.size
        return Comparison(picture, light, predicted, threshold, foreground, moving, restless, share, shaking, known)

    def learn(self, seen: Comparison, owned: Mask | None, seconds: float) -> None:
        """Take the sample in. `owned`: where tracked things stand; there only the light is followed."""
        seconds = min(seconds, LONGEST_STEP_SECONDS)
        explained = cv2.bitwise_not(seen.foreground)
        free = explained if owned is None else cv2.bitwise_and(explained, cv2.bitwise_not(owned))
        rate = _rate(seconds, EXPLAINED_SECONDS)
        cv2.accumulateWeighted(seen.picture, self.slow, rate, mask=free)
        if seen.foreground_share > 0.0:
            self._absorb(seen, owned, seconds)
        if owned is not None and not seen.light.unchanged:
            cv2.accumulateWeighted(seen.predicted, self.slow, rate, mask=owned)
        calm = None if owned is None else np.asarray(cv2.bitwise_not(owned), np.uint8)
        self._learn_noise(seen.picture, seen.predicted, seconds, calm)
        self._follow(seen.picture, seconds)
        self.samples += 1

    def take_over(self, picture: Gray, where: Mask, rows: slice, columns: slice) -> None:
        """What stands `where` (a mask of the part) is background from now on."""
        part = self.slow[rows, columns]
        part[where > 0] = picture[rows, columns][where > 0]

    def _learn_noise(self, picture: Gray, predicted: Gray, seconds: float, where: Mask | None) -> None:
        """How much each pixel moves by itself: leaves, water, a busy lane. Quickly at first, when nothing is known."""
        _, unrest = cv2.threshold(cv2.absdiff(picture, predicted), NOISE_CEILING, NOISE_CEILING, cv2.THRESH_TRUNC)
        rate = max(_rate(seconds, NOISE_SECONDS), 1.0 / (self.samples + 3))
        cv2.accumulateWeighted(unrest, self.noise, rate, mask=where)

    def _absorb(self, seen: Comparison, owned: Mask | None, seconds: float) -> None:
        strange = seen.foreground if owned is None else cv2.bitwise_and(seen.foreground, cv2.bitwise_not(owned))
        step = _bounded(seen.picture, seen.predicted, FOREGROUND_STEP)
        cv2.accumulateWeighted(step, self.slow, _rate(seconds, FOREGROUND_SECONDS), mask=strange)

    def _follow(self, picture: Gray, seconds: float) -> None:
        rate = _rate(seconds, FAST_SECONDS)
        cv2.addWeighted(picture, rate, self.fast, 1.0 - rate, 0.0, dst=self.fast)


def _rate(seconds: float, time_constant: float) -> float:
    return 1.0 - exp(-max(0.0, seconds) / time_constant)


def _share_above(change: Gray, foreground: Mask) -> float:
    """Share of the picture that is bare background and yet has changed."""
    _, changed = cv2.threshold(change, SHAKING_LEVEL, 255, cv2.THRESH_BINARY)
    return cv2.countNonZero(cv2.subtract(changed, foreground)) / foreground.size


def _bounded(picture: Gray, reference: Gray, step: int) -> Gray:
    """`picture`, at most `step` away from `reference`."""
    room = np.full_like(reference, step)
    return np.asarray(cv2.min(cv2.max(picture, cv2.subtract(reference, room)), cv2.add(reference, room)), np.uint8)


def _differs(picture: Gray, reference: Gray, threshold: Gray) -> Mask:
    """Where `picture` lies outside what the reference holds within one pixel: a shaking mast makes no foreground."""
    above = cv2.subtract(picture, cv2.dilate(reference, _NEIGHBOURS))
    below = cv2.subtract(cv2.erode(reference, _NEIGHBOURS), picture)
    return np.asarray(cv2.compare(cv2.max(above, below), threshold, cv2.CMP_GT), np.uint8)


def differs_by(picture: Gray, reference: Gray, threshold: int) -> Mask:
    """Where the two differ by more than `threshold` grey levels once the change of light is taken out."""
    lit = estimate_light(picture, reference).predict(reference)
    return _differs(picture, lit, np.full(picture.shape, threshold, np.uint8))
