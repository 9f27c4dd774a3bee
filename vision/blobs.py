"""Connected patches of a mask."""

from dataclasses import dataclass

import cv2
import numpy as np

from vision.grid import Mask, PixelBox

MOST_BLOBS = 48

_OPEN = np.ones((2, 2), np.uint8)
_CLOSE = np.ones((5, 5), np.uint8)
_MARGIN = 4
_LEAST_PART = 0.15


@dataclass(frozen=True, slots=True)
class Blob:
    """`mask` has the size of `box`; `area` counts its pixels."""

    box: PixelBox
    mask: Mask
    area: int


def find_blobs(mask: Mask, least_area: int) -> list[Blob]:
    """The largest patches, specks removed and small gaps closed; at most `MOST_BLOBS`, so that rain costs little."""
    part = _filled(mask, PixelBox(0, 0, mask.shape[1], mask.shape[0]))
    opened = cv2.morphologyEx(mask[part.slices], cv2.MORPH_OPEN, _OPEN)
    if cv2.countNonZero(opened) < least_area:
        return []
    rest = _filled(np.asarray(opened, np.uint8), part)
    cleaned = cv2.morphologyEx(opened[rest.slices], cv2.MORPH_CLOSE, _CLOSE)
    part = PixelBox(rest.left + part.left, rest.top + part.top, rest.right + part.left, rest.bottom + part.top)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(cleaned, connectivity=8)
    areas = stats[:, cv2.CC_STAT_AREA]
    order = [label for label in np.argsort(-areas) if label and areas[label] >= least_area]
    blobs = []
    for label in order[:MOST_BLOBS]:
        left, top, width, height, area = (int(value) for value in stats[label])
        there = PixelBox(left, top, left + width, top + height)
        shape = np.asarray(labels[there.slices] == label, np.uint8) * np.uint8(255)
        left, top = left + part.left, top + part.top
        blobs.append(Blob(PixelBox(left, top, left + width, top + height), shape, area))
    return blobs


def _filled(mask: Mask, within: PixelBox) -> PixelBox:
    """Around all that is set, with a margin, cut to the size of `within`."""
    left, top, width, height = cv2.boundingRect(mask)
    return PixelBox(
        max(0, left - _MARGIN),
        max(0, top - _MARGIN),
        min(within.width, left + width + _MARGIN),
        min(within.height, top + height + _MARGIN),
    )


def larger_parts(mask: Mask, least: float = _LEAST_PART) -> Mask:
    """Without the scraps: what is less than a share of the largest part."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    if count <= 2:
        return mask
    areas = stats[:, cv2.CC_STAT_AREA]
    kept = areas >= least * int(areas[1:].max())
    kept[0] = False
    return np.asarray(kept[labels], np.uint8) * np.uint8(255)


def placed(mask: Mask, box: PixelBox, around: PixelBox) -> Mask:
    """`mask` of `box` on the larger canvas `around`."""
    canvas = np.zeros((around.height, around.width), np.uint8)
    top, left = box.top - around.top, box.left - around.left
    canvas[top : top + box.height, left : left + box.width] = mask
    return canvas
