"""Who or what was there when a thing was put down: one picture of the past with the largest moving patch beside it.

Nobody is recognised: it is a patch that differs from the ground then and does not any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ingest.frame import Frame
from vision.background import Glimpse
from vision.blobs import Blob, find_blobs
from vision.detection import Box
from vision.grid import Gray, Grid, Mask, PixelBox
from vision.static_object import StaticObject
from vision.tracker import LARGEST_SHARE

WITHIN_SECONDS = 6.0
LEAST_AREA = 24
REACH_SHARE = 1 / 16  # of the picture's width, beside a thing however small: at arm's length, or out of a vehicle
MOVED_SHARE = 0.5  # of the patch must be bare ground by now, else it is shade, or a thing that stays
FADING_SECONDS = 2.0

_RIM = np.ones((5, 5), np.uint8)


@dataclass(frozen=True, slots=True)
class PastPicture:
    """`seen`: the frame over the background; `shift`: pixels of the grid by which it lies beside it."""

    frame: Frame
    seen: Glimpse
    shift: tuple[int, int] = (0, 0)

    def strange(self, ground: Gray, part: PixelBox) -> Mask:
        """Where that part of it shows other than the ground."""
        rows, columns = part.slices
        lit = self.seen.light.predict(ground[rows, columns], rows, columns)
        differs = cv2.absdiff(self.seen.picture[rows, columns], lit)
        strange = cv2.compare(differs, self.seen.threshold[rows, columns], cv2.CMP_GT)
        if self.seen.known is not None:
            strange = cv2.bitwise_and(strange, self.seen.known[rows, columns])
        return np.asarray(strange, np.uint8)


@dataclass(frozen=True, slots=True)
class Bringer:
    """`box` is marked in `frame`, in fractions of that very picture."""

    object_id: str
    frame: Frame
    box: Box


def bringer_of(
    thing: StaticObject, things: Sequence[StaticObject], pictures: Sequence[PastPicture], ground: Gray, grid: Grid
) -> Bringer | None:
    """`pictures` from before and after `thing` was put down, oldest first; `things`: all that is tracked; `ground`:
    the slow background. None where nothing moved beside it, or the pictures do not reach back to its coming."""
    if not pictures or pictures[0].frame.captured_at >= thing.first_seen_at:
        return None
    whole, close = PixelBox(0, 0, grid.width, grid.height), grid.grown(thing.box, _reach(thing.box, grid))
    bare: Mask | None = None
    best: tuple[float, PastPicture, Blob] | None = None
    for picture in pictures[:-1]:
        away = abs(picture.frame.captured_at - thing.first_seen_at)
        standing = _standing(picture, thing, things, grid)
        beside = cv2.subtract(picture.strange(ground, close), standing[close.slices])
        if away > WITHIN_SECONDS or not cv2.countNonZero(beside):
            continue
        if bare is None:
            now = pictures[-1].strange(ground, whole)
            bare = np.asarray(cv2.bitwise_not(cv2.dilate(now, _RIM[1:4, 1:4])), np.uint8)
        strange = cv2.subtract(picture.strange(ground, whole), standing)
        for blob in find_blobs(np.asarray(strange, np.uint8), LEAST_AREA):
            if not blob.box.touches(thing.box, _reach(thing.box, grid)) or not _moved_on(blob, bare, grid):
                continue
            weight = blob.area / (1.0 + away / FADING_SECONDS)
            if best is None or weight > best[0]:
                best = weight, picture, blob
    if best is None:
        return None
    return Bringer(thing.object_id, best[1].frame, _shown(best[2].box, best[1].shift, grid))


def _standing(picture: PastPicture, thing: StaticObject, things: Sequence[StaticObject], grid: Grid) -> Mask:
    """Where things stood then, with a rim."""
    standing = np.zeros((grid.height, grid.width), np.uint8)
    for one in (thing, *things):
        if one.scene == thing.scene and one.first_seen_at <= picture.frame.captured_at:
            outline = one.outline(grid)
            part = standing[outline.near.slices]
            cv2.max(part, outline.filled, dst=part)
    return standing


def _reach(thing: PixelBox, grid: Grid) -> int:
    return max(thing.width, thing.height, round(REACH_SHARE * grid.width))


def _moved_on(blob: Blob, bare: Mask, grid: Grid) -> bool:
    if blob.area > LARGEST_SHARE * grid.width * grid.height:
        return False
    return cv2.countNonZero(cv2.bitwise_and(bare[blob.box.slices], blob.mask)) >= MOVED_SHARE * blob.area


def _shown(box: PixelBox, shift: tuple[int, int], grid: Grid) -> Box:
    """Where it lies in the picture itself, cut to it."""
    left, right = (min(max(x + shift[0], 0), grid.width) for x in (box.left, box.right))
    top, bottom = (min(max(y + shift[1], 0), grid.height) for y in (box.top, box.bottom))
    return grid.box(PixelBox(left, top, right, bottom))
