"""One thing that has come and stands still, from the first sample it is seen until its place is bare again."""

from dataclasses import dataclass, field
from math import exp

import cv2
import numpy as np

from config.zones import OpensCase
from vision.background import EXPLAINED_SECONDS, LONGEST_STEP_SECONDS, Comparison, Glimpse
from vision.blobs import larger_parts
from vision.dating import Dating
from vision.detection import Box, Point
from vision.grid import Floats, Gray, Grid, Mask, PixelBox
from vision.light import Light
from vision.outline import Outline, outline_of
from vision.sight import Sight, look, outside, untold

FIRST_HITS = 0.6
HITS_SECONDS = 15.0
STEADY_HITS = 0.5
APPEARANCE_RATE = 0.2
LEFT_SAMPLES, LEFT_SECONDS = 2, 3.0
CONFIRMED_LEFT_SAMPLES, CONFIRMED_LEFT_SECONDS = 3, 5.0
CHANGED_SAMPLES = 3
SETTLED_SECONDS = 60.0  # by then its parts have been found: what comes on top later is growth
SHRUNK_SAMPLES = 3
SHRUNK_SHARE = 0.2
LEAST_AREA = 8
TIGHT_SHARE, TIGHT_PART = 0.85, 0.25
LEAST_KNOWN = 0.95  # of it within the picture, else its place cannot be told
UNSETTLED_SAMPLES = 4
RESTING_SAMPLES = 4
BUSY_SHARE = 0.03
LEAST_BUSY_PIXELS = 6
STIRRING_SHARE = 0.06
SHAKEN_SHARE = 0.025
LEAST_STIRRING_PIXELS = 4
OWN_STIR_SHARE, SHAKEN_STIR_SHARE = 0.04, 0.15
BUSY_SECONDS = 8.0
ATTACHED_SHARE = 0.2

_PAIR = np.ones((2, 2), np.uint8)
_RIM = np.ones((3, 3), np.uint8)
_WIDE_RIM = np.ones((5, 5), np.uint8)
_ONE = np.uint8(1)


@dataclass(frozen=True, slots=True)
class Announcement:
    """What was told when a rule confirmed the thing; the same words are needed when it has gone."""

    zone_id: str
    rule: str
    case_class: str
    level: int
    opens_case: OpensCase
    confirmed_at: float
    confidence: float
    box: Box
    foot: Point
    aspect: str = ""


@dataclass(slots=True, eq=False)
class Rest:
    """The last sample in which it stood there plainly, alone and without stirring: while nothing changes around it,
    that is how it still stands, and only every `RESTING_SAMPLES`th sample is asked pixel by pixel."""

    sight: Sight
    mask: Mask
    light: Light
    samples: int = 0


@dataclass(slots=True)
class StaticObject:
    """Crops have the size of `box`. `appearance` and `background` are grey levels in the slow background's light;
    `hits` is how steadily each pixel has looked like the thing, 0 to 1. Times are Unix seconds, `*_seconds` sums.
    `calm_seconds`: for how long now it has not stirred by itself, `stirs`: how often it has; `shown`: its place as it
    was last seen, as it was and in the background's light, None where nobody knows; `parts`: since
    when each part has stood, None: all of it since `first_seen_at`."""

    object_id: str
    box: PixelBox
    mask: Mask
    appearance: Floats
    background: Floats
    hits: Floats
    first_seen_at: float
    created_at: float
    edge_score: float
    scene: int = 0
    dated: bool = False
    visible: bool = True
    last_visible_at: float = 0.0
    present_samples: int = 1
    judged_samples: int = 1
    absent_samples: int = 0
    absent_at: float = 0.0
    changed_samples: int = 0
    changed_at: float = 0.0
    settled_area: int = 0
    shrunk_samples: int = 0
    watched_seconds: float = 0.0
    busy_seconds: float = 0.0
    busyness: float = 0.7
    quiet_seconds: float = 0.0
    last_busy_at: float = 0.0
    unwanted_since: float = 0.0
    calm_seconds: float = 0.0
    stirs: int = 0
    shown: tuple[Gray, Gray] | None = None
    parts: Dating | None = None
    announced: Announcement | None = None
    _outline: Outline | None = field(default=None, init=False, repr=False, compare=False)
    _rest: Rest | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def area(self) -> int:
        known = self._outline
        return known.area if known is not None and known.mask is self.mask else cv2.countNonZero(self.mask)

    def outline(self, grid: Grid) -> Outline:
        """Of its present shape."""
        if self._outline is None or self._outline.mask is not self.mask:
            self._outline = outline_of(self.mask, self.box, grid)
        return self._outline

    @property
    def has_left(self) -> bool:
        """Whether the place has looked like the ground often and long enough to believe it."""
        if self.announced:
            samples, seconds = CONFIRMED_LEFT_SAMPLES, CONFIRMED_LEFT_SECONDS
        else:
            samples, seconds = LEFT_SAMPLES, LEFT_SECONDS
        return self.absent_samples >= samples and self.absent_at - self.last_visible_at >= seconds

    @property
    def presence(self) -> float:
        """Share of the samples in which thing or ground could be told that showed the thing."""
        return self.present_samples / max(1, self.judged_samples)

    @property
    def steadiness(self) -> float:
        """How much of it keeps still, 0 to 1: a person sways, a cart does not."""
        return float(cv2.mean(self.hits, self.mask)[0])

    def steady_box(self) -> PixelBox:
        """Box of the pixels that keep still: the cart and the parasol, not the vendor's arms."""
        steady = cv2.copyTo(self.mask, np.asarray(self.hits >= STEADY_HITS, np.uint8))
        if cv2.countNonZero(steady) < 0.4 * self.area:
            steady = self.mask
        left, top, width, height = cv2.boundingRect(cv2.morphologyEx(steady, cv2.MORPH_OPEN, _PAIR))
        if not width:
            return self.box
        left, top = left + self.box.left, top + self.box.top
        return PixelBox(left, top, left + width, top + height)

    def seen_in(self, seen: Glimpse) -> Sight:
        """The place in this sample; changes nothing."""
        rows, columns = self.box.slices
        if seen.known is not None and not self._within(seen.known[rows, columns]):
            return untold(self.mask)
        return look(
            seen.picture[rows, columns],
            seen.light.predict(whole_levels(self.appearance), rows, columns),
            seen.light.predict(whole_levels(self.background), rows, columns),
            self.mask,
            seen.threshold[rows, columns],
        )

    def _within(self, known: Mask) -> bool:
        return cv2.countNonZero(cv2.bitwise_and(known, self.mask)) >= LEAST_KNOWN * self.area

    def begin_dating(self) -> None:
        self.dating().begin(self.mask)

    def extend_back(self, seen: Glimpse, at: float) -> bool:
        """One picture of the past, newest first, after `begin_dating`. False once it shows the place without the
        thing."""
        return at >= self.first_seen_at or self.dating().extend_back(self.seen_in(seen), at)

    def redate(self) -> None:
        """By the parts that are left of it. What was told stays told."""
        if self.announced is None:
            self.first_seen_at = self.dating().earliest(self.mask)

    def dating(self) -> Dating:
        if self.parts is None:
            self.parts = Dating(self.mask.shape, self.first_seen_at)
        return self.parts

    def take(self, seen: Comparison, grid: Grid, at: float, seconds: float, told: Mask | None) -> None:
        """One sample, `seconds` after the one before. `told`: where things stand that were told of."""
        if self._rests(seen, grid):
            self._take_rest(seen, at, seconds)
        else:
            self._take_sample(seen, grid, at, seconds, told)
        self._follow_light(seen.light, seconds)
        if not self.settled_area and self.visible and at - self.created_at >= SETTLED_SECONDS:
            self.settled_area = self.area

    def _take_sample(self, seen: Comparison, grid: Grid, at: float, seconds: float, told: Mask | None) -> None:
        sight, mask = self.seen_in(seen), self.mask
        self.visible = sight.kind == "object"
        if sight.kind == "object":
            self._take_presence(seen, sight, at, seconds)
        elif sight.kind == "background":
            self.judged_samples += 1
            self.absent_samples += 1
            self.absent_at = at
        elif sight.kind == "hidden":
            self._take_change(seen, grid, at)
        accompanied = self._has_company(seen, grid, told)
        stirs = self.stirs
        self._take_calm(seen, accompanied, seconds)
        busy = self._take_activity(seen, accompanied, at, seconds)
        whole = self.visible and self.mask is mask and not self.shrunk_samples
        self._rest = Rest(sight, mask, seen.light) if whole and not busy and stirs == self.stirs else None

    def _rests(self, seen: Comparison, grid: Grid) -> bool:
        """Whether nothing has changed around it since the sample before, when it stood there plainly."""
        rest = self._rest
        if rest is None or rest.mask is not self.mask or rest.light is not seen.light or seen.shaking:
            return False
        rest.samples += 1
        if rest.samples >= RESTING_SAMPLES or seen.known is not None:
            return False
        if not cv2.countNonZero(seen.foreground[self.box.slices]):
            return False  # the bare ground; nor is it known then what has changed
        return not cv2.countNonZero(seen.restless[self._neighbourhood(grid).slices])

    def _take_rest(self, seen: Comparison, at: float, seconds: float) -> None:
        assert self._rest is not None
        step = min(seconds, LONGEST_STEP_SECONDS)
        self._hit(self._rest.sight, at, seconds)
        self.calm_seconds += step
        self._count_activity(False, at, step)

    def _neighbourhood(self, grid: Grid) -> PixelBox:
        return grid.grown(self.box, max(4, max(self.box.width, self.box.height) // 2))

    def _hit(self, sight: Sight, at: float, seconds: float) -> None:
        self.present_samples += 1
        self.judged_samples += 1
        self.last_visible_at = at
        self.absent_samples = self.changed_samples = 0
        rate = 1.0 - exp(-seconds / HITS_SECONDS)
        cv2.accumulateWeighted(sight.as_object & _ONE, self.hits, rate, mask=sight.telling)

    def _take_presence(self, seen: Comparison, sight: Sight, at: float, seconds: float) -> None:
        self._hit(sight, at, seconds)
        cv2.accumulateWeighted(self._unlit(seen), self.appearance, APPEARANCE_RATE, mask=sight.as_object)
        self.shrunk_samples = self.shrunk_samples + 1 if sight.background_share >= SHRUNK_SHARE else 0
        if self.shrunk_samples >= SHRUNK_SAMPLES:
            self._shrink(sight.as_background, sight.as_object)

    def _take_change(self, seen: Comparison, grid: Grid, at: float) -> None:
        """Neither thing nor ground, but still: the thing has been turned, loaded, covered. It stays the same thing,
        unless what is there now reaches far beyond it: then something stands in front."""
        rows, columns = self.box.slices
        still = cv2.bitwise_and(seen.still[rows, columns], self.mask)
        around = grid.grown(self.box, max(4, max(self.box.width, self.box.height) // 3))
        inside = cv2.countNonZero(seen.foreground[rows, columns])
        beyond = cv2.countNonZero(seen.foreground[around.slices]) - inside
        ring = max(1, around.area - self.box.area)
        if cv2.countNonZero(still) < 0.6 * self.area or beyond > 0.3 * ring:
            self.changed_samples = 0
            return
        self.changed_samples += 1
        if self.changed_samples >= CHANGED_SAMPLES:
            where = still > 0
            self.appearance[where] = self._unlit(seen)[where]
            self.hits[where] = STEADY_HITS
            self.changed_samples, self.changed_at = 0, at

    def _take_calm(self, seen: Comparison, accompanied: bool, seconds: float) -> None:
        """A person shifts his weight within half a minute, a bag never does. While somebody passes, nothing counts."""
        if accompanied or not self.visible:
            return
        rows, columns = self.box.slices
        now, before = (seen.picture[rows, columns].copy(), self._unlit(seen)), self.shown
        self.shown = now
        if before is None:
            return
        # Two measures, since light that is only just being learnt is taken out a little differently each time.
        differ = outside if seen.shaking else cv2.absdiff
        change = cv2.min(differ(now[0], before[0]), differ(now[1], before[1]))
        changed = cv2.bitwise_and(cv2.compare(change, seen.threshold[rows, columns], cv2.CMP_GT), self.mask)
        share = SHAKEN_STIR_SHARE if seen.shaking else OWN_STIR_SHARE
        if cv2.countNonZero(changed) >= max(LEAST_STIRRING_PIXELS, share * self.area):
            self.calm_seconds, self.stirs = 0.0, self.stirs + 1
        else:
            self.calm_seconds += min(seconds, LONGEST_STEP_SECONDS)

    def _take_activity(self, seen: Comparison, accompanied: bool, at: float, seconds: float) -> bool:
        busy = accompanied or self._stirs(seen)
        self._count_activity(busy, at, min(seconds, LONGEST_STEP_SECONDS))
        return busy

    def _count_activity(self, busy: bool, at: float, step: float) -> None:
        self.watched_seconds += step
        rate = 1.0 - exp(-step / BUSY_SECONDS)
        self.busyness += (float(busy) - self.busyness) * rate
        if busy:
            self.busy_seconds += step
            self.last_busy_at = at
        elif self.visible:
            self.quiet_seconds += step

    def _stirs(self, seen: Comparison) -> bool:
        """Movement on the thing itself: somebody handles it, or it is somebody. A swaying camera hides small ones."""
        movement, share = (seen.moving, SHAKEN_SHARE) if seen.shaking else (seen.restless, STIRRING_SHARE)
        stirring = cv2.countNonZero(cv2.bitwise_and(movement[self.box.slices], self.mask))
        return bool(stirring >= max(LEAST_STIRRING_PIXELS, share * self.area))

    def _has_company(self, seen: Comparison, grid: Grid, told: Mask | None) -> bool:
        """Something moves close by, or it is but the still part of something larger: a person's legs."""
        around = self._neighbourhood(grid)
        outline, least = self.outline(grid), max(LEAST_BUSY_PIXELS, BUSY_SHARE * around.area)
        moving = cv2.countNonZero(seen.moving[around.slices])
        if moving >= least:  # a swaying mast moves the contours of what stands there
            moving -= cv2.countNonZero(cv2.bitwise_and(seen.moving[outline.near.slices], outline.filled))
        if moving >= least:
            return True
        foreground = seen.foreground[outline.around.slices]
        if told is not None:
            foreground = np.asarray(cv2.subtract(foreground, told[outline.around.slices]), np.uint8)
        return outline.goes_on(foreground) > ATTACHED_SHARE

    def _follow_light(self, light: Light, seconds: float) -> None:
        """Kept at the pace of the slow background, so that both stay in one light."""
        if light.unchanged:
            return
        rate = 1.0 - exp(-min(seconds, LONGEST_STEP_SECONDS) / EXPLAINED_SECONDS)
        rows, columns = self.box.slices
        for levels in (self.appearance, self.background):
            cv2.accumulateWeighted(light.predict(whole_levels(levels), rows, columns), levels, rate)

    def _unlit(self, seen: Glimpse) -> Gray:
        rows, columns = self.box.slices
        return seen.light.remove(seen.picture[rows, columns], rows, columns)

    def _shrink(self, bare: Mask, there: Mask) -> None:
        """Part of it has gone: somebody who stood beside the bag, a sunshade folded up. What tells neither stays
        where it adjoins what is there."""
        bare = np.asarray(cv2.morphologyEx(bare, cv2.MORPH_OPEN, _PAIR), np.uint8)
        rest = cv2.subtract(self.mask, bare)
        near = cv2.dilate(cv2.morphologyEx(there, cv2.MORPH_OPEN, _PAIR), _RIM)
        rest = np.asarray(cv2.morphologyEx(cv2.bitwise_and(rest, near), cv2.MORPH_OPEN, _PAIR), np.uint8)
        self.shrunk_samples = 0
        rest = larger_parts(np.asarray(rest, np.uint8))
        if cv2.countNonZero(rest) >= LEAST_AREA:
            self.mask = rest
            self.redate()
            self.calm_seconds, self.stirs = 0.0, 0  # what stirred may have been what has gone
            self.trim()

    def tighten(self, seen: Comparison) -> bool:
        """Let go what no longer differs from the ground: scraps of somebody who stood beside it. True where that was
        a good part of it."""
        rows, columns = self.box.slices
        change = cv2.absdiff(self._unlit(seen), whole_levels(self.background))
        there = cv2.bitwise_and(cv2.compare(change, seen.threshold[rows, columns], cv2.CMP_GT), self.mask)
        there = cv2.bitwise_and(cv2.morphologyEx(there, cv2.MORPH_CLOSE, _RIM), self.mask)
        rest = larger_parts(np.asarray(there, np.uint8), TIGHT_PART)
        if not LEAST_AREA <= cv2.countNonZero(rest) <= TIGHT_SHARE * self.area:
            return False
        self.mask = rest
        self.redate()
        self.trim()
        return True

    def trim(self) -> None:
        """Cut the crops to the mask."""
        left, top, width, height = cv2.boundingRect(self.mask)
        if (width, height) == (self.box.width, self.box.height):
            return
        part = PixelBox(left, top, left + width, top + height)
        self.mask = np.ascontiguousarray(self.mask[part.slices])
        self.appearance = self.appearance[part.slices].copy()
        self.background = self.background[part.slices].copy()
        self.hits = self.hits[part.slices].copy()
        corner = self.box
        if self.parts is not None:
            self.parts.cut(part)
        if self.shown is not None:
            self.shown = self.shown[0][part.slices].copy(), self.shown[1][part.slices].copy()
        self.box = PixelBox(
            corner.left + part.left, corner.top + part.top, corner.left + part.right, corner.top + part.bottom
        )


def whole_levels(levels: Floats) -> Gray:
    return np.asarray(cv2.convertScaleAbs(levels), np.uint8)
