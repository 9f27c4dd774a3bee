"""A slow running average of one camera's picture beside the last sample, all rates from the real time between them.

What differs from the average and agrees with the last sample has come and stands still; for how long is counted.
"""

from dataclasses import dataclass
from math import exp

import cv2
import numpy as np

from vision.grid import Floats, Gray, Grid, Mask
from vision.light import UNCHANGED, Light, estimate_light, samples_of

STANDING_SECONDS = 3.0  # still for so long before a patch is looked into: a walker's middle is still for one sample
UNITS = 4  # of standing, in a second
EXPLAINED_SECONDS = 30.0  # pixels that are background: follow light, wear and season
FOREGROUND_SECONDS = 90.0  # pixels that differ and belong to nothing tracked: absorbed, in bounded steps
FOREGROUND_STEP = 12  # grey levels: so that traffic passing now and then hardly pulls
NOISE_SECONDS = 60.0
NOISE_CEILING = 25
NOISE_STEP = 4.0  # beyond twice what is known: leaves make their pixels restless in a minute, one walker does not
SWAYING_SHARE, SWAYING_LEVEL = 0.02, 12  # or so much of the bare ground changes from sample to sample
NOISE_STEP_SECONDS = 4.0  # unrest changes slowly: not every sample need be asked
NOISE_HASTE_SAMPLES = 20
LEAST_THRESHOLD = 10.0
NOISE_FACTOR = 2.5
START_NOISE = 1.5
SHAKING_SHARE = 0.003  # of the picture differs, and ...
SHAKEN_OFF = 0.5  # ... less than so much of it when each pixel may lie one beside: the mast sways
LONGEST_STEP_SECONDS = 20.0  # after a gap nothing is learnt faster than this
LEARNING_SAMPLES = 5
MOST_FIRST = 9  # pictures kept meanwhile, each the size of the grid
LEARNING_SECONDS = 12.0
LEARNING_STEP_SECONDS = 1.9  # rates are slow: pictures a second apart need not all be taken in

_NEIGHBOURS = np.ones((3, 3), np.uint8)
_ONE = np.uint8(1)


@dataclass(frozen=True, slots=True)
class Glimpse:
    """One sample and the light it was taken in: enough to ask for one place what stands there.

    `known`: where the picture reaches, None: everywhere (`vision.alignment`). Beyond it nothing is told.
    """

    picture: Gray
    light: Light
    threshold: Gray
    known: Mask | None


@dataclass(frozen=True, slots=True)
class Comparison(Glimpse):
    """One sample against the background. Masks are 0 or 255.

    `predicted`: the slow background in the sample's light; `shaking`: the camera sways by a pixel or so;
    `foreground`: differs from the background beyond the pixel's own unrest and, when shaking, beyond what lies one
    pixel beside; `moving`: foreground that was not there at the last sample; `restless`: differs at all from the last
    sample, shaking included.
    """

    predicted: Gray
    foreground: Mask
    moving: Mask
    restless: Mask
    foreground_share: float
    shaking: bool

    @property
    def still(self) -> Mask:
        return np.asarray(cv2.subtract(self.foreground, self.moving), np.uint8)


class DualBackground:
    """Not thread-safe. Memory: 11 bytes a pixel of the grid, 4 more in shade."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        shape = (grid.height, grid.width)
        self.slow: Floats = np.zeros(shape, np.float32)
        self.noise: Floats = np.full(shape, START_NOISE, np.float32)
        self.last: Gray = np.zeros(shape, np.uint8)
        self.standing: Gray = np.zeros(shape, np.uint8)
        self.samples = 0
        self.learnt_seconds = 0.0
        self._unlearnt_seconds = 0.0
        self._unrested_seconds = 0.0
        self._first: list[Gray] = []
        self._threshold: Gray | None = None
        self._standing_anywhere = False
        self._light = UNCHANGED

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
        np.copyto(self.last, picture)
        self.noise.fill(START_NOISE)
        self._threshold = None
        self.standing.fill(0)
        self._light = UNCHANGED
        self._first = [picture.copy()]
        self.samples = 1
        self.learnt_seconds = 0.0

    def recall(self, known: Gray, picture: Gray) -> None:
        """An earlier background is the right one again; `picture` is the newest sample."""
        self.begin(known)
        self.samples, self.learnt_seconds = LEARNING_SAMPLES, LEARNING_SECONDS
        np.copyto(self.last, picture)
        self._first = []

    def learn_scene(self, picture: Gray, seconds: float) -> None:
        """One sample of the start. Who walks through must not burn in: at the end each pixel is the median of all."""
        self._first.append(picture.copy())
        if len(self._first) > MOST_FIRST:
            self._first = self._first[::2]
        self.samples += 1
        self.learnt_seconds += min(seconds, LONGEST_STEP_SECONDS)
        np.copyto(self.last, picture)
        if self.ready:
            self._settle()

    def _settle(self) -> None:
        ground = _median(self._first)
        unrest = _median([np.asarray(cv2.absdiff(picture, ground), np.uint8) for picture in self._first])
        self._first = []
        np.copyto(self.slow, ground)
        np.copyto(self.noise, np.clip(unrest, START_NOISE, NOISE_CEILING))
        self._threshold = None

    def compare(self, picture: Gray, known: Mask | None = None) -> Comparison:
        reference = np.asarray(cv2.convertScaleAbs(self.slow), np.uint8)
        light = self._light = estimate_light(picture, reference, self._light)
        predicted = light.predict(reference)
        threshold = self._bounds()
        foreground = np.asarray(cv2.compare(cv2.absdiff(picture, predicted), threshold, cv2.CMP_GT), np.uint8)
        if known is not None:
            foreground = np.asarray(cv2.bitwise_and(foreground, known), np.uint8)
        count = cv2.countNonZero(foreground)
        shaking = False
        if count > SHAKING_SHARE * foreground.size:
            left, top, width, height = cv2.boundingRect(foreground)
            part = slice(top, top + height), slice(left, left + width)
            tolerant = cv2.bitwise_and(_differs(picture[part], predicted[part], threshold[part]), foreground[part])
            tolerated = cv2.countNonZero(tolerant)
            shaking = tolerated < SHAKEN_OFF * count
            if shaking:
                foreground[part], count = tolerant, tolerated
        moving = restless = foreground
        if count:
            change = np.asarray(cv2.absdiff(picture, self.last), np.uint8)
            restless = changed = np.asarray(cv2.compare(change, threshold, cv2.CMP_GT), np.uint8)
            bare = _share_above(change, foreground)
            if shaking or bare > SWAYING_SHARE:
                change = _outside(picture, self.last)
                shaking = shaking or _share_above(change, foreground) < SHAKEN_OFF * bare
            if shaking:
                changed = np.asarray(cv2.compare(change, threshold, cv2.CMP_GT), np.uint8)
            moving = np.asarray(cv2.bitwise_and(changed, foreground), np.uint8)
        share = count / foreground.size
        return Comparison(picture, light, threshold, known, predicted, foreground, moving, restless, share, shaking)

    def glimpse(self, picture: Gray, known: Mask | None = None) -> tuple[Glimpse, float]:
        """As `compare` for a tenth of its price, and the share of the picture that differs, by every sixth pixel."""
        reference = np.asarray(cv2.convertScaleAbs(self.slow), np.uint8)
        light = estimate_light(picture, reference, self._light)
        threshold = self._bounds()
        differs = cv2.absdiff(light.predict_samples(samples_of(reference)), samples_of(picture))
        strange = cv2.compare(differs, samples_of(threshold), cv2.CMP_GT)
        return Glimpse(picture, light, threshold, known), cv2.countNonZero(strange) / strange.size

    def _bounds(self) -> Gray:
        """How far each pixel may differ; valid until unrest is learnt again."""
        if self._threshold is None:
            bounds = cv2.convertScaleAbs(self.noise, alpha=NOISE_FACTOR, beta=LEAST_THRESHOLD)
            self._threshold = np.asarray(bounds, np.uint8)
        return self._threshold

    def learn(self, seen: Comparison, owned: Mask | None, seconds: float) -> None:
        """Take the sample in. `owned`: where tracked things stand; there only the light is followed."""
        np.copyto(self.last, seen.picture)
        self.samples += 1
        self._unlearnt_seconds += min(seconds, LONGEST_STEP_SECONDS)
        if self._unlearnt_seconds < LEARNING_STEP_SECONDS:
            return
        seconds, self._unlearnt_seconds = min(self._unlearnt_seconds, LONGEST_STEP_SECONDS), 0.0
        taken = seen.foreground if owned is None else cv2.bitwise_or(seen.foreground, owned)
        rate = _rate(seconds, EXPLAINED_SECONDS)
        cv2.accumulateWeighted(seen.picture, self.slow, rate, mask=cv2.bitwise_not(taken))
        if seen.foreground_share > 0.0:
            self._absorb(seen, owned, seconds)
        if owned is not None and not seen.light.unchanged:
            cv2.accumulateWeighted(seen.predicted, self.slow, rate, mask=owned)
        self._unrested_seconds += seconds
        if self._unrested_seconds >= NOISE_STEP_SECONDS or self.samples < NOISE_HASTE_SAMPLES:
            calm = None if owned is None else np.asarray(cv2.bitwise_not(owned), np.uint8)
            self._learn_noise(seen.picture, seen.predicted, self._unrested_seconds, calm)
            self._unrested_seconds = 0.0

    def count_standing(self, seen: Comparison, seconds: float) -> Mask:
        """Where something has stood still long enough. Whoever passes in front takes off some of the count, bare ground
        all of it but what noise may do in a sample or two."""
        still = seen.still
        if not (self._standing_anywhere or (seen.foreground_share > 0.0 and cv2.countNonZero(still))):
            return still
        step = int(min(UNITS * STANDING_SECONDS, max(2.0, UNITS * seconds)))
        gain = np.multiply(still & _ONE, np.uint8(step + step // 2))
        cv2.subtract(cv2.add(self.standing, gain), np.full_like(still, step // 2), dst=self.standing)
        cv2.threshold(self.standing, 2 * UNITS * STANDING_SECONDS, 255, cv2.THRESH_TRUNC, dst=self.standing)
        self._standing_anywhere = cv2.countNonZero(self.standing) > 0
        _, long = cv2.threshold(self.standing, UNITS * STANDING_SECONDS - 1, 255, cv2.THRESH_BINARY)
        return np.asarray(cv2.bitwise_and(long, still), np.uint8)

    def take_over(self, picture: Gray, where: Mask, rows: slice, columns: slice) -> None:
        """What stands `where` (a mask of the part) is background from now on."""
        part = self.slow[rows, columns]
        part[where > 0] = picture[rows, columns][where > 0]

    def _learn_noise(self, picture: Gray, predicted: Gray, seconds: float, where: Mask | None) -> None:
        """How much each pixel moves by itself: leaves, water, a busy lane. Quickly at first, when nothing is known."""
        ceiling = cv2.convertScaleAbs(self.noise, alpha=2.0, beta=NOISE_STEP)
        unrest = cv2.min(cv2.absdiff(picture, predicted), cv2.min(ceiling, np.full_like(picture, NOISE_CEILING)))
        rate = max(_rate(seconds, NOISE_SECONDS), 1.0 / (self.samples + 4))
        cv2.accumulateWeighted(unrest, self.noise, rate, mask=where)
        self._threshold = None

    def _absorb(self, seen: Comparison, owned: Mask | None, seconds: float) -> None:
        strange = seen.foreground if owned is None else cv2.bitwise_and(seen.foreground, cv2.bitwise_not(owned))
        step = _bounded(seen.picture, seen.predicted, FOREGROUND_STEP)
        cv2.accumulateWeighted(step, self.slow, _rate(seconds, FOREGROUND_SECONDS), mask=strange)


def _median(pictures: list[Gray]) -> Gray:
    """Per pixel, of a few pictures: sorted by exchanging pairs, forty times as fast as NumPy sorts."""
    rows = list(pictures)
    for end in range(len(rows) - 1, 0, -1):
        for index in range(end):
            low, high = cv2.min(rows[index], rows[index + 1]), cv2.max(rows[index], rows[index + 1])
            rows[index], rows[index + 1] = np.asarray(low, np.uint8), np.asarray(high, np.uint8)
    return rows[len(rows) // 2]


def _rate(seconds: float, time_constant: float) -> float:
    return 1.0 - exp(-max(0.0, seconds) / time_constant)


def _share_above(change: Gray, foreground: Mask) -> float:
    """Share of the picture that is bare background and yet has changed."""
    _, changed = cv2.threshold(change, SWAYING_LEVEL, 255, cv2.THRESH_BINARY)
    return cv2.countNonZero(cv2.subtract(changed, foreground)) / foreground.size


def _bounded(picture: Gray, reference: Gray, step: int) -> Gray:
    """`picture`, at most `step` away from `reference`."""
    room = np.full_like(reference, step)
    return np.asarray(cv2.min(cv2.max(picture, cv2.subtract(reference, room)), cv2.add(reference, room)), np.uint8)


def _differs(picture: Gray, reference: Gray, threshold: Gray) -> Mask:
    """Where `picture` lies outside what the reference holds within one pixel."""
    return np.asarray(cv2.compare(_outside(picture, reference), threshold, cv2.CMP_GT), np.uint8)


def _outside(picture: Gray, reference: Gray) -> Gray:
    above = cv2.subtract(picture, cv2.dilate(reference, _NEIGHBOURS))
    below = cv2.subtract(cv2.erode(reference, _NEIGHBOURS), picture)
    return np.asarray(cv2.max(above, below), np.uint8)


def differs_by(picture: Gray, reference: Gray, threshold: int) -> Mask:
    """Where the two differ by more than `threshold` grey levels once the change of light is taken out."""
    lit = estimate_light(picture, reference).predict(reference)
    return _differs(picture, lit, np.full(picture.shape, threshold, np.uint8))
