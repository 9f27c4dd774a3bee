"""Who or what was there when a thing was put down: one picture of the past with the largest moving patch beside it.

Nobody is recognised: it is a patch that differs from the ground then and does not any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ingest.frame import Frame
from vision.background import DualBackground, Glimpse
from vision.blobs import Blob, find_blobs
from vision.detection import Box
from vision.grid import Grid, Mask, PixelBox
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
    """`strange`: where it shows other than the ground; `shift`: pixels of the grid by which it lies beside it."""

    frame: Frame
    strange: Mask
    shift: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Bringer:
    """`box` is marked in `frame`, in fractions of that very picture."""

    object_id: str
    frame: Frame
    box: Box


def past_picture(frame: Frame, seen: Glimpse, background: DualBackground, shift: tuple[int, int]) -> PastPicture:
    ground = seen.light.predict(background.known_ground())
    strange = cv2.compare(cv2.absdiff(seen.picture, ground), seen.threshold, cv2.CMP_GT)
    if seen.known is not None:
        strange = cv2.bitwise_and(strange, seen.known)
    return PastPicture(frame, np.asarray(strange, np.uint8), shift)


def bringer_of(
    thing: StaticObject, things: Sequence[StaticObject], pictures: Sequence[PastPicture], grid: Grid
) -> Bringer | None:
    """`pictures` from before and after `thing` was put down, oldest first; `things`: all that is tracked. None where
    nothing moved beside it, or the pictures do not reach back to its coming."""
    if not pictures or pictures[0].frame.captured_at >= thing.first_seen_at:
        return None
    bare = cv2.bitwise_not(cv2.dilate(pictures[-1].strange, _RIM[1:4, 1:4]))
    best: tuple[float, PastPicture, Blob] | None = None
    for picture in pictures[:-1]:
        away = abs(picture.frame.captured_at - thing.first_seen_at)
        if away > WITHIN_SECONDS:
            continue
        for blob in find_blobs(_strange(picture, thing, things, grid), LEAST_AREA):
            if not _beside(blob.box, thing.box, grid) or not _moved_on(blob, np.asarray(bare, np.uint8), grid):
                continue
            weight = blob.area / (1.0 + away / FADING_SECONDS)
            if best is None or weight > best[0]:
                best = weight, picture, blob
    if best is None:
        return None
    return Bringer(thing.object_id, best[1].frame, _shown(best[2].box, best[1].shift, grid))


def _strange(picture: PastPicture, thing: StaticObject, things: Sequence[StaticObject], grid: Grid) -> Mask:
    """What is no ground and none of the things that stood there then."""
    standing = np.zeros((grid.height, grid.width), np.uint8)
    for one in (thing, *things):
        if one.scene == thing.scene and one.first_seen_at <= picture.frame.captured_at:
            part = standing[one.box.slices]
            np.maximum(part, one.mask, out=part)
    return np.asarray(cv2.subtract(picture.strange, cv2.dilate(standing, _RIM)), np.uint8)


def _beside(blob: PixelBox, thing: PixelBox, grid: Grid) -> bool:
    reach = max(thing.width, thing.height, round(REACH_SHARE * grid.width))
    return blob.touches(thing, reach)


def _moved_on(blob: Blob, bare: Mask, grid: Grid) -> bool:
    if blob.area > LARGEST_SHARE * grid.width * grid.height:
        return False
    return cv2.countNonZero(cv2.bitwise_and(bare[blob.box.slices], blob.mask)) >= MOVED_SHARE * blob.area


def _shown(box: PixelBox, shift: tuple[int, int], grid: Grid) -> Box:
    """Where it lies in the picture itself, cut to it."""
    left, right = (min(max(x + shift[0], 0), grid.width) for x in (box.left, box.right))
    top, bottom = (min(max(y + shift[1], 0), grid.height) for y in (box.top, box.bottom))
    return grid.box(PixelBox(left, top, right, bottom))
