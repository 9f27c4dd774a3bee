"""From samples to things: which still patches are new, which belong together, which have left."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from vision.background import Comparison
from vision.blobs import Blob, find_blobs, placed
from vision.detection import Point, foot_of
from vision.grid import Grid, Mask, PixelBox
from vision.joining import absorb_into, new_object
from vision.newcomer import Nativity, judge_newcomer
from vision.outline import outline_of
from vision.scene import Scene
from vision.shade import without_shade
from vision.static_object import StaticObject

LEAST_BLOB = 12
SEARCH_SECONDS = 1.9  # for new things
MOST_OBJECTS = 24
LARGEST_SHARE = 0.25  # of the picture: anything larger is a change of scene
JUDGE_MARGIN = 5
LEAST_RIM, RIM_SHARE = 3, 0.02
FAINT = 0.7  # of the threshold
LEAST_SOLID = 0.2
FILLING_SAMPLES = 4  # looked at each time at first, then at every fourth
SCRAP_SHARE = 0.03  # of a thing: what is less beside it changes neither its size nor its place
DENIALS = 3
DENIAL_SECONDS = 4.0
SECOND_LOOK_SECONDS = 1.9
SAME_PATCH = 0.4
TIGHTENING_SAMPLES = 6
PIECE_SHARE = 0.2
PLAIN, BEYOND_THRESHOLD = 60.0, 1.7  # grey levels, times the threshold
CLEAR_EDGE = 0.3
MOST_SUSPECTS = 24
TOGETHER_SECONDS = 15.0
HIDDEN_LIMIT_SECONDS = 180.0  # a candidate not seen for so long is given up
LOST_LIMIT_SECONDS = 24 * 3600.0  # so is a confirmed thing, without a word: nobody saw it leave

_RIM = np.ones((5, 5), np.uint8)


@dataclass(slots=True)
class Suspect:
    """A still patch that looks like light or like a gap: believed only when it looks so again."""

    box: PixelBox
    first_at: float
    last_at: float
    denials: int = 1


class Tracker:
    """Holds the things of one camera. `concerns` says whether a foot point lies where any rule looks."""

    def __init__(self, concerns: Callable[[Point], bool], new_id: Callable[[], str]) -> None:
        self._concerns = concerns
        self._new_id = new_id
        self._suspects: list[Suspect] = []
        self._searched_at = 0.0
        self.objects: list[StaticObject] = []

    def owned(self, scene: Scene, told: bool = False) -> Mask | None:
        """Where tracked things (with `told`: those told of) stand in the present look, with a rim; None where none."""
        here = [thing for thing in self.objects if thing.scene == scene.number and (thing.announced or not told)]
        if not here:
            return None
        owned = np.zeros((scene.grid.height, scene.grid.width), np.uint8)
        for thing in here:
            outline = thing.outline(scene.grid)
            part = owned[outline.near.slices]
            cv2.max(part, outline.filled, dst=part)
        return owned

    def step(self, seen: Comparison, scene: Scene, at: float, last_at: float) -> None:
        """One sample at `at`, the one before it at `last_at`. Things of another look are left alone."""
        told = self.owned(scene, told=True)
        for thing in self.objects:
            if thing.scene == scene.number:
                thing.take(seen, scene.grid, at, at - last_at, told)
                self._fill_out(thing, seen, scene, at)
                if thing.announced is None and thing.calm_seconds and not thing.present_samples % TIGHTENING_SAMPLES:
                    thing.tighten(seen)
        self._unite(seen, scene)
        owned = self.owned(scene)
        still = scene.background.count_standing(seen, at - last_at)
        fresh = still if owned is None else np.asarray(cv2.subtract(still, owned), np.uint8)
        if at - self._searched_at < SEARCH_SECONDS:
            return
        self._searched_at = at
        if LEAST_BLOB <= cv2.countNonZero(fresh) <= LARGEST_SHARE * fresh.size:
            for blob in find_blobs(fresh, LEAST_BLOB):
                self._take_blob(blob, seen, scene, at, last_at)
        self._suspects = [suspect for suspect in self._suspects if at - suspect.last_at <= 30.0]

    def skip(self, seconds: float) -> None:
        """Nobody looked for so long: what is counted is time watched, but a candidate's stay goes on."""
        self._suspects = []
        for thing in self.objects:
            if thing.announced is None:
                thing.last_visible_at += seconds
                thing.last_busy_at += seconds
                thing.created_at += seconds
                thing.unwanted_since += seconds if thing.unwanted_since else 0.0

    def departed(self, at: float) -> list[StaticObject]:
        """Things that have left (or were given up), taken off the list; their ground is the background again."""
        gone = [thing for thing in self.objects if thing.has_left or self._given_up(thing, at)]
        self.objects = [thing for thing in self.objects if thing not in gone]
        return gone

    def dismiss(self, thing: StaticObject, seen: Comparison, scene: Scene) -> None:
        """It turned out to be none of a rule's business: it is background from now on."""
        self.objects.remove(thing)
        rows, columns = thing.box.slices
        scene.background.take_over(seen.picture, np.asarray(cv2.dilate(thing.mask, _RIM), np.uint8), rows, columns)

    def is_thing(self, thing: StaticObject, seen: Comparison, scene: Scene) -> bool:
        """Looked at once more before it is told: what was taken for a thing in a busy moment may be light after all."""
        around = scene.grid.grown(thing.box, JUDGE_MARGIN)
        picture, predicted = seen.picture[around.slices], seen.predicted[around.slices]
        mask = placed(thing.mask, thing.box, around)
        change = cv2.mean(cv2.absdiff(picture, predicted), mask)[0]
        verdict = judge_newcomer(picture, predicted, mask)
        faint = change < min(PLAIN, BEYOND_THRESHOLD * cv2.mean(seen.threshold[around.slices], mask)[0])
        if faint and verdict.edge_score < CLEAR_EDGE:
            return False  # hardly more than the place's own unrest, or than what light leaves, and no contour
        return verdict.nature == "thing"

    def join_neighbour(self, thing: StaticObject, zone_id: str, seen: Comparison, scene: Scene) -> bool:
        """Make `thing` part of a thing already told in that zone which came at the same time and stands next to it:
        one stall seen in pieces stays one. False where there is none."""
        for other in self.objects:
            if other.announced is None or other.announced.zone_id != zone_id or other.scene != thing.scene:
                continue
            size = max(other.box.width, other.box.height, thing.box.width, thing.box.height) // 3
            if abs(other.first_seen_at - thing.first_seen_at) > TOGETHER_SECONDS:
                continue
            if other.box.touches(thing.box, size):
                self.objects.remove(thing)
                absorb_into(other, thing, seen, scene.background.slow)
                return True
        return False

    def _given_up(self, thing: StaticObject, at: float) -> bool:
        limit = LOST_LIMIT_SECONDS if thing.announced else HIDDEN_LIMIT_SECONDS
        return at - thing.last_visible_at > limit

    @staticmethod
    def _fill_out(thing: StaticObject, seen: Comparison, scene: Scene, at: float) -> None:
        """What stands still along its contour belongs to it, even if faint: half of a thing may have the ground's grey,
        and a rucksack that falls over keeps its whole outline."""
        grown = thing.present_samples > FILLING_SAMPLES and thing.present_samples % FILLING_SAMPLES
        if thing.announced is not None or not thing.visible or grown:
            return
        outline = thing.outline(scene.grid)
        around = outline.near
        picture, predicted = seen.picture[around.slices], seen.predicted[around.slices]
        faint = np.asarray(cv2.convertScaleAbs(seen.threshold[around.slices], alpha=FAINT), np.uint8)
        differs = cv2.compare(cv2.absdiff(picture, predicted), faint, cv2.CMP_GT)
        still = cv2.compare(cv2.absdiff(picture, scene.background.last[around.slices]), faint, cv2.CMP_LE)
        mask = placed(thing.mask, thing.box, around)
        rim = cv2.bitwise_and(cv2.subtract(outline.filled, mask), cv2.bitwise_and(differs, still))
        rim = cv2.bitwise_and(rim, without_shade(picture, predicted, np.asarray(cv2.bitwise_or(mask, rim), np.uint8)))
        if cv2.countNonZero(rim) >= max(LEAST_RIM, RIM_SHARE * outline.area):
            slow = scene.background.slow
            piece = new_object("", around, np.asarray(rim, np.uint8), seen, slow, thing.edge_score, at, at)
            absorb_into(thing, piece, seen, slow)

    def _take_blob(self, blob: Blob, seen: Comparison, scene: Scene, at: float, last_at: float) -> None:
        if blob.area > LARGEST_SHARE * seen.picture.size:
            return
        owner = self._owner(blob, scene)
        if blob.box.top == 0:  # not seen whole: its size is unknown, or it is writing of the camera's own
            return
        if owner is None and not self._concerns(foot_of(scene.grid.box(blob.box))):
            return
        if owner is None and self._judged_lately(blob, at):
            return
        if owner is not None and blob.area < SCRAP_SHARE * owner.area:
            return
        around = scene.grid.grown(blob.box, JUDGE_MARGIN)
        picture, predicted = seen.picture[around.slices], seen.predicted[around.slices]
        mask = placed(blob.mask, blob.box, around)
        solid = without_shade(picture, predicted, mask)
        share = cv2.countNonZero(solid) / blob.area
        above = owner is not None and blob.box.top + blob.box.bottom < 2 * owner.box.top  # no shade falls up there
        if share < LEAST_SOLID:
            # A dark thing of one tone looks like shade all over. Beside another thing it is that thing's shade.
            if owner is not None and not above:
                return self._deny(blob, seen, scene, at)
            solid = mask
        verdict = judge_newcomer(picture, predicted, solid)
        one_body = owner is not None and at - owner.created_at <= TOGETHER_SECONDS
        if one_body and above:
            verdict = Nativity("thing", verdict.edge_score)
        if verdict.nature == "gap" and not one_body and self._is_piece(blob, seen, scene):
            return  # of somebody, say: in front of a busy ground a coat looks like a gap
        if verdict.nature == "light" or (verdict.nature == "gap" and not one_body):
            return self._deny(blob, seen, scene, at)
        self._forget_suspect(blob)
        thing = new_object("", around, solid, seen, scene.background.slow, verdict.edge_score, last_at, at)
        thing.trim()
        thing.scene = scene.number
        if owner is not None:
            absorb_into(owner, thing, seen, scene.background.slow)
        elif len(self.objects) < MOST_OBJECTS:
            thing.object_id = self._new_id()
            self.objects.append(thing)

    @staticmethod
    def _is_piece(blob: Blob, seen: Comparison, scene: Scene) -> bool:
        """Whether the foreground goes on beside it."""
        outline = outline_of(blob.mask, blob.box, scene.grid)
        return outline.goes_on(seen.foreground[outline.around.slices]) > PIECE_SHARE

    def _judged_lately(self, blob: Blob, at: float) -> bool:
        return any(
            at - one.last_at < SECOND_LOOK_SECONDS and _overlap(one.box, blob.box) >= 0.4 for one in self._suspects
        )

    def _deny(self, blob: Blob, seen: Comparison, scene: Scene, at: float) -> None:
        for suspect in self._suspects:
            if _overlap(suspect.box, blob.box) >= SAME_PATCH:
                suspect.box, suspect.last_at, suspect.denials = blob.box, at, suspect.denials + 1
                if suspect.denials >= DENIALS and at - suspect.first_at >= DENIAL_SECONDS:
                    rows, columns = blob.box.slices
                    scene.background.take_over(seen.picture, blob.mask, rows, columns)
                    self._suspects.remove(suspect)
                return
        if len(self._suspects) < MOST_SUSPECTS:
            self._suspects.append(Suspect(blob.box, at, at))

    def _forget_suspect(self, blob: Blob) -> None:
        self._suspects = [one for one in self._suspects if _overlap(one.box, blob.box) < SAME_PATCH]

    def _owner(self, blob: Blob, scene: Scene) -> StaticObject | None:
        for thing in self.objects:
            if (
                thing.scene == scene.number
                and _belong_together(thing.box, blob.box)
                and _may_grow(thing, blob.box, blob.area, scene.grid)
            ):
                return thing
        return None

    def _unite(self, seen: Comparison, scene: Scene) -> None:
        """Cart and sunshade, seen apart at first, are one stall."""
        kept: list[StaticObject] = []
        for thing in self.objects:
            for other in kept:
                if (
                    thing.announced is None
                    and thing.scene == other.scene
                    and _belong_together(other.box, thing.box)
                    and _may_grow(other, thing.box, thing.area, scene.grid)
                ):
                    absorb_into(other, thing, seen, scene.background.slow)
                    break
            else:
                kept.append(thing)
        self.objects = kept


def _may_grow(thing: StaticObject, box: PixelBox, area: int, grid: Grid) -> bool:
    """A thing already told must not turn into the lorry that parks beside it, or in front of it."""
    whole = thing.box.union(box)
    if whole.area > LARGEST_SHARE * grid.width * grid.height:
        return False
    return thing.announced is None or (thing.visible and area <= thing.area)


def _belong_together(first: PixelBox, second: PixelBox) -> bool:
    """Side by side and nearly touching, or one above the other with little between."""
    gap = max(2, int(0.12 * max(first.width, second.width)))
    if first.touches(second, gap):
        return True
    shared = min(first.right, second.right) - max(first.left, second.left)
    apart = max(first.top, second.top) - min(first.bottom, second.bottom)
    return shared >= 0.5 * min(first.width, second.width) and apart <= 0.35 * max(first.height, second.height)


def _overlap(first: PixelBox, second: PixelBox) -> float:
    """Intersection over union."""
    width = min(first.right, second.right) - max(first.left, second.left)
    height = min(first.bottom, second.bottom) - max(first.top, second.top)
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (first.area + second.area - shared)
